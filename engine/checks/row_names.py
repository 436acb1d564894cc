"""Q03: a column that only names or numbers the rows."""

from typing import ClassVar, Literal

import numpy as np

from engine import guesses, strength
from engine.checks.base import Array, Case, Check, leaving
from engine.problems import Problem
from engine.profile import ColumnProfile

NEARLY_ALL = 0.95
FEWEST_ROWS = 50
TELLS = 0.8


class RowNames(Check):
    """Does a column only name or number the rows?"""

    kind: Literal["row_names"] = "row_names"
    title = "Names of rows"
    id: ClassVar[str] = "Q03"
    order = 3

    def look(self, case: Case) -> list[Problem]:
        own = {case.plan.split.column} if case.method.names_cases else set()
        named = [column for column in case.inputs if column.identifier and column.type != "image" and column.id not in own]
        what = "This names each row, like a number plate: the model could learn rows by heart."
        return [leaving(self.found(column.name, what, "Leave it out.", column=column.id)) for column in named]

    def search(self, case: Case) -> list[Problem]:
        """Whole numbers that only ever grow from row to row."""
        asked = [column for column in case.inputs if not column.identifier and _may_count(column)]
        return [leaving(self._counts(case, column)) for column in asked if _grows(case.rows.values(column.id))]

    def _counts(self, case: Case, column: ColumnProfile) -> Problem:
        what = "It grows from row to row: it tells where a row stands in the file, not what it is like."
        known = case.answers
        if known and strength.telling(case.values(column), known, np.max) >= (TELLS if known.is_class else TELLS / 2):
            evidence = strength.along(case.values(column), column.column, known)
            tells = f"{what} And the file is sorted, so that it tells '{case.target.name}'."
            return self.found(column.name, tells, "Leave it out.", column=column.id, evidence=evidence)
        return self.found(column.name, what, "Leave it out, unless it is a time that new rows have too.", column=column.id)


def _may_count(column: ColumnProfile) -> bool:
    there = column.rows - column.missing
    is_time = bool(set(guesses.words_of(column.name)) & guesses.TIMES)
    return column.type == "number" and column.whole and not is_time and there >= FEWEST_ROWS and column.distinct >= NEARLY_ALL * there


def _grows(x: Array) -> bool:
    steps = np.diff(x[np.isfinite(x)])
    return len(steps) >= FEWEST_ROWS - 1 and bool((steps > 0).all() or (steps < 0).all())
