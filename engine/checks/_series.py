"""Rows in the order of time: how alike neighbours are, and columns borrowed from later answers. Plain arrays; knows no plan."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

FEWEST = 30
WINDOWS, AHEAD = range(2, 31), range(4)
EXACTLY = 0.99


def alike(moments: Array, sides: Sequence[Array]) -> tuple[float, int]:
    """The correlation of the answer with that of the moment before (the largest of `sides`), and of how many moments.

    Rows of one moment count as their mean. (0, 0) for too few moments.
    """
    there = np.isfinite(moments)
    distinct, which = np.unique(moments[there], return_inverse=True)
    if len(distinct) < FEWEST:
        return 0.0, 0
    rows = np.bincount(which)
    courses = [np.bincount(which, side[there]) / rows for side in sides]
    return max((_correlation(course[1:], course[:-1]) for course in courses), default=0.0), len(distinct)


def borrowed(x: Array, y: Array) -> str:
    """In words, how a column is made of answers that are not known yet; "" if it is not. Both in the order of time."""
    there = np.isfinite(x) & np.isfinite(y)
    if there.mean() < 0.8:
        return ""
    x, y = x[there], y[there]
    if len(x) < 2 * WINDOWS.stop:
        return ""
    for ahead in AHEAD[1:]:
        later = _correlation(x[:-ahead], y[ahead:])
        if later >= EXACTLY and later > _correlation(y[:-ahead], y[ahead:]) + (1 - EXACTLY) / 2:
            return "It is the answer of a later row: the future of"
    step = np.diff(x)
    for ahead in AHEAD:
        for window in WINDOWS:
            moved = y[window:] - y[:-window]
            size = len(moved) - ahead
            if _correlation(step[window - 1 : window - 1 + size], moved[ahead : ahead + size]) >= EXACTLY:
                return "It is a running mean that holds the answer of its own row:"
    return ""


def _correlation(a: Array, b: Array) -> float:
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 1e-300 else 0.0
