"""Fewer points for drawing a line. The stored points are never thinned."""

from collections.abc import Sequence
from typing import TypeVar

Y = TypeVar("Y", float, float | None)


def thin(x: Sequence[float], y: Sequence[Y], most: int) -> tuple[list[float], list[Y]]:
    """At most about `most` points: each stretch keeps its lowest and its highest, so spikes survive, and every gap (None, NaN) stays."""
    if len(x) <= most:
        return list(x), list(y)
    size = 2 * len(x) / most
    kept = {0, len(x) - 1} | {i for i, value in enumerate(y) if value is None or value != value}
    for i in range(most // 2):
        stretch = [k for k in range(int(i * size), min(len(x), int((i + 1) * size))) if k not in kept]
        if stretch:
            kept |= {min(stretch, key=y.__getitem__), max(stretch, key=y.__getitem__)}
    order = sorted(kept)
    return [x[i] for i in order], [y[i] for i in order]
