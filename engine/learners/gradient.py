"""Learning by gradient descent: a Keras network, moved step by step against its error."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine import diagram, epochs, heads, network, once_more, optimisers, traced
from engine.architectures.base import Architecture, Layer, Shapes
from engine.callbacks import Rules, Watch
from engine.course import Course
from engine.epochs import Epochs
from engine.errors import Diverged
from engine.lazy import keras
from engine.learners.base import NOTHING_KEPT, Array, Cost, Inputs, Keep, Learner, Lesson, Tell
from engine.network import Network
from engine.spec import param
from engine.tasks.base import Task
from engine.traced import Alike, Kinds, Rows, Traced

if TYPE_CHECKING:
    from engine.profile import Profile

ENOUGH = ((2_000, 200, 30), (10_000, 100, 20), (50_000, 60, 15), (1_000_000, 30, 8))
LEAST = (10, 3)
MOST_USUAL = 64
USUAL, USUAL_OF_MEANS = 2, 5
"""Times the patience; measured on few tables (tests/bench/RESULTS.md)."""
REPEATABLE = ("constant", "cosine")
STEPS, STEPS_OF_PICTURES = 64, 4
IMPORTING, BETWEEN_EPOCHS, LIBRARIES = 4.0, 0.01, 820.0


class Gradient(Learner):
    """Goes through the training rows again and again and moves every weight a little against the error."""

    kind: Literal["gradient"] = "gradient"
    title = "Gradient descent"
    order = 10
    can_go_on: ClassVar[bool] = True

    epochs: int = param(
        100, "Epochs", help="How often it may go through all training rows; it stops earlier when nothing improves.", ge=1, le=100_000
    )
    batch_size: int = param(
        0, "Rows in a step (batch size)", zero="chosen by the number of rows", ge=0, le=65_536, search=(32, 64, 128, 256)
    )
    optimiser: optimisers.Name = param("adamw", "Optimiser", help="The rule that turns an error into a step.", choices=optimisers.NAMES)
    learning_rate: float = param(
        0.0,
        "Learning rate",
        help="The size of a step.",
        zero="the usual one for the optimiser",
        ge=0,
        le=100,
        search=(1e-4, 1e-1),
        log=True,
    )
    momentum: float = param(
        0.9, "Momentum", help="How much of the last step goes on.", ge=0, lt=1, advanced=True, when={"optimiser": "momentum"}
    )
    weight_decay: float = param(
        0.01,
        "Weight decay",
        help="Pulls weights towards zero, which keeps answers smooth.",
        ge=0,
        le=10,
        search=(1e-5, 1e-1),
        log=True,
        advanced=True,
    )
    clip: float = param(
        1.0, "Longest step (gradient norm)", help="Longer gradients are shortened to this. 0 leaves them.", ge=0, le=1000, advanced=True
    )
    schedule: optimisers.Schedule = param(
        "cosine", "Learning rate over time", choices=optimisers.SCHEDULES, help="Large steps first, small ones to settle.", advanced=True
    )
    warmup: float = param(
        0.05,
        "Warm-up",
        help="The share of all steps in which the learning rate rises from nothing.",
        ge=0,
        le=0.5,
        advanced=True,
        when={"schedule": "cosine"},
    )
    memory: float = param(
        0.999,
        "Memory (beta 2)",
        help="How long Adam remembers how large gradients were.",
        ge=0.5,
        lt=1,
        advanced=True,
        when={"optimiser": ["adam", "adamw"]},
    )
    averaging: int = param(
        0,
        "Weights averaged",
        unit="epochs",
        help="What answers is the moving mean of the weights over about so many epochs: steadier than where the last step led to.",
        zero="the last weights alone",
        ge=0,
        le=1000,
        advanced=True,
    )
    patience: int = param(
        20, "Patience", unit="epochs", help="Stops after so many epochs without improvement. 0 never stops early.", ge=0, le=100_000
    )
    refit: bool = param(
        False,
        "Learn once more from all rows",
        help="Once the best number of epochs is known, it learns again, also from the rows that steered. Worth it with few rows.",
        when={"schedule": [*REPEATABLE]},
    )
    most_rows: int = param(
        0,
        "Rows to learn from, at most",
        zero="all of them",
        help="Of more rows, so many are taken, evenly spread, and an epoch is so much shorter.",
        ge=0,
        le=1_000_000_000,
        advanced=True,
    )

    @classmethod
    def propose(cls, profile: "Profile", architecture: Architecture) -> "Gradient":
        if "pixels" in architecture.takes and any(c.type == "image" for c in profile.columns):
            return cls(epochs=40 if profile.rows < 2000 else 20, patience=10)
        epochs, patience = next(((e, p) for most, e, p in ENOUGH if profile.rows < most), LEAST)
        return cls(**{"epochs": epochs, "patience": patience, "learning_rate": 0.004, **architecture.habits(profile.rows)})

    def usual_epochs(self, task: Task) -> int:
        """After how many epochs such trainings usually end. A mean of the weights goes on getting better at numbers for longer."""
        is_longer = self.averaging > 1 and task.estimator == "regressor"
        return min(self.epochs, (USUAL_OF_MEANS if is_longer else USUAL) * self.patience) if self.patience else self.epochs

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return self.learning_rate or optimisers.USUAL_RATES[self.optimiser]

    def fit(self, lesson: Lesson, tell: Tell, keep: Keep = NOTHING_KEPT) -> Network:
        if (first := once_more.first(keep)) is not None:
            return self._again(lesson, first, tell, keep)
        tell.stage("Building the network", 0.0)
        rows: Epochs = lesson.ready or self._traced(lesson)
        tell.facts({"parameters": rows.model.count_params(), "epochs": self.epochs, "batch": rows.size})
        again = 1 + len(lesson.validation_y) / rows.rows if self._refits(lesson) else 0.0
        usual = lesson.usual or self.usual_epochs(lesson.task)
        rules = Rules(self.epochs, rows.steps, rows.rows, self.rate, self.patience, self.schedule == "plateau", again, usual=usual)
        watch = Watch(rows.model, tell, lesson.task.metrics(lesson.state), rules)
        course = Course(rows, watch, keep, lambda epoch: _follow(rows, lesson, epoch, tell))
        tell.stage("Learning", watch.progress.epochs / self.epochs)
        course.run()
        watch.finish()
        learned = _learned(rows, lesson)
        if watch.is_stopped or not self._refits(lesson):
            return learned
        progress, outputs = watch.progress, learned.predict(lesson.validation)
        return self._again(lesson, once_more.First(progress.epochs, progress.best_epoch, rows.own.get_weights(), outputs), tell, keep)

    @classmethod
    def steered(cls, model: Network) -> Array | None:
        return model.steered

    def _again(self, lesson: Lesson, first: once_more.First, tell: Tell, keep: Keep) -> Network:
        """From the same beginning, with steps of the same size; the first model, when that is stopped or its numbers make no sense."""
        settings = self.with_(epochs=first.best, patience=0, batch_size=self._size(lesson, len(lesson.train_y)))
        lesson = once_more.whole(lesson)
        keras.backend.clear_session()
        rows = settings.prepare(lesson, once_more.Unsteered)
        rows.trace()
        rules = Rules(settings.epochs, rows.steps, rows.rows, settings.rate)
        watch = once_more.Counting(rows.model, tell, lesson.task.metrics(lesson.state), rules)
        tell.facts({"again": settings.epochs})
        try:
            Course(rows, watch, once_more.Again(keep, first)).run()
            is_learned = not watch.is_stopped
        except Diverged:
            is_learned = False
        if not is_learned:
            tell.facts({"again": 0})
            rows.own.set_weights(first.weights)
            return Network(heads.answering(rows.own))
        return replace(_learned(rows, lesson), steered=first.outputs)

    def ready(self, lesson: Lesson) -> Epochs:
        """The network, built and traced in a fresh Keras session, so that its layers get the names they have in a new process."""
        keras.backend.clear_session()
        return self._traced(lesson)

    def remedy(self, reason: str, facts: Mapping[str, Any]) -> "tuple[str, Gradient] | None":
        if reason == "diverged":
            slower = float(f"{self.rate / 10:.2g}")
            return f"learning rate {slower:g}", self.with_(learning_rate=slower)
        batch = (self.batch_size or int(facts.get("batch") or MOST_USUAL)) // 2
        return (f"batch size {batch}", self.with_(batch_size=batch)) if reason == "out_of_memory" and batch else None

    def meant(self, rows: int) -> "Gradient":
        return self.with_(learning_rate=self.rate, batch_size=self.batch_size or epochs.size_for(rows, False))

    @property
    def tells_early(self) -> bool:
        return self.schedule in optimisers.MONOTONE

    def layers(self, lesson: Lesson) -> list[Layer]:
        return diagram.layers(network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, lesson.seed))

    def cost(self, lesson: Lesson, rows: int, validation: int) -> Cost:
        """Settings that do not change a step, such as the number of epochs, are not measured again."""
        plain = self.with_(batch_size=self._size(lesson, rows), epochs=1, patience=0, learning_rate=0.0)
        took = _measured(_Trial(plain, lesson.architecture, lesson.task, lesson.shapes, lesson))
        bytes_a_row = sum(x[:1].nbytes for x in lesson.train.values())
        refits = self._refits(lesson)
        epoch = took.row * (rows + validation / 3) + BETWEEN_EPOCHS
        again = (took.row * (rows + validation) + BETWEEN_EPOCHS) / epoch if refits else 0.0
        likely = self.usual_epochs(lesson.task)
        best = max(likely - self.patience, 1) if self.patience else self.epochs
        return Cost(
            start=IMPORTING + took.start + ((took.start if self._settings().follows_steps else took.again) if refits else 0.0),
            epoch=epoch,
            epochs=round(likely + best * again),
            fewest=min(self.epochs, self.patience + 1) if self.patience else self.epochs,
            most=round(self.epochs * (1 + again)),
            megabytes=LIBRARIES + 1e-6 * (2 * bytes_a_row * (rows + validation) + 20 * took.parameters),
            once=IMPORTING,
            ahead=IMPORTING + took.start,
            libraries=LIBRARIES,
            shared=max(took.start - took.again, 0.0),
        )

    @classmethod
    def vectors(cls, model: Any) -> Array | None:
        return network.vectors(model)

    @classmethod
    def load(cls, folder: Path) -> Network:
        return network.load(folder)

    def prepare(self, lesson: Lesson, kind: type[Epochs] = Epochs, tracing: Callable[[Alike], Traced] = traced.shared) -> Epochs:
        """The network with its rows, ready to learn."""
        own = network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, lesson.seed)
        lesson.architecture.adapt(own, lesson.train)
        own, names = heads.taught(own), tuple(own.input)
        train = _rows({name: lesson.train[name] for name in names}, lesson.train_y, lesson.teaching)
        validation = _rows({name: lesson.validation[name] for name in names}, lesson.validation_y, lesson.validation_weights)
        lent = tracing(self._alike(lesson, own, train, validation))
        rows = kind(own, lent, train, validation, lesson.seed, partial(heads.honest, lent.model, lesson.shifts), self.averaging)
        keras.utils.set_random_seed(lesson.seed)
        return rows

    def _alike(self, lesson: Lesson, own: Any, train: Rows, validation: Rows) -> Alike:
        """What the network has to have in common with others to learn by the same calls."""
        size, settings = self._size(lesson, len(lesson.train_y)), self._settings()
        return Alike(
            architecture=lesson.architecture,
            task=lesson.task,
            known=json.dumps(lesson.state, sort_keys=True),
            shapes=lesson.shapes.unnamed,
            optimiser=settings,
            steps=-(-len(lesson.train_y) // size) * self.epochs if settings.follows_steps else 0,
            size=size,
            weights=tuple(tuple(weight.shape) for weight in own.weights),
            train=Kinds.of(train),
            validation=Kinds.of(validation),
            state=lesson.state,
        )

    def _traced(self, lesson: Lesson) -> Epochs:
        rows = self.prepare(lesson)
        rows.trace()
        return rows

    def _size(self, lesson: Lesson, rows: int) -> int:
        return min(self.batch_size or epochs.size_for(rows, lesson.shapes.pixels is not None), rows)

    def _refits(self, lesson: Lesson) -> bool:
        """Whether it is to learn again from all rows: not where the learning rate follows what the rows that steer say."""
        return self.refit and lesson.may_refit and self.schedule in REPEATABLE

    def _settings(self) -> optimisers.Settings:
        return optimisers.Settings(
            self.optimiser, self.rate, self.momentum, self.weight_decay, self.clip, self.schedule, self.warmup, self.memory
        )


def _learned(rows: Epochs, lesson: Lesson) -> Network:
    """The network as it is asked, with what was learned; its chances are honest ones."""
    learned = Network(heads.answering(rows.hand_over()))
    if lesson.shifts is not None:
        heads.shift(learned.keras_model, lesson.shifts)
    return learned


def _follow(rows: Epochs, lesson: Lesson, epoch: int, tell: Tell) -> None:
    with rows.judging():
        lesson.follow(epoch, lambda: rows.traced.asked.compiled(lesson.followed()), tell)


def _rows(inputs: Inputs, y: Array, weights: Array | None) -> tuple[Any, ...]:
    return (inputs, y) if weights is None else (inputs, y, weights)


@dataclass(frozen=True)
class _Trial:
    """What the time of a step depends on; `lesson` only lends its rows."""

    learner: Gradient
    architecture: Architecture
    task: Task
    shapes: Shapes
    lesson: Lesson = field(compare=False)


@dataclass(frozen=True)
class _Took:
    start: float
    again: float
    row: float
    parameters: int


@lru_cache(maxsize=64)
def _measured(trial: _Trial) -> _Took:
    """The first pass also builds and traces the network, which the first training does; one alike (`again`) only builds it. Later passes
    are the steps alone."""
    few = trial.learner.batch_size * (STEPS_OF_PICTURES if trial.shapes.pixels else STEPS)
    at = np.arange(few) % len(trial.lesson.train_y)
    sample = {name: x[at] for name, x in trial.lesson.train.items()}
    began = time.monotonic()
    lesson = replace(trial.lesson, train=sample, train_y=trial.lesson.train_y[at], train_weights=None)
    rows = trial.learner.prepare(lesson, tracing=Traced)
    rows.trace()
    rows.learn(0, _listen_to_nobody)
    start, row = time.monotonic() - began, min(_seconds(rows, number) for number in (1, 2)) / few
    began = time.monotonic()
    trial.learner.prepare(lesson, tracing=lambda alike: rows.traced)
    return _Took(start, time.monotonic() - began, row, rows.model.count_params())


def _seconds(rows: Epochs, epoch: int) -> float:
    began = time.monotonic()
    rows.learn(epoch, _listen_to_nobody)
    return time.monotonic() - began


def _listen_to_nobody(steps: int, loss: object) -> bool:
    return False
