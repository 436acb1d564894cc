"""Intervals hold the truth about as often as they promise, and comparisons are not fooled by luck. All draws are seeded."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from engine import intervals, scoring
from engine.intervals import Interval
from engine.sampling import Sampling, compare


def holds(interval: Interval | None, truth: float) -> bool:
    return interval is not None and interval[0] <= truth <= interval[1]


def test_wilson_agrees_with_scipy() -> None:
    for hits, rows in [(0, 7), (3, 7), (7, 7), (94, 100), (1, 1)]:
        expected = stats.binomtest(hits, rows).proportion_ci(0.95, "wilson")
        assert intervals.wilson(hits, rows) == pytest.approx((expected.low, expected.high))


def test_no_rows_leave_every_share_possible() -> None:
    assert intervals.wilson(0, 0) == (0.0, 1.0)
    assert intervals.mean_share_interval([0, 0], [0, 0]) == (0.0, 1.0)


def test_perfect_answers_still_have_an_interval() -> None:
    assert intervals.wilson(20, 20)[0] < 0.85
    assert intervals.auc_interval(1.0, 5, 20)[0] < 0.8
    assert intervals.f1_interval(5, 0, 0)[0] < 0.8
    assert intervals.mean_share_interval([5, 20], [5, 20])[0] < 0.85


def test_the_interval_of_a_ranking_holds_its_own_value_and_mirrors() -> None:
    for auc in (0.0, 0.3, 0.5, 0.93, 1.0):
        low, high = intervals.auc_interval(auc, 12, 60)
        mirrored = intervals.auc_interval(1 - auc, 12, 60)
        assert low <= auc <= high
        assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]), abs=1e-6)


def test_intervals_of_rankings_hold_19_times_in_20() -> None:
    rng = np.random.default_rng(0)
    truth = stats.norm.cdf(1.5 / np.sqrt(2))
    y = np.r_[np.zeros(60), np.ones(20)]
    held = [holds(intervals.auc_interval(roc_auc_score(y, rng.normal(1.5 * y, 1)), 20, 60), truth) for _ in range(400)]
    assert 0.92 <= np.mean(held) <= 0.99


def test_intervals_of_balanced_accuracy_hold_19_times_in_20() -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(3000):
        hits = [rng.binomial(rows, share) for rows, share in ((15, 0.9), (60, 0.7), (30, 0.8))]
        held.append(holds(intervals.mean_share_interval(hits, [15, 60, 30]), 0.8))
    assert 0.92 <= np.mean(held) <= 0.99


@pytest.mark.parametrize("rows", [15, 40, 150])
def test_bootstrap_intervals_of_errors_hold_19_times_in_20(rows: int) -> None:
    rng = np.random.default_rng(rows)
    held = []
    for seed in range(200):
        drawn = intervals.bootstrap({"off": scoring.mean(np.abs(rng.normal(0, 1, rows)))}, rows, seed, draws=400)
        held.append(holds(intervals.span(drawn["off"], rows), np.sqrt(2 / np.pi)))
    assert 0.90 <= np.mean(held) <= 0.99


def test_too_few_rows_get_no_bootstrap_interval() -> None:
    drawn = intervals.bootstrap({"m": scoring.mean(np.arange(9.0))}, 9, 0)
    assert intervals.span(drawn["m"], 9) is None


def test_a_measure_mostly_undefined_gets_no_interval() -> None:
    y = np.r_[np.ones(1), np.zeros(29)]
    drawn = intervals.bootstrap({"auc": scoring.roc_auc(y, np.arange(30.0))}, 30, 0)
    assert intervals.span(drawn["auc"], 30) is None


def test_resamples_draw_as_many_rows_as_there_are_and_repeat_with_the_seed() -> None:
    first, second, other = (np.concatenate(list(intervals.resamples(300, seed))) for seed in (4, 4, 5))
    assert first.shape == (1000, 300)
    assert (first.sum(axis=1) == 300).all()
    assert (first == second).all() and (first != other).any()


def test_very_many_rows_are_resampled_less_often() -> None:
    assert sum(len(piece) for piece in intervals.resamples(50_000, 0)) == 400


def test_every_measure_sees_the_same_resamples() -> None:
    x = np.random.default_rng(0).normal(size=50)
    drawn = intervals.bootstrap({"a": scoring.mean(x), "b": scoring.mean(x + 1)}, 50, 3)
    assert drawn["b"] - drawn["a"] == pytest.approx(np.ones(1000))


def test_the_bootstrap_spread_is_the_standard_error() -> None:
    x = np.random.default_rng(0).normal(size=400)
    drawn = intervals.bootstrap({"m": scoring.mean(x)}, 400, 0)["m"]
    assert drawn.std() == pytest.approx(x.std() / 20, rel=0.1)


def test_a_clear_gain_is_sure_and_a_loss_is_worse() -> None:
    rng = np.random.default_rng(0)
    gain = compare(scoring.mean(rng.normal(1, 1, 100)), Sampling(100))
    loss = compare(scoring.mean(rng.normal(-1, 1, 100)), Sampling(100))
    assert gain is not None and gain.is_better and gain.is_sure
    assert loss is not None and loss.is_worse and not loss.is_sure


def test_nothing_is_compared_on_fewer_than_ten_rows() -> None:
    assert compare(scoring.mean(np.ones(9)), Sampling(9)) is None


def test_luck_alone_is_better_in_about_one_of_forty_but_sure_in_none_of_300() -> None:
    found = [compare(scoring.mean(np.random.default_rng(seed).normal(0, 1, 60)), Sampling(60, seed=seed)) for seed in range(300)]
    assert sum(c.is_better for c in found if c) <= 15
    assert not any(c.is_sure for c in found if c)


def test_conformal_margins_hold_nine_times_in_ten() -> None:
    rng = np.random.default_rng(0)
    held = []
    for _ in range(200):
        margin = intervals.conformal(rng.standard_t(4, 60))
        assert margin is not None
        held.append(np.mean(np.abs(rng.standard_t(4, 200)) <= margin))
    assert 0.88 <= np.mean(held) <= 0.93


def test_conformal_needs_twenty_rows() -> None:
    assert intervals.conformal(np.arange(19.0)) is None
    assert intervals.conformal(np.arange(20.0)) == 18.0
