"""The measures of one of several answers, the same for the model, the trivial answer and the linear model."""

import numpy as np

from engine.intervals import bootstrap, mean_share_interval, span, wilson
from engine.panels import Score
from engine.scoring import calibration_error, log_losses, macro_f1, mean, value
from engine.tasks._classes import interval_score, percent
from engine.tasks.base import Array, State

COMMON = 0.8
"""When one answer makes up more than this, every answer counts equally in the main measure; else always giving it would look good."""

GUESSES = 3


def is_lopsided(state: State) -> bool:
    """Whether one answer is so common that being right often says little."""
    return bool(max(state["shares"]) > COMMON)


def score(y: Array, chances: Array, state: State, seed: int) -> dict[str, Score]:
    """Every measure of (rows, classes) chances against truth (0..classes-1), the main one first; shares in percent."""
    rows, classes, said = len(y), len(state["labels"]), chances.argmax(axis=1)
    right = said == y
    each, hits = np.bincount(y, minlength=classes), np.bincount(y[right], minlength=classes)
    there = each > 0
    drawn_of = {"macro_f1": macro_f1(y, said), "log_loss": mean(log_losses(y, chances))}
    drawn = bootstrap(drawn_of, rows, seed)
    recalls = hits[there] / each[there]
    sure = chances[np.arange(rows), said].astype(float)
    found = {
        "accuracy": percent(right.mean() if rows else None, wilson(int(right.sum()), rows)),
        "balanced_accuracy": percent(recalls.mean() if rows else None, mean_share_interval(hits.tolist(), each.tolist())),
        **_first_guesses(y, chances, classes),
        **{name: interval_score(value(statistic, rows), span(drawn[name], rows)) for name, statistic in drawn_of.items()},
        "calibration_error": percent(calibration_error(right.astype(float), sure), None),
    }
    first = "balanced_accuracy" if is_lopsided(state) else "accuracy"
    return {first: found[first], **found}


def _first_guesses(y: Array, chances: Array, classes: int) -> dict[str, Score]:
    """The share of rows whose truth is among the first three guesses, where that says something (six answers or more).

    Of answers that are equally likely the earlier one is guessed first, as with the single answer.
    """
    if classes < 2 * GUESSES:
        return {}
    own = chances[np.arange(len(y)), y][:, None]
    before = (chances > own) | ((chances == own) & (np.arange(classes) < y[:, None]))
    hits = int((before.sum(axis=1) < GUESSES).sum())
    return {"top_3": percent(hits / len(y) if len(y) else None, wilson(hits, len(y)))}


def every_row(outputs: Array, rows: int) -> Array:
    """(rows, classes); a single row of outputs stands for every row."""
    chances = np.asarray(outputs)
    return np.broadcast_to(chances, (rows, chances.shape[1])) if len(chances) == 1 else chances
