"""Q11: gaps that tell the answer."""

from typing import ClassVar, Literal

import numpy as np

from engine import strength
from engine.checks.base import ROWS, Array, Case, Check, leaving
from engine.panels import Bars
from engine.problems import Problem
from engine.profile import ColumnProfile
from engine.strength import Answers

TELLS, EXPLAINS = 0.7, 0.2
FEWEST_ROWS, FEWEST_GAPS = 50, 10
QUESTION = "Was it measured because the answer was already suspected? Then a new case has no such gap: leave it out."


class Gaps(Check):
    """Does it tell the answer which values are missing?"""

    kind: Literal["gaps"] = "gaps"
    title = "Gaps that tell"
    id: ClassVar[str] = "Q11"
    order = 11

    def search(self, case: Case) -> list[Problem]:
        known = case.answers
        if known is None or len(known) < FEWEST_ROWS:
            return []
        limit = TELLS if known.is_class else EXPLAINS
        gaps = {column.id: _gaps(case.values(column)) for column in case.inputs if column.missing and column.type != "image"}
        gaps = {id: gap for id, gap in gaps.items() if FEWEST_GAPS <= gap.sum() <= len(gap) - FEWEST_GAPS}
        told = {id: strength.telling(gap, known, np.max) for id, gap in gaps.items()}
        found = [self._column(case, column, gaps[column.id], known) for column in case.inputs if told.get(column.id, 0.0) >= limit]
        if found or len(gaps) < 2:
            return found
        matrix = np.stack(list(gaps.values()), axis=1)
        together = max(strength.telling(_score(matrix, side), known, np.max) for side in _sides(known))
        if together < limit:
            return []
        what = f"Which values are missing tells much about '{case.target.name}', over {len(gaps)} columns together."
        return [self.found(ROWS, what, "Find out why they are missing; a model may learn who was examined instead of who is ill.")]

    def _column(self, case: Case, column: ColumnProfile, gap: Array, known: Answers) -> Problem:
        words = np.where(gap > 0, "missing", "there").astype(object)
        evidence: Bars = strength.along(words, column.column, known)
        what = f"Whether a value is missing here tells much about '{case.target.name}'."
        return leaving(self.found(column.name, what, QUESTION, column=column.id, evidence=evidence))


def _gaps(x: Array) -> Array:
    """(rows,) 1 where missing."""
    if x.dtype.kind == "M":
        return np.isnat(x).astype(np.float64)
    return np.array([value is None for value in x], np.float64) if x.dtype == object else (~np.isfinite(x)).astype(np.float64)


def _sides(known: Answers) -> list[Array]:
    return [(known.y == k).astype(np.float64) for k in known.judged] or [known.y.astype(np.float64)]


def _score(matrix: Array, y: Array) -> Array:
    """(rows,) what a straight line over the gaps says, each half fitted on the other; rounded, so that equal gaps score alike."""
    half = np.random.default_rng(1).permutation(len(y)) % 2
    x = np.column_stack([matrix, np.ones(len(y))])
    score = np.zeros(len(y))
    for h in (0, 1):
        mine = x[half != h]
        weights = np.linalg.solve(mine.T @ mine + np.eye(x.shape[1]), mine.T @ y[half != h])
        score[half == h] = x[half == h] @ weights
    return np.round(score, 6)
