"""Rows that count by a column of weights: in every learner and the formula beside it, and what is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import profile, rivals, training, weighted, weights
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.panels import Measure, Report, Score, Scores
from engine.tasks.base import Judged
from engine.tasks.binary import Binary
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


def judged(outputs: Any, y: list[str], groups: Any = None) -> Judged:
    empty = Table((), pd.DataFrame(index=range(len(y))))
    given = np.asarray(outputs, np.float32)[:, None]
    return Judged(empty, np.arange(len(y)), np.array(y, object), given, np.array([[0.3]], np.float32), None, "y", (), groups)


def plain(names: list[str]) -> Report:
    measures = [Measure(name=name, label=name, model=Score(value=0.0), baseline=Score(value=0.0)) for name in names]
    return Report(headline="", detail="", verdict="fair", main=measures[0], panels=[Scores(title="", measures=measures, baseline_name="")])


def test_the_weighted_table_counts_each_row_as_much_as_its_weight_says() -> None:
    """Right in the heavy half, wrong in the light one: three of four by weight, half of them by row."""
    y = ["yes", "no"] * 200
    right = np.arange(400) < 200
    said = np.where((np.array(y) == "yes") == right, 0.9, 0.1)
    task = Binary(positive="yes")
    state = task.settle(said[:, None], np.array([v == "yes" for v in y], float), task.fit(np.array(y, object))) | {"threshold": 0.5}
    heavy = np.where(right, 1.5, 0.5).astype(np.float32)
    report = weighted.beside(plain(["accuracy", "recall"]), task, judged(said, y), state, heavy, "w")
    _, table = report.panels
    assert isinstance(table, Scores) and "counted by 'w'" in table.title
    score = table.measures[0].model
    assert score.value == pytest.approx(75.0, abs=0.1)
    assert score.low is not None and score.high is not None and 3 < (score.high - score.low) / 2 < 7
    assert table.measures[0].baseline is not None and table.measures[0].baseline.value == pytest.approx(50.0, abs=0.2)


def test_copies_follow_the_weights_and_leave_out_rows_that_count_nothing() -> None:
    found = np.bincount(weighted.copies(np.array([0.0, 1.0, 2.0, 1.0])), minlength=4)
    assert found.tolist() == [0, 20, 40, 20]
    assert len(weighted.copies(np.random.default_rng(0).gamma(1, 1, 50_000))) == 20_000


def test_a_report_of_weighted_rows_has_both_tables(tmp_path: Path) -> None:
    given = lessons.table()
    counted = pd.Series(np.random.default_rng(0).gamma(2, 1, len(given)))
    rows = Table((*given.columns, Column(id="w", name="Weight", type="number")), given.frame.assign(w=counted))
    plan = lessons.plan("linear").model_copy(update={"weight": "w"})
    report = training.train(plan, rows, Heard(), tmp_path / "bundle").report
    titles = [panel.title for panel in report.panels if isinstance(panel, Scores)]
    assert len(titles) == 2 and titles[1] == "How good is it, counted by 'Weight'?"
