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
MOST_VALUES = 100


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
        values = [case.rows.values(column.id)[known.rows] for column in asked]
        coded, random = [strength.codes(x) for x in values], np.random.default_rng(case.plan.seed)
        shuffled = [random.permutation(known.y) for _ in range(SHUFFLES)]
        is_judged = bool(known.judged) or not known.is_class
        if is_judged and max(_told(x, known, known.y) for x in coded) > max(_told(x, known, y) for x in coded for y in shuffled):
            return []
        if known.is_class and _differ([_ranked(x) for x in values], known.y, shuffled):
            return []
        what = f"No column alone goes with '{case.target.name}' more than chance would."
        fix = "Make sure that the answers belong to these rows, or add columns that have to do with them."
        return [self.found(case.target.name, what, fix)]


def _ranked(x: "strength.Array") -> "strength.Array":
    """(rows, 1) the ranks of numbers and dates, missing ones in the middle; (rows, values) of a category which value it is."""
    if x.dtype.kind not in "fiuM":
        found = strength.codes(x)
        return np.eye(int(found.max()) + 1)[found][:, :MOST_VALUES]
    x = np.where(np.isnat(x), np.nan, x.astype("datetime64[s]").astype(np.float64)) if x.dtype.kind == "M" else x.astype(np.float64)
    ranks = np.full(len(x), np.nan)
    known = np.isfinite(x)
    _, places = np.unique(x[known], return_inverse=True)
    ranks[known] = places
    return np.where(np.isnan(ranks), np.nanmean(ranks) if known.any() else 0.0, ranks)[:, None]


def _differ(columns: "list[strength.Array]", y: "strength.Array", shuffled: "list[strength.Array]") -> bool:
    """Whether the classes' means differ more in some column than after any shuffling, however few rows each class has.

    The spread of the classes' means (as Kruskal and Wallis 1952 of ranks), of each column by how far it is from what shuffling gives.
    """
    spreads = np.array([[_between(x, answers) for x in columns] for answers in (y, *shuffled)])
    usual, luck = spreads[1:].mean(axis=0), spreads[1:].std(axis=0)
    far = ((spreads - usual) / np.where(luck > 0, luck, 1.0)).max(axis=1)
    return bool(far[0] > far[1:].max())


def _between(x: "strength.Array", y: "strength.Array") -> float:
    sizes = np.bincount(y)
    means = np.stack([np.bincount(y, column) for column in x.T], axis=1) / np.maximum(sizes, 1)[:, None]
    return float((sizes[:, None] * np.square(means - x.mean(axis=0))).sum())


def _told(coded: "strength.Array", known: Answers, y: "strength.Array") -> float:
    """Of classes: by how many standard errors of pure luck they are told, all together, so that a rare one cannot drown the rest.

    The variance of the area under the ROC curve without any relation is (n + 1) / (12 a b) (Mann and Whitney 1947).
    """
    if not known.is_class:
        return strength.explained(coded, y)
    sizes = np.array([known.sizes[k] for k in known.judged], np.float64)
    luck = np.sqrt((len(y) + 1) / (12 * sizes * (len(y) - sizes)))
    return strength.ranking(coded, y, known.judged, lambda areas: np.linalg.norm(np.maximum(areas - 0.5, 0) / luck))
