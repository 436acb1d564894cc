"""Q07 and Q08, impossible by construction: what learns sees training rows only, and nothing is added before the rows are divided."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from engine import recipe, split, training
from engine.columns import Table
from engine.learners.base import Inputs
from engine.plan import Plan
from tests import lessons
from tests.lessons import Heard

SEEDS = range(6)


def other_unseen(table: Table, rows: np.ndarray, seed: int, but: str) -> Table:
    """The table with everything but the answer made different in those rows: far larger numbers, words never heard, other days."""
    frame, random = table.frame.copy(), np.random.default_rng(seed)
    for column in table.columns:
        if column.id == but:
            continue
        if column.type == "number":
            frame.loc[rows, column.id] = random.normal(0, 1e6, len(rows))
        elif column.type == "date":
            frame.loc[rows, column.id] = frame.loc[rows, column.id] + np.timedelta64(9000, "D")
        else:
            frame.loc[rows, column.id] = [f"new {seed} {row}" for row in rows]
    return replace(table, frame=frame)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["mlp", "boosted_trees"])
def test_nothing_that_is_learned_in_preparation_depends_on_other_rows(kind: str, seed: int) -> None:
    plan, table = lessons.plan(kind, epochs=1).model_copy(update={"seed": seed}), lessons.table()
    before = training.prepare(plan, table, Heard())
    unseen = np.concatenate([before.parts.validation, before.parts.test])
    after = training.prepare(plan, other_unseen(table, unseen, seed, plan.target), Heard())
    np.testing.assert_array_equal(after.parts.train, before.parts.train)
    assert after.fitted.to_json() == before.fitted.to_json()
    assert after.lesson.state == before.lesson.state
    for name, x in before.lesson.train.items():
        np.testing.assert_array_equal(after.lesson.train[name], x)


def test_the_test_would_see_a_preparation_that_looks_at_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, table = lessons.plan("mlp", epochs=1), lessons.table()
    parts = training.prepare(plan, table, Heard()).parts
    other = other_unseen(table, np.concatenate([parts.validation, parts.test]), 0, plan.target)
    assert recipe.fit(plan.recipe, other, plan.inputs).to_json() != recipe.fit(plan.recipe, table, plan.inputs).to_json()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_row_is_made_or_repeated_before_the_rows_are_divided(seed: int) -> None:
    plan, table = lessons.plan(epochs=1).model_copy(update={"seed": seed}), lessons.table()
    prepared = training.prepare(plan, table, Heard())
    rows = np.concatenate(list(asdict(prepared.parts).values()))
    assert len(np.unique(rows)) == len(rows) <= len(table)
    assert length(prepared.lesson.train) == len(prepared.parts.train)
    assert length(prepared.lesson.validation) == len(prepared.parts.validation)
    again = prepared.fitted.apply(table.take(prepared.parts.validation))
    for name, x in again.items():
        np.testing.assert_array_equal(prepared.lesson.validation[name], x)


def test_the_rows_are_divided_before_anything_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    taught: list[np.ndarray] = []
    real_split, real_fit = split.assign, recipe.fit

    def fit(steps: object, table: Table, inputs: object, rows: np.ndarray) -> recipe.Fitted:
        order.append(f"fit on {len(rows)}")
        taught.append(rows)
        return real_fit(steps, table, inputs, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(training.split, "assign", lambda *given: order.append("divide") or real_split(*given))
    monkeypatch.setattr(training.recipe, "fit", fit)
    plan: Plan = lessons.plan(epochs=1)
    parts = training.prepare(plan, lessons.table(), Heard()).parts
    assert order == ["divide", f"fit on {len(parts.train)}"]
    assert np.array_equal(taught[0], parts.train)


def length(inputs: Inputs) -> int:
    return len(next(iter(inputs.values())))


@pytest.mark.parametrize("kind", ["linear", "boosted_trees"])
def test_comparing_settings_never_looks_at_the_unseen_rows(kind: str, tmp_path: Path) -> None:
    plan, table = lessons.plan(kind, epochs=3), lessons.table()
    unseen = training.prepare(plan, table, Heard()).parts.test
    compared = plan.model_copy(update={"split": plan.split.model_copy(update={"spares_unseen": True})})
    first = training.train(compared, table, Heard(), tmp_path / "first").report
    second = training.train(compared, other_unseen(table, unseen, 0, plan.target), Heard(), tmp_path / "second").report
    assert first == second
    assert first.headline.startswith("Only to compare settings") and first.rows_test == first.rows_validation
    assert any("were not touched" in line for panel in first.panels if panel.kind == "notes" for line in panel.lines)
