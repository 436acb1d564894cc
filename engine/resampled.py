"""What scores of the same plan on several divisions of the same rows say: an interval, and how large a difference must be.

Such scores are not independent, because the divisions share rows; the usual t interval would be far too narrow. The variance is
corrected as in Nadeau and Bengio 2003, "Inference for the generalization error", Machine Learning 52: 1/J becomes 1/J + unseen/known.
"""

import math
from collections.abc import Sequence
from statistics import fmean, variance

FEWEST = 2
LEVEL = 0.975


def interval(scores: Sequence[float], ratio: float) -> tuple[float, float] | None:
    """95 % interval of the mean; `ratio` is unseen rows to known rows in a division. None for fewer than two scores."""
    half = half_width(scores, ratio)
    return None if half is None else (fmean(scores) - half, fmean(scores) + half)


def half_width(scores: Sequence[float], ratio: float) -> float | None:
    """Half of that interval's width."""
    if len(scores) < FEWEST:
        return None
    spread = (1 / len(scores) + ratio) * variance(scores)
    return _t(len(scores) - 1) * math.sqrt(spread)


def difference(scores: Sequence[float], ratio: float) -> float | None:
    """How far the mean of another model must be away to be called different, if its scores vary as much and by themselves: the
    difference of two means has twice the variance. Two models measured on the very same divisions differ less by chance (`paired`).
    """
    half = half_width(scores, ratio)
    return None if half is None else math.sqrt(2) * half


def paired(first: Sequence[float], second: Sequence[float], ratio: float) -> tuple[float, float] | None:
    """95 % interval of how much larger the second is, both measured on the same divisions in the same order."""
    return interval([b - a for a, b in zip(first, second, strict=True)], ratio)


def _t(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, LEVEL))
