"""Dividing by group: a patient, a machine or a batch is on one side only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from engine import alike
from engine.errors import InvalidPlan
from engine.problems import Problem
from engine.splits.base import FEWEST_GROUPS, LEAST_SHARE, TRAIN, VALIDATION, Array, Case, Method, Split, few, turned
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

LARGE_GROUP = 0.05


class Group(Method):
    """Rows with the same value in a column, such as a patient's, stay together."""

    kind: Literal["group"] = "group"
    title = "Cases kept whole"
    order = 20
    is_whole = True
    turns = True
    role = "group"
    short = "by group"

    def divide(self, case: Case) -> Array:
        """Groups in random order, the very large ones first, each to the part that still lacks the most of its classes."""
        split, groups = case.split, numbered(case.table.values(case.split.column)[case.rows])
        size = np.bincount(groups)
        if len(size) < FEWEST_GROUPS:
            found = f"'{case.name}' has only {count(len(size), 'different value')}"
            what = f"{found}; to keep groups whole, at least {FEWEST_GROUPS} are needed."
            raise InvalidPlan(what, "Divide by another column, or at random.")
        wanted = (1 - split.test - split.validation, split.validation, split.test)
        part_of = _place(_by_class(groups, case.classes), _order(size, case.random), wanted)
        return _none_empty(part_of, size, len(wanted))[groups]

    def rounds(self, case: Case, count: int) -> list[Array]:
        groups = numbered(case.table.values(case.split.column)[case.rows])
        size = np.bincount(groups)
        count = min(count, len(size))
        fold_of = _place(_by_class(groups, case.classes), _order(size, case.random), [1 / count] * count)
        return turned(_none_empty(fold_of, size, count)[groups], count)

    def steered(self, case: Case) -> Array:
        """Also of two groups one can steer."""
        groups = numbered(case.table.values(case.split.column)[case.rows])
        size = np.bincount(groups)
        if len(size) < 2:
            what = f"Without the unseen rows only one '{case.name}' is left, and at least 2 are needed: one to learn from, one to steer."
            raise InvalidPlan(what, "Divide by another column, or ask for more parts.")
        share = max(case.split.validation, LEAST_SHARE)
        part_of = _place(_by_class(groups, case.classes), _order(size, case.random), (1 - share, share))
        return np.array([TRAIN, VALIDATION])[_none_empty(part_of, size, 2)[groups]]

    def problems(self, split: Split, column: "ColumnProfile") -> list[Problem]:
        return [] if column.missing else few(column)

    def why(self, name: str) -> str:
        return f"All rows of one '{name}' stay on one side, so the score tells how new ones will fare."

    def sequence(self, values: Array | None, rows: int) -> Array:
        return np.argsort(pd.factorize(values)[0], kind="stable") if values is not None else np.arange(rows)

    def sequence_words(self) -> str:
        return "one case after the other"

    def span(self, values: Array) -> str:
        return count(int(pd.Series(values).dropna().nunique()), "case")


def numbered(values: Array) -> Array:
    """(rows,) the same number for rows with the same value; a row without one is a group of its own.

    Near copies of a text are one value here, and so are the salts of a molecule.
    """
    return alike.cases(values).of


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


def _none_empty(part_of: Array, size: Array, count: int) -> Array:
    """A part that got no group takes the smallest one of the part with the most groups."""
    part_of = part_of.copy()
    for part in range(count):
        if not (part_of == part).any():
            richest = np.bincount(part_of, minlength=count).argmax()
            candidates = np.flatnonzero(part_of == richest)
            part_of[candidates[np.argmin(size[candidates])]] = part
    return part_of
