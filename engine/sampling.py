"""What another judgement would draw anew: single rows, or whole groups of them such as patients or machines.

Rows of one group resemble one another, so many rows of few groups say less than as many of different ones. Knows no task.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.intervals import (
    SURE,
    SURE_DEVIATIONS,
    Z95,
    Comparison,
    Interval,
    auc_interval,
    bootstrap,
    f1_interval,
    mean_share_interval,
    span,
    wilson,
)
from engine.scoring import Statistic, value

Array = np.ndarray[Any, Any]

FEWEST_GROUPS = 3
"""Below this many groups nothing is known about how groups differ, so there is no interval."""

FEW_GROUPS = 10
"""Below this many groups resampling them shows too few different outcomes; Student's t says how wide it is instead."""


@dataclass(frozen=True)
class Sampling:
    """The unseen rows, and (with `groups`, any numbers, one a row) which of them belong together."""

    rows: int
    groups: Array | None = None
    seed: int = 0

    @cached_property
    def codes(self) -> Array | None:
        """(rows,) the groups, numbered from 0."""
        return None if self.groups is None else np.unique(self.groups, return_inverse=True)[1].reshape(-1)

    @property
    def units(self) -> int:
        """How many independent things were drawn: rows, or groups."""
        return self.rows if self.codes is None else int(self.codes.max(initial=-1)) + 1

    @property
    def is_known(self) -> bool:
        """Whether there are enough groups to say anything about others."""
        return self.codes is None or self.units >= FEWEST_GROUPS

    def deviations(self, surely: bool = False) -> float:
        """Half an interval in standard errors; more of them for few groups (Student's t)."""
        if self.codes is None:
            return SURE_DEVIATIONS if surely else Z95
        from scipy import special

        return float(special.stdtrit(max(1, self.units - 1), SURE if surely else 0.975))

    def worth(self, statistics: Mapping[str, Statistic]) -> dict[str, float]:
        """For each measure the share of the rows that counts as independent: 1 over the design effect (Kish 1965), at most 1.

        0 where all rows answer alike, so that nothing can be estimated: then each group counts as one row.
        """
        if self.codes is None or self.rows == 0:
            return dict.fromkeys(statistics, 1.0)
        alone, together = (bootstrap(statistics, self.rows, self.seed, groups=groups) for groups in (None, self.codes))
        return {name: self._worth(_variance(alone[name]), _variance(together[name])) for name in statistics}

    def share(self, worth: float, hits: float, rows: float) -> Interval | None:
        """Interval of a share: Wilson's with as many rows as these are worth (Korn and Graubard 1998)."""
        part = self._part(worth, rows)
        return wilson(part * hits, part * rows, self.deviations()) if self.is_known else None

    def f1(self, worth: float, hits: float, misses: float, alarms: float) -> Interval | None:
        """Interval of F1, likewise."""
        part = self._part(worth, hits + misses + alarms)
        return f1_interval(part * hits, part * misses, part * alarms, self.deviations()) if self.is_known else None

    def mean_share(self, worth: float, hits: Sequence[float], rows: Sequence[float]) -> Interval | None:
        """Interval of a mean of shares, likewise."""
        if not self.is_known:
            return None
        parts = [self._part(worth, n) for n in rows]
        right, all_of = ([part * n for part, n in zip(parts, counts, strict=True)] for counts in (hits, rows))
        return mean_share_interval(right, all_of, self.deviations())

    def ranking(self, worth: float, auc: float, positives: float, negatives: float, surely: bool = False) -> Interval | None:
        """Interval of an area under the ROC curve, likewise."""
        if not self.is_known:
            return None
        yes, no = (self._part(worth, n) * n for n in (positives, negatives))
        return auc_interval(auc, yes, no, self.deviations(surely))

    def spans(self, statistics: Mapping[str, Statistic]) -> dict[str, Interval | None]:
        """Intervals of measures that have no formula, all on the same resamples."""
        drawn = bootstrap(statistics, self.rows, self.seed, groups=self.codes)
        return {name: self.span(value(statistic, self.rows), drawn[name]) for name, statistic in statistics.items()}

    def span(self, middle: float | None, drawn: Array) -> Interval | None:
        """The interval of a measure that is `middle` on the rows themselves and `drawn` on their resamples; None where too few say."""
        if self.codes is None or self.units >= FEW_GROUPS:
            return span(drawn, self.units)
        known = drawn[np.isfinite(drawn)]
        if middle is None or not self.is_known or len(known) < 0.9 * len(drawn):
            return None
        half = self.deviations() * math.sqrt(self.units / (self.units - 1)) * float(known.std())
        return (max(0.0, middle - half) if known.min() >= 0 else middle - half), middle + half

    def _worth(self, alone: float, together: float) -> float:
        if not alone or not together:
            return 0.0
        return min(1.0, alone / together * (self.units - 1) / self.units)

    def _part(self, worth: float, rows: float) -> float:
        return worth or min(1.0, self.units / max(1.0, rows))


def sampling_of(known: Array, groups: Array | None, seed: int = 0) -> Sampling:
    """For the rows marked by `known` (bool) of those that `groups` number."""
    return Sampling(int(known.sum()), None if groups is None else groups[known], seed)


def compare(gain: Statistic, sampling: Sampling) -> Comparison | None:
    """Paired bootstrap of a difference (higher is better); None when the rows or groups are too few or it is not defined."""
    middle = value(gain, sampling.rows)
    drawn = bootstrap({"gain": gain}, sampling.rows, sampling.seed, groups=sampling.codes)["gain"]
    ends = sampling.span(middle, drawn)
    if middle is None or ends is None:
        return None
    from scipy import special

    units = sampling.units
    error = float(np.nanstd(drawn)) * math.sqrt(units / (units - 1))
    is_sure = ends[0] > 0 and middle > float(special.stdtrit(units - 1, SURE)) * error
    return Comparison(middle, *ends, is_sure)


def _variance(drawn: Array) -> float:
    """0 where it cannot be told."""
    known = drawn[np.isfinite(drawn)]
    return float(known.var()) if len(known) >= 0.9 * len(drawn) and len(known) else 0.0
