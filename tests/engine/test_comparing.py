"""Models compared on the same rows: equal ones share a place, clearly worse ones do not, and luck is reckoned with."""

import numpy as np
import pytest

from engine import comparing
from engine.comparing import Contender, Gap
from engine.sampling import Sampling
from engine.scoring import mean, roc_auc

ROWS = 200


def contender(id: str, values: np.ndarray) -> Contender:
    return Contender(id, float(values.mean()), statistic=mean(values))


def shares(rng: np.random.Generator, count: int, right: float = 0.8, rows: int = ROWS, alike: float = 0.6) -> list[np.ndarray]:
    """(rows,) right or wrong of models that are all right equally often, and often on the same rows."""
    common = rng.random(rows) < right
    return [np.where(rng.random(rows) < alike, common, rng.random(rows) < right).astype(float) for _ in range(count)]


def test_identical_answers_differ_by_nothing() -> None:
    (values,) = shares(np.random.default_rng(0), 1)
    found = comparing.rank([contender("a", values), contender("b", values)], Sampling(ROWS), "higher")
    assert [standing.place for standing in found.standings] == [1, 1]
    assert found.standings[1].gap == Gap(0.0, 0.0, 0.0, 1.0, is_paired=True)
    assert found.luck == pytest.approx(0, abs=1e-12)


def test_strictly_better_answers_are_told_apart() -> None:
    (worse,) = shares(np.random.default_rng(0), 1, right=0.6)
    better = worse.copy()
    better[np.flatnonzero(worse == 0)[:20]] = 1.0
    found = comparing.rank([contender("worse", worse), contender("better", better)], Sampling(ROWS), "higher")
    assert [(standing.id, standing.place) for standing in found.standings] == [("better", 1), ("worse", 2)]
    gap = found.standings[1].gap
    assert gap is not None and gap.value == pytest.approx(-0.1)
    assert gap.low < gap.value < gap.high < 0 and gap.chance <= 0.01


def test_where_less_is_better_the_smaller_error_leads() -> None:
    off = np.abs(np.random.default_rng(0).normal(5, 1, ROWS))
    found = comparing.rank([contender("a", off + 1), contender("b", off)], Sampling(ROWS), "lower")
    assert [standing.id for standing in found.standings] == ["b", "a"]
    assert found.standings[1].place == 2 and found.standings[1].gap.value == pytest.approx(1.0)


def test_pairing_tells_apart_what_two_overlapping_ranges_cannot() -> None:
    rng = np.random.default_rng(1)
    hard = np.abs(rng.normal(10, 5, ROWS))
    good, bad = hard, hard + rng.normal(0.5, 0.5, ROWS)
    half = 1.96 * hard.std() / ROWS**0.5
    alone = [Contender(id, float(v.mean()), v.mean() - half, v.mean() + half) for id, v in (("good", good), ("bad", bad))]
    paired = comparing.rank([contender("good", good), contender("bad", bad)], Sampling(ROWS), "lower")
    unpaired = comparing.rank(alone, Sampling(ROWS), "lower")
    assert [s.place for s in paired.standings] == [1, 2] and [s.place for s in unpaired.standings] == [1, 1]
    assert paired.standings[1].gap.is_paired and not unpaired.standings[1].gap.is_paired


def test_a_model_without_answers_is_compared_by_its_range() -> None:
    (values,) = shares(np.random.default_rng(0), 1)
    far, near = Contender("far", 0.3, 0.2, 0.4), Contender("near", values.mean() - 0.02, values.mean() - 0.08, values.mean() + 0.05)
    found = comparing.rank([far, near, contender("new", values)], Sampling(ROWS), "higher")
    assert [(s.id, s.place) for s in found.standings] == [("new", 1), ("near", 1), ("far", 3)]


@pytest.mark.parametrize("count", [2, 6])
def test_equal_models_are_rarely_called_different(count: int) -> None:
    rng = np.random.default_rng(7)
    wrongly = 0
    for seed in range(200):
        models = [contender(str(i), values) for i, values in enumerate(shares(rng, count))]
        wrongly += len(comparing.rank(models, Sampling(ROWS, seed=seed), "higher").first) < count
    assert wrongly <= 16, f"{wrongly} of 200"


def test_equal_models_of_few_groups_are_rarely_called_different() -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(15), 20)
    wrongly = 0
    for seed in range(200):
        models = [contender(str(i), rng.normal(0, 1, 15)[groups] + rng.normal(0, 0.2, 300)) for i in range(3)]
        wrongly += len(comparing.rank(models, Sampling(300, groups, seed), "higher").first) < 3
    assert wrongly <= 16, f"{wrongly} of 200"


def test_rows_of_few_groups_say_less_than_as_many_alone() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), 25)
    one = rng.normal(0, 1, 12)[groups] + rng.normal(0, 0.1, 300) + 0.4
    models = [contender("a", one), contender("b", np.zeros(300))]
    apart = [len(comparing.rank(models, Sampling(300, of), "higher").first) for of in (None, groups)]
    assert apart == [1, 2]


def test_places_go_on_behind_those_that_share_one() -> None:
    rng = np.random.default_rng(0)
    a, b = shares(rng, 2, right=0.9, rows=1000)
    c, d = shares(rng, 2, right=0.6, rows=1000)
    found = comparing.rank([contender(id, v) for id, v in zip("acbd", (a, c, b, d), strict=True)], Sampling(1000), "higher")
    assert sorted((s.id, s.place) for s in found.standings) == [("a", 1), ("b", 1), ("c", 3), ("d", 3)]


@pytest.mark.parametrize("rows", [1, 3, 9])
def test_too_few_rows_tell_nothing_apart(rows: int) -> None:
    models = [contender("a", np.ones(rows)), contender("b", np.zeros(rows))]
    found = comparing.rank(models, Sampling(rows), "higher")
    assert [s.place for s in found.standings] == [1, 1] and found.luck is None
    assert found.standings[1].gap == Gap(-1.0, is_paired=True)


def test_a_measure_that_is_not_defined_on_these_rows_tells_nothing() -> None:
    models = [Contender(id, 0.5, statistic=roc_auc(np.ones(50), np.arange(50.0))) for id in "ab"]
    assert [s.place for s in comparing.rank(models, Sampling(50), "higher").standings] == [1, 1]


def test_none_and_one_are_a_ranking_too() -> None:
    assert comparing.rank([], Sampling(0), "higher").standings == ()
    (only,) = comparing.rank([contender("a", np.ones(50))], Sampling(50), "higher").standings
    assert (only.place, only.gap) == (1, None)


def test_two_hundred_models_are_ranked() -> None:
    rng = np.random.default_rng(0)
    models = [contender(str(i), values) for i, values in enumerate(shares(rng, 200))]
    found = comparing.rank(models, Sampling(ROWS), "higher")
    assert len(found.standings) == 200 and len(found.first) >= 190


def test_the_luckiest_of_many_equal_models_looks_better_than_it_is() -> None:
    rng = np.random.default_rng(5)
    expected, real = [], []
    for seed in range(60):
        models = [contender(str(i), values) for i, values in enumerate(shares(rng, 12))]
        found = comparing.rank(models, Sampling(ROWS, seed=seed), "higher")
        expected.append(found.luck)
        real.append(found.standings[0].value - 0.8)
    assert np.mean(expected) == pytest.approx(np.mean(real), rel=0.25)


def test_more_rows_than_affordable_are_said_to_be_too_many() -> None:
    assert comparing.affordable_rows(6) > 100_000 and comparing.affordable_rows(200) == 10_000
    assert comparing.draws(150, 6) == 1000 and comparing.draws(100_000, 6) == 200


def test_the_front_has_what_nothing_beats_in_both() -> None:
    quality, cost = [90.0, 85.0, 85.0, 80.0, 70.0], [50.0, 10.0, 20.0, 10.0, 1.0]
    assert comparing.front(quality, cost, "higher") == [4, 1, 0]
    assert comparing.front(quality, cost, "lower") == [4]
    assert comparing.front([1.0, 1.0], [2.0, 2.0], "higher") == [0, 1]
    assert comparing.front([], [], "higher") == []


@pytest.mark.parametrize(
    ("seconds", "sizes", "chosen"),
    [
        ({"a": 0.2, "b": 0.01, "c": 0.05}, {"a": 9.0, "b": 8.0, "c": 1.0}, ("b", 20.0, 9 / 8)),
        ({"a": 0.2, "b": 0.01, "c": 0.011}, {"a": 9.0, "b": 8.0, "c": 1.0}, ("c", 0.2 / 0.011, 9.0)),
        ({"a": 0.01, "b": 0.01, "c": 0.05}, {"a": 9.0, "b": 3.0, "c": 1.0}, ("b", 1.0, 3.0)),
        ({"a": 0.01, "b": 0.011, "c": 0.2}, {"a": 9.0, "b": 8.0, "c": 1.0}, None),
        ({"a": None, "b": 0.01, "c": 0.01}, {"a": 9.0, "b": 3.0, "c": 1.0}, None),
        ({"a": 0.2, "b": 0.01, "c": None}, {}, ("b", 20.0, None)),
    ],
)
def test_of_those_as_good_as_the_best_the_fastest_or_smallest_is_proposed(seconds: dict, sizes: dict, chosen: tuple | None) -> None:
    found = comparing.propose(["a", "b", "c"], seconds, sizes)
    assert (found and (found.id, pytest.approx(found.faster), found.smaller and pytest.approx(found.smaller))) == chosen


def test_rows_on_which_only_one_is_right_are_counted() -> None:
    first, second = np.array([1, 1, 1, 0, 1], bool), np.array([0, 0, 1, 1, 1], bool)
    assert comparing.crossed(first, second) == (2, 1, 1.0)
    assert comparing.crossed(first, first) == (0, 0, 1.0)
    only_first, only_second, chance = comparing.crossed(np.ones(20, bool), np.zeros(20, bool))
    assert (only_first, only_second) == (20, 0) and chance < 0.001
