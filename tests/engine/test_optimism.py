"""What a split by chance would flatter, on patients with several visits."""

from pathlib import Path

import numpy as np
import pytest

from engine import advice, optimism, profile, split, training
from engine.architectures import ARCHITECTURES
from engine.columns import Table
from engine.panels import Bars, Measure, Notes, Score
from engine.plan import Plan
from tests import patients
from tests.lessons import Heard

RIGHT = Measure(name="accuracy", label="Right answers", unit="%", model=Score(value=70.0))


def planned(table: Table, **changes: object) -> Plan:
    plan, _ = advice.plan("d1", table, profile.compute(table), "c0007")
    return plan.model_copy(update=changes)


@pytest.fixture(scope="module")
def table() -> Table:
    return patients.table()


def panel(table: Table, plan: Plan) -> Bars:
    parts = split.assign(plan.split, table, plan.target, plan.task, plan.seed)
    found = optimism.panel(plan, table, parts, RIGHT)
    assert found is not None
    return found


def test_patients_on_both_sides_look_much_better_than_new_ones(table: Table) -> None:
    plan = planned(table)
    assert (plan.split.method, plan.split.column) == ("group", "c0001")
    found = panel(table, plan)
    flattered, honest = found.values
    assert flattered > 95 and honest < 80
    assert f"on both sides it would look like {flattered:.3g} %; on a new 'patient id' it is {honest:.3g} %" in found.note
    assert "do not believe scores from a split by chance" in found.note


def test_rows_that_have_nothing_in_common_are_not_flattered(table: Table) -> None:
    mixed = table.frame.assign(c0001=np.random.default_rng(0).permutation(table.frame["c0001"]))
    for id in ("c0003", "c0004", "c0005", "c0006"):
        mixed[id] = np.random.default_rng(int(id[-1])).permutation(mixed[id])
    found = panel(Table(table.columns, mixed), planned(table))
    assert abs(found.values[0] - found.values[1]) < 12


def test_the_report_of_a_training_by_group_holds_it_and_what_was_looked_at(table: Table, tmp_path: Path) -> None:
    plan = planned(table)
    known = profile.compute(table)
    trees = ARCHITECTURES.parse({"kind": "boosted_trees"})
    recipe = tuple(step for step, _ in advice.recipe(known, plan.inputs, trees))
    learner = advice.training(known, trees).with_(epochs=5)
    plan = plan.model_copy(update={"architecture": trees, "recipe": recipe, "training": learner})
    prepared = training.prepare(plan, table, Heard())
    report = training.learn(prepared, Heard(), tmp_path / "bundle", looks=3).report
    assert any(isinstance(one, Bars) and one.title == "What if rows of one 'patient id' were on both sides?" for one in report.panels)
    lines = [line for one in report.panels if isinstance(one, Notes) for line in one.lines]
    assert len([line for line in lines if "looked at 3 times before" in line]) == 1
