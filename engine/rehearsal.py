"""A plan tried out on a sample of its rows: what the prepared inputs look like, and what a training would take."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import recipe, split
from engine.columns import Table
from engine.learners.base import Array, Lesson
from engine.plan import Plan

ROWS, PICTURES = 4_000, 48
JUDGING = 3.0
TABLES = 1.3
"""The table in memory, with its unseen rows once more while they are judged."""

Read = Callable[[list[str], Array | None], Table]


@dataclass(frozen=True)
class Rehearsal:
    """A sample as a lesson, the rows of the real training, the seconds one row takes to prepare, and the bytes of all rows as read."""

    lesson: Lesson
    training: int
    validation: int
    preparing: float
    table_bytes: float = 0.0


def rehearse(plan: Plan, rows: int, read: Read) -> Rehearsal:
    """Prepares a sample of a dataset with so many rows. `read(column ids, positions or None for all)` gives its table."""
    target = read([plan.target], None)
    y = target.values(plan.target)
    state = plan.task.fit(y)
    known = np.flatnonzero(plan.task.known(y, state))
    has_pictures = any(target_type == "image" for target_type in _types(read, plan))
    at = np.sort(np.random.default_rng(0).permutation(known)[: PICTURES if has_pictures else ROWS])
    sample = read([*plan.inputs, plan.target], at)
    began = time.monotonic()
    fitted = recipe.fit(plan.recipe, sample, plan.inputs)
    inputs = fitted.apply(sample)
    preparing = (time.monotonic() - began) / len(sample)
    encoded = plan.task.encode(sample.values(plan.target), state)
    lesson = Lesson(plan.architecture, plan.task, state, fitted.shapes, inputs, encoded, inputs, encoded, plan.seed)
    training, validation, _ = split.counts(plan.split, len(known))
    read_bytes = float(sample.frame.memory_usage(index=False).sum()) / len(sample) * rows
    return Rehearsal(lesson, training, validation, preparing, read_bytes)


def estimate(plan: Plan, tried: Rehearsal) -> dict[str, float]:
    """Seconds (likely, low, high), epochs at most, seconds an epoch, and megabytes of memory."""
    training = plan.training.takes(tried.training)
    cost = plan.training.cost(tried.lesson, training, tried.validation)
    around = cost.start + tried.preparing * (training + tried.validation) * 1.2 + JUDGING
    most = int(plan.training.model_dump().get("epochs", cost.epochs))
    return {
        "seconds": around + cost.epoch * cost.epochs,
        "seconds_low": around + cost.epoch * cost.fewest,
        "seconds_high": around + cost.epoch * most,
        "epochs": most,
        "per_epoch": cost.epoch,
        "megabytes": cost.megabytes + 1e-6 * TABLES * tried.table_bytes,
    }


def _types(read: Read, plan: Plan) -> set[str]:
    return {column.type for column in read(list(plan.inputs), np.array([0])).columns}
