"""Answers that go with no column: said of shuffled answers, however the classes are divided, and of no others."""

import numpy as np
import pandas as pd
import pytest

from engine.checks import CHECKS, Case
from engine.tasks import TASKS
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


def of_many(shuffled: bool, seed: int, column: str, each: int) -> bool:
    """The same of 200 classes without an order, with so many rows each, that a number or a category goes with."""
    random = np.random.default_rng(seed)
    kind = np.repeat(np.arange(200), each)
    centre = random.normal(size=200)
    x = centre[kind] + random.normal(0, 0.7, len(kind))
    told = x if column == "number" else np.array([f"v{k}" for k in np.digitize(x, [-1.0, 0.0, 1.0])])
    y = random.permutation(kind) if shuffled else kind
    names = random.permutation(200)
    frame = pd.DataFrame({"told": told, "other": random.normal(size=len(kind)), "y": [f"g{names[k]:03d}" for k in y]})
    plan, profile, table = zoo.case(zoo.Data(frame))
    plan = plan.model_copy(update={"task": TASKS.get("multiclass")()})
    return bool(CHECKS.parse({"kind": "nothing_to_learn"}).search(Case(plan, profile, table)))


@pytest.mark.parametrize("column", ["number", "category"])
def test_many_small_classes_do_not_hide_what_a_column_tells(column: str) -> None:
    assert not any(of_many(False, seed, column, each) for seed in range(2) for each in (6, 15))


@pytest.mark.parametrize("column", ["number", "category"])
def test_many_small_classes_that_were_shuffled_go_with_nothing(column: str) -> None:
    assert sum(of_many(True, seed, column, each) for seed in range(3) for each in (6, 15)) >= 5
