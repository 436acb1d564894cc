"""How much each row counts while a model learns, from a column of weights such as those of a survey."""

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.columns import Table
from engine.errors import InvalidPlan
from engine.problems import Problem
from engine.wording import count, number

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]


def of(table: Table, column: str, rows: Array) -> Array | None:
    """(rows,) float32 with mean 1, so that a step stays as large as without weights; None without a column.

    A row without a weight counts nothing. Raises InvalidPlan for weights below zero, or when no row counts.
    """
    if not column:
        return None
    name, values = table.column(column).name, table.values(column)[rows]
    if values.dtype.kind != "f":
        raise InvalidPlan(f"'{name}' is not a number, so it cannot say how much a row counts.", "Choose a column of numbers.")
    known = np.where(np.isfinite(values), values, 0.0)
    if (known < 0).any():
        what = f"'{name}' is below zero in {count(int((known < 0).sum()), 'row')}: a row cannot count less than nothing."
        raise InvalidPlan(what, "Mend these weights, or learn without them.")
    if not known.any():
        what = f"No row that is learned from has a weight in '{name}'."
        raise InvalidPlan(what, "Divide the rows another way, or learn without weights.")
    return np.asarray(known / known.mean(), np.float32)


def combined(first: Array | None, second: Array | None) -> Array | None:
    """How much each row counts by both at once, (rows,) float32 with mean 1; None where all count alike."""
    if first is None or second is None:
        return second if first is None else first
    both = first.astype(np.float64) * second
    return np.asarray(both / (both.mean() or 1.0), np.float32)


def problems(column: "ColumnProfile") -> list[Problem]:
    """What is wrong with a column of weights, or should be known of it."""

    def problem(what: str, fix: str, level: Any) -> Problem:
        return Problem(where=column.name, what=what, fix=fix, level=level, column=column.id)

    if column.type != "number":
        return [problem("This is not a number, so it cannot say how much a row counts.", "Choose a column of numbers.", "stop")]
    if column.low is not None and column.low < 0:
        return [problem(f"A weight is below zero ({number(column.low)}).", "Mend it, or learn without weights.", "stop")]
    if column.missing:
        what = f"{count(column.missing, 'row has', 'rows have')} no weight and will not be learned from."
        return [problem(what, "Fill the gaps in the file, or learn without weights.", "warn")]
    return []


def note(name: str) -> str:
    """What a report has to say of it."""
    return f"While it learned, each row counted as much as '{name}' says. The measures count every unseen row once, but for one table."
