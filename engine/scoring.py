"""Measures of answers against the truth.

A measure is made once from the rows and then asked with row weights, so one thousand bootstrap resamples (`intervals.py`) are a
few matrix products. Each is defined once, for the model, the trivial answer and the linear model alike.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Statistic = Callable[[Array], Array]
"""Row weights of shape (resamples, rows) -> (resamples,); NaN where it is not defined, such as a ranking within one class."""

TINY = 1e-7
"""Chances are kept this far from 0 and 1 in logarithms, as Keras does (keras.config.epsilon)."""


def value(statistic: Statistic, rows: int) -> float | None:
    """The measure of all rows, each counted once; None where it is not defined."""
    if rows == 0:
        return None
    result = float(statistic(np.ones((1, rows)))[0])
    return result if np.isfinite(result) else None


def mean(values: Array) -> Statistic:
    """The mean of one number a row: the share of right answers, the mean absolute error, the log loss."""
    column = np.asarray(values, np.float64)
    return lambda weights: (weights @ column) / weights.sum(axis=1)


def mean_of(values: Array, among: Array) -> Statistic:
    """The mean over the rows `among` (0 or 1) alone: the share found, the share of true alarms."""
    column, there = np.asarray(values, np.float64) * among, np.asarray(among, np.float64)
    return lambda weights: _ratio(weights @ column, weights @ there)


def root_mean_square(errors: Array) -> Statistic:
    """The root of the mean squared error (RMSE)."""
    squared = mean(np.square(np.asarray(errors, np.float64)))
    return lambda weights: np.sqrt(squared(weights))


def r_squared(y: Array, answers: Array) -> Statistic:
    """The share of the target's variance that is explained: 1 is perfect, 0 is the mean of these rows, below 0 is worse."""
    truth = np.asarray(y, np.float64) - (np.mean(y) if len(y) else 0.0)
    squared = np.square(np.asarray(answers, np.float64) - np.asarray(y, np.float64))

    def statistic(weights: Array) -> Array:
        around = weights @ np.square(truth) - np.square(weights @ truth) / weights.sum(axis=1)
        return 1.0 - _ratio(weights @ squared, np.where(around > 1e-12 * np.square(truth).max(initial=0.0), around, 0.0))

    return statistic


def roc_auc(y: Array, scores: Array) -> Statistic:
    """How often a row with y = 1 has a higher score than one with y = 0, ties counting half (area under the ROC curve)."""
    order, starts = _ties(scores)
    truth = np.asarray(y, np.float64)[order]

    def statistic(weights: Array) -> Array:
        sorted_weights = weights[:, order]
        yes = np.add.reduceat(sorted_weights * truth, starts, axis=1)
        no = np.add.reduceat(sorted_weights, starts, axis=1) - yes
        won = np.einsum("ij,ij->i", yes, np.cumsum(no, axis=1) - no / 2)
        return _ratio(won, yes.sum(axis=1) * no.sum(axis=1))

    return statistic


def average_precision(y: Array, scores: Array) -> Statistic:
    """The mean share of true alarms over all thresholds, weighted by what each one newly finds (area under precision-recall)."""
    order, starts = _ties(-np.asarray(scores, np.float64))
    truth = np.asarray(y, np.float64)[order]

    def statistic(weights: Array) -> Array:
        sorted_weights = weights[:, order]
        found = np.add.reduceat(sorted_weights * truth, starts, axis=1)
        alarms = np.cumsum(np.add.reduceat(sorted_weights, starts, axis=1), axis=1)
        true = np.cumsum(found, axis=1)
        precision = np.divide(true, alarms, out=np.zeros_like(true), where=alarms > 0)
        return _ratio(np.einsum("ij,ij->i", found, precision), true[:, -1])

    return statistic


def balanced_accuracy(y: Array, answers: Array) -> Statistic:
    """The share of right answers within each class, averaged over the classes that occur."""
    members, right = _sums(y), np.asarray(y) == np.asarray(answers)
    return lambda weights: _mean_defined(_ratio(members(weights * right), members(weights)))


def macro_f1(y: Array, answers: Array) -> Statistic:
    """F1 (the harmonic mean of what is found and what is right of it) of each class that occurs or is answered, averaged."""
    classes, places = np.unique(np.r_[np.asarray(y), np.asarray(answers)], return_inverse=True)
    truth, said = places[: len(y)], places[len(y) :]
    occurs, answered = _sums(truth, len(classes)), _sums(said, len(classes))

    def statistic(weights: Array) -> Array:
        return _mean_defined(_ratio(2 * occurs(weights * (truth == said)), occurs(weights) + answered(weights)))

    return statistic


def f1(y: Array, answers: Array) -> Statistic:
    """F1 of the rows with y = 1: twice the hits over the hits, the misses and the false alarms as they are counted."""
    yes, said = np.asarray(y, np.float64), np.asarray(answers, np.float64)
    return lambda weights: _ratio(2 * (weights @ (yes * said)), weights @ (yes + said))


def difference(first: Statistic, second: Statistic) -> Statistic:
    """How much higher the first is than the second on the very same rows."""
    return lambda weights: first(weights) - second(weights)


def log_losses(y: Array, chances: Array) -> Array:
    """(rows,) minus the logarithm of the chance given to the true class. `chances` are (rows, classes), `y` 0..classes-1."""
    given = chances[np.arange(len(y)), np.asarray(y, np.int64)] if len(y) else np.empty(0)
    return np.asarray(-np.log(np.clip(given.astype(np.float64), TINY, 1 - TINY)))


def brier_scores(y: Array, chances: Array) -> Array:
    """(rows,) squared distance between the chance of yes and what came (0 or 1). `chances` are (rows,)."""
    return np.square(np.asarray(chances, np.float64) - np.asarray(y, np.float64))


def calibration_bins(happened: Array, said: Array, most: int = 15, rows_in_bin: int = 10) -> list[Array]:
    """Row positions in bins of (nearly) equal size by what was said, lowest first; rows that said the same stay together."""
    order = np.argsort(said, kind="stable")
    bins = max(1, min(most, len(said) // rows_in_bin))
    edges = {0, len(said)}
    for cut in (len(said) * i // bins for i in range(1, bins)):
        edges.add(int(np.searchsorted(said[order], said[order[cut]], side="left")))
    cuts = sorted(edges)
    return [order[a:b] for a, b in zip(cuts[:-1], cuts[1:], strict=True) if b > a]


def calibration_error(happened: Array, said: Array) -> float | None:
    """The mean gap between chances said and shares that came, over bins of equal size (expected calibration error)."""
    if not len(said):
        return None
    bins = calibration_bins(happened, said)
    return float(sum(len(b) * abs(happened[b].mean() - said[b].mean()) for b in bins) / len(said))


def _ties(scores: Array) -> tuple[Array, Array]:
    """Rows by ascending score, and where each group of equal scores starts."""
    scores = np.asarray(scores, np.float64)
    order = np.argsort(scores, kind="stable")
    return order, np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0][: len(scores)])


def _sums(y: Array, classes: int = 0) -> Statistic:
    """Weights (resamples, rows) -> their sums by class, (resamples, classes that occur) or, with `classes`, every class 0..classes-1."""
    order = np.argsort(y, kind="stable")
    present, starts = np.unique(np.asarray(y)[order], return_index=True)

    def sums(weights: Array) -> Array:
        found: Array = np.add.reduceat(weights[:, order], starts, axis=1)
        if not classes:
            return found
        every = np.zeros((len(weights), classes))
        every[:, present] = found
        return every

    return sums


def _ratio(above: Array, below: Array) -> Array:
    shares: Array = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return shares


def _mean_defined(values: Array) -> Array:
    """Mean over the last axis, leaving out NaN; NaN where nothing is defined."""
    known = np.isfinite(values)
    return _ratio(np.where(known, values, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))
