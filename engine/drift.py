"""Whether a column's values change from the top of the file to the bottom: a sign of time, of batches, or of a file put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.columns import Table

Array = np.ndarray[Any, Any]

PIECES = 12
FEWEST = 120
CLEAR = 0.15
SORTED = 0.98
_CERTAIN = 1.95
"""Kolmogorov's critical value for one false alarm in a thousand columns."""
MOST_VALUES = 30


@dataclass(frozen=True)
class Drift:
    """One column along the rows. `size` (0 to 1) is the largest difference between the distributions of the first and last third.

    `along` has a value for each of twelve equal pieces of the file: the middle number, or the share of `value` (the one that changed
    most), or of missing cells when `value` is "" and `is_missing`. `is_sorted`: the file seems to be in the order of this column.
    """

    column: str
    size: float
    along: tuple[float, ...]
    value: str = ""
    is_missing: bool = False
    is_sorted: bool = False


def along(table: Table, columns: Sequence[str]) -> list[Drift]:
    """The columns that change clearly and beyond chance, the strongest first. Fewer than 120 rows tell nothing."""
    if len(table) < FEWEST:
        return []
    found = [one for id in columns if not _counts_rows(table, id) and (one := _of(table, id)) is not None]
    return sorted(found, key=lambda one: -one.size)


def _counts_rows(table: Table, id: str) -> bool:
    """A running number (1, 2, 3 ... or 10, 20, 30 ...) says where a row stands; that it rises says nothing about the data."""
    values = table.values(id)
    if table.column(id).type != "number" or pd.isna(values).any():
        return False
    steps = np.diff(values.astype(np.float64))
    return bool(steps[0] != 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0))


def _of(table: Table, id: str) -> Drift | None:
    kind, values = table.column(id).type, table.values(id)
    if kind == "image":
        return None
    missing = pd.isna(values)
    gaps = _shares(id, missing, is_missing=True)
    if kind in ("number", "date"):
        numbers = values.astype("datetime64[s]").astype(np.float64) if kind == "date" else values.astype(np.float64)
        numbers = np.where(missing, np.nan, numbers)
        found = _numbers(id, numbers)
    else:
        found = _words(id, values)
    both = [one for one in (found, gaps) if one is not None]
    return max(both, key=lambda one: one.size) if both else None


def _numbers(id: str, values: Array) -> Drift | None:
    first, last = _thirds(values)
    first, last = first[np.isfinite(first)], last[np.isfinite(last)]
    if min(len(first), len(last)) < FEWEST // 6:
        return None
    size = _distance(np.sort(first), np.sort(last))
    if size < CLEAR or size < _CERTAIN * np.sqrt((len(first) + len(last)) / (len(first) * len(last))):
        return None
    middles = tuple(_middle(piece) for piece in np.array_split(values, PIECES))
    known = values[np.isfinite(values)]
    in_order = np.mean(np.diff(known) >= 0)
    return Drift(id, float(size), middles, is_sorted=bool(max(in_order, np.mean(np.diff(known) <= 0)) > SORTED))


def _words(id: str, values: Array) -> Drift | None:
    codes, names = pd.factorize(values)
    if len(names) < 2 or len(names) > len(values) // 3:
        return None
    commonest = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(names)), kind="stable")[:MOST_VALUES]
    found = [_shares(id, codes == k, str(names[k])) for k in commonest]
    return max((one for one in found if one is not None), key=lambda one: one.size, default=None)


def _shares(id: str, there: Array, value: str = "", is_missing: bool = False) -> Drift | None:
    """How the share of rows with something in them moves along the file."""
    first, last = _thirds(there)
    size = abs(float(first.mean()) - float(last.mean()))
    if size < CLEAR or size < _CERTAIN * np.sqrt((len(first) + len(last)) / (len(first) * len(last))):
        return None
    return Drift(id, size, tuple(float(piece.mean()) for piece in np.array_split(there, PIECES)), value, is_missing)


def _thirds(values: Array) -> tuple[Array, Array]:
    third = len(values) // 3
    return values[:third], values[-third:]


def _middle(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _distance(a: Array, b: Array) -> float:
    """The largest difference of the two cumulative distributions (Kolmogorov and Smirnov) of sorted values."""
    both = np.concatenate([a, b])
    left = np.searchsorted(a, both, side="right") / len(a)
    return float(np.abs(left - np.searchsorted(b, both, side="right") / len(b)).max())
