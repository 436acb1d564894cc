"""Answers that go with no column: said of shuffled answers, however the classes are divided, and of no others."""

import numpy as np
import pandas as pd
import pytest

from engine.checks import CHECKS, Case
from tests.traps import zoo

ROWS = 1200


def found(shuffled: bool, classes: int, seed: int) -> bool:
    """Whether the check speaks of ordered classes that go with one column; the outermost have a dozen rows."""
    random = np.random.default_rng(seed)
    x = random.normal(size=ROWS)
    order = np.argsort(x + random.normal(0, 1.2, ROWS))
    sizes = [12, *([(ROWS - 24) // (classes - 2)] * (classes - 2))]
    grade = np.empty(ROWS, int)
    grade[order] = np.minimum(np.searchsorted(np.cumsum(sizes), np.arange(ROWS), side="right"), classes - 1)
    if shuffled:
        grade = random.permutation(grade)
    frame = pd.DataFrame({"strength": x, "other": random.normal(size=ROWS), "y": [f"g{k:03d}" for k in grade]})
    plan, profile, table = zoo.case(zoo.Data(frame))
    return bool(CHECKS.parse({"kind": "nothing_to_learn"}).search(Case(plan, profile, table)))


@pytest.mark.parametrize("classes", [7, 20])
def test_rare_classes_do_not_hide_what_a_column_tells(classes: int) -> None:
    assert not any(found(False, classes, seed) for seed in range(3))


@pytest.mark.parametrize("classes", [7, 20])
def test_shuffled_answers_are_said_to_go_with_nothing(classes: int) -> None:
    assert sum(found(True, classes, seed) for seed in range(4)) >= 3
