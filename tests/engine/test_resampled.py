"""The interval of scores from several divisions of the same rows, against a case worked out by hand."""

import math

import pytest

from engine import resampled

SCORES = [80.0, 82.0, 84.0, 86.0, 88.0]


def test_the_interval_is_the_corrected_one_of_nadeau_and_bengio() -> None:
    """Mean 84, variance 10 (16 + 4 + 0 + 4 + 16 = 40, by 4); 5 folds leave 1/4 unseen per known row: (1/5 + 1/4) x 10 = 4.5.
    t at 97.5 % with 4 degrees of freedom is 2.776445."""
    half = 2.776445 * math.sqrt(4.5)
    assert resampled.interval(SCORES, 0.25) == pytest.approx((84 - half, 84 + half), abs=1e-5)


def test_it_is_wider_than_the_usual_one_which_forgets_that_rows_are_shared() -> None:
    assert resampled.half_width(SCORES, 0.25) == pytest.approx(1.5 * resampled.half_width(SCORES, 0.0))


def test_the_difference_that_counts_is_that_of_two_means() -> None:
    assert resampled.difference(SCORES, 0.25) == pytest.approx(2.776445 * math.sqrt(9.0), abs=1e-5)


def test_on_the_same_divisions_a_small_steady_gain_counts() -> None:
    low, high = resampled.paired(SCORES, [score + 1 + 0.1 * i for i, score in enumerate(SCORES)], 0.25)
    assert 0 < low < 1.2 < high


def test_one_score_has_no_interval() -> None:
    assert resampled.interval([84.0], 0.25) is None and resampled.difference([84.0], 0.25) is None
