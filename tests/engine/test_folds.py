"""Turning rows round: each is unseen once, groups stay whole, windows of time only look back, and the gap is kept."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import split
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.split import Parts, Split
from engine.tasks import TASKS

SEEDS = range(10)
BINARY, AMOUNT = TASKS.get("binary")(positive="yes"), TASKS.get("regression")()


def table(seed: int) -> Table:
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(80, 400))
    patient = rng.integers(0, rows // int(rng.integers(2, 6)), rows).astype(str).astype(object)
    day = pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, rows), "D")
    ill = np.where(rng.random(rows) < rng.uniform(0.2, 0.8), "yes", "no").astype(object)
    ill[rng.random(rows) < 0.05] = None
    frame = pd.DataFrame({"patient": patient, "ill": ill}).astype("str")
    frame["dose"] = rng.lognormal(size=rows)
    frame["day"] = pd.Series(day).where(rng.random(rows) > 0.03).astype("datetime64[ns]")
    types: dict[str, Any] = {"patient": "category", "ill": "category", "dose": "number", "day": "date"}
    return Table(tuple(Column(id=id, name=id.title(), type=type) for id, type in types.items()), frame)


def folds(rows: Table, asked: Split, target: str = "ill", seed: int = 0) -> list[Parts]:
    task = BINARY if target == "ill" else AMOUNT
    return [split.assign(asked.model_copy(update={"fold": k}), rows, target, task, seed) for k in range(asked.folds)]


def assert_sound(parts: Parts) -> None:
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(set(together)) == len(together)
    assert all(len(part) and (np.diff(part) > 0).all() for part in (parts.train, parts.validation, parts.test))


@pytest.mark.parametrize("method", ["random", "group", "alike"])
@pytest.mark.parametrize("seed", SEEDS)
def test_each_row_is_unseen_exactly_once_and_used_in_every_other_fold(method: str, seed: int) -> None:
    rows = table(seed)
    made = folds(rows, Split(method=method, column="" if method == "random" else "patient", folds=5), seed=seed)
    answered = np.flatnonzero(rows.frame["ill"].notna())
    assert np.array_equal(np.sort(np.concatenate([parts.test for parts in made])), answered)
    for parts in made:
        assert_sound(parts)
        assert len(parts.train) + len(parts.validation) + len(parts.test) == len(answered)


@pytest.mark.parametrize("seed", SEEDS)
def test_classes_have_their_share_in_every_fold(seed: int) -> None:
    rows = table(seed)
    ill = (rows.frame["ill"] == "yes").to_numpy()
    expected = ill.sum() / 5
    assert all(abs(ill[parts.test].sum() - expected) <= 2 for parts in folds(rows, Split(folds=5), seed=seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_fold_has_small_and_large_amounts(seed: int) -> None:
    rows = table(seed)
    is_large = (rows.frame["dose"] > rows.frame["dose"].quantile(0.9)).to_numpy()
    found = [int(is_large[parts.test].sum()) for parts in folds(rows, Split(folds=4), "dose", seed)]
    assert max(found) - min(found) <= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_are_never_split(seed: int) -> None:
    rows = table(seed)
    for parts in folds(rows, Split(method="group", column="patient", folds=4), seed=seed):
        found = [set(rows.frame["patient"].iloc[part]) for part in (parts.train, parts.validation, parts.test)]
        assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


@pytest.mark.parametrize("sites", [3, 7])
def test_with_as_many_folds_as_groups_each_group_is_left_out_once(sites: int) -> None:
    rows = table(1)
    rows.frame["patient"] = (np.arange(len(rows)) % sites).astype(str)
    made = folds(rows, Split(method="group", column="patient", folds=sites))
    left_out = [set(rows.frame["patient"].iloc[parts.test]) for parts in made]
    assert sorted(site for found in left_out for site in found) == sorted(map(str, range(sites)))
    for parts in made:
        assert_sound(parts)


@pytest.mark.parametrize("gap", [0.0, 6.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_windows_of_time_only_look_back_and_hold_the_gap(seed: int, gap: float) -> None:
    rows = table(seed)
    made = folds(rows, Split(method="time", column="day", folds=4, gap=gap), seed=seed)
    day = rows.frame["day"]
    for parts in made:
        assert_sound(parts)
        train, steering, unseen = (day.iloc[part].dropna() for part in (parts.train, parts.validation, parts.test))
        assert train.max() < steering.min() and steering.max() < unseen.min()
        assert min(steering.min() - train.max(), unseen.min() - steering.max()) >= pd.Timedelta(days=gap)
    assert [day.iloc[parts.test].max() for parts in made[:-1]] < [day.iloc[parts.test].min() for parts in made[1:]]
    assert all(len(a.train) < len(b.train) for a, b in zip(made[:-1], made[1:], strict=True))
    unseen = np.concatenate([parts.test for parts in made])
    assert len(set(unseen)) == len(unseen)


def test_a_repeat_divides_otherwise_and_the_same_repeat_alike() -> None:
    rows = table(3)
    first, again, other = (folds(rows, Split(folds=5, repeat=repeat)) for repeat in (0, 0, 1))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a.test, b.test) for a, b in zip(first, other, strict=True))


def test_copies_of_a_row_are_in_one_fold() -> None:
    rows = table(4)
    twice = Table(rows.columns, pd.concat([rows.frame, rows.frame.iloc[:30]], ignore_index=True))
    for parts in folds(twice, Split(folds=5)):
        is_unseen = np.isin(np.arange(len(twice)), parts.test)
        assert np.array_equal(is_unseen[:30], is_unseen[len(rows) :])


def test_settings_are_compared_on_the_rows_that_steer() -> None:
    rows = table(5)
    usual = split.assign(Split(), rows, "ill", BINARY, 0)
    spared = split.assign(Split(spares_unseen=True), rows, "ill", BINARY, 0)
    assert np.array_equal(spared.train, usual.train) and np.array_equal(spared.validation, usual.validation)
    assert np.array_equal(spared.test, usual.validation) and not set(spared.test) & set(usual.test)


def test_what_cannot_be_turned_round_is_refused_with_what_can() -> None:
    rows = table(6)
    with pytest.raises(InvalidPlan, match="cannot take turns at being unseen. Divide them by chance"):
        split.assign(Split(method="column", column="patient", mapping={"1": "train", "2": "test"}, folds=5), rows, "ill", BINARY, 0)
    rows.frame["patient"] = (np.arange(len(rows)) % 3).astype(str)
    with pytest.raises(InvalidPlan, match="These rows fall into 3 parts, not 5"):
        split.assign(Split(method="group", column="patient", folds=5, fold=4), rows, "ill", BINARY, 0)
    with pytest.raises(InvalidPlan, match="too few for 500 windows"):
        split.assign(Split(method="time", column="day", folds=500), rows, "ill", BINARY, 0)
