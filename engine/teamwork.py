"""Trains the team that a plan asks for: each way learns several times, each time steered by other rows; then they are blended on the rows
that steered, which none of those asked has learned from. Knows neither processes nor the store.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine import answering, blending, manifest, recipe, split, splits
from engine.answering import Single
from engine.columns import Table
from engine.errors import EngineError
from engine.keep import Keep, Kept
from engine.learners.base import Array, Lesson, Model
from engine.plan import Plan
from engine.split import Parts
from engine.splits.base import TRAIN, VALIDATION
from engine.team import Way
from engine.tell import Cancelled, Paused, Tell, Wish
from engine.weights import of as weights_of
from engine.wording import within

FOLDER, MEMBER = "members", "member"
TIGHT = 0.9


@dataclass(frozen=True)
class Team:
    """The trained team, and of the rows that steered: its outputs (rows, outputs), encoded targets, and positions in the table."""

    answers: answering.Team
    outputs: Array
    y: Array
    rows: Array
    ways: tuple[tuple[str, float, float], ...]
    """(title, how much it counts, its loss alone on the rows that steered)"""


@dataclass(frozen=True)
class Rows:
    """What all members share: the plan, the table, the rows that may teach or steer, and what the task learned."""

    plan: Plan
    table: Table
    state: dict[str, Any]
    divisions: tuple[Parts, ...]

    def lesson(self, number: int, way: Way) -> tuple[recipe.Fitted, Lesson]:
        """The recipe fitted on the rows that teach the member of that number, and its lesson."""
        plan, table, parts = self.plan, self.table, self.divisions[number]
        fitted = recipe.fit(way.recipe, table, plan.inputs, parts.train)
        y = table.values(plan.target)
        lesson = Lesson(
            architecture=way.architecture,
            task=plan.task,
            state=self.state,
            shapes=fitted.shapes,
            train=fitted.apply(table, parts.train),
            train_y=plan.task.encode(y[parts.train], self.state),
            validation=fitted.apply(table, parts.validation),
            validation_y=plan.task.encode(y[parts.validation], self.state),
            seed=plan.seed + 1000 * number,
            train_weights=weights_of(table, plan.weight, parts.train),
            validation_weights=weights_of(table, plan.weight, parts.validation),
        )
        return fitted, lesson


@dataclass
class _Said:
    """What the members of one way say of the rows that steered them."""

    way: Way
    members: list[Single] = field(default_factory=list)
    total: Array = field(default_factory=lambda: np.zeros(0))
    times: Array = field(default_factory=lambda: np.zeros(0))

    def add(self, member: Single, at: Array, outputs: Array, rows: int) -> None:
        if not self.members:
            self.total, self.times = np.zeros((rows, outputs.shape[1])), np.zeros(rows)
        self.members.append(member)
        self.total[at] += outputs
        self.times[at] += 1


def ways(plan: Plan) -> tuple[Way, ...]:
    """The plan's own way first, then the further ones of its team."""
    own = Way(recipe=plan.recipe, architecture=plan.architecture, training=plan.training)
    return (own, *(plan.team.others if plan.team else ()))


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


def notes(team: Team) -> tuple[str, ...]:
    """What is to be said of a team beside its judgement: who answers, and how much each kind counts."""
    counting = [(title, share) for title, share, _ in team.ways if share > 0]
    many = len(team.answers.members)
    if len(counting) == 1:
        return (f"{many} models of the kind '{counting[0][0].lower()}' answer together; each was steered by other rows.",)
    shares = ", ".join(f"{within(title)} {share:.0%}" for title, share in sorted(counting, key=lambda way: -way[1]))
    return (f"{many} models answer together; their weight: {shares}.",)


class _Course:
    """The members one after the other."""

    def __init__(self, rows: Rows, tell: Tell, keep: Keep) -> None:
        self.rows = rows
        self.keep = keep
        self.listening = _Listening(tell, len(ways(rows.plan)) * len(rows.divisions))
        self.began = time.monotonic() - keep.seconds
        self.said: list[_Said] = []
        self.trained: list[float] = []

    def run(self) -> Team:
        for way in ways(self.rows.plan):
            if self.said and not self._is_time_for_a_way():
                break
            self.said.append(_Said(way))
            for number in range(len(self.rows.divisions)):
                if self._is_over():
                    break
                self._add(number, self.said[-1])
        return self._blended()

    def _add(self, number: int, said: _Said) -> None:
        began, place = time.monotonic(), self.listening.finished
        parts = self.rows.divisions[number]
        fitted, lesson = self.rows.lesson(number, said.way)
        self.listening.begin(f"{type(said.way.architecture).title} {number + 1} of {len(self.rows.divisions)}")
        model = _finished(self.keep, place, said.way) or said.way.training.fit(lesson, self.listening, _Part(self.keep, place))
        member = Single(fitted, model, said.way.training.kind)
        outputs = model.predict(lesson.validation)
        said.add(member, parts.validation, outputs, len(self.rows.table))
        _put_by(self.keep, place, member)
        self.keep.offer(lambda: Kept(place + 1.0, {MEMBER: place + 1}), must=self.keep.folder is not None)
        self.trained.append(time.monotonic() - began)
        self.listening.end(self._so_far(said))

    def _so_far(self, said: _Said) -> Mapping[str, float]:
        """Measures of the way at hand, on the rows that have steered so far."""
        at = said.times > 0
        outputs = said.total[at] / said.times[at][:, None]
        return self.rows.plan.task.evaluate(outputs, self._y(np.flatnonzero(at)), self.rows.state)

    def _blended(self) -> Team:
        plan, state = self.rows.plan, self.rows.state
        whole = [s for s in self.said if len(s.members) == len(self.rows.divisions)] or self.said[:1]
        at = np.flatnonzero(whole[0].times > 0)
        y = self._y(at)
        outputs = [said.total[at] / said.times[at][:, None] for said in whole]
        shares = blending.weights(plan.task, outputs, y, state)
        together = answering.blended(outputs, shares)
        power = blending.power(plan.task, together, y, state)
        counting = [(said, share) for said, share in zip(whole, shares, strict=True) if share > 0]
        members = tuple(member for said, _ in counting for member in said.members)
        counts = tuple(share / len(said.members) for said, share in counting for _ in said.members)
        told = tuple(
            (type(said.way.architecture).title, share, plan.task.evaluate(o, y, state)["loss"])
            for said, share, o in zip(whole, shares, outputs, strict=True)
        )
        tempered = plan.task.tempered(together, power).astype(np.float32)
        return Team(answering.Team(members, counts, plan.task, power), tempered, y, at, told)

    def _y(self, at: Array) -> Array:
        return self.rows.plan.task.encode(self.rows.table.values(self.rows.plan.target)[at], self.rows.state)

    def _is_over(self) -> bool:
        """The first member is always trained."""
        if not self.trained:
            return False
        return self.listening.is_stopped or not self._is_time_for(1)

    def _is_time_for_a_way(self) -> bool:
        """A way of which not all members were trained cannot be compared with the others, so it would be in vain."""
        return not self.listening.is_stopped and self._is_time_for(len(self.rows.divisions))

    def _is_time_for(self, members: int) -> bool:
        assert self.rows.plan.team is not None
        given = self.rows.plan.team.seconds
        return not given or time.monotonic() - self.began + members * max(self.trained[-1:]) < TIGHT * given


class _Listening(Tell):
    """Passes on what a member tells as part of the whole: its step is how many members are ready, and how far it is itself."""

    def __init__(self, tell: Tell, members: int) -> None:
        self.tell = tell
        self.members = members
        self.finished = 0
        self.is_stopped = False
        self._name = ""
        self._epochs = 1

    def begin(self, name: str) -> None:
        self._name = name
        self._obey(self.tell.stage(name, self.finished / self.members))

    def end(self, measures: Mapping[str, float]) -> None:
        self.finished += 1
        self._obey(self.tell.metrics(float(self.finished), {f"val_{name}": value for name, value in measures.items()}))

    def metrics(self, step: float, values: Mapping[str, float]) -> Wish:
        within = min(step / max(self._epochs, 1), 0.999)
        shown = {name: value for name, value in values.items() if name == "running_loss"}
        return self._heard(self.tell.metrics(self.finished + within, shown) if shown else "go on")

    def stage(self, text: str, done: float | None = None) -> Wish:
        whole = (self.finished + (done or 0.0)) / self.members
        return self._heard(self.tell.stage(f"{self._name}: {text[:1].lower()}{text[1:]}", whole))

    def facts(self, values: Mapping[str, Any]) -> None:
        self._epochs = int(values.get("epochs", self._epochs))
        kept = {name: value for name, value in values.items() if name in ("parameters", "rows_per_second")}
        if kept:
            self.tell.facts(kept)

    def _heard(self, wish: Wish) -> Wish:
        self.is_stopped |= wish == "stop"
        return wish

    def _obey(self, wish: Wish) -> None:
        if self._heard(wish) == "cancel":
            raise Cancelled
        if wish == "pause":
            raise Paused


class _Part(Keep):
    """The part of a kept training that belongs to one member."""

    def __init__(self, keep: Keep, number: int) -> None:
        self.keep = keep
        self.number = number

    def found(self) -> Kept | None:
        kept = self.keep.found()
        if kept is None or kept.values.get(MEMBER) != self.number:
            return None
        values = {name: value for name, value in kept.values.items() if name != MEMBER}
        return Kept(kept.step - self.number, values, kept.arrays) if values else None

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        def whole() -> Kept:
            own = make()
            return Kept(self.number + own.step, {**own.values, MEMBER: self.number}, own.arrays)

        self.keep.offer(whole, must)


def _put_by(keep: Keep, number: int, member: Single) -> None:
    """A finished member is written whole or not at all."""
    if keep.folder is None:
        return
    place = keep.folder / FOLDER / str(number)
    if not place.exists():
        manifest.write(place, member.save)


def _finished(keep: Keep, number: int, way: Way) -> Model | None:
    """The model of an earlier attempt, if it is whole."""
    if keep.folder is None:
        return None
    place = keep.folder / FOLDER / str(number)
    try:
        if not place.is_dir():
            return None
        manifest.check(place)
        return type(way.training).load(place)
    except (EngineError, OSError, ValueError, KeyError):
        shutil.rmtree(place, ignore_errors=True)
        return None
