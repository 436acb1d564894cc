"""How rows are divided: at random, by group, by time."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import split
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.split import Parts, Split
from engine.tasks import Task

Array = np.ndarray[Any, Any]


class Classes(Task):
    """Stands for any task that predicts classes."""

    kind: str = "classes"
    estimator = "classifier"


class Amounts(Task):
    """Stands for any task that predicts numbers."""

    kind: str = "amounts"
    estimator = "regressor"


def table(y: Any, **others: Any) -> Table:
    frame = pd.DataFrame({"y": y, **others})
    kinds: dict[str, Any] = {"f": "number", "M": "date"}
    columns = [Column(id=id, name=id.title(), type=kinds.get(np.asarray(frame[id]).dtype.kind, "category")) for id in frame]
    return Table(tuple(columns), frame)


def assigned(by: Split, rows: Table, task: Task | None = None, seed: int = 0) -> Parts:
    parts = split.assign(by, rows, "y", task or Classes(), seed)
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(set(together)) == len(together)
    assert all((np.diff(part) > 0).all() for part in (parts.train, parts.validation, parts.test))
    return parts


def words(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_the_parts_have_the_shares_asked_for() -> None:
    parts = assigned(Split(test=0.2, validation=0.1), table(np.arange(1000.0)), Amounts())
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (700, 100, 200)


def test_the_same_seed_divides_alike_and_another_does_not() -> None:
    rows = table(np.tile([0.0, 1.0], 200))
    assert assigned(Split(), rows).test.tolist() == assigned(Split(), rows).test.tolist()
    assert assigned(Split(), rows).test.tolist() != assigned(Split(), rows, seed=1).test.tolist()


def test_a_class_keeps_its_share_in_every_part() -> None:
    y = np.zeros(1000)
    y[:50] = 1
    parts = assigned(Split(test=0.2, validation=0.2), table(y))
    assert [int(y[part].sum()) for part in (parts.train, parts.validation, parts.test)] == [30, 10, 10]


def test_the_only_row_of_a_class_is_learned_from() -> None:
    parts = assigned(Split(), table(words(*["a"] * 60, *["b"] * 60, "c")))
    assert 120 in parts.train


def test_exact_copies_of_a_row_stay_together() -> None:
    x = np.concatenate([np.arange(300.0), np.arange(100.0)])
    y = np.concatenate([np.tile([0.0, 1.0], 150), np.tile([0.0, 1.0], 50)])
    parts = assigned(Split(), table(y, x=x))
    found = [set(x[part]) for part in (parts.train, parts.validation, parts.test)]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert len(parts.test) == pytest.approx(80, abs=8)


def test_parts_have_the_promised_sizes_however_often_rows_repeat() -> None:
    x = np.repeat(np.arange(150.0), np.tile([1, 1, 1, 1, 5], 30))
    promised = split.counts(Split(), len(x))
    for seed in range(5):
        parts = assigned(Split(), table(x, x=x), Amounts(), seed)
        assert [len(parts.train), len(parts.validation), len(parts.test)] == pytest.approx(promised, abs=5)


def test_rows_that_mostly_repeat_by_nature_are_divided_one_by_one() -> None:
    parts = assigned(Split(), table(np.tile([0.0, 1.0], 100), x=np.repeat([0.0, 1.0], 100)))
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (130, 30, 40)


def test_rows_without_a_target_are_in_no_part() -> None:
    y = np.tile([0.0, 1.0], 50)
    y[[3, 50]] = np.nan, np.inf
    parts = assigned(Split(), table(y), Amounts())
    assert len(parts.train) + len(parts.validation) + len(parts.test) == 98


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(InvalidPlan) as error:
        assigned(Split(), table(words(*["a", "b"] * 8, *[None] * 10)))
    assert error.value.what == "Only 16 rows have a value in 'Y'; at least 20 are needed."
    assert error.value.fix == "Add rows, or choose another column to predict."


def test_one_class_is_refused_with_its_value() -> None:
    with pytest.raises(InvalidPlan, match="Every row has the same value in 'Y': no. There is nothing to tell apart."):
        assigned(Split(), table(words(*["no"] * 40)))


def test_a_group_is_never_in_two_parts() -> None:
    rng = np.random.default_rng(0)
    patient = rng.integers(0, 80, 600)
    rows = table(rng.choice([0.0, 1.0], 600), patient=pd.Series(patient.astype(str), dtype="str"))
    parts = assigned(Split(method="group", column="patient"), rows)
    found = [set(patient[part]) for part in (parts.train, parts.validation, parts.test)]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


def test_groups_come_near_the_shares_and_keep_classes_balanced() -> None:
    rng = np.random.default_rng(1)
    machine = np.repeat(np.arange(200), rng.integers(1, 12, 200))
    y = (rng.random(len(machine)) < 0.1).astype(float)
    parts = assigned(Split(method="group", column="machine"), table(y, machine=machine.astype(float)))
    assert len(parts.test) / len(y) == pytest.approx(0.2, abs=0.01)
    assert len(parts.validation) / len(y) == pytest.approx(0.15, abs=0.01)
    assert y[parts.test].mean() == pytest.approx(y.mean(), abs=0.01)


def test_a_huge_group_is_learned_from() -> None:
    site = words(*["big"] * 60, *[f"s{i // 4}" for i in range(40)])
    parts = assigned(Split(method="group", column="site"), table(np.tile([0.0, 1.0], 50), site=site))
    assert set(range(60)) <= set(parts.train)


def test_three_groups_fill_three_parts() -> None:
    site = words(*["a"] * 20, *["b"] * 20, *["c"] * 20)
    parts = assigned(Split(method="group", column="site"), table(np.arange(60.0), site=site), Amounts())
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (20, 20, 20)


def test_two_groups_are_refused() -> None:
    rows = table(np.arange(60.0), site=words(*["a", "b"] * 30))
    with pytest.raises(InvalidPlan, match="'Site' has only 2 different values; to keep groups whole, at least 3 are needed."):
        assigned(Split(method="group", column="site"), rows, Amounts())


def test_rows_without_a_group_are_groups_of_their_own() -> None:
    parts = assigned(Split(method="group", column="site"), table(np.arange(100.0), site=words(*[None] * 100)), Amounts())
    assert (len(parts.validation), len(parts.test)) == (15, 20)


def test_the_newest_rows_are_the_unseen_ones() -> None:
    day = pd.Series(pd.date_range("2024-01-01", periods=200)).sample(frac=1, random_state=0).reset_index(drop=True)
    parts = assigned(Split(method="time", column="day"), table(np.arange(200.0), day=day), Amounts())
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (130, 30, 40)
    assert day[parts.train].max() < day[parts.validation].min()
    assert day[parts.validation].max() < day[parts.test].min()


def test_rows_of_one_moment_stay_together_and_undated_ones_are_learned_from() -> None:
    year = np.repeat([2019.0, 2020, 2021, 2022, np.nan], 20)
    parts = assigned(Split(method="time", column="year"), table(np.arange(100.0), year=year), Amounts())
    assert [sorted(set(year[part])) for part in (parts.validation, parts.test)] == [[2021], [2022]]
    assert set(range(80, 100)) <= set(parts.train)


def test_one_moment_with_most_rows_still_leaves_three_parts() -> None:
    year = np.array([2019.0, 2020, *[2021] * 58])
    parts = assigned(Split(method="time", column="year"), table(np.arange(60.0), year=year), Amounts())
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (1, 1, 58)


def test_two_moments_are_refused() -> None:
    with pytest.raises(InvalidPlan, match="'Year' has only 2 different moments; to divide by time, at least 3 are needed."):
        assigned(Split(method="time", column="year"), table(np.arange(60.0), year=np.tile([2019.0, 2020], 30)), Amounts())


def test_a_column_without_an_order_is_refused_as_time() -> None:
    with pytest.raises(InvalidPlan, match="'Site' is neither a date nor a number, so rows cannot be put in order by it."):
        assigned(Split(method="time", column="site"), table(np.arange(60.0), site=words(*["a", "b"] * 30)), Amounts())
