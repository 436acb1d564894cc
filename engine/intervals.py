"""How far a measure could be off because the unseen rows are few: 95 % intervals, paired comparisons, prediction ranges."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.scoring import Statistic

Array = np.ndarray[Any, Any]
Interval = tuple[float, float]

Z95 = 1.959964
"""Half-width of a 95 % interval in standard errors."""

SURE = 0.9999
"""How sure it must be that a model beats guessing before a report says so. At 97.5 % one of forty random models would pass."""

SURE_DEVIATIONS = 3.719
"""The same in standard errors."""

FEWEST_ROWS = 10
"""Below this many rows no bootstrap interval is given."""

_DRAWS = 20_000_000


def wilson(hits: float, rows: float, z: float = Z95) -> Interval:
    """Interval of a share (Wilson 1927): sensible even for none, all, or a single row. No rows: everything is possible."""
    if rows <= 0:
        return 0.0, 1.0
    share, spare = hits / rows, z * z / rows
    middle = (share + spare / 2) / (1 + spare)
    half = math.sqrt(share * (1 - share) * spare + spare * spare / 4) / (1 + spare)
    return (0.0 if hits <= 0 else middle - half), (1.0 if hits >= rows else middle + half)


def f1_interval(hits: float, misses: float, alarms: float, z: float = Z95) -> Interval:
    """Interval of F1 by Wilson's for hits / (hits + misses + false alarms), of which F1 is a rising function."""
    low, high = wilson(hits, hits + misses + alarms, z)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def mean_share_interval(hits: Sequence[float], rows: Sequence[float], z: float = Z95) -> Interval:
    """Interval of the mean of independent shares (MOVER, Zou and Donner 2008), such as balanced accuracy."""
    known = [(h, n) for h, n in zip(hits, rows, strict=True) if n > 0]
    if not known:
        return 0.0, 1.0
    shares = [h / n for h, n in known]
    spans = [wilson(h, n, z) for h, n in known]
    down = math.sqrt(sum((s - low) ** 2 for s, (low, _) in zip(shares, spans, strict=True)))
    up = math.sqrt(sum((high - s) ** 2 for s, (_, high) in zip(shares, spans, strict=True)))
    middle = sum(shares) / len(known)
    return max(0.0, middle - down / len(known)), min(1.0, middle + up / len(known))


def auc_interval(auc: float, positives: float, negatives: float, z: float = Z95) -> Interval:
    """Interval of an area under the ROC curve (Newcombe 2006, method 5): does not shrink to a point when all is ranked right."""
    extra = (positives + negatives) / 2 - 1

    def outside(area: float) -> bool:
        spread = area * (1 - area) * (1 + extra * ((1 - area) / (2 - area) + area / (1 + area))) / (positives * negatives)
        return abs(auc - area) > z * math.sqrt(max(spread, 0.0))

    return _edge(outside, auc, 0.0), _edge(outside, auc, 1.0)


def resamples(rows: int, seed: int, draws: int | None = None, groups: Array | None = None) -> Iterator[Array]:
    """Bootstrap weights: how often each row is drawn, in pieces of shape (some resamples, rows). 1000 in all, fewer for very many rows.

    With `groups`, (rows,) numbers from 0, whole groups are drawn, as many as there are.
    """
    rng = np.random.default_rng(seed)
    left = draws or min(1000, max(200, _DRAWS // max(rows, 1)))
    size = max(1, 250_000 // max(rows, 1))
    while left > 0:
        now = min(size, left)
        if groups is not None:
            many = int(groups.max()) + 1
            yield rng.multinomial(many, np.full(many, 1 / many), now)[:, groups].astype(np.float64)
            left -= now
            continue
        drawn = rng.integers(0, rows, (now, rows), dtype=np.int32) + np.arange(now, dtype=np.int32)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=now * rows).reshape(now, rows).astype(np.float64)
        left -= now


def bootstrap(
    statistics: Mapping[str, Statistic], rows: int, seed: int, draws: int | None = None, groups: Array | None = None
) -> dict[str, Array]:
    """Every measure on the same resamples of the rows (or of whole `groups` of them), so that any two of them are paired."""
    if not statistics or rows == 0:
        return {name: np.empty(0) for name in statistics}
    pieces = [[statistic(weights) for statistic in statistics.values()] for weights in resamples(rows, seed, draws, groups)]
    return {name: np.concatenate([piece[i] for piece in pieces]) for i, name in enumerate(statistics)}


def span(drawn: Array, rows: int) -> Interval | None:
    """The 95 % interval of bootstrap draws, widened for few rows (expanded percentiles, Hesterberg 2015); None if they are too few."""
    known = drawn[np.isfinite(drawn)]
    if rows < FEWEST_ROWS or len(known) < 0.9 * len(drawn) or not len(known):
        return None
    from scipy import special

    tail = float(special.ndtr(-math.sqrt(rows / (rows - 1)) * special.stdtrit(rows - 1, 0.975)))
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


@dataclass(frozen=True)
class Comparison:
    """How much better one is than another on the same rows; `low` and `high` are the 95 % interval, above 0 means better.

    `is_sure` asks for more (`SURE`): it keeps one lucky draw in forty from being called a model. `gap` is what there was to gain, from the
    other to perfection, where that is known.
    """

    value: float
    low: float
    high: float
    is_sure: bool
    gap: float | None = None

    @property
    def is_better(self) -> bool:
        return self.low > 0

    @property
    def is_worse(self) -> bool:
        return self.high < 0


def conformal(errors: Array, coverage: float = 0.9, fewest: int = 20) -> float | None:
    """The margin that holds `coverage` of new rows, or None if rows are few.

    Split conformal prediction (Vovk 2005): the ceil((n + 1) coverage)-th smallest absolute error of rows not learned from.
    """
    return conformal_above(np.abs(errors), coverage, fewest)


def conformal_above(scores: Array, coverage: float = 0.9, fewest: int = 20) -> float | None:
    """What a new row's score exceeds as rarely as `coverage` allows, or None if rows are few; below 0 where ranges may be narrower.

    With scores max(low - y, y - high) this is conformalised quantile regression (Romano, Patterson and Candès 2019).
    """
    if len(scores) < fewest:
        return None
    place = math.ceil((len(scores) + 1) * coverage)
    return float(np.sort(scores)[min(place, len(scores)) - 1])


def _edge(outside: Callable[[float], bool], inner: float, outer: float) -> float:
    """The border between inside (at `inner`) and outside (towards `outer`), by bisection; `outer` itself if that is inside."""
    if not outside(outer):
        return outer
    for _ in range(60):
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if outside(middle) else (middle, outer)
    return inner
