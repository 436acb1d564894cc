"""The measures of a Yes/No answer, the same for the model, the trivial answer and the linear model."""

import numpy as np

from engine.panels import Score
from engine.sampling import Sampling
from engine.scoring import (
    average_precision,
    balanced_accuracy,
    brier_scores,
    calibration_error,
    f1,
    log_losses,
    mean,
    mean_of,
    roc_auc,
    value,
)
from engine.tasks._classes import interval_score, percent
from engine.tasks.base import Array, State

MINORITY = 0.2
"""Below this share of the rarer answer, accuracy says little: always giving the commoner one is right four times in five."""


def is_imbalanced(state: State) -> bool:
    """Whether one answer is so rare that a model is judged by finding it, not by being right."""
    return bool(min(state["prevalence"], 1 - state["prevalence"]) < MINORITY)


def sought(state: State) -> int:
    """The answer to be found: yes (1), or no (0) where no is the rare one."""
    return 0 if is_imbalanced(state) and state["prevalence"] > 0.5 else 1


def score(y: Array, chances: Array, state: State, sampling: Sampling) -> dict[str, Score]:
    """Every measure of (rows,) chances of yes against truth (0 or 1), the main one first; shares in percent."""
    want, rows, said = sought(state), len(y), answers(chances, state)
    is_it, called = (y == want).astype(int), (said == want).astype(int)
    hits, alarms, misses = (int((a & b).sum()) for a, b in ((is_it, called), (1 - is_it, called), (is_it, 1 - called)))
    there, others = int(is_it.sum()), int(rows - is_it.sum())
    right = [int(((said == k) & (y == k)).sum()) for k in (0, 1)]
    each = [int((y == k).sum()) for k in (0, 1)]
    auc, is_constant = value(roc_auc(y, chances), rows), rows > 0 and bool((chances == chances[0]).all())
    drawn_of = {
        "average_precision": average_precision(is_it, chances if want else -chances),
        "brier": mean(brier_scores(y, chances)),
        "log_loss": mean(log_losses(y, both(chances))),
    }
    if costs := state.get("costs"):
        drawn_of["cost"] = mean(costs_of(y, said, *costs))
    spans = sampling.spans(drawn_of)
    worth = sampling.worth(
        {
            "accuracy": mean(said == y),
            "auc": roc_auc(y, chances),
            "balanced_accuracy": balanced_accuracy(y, said),
            "recall": mean_of(called, is_it),
            "precision": mean_of(is_it, called),
            "f1": f1(is_it, called),
        }
    )
    balanced = sum(r / n for r, n in zip(right, each, strict=True) if n) / max(1, sum(n > 0 for n in each))
    found = {
        "accuracy": percent(sum(right) / rows if rows else None, sampling.share(worth["accuracy"], sum(right), rows)),
        "auc": interval_score(auc, None if auc is None or is_constant else sampling.ranking(worth["auc"], auc, there, others)),
        "balanced_accuracy": percent(balanced if rows else None, sampling.mean_share(worth["balanced_accuracy"], right, each)),
        "recall": percent(hits / there if there else None, sampling.share(worth["recall"], hits, there)),
        "precision": percent(hits / (hits + alarms) if hits + alarms else None, sampling.share(worth["precision"], hits, hits + alarms)),
        "f1": interval_score(2 * hits / (2 * hits + misses + alarms) if there else None, sampling.f1(worth["f1"], hits, misses, alarms)),
        **{name: interval_score(value(statistic, rows), spans[name]) for name, statistic in drawn_of.items()},
        "calibration_error": percent(calibration_error(y.astype(float), chances), None),
    }
    first = "auc" if is_imbalanced(state) else "accuracy"
    return {first: found[first], **found}


def costs_of(y: Array, said: Array, missed: float, alarm: float) -> Array:
    """(rows,) what each answer's mistake costs, for a hundred cases like it."""
    return 100 * np.where((y == 1) & (said == 0), missed, np.where((y == 0) & (said == 1), alarm, 0.0))


def answers(chances: Array, state: State) -> Array:
    """(rows,) 1 where it says yes, by the threshold settled on validation rows."""
    return np.asarray(chances >= state["threshold"], np.int64)


def chances_of_yes(outputs: Array, rows: int) -> Array:
    """(rows,) chances of yes; a single row of outputs stands for every row."""
    column = np.asarray(outputs).ravel()
    return np.array(np.broadcast_to(column, (rows,))) if len(column) == 1 else column


def both(chances: Array) -> Array:
    """(rows, 2) chances of no and of yes."""
    return np.stack([1 - chances, chances], axis=1)
