"""A training that adds trees round by round, under watch: told, compared, and the best number of rounds kept."""

import os
from dataclasses import replace
from functools import partial

import numpy as np

from engine.boosting import honest
from engine.callbacks import Rules, Watch
from engine.learners.base import Array, Lesson, Tell

MOST_WATCHED = 5_000
USUAL = 5
"""A training in rounds usually ends after so many times its patience."""


def usual(rounds: int, patience: int) -> int:
    """After how many rounds one usually ends that may take so many."""
    return min(rounds, USUAL * patience) if patience else rounds


def threads() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Rounds:
    """`Watch` sees it as a model whose weights are the number of rounds.

    `watched` are the positions of the training rows that are judged too, and `chosen` is the best number of rounds, once it is finished.
    """

    def __init__(self, lesson: Lesson, tell: Tell, rules: Rules) -> None:
        self.lesson = lesson
        self.tell = tell
        self.watched = np.random.default_rng(lesson.seed).permutation(len(lesson.train_y))[:MOST_WATCHED]
        self.watch = Watch(self, tell, [replace(m, factor=1.0) for m in lesson.task.metrics(lesson.state)], rules)
        self.chosen = 0

    def judged(self, learned: Array, unseen: Array, seconds: float | None = None) -> bool:
        """After a round, with the outputs for the watched rows and for those that steer: tells, compares, keeps.

        True when training should end. Raises Diverged, Cancelled, Paused.
        """
        task, state, lesson = self.lesson.task, self.lesson.state, self.lesson
        learned, unseen = (honest(x, () if lesson.shifts is None else lesson.shifts) for x in (learned, unseen))
        seen = task.evaluate(learned, lesson.train_y[self.watched], state)
        is_over = self.watch.judged(seen, task.evaluate(unseen, lesson.validation_y, state), seconds)
        if lesson.examples is not None:
            lesson.follow(self.watch.progress.epochs, partial(unseen.__getitem__, lesson.examples.places), self.tell)
        self.watch.begin()
        return is_over

    def get_weights(self) -> list[int]:
        return [self.watch.progress.epochs]

    def set_weights(self, weights: list[int]) -> None:
        self.chosen = weights[0]
