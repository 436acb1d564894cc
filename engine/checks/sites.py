"""Q12: a place, device or batch that tells the answer."""

from typing import ClassVar, Literal

import numpy as np

from engine import guesses, leaks, split, strength
from engine.checks.base import Case, Check, dividing
from engine.problems import Problem
from engine.profile import ColumnProfile

_SITES = (
    "site hospital clinic ward lab laboratory center centre batch lot plate scanner device machine instrument store school operator rater "
    "annotator source camera run cohort study facility plant line station collector vendor manufacturer"
)
SITES = frozenset(_SITES.split())
TELLS, EXPLAINS = 0.8, 0.5
FEWEST_ROWS = 50
MOST_SITES, ROWS_A_SITE = 200, 5
FIX = "Anything that differs between them can pass for the answer. Judge it on places it never saw."


class Sites(Check):
    """Does the place, device or batch a row comes from tell its answer?"""

    kind: Literal["sites"] = "sites"
    title = "Place tells the answer"
    id: ClassVar[str] = "Q12"
    flatters: ClassVar[bool] = True
    order = 12

    def search(self, case: Case) -> list[Problem]:
        known = case.answers
        if known is None or len(known) < FEWEST_ROWS:
            return []
        own = case.plan.split.column if case.method.names_cases else ""
        asked = [column for column in case.others if column.id != own and _is_site(column)]
        return [problem for column in asked if (problem := self._told(case, column)) is not None]

    def _told(self, case: Case, column: ColumnProfile) -> Problem | None:
        known = case.answers
        assert known is not None
        told = strength.telling(case.values(column), known, np.max)
        if told < (TELLS if known.is_class else EXPLAINS):
            return None
        if told >= leaks.SETTLES and column.id in case.plan.inputs:
            return None
        what = f"Where a row comes from tells much about '{case.target.name}'."
        evidence = strength.along(case.values(column), column.column, known)
        problem = self.found(column.name, what, FIX, column=column.id, evidence=evidence)
        return dividing(problem, "group", column) if column.distinct >= split.FEWEST_GROUPS else problem


def _is_site(column: ColumnProfile) -> bool:
    fits = column.type == "category" or (column.type == "number" and column.whole)
    many = min(MOST_SITES, (column.rows - column.missing) // ROWS_A_SITE)
    return fits and 2 <= column.distinct <= many and bool(set(guesses.words_of(column.name)) & SITES)
