"""Rows of numbers that lie far closer to each other than rows usually do: one case, written a little otherwise. Plain arrays."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

NEAR, NEIGHBOURS = 0.1, 20
"""Far closer: so much of the distance to the neighbour of that number."""
FEWEST_COLUMNS, FEWEST_ROWS, MOST_ROWS = 4, 5 * NEIGHBOURS, 20_000
BY_CHANCE = 0.01
CONTINUOUS = 20
"""Of a column with more different values it is said that it varies smoothly."""


def scaled(x: Array) -> Array:
    """By the spread of the middle 80 %, so that a few far values do not squeeze the rest; a missing value is the median."""
    low, middle, high = np.nanquantile(x, (0.1, 0.5, 0.9), axis=0)
    width = np.where(high > low, high - low, 1.0)
    found: Array = np.clip(np.nan_to_num((x - middle) / width, nan=0.0), -20, 20).astype(np.float32)
    return found


def expected(distance: Array) -> float:
    """The share of rows that lie far closer by chance: 20 x 0.1^d, d being the data's own dimension (Levina and Bickel 2004).

    `distance` is (rows, neighbours), rising, with one neighbour more than `NEIGHBOURS`.
    """
    away = distance[:, NEIGHBOURS] > 0
    ratio = np.log(distance[away, NEIGHBOURS][:, None] / np.maximum(distance[away, NEIGHBOURS // 2 : NEIGHBOURS], 1e-12))
    dimension = 1 / max(float(ratio.mean()) if ratio.size else 1.0, 1e-6)
    return float(NEIGHBOURS * NEAR**dimension)


def reach(distance: Array) -> Array:
    """(rows,) how near another row has to be to count as far closer than usual."""
    usual: Array = np.minimum(distance[:, NEIGHBOURS], np.median(distance[:, NEIGHBOURS]))
    return NEAR * usual


def numbered(x: Array, others: Array) -> Array:
    """(rows,) the same number for rows far closer than usual that also agree in `others`, (rows,); all differ where that could be chance.

    `x` is (rows, columns), numbers that vary smoothly, missing: NaN. Very many rows are not looked at: all differ.
    """
    rows = len(x)
    if x.shape[1] < FEWEST_COLUMNS or not FEWEST_ROWS <= rows <= MOST_ROWS:
        return np.arange(rows)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from sklearn.neighbors import NearestNeighbors

    numbers = scaled(x)
    distance, neighbour = NearestNeighbors(n_neighbors=NEIGHBOURS + 2).fit(numbers).kneighbors(numbers)
    distance, neighbour = distance[:, 1:], neighbour[:, 1:]
    if expected(distance) > BY_CHANCE:
        return np.arange(rows)
    one, place = np.nonzero((distance <= reach(distance)[:, None]) & (others[neighbour] == others[:, None]))
    found: Array = connected_components(coo_array((np.ones(len(one)), (one, neighbour[one, place])), shape=(rows, rows)))[1]
    return found.astype(np.int64)
