"""Dividing by group: a patient, a machine or a batch is on one side only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from engine import alike
from engine.columns import Table
from engine.problems import Problem
from engine.splits import _whole
from engine.splits.base import Array, Case, Method, Split, few
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import ColumnProfile


class Group(Method):
    """Rows with the same value in a column, such as a patient's, stay together."""

    kind: Literal["group"] = "group"
    title = "Cases kept whole"
    order = 20
    is_whole = True
    names_cases = True
    turns = True
    role = "group"
    short = "by group"

    def divide(self, case: Case) -> Array:
        groups = _of(case)
        return _whole.divide(case, groups, f"'{case.name}' has only {count(int(groups.max()) + 1, 'different value')}")

    def rounds(self, case: Case, count: int) -> list[Array]:
        return _whole.rounds(case, _of(case), count)

    def steered(self, case: Case) -> Array:
        return _whole.steered(case, _of(case), self.case(case.name))

    def cases(self, split: Split, table: Table, inputs: Sequence[str]) -> Array | None:
        there = any(column.id == split.column for column in table.columns)
        return numbered(table.values(split.column)) if there else None

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


def _of(case: Case) -> Array:
    return numbered(case.table.values(case.split.column)[case.rows])
