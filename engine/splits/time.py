"""Dividing by time: learned from the past, judged on the newest rows."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.errors import InvalidPlan
from engine.problems import Problem
from engine.splits.base import FEWEST_GROUPS, LEFT_OUT, TEST, TRAIN, VALIDATION, Array, Case, Method, Split, ends, few, stopping
from engine.wording import count, number

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

DAY = 86_400e9


class Time(Method):
    """The newest rows are the unseen ones, as in real use; a gap before them can be left out."""

    kind: Literal["time"] = "time"
    title = "The newest rows"
    order = 30
    takes_gap = True
    hides = False
    role = "time"
    short = "the newest"

    def divide(self, case: Case) -> Array:
        """Rows of one moment stay together, and rows without a date are learned from. Rows within the gap before a later part are
        left out: what they tell may reach into it."""
        moments, gap = _moments(case)
        dated = np.isfinite(moments)
        distinct, which, size = np.unique(moments[dated], return_inverse=True, return_counts=True)
        if len(distinct) < FEWEST_GROUPS:
            found = f"'{case.name}' has only {count(len(distinct), 'different moment')}"
            what = f"{found}; to divide by time, at least {FEWEST_GROUPS} are needed."
            raise InvalidPlan(what, "Divide by another column, or at random.")
        part_of = _in_order(_by_age(case.split, size))
        if gap:
            share = case.split.validation / (1 - case.split.test)
            part_of = _apart(case, distinct, size, part_of == TEST, gap, share)
        parts = np.full(len(case.rows), TRAIN)
        parts[dated] = part_of[which]
        return parts

    def turned_round(self, case: Case) -> Array:
        """Expanding windows: the moments fall into one more block than there are folds, of about as many rows each. A fold's unseen
        rows are one block, and it knows only what lies before that block, less the gap; what comes later is left out.
        """
        moments, gap = _moments(case)
        dated = np.isfinite(moments)
        distinct, which, size = np.unique(moments[dated], return_inverse=True, return_counts=True)
        blocks = case.split.folds + 1
        if len(distinct) < blocks + 1 or case.split.fold >= case.split.folds:
            found = f"'{case.name}' has only {count(len(distinct), 'different moment')}"
            raise InvalidPlan(f"{found}, too few for {case.split.folds} windows.", "Ask for fewer parts, or divide at random.")
        block = _blocks(size, blocks)
        unseen = block == case.split.fold + 1
        part_of = _apart(case, distinct, size, unseen, gap, case.split.validation)
        part_of[block > case.split.fold + 1] = LEFT_OUT
        parts = np.full(len(case.rows), TRAIN)
        parts[dated] = part_of[which]
        return parts

    def problems(self, split: Split, column: "ColumnProfile") -> list[Problem]:
        if column.type not in ("date", "number"):
            what = "This is neither a date nor a number, so it has no order in time."
            return [stopping(column.name, what, "Choose a date column.")]
        return few(column) or _too_wide(split, column)

    def why(self, name: str) -> str:
        return f"It learns from the past and is judged on the newest rows by '{name}', as in real use."

    def sequence(self, values: Array | None, rows: int) -> Array:
        return np.argsort(values, kind="stable") if values is not None else np.arange(rows)

    def sequence_words(self) -> str:
        return "oldest first"

    def span(self, values: Array) -> str:
        return ends(values)


def _moments(case: Case) -> tuple[Array, float]:
    """(rows,) when: nanoseconds or the number itself; NaN where missing. And the gap in the same. Raises InvalidPlan for other types."""
    values = case.table.values(case.split.column)[case.rows]
    if values.dtype.kind == "M":
        return np.where(np.isnat(values), np.nan, values.astype(np.int64)), case.split.gap * DAY
    if values.dtype.kind == "f":
        return values, case.split.gap
    what = f"'{case.name}' is neither a date nor a number, so rows cannot be put in order by it."
    raise InvalidPlan(what, "Choose a date column for the time.")


def _by_age(split: Split, size: Array) -> Array:
    middle = (np.cumsum(size) - size / 2) / size.sum()
    return np.where(middle >= 1 - split.test, TEST, np.where(middle >= 1 - split.test - split.validation, VALIDATION, TRAIN))


def _in_order(part_of: Array) -> Array:
    """Oldest to newest; the last moments are test, those before validation, even when one moment holds very many rows."""
    last = len(part_of) - 1
    tests = max(int((part_of == TEST).sum()), 1)
    tests = min(tests, last - 1)
    validations = min(max(int((part_of == VALIDATION).sum()), 1), last - tests)
    return np.repeat([TRAIN, VALIDATION, TEST], [len(part_of) - tests - validations, validations, tests])


def _blocks(size: Array, count: int) -> Array:
    """(moments,) the number of each one's block: in order, of about as many rows each, none empty, and at least two in the first."""
    middle = (np.cumsum(size) - size / 2) / size.sum()
    starts = np.searchsorted(middle, np.arange(1, count) / count)
    places = np.arange(1, count)
    starts = np.maximum.accumulate(np.maximum(starts, places + 1) - places) + places
    starts = np.minimum(starts, len(size) - (count - places))
    return np.searchsorted(starts, np.arange(len(size)), side="right")


def _apart(case: Case, distinct: Array, size: Array, unseen: Array, gap: float, share: float) -> Array:
    """The unseen moments stay; those less than the gap before them are left out, and so before the rows that steer, which are that
    share of what is before."""
    first = distinct[unseen].min()
    before = np.flatnonzero((distinct < first) & (distinct <= first - gap))
    seen = np.cumsum(size[before]) / size[before].sum() if len(before) else np.zeros(0)
    steering = before[seen > 1 - share] if len(before) > 1 else before[:0]
    steering = steering if len(steering) < len(before) else before[-1:]
    starts = distinct[steering].min() if len(steering) else first
    learned = before[(distinct[before] < starts) & (distinct[before] <= starts - gap)] if len(steering) else before[:0]
    if not len(learned):
        unit = " days" if case.table.column(case.split.column).type == "date" else ""
        what = f"With a gap of {number(case.split.gap)}{unit} before the unseen rows, none are left to learn from and to steer."
        raise InvalidPlan(what, "Choose a shorter gap, or keep fewer rows unseen.")
    apart = np.full(len(distinct), LEFT_OUT)
    apart[learned], apart[steering], apart[unseen] = TRAIN, VALIDATION, TEST
    return apart


def _too_wide(split: Split, column: "ColumnProfile") -> list[Problem]:
    """A gap that leaves nothing of what the column spans."""
    if not split.gap or column.low is None or column.high is None:
        return []
    width, unit = (column.high - column.low) / (86_400 if column.type == "date" else 1), " days" if column.type == "date" else ""
    if 2 * split.gap < width:
        return []
    what = f"A gap of {number(split.gap)}{unit} twice leaves nothing: all rows lie within {number(width)}{unit}."
    return [stopping(column.name, what, "Choose a shorter gap.")]
