"""Which columns go together, whatever is predicted: for looking at, and for noticing columns that say the same twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from engine.columns import Table

Array = np.ndarray[Any, Any]

SAMPLE = 5_000
MOST_COLUMNS = 60
MOST_VALUES = 30
FEWEST_ROWS = 30
WEAKEST = 0.1
SAME = 0.98


@dataclass(frozen=True)
class Together:
    """Two columns (ids) that go together.

    `strength` (0 to 1) is the part of one's variance that the other explains: of ranks for numbers and dates, of group means for a
    category and a number (eta squared), and Cramér's V squared for two categories. `falls` says that one falls as the other rises.
    """

    first: str
    second: str
    strength: float
    falls: bool = False
    is_of_numbers: bool = False

    @property
    def is_same(self) -> bool:
        """Whether one says practically what the other does."""
        return self.strength >= SAME


def strongest(table: Table, columns: Sequence[str], most: int = 8, seed: int = 0) -> list[Together]:
    """The strongest pairs among the first sixty columns that are no free text or picture, from at most 5,000 rows."""
    rows = np.arange(len(table))
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))
    some = table.take(rows)
    numbers: dict[str, Array] = {}
    groups: dict[str, Array] = {}
    for id in columns[:MOST_COLUMNS]:
        kind, values = table.column(id).type, some.values(id)
        if kind in ("number", "date"):
            ranks = pd.Series(values).rank().to_numpy(np.float64)
            if np.nanmax(ranks, initial=-1) > np.nanmin(ranks, initial=np.inf):
                numbers[id] = ranks
        elif kind == "category":
            codes, names = pd.factorize(values)
            if 1 < len(names) <= MOST_VALUES:
                groups[id] = codes
    found = [
        *(_of_numbers(a, b, numbers) for a, b in combinations(numbers, 2)),
        *(_of_both(a, b, groups, numbers) for a in groups for b in numbers),
        *(_of_groups(a, b, groups) for a, b in combinations(groups, 2)),
    ]
    return sorted((pair for pair in found if pair and pair.strength >= WEAKEST), key=lambda pair: -pair.strength)[:most]


def _of_numbers(a: str, b: str, numbers: dict[str, Array]) -> Together | None:
    x, y = numbers[a], numbers[b]
    there = np.isfinite(x) & np.isfinite(y)
    n = int(there.sum())
    if n < FEWEST_ROWS or x[there].std() == 0 or y[there].std() == 0:
        return None
    r = float(np.corrcoef(x[there], y[there])[0, 1])
    return Together(a, b, min(1.0, _adjusted(r * r, n, 1)), r < 0, True)


def _of_both(group: str, number: str, groups: dict[str, Array], numbers: dict[str, Array]) -> Together | None:
    codes, y = groups[group], numbers[number]
    there = (codes >= 0) & np.isfinite(y)
    n = int(there.sum())
    total = float(((y[there] - y[there].mean()) ** 2).sum()) if n >= FEWEST_ROWS else 0.0
    if total <= 0:
        return None
    counts = np.bincount(codes[there])
    means = np.bincount(codes[there], y[there]) / np.maximum(counts, 1)
    between = float((counts * (means - y[there].mean()) ** 2).sum())
    return Together(group, number, min(1.0, _adjusted(between / total, n, int((counts > 0).sum()) - 1)))


def _of_groups(a: str, b: str, groups: dict[str, Array]) -> Together | None:
    x, y = groups[a], groups[b]
    there = (x >= 0) & (y >= 0)
    n = int(there.sum())
    if n < FEWEST_ROWS:
        return None
    counts = np.zeros((x.max() + 1, y.max() + 1))
    np.add.at(counts, (x[there], y[there]), 1)
    counts = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    expected = np.outer(counts.sum(1), counts.sum(0)) / n
    r, c = counts.shape
    if min(r, c) < 2:
        return None
    phi = max(0.0, float(((counts - expected) ** 2 / expected).sum()) / n - (r - 1) * (c - 1) / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return Together(a, b, min(1.0, phi / smaller)) if smaller > 0 else None


def _adjusted(share: float, n: int, used: int) -> float:
    """Lowered by what chance would explain."""
    return max(0.0, 1 - (1 - share) * (n - 1) / (n - used - 1)) if n > used + 1 else 0.0
