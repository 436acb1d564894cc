"""The straight line from a plan and a table to a judged bundle. Knows neither processes nor the store."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import (
    bundle,
    checks,
    examples,
    latency,
    lessons,
    more_rows,
    optimism,
    recipe,
    rivals,
    split,
    splits,
    teamwork,
    unseen,
    verdicts,
    weighted,
    weights,
    who_answers,
)
from engine import plan as plans
from engine.answering import Answers, Single
from engine.bundle import Bundle
from engine.columns import Table
from engine.errors import InvalidPlan
from engine.learners.base import NOTHING_KEPT, Array, Cancelled, Keep, Lesson, Paused, Tell
from engine.panels import Bars, Report
from engine.plan import Plan
from engine.recipe import Fitted
from engine.split import Parts
from engine.tasks.base import Judged, State
from engine.unseen import Unseen

PREPARING = "Preparing the rows"
JUDGED = 100_000
"""So many unseen rows say nearly all that more would: a share of right answers is certain to a third of a percent."""


def train(plan: Plan, table: Table, tell: Tell, folder: Path, keep: Keep = NOTHING_KEPT, outside: int = 0) -> Bundle:
    """Trains what the plan says and leaves the judged bundle in `folder`. The same plan and table give the same model on a CPU,
    also when the training was left at any moment and goes on from what `keep` has kept. The last `outside` rows of the table are those
    of `plan.split.outside`.

    Raises InvalidPlan, Diverged, and Cancelled or Paused when `tell` answers so; nothing is left in `folder` then.
    """
    return learn(prepare(plan, table, tell, outside), tell, folder, keep)


@dataclass(frozen=True)
class Prepared:
    """A training up to where it begins to learn: the rows divided and prepared, the trivial answer, and what was told of them.

    `there` is how many rows could have been learned from, where the learner takes only some.
    """

    plan: Plan
    table: Table
    parts: Parts
    fitted: Fitted
    lesson: Lesson
    baseline: Array
    facts: Mapping[str, Any]
    seconds: float
    outside: int = 0
    there: int = 0


def prepare(plan: Plan, table: Table, tell: Tell, outside: int = 0) -> Prepared:
    """All that comes before learning; see `train`. Raises InvalidPlan, and Cancelled or Paused when `tell` answers so."""
    began = time.monotonic()
    _say(tell, "Dividing the rows")
    parts, state = _divide(plan, table, outside)
    there = len(parts.train)
    parts = replace(parts, train=split.evenly(parts.train, plan.training.takes(there)))
    counted = {name: len(rows) for name, rows in asdict(parts).items()}
    rows = {"rows": counted, "unseen": split.digest(plan.split, parts.test)}
    tell.facts(rows)
    _say(tell, PREPARING)
    fitted = recipe.fit(plan.recipe, table, plan.inputs, parts.train)
    followed = examples.begin(plan, table, parts, state)
    share = len(parts.train) / (len(parts.train) + len(parts.validation))
    train = fitted.apply(table, parts.train, lambda done: _say(tell, PREPARING, share * done))
    validation = fitted.apply(table, parts.validation, lambda done: _say(tell, PREPARING, share + (1 - share) * done))
    lesson = lessons.begun(plan, table, parts, state, fitted.shapes)
    may_refit = not plan.split.spares_unseen
    lesson = replace(lesson, train=train, validation=validation, examples=followed, may_refit=may_refit)
    baseline, scored = _baseline(lesson)
    tell.facts(followed.facts | scored)
    facts, judged_outside = rows | scored | followed.facts, 0 if plan.split.spares_unseen else outside
    return Prepared(plan, table, parts, fitted, lesson, baseline, facts, time.monotonic() - began, judged_outside, there)


def get_ready(prepared: Prepared, tell: Tell) -> Prepared:
    """The same with what the learner can make beforehand, so that `learn` begins at once, to the same end. For a team: nothing."""
    if prepared.plan.team is not None:
        return prepared
    began = time.monotonic()
    _say(tell, "Building the network")
    lesson = replace(prepared.lesson, ready=prepared.plan.training.ready(prepared.lesson))
    return replace(prepared, lesson=lesson, seconds=prepared.seconds + time.monotonic() - began)


def learn(prepared: Prepared, tell: Tell, folder: Path, keep: Keep = NOTHING_KEPT, looks: int = 0, usual: int = 0) -> Bundle:
    """Learns, judges and packs what was prepared, once; see `train`. `looks` is how often its unseen rows have been looked at before,
    `usual` after how many epochs such trainings ended before (0: not known)."""
    began = time.monotonic() - keep.seconds - prepared.seconds
    prepared = replace(prepared, lesson=replace(prepared.lesson, usual=usual))
    plan, table, parts, fitted, lesson = prepared.plan, prepared.table, prepared.parts, prepared.fitted, prepared.lesson
    learned = _taught(prepared, tell, keep)
    _say(tell, "Comparing with a simple formula")
    linear = rivals.linear(plan.task, lesson.state, fitted.shapes, lesson.train, lesson.train_y, plan.seed, lesson.train_weights)
    _say(tell, "Judging on rows it has never seen")
    state = plan.task.settle(learned.steering, learned.steering_y, lesson.state)
    if lesson.examples is not None:
        lesson.examples.told(None, learned.examples, state, tell)
    report, said = _judge(prepared, learned, linear, state)
    report = _completed(prepared, report, looks, tell)
    if plan.split.spares_unseen:
        report = report.model_copy(update={"headline": verdicts.while_comparing(report.main, len(prepared.parts.test)), "detail": ""})
    report = checks.told(plan, table.take(split.evenly(parts.train, checks.MOST_ROWS)), report, looks)
    _say(tell, "Timing one answer")
    answering = {"answer_seconds": latency.of_one(learned.answers, table.only(plan.inputs), parts.test), "models": learned.answers.models}
    _say(tell, "Packing the model")
    made = bundle.write(folder, plan, table, parts, learned.answers, state, prepared.baseline, report, said)
    tell.facts(answering)
    tell.facts({"seconds": time.monotonic() - began})
    return made


@dataclass(frozen=True)
class _Learned:
    """What answers, what it says of the rows that steered it and of the examples, and what is to be said of how it came about."""

    answers: Answers
    steering: Array
    steering_y: Array
    examples: Array
    teaching: int
    both: int = 0
    notes: Sequence[str] = ()
    who: Bars | None = None


def _taught(prepared: Prepared, tell: Tell, keep: Keep) -> _Learned:
    """One model, or the team that the plan asks for. A team's members are taught by all rows that are not kept unseen."""
    plan, parts, lesson = prepared.plan, prepared.parts, prepared.lesson
    shown = lesson.examples.places if lesson.examples is not None else np.empty(0, np.int64)
    if plan.team is None:
        model = plan.training.fit(lesson, tell, keep)
        steered = plan.training.steered(model)
        notes = [] if steered is None else [verdicts.taught_again(len(parts.train), len(parts.validation))]
        steering = model.predict(lesson.validation) if steered is None else steered
        both = 0 if steered is None else len(parts.validation)
        answers = Single(prepared.fitted, model, plan.training.kind)
        return _Learned(answers, steering, lesson.validation_y, steering[shown], len(parts.train) + both, both, notes)
    team = teamwork.train(plan, prepared.table, parts, lesson.state, tell, keep)
    followed = _of_team(team, prepared.table, parts.validation[shown])
    both = len(np.intersect1d(team.teaching, team.steering))
    metric = plan.task.metrics(lesson.state)[0]
    said = who_answers.notes(team.ways, splits.of(plan.split).turns, team.left_out), who_answers.panel(team.ways, team.measures, metric)
    return _Learned(team.answers, team.outputs, team.y, followed, len(team.teaching), both, *said)


def _of_team(team: teamwork.Team, table: Table, rows: Array) -> Array:
    """What the team says of these rows: as those members say it that have not learned from a row, where there are such."""
    outputs = team.answers.outputs(table, rows) if len(rows) else np.empty((0, team.outputs.shape[1]), np.float32)
    places = {int(row): place for place, row in enumerate(team.rows)}
    for i, row in enumerate(rows):
        if int(row) in places:
            outputs[i] = team.outputs[places[int(row)]]
    return outputs


def _divide(plan: Plan, table: Table, outside: int) -> tuple[Parts, State]:
    """The parts with the rows whose target can be used, and what the task learned from the training targets."""
    if plan.architecture.learner != plan.training.kind:
        raise InvalidPlan(
            f"'{plan.architecture.title}' is not trained by '{plan.training.title}'.",
            f"Set the training's kind to '{plan.architecture.learner}'.",
        )
    deciding = table.only(split.needed(plan.split, plan.inputs, plan.target))
    parts = split.assign(plan.split, deciding, plan.target, plan.task, plan.seed, outside)
    y = table.values(plan.target)
    state = plan.task.fit(y[parts.train])
    kept = Parts(**{name: rows[plan.task.known(y[rows], state)] for name, rows in asdict(parts).items()})
    for name, rows in asdict(kept).items():
        if not len(rows):
            raise InvalidPlan(f"No row is left in the {name} part that can be used.", "Add rows, or divide them differently.")
    return kept, state


def _baseline(lesson: Lesson) -> tuple[Array, dict[str, Any]]:
    """The trivial answer, (1, outputs); what it scores on the validation rows is the line every curve is drawn against."""
    task, state, y = lesson.task, lesson.state, lesson.validation_y
    baseline = task.baseline(lesson.train_y, state)
    scored = task.evaluate(np.repeat(baseline, len(y), axis=0), y, state)
    return baseline, {"metrics": [_shown(asdict(m)) for m in task.metrics(state)], "baseline": scored}


def _judge(prepared: Prepared, learned: _Learned, linear: rivals.Ask | None, state: State) -> tuple[Report, Unseen]:
    """The judgement, and what it rests on: the model's answers on the unseen rows."""
    plan, table, parts = prepared.plan, prepared.table, prepared.parts
    asked = split.evenly(parts.test, JUDGED)
    rows = table.take(asked)
    inputs = prepared.fitted.apply(rows)
    own = learned.answers.prepared(inputs) if isinstance(learned.answers, Single) else learned.answers.outputs(rows)
    before = len(table) - prepared.outside if prepared.outside else 0
    judged = Judged(
        table=rows,
        rows=asked - before,
        y=rows.values(plan.target),
        outputs=own,
        baseline=np.repeat(prepared.baseline, len(asked), axis=0),
        linear=linear(inputs) if linear else None,
        target=plan.target,
        inputs=plan.inputs,
        groups=split.groups(plan.split, rows, plan.inputs),
        group_name=table.column(plan.split.column).name if splits.of(plan.split).names_cases else "",
        beside=plans.beside(plan),
        have_steered=plan.split.spares_unseen,
    )
    report = plan.task.report(judged, state)
    if (counted := _unseen_weights(prepared, asked)) is not None:
        report = weighted.beside(report, plan.task, judged, state, counted, table.column(plan.weight).name)
    panels = verdicts.with_notes(report.panels, [*learned.notes]) + ([learned.who] if learned.who else [])
    steering = len(parts.train) + len(parts.validation) - learned.teaching
    counts = {"rows_training": learned.teaching, "rows_validation": steering, "rows_both": learned.both}
    report = report.model_copy(update={"panels": panels, **counts})
    y = plan.task.encode(judged.y, state)
    return report, unseen.kept(asked, judged.y, y, own, judged.groups, str(prepared.facts["unseen"]))


def _unseen_weights(prepared: Prepared, rows: Array) -> Array | None:
    """How much each unseen row counts; None where all count alike, or where none of them has a weight."""
    try:
        return weights.of(prepared.table, prepared.plan.weight, rows)
    except InvalidPlan:
        return None


def _completed(prepared: Prepared, report: Report, looks: int, tell: Tell) -> Report:
    """The report with what stands besides the judgement: how rows counted and were looked at, and what a split by chance would flatter."""
    plan, table = prepared.plan, prepared.table
    said = [
        weights.note(table.column(plan.weight).name) if plan.weight else "",
        verdicts.looked_at(looks) if looks < verdicts.MANY_LOOKS else "",
        verdicts.learned_from(len(prepared.parts.train), prepared.there),
        verdicts.taught_by(len(prepared.parts.train), recipe.TEACHING),
        verdicts.judged_by(report.rows_test, len(prepared.parts.test)),
        verdicts.NOT_UNSEEN if plan.split.spares_unseen else "",
        *_about_outside(prepared),
    ]
    panels = verdicts.with_notes(report.panels, said)
    if splits.of(plan.split).is_whole and not prepared.outside and not plan.split.folds and not plan.split.spares_unseen:
        _say(tell, "Comparing with a split by chance")
        found = optimism.panel(plan, table, prepared.parts, report.main)
        panels += [found] if found else []
    _say(tell, "Looking whether more rows would help")
    method = splits.of(plan.split)
    grouping = table.only(method.needed(plan.split, plan.inputs) if method.is_whole else [])
    taken = (grouping.take(rows) for rows in (prepared.parts.train, prepared.parts.validation))
    of, judged_of = (split.groups(plan.split, rows, plan.inputs) for rows in taken)
    curve = more_rows.panel(prepared.lesson, of, judged_of)
    panels += [curve] if curve else []
    return report.model_copy(update={"panels": panels})


def _about_outside(prepared: Prepared) -> list[str]:
    """Where the unseen rows come from, if from a second file, and whether the model has met their cases."""
    if not prepared.outside:
        return []
    plan, table, parts = prepared.plan, prepared.table, prepared.parts
    said = verdicts.from_outside(len(parts.test))
    method = splits.of(plan.split)
    case_of = split.groups(plan.split, table.only(method.needed(plan.split, plan.inputs)), plan.inputs) if method.is_whole else None
    if case_of is None:
        return [said]
    met = len(np.intersect1d(case_of[np.concatenate([parts.train, parts.validation])], case_of[parts.test]))
    return [said, verdicts.met(met, table.column(plan.split.column).name if method.names_cases else "")]


def _shown(metric: Mapping[str, Any]) -> dict[str, Any]:
    return {name: metric[name] for name in ("name", "label", "unit", "better")}


def _say(tell: Tell, words: str, done: float | None = None) -> None:
    wish = tell.stage(words, done)
    if wish == "cancel":
        raise Cancelled
    if wish == "pause":
        raise Paused
