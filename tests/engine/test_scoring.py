"""Measures agree with scikit-learn on any rows, and weights mean what repeating rows means."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from engine import scoring
from engine.scoring import Array, Statistic


def ones(rows: int) -> Array:
    return np.ones((1, rows))


@st.composite
def judged(draw: st.DrawFn) -> tuple[Array, Array]:
    """Truth (0 or 1, both present) and chances with many ties."""
    rows = draw(st.integers(2, 60))
    y = draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows))
    y[0], y[1] = 0, 1
    chances = draw(st.lists(st.integers(0, 8), min_size=rows, max_size=rows))
    return np.array(y), np.array(chances) / 8


@st.composite
def classified(draw: st.DrawFn) -> tuple[Array, Array]:
    rows = draw(st.integers(1, 60))
    truth = draw(st.lists(st.integers(0, 4), min_size=rows, max_size=rows))
    said = draw(st.lists(st.integers(0, 4), min_size=rows, max_size=rows))
    return np.array(truth), np.array(said)


@given(judged())
@settings(max_examples=150, deadline=None)
def test_rankings_agree_with_scikit_learn(case: tuple[Array, Array]) -> None:
    y, chances = case
    assert scoring.value(scoring.roc_auc(y, chances), len(y)) == pytest.approx(reference.roc_auc_score(y, chances))
    assert scoring.value(scoring.average_precision(y, chances), len(y)) == pytest.approx(reference.average_precision_score(y, chances))


@given(judged())
@settings(max_examples=100, deadline=None)
def test_chances_agree_with_scikit_learn(case: tuple[Array, Array]) -> None:
    y, chances = case
    chances = np.clip(chances, 0.01, 0.99)
    both = np.stack([1 - chances, chances], axis=1)
    assert scoring.log_losses(y, both).mean() == pytest.approx(reference.log_loss(y, both))
    assert scoring.brier_scores(y, chances).mean() == pytest.approx(reference.brier_score_loss(y, chances))
    said = (chances >= 0.5).astype(int)
    assert scoring.value(scoring.f1(y, said), len(y)) == pytest.approx(reference.f1_score(y, said))


@given(classified())
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_classes_agree_with_scikit_learn(case: tuple[Array, Array]) -> None:
    truth, said = case
    rows = len(truth)
    assert scoring.value(scoring.mean(truth == said), rows) == pytest.approx(reference.accuracy_score(truth, said))
    assert scoring.value(scoring.balanced_accuracy(truth, said), rows) == pytest.approx(reference.balanced_accuracy_score(truth, said))
    assert scoring.value(scoring.macro_f1(truth, said), rows) == pytest.approx(reference.f1_score(truth, said, average="macro"))


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=60))
@settings(max_examples=150, deadline=None)
def test_errors_of_numbers_agree_with_scikit_learn(pairs: list[tuple[float, float]]) -> None:
    y, answers = np.array(pairs).T
    rows = len(y)
    assert scoring.value(scoring.mean(np.abs(y - answers)), rows) == pytest.approx(reference.mean_absolute_error(y, answers))
    assert scoring.value(scoring.root_mean_square(y - answers), rows) == pytest.approx(reference.root_mean_squared_error(y, answers))
    if np.ptp(y) > 1e-3:
        assert scoring.value(scoring.r_squared(y, answers), rows) == pytest.approx(reference.r2_score(y, answers))


def measures_of(y: Array, chances: Array, said: Array) -> dict[str, Statistic]:
    return {
        "roc_auc": scoring.roc_auc(y, chances),
        "average_precision": scoring.average_precision(y, chances),
        "balanced_accuracy": scoring.balanced_accuracy(y, said),
        "macro_f1": scoring.macro_f1(y, said),
        "f1": scoring.f1(y, said),
        "r_squared": scoring.r_squared(y, chances),
        "root_mean_square": scoring.root_mean_square(chances - y),
    }


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "balanced_accuracy", "macro_f1", "f1", "r_squared", "root_mean_square"])
def test_weights_count_rows_as_often_as_if_they_were_repeated(name: str) -> None:
    rng = np.random.default_rng(5)
    y, chances = rng.integers(0, 2, 40), rng.integers(0, 9, 40) / 8
    times = rng.integers(0, 4, (3, 40))
    weighted = measures_of(y, chances, (chances > 0.5).astype(int))[name](times.astype(float))
    for found, often in zip(weighted, times, strict=True):
        rows = np.repeat(np.arange(40), often)
        repeated = measures_of(y[rows], chances[rows], (chances[rows] > 0.5).astype(int))[name]
        assert found == pytest.approx(scoring.value(repeated, len(rows)))


def test_a_ranking_within_one_class_is_not_defined() -> None:
    assert scoring.value(scoring.roc_auc(np.ones(4), np.arange(4.0)), 4) is None
    assert scoring.value(scoring.average_precision(np.zeros(4), np.arange(4.0)), 4) is None


def test_r_squared_of_equal_values_is_not_defined() -> None:
    assert scoring.value(scoring.r_squared(np.full(5, 3.1), np.arange(5.0)), 5) is None


def test_no_rows_have_no_measure() -> None:
    assert scoring.value(scoring.mean(np.empty(0)), 0) is None
    assert scoring.calibration_error(np.empty(0), np.empty(0)) is None


def test_a_single_row_has_measures() -> None:
    one = np.array([1])
    assert scoring.value(scoring.balanced_accuracy(one, one), 1) == 1.0
    assert scoring.value(scoring.macro_f1(one, np.array([0])), 1) == 0.0
    assert scoring.value(scoring.roc_auc(one, np.array([0.3])), 1) is None


def test_being_sure_and_wrong_costs_a_finite_log_loss() -> None:
    losses = scoring.log_losses(np.array([1]), np.array([[1.0, 0.0]]))
    assert losses[0] == pytest.approx(-math.log(1e-7))


def test_calibration_bins_hold_every_row_once_and_keep_equal_chances_together() -> None:
    rng = np.random.default_rng(2)
    said = np.r_[np.full(300, 0.2), rng.random(700)]
    bins = scoring.calibration_bins(np.zeros(1000), said)
    assert sorted(np.concatenate(bins).tolist()) == list(range(1000))
    assert sum((said[b] == 0.2).any() for b in bins) == 1


def test_calibration_error_is_the_gap_between_said_and_seen() -> None:
    happened = np.r_[np.zeros(50), np.ones(50)]
    assert scoring.calibration_error(happened, np.full(100, 0.9)) == pytest.approx(0.4)
    assert scoring.calibration_error(happened, np.r_[np.zeros(50), np.ones(50)]) == 0.0
