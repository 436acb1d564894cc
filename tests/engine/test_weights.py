"""Rows that count by a column of weights: in every learner and the formula beside it, and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import profile, rivals, weights
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from tests import lessons
from tests.lessons import Heard


def table(values: Any) -> Table:
    return Table((Column(id="w", name="Weight", type="number"),), pd.DataFrame({"w": np.asarray(values, float)}))


def test_weights_are_one_on_average_and_a_missing_one_counts_nothing() -> None:
    found = weights.of(table([1, 3, np.nan, 4]), "w", np.arange(4))
    assert found is not None and found.tolist() == [0.5, 1.5, 0.0, 2.0]
    assert weights.of(table([1, 2]), "", np.arange(2)) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [([1, -2, 3], "'Weight' is below zero in 1 row"), ([0, 0, np.nan], "No row that is learned from has a weight in 'Weight'.")],
)
def test_weights_that_make_no_sense_are_refused(values: Any, said: str) -> None:
    with pytest.raises(InvalidPlan, match=said):
        weights.of(table(values), "w", np.arange(3))


def test_missing_weights_are_said_before_the_training() -> None:
    (problem,) = weights.problems(profile.compute(table([1, 2, 3, np.nan] * 30)).column("w"))
    assert (problem.level, problem.what) == ("warn", "30 rows have no weight and will not be learned from.")


@pytest.mark.parametrize("kind", ["linear", "boosted_trees"])
def test_what_counts_more_is_answered_more(kind: str) -> None:
    """Rows with 'yes' that count ten times as much raise the chance of yes."""
    lesson = lessons.lesson(lessons.small(kind))
    heavy = np.where(lesson.train_y == 1, 10.0, 1.0)
    heavy = (heavy / heavy.mean()).astype(np.float32)
    steering = np.where(lesson.validation_y == 1, 10.0, 1.0).astype(np.float32)
    learner = lessons.learner(lesson.architecture, epochs=15, patience=0, learning_rate=0.1)
    counted = replace(lesson, train_weights=heavy, validation_weights=steering)
    plain, weighted = (learner.fit(each, Heard()).predict(lesson.validation).mean() for each in (lesson, counted))
    assert weighted > plain + 0.05


def test_the_formula_beside_it_counts_them_too() -> None:
    lesson = lessons.lesson(lessons.small("linear"))
    heavy = np.where(lesson.train_y == 1, 10.0, 0.5).astype(np.float32)
    asked = [rivals.linear(lesson.task, lesson.state, lesson.shapes, lesson.train, lesson.train_y, 0, counted) for counted in (None, heavy)]
    plain, weighted = (ask(lesson.validation).mean() for ask in asked if ask)
    assert weighted > plain + 0.02
