"""How long one answer takes: measured once, when a model has been trained, on rows as they come, one at a time."""

import time
from collections.abc import Callable

import numpy as np

from engine.answering import Answers
from engine.columns import Table
from engine.learners.base import Array

ROWS, WARM = 25, 2
PATIENCE = 2.0


def of_one(answers: Answers, table: Table, rows: Array, clock: Callable[[], float] = time.perf_counter) -> float:
    """The seconds from a raw row to its answer: the middle one (median) of some single rows at those positions, evenly spread.

    The first two only warm up. A model that is slow is asked fewer times.
    """
    asked = rows[np.linspace(0, len(rows) - 1, ROWS + WARM).astype(np.int64)]
    took: list[float] = []
    began = clock()
    for number, row in enumerate(asked):
        single = table.take(np.array([row]))
        before = clock()
        answers.outputs(single)
        if number >= WARM:
            took.append(clock() - before)
        if took and clock() - began > PATIENCE:
            break
    return float(np.median(took))
