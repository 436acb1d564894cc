"""A plan tried out on a sample of its rows: what the prepared inputs look like, and what a training would take."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine import recipe, split, splits
from engine.columns import Table
from engine.learners.base import Array, Cost, Lesson
from engine.plan import Plan
from engine.store.experience import Went
from engine.swiftness import slowness

ROWS, PICTURES = 4_000, 48
JUDGING, WORSE = 1.7, 2.0
"""Seconds of judging and writing a model where importing takes four; they grow with this power of how slow a computer is, as they wait for
its disk and its other core too (1.6 s where it was 0.97, 6 s where it was 1.82)."""
FINISHING, KEPT, TOGETHER = 0.15, 6.0, 25.0
"""Seconds to write, judge and read again a model of a team, the megabytes that one takes once it is ready, and those beside them all."""
WAITING = 750.0
"""Megabytes of a process that waits for a plan: it has imported what any plan needs."""
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
    lesson = replace(lesson, may_refit=not plan.split.spares_unseen)
    training, validation, _ = split.counts(plan.split, len(known))
    read_bytes = float(sample.frame.memory_usage(index=False).sum()) / len(sample) * rows
    return Rehearsal(lesson, training, validation, preparing, read_bytes)


def estimate(plan: Plan, tried: Rehearsal, is_awaited: bool = False, went: Went | None = None) -> dict[str, float]:
    """Seconds (likely, low, high), epochs at most, seconds an epoch, and megabytes of memory.

    `is_awaited` says that a process is waiting for the plan, with everything imported and prepared; without it, `starting` seconds come
    on top. `went` is how a training like it went before; `known` in the answer is 1 where that counts.
    """
    training = plan.training.takes(tried.training)
    cost = _here(plan.training.cost(tried.lesson, training, tried.validation))
    if went is not None:
        again = went.again * (training + tried.validation) / max(training, 1)
        cost = replace(cost, epochs=round(went.epochs + again), fewest=min(cost.fewest, went.epochs))
    preparing = tried.preparing * (training + tried.validation) * 1.2
    around = cost.start + _judging() + (-cost.ahead if is_awaited else preparing)
    most = int(plan.training.model_dump().get("epochs", cost.epochs))
    return {
        "seconds": around + cost.epoch * cost.epochs,
        "seconds_low": around + cost.epoch * cost.fewest,
        "seconds_high": around + cost.epoch * max(most, cost.most),
        "epochs": most,
        "per_epoch": cost.epoch,
        "starting": cost.ahead if is_awaited else 0.0,
        "known": float(went is not None),
        "megabytes": _imported(cost.libraries, is_awaited) + cost.megabytes - cost.libraries + 1e-6 * TABLES * tried.table_bytes,
    }


def estimate_team(
    plan: Plan, tried: Sequence[tuple[Plan, Rehearsal]], is_awaited: bool = False, went: Sequence[Went | None] = ()
) -> dict[str, float]:
    """The same for a team, from a plan and its rehearsal for each way; an "epoch" is a model. Capped by the time it may take.

    `went` tells for each way how a single model like it went before; without it, none is known.
    """
    assert plan.team is not None
    turns = plan.team.folds * plan.team.repeats
    known = went or [None] * len(tried)
    ways = [_way(own, rehearsed, plan.team.folds, one) for (own, rehearsed), one in zip(tried, known, strict=True)]
    importing = {type(own.training): way.cost.once for (own, _), way in zip(tried, ways, strict=True)}
    waited = ways[0].cost.once if is_awaited else 0.0
    around = sum(importing.values()) - waited + sum(way.cost.shared for way in ways) + ways[0].preparing + _judging()
    orders: tuple[Literal["likely", "fewest", "most"], ...] = ("likely", "fewest", "most")
    sums = [around + turns * sum(way.seconds(which) + FINISHING * slowness() for way in ways) for which in orders]
    likely, low, high = [min(seconds, plan.team.seconds or seconds) for seconds in sums]
    imported = _imported(max(way.cost.libraries for way in ways), is_awaited)
    largest = imported + max(way.cost.megabytes - way.cost.libraries for way in ways)
    members = turns * len(ways)
    return {
        "seconds": likely,
        "seconds_low": low,
        "seconds_high": high,
        "seconds_unlimited": sums[0],
        "epochs": members,
        "per_epoch": (sums[0] - around) / members,
        "known": float(any(known)),
        "megabytes": largest + TOGETHER + KEPT * members + 1e-6 * TABLES * tried[0][1].table_bytes,
    }


def _judging() -> float:
    return float(JUDGING * slowness() ** WORSE)


def _here(cost: Cost) -> Cost:
    """The cost with what is spent once, which is not measured, as this computer takes it."""
    more = (slowness() - 1) * cost.once
    return replace(cost, start=cost.start + more, once=cost.once + more, ahead=cost.ahead + more)


def _imported(libraries: float, is_awaited: bool) -> float:
    return max(libraries, WAITING) if is_awaited else libraries


@dataclass(frozen=True)
class _Way:
    """What a model of one way of a team takes: its cost, its epochs at most, the preparing of its rows, and what is around its epochs."""

    cost: Cost
    most: int
    preparing: float

    def seconds(self, which: Literal["likely", "fewest", "most"]) -> float:
        """Of one model, without those that are spent once for all; with its likely, fewest or most epochs."""
        epochs = {"likely": self.cost.epochs, "fewest": self.cost.fewest, "most": self.most}[which]
        return self.cost.start - self.cost.once - self.cost.shared + self.preparing + self.cost.epoch * epochs


def _way(plan: Plan, tried: Rehearsal, folds: int, went: Went | None) -> _Way:
    """Each model is steered by its part of all rows that are not kept unseen, and taught by the others, where any rows may steer."""
    rows = tried.training + tried.validation
    steering = rows // folds if splits.of(plan.split).turns else tried.validation
    training = plan.training.takes(rows - steering)
    cost = _here(plan.training.cost(replace(tried.lesson, may_refit=False), training, steering))
    if went is not None:
        cost = replace(cost, epochs=went.epochs, fewest=min(cost.fewest, went.epochs))
    most = int(plan.training.model_dump().get("epochs", cost.epochs))
    return _Way(cost, most, tried.preparing * (training + steering) * 1.2)


def _types(read: Read, plan: Plan) -> set[str]:
    return {column.type for column in read(list(plan.inputs), np.array([0])).columns}
