"""Dividing by chance, class by class."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from engine.splits.base import Array, Case, Method, Split, by_chance, shuffled_by_class, turned

PIECE = 100_000


class Random(Method):
    """Chance decides which rows are kept unseen; each answer keeps its share in every part."""

    kind: Literal["random"] = "random"
    title = "By chance"
    order = 10
    goes_by = False
    turns = True
    short = "by chance"

    def divide(self, case: Case) -> Array:
        """Exact copies of a row stay with it."""
        which = _copies(case)
        _, first, sizes = np.unique(which, return_index=True, return_counts=True)
        return by_chance(case.split, case.classes[first], case.random, sizes)[which]

    def rounds(self, case: Case, count: int) -> list[Array]:
        which = _copies(case)
        _, first = np.unique(which, return_index=True)
        fold = np.empty(len(first), np.int64)
        fold[shuffled_by_class(case.classes[first], case.random)] = np.arange(len(first)) % count
        return turned(fold[which], count)

    def needed(self, split: Split, inputs: Sequence[str]) -> list[str]:
        return list(inputs)

    def why(self, name: str) -> str:
        return "No column is said to tell which rows belong together, so chance decides which are kept unseen."


def _copies(case: Case) -> Array:
    """(rows,) the same number for rows that are alike in every column. Where most rows repeat, that is their nature: all differ."""
    frame, starts = case.table.frame, range(0, len(case.rows), PIECE)
    pieces = [pd.util.hash_pandas_object(frame.iloc[case.rows[start : start + PIECE]], index=False) for start in starts]
    codes = np.concatenate([piece.to_numpy() for piece in pieces])
    which, distinct = pd.factorize(codes)
    return which if len(distinct) > len(case.rows) / 2 else np.arange(len(case.rows))
