"""Trains the team that a plan asks for: each way learns several times, each time steered by other rows; then they are blended on the rows
that steered, which none of those asked has learned from. Knows neither processes nor the store.
"""

import json
import math
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import answering, blending, journal, lessons, manifest, recipe, split, splits, weighted, weights
from engine.answering import Single
from engine.columns import Table
from engine.errors import Diverged, EngineError, InvalidPlan
from engine.keep import MEMBER, READY, Keep, Kept, Unfit
from engine.learners.base import Array, Lesson, Model
from engine.pacing import Known, Listening, Pace
from engine.plan import Plan
from engine.split import Parts
from engine.splits.base import TRAIN, VALIDATION
from engine.team import Way
from engine.tell import Tell

FOLDER, KNOWN = "turns", "known.json"
TIGHT = 0.85
ENOUGH_TO_CHOOSE = 300


@dataclass(frozen=True)
class Share:
    """One way in a trained team: how many models it has, how much they count together (0 to 1), and its measures alone."""

    title: str
    models: int
    counts: float
    measures: Mapping[str, float]
    is_trees: bool = False


@dataclass(frozen=True)
class Team:
    """The trained team, and of the rows that steered: its outputs (rows, outputs), encoded targets, and positions in the table."""

    answers: answering.Team
    outputs: Array
    y: Array
    rows: Array
    ways: tuple[Share, ...]
    measures: Mapping[str, float]
    """of all together, on the rows that steered"""
    teaching: Array
    steering: Array
    """positions of the rows that taught and that steered any of those that answer"""
    left_out: int = 0
    """so many models there was no time for, or that were not begun any more when a person asked for the end"""


@dataclass(frozen=True)
class Rows:
    """What all members share: the plan, the table, the rows that may teach or steer, and what the task learned."""

    plan: Plan
    table: Table
    state: dict[str, Any]
    divisions: tuple[Parts, ...]

    def lesson(self, number: int, way: Way) -> tuple[recipe.Fitted, Lesson]:
        """The recipe fitted on the rows that teach the member of that number, at most as many as its learner takes, and its lesson."""
        plan, table, parts = alone(self.plan, way), self.table, self.divisions[number]
        parts = replace(parts, train=split.evenly(parts.train, plan.training.takes(len(parts.train))))
        fitted = recipe.fit(plan.recipe, table, plan.inputs, parts.train)
        lesson = lessons.begun(plan, table, parts, self.state, fitted.shapes)
        train, validation = fitted.apply(table, parts.train), fitted.apply(table, parts.validation)
        return fitted, replace(lesson, train=train, validation=validation, seed=plan.seed + 1000 * number)

    def y(self, at: Array) -> Array:
        """The encoded targets at those positions."""
        return self.plan.task.encode(self.table.values(self.plan.target)[at], self.state)


@dataclass
class _Said:
    """What the members of one way say of the rows that steered them."""

    way: Way
    members: list[Single] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    parameters: int = 0
    total: Array = field(default_factory=lambda: np.zeros(0))
    times: Array = field(default_factory=lambda: np.zeros(0))
    is_needed: bool = True

    def add(self, number: int, member: Single, at: Array, outputs: Array, rows: int) -> None:
        if not self.members:
            self.total, self.times = np.zeros((rows, outputs.shape[1])), np.zeros(rows)
        self.members.append(member)
        self.numbers.append(number)
        self.total[at] += outputs
        self.times[at] += 1

    def mean(self, at: Array) -> Array:
        """(rows, outputs) at those positions, of the members that each of these rows has steered."""
        return np.asarray(self.total[at] / self.times[at][:, None])


def ways(plan: Plan) -> tuple[Way, ...]:
    """The plan's own way first, then the further ones of its team."""
    own = Way(recipe=plan.recipe, architecture=plan.architecture, training=plan.training)
    return (own, *(plan.team.others if plan.team else ()))


def alone(plan: Plan, way: Way) -> Plan:
    """The plan of one model that learns in that way."""
    return plan.model_copy(update={"team": None, **dict(way)})


def singles(plan: Plan) -> list[Plan]:
    """A plan of one model for each way."""
    return [alone(plan, way) for way in ways(plan)]


def divisions(plan: Plan, table: Table, parts: Parts) -> tuple[Parts, ...]:
    """For each member of a way, which rows teach and which steer it; the unseen rows of `parts` are in none."""
    assert plan.team is not None
    rows = np.sort(np.concatenate([parts.train, parts.validation]))
    if not splits.of(plan.split).turns:
        return (parts,) * (plan.team.folds * plan.team.repeats)
    deciding = table.only(split.needed(plan.split, plan.inputs, plan.target))
    found = []
    for repeat in range(plan.team.repeats):
        for places in split.rounds(plan.split, deciding, plan.target, plan.task, plan.seed + repeat, rows, plan.team.folds):
            found.append(Parts(rows[places == TRAIN], rows[places == VALIDATION], parts.test))
    return tuple(found)


def train(plan: Plan, table: Table, parts: Parts, state: dict[str, Any], tell: Tell, keep: Keep) -> Team:
    """Trains all members, in order. Stops early, with those that are ready, when `tell` says stop or the time is over.

    Raises Diverged, Cancelled, Paused. What `keep` has of an earlier attempt is gone on with: finished members are read again.
    """
    rows = Rows(plan, table, state, divisions(plan, table, parts))
    return _Course(rows, tell, keep).run()


def _judging(rows: Rows, said: Sequence[_Said], at: Array) -> tuple[list[Array], Array]:
    """What each way says of the rows at those positions, and their encoded targets: each row as often as it counts (see
    `weighted.copies`), so that those that count more also choose who answers."""
    counted = weights.of(rows.table, rows.plan.weight, at)
    at = at if counted is None else at[weighted.copies(counted)]
    return [one.mean(at) for one in said], rows.y(at)


class _Course:
    """The members in rounds: first one of each way, then a second of each, so that whenever it ends all ways have had their turn.

    In each round the trees are first: they are ready the soonest, so that with little time the networks get all that is left.
    """

    def __init__(self, rows: Rows, tell: Tell, keep: Keep) -> None:
        self.rows = rows
        self.keep = keep
        self.said = [_Said(way) for way in ways(rows.plan)]
        given = rows.plan.team.seconds if rows.plan.team else 0.0
        until = time.monotonic() - keep.seconds + TIGHT * given if given else math.inf
        pace = Pace([said.way.architecture.is_trees for said in self.said], len(rows.divisions), until)
        titles, turns = [type(said.way.architecture).title for said in self.said], len(rows.divisions)
        self.listening = Listening(tell, titles, pace, turns, _count_put_by(keep))
        self.turns = sorted(range(len(self.said)), key=lambda way: not self.said[way].way.architecture.is_trees)
        self.failed: EngineError | None = None

    def run(self) -> Team:
        for number in range(len(self.rows.divisions)):
            for way, said in ((way, self.said[way]) for way in self.turns):
                if not said.is_needed:
                    continue
                if self._is_put_by(number, way) or not self.listening.is_over(way):
                    self._add(number, way, said)
                else:
                    self.listening.leave_out(way)
            self._choose_ways()
        if self.failed and not any(said.members for said in self.said):
            raise self.failed
        return self._blended()

    def _add(self, number: int, way: int, said: _Said) -> None:
        """A way whose numbers stop making sense, or that cannot take the columns, is left; the others go on."""
        parts, place = self.rows.divisions[number], self._place(number, way)
        self.listening.begin(way, self._is_put_by(number, way))
        model, before = _finished(self.keep, place, said.way)
        self.listening.there -= model is None and place < self.listening.there
        try:
            fitted, lesson = self.rows.lesson(number, said.way)
            model = model or self._fitted(said.way, lesson, place)
        except (Diverged, InvalidPlan) as error:
            journal.say(f"Left out: {error}")
            self.failed, said.is_needed = error, False
            self.listening.give_up()
            return
        member = Single(fitted, model, said.way.training.kind)
        said.add(number, member, parts.validation, model.predict(lesson.validation), len(self.rows.table))
        if before is None:
            _put_by(self.keep, place, member, self._known(place))
            kept = {MEMBER: place + 1, READY: self.listening.finished + 1}
            self.keep.offer(lambda: Kept(place + 1.0, kept), must=self.keep.folder is not None)
        said.parameters += (before or self.listening.known).parameters
        self.listening.end(self._so_far(), before)

    def _known(self, place: int) -> Known:
        """Of a member that an earlier attempt began, not all the time it took is known."""
        return replace(self.listening.known, seconds=None) if self._part(place).found() else self.listening.known

    def _part(self, place: int, may_find: bool = True) -> "_Part":
        return _Part(self.keep, place, self.listening.finished, may_find)

    def _fitted(self, way: Way, lesson: Lesson, place: int) -> Model:
        """What cannot be gone on with costs the member at hand, never those that are ready."""
        try:
            return way.training.fit(lesson, self.listening, self._part(place))
        except Unfit as error:
            journal.say(f"Model {place + 1} begins again: {error}")
            return way.training.fit(lesson, self.listening, self._part(place, may_find=False))

    def _place(self, number: int, way: int) -> int:
        """Its place in the order in which members are trained."""
        return number * len(self.said) + self.turns.index(way)

    def _is_put_by(self, number: int, way: int) -> bool:
        """Whether an earlier attempt finished it: then it counts, even when it is to end now."""
        return self.keep.folder is not None and (self.keep.folder / FOLDER / str(self._place(number, way))).is_dir()

    def _choose_ways(self) -> None:
        """A way that adds nothing to the others on the rows that have steered so far is not trained further."""
        trained = [said for said in self.said if said.members]
        at = self._common(trained)
        if len(trained) < 2 or len(at) < ENOUGH_TO_CHOOSE:
            return
        outputs, y = _judging(self.rows, trained, at)
        shares = blending.weights(self.rows.plan.task, outputs, y, self.rows.state)
        for said, share in zip(trained, shares, strict=True):
            if said.is_needed and share <= 0:
                said.is_needed = False
                self.listening.drop(self.said.index(said))

    def _so_far(self) -> Mapping[str, float]:
        """Measures of all that are ready, blended as they would be if it ended now, on the rows that have steered so far."""
        trained = [said for said in self.said if said.members and said.is_needed]
        at = self._common(trained)
        if not len(at):
            return {}
        task, state = self.rows.plan.task, self.rows.state
        outputs, y = _judging(self.rows, trained, at)
        return task.evaluate(answering.blended(outputs, blending.weights(task, outputs, y, state)), y, state)

    def _blended(self) -> Team:
        """Ways that were left out on the way say nothing: on few rows only could they be compared with the others."""
        plan, state = self.rows.plan, self.rows.state
        trained = [said for said in self.said if said.members]
        asked = [said for said in trained if said.is_needed] or trained
        at = self._common(asked)
        outputs, y = _judging(self.rows, asked, at)
        shares = blending.weights(plan.task, outputs, y, state)
        counted = answering.blended(outputs, shares)
        power = blending.power(plan.task, counted, y, state, len(at))
        measures = plan.task.evaluate(plan.task.tempered(counted, power).astype(np.float32), y, state)
        together = answering.blended([said.mean(at) for said in asked], shares)
        members = tuple(member for said, share in zip(asked, shares, strict=True) if share > 0 for member in said.members)
        counts = tuple(share / len(said.members) for said, share in zip(asked, shares, strict=True) if share > 0 for _ in said.members)
        counting = {id(said): share for said, share in zip(asked, shares, strict=True)}
        told = tuple(self._share(said, counting.get(id(said), 0.0)) for said in trained)
        tempered = plan.task.tempered(together, power).astype(np.float32)
        parts = [self.rows.divisions[n] for said, share in zip(asked, shares, strict=True) if share > 0 for n in said.numbers]
        taught, steered = (np.unique(np.concatenate(rows)) for rows in ([p.train for p in parts], [p.validation for p in parts]))
        self.listening.tell.facts({"parameters": sum(said.parameters for said, share in zip(asked, shares, strict=True) if share > 0)})
        answers = answering.Team(members, counts, plan.task, power)
        return Team(answers, tempered, self.rows.y(at), at, told, measures, taught, steered, self.listening.late)

    def _share(self, said: _Said, counts: float) -> Share:
        shape, at = type(said.way.architecture), self._common([said])
        (outputs,), y = _judging(self.rows, [said], at)
        alone = self.rows.plan.task.evaluate(outputs, y, self.rows.state)
        return Share(shape.title, len(said.members), counts, alone, shape.is_trees)

    def _common(self, trained: list[_Said]) -> Array:
        """Positions of the rows that have steered a member of each of these ways: only on them they can be compared."""
        return np.flatnonzero(np.all([said.times > 0 for said in trained], axis=0)) if trained else np.empty(0, np.int64)


class _Part(Keep):
    """The part of a kept training that belongs to one member, the one of that number; `ready` are before it."""

    def __init__(self, keep: Keep, number: int, ready: int, may_find: bool) -> None:
        self.keep = keep
        self.number = number
        self.ready = ready
        self.may_find = may_find

    def found(self) -> Kept | None:
        kept = self.keep.found() if self.may_find else None
        if kept is None or kept.values.get(MEMBER) != self.number:
            return None
        values = {name: value for name, value in kept.values.items() if name not in (MEMBER, READY)}
        return Kept(kept.step - self.number, values, kept.arrays) if values else None

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        def whole() -> Kept:
            own = make()
            return Kept(self.number + own.step, {**own.values, MEMBER: self.number, READY: self.ready}, own.arrays)

        self.keep.offer(whole, must)


def _put_by(keep: Keep, number: int, member: Single, known: Known) -> None:
    """A finished member is written whole or not at all."""
    if keep.folder is None:
        return
    place = keep.folder / FOLDER / str(number)

    def fill(folder: Path) -> None:
        member.save(folder)
        (folder / KNOWN).write_text(json.dumps(asdict(known)), "utf-8")

    if not place.exists():
        keep.folder.mkdir(exist_ok=True)
        manifest.write(place, fill)


def _count_put_by(keep: Keep) -> int:
    if keep.folder is None:
        return 0
    return sum(path.name.isdecimal() for path in (keep.folder / FOLDER).glob("*"))


def _finished(keep: Keep, number: int, way: Way) -> tuple[Model, Known] | tuple[None, None]:
    """The model of an earlier attempt and what was known of it, if it is whole."""
    if keep.folder is None:
        return None, None
    place = keep.folder / FOLDER / str(number)
    try:
        if not place.is_dir():
            return None, None
        manifest.check(place)
        noted = place / KNOWN
        known = Known(**json.loads(noted.read_text("utf-8"))) if noted.is_file() else Known()
        return type(way.training).load(place), known
    except (EngineError, OSError, ValueError, KeyError, TypeError):
        shutil.rmtree(place, ignore_errors=True)
        return None, None
