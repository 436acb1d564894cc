"""The strongest relations: found, ordered, named in the person's units, and never invented from noise."""

import numpy as np
import pandas as pd
import pytest

from engine import relations
from engine.columns import Column, Table
from engine.tasks import TASKS


@pytest.fixture
def table() -> Table:
    random = np.random.default_rng(0)
    n = 2000
    age = random.uniform(20, 90, n)
    ward = random.choice(["north", "south", "east"], n)
    day = np.datetime64("2024-01-01") + np.arange(n).astype("timedelta64[h]")
    ill = ((age > 60) ^ (random.random(n) < 0.1)).astype(float)
    cost = np.where(ward == "east", 900, 100) + random.normal(0, 50, n)
    age[:40] = np.nan
    frame = pd.DataFrame(
        {"age": age, "ward": pd.Series(ward, dtype="str"), "noise": random.normal(size=n), "day": day, "ill": ill, "cost": cost}
    )
    types = {"ward": "category", "day": "date"}
    return Table(tuple(Column(id=name, name=name.title(), type=types.get(name, "number")) for name in frame), frame)  # type: ignore[arg-type]


INPUTS = ("age", "ward", "noise", "day")


def test_the_column_that_matters_comes_first(table: Table) -> None:
    found = relations.strongest(table, "ill", TASKS.get("binary")(positive="1"), INPUTS)
    assert found[0].column == "age"
    assert found[0].strength > 0.4
    assert found[0].values[0] < 0.2 < 0.8 < found[0].values[-1]
    assert found[0].answer == "1"


def test_several_values_that_mean_yes_are_named_together(table: Table) -> None:
    three = Table(table.columns, table.frame.assign(ill=table.frame["ill"] * (1 + (table.frame["cost"] > 500))))
    found = relations.strongest(three, "ill", TASKS.get("binary")(negative="0"), ("age",))
    assert found[0].answer == "not 0"


def test_noise_explains_nothing(table: Table) -> None:
    found = relations.strongest(table, "ill", TASKS.get("binary")(positive="1"), INPUTS)
    assert "noise" not in {relation.column for relation in found}


def test_a_number_is_averaged_in_its_own_unit(table: Table) -> None:
    first = relations.strongest(table, "cost", TASKS.get("regression")(), INPUTS)[0]
    assert (first.column, first.answer) == ("ward", "")
    assert dict(zip(first.bins, first.values, strict=True))["east"] == pytest.approx(900, abs=20)


def test_named_values_are_ordered_by_the_answer(table: Table) -> None:
    first = relations.strongest(table, "cost", TASKS.get("regression")(), ("ward",))[0]
    assert first.bins[0] == "east"
    assert list(first.values) == sorted(first.values, reverse=True)


def test_missing_values_are_in_no_bin(table: Table) -> None:
    found = relations.strongest(table, "ill", TASKS.get("binary")(positive="1"), ("age",))
    assert sum(found[0].rows) == 1960


def test_ranges_and_dates_are_named_for_people(table: Table) -> None:
    late = table.frame.assign(ill=(np.arange(len(table)) > 900).astype(float), age=table.frame["age"])
    found = {r.column: r for r in relations.strongest(Table(table.columns, late), "ill", TASKS.get("binary")(positive="1"), ("day",))}
    found |= {r.column: r for r in relations.strongest(table, "ill", TASKS.get("binary")(positive="1"), ("age",))}
    assert found["day"].bins[0].startswith("2024-01-01 to 2024-01-")
    assert found["age"].bins[0].startswith("20")


def test_several_answers_show_the_one_a_column_tells_best(table: Table) -> None:
    first = relations.strongest(table, "ward", TASKS.get("multiclass")(), ("cost",))[0]
    assert first.answer == "east"
    assert first.values[-1] > 0.9


def test_a_constant_column_and_a_hopeless_target_are_left_out(table: Table) -> None:
    constant = Table((*table.columns, Column(id="one", name="One", type="number")), table.frame.assign(one=1.0))
    assert relations.strongest(constant, "ill", TASKS.get("binary")(positive="1"), ("one",)) == []
    assert relations.strongest(constant, "one", TASKS.get("binary")(), INPUTS) == []
