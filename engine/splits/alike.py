"""Dividing so that rows which differ in one column only are on one side: a mixture tested at several ages, a part measured twice.

Rows that are nearly the same besides, such as one mixture written with and without decimals, are one case too.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from engine import nearness
from engine.columns import Table
from engine.splits import _whole
from engine.splits.base import Array, Case, Method, Split
from engine.wording import count


class Alike(Method):
    """Rows that are alike in all they are learned from but one column count as one case and stay together."""

    kind: Literal["alike"] = "alike"
    title = "Rows alike but for one column kept together"
    order = 25
    is_whole = True
    hides = False
    turns = True
    short = "alike rows together"

    def divide(self, case: Case) -> Array:
        groups = _of(case)
        found = f"Rows that differ in more than '{case.name}' make only {count(int(groups.max()) + 1, 'case')}"
        return _whole.divide(case, groups, found)

    def rounds(self, case: Case, count: int) -> list[Array]:
        return _whole.rounds(case, _of(case), count)

    def steered(self, case: Case) -> Array:
        return _whole.steered(case, _of(case), self.case(case.name))

    def cases(self, split: Split, table: Table, inputs: Sequence[str]) -> Array | None:
        wanted, there = [id for id in inputs if id != split.column], {column.id for column in table.columns}
        return _numbered(table.frame[wanted]) if set(wanted) <= there else None

    def case(self, name: str) -> str:
        return "case"

    def needed(self, split: Split, inputs: Sequence[str]) -> list[str]:
        return list(dict.fromkeys([*inputs, split.column]))

    def why(self, name: str) -> str:
        said = f"Rows that differ only in '{name}', or hardly at all, are one case and stay on one side"
        return f"{said}, so the score tells how new cases will fare."


def _of(case: Case) -> Array:
    """(rows,) the number of each row's case; the columns that decide are those learned from."""
    wanted = [column.id for column in case.table.columns if column.id not in (case.split.column, case.target)]
    return _numbered(case.table.frame[wanted].iloc[case.rows])


def _numbered(frame: pd.DataFrame) -> Array:
    """(rows,) the same number for rows alike, or nearly, in every column; all rows alike where there is none."""
    if not frame.shape[1]:
        return np.zeros(len(frame), np.int64)
    numbers = pd.factorize(_hashed(frame))[0]
    distinct = frame.iloc[np.unique(numbers, return_index=True)[1]]
    smooth = [id for id in frame.columns if frame[id].dtype.kind == "f" and distinct[id].nunique() > nearness.CONTINUOUS]
    x = distinct[smooth].to_numpy(np.float64)
    rest = distinct.drop(columns=smooth).assign(**{f"{id} is missing": distinct[id].isna() for id in smooth})
    merged = nearness.numbered(x, _hashed(rest) if rest.shape[1] else np.zeros(len(x)))
    found: Array = pd.factorize(merged[numbers])[0]
    return found


def _hashed(frame: pd.DataFrame) -> Array:
    return pd.util.hash_pandas_object(frame, index=False).to_numpy()
