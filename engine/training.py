"""The straight line from a plan and a table to a judged bundle. Knows neither processes nor the store."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import bundle, checks, examples, recipe, rivals, split
from engine.bundle import Bundle
from engine.columns import Table
from engine.errors import InvalidPlan
from engine.learners.base import NOTHING_KEPT, Array, Cancelled, Keep, Lesson, Model, Paused, Tell
from engine.panels import Report
from engine.plan import Plan
from engine.recipe import Fitted
from engine.split import Parts
from engine.tasks.base import Judged, State


def train(plan: Plan, table: Table, tell: Tell, folder: Path, keep: Keep = NOTHING_KEPT) -> Bundle:
    """Trains what the plan says and leaves the judged bundle in `folder`. The same plan and table give the same model on a CPU,
    also when the training was left at any moment and goes on from what `keep` has kept.

    Raises InvalidPlan, Diverged, and Cancelled or Paused when `tell` answers so; nothing is left in `folder` then.
    """
    return learn(prepare(plan, table, tell), tell, folder, keep)


@dataclass(frozen=True)
class Prepared:
    """A training up to where it begins to learn: the rows divided and prepared, the trivial answer, and what was told of them."""

    plan: Plan
    table: Table
    parts: Parts
    fitted: Fitted
    lesson: Lesson
    baseline: Array
    facts: Mapping[str, Any]
    seconds: float


def prepare(plan: Plan, table: Table, tell: Tell) -> Prepared:
    """All that comes before learning. Raises InvalidPlan, and Cancelled or Paused when `tell` answers so."""
    began = time.monotonic()
    _say(tell, "Dividing the rows")
    parts, state = _divide(plan, table)
    rows = {"rows": {name: len(rows) for name, rows in asdict(parts).items()}}
    tell.facts(rows)
    _say(tell, "Preparing the rows")
    fitted = recipe.fit(plan.recipe, table.take(parts.train), plan.inputs)
    followed = examples.begin(plan, table, parts, state)
    lesson = replace(_lesson(plan, table, parts, state, fitted), examples=followed)
    baseline, scored = _baseline(lesson)
    tell.facts(followed.facts | scored)
    return Prepared(plan, table, parts, fitted, lesson, baseline, rows | scored | followed.facts, time.monotonic() - began)


def get_ready(prepared: Prepared, tell: Tell) -> Prepared:
    """The same with what the learner can make beforehand, so that `learn` begins at once, to the same end."""
    began = time.monotonic()
    _say(tell, "Building the network")
    lesson = replace(prepared.lesson, ready=prepared.plan.training.ready(prepared.lesson))
    return replace(prepared, lesson=lesson, seconds=prepared.seconds + time.monotonic() - began)


def learn(prepared: Prepared, tell: Tell, folder: Path, keep: Keep = NOTHING_KEPT) -> Bundle:
    """Learns, judges and packs what was prepared, once. See `train`."""
    began = time.monotonic() - keep.seconds - prepared.seconds
    plan, table, parts, fitted, lesson = prepared.plan, prepared.table, prepared.parts, prepared.fitted, prepared.lesson
    model = plan.training.fit(lesson, tell, keep)
    _say(tell, "Comparing with a simple formula")
    linear = rivals.linear(plan.task, lesson.state, fitted.shapes, lesson.train, lesson.train_y, plan.seed)
    _say(tell, "Judging on rows it has never seen")
    steering = model.predict(lesson.validation)
    state = plan.task.settle(steering, lesson.validation_y, lesson.state)
    if lesson.examples is not None:
        lesson.examples.told(None, steering[lesson.examples.places], state, tell)
    report = _judge(plan, table, parts, fitted, model, prepared.baseline, linear, state)
    report = checks.told(plan, table.take(parts.train), report)
    _say(tell, "Packing the model")
    made = bundle.write(folder, plan, table, parts, fitted, state, prepared.baseline, model, report)
    tell.facts({"seconds": time.monotonic() - began})
    return made


def _divide(plan: Plan, table: Table) -> tuple[Parts, State]:
    """The parts with the rows whose target can be used, and what the task learned from the training targets."""
    if plan.architecture.learner != plan.training.kind:
        raise InvalidPlan(
            f"'{plan.architecture.title}' is not trained by '{plan.training.title}'.",
            f"Set the training's kind to '{plan.architecture.learner}'.",
        )
    parts = split.assign(plan.split, table, plan.target, plan.task, plan.seed)
    y = table.values(plan.target)
    state = plan.task.fit(y[parts.train])
    kept = Parts(**{name: rows[plan.task.known(y[rows], state)] for name, rows in asdict(parts).items()})
    for name, rows in asdict(kept).items():
        if not len(rows):
            raise InvalidPlan(f"No row is left in the {name} part that can be used.", "Add rows, or divide them differently.")
    return kept, state


def _lesson(plan: Plan, table: Table, parts: Parts, state: State, fitted: Fitted) -> Lesson:
    y = table.values(plan.target)
    return Lesson(
        architecture=plan.architecture,
        task=plan.task,
        state=state,
        shapes=fitted.shapes,
        train=fitted.apply(table.take(parts.train)),
        train_y=plan.task.encode(y[parts.train], state),
        validation=fitted.apply(table.take(parts.validation)),
        validation_y=plan.task.encode(y[parts.validation], state),
        seed=plan.seed,
    )


def _baseline(lesson: Lesson) -> tuple[Array, dict[str, Any]]:
    """The trivial answer, (1, outputs); what it scores on the validation rows is the line every curve is drawn against."""
    task, state, y = lesson.task, lesson.state, lesson.validation_y
    baseline = task.baseline(lesson.train_y, state)
    scored = task.evaluate(np.repeat(baseline, len(y), axis=0), y, state)
    return baseline, {"metrics": [_shown(asdict(m)) for m in task.metrics(state)], "baseline": scored}


def _judge(
    plan: Plan, table: Table, parts: Parts, fitted: Fitted, model: Model, baseline: Array, linear: rivals.Ask | None, state: State
) -> Report:
    rows = table.take(parts.test)
    inputs = fitted.apply(rows)
    judged = Judged(
        table=rows,
        rows=parts.test,
        y=rows.values(plan.target),
        outputs=model.predict(inputs),
        baseline=np.repeat(baseline, len(parts.test), axis=0),
        linear=linear(inputs) if linear else None,
        target=plan.target,
        inputs=plan.inputs,
        groups=split.groups(plan.split, rows),
        group_name=table.column(plan.split.column).name if plan.split.method == "group" else "",
    )
    report = plan.task.report(judged, state)
    return report.model_copy(update={"rows_training": len(parts.train), "rows_validation": len(parts.validation)})


def _shown(metric: Mapping[str, Any]) -> dict[str, Any]:
    return {name: metric[name] for name in ("name", "label", "unit", "better")}


def _say(tell: Tell, words: str) -> None:
    wish = tell.stage(words)
    if wish == "cancel":
        raise Cancelled
    if wish == "pause":
        raise Paused
