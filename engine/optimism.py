"""What a split by chance would have made the score look like, where cases have several rows.

A model that meets a patient's other rows in training can recognise the patient. How much that flatters is measured with a small
model, trained once on each kind of split of the same rows; it is not the score of the model that is judged.
"""

import warnings
from typing import Any

import numpy as np

from engine import journal, recipe, rivals, split, splits
from engine.columns import Table
from engine.errors import EngineError
from engine.panels import Bars, Measure, Score
from engine.plan import Plan
from engine.split import Parts
from engine.wording import amount

Array = np.ndarray[Any, Any]

MOST_ROWS = 10_000
FEWEST_ROWS = 20


def panel(plan: Plan, table: Table, parts: Parts, main: Measure) -> Bars | None:
    """The small model's main measure with cases on both sides and with whole cases; None where it cannot be told."""
    together = [_some(rows, plan.seed) for rows in (parts.train, parts.validation, parts.test)]
    mixed = _mixed(together, plan.seed)
    if len(together[2]) < FEWEST_ROWS:
        return None
    try:
        honest, flattered = (_score(plan, table, rows, main.name) for rows in (together, mixed))
    except (EngineError, ValueError, ArithmeticError, MemoryError, KeyError) as error:
        journal.say(f"What a split by chance would look like cannot be told: {error}")
        return None
    if honest is None or flattered is None:
        return None
    case = splits.of(plan.split).case(table.column(plan.split.column).name)
    unit = f", {main.unit}" if main.unit else ""
    return Bars(
        title=f"What if rows of one {case} were on both sides?",
        x_label=f"Rows of one {case}",
        y_label=f"{main.label}{unit}",
        names=["on both sides", "on one side only, as here"],
        values=[flattered, honest],
        note=_note(case, main, flattered, honest),
    )


def _note(case: str, main: Measure, flattered: float, honest: float) -> str:
    gap = flattered - honest if main.better == "higher" else honest - flattered
    looks, really = amount(flattered, main.unit), amount(honest, main.unit)
    measure = f"{main.label[:1].lower()}{main.label[1:]}"
    said = f"With rows of the same {case} on both sides it would look like {looks}; on a new {case} it is {really} ({measure})."
    worth = "So do not believe scores from a split by chance here." if gap > _notable(main) else "Here that makes little difference."
    return f"{said} {worth} Both are a small model trained twice on as many rows, only to show the difference."


def _notable(main: Measure) -> float:
    """Two points of a hundred; for errors of a number a twentieth of what the model is off by."""
    if main.unit == "%":
        return 2.0
    return 0.02 if main.better == "higher" else 0.05 * abs(main.model.value or 0.0)


def _some(rows: Array, seed: int) -> Array:
    return rows if len(rows) <= MOST_ROWS else np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_ROWS])


def _mixed(parts: list[Array], seed: int) -> list[Array]:
    """The same rows, shuffled, in parts of the same sizes."""
    drawn = np.random.default_rng(seed).permutation(np.concatenate(parts))
    return [np.sort(rows) for rows in np.split(drawn, np.cumsum([len(part) for part in parts])[:-1])]


def _score(plan: Plan, table: Table, parts: list[Array], measure: str) -> float | None:
    """The measure of the small model on the last part; everything is learned anew from the first one."""
    task, y = plan.task, table.values(plan.target)
    state = task.fit(y[parts[0]])
    train, validation, test = (rows[task.known(y[rows], state)] for rows in parts)
    fitted = recipe.fit(plan.recipe, table.take(train), plan.inputs)
    x = [rivals.flat(fitted.apply(table.take(rows)), fitted.shapes) for rows in (train, validation, test)]
    model = task.linear() if fitted.shapes.pixels else rivals.trees(task.estimator, plan.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x[0], task.encode(y[train], state))
    state = task.settle(task.from_estimator(model, x[1], state), task.encode(y[validation], state), state)
    groups = split.groups(plan.split, table.take(test), plan.inputs)
    scores: dict[str, Score] = task.scores(task.from_estimator(model, x[2], state), y[test], state, groups=groups)
    return scores[measure].value
