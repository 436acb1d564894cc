"""Which rows are learned from, which steer training, and which are kept unseen for the judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine.columns import Table
from engine.errors import InvalidPlan
from engine.spec import param
from engine.wording import count

if TYPE_CHECKING:
    from engine.tasks.base import Task

Array = np.ndarray[Any, Any]

FEWEST_ROWS, FEWEST_GROUPS = 20, 3
LARGE_GROUP = 0.05
TRAIN, VALIDATION, TEST = 0, 1, 2


class Split(BaseModel):
    """How rows are divided. `column` is the group or time column's id for those methods, else ""."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["random", "group", "time"] = param("random", "How rows are divided")
    column: str = param("", "By column")
    test: float = param(0.2, "Rows never seen in training", ge=0.05, le=0.5)
    validation: float = param(0.15, "Rows that steer training", ge=0.05, le=0.4)


@dataclass(frozen=True)
class Parts:
    """Row positions, disjoint, each ascending."""

    train: Array
    validation: Array
    test: Array


def needed(split: Split, inputs: Sequence[str], target: str) -> list[str]:
    """The columns that decide which row goes where. At random that is every column in use: copies of a row stay together."""
    return list(dict.fromkeys([*inputs, target] if split.method == "random" else [target, split.column]))


def assign(split: Split, table: Table, target: str, task: "Task", seed: int) -> Parts:
    """Divides the rows whose target is there; the same seed divides them alike.

    Random: classes keep their shares in every part, as far as whole rows allow, and exact copies of a row stay with it. Group: rows
    with the same value of the column stay together; a row without a value is a group of its own. Time: the newest rows are the
    unseen ones; rows of one moment stay together, and rows without a date are learned from. Raises InvalidPlan when there are too
    few rows, classes, groups or dates.
    """
    rows = np.flatnonzero(_present(table.values(target)))
    if len(rows) < FEWEST_ROWS:
        name = table.column(target).name
        what = f"Only {count(len(rows), 'row has', 'rows have')} a value in '{name}'; at least {FEWEST_ROWS} are needed."
        raise InvalidPlan(what, "Add rows, or choose another column to predict.")
    classes = _classes(table, target, rows) if task.estimator == "classifier" else np.zeros(len(rows), np.int64)
    parts = _METHODS[split.method](split, table, rows, classes, np.random.default_rng(seed))
    return Parts(*(rows[parts == part] for part in (TRAIN, VALIDATION, TEST)))


def counts(split: Split, rows: int) -> tuple[int, int, int]:
    """About how many of `rows` are learned from, steer, and are kept unseen."""
    test, validation = round(split.test * rows), round(split.validation * rows)
    return rows - test - validation, validation, test


def _random(split: Split, table: Table, rows: Array, classes: Array, random: np.random.Generator) -> Array:
    which = _copies(table, rows)
    _, first = np.unique(which, return_index=True)
    return _by_chance(split, classes[first], random)[which]


def _by_chance(split: Split, classes: Array, random: np.random.Generator) -> Array:
    """Each class's rows, shuffled, are spread evenly over 0 to 1; the first share of that line is the test part, the next validation."""
    order = random.permutation(len(classes))
    by_class = order[np.argsort(classes[order], kind="stable")]
    sizes = np.bincount(classes)
    rank = np.arange(len(classes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = (rank + 0.5) / np.repeat(sizes, sizes)
    line = by_class[np.lexsort((random.random(len(classes)), place))]
    _, validation, test = counts(split, len(classes))
    parts = np.full(len(classes), TRAIN)
    parts[line[:test]], parts[line[test : test + validation]] = TEST, VALIDATION
    return parts


def _group(split: Split, table: Table, rows: Array, classes: Array, random: np.random.Generator) -> Array:
    """Groups in random order, the very large ones first, each to the part that still lacks the most of its classes."""
    groups = _groups(table, split.column, rows)
    size = np.bincount(groups)
    if len(size) < FEWEST_GROUPS:
        found = f"'{table.column(split.column).name}' has only {count(len(size), 'different value')}"
        raise InvalidPlan(f"{found}; to keep groups whole, at least {FEWEST_GROUPS} are needed.", "Divide by another column, or at random.")
    part_of = _place(_by_class(groups, classes), _order(size, random), (1 - split.test - split.validation, split.validation, split.test))
    return _no_part_empty(part_of, size)[groups]


def _time(split: Split, table: Table, rows: Array, classes: Array, random: np.random.Generator) -> Array:
    moments = _moments(table, split.column)[rows]
    dated = np.isfinite(moments)
    distinct, which, size = np.unique(moments[dated], return_inverse=True, return_counts=True)
    if len(distinct) < FEWEST_GROUPS:
        found = f"'{table.column(split.column).name}' has only {count(len(distinct), 'different moment')}"
        raise InvalidPlan(f"{found}; to divide by time, at least {FEWEST_GROUPS} are needed.", "Divide by another column, or at random.")
    middle = (np.cumsum(size) - size / 2) / size.sum()
    part_of = np.where(middle >= 1 - split.test, TEST, np.where(middle >= 1 - split.test - split.validation, VALIDATION, TRAIN))
    parts = np.full(len(rows), TRAIN)
    parts[dated] = _in_order(part_of)[which]
    return parts


_METHODS = {"random": _random, "group": _group, "time": _time}


def _present(values: Array) -> Array:
    """(rows,) whether there is a value (a finite one, for numbers)."""
    present: Array = np.isfinite(values) if values.dtype.kind == "f" else ~pd.isna(values)
    return present


def _classes(table: Table, target: str, rows: Array) -> Array:
    classes, values = pd.factorize(table.values(target)[rows], sort=True)
    if len(values) < 2:
        what = f"Every row has the same value in '{table.column(target).name}': {values[0]}. There is nothing to tell apart."
        raise InvalidPlan(what, "Choose another column to predict, or add rows with other values.")
    return classes


def _copies(table: Table, rows: Array) -> Array:
    """(rows,) the same number for rows that are alike in every column. Where most rows repeat, that is their nature: all differ."""
    codes = pd.util.hash_pandas_object(table.frame.iloc[rows], index=False).to_numpy()
    which, distinct = pd.factorize(codes)
    return which if len(distinct) > len(rows) / 2 else np.arange(len(rows))


def _groups(table: Table, column: str, rows: Array) -> Array:
    groups, values = pd.factorize(table.values(column)[rows])
    alone = groups < 0
    groups[alone] = len(values) + np.arange(alone.sum())
    return groups


def _by_class(groups: Array, classes: Array) -> Array:
    """(groups, classes) the share of each class's rows that lies in each group."""
    found = np.zeros((groups.max() + 1, classes.max() + 1))
    np.add.at(found, (groups, classes), 1)
    shares: Array = found / found.sum(axis=0)
    return shares


def _order(size: Array, random: np.random.Generator) -> Array:
    order = random.permutation(len(size))
    large = np.where(size[order] > LARGE_GROUP * size.sum(), size[order], 0)
    return order[np.argsort(-large, kind="stable")]


def _place(shares: Array, order: Array, wanted: Sequence[float]) -> Array:
    lacking = np.repeat(np.array(wanted)[:, None], shares.shape[1], axis=1)
    part_of = np.zeros(len(shares), np.int64)
    for group in order:
        part = int(np.argmax(lacking @ shares[group]))
        part_of[group] = part
        lacking[part] -= shares[group]
    return part_of


def _no_part_empty(part_of: Array, size: Array) -> Array:
    """A part that got no group takes the smallest one of the part with the most groups."""
    part_of = part_of.copy()
    for part in (TRAIN, VALIDATION, TEST):
        if not (part_of == part).any():
            richest = np.bincount(part_of, minlength=3).argmax()
            candidates = np.flatnonzero(part_of == richest)
            part_of[candidates[np.argmin(size[candidates])]] = part
    return part_of


def _in_order(part_of: Array) -> Array:
    """Oldest to newest; the last moments are test, those before validation, even when one moment holds very many rows."""
    last = len(part_of) - 1
    tests = max(int((part_of == TEST).sum()), 1)
    tests = min(tests, last - 1)
    validations = min(max(int((part_of == VALIDATION).sum()), 1), last - tests)
    return np.repeat([TRAIN, VALIDATION, TEST], [len(part_of) - tests - validations, validations, tests])


def _moments(table: Table, column: str) -> Array:
    """(rows,) when: nanoseconds or the number itself; NaN where missing. Raises InvalidPlan for other types."""
    values = table.values(column)
    if values.dtype.kind == "M":
        return np.where(np.isnat(values), np.nan, values.astype(np.int64))
    if values.dtype.kind == "f":
        return values
    what = f"'{table.column(column).name}' is neither a date nor a number, so rows cannot be put in order by it."
    raise InvalidPlan(what, "Choose a date column for the time.")
