"""Several models compared on the same unseen rows: which cannot be told apart from the best, which are worth their time, what luck does.

Knows neither runs nor tasks. All differences are judged together: the best of many is picked after the fact, so the range of a difference
is as wide as it takes for all pairs of equally good models to lie within theirs in 95 of 100 cases (a bootstrap of the largest difference,
as Tukey's range test does by formula; Hsu 1996, Multiple Comparisons).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.intervals import FEWEST_ROWS, Z95, bootstrap
from engine.sampling import Sampling
from engine.scoring import Statistic, value

Array = np.ndarray[Any, Any]
Better = Literal["higher", "lower"]

MOST_WORK = 400_000_000
"""Rows times resamples times models: a few seconds of one core, or of a ranking ten times as many."""

FEWEST_DRAWS, DRAWS, MOST_CELLS = 200, 1000, 8_000_000
WORTH = 1.5
"""A model is proposed instead of the best when it is so many times faster, or smaller."""

ALIKE = 1.25
"""Times that differ by less are taken for the same: they are measured on a computer that does other things too."""


@dataclass(frozen=True)
class Contender:
    """One model. `statistic` is the measure on the rows that all share; a model without it has only its own 95 % range."""

    id: str
    value: float
    low: float | None = None
    high: float | None = None
    statistic: Statistic | None = None


@dataclass(frozen=True)
class Gap:
    """A model's measure minus the best one's, with its 95 % range for all comparisons together; `chance` is the adjusted p-value.

    The ends are None where nothing can be said about other rows.
    """

    value: float
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    is_paired: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a model stands; those that share a place cannot be told apart from the first of them. The best has no gap."""

    id: str
    place: int
    value: float
    gap: Gap | None = None

    @property
    def is_first(self) -> bool:
        return self.place == 1


@dataclass(frozen=True)
class Ranking:
    """The models, best first. `luck` is how much better than it is the luckiest of those on the first place would look, were they equal."""

    standings: tuple[Standing, ...]
    luck: float | None = None

    @property
    def first(self) -> tuple[Standing, ...]:
        """Those that share the first place, the best first."""
        return tuple(standing for standing in self.standings if standing.is_first)


@dataclass(frozen=True)
class Proposal:
    """A model that is as good as the best as far as can be told; how many times faster and smaller it is."""

    id: str
    faster: float | None
    smaller: float | None


def rank(contenders: Sequence[Contender], sampling: Sampling, better: Better) -> Ranking:
    """The contenders in order, with places. Statistics are of the rows of `sampling`."""
    if not contenders:
        return Ranking(())
    drawn = _Drawn.of(contenders, sampling, 1.0 if better == "higher" else -1.0)
    order = sorted(range(len(contenders)), key=lambda i: -drawn.good[i])
    places, place, rest = dict.fromkeys(order, 0), 1, order
    while rest:
        sharing = [i for i in rest if not drawn.is_behind(i, rest[0])]
        places |= dict.fromkeys(sharing, place)
        place += len(sharing)
        rest = [i for i in rest if i not in sharing]
    best = order[0]
    ordered = sorted(order, key=lambda i: (places[i], -drawn.good[i]))
    standings = [
        Standing(contenders[i].id, places[i], float(drawn.middle[i]), None if i == best else drawn.gap(i, best, contenders))
        for i in ordered
    ]
    return Ranking(tuple(standings), drawn.luck([i for i in order if places[i] == 1]))


def draws(rows: int, models: int) -> int:
    """How many resamples are affordable."""
    return max(FEWEST_DRAWS, min(DRAWS, MOST_CELLS // max(1, rows), MOST_WORK // max(1, rows * models)))


def affordable_rows(models: int) -> int:
    """With more rows than this even the fewest resamples would take too long; some of them, evenly spread, then have to do."""
    return MOST_WORK // (FEWEST_DRAWS * max(1, models))


def front(quality: Sequence[float], cost: Sequence[float], better: Better) -> list[int]:
    """The positions that no other beats in both: as good or better at no more cost, and ahead in one. The cheapest first."""
    sign = 1 if better == "higher" else -1

    def is_beaten(i: int) -> bool:
        return any(
            sign * quality[k] >= sign * quality[i] and cost[k] <= cost[i] and (quality[k], cost[k]) != (quality[i], cost[i])
            for k in range(len(quality))
        )

    return sorted((i for i in range(len(quality)) if not is_beaten(i)), key=lambda i: (cost[i], -sign * quality[i]))


def propose(first: Sequence[str], seconds: Mapping[str, float | None], sizes: Mapping[str, float | None]) -> Proposal | None:
    """Of those that share the first place (the best first) the fastest, of about equally fast ones the smallest; None if the best is that,
    or nearly."""
    best = first[0] if first else ""
    timed = {id: took for id in first if (took := seconds.get(id))}
    if best not in timed:
        return None
    fastest = min(timed.values())
    quick = [id for id in first if id in timed and timed[id] <= ALIKE * fastest]
    if timed[best] >= WORTH * fastest:
        chosen = min(quick, key=lambda id: (sizes.get(id) or math.inf, timed[id]))
        return Proposal(chosen, timed[best] / timed[chosen], _times(sizes.get(best), sizes.get(chosen)))
    small = [id for id in first if id in timed and timed[id] <= ALIKE * timed[best] and sizes.get(id)]
    chosen = min(small, key=lambda id: sizes.get(id) or math.inf, default=best)
    smaller = _times(sizes.get(best), sizes.get(chosen))
    if chosen == best or smaller is None or smaller < WORTH:
        return None
    return Proposal(chosen, timed[best] / timed[chosen], smaller)


def crossed(first: Array, second: Array) -> tuple[int, int, float]:
    """On how many rows only the first is right, on how many only the second, and how likely that is of equals (exact McNemar test)."""
    from scipy import stats

    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    if not only_first + only_second:
        return 0, 0, 1.0
    return only_first, only_second, float(stats.binomtest(only_first, only_first + only_second).pvalue)


@dataclass(frozen=True)
class _Drawn:
    """What would come out on other rows. `good` and `errors` (models, resamples) are turned so that more is better.

    `reach` is how many standard errors the range of a difference has to each side; `unknown` models have no range at all.
    """

    middle: Array
    good: Array
    errors: Array
    known: Array
    reach: float
    stretch: float
    largest: Array
    sign: float

    @classmethod
    def of(cls, contenders: Sequence[Contender], sampling: Sampling, sign: float) -> "_Drawn":
        paired = {c.id: c.statistic for c in contenders if c.statistic is not None}
        many = draws(sampling.rows, len(paired))
        is_enough = sampling.is_known and sampling.rows >= (FEWEST_ROWS if sampling.codes is None else 1)
        drawn = bootstrap(paired, sampling.rows, sampling.seed, many, sampling.codes) if is_enough else {}
        alone = np.random.default_rng([sampling.seed, 1])
        middle, errors = np.zeros(len(contenders)), np.full((len(contenders), many), np.nan)
        for i, one in enumerate(contenders):
            exact = value(one.statistic, sampling.rows) if one.statistic is not None else None
            middle[i] = one.value if exact is None else exact
            if one.id in drawn:
                errors[i] = drawn[one.id] - middle[i]
            elif is_enough and one.statistic is None and one.low is not None and one.high is not None:
                errors[i] = alone.normal(0, (one.high - one.low) / 2 / Z95, many)
        known = np.isfinite(errors).mean(axis=1) >= 0.9
        defined = np.isfinite(errors[known]).all(axis=0)
        errors = sign * errors[:, defined] if known.any() else errors[:, :0]
        units = max(2, sampling.units)
        stretch = math.sqrt(units / (units - 1)) * _student(units)
        largest = _largest(errors[known])
        reach = stretch * (float(np.quantile(largest, 0.95)) if len(largest) else Z95)
        return cls(middle, sign * middle, errors, known, reach, stretch, largest, sign)

    def spread(self, i: int, k: int) -> float:
        """The standard error of the difference of two models."""
        return float((self.errors[i] - self.errors[k]).std()) if self.errors.shape[1] else math.nan

    def is_behind(self, i: int, lead: int) -> bool:
        """Whether the lead is better by more than luck can do."""
        if not (self.known[i] and self.known[lead]):
            return False
        ahead = self.good[lead] - self.good[i]
        return bool(ahead > 0 and ahead > self.reach * self.spread(i, lead))

    def gap(self, i: int, best: int, contenders: Sequence[Contender]) -> Gap:
        off = float(self.middle[i] - self.middle[best])
        is_paired = contenders[i].statistic is not None and contenders[best].statistic is not None
        if not (self.known[i] and self.known[best]):
            return Gap(off, is_paired=is_paired)
        spread = self.spread(i, best)
        return Gap(off, off - self.reach * spread, off + self.reach * spread, self._chance(abs(off), spread), is_paired)

    def luck(self, first: Sequence[int]) -> float | None:
        """What the luckiest of the models gains by its luck, on average, were they all equally good."""
        among = [i for i in first if self.known[i]]
        if len(among) < 2 or not self.errors.shape[1]:
            return None
        found = self.errors[among]
        return float((found - found.mean(axis=1, keepdims=True)).max(axis=0).mean())

    def _chance(self, off: float, spread: float) -> float:
        if off == 0 or not len(self.largest):
            return 1.0
        return float((self.stretch * self.largest >= off / spread).mean()) if spread else 0.0


def _largest(errors: Array) -> Array:
    """(resamples,) the largest difference of any two models in standard errors."""
    found = np.zeros(errors.shape[1])
    for i in range(len(errors) - 1):
        apart = errors[i + 1 :] - errors[i]
        spread = apart.std(axis=1, keepdims=True)
        scaled = np.divide(np.abs(apart), spread, out=np.zeros_like(apart), where=spread > 0)
        found = np.maximum(found, scaled.max(axis=0))
    return found


def _student(units: int) -> float:
    """How much wider a range of so few independent things is than the normal curve says."""
    from scipy import special

    return float(special.stdtrit(units - 1, 0.975)) / Z95


def _times(large: float | None, small: float | None) -> float | None:
    return large / small if large and small else None
