"""How models answer together: which of them count how much, and how sure the common answer is, chosen on rows none of them learned from."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.learners.base import Array
from engine.tasks.base import Task

ROUNDS = 40
LEAST_GAIN = 0.002
ENOUGH_ROWS = 100
POWERS = np.geomspace(0.25, 4.0, 65)


def weights(task: Task, outputs: Sequence[Array], y: Array, state: dict[str, Any]) -> list[float]:
    """How much each counts (sum 1): again and again the one is added, also repeatedly, that lowers the loss the most.

    Greedy selection with replacement (Caruana et al. 2004, "Ensemble selection from libraries of models"). Where the mixture found is not
    clearly better than the best alone, the best alone is taken.
    """
    if len(outputs) == 1:
        return [1.0]
    counts, total = np.zeros(len(outputs)), np.zeros(outputs[0].shape)
    best_counts, best = counts, np.inf
    for size in range(1, ROUNDS + 1):
        losses = [_loss(task, (total + one) / size, y, state) for one in outputs]
        chosen = int(np.argmin(losses))
        counts = counts + np.eye(len(outputs))[chosen]
        total = total + outputs[chosen]
        if losses[chosen] < best:
            best, best_counts = losses[chosen], counts
    alone = [_loss(task, one, y, state) for one in outputs]
    if best > min(alone) * (1 - LEAST_GAIN):
        best_counts = np.eye(len(outputs))[int(np.argmin(alone))]
    return [float(share) for share in best_counts / best_counts.sum()]


def power(task: Task, outputs: Array, y: Array, state: dict[str, Any], different: int | None = None) -> float:
    """The exponent that makes chances the most honest on these rows (temperature scaling, Guo et al. 2017); 1 for few rows or no gain.

    `different` is how many different rows they are, where some stand there several times.
    """
    if task.estimator != "classifier" or (len(y) if different is None else different) < ENOUGH_ROWS:
        return 1.0
    losses = [_loss(task, task.tempered(outputs, float(p)), y, state) for p in POWERS]
    best = int(np.argmin(losses))
    return float(POWERS[best]) if losses[best] < _loss(task, outputs, y, state) * (1 - LEAST_GAIN) else 1.0


def _loss(task: Task, outputs: Array, y: Array, state: dict[str, Any]) -> float:
    return task.evaluate(outputs, y, state)["loss"]
