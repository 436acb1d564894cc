"""The measures of steps in order, the same for the model, the trivial answer and the linear model."""

import numpy as np

from engine.panels import Score
from engine.sampling import Sampling
from engine.scoring import Statistic, calibration_error, mean, value
from engine.tasks._classes import interval_score, percent
from engine.tasks.base import Array

ROUNDING = 1e-12


def grades(chances: Array) -> Array:
    """(rows,) the place of the middle step: the first up to which at least half of the chance lies."""
    return np.asarray((np.cumsum(np.asarray(chances, np.float64), axis=1)[:, :-1] < 0.5).sum(axis=1))


def kappa(y: Array, said: Array) -> Statistic:
    """Quadratic weighted kappa (Cohen 1968): 1 is perfect, 0 is what answers with the same shares reach by chance."""
    truth, answer = np.asarray(y, np.float64), np.asarray(said, np.float64)
    apart = np.square(truth - answer)

    def statistic(weights: Array) -> Array:
        rows = weights.sum(axis=1)
        means = [weights @ x / rows for x in (truth, answer)]
        spreads = [weights @ np.square(x) / rows - m**2 for x, m in zip((truth, answer), means, strict=True)]
        by_chance = spreads[0] + spreads[1] + (means[0] - means[1]) ** 2
        known = by_chance > ROUNDING
        found = 1 - (weights @ apart / rows) / np.where(known, by_chance, 1.0)
        return np.where(known, np.where(np.abs(found) < ROUNDING, 0.0, found), np.nan)

    return statistic


def score(y: Array, chances: Array, sampling: Sampling) -> dict[str, Score]:
    """Every measure of (rows, steps) chances against truth (0..steps-1), the main one first; shares in percent."""
    rows, said = len(y), grades(chances)
    off = np.abs(said - y)
    drawn_of = {"grade_error": mean(off), "kappa": kappa(y, said)}
    spans = sampling.spans(drawn_of)
    worth = sampling.worth({"accuracy": mean(off == 0), "within_one": mean(off <= 1)})
    sure = np.asarray(chances, np.float64)[np.arange(rows), said]
    is_constant = rows > 0 and bool((said == said[0]).all())
    spans = {**spans, "kappa": None} if is_constant else spans
    hits = {"accuracy": int((off == 0).sum()), "within_one": int((off <= 1).sum())}
    shares = {name: percent(n / rows if rows else None, sampling.share(worth[name], n, rows)) for name, n in hits.items()}
    return {
        **{name: interval_score(value(of, rows), spans[name]) for name, of in drawn_of.items()},
        **shares,
        "calibration_error": percent(calibration_error((off == 0).astype(float), sure), None),
    }
