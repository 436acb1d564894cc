"""V02: answers that go with no column."""

from typing import ClassVar, Literal

import numpy as np

from engine import strength
from engine.checks.base import Case, Check
from engine.problems import Problem
from engine.strength import Answers

FEWEST_ROWS, MOST_ROWS = 50, 3000
SHUFFLES = 20
MOST_COLUMNS = 60


class NothingToLearn(Check):
    """Does any column go with the answer more than chance would?"""

    kind: Literal["nothing_to_learn"] = "nothing_to_learn"
    title = "Nothing to learn"
    id: ClassVar[str] = "V02"
    order = 22

    def search(self, case: Case) -> list[Problem]:
        known = strength.answers(case.rows, case.plan.target, case.plan.task, MOST_ROWS) if case.table else None
        asked = [column for column in case.inputs if column.type in ("number", "category", "date") and column.distinct > 1]
        if known is None or len(known) < FEWEST_ROWS or not asked or len(asked) < len(case.inputs) or len(asked) > MOST_COLUMNS:
            return []
        if known.is_class and not known.judged:
            return []
        coded = [strength.codes(case.rows.values(column.id)[known.rows]) for column in asked]
        random = np.random.default_rng(case.plan.seed)
        shuffled = [np.max([_told(x, known, random.permutation(known.y)) for x in coded]) for _ in range(SHUFFLES)]
        if max(_told(x, known, known.y) for x in coded) > max(shuffled):
            return []
        what = f"No column alone goes with '{case.target.name}' more than chance would."
        fix = "Make sure that the answers belong to these rows, or add columns that have to do with them."
        return [self.found(case.target.name, what, fix)]


def _told(coded: "strength.Array", known: Answers, y: "strength.Array") -> float:
    """Of classes: by how many standard errors of pure luck they are told, all together, so that a rare one cannot drown the rest.

    The variance of the area under the ROC curve without any relation is (n + 1) / (12 a b) (Mann and Whitney 1947).
    """
    if not known.is_class:
        return strength.explained(coded, y)
    sizes = np.array([known.sizes[k] for k in known.judged], np.float64)
    luck = np.sqrt((len(y) + 1) / (12 * sizes * (len(y) - sizes)))
    return strength.ranking(coded, y, known.judged, lambda areas: np.linalg.norm(np.maximum(areas - 0.5, 0) / luck))
