"""Which rows are learned from, which steer training, and which are kept unseen for the judgement. How: `engine/splits/`."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine import splits
from engine.columns import Table
from engine.errors import InvalidPlan
from engine.problems import Problem
from engine.splits.base import FEWEST_GROUPS, LEAST_SHARE, TEST, TRAIN, VALIDATION, Case, Split
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task

__all__ = [
    "FEWEST_GROUPS", "FEWEST_ROWS", "Parts", "Split", "assign", "counts", "digest", "evenly", "groups", "needed", "problems",
    "rounds", "shared",
]  # fmt: skip

Array = np.ndarray[Any, Any]

FEWEST_ROWS = 20
LEVELS = 10


@dataclass(frozen=True)
class Parts:
    """Row positions, disjoint, each ascending."""

    train: Array
    validation: Array
    test: Array


def needed(split: Split, inputs: Sequence[str], target: str) -> list[str]:
    """The columns that decide which row goes where. At random that is every column in use: copies of a row stay together."""
    return list(dict.fromkeys([*splits.of(split).needed(split, inputs), target]))


def assign(split: Split, table: Table, target: str, task: "Task", seed: int, outside: int = 0) -> Parts:
    """Divides the rows whose target is there as the split's method does; the same seed divides them alike.

    The last `outside` rows of the table come from a dataset of their own: they are the unseen ones, and all others are learned from
    or steer. With `split.folds` the unseen rows are those of one fold, and the rows of a second dataset are not used; with
    `split.spares_unseen` those that steer judge too. Raises InvalidPlan when there are too few rows, classes, groups or dates.
    """
    present = np.flatnonzero(has_value(table.values(target)))
    rows, others = present[present < len(table) - outside], present[present >= len(table) - outside]
    if len(rows) < FEWEST_ROWS:
        name = table.column(target).name
        what = f"Only {count(len(rows), 'row has', 'rows have')} a value in '{name}'; at least {FEWEST_ROWS} are needed."
        raise InvalidPlan(what, "Add rows, or choose another column to predict.")
    is_class = task.estimator == "classifier"
    classes = _classes(table, target, rows) if is_class else np.zeros(len(rows), np.int64)
    if split.folds:
        random = np.random.default_rng([seed, split.folds, split.repeat])
        levels = classes if is_class else _levels(table.values(target)[rows])
        return _turned_round(Case(split, table, rows, levels, random, target))
    case, method = Case(split, table, rows, classes, np.random.default_rng(seed), target), splits.of(split)
    parts = method.divide_without_test(case) if outside else method.divide(case)
    steering = rows[parts == VALIDATION]
    unseen = others if outside else rows[parts == TEST]
    return Parts(rows[parts == TRAIN], steering, steering if split.spares_unseen else unseen)


def _turned_round(case: Case) -> Parts:
    """Each fold of one turn begins with the same chance, so that together they are a division of all rows."""
    rows, parts = case.rows, splits.of(case.split).turned_round(case)
    return Parts(rows[parts == TRAIN], rows[parts == VALIDATION], rows[parts == TEST])


def _levels(y: Array) -> Array:
    """(rows,) which tenth of the amounts each belongs to, so that every fold gets small and large ones."""
    edges = np.unique(np.quantile(y, np.linspace(0, 1, LEVELS + 1)[1:-1]))
    return np.unique(np.searchsorted(edges, y), return_inverse=True)[1]


def evenly(rows: Array, most: int) -> Array:
    """At most so many of the rows (positions), evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.int64)]


def rounds(split: Split, table: Table, target: str, task: "Task", seed: int, rows: Array, count: int) -> list[Array]:
    """So many divisions of those rows (positions) into TRAIN, VALIDATION and LEFT_OUT, see `Method.rounds`."""
    classes = _classes(table, target, rows) if task.estimator == "classifier" else np.zeros(len(rows), np.int64)
    return splits.of(split).rounds(Case(split, table, rows, classes, np.random.default_rng([seed, count]), target), count)


def groups(split: Split, table: Table, inputs: Sequence[str]) -> Array | None:
    """(rows,) which rows of the table belong together, as numbers; None unless the split keeps groups whole and all that tells them is
    there. `inputs` are the columns (ids) learned from."""
    return splits.of(split).cases(split, table, inputs)


def problems(split: Split, profile: "Profile", target: str) -> list[Problem]:
    """What keeps the rows from being divided so, or should be known before, from the profile alone."""
    method = splits.of(split)
    if not method.goes_by:
        return []
    column = next((column for column in profile.columns if column.id == split.column), None)
    where, at_random = "How rows are divided", "Choose a column, or divide at random."
    if column is None:
        return [Problem(where=where, what="The column to divide by is not there.", fix=at_random, level="stop")]
    if column.id == target:
        what = "Rows cannot be divided by the column to predict."
        return [Problem(where=column.name, what=what, fix="Choose another column.", level="stop")]
    return method.problems(split, column)


def counts(split: Split, rows: int, profile: "Profile | None" = None) -> tuple[int, int, int]:
    """About how many of `rows` are learned from, steer, and are kept unseen; none of them if the unseen ones are in a second dataset."""
    if split.outside:
        steering = round(max(split.validation, LEAST_SHARE) * rows)
        return rows - steering, steering, 0
    column = next((column for column in profile.columns if column.id == split.column), None) if profile else None
    return splits.of(split).counts(split, rows, column)


def shared(first: Table, second: Table, column: str) -> int:
    """How many cases, told apart by that column (id), have rows in both tables."""
    here, there = (set(table.frame[column].dropna()) for table in (first, second))
    return len(here & there)


def digest(split: Split, unseen: Array) -> str:
    """What tells one set of unseen rows from another: their positions, and which second file they come from, if any."""
    told = hashlib.sha256(split.outside.encode())
    told.update(np.ascontiguousarray(unseen, dtype="<i8").tobytes())
    return told.hexdigest()


def has_value(values: Array) -> Array:
    """(rows,) whether there is a value (a finite one, for numbers)."""
    present: Array = np.isfinite(values) if values.dtype.kind == "f" else ~pd.isna(values)
    return present


def _classes(table: Table, target: str, rows: Array) -> Array:
    classes, values = pd.factorize(table.values(target)[rows], sort=True)
    if len(values) < 2:
        what = f"Every row has the same value in '{table.column(target).name}': {values[0]}. There is nothing to tell apart."
        raise InvalidPlan(what, "Choose another column to predict, or add rows with other values.")
    return classes
