"""Learns once more, from the rows that steered too: as many epochs as had proven best, from the same beginning.

A network that is steered by a part of its rows never learns from that part, and on few rows that costs more than most settings can win.
How good it is is still told from what the first one said of those rows, and from the rows kept unseen.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.callbacks import Progress, Watch
from engine.epochs import Epochs
from engine.keep import Keep, Kept
from engine.learners.base import Array, Lesson

FIRST, OUTPUTS, WEIGHT = "first", "first_outputs", "first_weights_"
WORDS = "Learning once more, now also from the rows that steered"


@dataclass(frozen=True)
class First:
    """What the first learning came to: the epochs gone through and the best of them, the weights, and the outputs (rows, outputs)
    for the rows that steered it."""

    epochs: int
    best: int
    weights: list[Array]
    outputs: Array


class Again(Keep):
    """The part of a kept training that comes after the first learning; what that came to is kept with it."""

    def __init__(self, keep: Keep, first: First) -> None:
        self.keep, self.first = keep, first

    def found(self) -> Kept | None:
        kept = self.keep.found()
        if kept is None or FIRST not in kept.values:
            return None
        values = {name: value for name, value in kept.values.items() if name != FIRST}
        arrays = {name: x for name, x in kept.arrays.items() if name != OUTPUTS and not name.startswith(WEIGHT)}
        return Kept(kept.step - self.first.epochs, values, arrays)

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        first = self.first
        beside = {OUTPUTS: first.outputs, **{f"{WEIGHT}{place}": x for place, x in enumerate(first.weights)}}

        def whole() -> Kept:
            own = make()
            return Kept(first.epochs + own.step, {**own.values, FIRST: [first.epochs, first.best]}, {**own.arrays, **beside})

        self.keep.offer(whole, must)


def first(keep: Keep) -> First | None:
    """What the first learning came to, if an earlier attempt had come beyond it."""
    kept = keep.found()
    if kept is None or FIRST not in kept.values:
        return None
    count = sum(name.startswith(WEIGHT) for name in kept.arrays)
    epochs, best = kept.values[FIRST]
    return First(epochs, best, [kept.arrays[f"{WEIGHT}{place}"] for place in range(count)], kept.arrays[OUTPUTS])


def whole(lesson: Lesson) -> Lesson:
    """The lesson with all rows that may teach among its training rows."""
    parts = (lesson.train_weights, lesson.validation_weights)
    return replace(
        lesson,
        train={name: np.concatenate([x, lesson.validation[name]]) for name, x in lesson.train.items()},
        train_y=np.concatenate([lesson.train_y, lesson.validation_y]),
        train_weights=None if parts[0] is None or parts[1] is None else np.concatenate([parts[0], parts[1]]),
        examples=None,
        ready=None,
    )


class Unsteered(Epochs):
    """Epochs that judge nothing: how many there are is settled."""

    def judge(self) -> dict[str, float]:
        return {}


class Counting(Watch):
    """Goes through so many epochs, tells how far it is, and chooses nothing."""

    def begin(self) -> None:
        super().begin()
        self._before = self.progress.epochs

    def heard(self, steps: int, loss: Callable[[], float]) -> bool:
        if self.is_due(time.monotonic()):
            self._listen(self.progress.epochs + steps / self.rules.steps)
        return self.is_over

    def judged(self, training: Mapping[str, float], validation: Mapping[str, float], seconds: float | None = None) -> bool:
        self.progress.epochs += 1
        self._guard(training["loss"])
        self._listen(float(self.progress.epochs))
        return self.is_over

    def finish(self) -> Progress:
        return self.progress

    def _listen(self, epochs: float) -> None:
        done, of = epochs - self._before, self.rules.epochs
        if done > 0:
            left = (time.monotonic() - self._began) / done * (of - epochs)
            self.tell.facts({"seconds_left": left, "seconds_left_least": left, "seconds_left_likely": left})
        self._obey(self.tell.stage(f"{WORDS}: epoch {min(int(epochs) + 1, of)} of {of}", epochs / of))
        self._pause_if_asked()
