"""What every way to divide rows promises, on tables drawn at random."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import profile, split
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.split import Split
from engine.splits import METHODS, of
from engine.tasks import TASKS

KINDS = list(METHODS.members)
SEEDS = range(12)
BINARY = TASKS.get("binary")(positive="yes")


def table(seed: int) -> Table:
    """Rows of patients on days, with gaps in every column and a column that names the parts."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(120, 600))
    patient = rng.integers(0, rows // int(rng.integers(2, 6)), rows).astype(str).astype(object)
    day = pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, rows), "D")
    set_ = rng.choice(["train", "Train", "val", "hold-out"], rows, p=[0.4, 0.3, 0.1, 0.2]).astype(object)
    ill = np.where(rng.random(rows) < rng.uniform(0.2, 0.8), "yes", "no").astype(object)
    for values in (patient, set_, ill):
        values[rng.random(rows) < 0.03] = None
    frame = pd.DataFrame({"patient": patient, "set": set_, "ill": ill}).astype("str")
    frame["day"] = pd.Series(day).where(rng.random(rows) > 0.03).astype("datetime64[ns]")
    types: dict[str, Any] = {"patient": "category", "set": "category", "ill": "category", "day": "date"}
    return Table(tuple(Column(id=id, name=id.title(), type=type) for id, type in types.items()), frame)


def settings(kind: str, seed: int) -> Split:
    rng = np.random.default_rng(seed + 1000)
    column = {"group": "patient", "alike": "patient", "time": "day", "column": "set"}.get(kind, "")
    gap = float(rng.integers(0, 30)) if METHODS.get(kind).takes_gap else 0.0
    return Split(method=kind, column=column, test=rng.uniform(0.1, 0.4), validation=rng.uniform(0.1, 0.3), gap=gap)


def assigned(kind: str, seed: int) -> tuple[Table, Split, split.Parts]:
    rows, asked = table(seed), settings(kind, seed)
    return rows, asked, split.assign(asked, rows, "ill", BINARY, seed)


def parts_of(parts: split.Parts) -> list[Any]:
    return [parts.train, parts.validation, parts.test]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_parts_are_disjoint_ascending_and_have_answers(kind: str, seed: int) -> None:
    rows, _, parts = assigned(kind, seed)
    together = np.concatenate(parts_of(parts))
    assert len(set(together)) == len(together)
    assert all((np.diff(part) > 0).all() for part in parts_of(parts))
    assert rows.frame["ill"].iloc[together].notna().all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_part_has_rows_and_both_answers(kind: str, seed: int) -> None:
    rows, _, parts = assigned(kind, seed)
    assert [set(rows.frame["ill"].iloc[part]) for part in parts_of(parts)] == [{"yes", "no"}] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_divides_alike(kind: str) -> None:
    first, second = (assigned(kind, 3)[2] for _ in range(2))
    assert all((a == b).all() for a, b in zip(parts_of(first), parts_of(second), strict=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_second_file_its_rows_are_the_unseen_ones(kind: str, seed: int) -> None:
    rows, asked = table(seed), settings(kind, seed)
    outside = 40
    parts = split.assign(asked, rows, "ill", BINARY, seed, outside)
    before = len(rows) - outside
    assert (parts.test >= before).all() and (np.r_[parts.train, parts.validation] < before).all()
    assert len(parts.train) > len(parts.validation) > 0
    assert len(parts.test) == rows.frame["ill"].iloc[before:].notna().sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_group_is_in_one_part_only(seed: int) -> None:
    rows, _, parts = assigned("group", seed)
    found = [set(rows.frame["patient"].iloc[part].dropna()) for part in parts_of(parts)]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_alike_but_for_one_column_are_in_one_part_only(seed: int) -> None:
    rows, asked = table(seed), settings("alike", seed)
    rows.frame["day"] = rows.frame["day"].dt.to_period("Q").dt.start_time
    parts = split.assign(asked, rows, "ill", BINARY, seed)
    found = [set(map(tuple, rows.frame[["set", "day"]].iloc[part].astype(str).to_numpy())) for part in parts_of(parts)]
    assert all(found) and not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    of = split.groups(asked, rows, ["patient", "set", "day"])
    assert of is not None and not set(of[parts.train]) & set(of[parts.test])


@pytest.mark.parametrize("seed", SEEDS)
def test_time_is_in_order_and_the_gap_is_kept(seed: int) -> None:
    rows, asked, parts = assigned("time", seed)
    gap, days = pd.Timedelta(days=asked.gap), [rows.frame["day"].iloc[part].dropna() for part in parts_of(parts)]
    for earlier, later in ((days[0], days[1]), (days[1], days[2])):
        assert earlier.max() < later.min()
        assert later.min() - earlier.max() >= gap


@pytest.mark.parametrize("seed", SEEDS)
def test_what_lies_within_the_gap_is_in_no_part(seed: int) -> None:
    rows, asked, parts = assigned("time", seed)
    without = split.assign(asked.model_copy(update={"gap": 0.0}), rows, "ill", BINARY, seed)
    assert (parts.test == without.test).all()
    lost = len(np.concatenate(parts_of(without))) - len(np.concatenate(parts_of(parts)))
    assert (lost > 0) == (asked.gap > 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_given_column_is_obeyed(seed: int) -> None:
    rows, _, parts = assigned("column", seed)
    said = rows.frame["set"]
    assert [set(said.iloc[part]) for part in parts_of(parts)] == [{"train", "Train"}, {"val"}, {"hold-out"}]


def test_a_persons_own_meaning_of_the_values_counts() -> None:
    rows = table(0)
    asked = Split(method="column", column="set", mapping={"train": "test", "hold-out": "train"})
    parts = split.assign(asked, rows, "ill", BINARY, 0)
    assert set(rows.frame["set"].iloc[parts.test]) == {"train"}
    assert set(rows.frame["set"].iloc[np.r_[parts.train, parts.validation]]) == {"hold-out"}
    assert len(parts.validation) == pytest.approx(0.15 * (len(parts.train) + len(parts.validation)), abs=1)


def test_a_column_that_names_no_unseen_rows_is_refused() -> None:
    with pytest.raises(InvalidPlan, match="'Set' names no row to be kept unseen"):
        split.assign(Split(method="column", column="set", mapping={"train": "train"}), table(0), "ill", BINARY, 0)


def test_a_gap_longer_than_the_data_is_refused() -> None:
    with pytest.raises(InvalidPlan, match="With a gap of 900 days before the unseen rows, none are left"):
        split.assign(Split(method="time", column="day", gap=900), table(0), "ill", BINARY, 0)


def test_values_that_stand_for_no_part_are_said_before_the_training() -> None:
    known = profile.compute(table(0))
    asked = Split(method="column", column="set", mapping={"train": "train", "Train": "train", "hold-out": "test"})
    (problem,) = split.problems(asked, known, "ill")
    assert problem.level == "warn"
    assert "neither learned from nor judged: 'val' (" in problem.what and "no value (" in problem.what


def test_a_column_of_many_values_cannot_name_the_parts() -> None:
    (problem,) = split.problems(Split(method="column", column="patient"), profile.compute(table(0)), "ill")
    assert problem.level == "stop" and "too many to say for each" in problem.what


@pytest.mark.parametrize("kind", KINDS)
def test_a_method_draws_every_row_and_says_why(kind: str) -> None:
    rows, asked, method = table(1), settings(kind, 1), METHODS.get(kind)(kind=kind)
    values = rows.values(asked.column) if asked.column else None
    assert sorted(method.sequence(values, len(rows))) == list(range(len(rows)))
    assert method.why("Ward").endswith(".") and method.sequence_words() and method.short
    assert method.goes_by == bool(asked.column)
    assert of(asked) == method


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidPlan, match="There is no way to divide rows called 'magic'"):
        Split(method="magic")


def test_a_case_written_a_little_otherwise_is_the_same_case() -> None:
    rng = np.random.default_rng(0)
    parts = pd.DataFrame(rng.normal(100, 30, (150, 5)), columns=[f"m{i}" for i in range(5)])
    again = parts.iloc[:40].round(1)
    frame = pd.concat([parts, again], ignore_index=True).assign(age=0.0)
    frame["kind"] = pd.Series(["a"] * 189 + ["b"]).astype("str")
    columns = (*(Column(id=id, name=id, type="number") for id in [*parts, "age"]), Column(id="kind", name="kind", type="category"))
    found = split.groups(Split(method="alike", column="age"), Table(columns, frame), [*parts, "age", "kind"])
    assert found is not None and len(set(found)) == 151
    assert (found[:39] == found[150:189]).all()
    assert found[39] != found[189], "another kind is another case"
