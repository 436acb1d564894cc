"""Learning by growing many deep trees side by side, a few at a time, so that it can be watched and stopped."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from engine.boosting import honest
from engine.callbacks import Rules
from engine.learners._matrix import matrix
from engine.learners._rounds import Rounds, threads
from engine.learners.base import NOTHING_KEPT, Array, Cost, Inputs, Keep, Learner, Lesson, Tell
from engine.side_by_side import SideBySide
from engine.spec import param

if TYPE_CHECKING:
    from engine.architectures.base import Architecture
    from engine.profile import Profile

ABOUT = "forest.json"
SMALL = 50_000
MOST_AT_ONCE, SECONDS = 32, 1.0
TRIED, IMPORTING, LIBRARIES = 4, 1.5, 250.0
NODE = 24.0
"""Bytes of a node with one output."""


class Forests(Learner):
    """Grows many deep trees, each on its own; their mean answers."""

    kind: Literal["forests"] = "forests"
    title = "Trees side by side"
    order = 25
    losses: ClassVar[frozenset[str]] = frozenset({"squared"})
    step: ClassVar[str] = "tree"
    steadies: ClassVar[bool] = True

    epochs: int = param(100, "Trees", help="More trees are steadier, never worse, and make a larger model.", ge=1, le=2_000)
    most_rows: int = param(
        50_000,
        "Rows to learn from, at most",
        zero="all of them",
        help="Of more rows, so many are taken, evenly spread: the model grows with them.",
        ge=0,
        le=1_000_000_000,
        advanced=True,
    )

    @classmethod
    def propose(cls, profile: "Profile", architecture: "Architecture") -> "Forests":
        return cls()

    def fit(self, lesson: Lesson, tell: Tell, keep: Keep = NOTHING_KEPT) -> "Grown":
        """Keeps nothing meanwhile: the same trees are quickly grown again. All rows that steer count alike."""
        tell.facts({"epochs": self.epochs, "steadies": True})
        tell.stage("Learning", 0.0)
        growing = _Growing(self, lesson, tell)
        while not growing.rounds.watch.is_over:
            growing.go_on()
        growing.rounds.watch.finish()
        return growing.whole()

    def cost(self, lesson: Lesson, rows: int, validation: int) -> Cost:
        """A tree costs in proportion to the rows and to its depth, which grows with their logarithm."""
        began = time.monotonic()
        tried = _Growing(self, lesson, None)
        grown = tried.grown(TRIED)
        more = max(1.0, rows / len(lesson.train_y))
        deeper = max(1.0, np.log2(max(rows, 2)) / np.log2(max(len(lesson.train_y), 2)))
        tree = (time.monotonic() - began) / TRIED * more * deeper
        nodes = len(grown.column) / TRIED * more * self.epochs
        memory = LIBRARIES + 1e-6 * (4 * tried.x.shape[1] * (rows + validation) * 2 + 6 * NODE * nodes)
        return Cost(IMPORTING, tree, self.epochs, self.epochs, memory, once=IMPORTING, libraries=LIBRARIES, ahead=IMPORTING)

    @classmethod
    def load(cls, folder: Path) -> "Grown":
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        return Grown(SideBySide.load(folder, int(about["columns"])), int(about["columns"]), tuple(map(float, about["shifts"])))


@dataclass(frozen=True)
class Grown:
    """Grown trees over so many columns; `shifts` (classes) are taken out of the log chances: what counting some classes more has added."""

    trees: SideBySide
    columns: int
    shifts: tuple[float, ...] = ()

    def predict(self, inputs: Inputs) -> Array:
        """(rows, outputs) float32."""
        return honest(self.trees.answer(matrix(inputs, np.float32)), self.shifts)

    def save(self, folder: Path) -> None:
        """Writes plain numbers."""
        self.trees.save(folder)
        (folder / ABOUT).write_text(json.dumps({"columns": self.columns, "shifts": [*self.shifts]}), "utf-8")


class _Growing:
    """A forest that grows: a tree is a round. `tell` None only tries it."""

    def __init__(self, settings: Forests, lesson: Lesson, tell: Tell | None) -> None:
        self.lesson = lesson
        self.x = matrix(lesson.train, np.float32)
        self.outputs = lesson.task.baseline(lesson.train_y, lesson.state).shape[1]
        made = lesson.architecture.regressor_or_classifier(lesson.task.estimator, lesson.shapes, lesson.seed)
        self.estimator = made.set_params(warm_start=True, n_jobs=threads() if self.x.size > SMALL else 1)
        self.parts: list[SideBySide] = []
        self.pace = 1
        if tell is not None:
            self.unseen = matrix(lesson.validation, np.float32)
            self.rounds = Rounds(lesson, tell, Rules(settings.epochs, 1, len(self.x), 0.0, steadies=True, step=settings.step))
            self.sums: list[Array] = [np.zeros((1, 1), np.float32)] * 2

    def grown(self, count: int) -> SideBySide:
        """So many more trees. Which ones does not depend on how many are grown at once."""
        before = sum(len(part) for part in self.parts)
        self.estimator.set_params(n_estimators=before + count).fit(self.x, self.lesson.train_y, sample_weight=self.lesson.teaching)
        self.parts.append(SideBySide.taken_from(self.estimator, self.outputs, slice(before, before + count)))
        return self.parts[-1]

    def go_on(self) -> None:
        """Some more trees: one at first, then as many as take about a second."""
        began = time.monotonic()
        watch = self.rounds.watch
        added = self.grown(min(self.pace, watch.rules.epochs - watch.progress.epochs))
        each = (time.monotonic() - began) / len(added)
        steps = [added.sums(x, every=True) for x in (self.x[self.rounds.watched], self.unseen)]
        before, done = self.sums, watch.progress.epochs
        for tree in range(len(added)):
            self.sums = [own + step[:, tree] for own, step in zip(before, steps, strict=True)]
            learned, unseen = (total / np.float32(done + tree + 1) for total in self.sums)
            if self.rounds.judged(learned, unseen, each):
                return
        if time.monotonic() - began < SECONDS:
            self.pace = min(2 * self.pace, MOST_AT_ONCE)

    def whole(self) -> Grown:
        """All trees that were grown."""
        shifts = () if self.lesson.shifts is None else tuple(map(float, self.lesson.shifts))
        return Grown(SideBySide.joined(self.parts).cut(self.rounds.chosen), self.x.shape[1], shifts)
