"""The straight line from a plan and a table to a judged bundle. Knows neither processes nor the store."""

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import bundle, examples, recipe, rivals, split
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
    began = time.monotonic() - keep.seconds
    _say(tell, "Dividing the rows")
    parts, state = _divide(plan, table)
    tell.facts({"rows": {name: len(rows) for name, rows in asdict(parts).items()}})
    _say(tell, "Preparing the rows")
    fitted = recipe.fit(plan.recipe, table.take(parts.train), plan.inputs)
    followed = examples.begin(plan, table, parts, state, tell)
    lesson = replace(_lesson(plan, table, parts, state, fitted), examples=followed)
    baseline = _tell_baseline(lesson, tell)
    model = plan.training.fit(lesson, tell, keep)
    _say(tell, "Comparing with a simple formula")
    linear = rivals.linear(plan.task, state, fitted.shapes, lesson.train, lesson.train_y, plan.seed)
    _say(tell, "Judging on rows it has never seen")
    steering = model.predict(lesson.validation)
    state = plan.task.settle(steering, lesson.validation_y, state)
    followed.told(None, steering[followed.places], state)
    report = _judge(plan, table, parts, fitted, model, baseline, linear, state)
    _say(tell, "Packing the model")
    made = bundle.write(folder, plan, table, parts, fitted, state, baseline, model, report)
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


def _tell_baseline(lesson: Lesson, tell: Tell) -> Array:
    """The trivial answer, (1, outputs); what it scores on the validation rows is the line every curve is drawn against."""
    task, state, y = lesson.task, lesson.state, lesson.validation_y
    baseline = task.baseline(lesson.train_y, state)
    scored = task.evaluate(np.repeat(baseline, len(y), axis=0), y, state)
    tell.facts({"metrics": [_shown(asdict(m)) for m in task.metrics(state)], "baseline": scored})
    return baseline


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
