"""Would more rows help? A quick model learns from a quarter, half, three quarters and all of the training rows: the learning curve.

It is judged on the rows that steer training, so that the unseen ones are looked at once only. Where groups of rows are kept whole,
whole groups are drawn, since more rows would come from more groups.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from engine import journal, rivals
from engine.learners.base import Array, Lesson
from engine.panels import Curve, Line
from engine.tasks.base import Metric
from engine.wording import amount

SHARES, SEEDS = (0.25, 0.5, 0.75, 1.0), 3
MOST_ROWS, MOST_JUDGED, FEWEST_ROWS, FEWEST_JUDGED = 4_000, 2_000, 120, 30
ROUNDS, DRAWS = 30, 200
LITTLE_POINTS, LITTLE, LITTLE_OFF = 2.0, 0.02, 0.05
"""Less is no reason to gather rows: points of a hundred, of a measure from 0 to 1, and the part of what a number is off by."""


@dataclass(frozen=True)
class Rows:
    """What is learned from and judged by: (rows, columns) numbers, encoded answers, how much rows count, and their groups, if any."""

    x: Array
    y: Array
    judged_x: Array
    judged_y: Array
    weights: Array | None
    groups: Array | None
    judged_groups: Array | None


def panel(lesson: Lesson, groups: Array | None = None, judged_groups: Array | None = None) -> Curve | None:
    """The curve with what it says about twice as many rows; None where the rows are too few to say, or the model cannot be made.

    `groups` number the groups of the training rows, `judged_groups` those of the rows that steer.
    """
    if len(lesson.train_y) < FEWEST_ROWS or len(lesson.validation_y) < FEWEST_JUDGED:
        return None
    try:
        rows = _some(lesson, groups, judged_groups)
        with threadpool_limits(1):
            outputs = {share: _learned(lesson, rows, share) for share in SHARES}
    except (ValueError, ArithmeticError, MemoryError) as error:
        journal.say(f"Whether more rows would help cannot be told: {error}")
        return None
    metric = lesson.task.metrics(lesson.state)[0]
    drawn = {share: _scores(lesson, rows, several, metric.name) for share, several in outputs.items()}
    if not all(np.isfinite(scores).all() for scores in drawn.values()):
        return None
    counts = [float(round(share * len(rows.y))) for share in SHARES]
    ends = {share: np.quantile(scores[1:], (0.025, 0.975)) for share, scores in drawn.items()}
    line = Line(
        name="a quick model",
        x=counts,
        y=[float(drawn[share][0]) for share in SHARES],
        low=[float(ends[share][0]) for share in SHARES],
        high=[float(ends[share][1]) for share in SHARES],
    )
    trivial = _trivial(lesson, rows, metric.name)
    return Curve(
        title="Would more rows help?",
        x_label="Rows it learned from",
        y_label=f"{metric.label}{f', {metric.unit}' if metric.unit else ''}",
        lines=[line, Line(name="the trivial answer", x=[counts[0], counts[-1]], y=[trivial, trivial], dashed=True)],
        note=f"{_said(metric, drawn[0.5], drawn[1.0])} {_how(len(rows.y), len(lesson.train_y))}",
    )


def _said(metric: Metric, half: Array, whole: Array) -> str:
    """What the last doubling brought, and with it the next one; scores: the one on the rows themselves first, then those of the draws."""
    sign = 1.0 if metric.better == "higher" else -1.0
    gain = sign * (whole - half)
    low, high = np.quantile(gain[1:], (0.025, 0.975))
    start, end = (amount(float(scores[0]), metric.unit) for scores in (half, whole))
    label = f"{metric.label[:1].lower()}{metric.label[1:]}"
    went = f"From half of the rows to all of them it went from {start} to {end} ({label})."
    little = LITTLE_POINTS if metric.unit == "%" else LITTLE if metric.better == "higher" else LITTLE_OFF * abs(float(whole[0]))
    if low > 0 and gain[0] >= little / 2:
        return f"{went} Twice as many rows would probably make it better again, by less than that."
    if high < little:
        return f"{went} Twice as many rows would probably change little."
    return f"{went} Whether twice as many rows would help cannot be told from so few."


def _how(used: int, there: int) -> str:
    some = f" {used:,} of the {there:,} rows were used for it, to be quick." if used < there else ""
    return f"Learned anew by boosted trees or a simple formula, not by your model, and judged on the rows that steer training.{some}"


def _some(lesson: Lesson, groups: Array | None, judged_groups: Array | None) -> Rows:
    random = np.random.default_rng(lesson.seed)
    learned, judged = (
        np.sort(random.permutation(len(y))[:most]) for y, most in ((lesson.train_y, MOST_ROWS), (lesson.validation_y, MOST_JUDGED))
    )
    return Rows(
        rivals.flat({name: x[learned] for name, x in lesson.train.items()}, lesson.shapes),
        lesson.train_y[learned],
        rivals.flat({name: x[judged] for name, x in lesson.validation.items()}, lesson.shapes),
        lesson.validation_y[judged],
        None if lesson.train_weights is None else lesson.train_weights[learned],
        None if groups is None else groups[learned],
        None if judged_groups is None else judged_groups[judged],
    )


def _learned(lesson: Lesson, rows: Rows, share: float) -> list[Array]:
    """What models say on the judged rows that learned from so many rows, each from others; one model where that is all of them."""
    found = []
    for seed in range(SEEDS if share < 1 else 1):
        chosen = _part(rows, share, np.random.default_rng((lesson.seed, seed)))
        model, name = _model(lesson, rows)
        counting: dict[str, Any] = {} if rows.weights is None else {name: rows.weights[chosen]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(rows.x[chosen], rows.y[chosen], **counting)
        found.append(lesson.task.from_estimator(model, rows.judged_x, lesson.state))
    return found


def _part(rows: Rows, share: float, random: np.random.Generator) -> Array:
    """(rows,) positions: that share of the rows, or of the groups."""
    if share == 1.0:
        return np.arange(len(rows.y))
    if rows.groups is None:
        return np.sort(random.permutation(len(rows.y))[: round(share * len(rows.y))])
    distinct, of = np.unique(rows.groups, return_inverse=True)
    kept = random.permutation(len(distinct))[: max(1, round(share * len(distinct)))]
    return np.flatnonzero(np.isin(of, kept))


def _model(lesson: Lesson, rows: Rows) -> tuple[Any, str]:
    """A model that is quick to learn, and what its weights are called: trees; for pictures or many classes the linear one."""
    outputs = lesson.task.baseline(lesson.train_y, lesson.state).shape[1]
    if lesson.shapes.pixels or outputs > 4 or rows.x.shape[1] > 200:
        made = lesson.task.linear()
        return made, f"{made.steps[-1][0]}__sample_weight"
    return rivals.trees(lesson.task.estimator, lesson.seed, rounds=ROUNDS), "sample_weight"


def _scores(lesson: Lesson, rows: Rows, several: list[Array], name: str) -> Array:
    """(1 + draws,) the measure on the judged rows, the models' mean; then on rows drawn anew from them, of one of the models each."""
    random = np.random.default_rng((lesson.seed, 1))
    y = rows.judged_y
    found = [float(np.mean([lesson.task.evaluate(said, y, lesson.state)[name] for said in several]))]
    of = None if rows.judged_groups is None else np.unique(rows.judged_groups, return_inverse=True)[1]
    members = None if of is None else np.split(np.argsort(of, kind="stable"), np.cumsum(np.bincount(of))[:-1])
    for draw in range(DRAWS):
        if members is None:
            places = random.integers(0, len(y), len(y))
        else:
            places = np.concatenate([members[group] for group in random.integers(0, len(members), len(members))])
        found.append(lesson.task.evaluate(several[draw % len(several)][places], y[places], lesson.state)[name])
    return np.array(found, np.float64)


def _trivial(lesson: Lesson, rows: Rows, name: str) -> float:
    said = np.repeat(lesson.task.baseline(lesson.train_y, lesson.state), len(rows.judged_y), axis=0)
    return float(lesson.task.evaluate(said, rows.judged_y, lesson.state)[name])
