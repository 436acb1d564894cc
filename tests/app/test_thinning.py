"""Thinning a line for drawing."""

import math

from app.thinning import thin


def test_a_short_line_stays_as_it_is() -> None:
    assert thin([1, 2, 3], [3.0, None, 1.0], 10) == ([1, 2, 3], [3.0, None, 1.0])


def test_a_long_line_keeps_its_ends_and_its_extremes() -> None:
    y = [math.sin(i / 50) for i in range(10_000)]
    y[4321] = -7.0
    x, kept = thin(list(range(10_000)), y, 500)
    assert len(x) <= 502
    assert (x[0], x[-1], min(kept), max(kept)) == (0, 9999, -7.0, max(y))
    assert x == sorted(x)


def test_gaps_are_never_lost() -> None:
    y: list[float | None] = [0.5] * 5000
    y[1234] = None
    y[2345] = math.nan
    _, kept = thin(list(range(5000)), y, 100)
    assert kept.count(None) == 1
    assert sum(value is not None and math.isnan(value) for value in kept) == 1
