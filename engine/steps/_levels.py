"""The values of category columns: which are learned, and finding them again in any rows."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]

FEW = 8


def learn(values: Array, rare: int, most: int) -> tuple[list[str], bool]:
    """The values seen in at least `rare` rows, commonest first and at most `most`; and whether any were left over."""
    counts = pd.Series(values).dropna().value_counts()
    order = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    kept = [str(value) for value, count in order if count >= rare][:most]
    return kept, len(kept) < len(order)


def find(values: Array, levels: Sequence[str]) -> Array:
    """(rows,) the position of each value in `levels`, -1 for missing and unknown ones."""
    places: Array = pd.Index(np.array(levels, dtype=object)).get_indexer(pd.Index(values, dtype=object))
    return places


def unused(word: str, values: Iterable[object]) -> str:
    """The word, with stars around it as long as one of the values is called the same."""
    taken = {value for value in values if isinstance(value, str)}
    while word in taken:
        word = f"*{word}*"
    return word


def to_code(columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> "list[ColumnProfile]":
    """The category columns better given as codes: all where scale does not matter (trees), else those with many values."""
    categories = [column for column in columns if column.type == "category"]
    if "code" not in wants:
        return []
    return [column for column in categories if "scaled" not in wants or column.distinct > FEW]
