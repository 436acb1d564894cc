"""The measures of one of several answers, the same for the model, the trivial answer and the linear model."""

import numpy as np

from engine.panels import Score
from engine.sampling import Sampling
from engine.scoring import balanced_accuracy, calibration_error, log_losses, macro_f1, mean, value
from engine.tasks._classes import interval_score, percent
from engine.tasks.base import Array, State

COMMON = 0.8
"""When one answer makes up more than this, every answer counts equally in the main measure; else always giving it would look good."""

GUESSES = 3


def is_lopsided(state: State) -> bool:
    """Whether one answer is so common that being right often says little."""
    return bool(max(state["shares"]) > COMMON)


def score(y: Array, chances: Array, state: State, sampling: Sampling) -> dict[str, Score]:
    """Every measure of (rows, classes) chances against truth (0..classes-1), the main one first; shares in percent."""
    rows, classes, said = len(y), len(state["labels"]), chances.argmax(axis=1)
    right = said == y
    each, hits = np.bincount(y, minlength=classes), np.bincount(y[right], minlength=classes)
    there = each > 0
    drawn_of = {"macro_f1": macro_f1(y, said), "log_loss": mean(log_losses(y, chances))}
    spans = sampling.spans(drawn_of)
    first_three = _first_three(y, chances)
    worth = sampling.worth({"accuracy": mean(right), "balanced_accuracy": balanced_accuracy(y, said), "top_3": mean(first_three)})
    recalls = hits[there] / each[there]
    sure = chances[np.arange(rows), said].astype(float)
    threes = int(first_three.sum())
    top_3 = percent(threes / rows if rows else None, sampling.share(worth["top_3"], threes, rows))
    found = {
        "accuracy": percent(right.mean() if rows else None, sampling.share(worth["accuracy"], int(right.sum()), rows)),
        "balanced_accuracy": percent(
            recalls.mean() if rows else None, sampling.mean_share(worth["balanced_accuracy"], hits.tolist(), each.tolist())
        ),
        **({"top_3": top_3} if classes >= 2 * GUESSES else {}),
        **{name: interval_score(value(statistic, rows), spans[name]) for name, statistic in drawn_of.items()},
        "calibration_error": percent(calibration_error(right.astype(float), sure), None),
    }
    first = "balanced_accuracy" if is_lopsided(state) else "accuracy"
    return {first: found[first], **found}


def _first_three(y: Array, chances: Array) -> Array:
    """(rows,) whether the truth is among the first three guesses; said only where that means something (six answers or more).

    Of answers that are equally likely the earlier one is guessed first, as with the single answer.
    """
    own = chances[np.arange(len(y)), y][:, None]
    before = (chances > own) | ((chances == own) & (np.arange(chances.shape[1]) < y[:, None]))
    return np.asarray(before.sum(axis=1) < GUESSES)


def every_row(outputs: Array, rows: int) -> Array:
    """(rows, classes); a single row of outputs stands for every row."""
    chances = np.asarray(outputs)
    return np.broadcast_to(chances, (rows, chances.shape[1])) if len(chances) == 1 else chances
