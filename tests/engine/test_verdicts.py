"""What an interval leaves open is not called poor, and it is said how many more rows would tell."""

import pytest

from engine import verdicts
from engine.intervals import Comparison
from engine.panels import Measure, Score


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-0.3, 0.4, "unclear"), (-0.1, 0.05, "poor"), (-0.4, -0.05, "poor"), (0.01, 0.5, "unclear"), (0.005, 0.05, "poor")],
    ids=["all is open", "at best a little better", "worse", "ahead, perhaps by luck", "hardly ahead, perhaps by luck"],
)
def test_a_huge_interval_is_not_called_poor(low: float, high: float, expected: str) -> None:
    trivial = Comparison((low + high) / 2, low, high, False, gap=0.5)
    assert verdicts.verdict(trivial, 0.1, None) == expected
    assert bool(verdicts.settled_by(trivial, 40)) == (expected == "unclear")


def test_between_few_groups_a_difference_reaches_as_far_as_the_range_beside_it() -> None:
    about = {"name": "accuracy", "label": "Right answers", "unit": "%"}
    main = Measure(model=Score(value=46, low=20, high=74), baseline=Score(value=54), **about)
    close, same = Comparison(-0.08, -0.24, 0.07, False), Comparison(0.0, 0.0, 0.0, False)

    def judged(trivial: Comparison, few: bool) -> str:
        return verdicts.verdict(verdicts.with_gap(trivial, main, 100.0, 100.0, few), -0.2, None)

    assert (judged(close, few=False), judged(close, few=True)) == ("poor", "unclear")
    assert judged(same, few=True) == "poor", "the same answers throughout are surely no better"
    assert judged(Comparison(0.3, 0.2, 0.4, True), few=True) == "fair"


def test_it_is_said_how_many_more_rows_would_settle_it() -> None:
    assert verdicts.settled_by(Comparison(0.0, -0.25, 0.25, False, gap=0.5), 40) == (
        "About 4 times as many rows would settle it (160 unseen rows instead of 40)."
    )
    assert verdicts.settled_by(Comparison(0.0, -0.25, 0.25, False, gap=0.5), 400, groups=10) == (
        "About 4 times as many groups would settle it (40 unseen groups instead of 10)."
    )
    assert "(20 unseen groups instead of 4)" in verdicts.settled_by(Comparison(0.0, -0.15, 0.15, False, gap=0.5), 40, groups=4)
    assert verdicts.settled_by(None, 9) == "At least 30 unseen rows would begin to tell."
