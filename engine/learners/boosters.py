"""Learning by a boosting library that is installed beside Modelwright, watched and stopped round by round."""

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine import extras
from engine.architectures import ARCHITECTURES
from engine.architectures.base import Architecture
from engine.boosting import Answer, Grown, Growth, Rows, honest
from engine.callbacks import Rules
from engine.errors import EngineError
from engine.learners._rounds import Rounds, threads, usual
from engine.learners.base import NOTHING_KEPT, Array, Cost, Inputs, Keep, Learner, Lesson, Tell
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile

ABOUT, TREES = "booster.json", "booster_trees.json"
SMALL = 500_000
TRIED, IMPORTING, LIBRARIES = 8, 1.5, 300.0


class Boosters(Learner):
    """Lets a boosting library add one small tree after another, each correcting what those before still get wrong."""

    kind: Literal["boosters"] = "boosters"
    title = "Boosting by a library"
    order = 30
    losses: ClassVar[frozenset[str]] = frozenset({"squared"})
    step: ClassVar[str] = "round"

    epochs: int = param(1000, "Rounds", help="The most rounds; each adds a tree (with several answers: one for each).", ge=1, le=20_000)
    learning_rate: float = param(
        0.05, "Learning rate", help="How much of an error each round corrects.", gt=0, le=1, search=(0.01, 0.3), log=True
    )
    patience: int = param(50, "Patience", unit="rounds", help="Stops after so many rounds without improvement. 0 never stops early.", ge=0)

    @classmethod
    def propose(cls, profile: "Profile", architecture: Architecture) -> "Boosters":
        return cls()

    def fit(self, lesson: Lesson, tell: Tell, keep: Keep = NOTHING_KEPT) -> "Boosted":
        """Keeps nothing meanwhile: the same rounds are quickly gone through again. All rows that steer count alike."""
        _need(type(lesson.architecture))
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # else idle threads spin, which is slow on a busy computer
        tell.facts({"epochs": self.epochs})
        tell.stage("Learning", 0.0)
        end, patience = self.epochs, self.patience
        rules = Rules(end, 1, len(lesson.train_y), self.learning_rate, patience, usual=lesson.usual or usual(end, patience), step=self.step)
        rounds, growth = Rounds(lesson, tell, rules), _growth(lesson, self)

        def judged(learned: Array, unseen: Array) -> bool:
            return rounds.judged(learned[rounds.watched], unseen)

        grown = lesson.architecture.grow(lesson.shapes, *_parts(lesson), growth, judged)
        rounds.watch.finish()
        shifts = () if lesson.shifts is None else tuple(map(float, lesson.shifts))
        return Boosted(lesson.architecture.kind, growth.answer, grown.cut(max(rounds.chosen, 1)), shifts)

    def cost(self, lesson: Lesson, rows: int, validation: int) -> Cost:
        """Rounds cost in proportion to the rows, beyond a fixed part that a few thousand rows show."""
        _need(type(lesson.architecture))
        tried, done = self.with_(epochs=TRIED), iter(range(1, TRIED + 1))
        began = time.monotonic()
        lesson.architecture.grow(lesson.shapes, *_parts(lesson), _growth(lesson, tried), lambda learned, unseen: next(done) == TRIED)
        round = (time.monotonic() - began) / TRIED * max(1.0, rows / len(lesson.train_y))
        fewest = min(self.epochs, self.patience + 1) if self.patience else self.epochs
        bytes_a_row = 8 * sum(x[:1].size for x in lesson.train.values())
        memory = LIBRARIES + 1e-6 * bytes_a_row * (rows + validation) * 3
        return Cost(
            IMPORTING, round, usual(self.epochs, self.patience), fewest, memory, once=IMPORTING, libraries=LIBRARIES, ahead=IMPORTING
        )

    @classmethod
    def load(cls, folder: Path) -> "Boosted":
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        architecture = ARCHITECTURES.get(str(about["architecture"]))
        _need(architecture)
        grown, shifts = _read(architecture, folder, about["answer"]), tuple(map(float, about.get("shifts", ())))
        return Boosted(architecture.model_fields["kind"].default, about["answer"], grown, shifts)


@dataclass(frozen=True)
class Boosted:
    """Trained trees, the kind of architecture that can read them, and what they answer with.

    `shifts` (classes) are taken out of the log chances: what counting some classes more while learning has added.
    """

    architecture: str
    answer: Answer
    grown: Grown
    shifts: tuple[float, ...] = ()

    def predict(self, inputs: Inputs) -> Array:
        """(rows, outputs) float32."""
        return honest(self.grown.outputs(_rows(inputs)), self.shifts)

    def save(self, folder: Path) -> None:
        """Writes the library's own text format and who can read it."""
        (folder / TREES).write_text(self.grown.written(), "utf-8")
        about = {"architecture": self.architecture, "answer": self.answer, "shifts": [*self.shifts]}
        (folder / ABOUT).write_text(json.dumps(about), "utf-8")


def _growth(lesson: Lesson, settings: Boosters) -> Growth:
    """Few rows are learned from on one core: sharing them out would take longer."""
    outputs = lesson.task.baseline(lesson.train_y, lesson.state).shape[1]
    several: Answer = "chances" if outputs > 1 else "chance"
    size = sum(x.size for x in lesson.train.values())
    return Growth(
        rounds=settings.epochs,
        rate=settings.learning_rate,
        seed=lesson.seed % 2**31,
        threads=1 if size < SMALL else threads(),
        answer="value" if lesson.task.estimator == "regressor" else several,
        outputs=outputs,
    )


def _parts(lesson: Lesson) -> tuple[Rows, Rows]:
    train, unseen = _rows(lesson.train), _rows(lesson.validation)
    return replace(train, y=lesson.train_y, weights=lesson.teaching), replace(unseen, y=lesson.validation_y)


def _rows(inputs: Inputs) -> Rows:
    rows = len(next(iter(inputs.values())))
    nothing = np.empty((rows, 0))
    return Rows(inputs.get("number", nothing.astype(np.float32)), inputs.get("code", nothing.astype(np.int32)))


def _need(architecture: type[Any]) -> None:
    extras.need(architecture.library, architecture.title)


def _read(architecture: type[Architecture], folder: Path, answer: Answer) -> Grown:
    text = (folder / TREES).read_text("utf-8")
    try:
        return architecture.read(text, answer)
    except Exception as error:  # the errors of the libraries have nothing in common
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise EngineError(
            f"The {architecture.title} of this model cannot be read: {told}.", "Use a bundle that Modelwright wrote."
        ) from error
