"""Gaps filled from the rest of the row, and what that is worth on a person's own rows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import gains, recipe, training
from engine import plan as plans
from engine.columns import Column, Table
from engine.errors import EngineError
from engine.recipe import Fitted
from engine.steps import STEPS
from engine.steps.denoise import Denoise
from engine.steps.fill_numbers import FillNumbers
from engine.tasks import TASKS
from tests import lessons
from tests.lessons import Heard

Array = np.ndarray[Any, Any]


def holed(rows: int = 900, columns: int = 6, share: float = 0.15) -> tuple[Array, Array]:
    """Columns that go together, in very different units; whole, and with gaps."""
    rng = np.random.default_rng(0)
    whole = rng.normal(size=(rows, 2)) @ rng.normal(size=(2, columns)) + 0.2 * rng.normal(size=(rows, columns))
    whole = 50 + whole * np.logspace(0, 3, columns)
    return whole, np.where(rng.random(whole.shape) < share, np.nan, whole)


def test_it_fills_far_better_than_the_median_where_columns_go_together() -> None:
    whole, x = holed()
    gaps, spread = np.isnan(x[600:]), whole.std(axis=0)

    def off(step: Any) -> float:
        filled = step.apply(x[600:], step.fit(x[:600]))
        return float(np.sqrt(np.square(((filled - whole[600:]) / spread)[gaps]).mean()))

    assert off(Denoise(indicator=False)) < 0.6 * off(FillNumbers(indicator=False))


def test_what_is_there_stays_as_it_is() -> None:
    whole, x = holed(200)
    step = Denoise(indicator=False)
    filled = step.apply(x, step.fit(x))
    assert (filled[~np.isnan(x)] == whole[~np.isnan(x)]).all()


def test_the_same_rows_teach_the_same() -> None:
    _, x = holed(200)
    assert Denoise().fit(x) == Denoise().fit(x)


def test_what_it_keeps_stays_small_for_very_many_columns() -> None:
    rng = np.random.default_rng(1)
    assert len(json.dumps(Denoise().fit(rng.normal(size=(30, 900))))) < 5_000_000


def test_patterns_are_told_as_of_a_column_they_come_from() -> None:
    _, x = holed(200)
    step = Denoise(features=True)
    state = step.fit(x)
    told = step.outputs([f"c{i}" for i in range(6)], state)
    assert step.apply(x, state).shape[1] == len(told) == 6 + 6 + 32
    assert all(label.startswith(f"c{source}") for label, source in told)


def test_a_preview_does_not_wait_for_it() -> None:
    _, x = holed(200, 3)
    table = Table(
        tuple(Column(id=f"c{i}", name=f"n{i}", type="number") for i in range(3)), pd.DataFrame({f"c{i}": x[:, i] for i in range(3)})
    )
    shown = recipe.preview([STEPS.parse({"kind": "denoise"})], table, ["c0", "c1", "c2"], 0)
    usual = recipe.preview([STEPS.parse({"kind": "fill_numbers"})], table, ["c0", "c1", "c2"], 0)
    assert shown.after.equals(usual.after)


def _case(share: float = 0.3) -> tuple[Table, Any]:
    """The answer follows from the first column, most of which the two others tell too."""
    rng = np.random.default_rng(2)
    first = rng.normal(size=900)
    x = np.column_stack([first, first + 0.1 * rng.normal(size=900), -first + 0.1 * rng.normal(size=900)])
    y = 30 + 8 * first + rng.normal(size=900)
    x[rng.random(x.shape) < share] = np.nan
    columns = [Column(id=f"c000{i + 1}", name=f"n{i}", type="number") for i in range(4)]
    frame = pd.DataFrame({c.id: v for c, v in zip(columns, [*x.T, y], strict=True)})
    steps = tuple(STEPS.parse({"kind": kind}) for kind in ("denoise", "scale"))
    plan = lessons.plan().model_copy(
        update={"target": "c0004", "inputs": ("c0001", "c0002", "c0003"), "task": TASKS.get("regression")(), "recipe": steps}
    )
    return Table(tuple(columns), frame), plan


def test_its_gain_is_measured_and_told_in_words() -> None:
    table, plan = _case()
    found = gains.measured(plan, table, np.arange(700))
    assert found.is_sure and found.low <= found.value <= found.high
    assert found.sentence.startswith("On your rows: ") and "better (between" in found.sentence


def test_no_gain_is_told_where_nothing_is_missing() -> None:
    table, plan = _case(share=0.0)
    found = gains.measured(plan, table, np.arange(300))
    assert found.value == pytest.approx(0) and found.sentence.startswith("No gain here: ")


def test_a_recipe_without_such_a_step_has_nothing_to_measure() -> None:
    table, plan = _case()
    with pytest.raises(EngineError, match="No step of this recipe takes long"):
        gains.measured(plan.model_copy(update={"recipe": plan.recipe[1:]}), table, np.arange(300))


def test_a_trained_model_keeps_it_as_numbers_and_answers_rows_with_gaps(tmp_path: Path) -> None:
    table, plan = _case()
    made = training.train(plan, table, Heard(), tmp_path / "bundle")
    stored = json.loads((made.folder / "recipe.json").read_text("utf-8"))
    fitted = Fitted.from_json(stored)
    assert np.array_equal(fitted.apply(table)["number"], made.fitted.apply(table)["number"])
    assert np.isfinite(made.predict(table.take(np.arange(20)))["prediction"].to_numpy(float)).all()


def test_added_to_the_usual_steps_it_comes_before_the_filling_that_would_leave_it_nothing() -> None:
    plan = lessons.plan()
    usual = plan.model_copy(update={"recipe": tuple(sorted(plan.recipe, key=lambda step: type(step).order))})
    asked = plans.apply_action(usual, {"do": "add step", "kind": "denoise"})
    kinds = [step.kind for step in asked.recipe]
    assert kinds.index("denoise") < kinds.index("fill_numbers")
