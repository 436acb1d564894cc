"""Rows that are copies of others, wholly, in all columns but one, or nearly. Plain arrays; knows no plan."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine import nearness
from engine.nearness import FEWEST_COLUMNS, FEWEST_ROWS, NEIGHBOURS

Array = np.ndarray[Any, Any]

BY_CHANCE = 1e-3
QUERIES, AMONG = 800, 20_000


def hashes(frame: pd.DataFrame) -> Array:
    """(rows, columns) uint64: equal where the values are."""
    found = [pd.util.hash_pandas_object(frame[name], index=False).to_numpy(np.uint64) for name in frame.columns]
    return np.stack(found, axis=1) if found else np.zeros((len(frame), 0), np.uint64)


def chances(hashed: Array) -> Array:
    """(columns,) how often two rows agree in a column by chance, as a natural logarithm."""
    shares = [np.unique(hashed[:, j], return_counts=True)[1] / max(len(hashed), 1) for j in range(hashed.shape[1])]
    return np.log(np.array([np.square(share).sum() for share in shares]) + 1e-12)


def copies(hashed: Array, unseen: Array, learned: Array) -> Array:
    """(unseen,) whether a learned row is alike in every column."""
    whole = key(hashed)
    return np.isin(whole[unseen], whole[learned])


def is_surprising(hashed: Array, without: int | None = None) -> bool:
    """Whether a row would hardly find another one alike by chance, in all columns or in all `without` one."""
    agree = chances(hashed)
    kept = np.ones(len(agree), bool)
    if without is not None:
        kept[without] = False
    return bool(np.log(max(len(hashed), 1)) + agree[kept].sum() < np.log(BY_CHANCE))


def but_one(hashed: Array, unseen: Array, learned: Array) -> tuple[int, Array]:
    """The column in which alone the most unseen rows differ from a learned one, and (unseen,) which do; -1 if there is none."""
    whole, agree = key(hashed), chances(hashed)
    exact = np.isin(whole[unseen], whole[learned])
    best, rows = -1, np.zeros(len(unseen), bool)
    for j in range(hashed.shape[1]):
        if np.log(max(len(hashed), 1)) + agree.sum() - agree[j] >= np.log(BY_CHANCE):
            continue
        rest = key(hashed, j)
        found = np.isin(rest[unseen], rest[learned]) & ~exact
        if found.sum() > rows.sum():
            best, rows = j, found
    return best, rows


def near(x: Array, unseen: Array, learned: Array) -> tuple[float, list[tuple[int, int]]]:
    """The share of unseen rows that lie far closer to a learned one than rows usually do, beyond chance, and some such pairs.

    `x` is (rows, columns), numbers that vary smoothly, missing: NaN. What chance brings is taken off.
    """
    if x.shape[1] < FEWEST_COLUMNS or len(learned) < FEWEST_ROWS or not len(unseen):
        return 0.0, []
    asked, among = some(unseen, QUERIES), some(learned, AMONG)
    numbers = nearness.scaled(x)
    a, b = numbers[asked], numbers[among]
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    order = np.argpartition(squares, NEIGHBOURS, axis=1)[:, : NEIGHBOURS + 1]
    exact = np.sqrt(np.square(a[:, None, :] - b[order]).sum(axis=2))
    place = np.argsort(exact, axis=1)
    distance, order = np.take_along_axis(exact, place, axis=1), np.take_along_axis(order, place, axis=1)
    close = (distance[:, NEIGHBOURS] > 0) & (distance[:, 0] > 0) & (distance[:, 0] <= nearness.reach(distance))
    share = float(close.mean()) - 5 * nearness.expected(distance)
    pairs = [(int(asked[i]), int(among[order[i, 0]])) for i in np.flatnonzero(close)[:3]]
    return (share, pairs) if share > 0 else (0.0, [])


def key(hashed: Array, without: int | None = None) -> Array:
    """(rows,) uint64: equal where the rows are, in all columns or in all `without` one."""
    total = np.zeros(len(hashed), np.uint64)
    for j in range(hashed.shape[1]):
        if j != without:
            total += _spread(hashed[:, j], j)
    return total


def _spread(column: Array, place: int) -> Array:
    """So that equal values in different columns count differently."""
    spread: Array = column * np.uint64(2 * place + 1_000_003)
    return spread


def some(rows: Array, most: int) -> Array:
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.int64)]


def pairs_words(pairs: Sequence[tuple[int, int]]) -> str:
    """ "rows 4 and 80, rows 7 and 91": rows counted from 1."""
    return ", ".join(f"rows {a + 1:,} and {b + 1:,}" for a, b in pairs)
