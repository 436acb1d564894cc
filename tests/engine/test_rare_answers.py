"""Rare answers: how much they count while a model learns, what mistakes cost, and that chances stay honest."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import lazy, training
from engine import plan as plans
from engine.architectures import ARCHITECTURES
from engine.columns import Table
from engine.learners import Lesson
from engine.profile import compute
from engine.tasks import TASKS, Task
from engine.tasks._threshold import for_costs
from engine.team import Team, Way
from engine.weights import combined
from tests import lessons
from tests.lessons import Heard

Array = np.ndarray[Any, Any]
SHARE = 0.08


@pytest.mark.parametrize("missed", [0.2, 1.0, 7.0, 500.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_of_costs_is_the_best_of_all(missed: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = (rng.random(150) < 0.2).astype(float)
    chances = np.round(np.clip(0.2 + 0.3 * (y - 0.2) + rng.normal(0, 0.15, 150), 0.001, 0.999), 2)

    def cost(cut: float) -> float:
        said = chances >= cut
        return float(missed * ((y == 1) & ~said).sum() + 2.0 * ((y == 0) & said).sum())

    threshold, why = for_costs(y, chances, missed, 2.0)
    assert cost(threshold) == min(cost(cut) for cut in [*np.unique(chances), 0.0, 1.0])
    assert 0 < threshold < 1 and "least" in why


def test_with_few_rows_the_threshold_trusts_the_chances() -> None:
    assert for_costs(np.array([0.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.2]), 9.0, 1.0)[0] == pytest.approx(0.1)


def test_two_sorts_of_weights_are_multiplied_and_stay_one_on_average() -> None:
    both = combined(np.array([1, 1, 0.5, 1.5], np.float32), np.array([2, 0.5, 0.5, 1], np.float32))
    assert both is not None and both.mean() == pytest.approx(1)
    assert both[0] / both[2] == pytest.approx(8)
    assert combined(None, None) is None


@pytest.mark.parametrize("kind", [k for k, member in ARCHITECTURES.members.items() if "number" in member.takes])
def test_counting_rare_answers_more_reaches_every_learner_and_leaves_chances_honest(kind: str) -> None:
    balanced = _taught(kind, TASKS.get("binary")(positive="yes", rare="balanced"))
    plain = _taught(kind, TASKS.get("binary")(positive="yes"))
    assert not np.allclose(balanced, plain, atol=1e-3)
    assert balanced.mean() == pytest.approx(SHARE, abs=0.06)


def test_counting_kinds_alike_leaves_the_chances_of_each_honest() -> None:
    for kind in ("mlp", "boosted_trees"):
        said = _taught(kind, TASKS.get("multiclass")(rare="balanced"), _kinds)
        assert said.mean(axis=0) == pytest.approx([0.86, 0.08, 0.06], abs=0.07)


def test_rows_count_so_that_both_answers_weigh_the_same() -> None:
    lesson = _lesson("mlp", TASKS.get("binary")(positive="yes", rare="balanced"))
    weights = lesson.teaching
    assert weights is not None and weights.mean() == pytest.approx(1, abs=1e-3)
    assert weights[lesson.train_y == 1].sum() == pytest.approx(weights[lesson.train_y == 0].sum(), rel=1e-3)


def test_rows_count_by_their_weight_and_their_answer() -> None:
    lesson = _lesson("mlp", TASKS.get("binary")(positive="yes", rare="costs", is_costly=True, missed=6.0, alarm=2.0))
    given = np.linspace(0.5, 1.5, len(lesson.train_y)).astype(np.float32)
    weights = replace(lesson, train_weights=given).teaching
    assert weights is not None
    assert weights / given / np.where(lesson.train_y == 1, 3, 1) == pytest.approx(np.full(len(given), weights[0] / given[0]), rel=1e-4)


def test_a_network_judges_itself_without_the_shift_and_learns_on_with_it() -> None:
    from engine import heads

    inputs = lazy.keras.Input((2,))
    task: Task = TASKS.get("binary")(positive="yes")
    model = lazy.keras.Model(inputs, heads.build(inputs, task.ending({"prevalence": 0.5})))
    before = [np.array(w) for w in model.get_weights()]
    with heads.honest(model, np.log([1.0, 9.0])):
        assert float(model(np.zeros((1, 2)))[0, 0]) == pytest.approx(0.1, abs=1e-6)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def test_costs_without_saying_them_stop_a_training_with_a_way_out() -> None:
    table, plan = _case(rare="costs")
    problem = next(p for p in plans.check(plan, compute(table)) if "not said what they cost" in p.what)
    assert problem.level == "stop" and problem.action is not None
    mended = plans.apply_action(plan, problem.action)
    assert not [p for p in plans.check(mended, compute(table)) if p.level == "stop"]


@pytest.mark.parametrize("together", [False, True])
def test_a_report_says_what_mistakes_cost_beside_answers_that_need_no_model(together: bool, tmp_path: Path) -> None:
    table, plan = _case(rare="balanced", is_costly=True, missed=20.0, alarm=1.0)
    if together:
        way = Way(recipe=plan.recipe, architecture=ARCHITECTURES.get("boosted_trees")(), training=lessons.learner(_trees()))
        plan = plan.model_copy(update={"team": Team(folds=2, others=(way,))})
    made = training.train(plan, table, Heard(), tmp_path / "bundle")
    assert "per 100 cases; always saying 'no' would cost" in made.report.detail
    cost = next(m for panel in made.report.panels if panel.kind == "scores" for m in panel.measures if m.name == "cost")
    assert cost.better == "lower" and cost.model.value is not None
    assert any("rare answers counted as much as common ones" in line for p in made.report.panels if p.kind == "notes" for line in p.lines)
    said = made.predict(table)["chance of yes"]
    assert said.mean() == pytest.approx((table.values("c0005") == "yes").mean(), abs=0.08)


def _trees() -> Any:
    return ARCHITECTURES.get("boosted_trees")()


def _case(**settings: Any) -> tuple[Table, plans.Plan]:
    """Patients of whom few fell ill."""
    table = lessons.table(900)
    rng = np.random.default_rng(5)
    age, sugar = table.values("c0001"), np.nan_to_num(table.values("c0002"), nan=100.0)
    rare = 0.05 * (age - 50) + 0.05 * (sugar - 100) + rng.normal(0, 1, len(table)) > 2.4
    frame = table.frame.assign(c0005=pd.Series(np.where(rare, "yes", "no")).astype("str"))
    plan = lessons.plan()
    return Table(table.columns, frame), plan.model_copy(update={"task": TASKS.get("binary")(positive="yes", **settings)})


def _rare(x: Array, noise: Array) -> Array:
    score = x[:, 0] + 0.5 * noise
    return np.where(score > np.quantile(score, 1 - SHARE), "yes", "no").astype(object)


def _kinds(x: Array, noise: Array) -> Array:
    score = x[:, 0] + 0.5 * noise
    places = np.digitize(score, np.quantile(score, [0.86, 0.94]))
    return np.array(["common", "other", "rare"], object)[places]


def _lesson(kind: str, task: Task, answers: Any = _rare) -> Lesson:
    rng = np.random.default_rng(1)
    sample = lessons.lesson(lessons.small(kind))
    at = rng.integers(0, len(sample.train_y), 800)
    inputs = {name: x[at] for name, x in sample.train.items()}
    inputs["number"] = rng.normal(size=(800, inputs["number"].shape[1])).astype(np.float32)
    y = answers(inputs["number"], rng.normal(size=800))
    state = task.fit(y[:600])
    encoded = task.encode(y, state)
    train, rest = slice(0, 600), slice(600, 800)
    return replace(
        sample,
        task=task,
        state=state,
        train={name: x[train] for name, x in inputs.items()},
        train_y=encoded[train],
        validation={name: x[rest] for name, x in inputs.items()},
        validation_y=encoded[rest],
    )


def _taught(kind: str, task: Task, answers: Any = _rare) -> Array:
    lesson = _lesson(kind, task, answers)
    heard = Heard()
    learner = lessons.learner(lesson.architecture, epochs=12)
    said = learner.fit(lesson, heard).predict(lesson.validation)
    told, losses = lesson.task.evaluate(said, lesson.validation_y, lesson.state)["loss"], heard.series("val_loss")
    assert told == pytest.approx(losses[-1] if learner.steadies else min(losses), rel=1e-3)
    return said
