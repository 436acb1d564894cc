"""Learning by scikit-learn's gradient boosting, a few trees at a time, so that it can be watched and stopped."""

import json
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from engine.architectures.base import Architecture
from engine.callbacks import Rules, Watch
from engine.learners._matrix import matrix
from engine.learners._rounds import usual
from engine.learners.base import NOTHING_KEPT, Array, Cost, Inputs, Keep, Learner, Lesson, Tell
from engine.spec import param
from engine.tasks.base import LOSSES
from engine.trees import Forest

if TYPE_CHECKING:
    from engine.profile import Profile

SHAPE = "trees_shape.json"
MOST_WATCHED = 5_000
FEWEST, MOST, SECONDS = 16, 64, 1.0
SMALL = 500_000
TRIED, IMPORTING, LIBRARIES = 8, 1.5, 250.0


class Scikit(Learner):
    """Adds one small tree after another, each correcting what those before still get wrong."""

    kind: Literal["scikit"] = "scikit"
    title = "Boosting"
    order = 20
    losses: ClassVar[frozenset[str]] = LOSSES - {"huber"}
    step: ClassVar[str] = "round"

    epochs: int = param(500, "Rounds", help="The most rounds; each adds a tree (with several answers: one for each).", ge=1, le=20_000)
    learning_rate: float = param(
        0.05, "Learning rate", help="How much of an error each round corrects.", gt=0, le=1, search=(0.01, 0.3), log=True
    )
    patience: int = param(30, "Patience", unit="rounds", help="Stops after so many rounds without improvement. 0 never stops early.", ge=0)
    most_rows: int = param(
        2_000_000,
        "Rows to learn from, at most",
        zero="all of them",
        help="Of more rows, so many are taken, evenly spread: more of them take far more memory and hardly teach trees more.",
        ge=0,
        le=1_000_000_000,
        advanced=True,
    )

    @classmethod
    def propose(cls, profile: "Profile", architecture: Architecture) -> "Scikit":
        return cls()

    def fit(self, lesson: Lesson, tell: Tell, keep: Keep = NOTHING_KEPT) -> "Trees":
        """Keeps nothing meanwhile: the same rounds are quickly gone through again. All rows that steer count alike."""
        tell.facts({"epochs": self.epochs})
        tell.stage("Learning", 0.0)
        boosting = _Boosting(self, lesson, tell)
        while not boosting.watch.is_over:
            boosting.go_on()
        boosting.watch.finish()
        return boosting.best()

    def cost(self, lesson: Lesson, rows: int, validation: int) -> Cost:
        """Rounds cost in proportion to the rows, beyond a fixed part that a few thousand rows show."""
        x = matrix(lesson.train)
        _, one, some = (_seconds(lesson, x, rounds) for rounds in (1, 1, TRIED))
        more = max(1.0, rows / len(x))
        round = max(some - one, 0.02 * one) / (TRIED - 1) * more
        fewest = min(self.epochs, self.patience + 1) if self.patience else self.epochs
        memory = LIBRARIES + 1e-6 * x[:1].nbytes * (rows + validation) * 3
        return Cost(
            IMPORTING + one * more,
            round,
            usual(self.epochs, self.patience),
            fewest,
            memory,
            once=IMPORTING,
            libraries=LIBRARIES,
            ahead=IMPORTING,
        )

    @classmethod
    def load(cls, folder: Path) -> "Trees":
        return Trees.load(folder)


@dataclass(frozen=True)
class Trees:
    """A trained forest; `outputs` is how many values an answer has (1 for yes/no: the chance of yes)."""

    forest: Forest
    outputs: int

    def predict(self, inputs: Inputs) -> Array:
        """(rows, outputs) float32."""
        return self.shaped(self.forest.answer(matrix(inputs)))

    def shaped(self, answer: Array) -> Array:
        """The forest's answer in the shape of a network's; an answer that never occurred in training has no chance."""
        if self.forest.classes is None:
            return answer.astype(np.float32)
        chances = np.zeros((len(answer), max(self.outputs, 2)), np.float32)
        chances[:, list(self.forest.classes)] = answer
        return chances[:, 1:] if self.outputs == 1 else chances

    def save(self, folder: Path) -> None:
        """Writes plain numbers."""
        self.forest.save(folder)
        (folder / SHAPE).write_text(json.dumps({"outputs": self.outputs}), "utf-8")

    @staticmethod
    def load(folder: Path) -> "Trees":
        """What `save` wrote."""
        return Trees(Forest.load(folder), int(json.loads((folder / SHAPE).read_text("utf-8"))["outputs"]))


def _seconds(lesson: Lesson, x: Array, rounds: int) -> float:
    """How long so many rounds take; the very first ones in a process also load what they need."""
    began = time.monotonic()
    for made in _unfitted(lesson):
        _fit(made.set_params(max_iter=rounds), x, lesson.train_y)
    return time.monotonic() - began


def _unfitted(lesson: Lesson) -> list[Any]:
    """One estimator, or one for each output where the task asks for that."""
    asked = (lesson.task.estimator, lesson.shapes, lesson.seed)
    return [lesson.architecture.regressor_or_classifier(*asked).set_params(**settings) for settings in lesson.task.boosting()]


def _fit(estimator: Any, x: Array, y: Array, weights: Array | None = None) -> None:
    """On one core when there is little to do: sharing it out would take longer. The result is the same."""
    with threadpool_limits(1 if x.size < SMALL else None, user_api="openmp"):
        estimator.fit(x, y, sample_weight=weights)


class _Boosting:
    """A training in rounds. `Watch` sees it as a model whose weights are the number of rounds."""

    def __init__(self, settings: Scikit, lesson: Lesson, tell: Tell) -> None:
        self.estimators = [made.set_params(learning_rate=settings.learning_rate, warm_start=True) for made in _unfitted(lesson)]
        self.lesson = lesson
        self.tell = tell
        self.weights, self.shifts = lesson.teaching, lesson.shifts
        self.x, self.validation_x = matrix(lesson.train), matrix(lesson.validation)
        self.watched = np.random.default_rng(lesson.seed).permutation(len(self.x))[:MOST_WATCHED]
        self.outputs = lesson.task.baseline(lesson.train_y, lesson.state).shape[1]
        measures = [replace(m, factor=1.0) for m in lesson.task.metrics(lesson.state)]
        end, patience = settings.epochs, settings.patience
        rules = Rules(end, 1, len(self.x), settings.learning_rate, patience, usual=lesson.usual or usual(end, patience), step=settings.step)
        self.watch = Watch(self, tell, measures, rules)
        self.rounds = self.chosen = 0
        self.pace = 1
        self.sums: list[Array] = []

    def go_on(self) -> None:
        """Some more rounds: few at first, then as many as take about a second."""
        count = min(self.pace, self.watch.rules.epochs - self.rounds)
        began = time.monotonic()
        for estimator in self.estimators:
            _fit(estimator.set_params(max_iter=self.rounds + count), self.x, self.lesson.train_y, self.weights)
        grown = self._taken(slice(self.rounds, None))
        self._judge(grown, (time.monotonic() - began) / count)
        if self.pace < FEWEST or time.monotonic() - began < SECONDS:
            self.pace = min(2 * self.pace, MOST)

    def best(self) -> Trees:
        """The forest up to its best round."""
        return Trees(self._taken(slice(0, max(self.chosen, 1))), self.outputs)

    def get_weights(self) -> list[int]:
        return [self.watch.progress.epochs]

    def set_weights(self, weights: list[int]) -> None:
        self.chosen = weights[0]

    def _taken(self, rounds: slice) -> Forest:
        """Those rounds, without what counting some classes more has moved."""
        grown = Forest.taken_from(*self.estimators, rounds=rounds)
        return grown if self.shifts is None else grown.shifted(self.shifts)

    def _judge(self, grown: Forest, seconds: float) -> None:
        lesson, trees = self.lesson, Trees(grown, self.outputs)
        if not self.sums:
            self.sums = [np.tile(grown.start, (len(x), 1)) for x in (self.watched, self.validation_x)]
        y = lesson.train_y[self.watched], lesson.validation_y
        for added in zip(grown.sums(self.x[self.watched]), grown.sums(self.validation_x), strict=True):
            self.rounds += 1
            self.sums = [total + more for total, more in zip(self.sums, added, strict=True)]
            outputs = [trees.shaped(grown.answer_from(total)) for total in self.sums]
            seen, unseen = (lesson.task.evaluate(o, truth, lesson.state) for o, truth in zip(outputs, y, strict=True))
            is_over = self.watch.judged(seen, unseen, seconds)
            if lesson.examples is not None:
                lesson.follow(self.rounds, partial(outputs[1].__getitem__, lesson.examples.places), self.tell)
            if is_over:
                return
