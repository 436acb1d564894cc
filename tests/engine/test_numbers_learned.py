"""Predicting a number in another form, with another loss, or with ranges by quantiles."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import lazy, profile, training
from engine import plan as plans
from engine.architectures import ARCHITECTURES
from engine.columns import Column, Table
from engine.learners import LEARNERS, Lesson
from engine.tasks import TASKS, _forms
from engine.tasks.regression import LEVELS, Regression
from engine.team import Team, Way
from tests import lessons
from tests.lessons import Heard

Array = np.ndarray[Any, Any]
TABLES = [
    kind
    for kind, member in ARCHITECTURES.members.items()
    if "number" in member.takes and LEARNERS.get(member.learner).losses != frozenset({"squared"})
]


def skewed(rows: int = 400) -> Array:
    return np.round(np.exp(np.random.default_rng(0).normal(3, 1.2, rows)), 2)


@pytest.mark.parametrize("kind", ["log", "normal"])
def test_a_form_is_turned_back_exactly(kind: str) -> None:
    y = skewed(200)
    form = json.loads(json.dumps(_forms.learned(kind, y)))
    assert _forms.back(_forms.forward(y, form), form) == pytest.approx(y, rel=1e-9)
    assert abs(_lean(_forms.forward(y, form))) < 0.3 < abs(_lean(y))


@pytest.mark.parametrize("y", [np.arange(0.0, 300), np.linspace(-5, 80, 200) ** 2 - 20, np.repeat([0.0, 0.5, 7.25, 90.0], 20)])
@pytest.mark.parametrize("kind", ["log", "normal"])
def test_zeros_and_numbers_below_zero_are_turned_back_exactly_too(kind: str, y: Array) -> None:
    form = _forms.learned(kind, y)
    assert _forms.back(_forms.forward(y, form), form) == pytest.approx(y, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", ["log", "normal"])
def test_values_beyond_training_stay_finite_and_in_order(kind: str) -> None:
    form = _forms.learned(kind, skewed())
    there = _forms.forward(np.array([-1e9, -1.0, 0.0, 5.0, 1e12]), form)
    assert np.isfinite(there).all() and (np.diff(there) >= 0).all()
    assert np.isfinite(_forms.back(np.array([-1e6, 0.0, 1e6]), form)).all()


@pytest.mark.parametrize("kind", ["none", "log", "normal"])
def test_a_tensor_is_turned_back_as_an_array_is(kind: str) -> None:
    form = _forms.learned(kind, skewed())
    x = np.linspace(-4, 8, 60).astype(np.float32)
    assert np.asarray(_forms.back_of_tensor(lazy.keras.ops.convert_to_tensor(x), form)) == pytest.approx(_forms.back(x, form), rel=1e-3)


def test_a_form_is_proposed_only_where_values_crowd_at_one_end() -> None:
    rng = np.random.default_rng(3)
    even, rare = rng.normal(50, 5, 800), np.where(rng.random(800) < 0.5, 0.0, np.exp(rng.normal(3, 1.2, 800)))
    assert [_proposed(y) for y in (np.exp(even / 5), even, np.exp(rng.normal(3, 1.2, 800)))] == ["log", "none", "log"]
    assert _proposed(rare) != "log"
    assert _proposed(-np.exp(rng.normal(3, 1.5, 800))) == "normal"


@pytest.mark.parametrize("settings", [{"form": "log"}, {"form": "normal"}, {"ranges": True}, {"misses": "huber"}, {"misses": "absolute"}])
def test_keras_measures_what_the_task_measures(settings: dict[str, Any]) -> None:
    from engine import heads

    task, y = Regression(**settings), skewed()
    state = task.fit(y)
    encoded = task.encode(y, state)
    inputs = lazy.keras.Input((2,))
    model = lazy.keras.Model(inputs, heads.build(inputs, task.ending(state)))
    model.compile("adam", task.loss(), metrics=task.measures(state))
    x = np.random.default_rng(3).normal(size=(400, 2)).astype(np.float32)
    model.fit(x, encoded, verbose=0)
    live, said = model.evaluate(x, encoded, verbose=0, return_dict=True), np.asarray(model(x))
    ours, factor = task.evaluate(said, encoded, state), task.metrics(state)[0].factor
    assert ours["loss"] == pytest.approx(live["loss"], rel=1e-3)
    assert ours["mean_absolute_error"] == pytest.approx(factor * live["mean_absolute_error"], rel=0.02)
    off = np.abs(task.decode(said, state)["prediction"].to_numpy(float) - y).mean()
    assert ours["mean_absolute_error"] == pytest.approx(off, rel=0.02)


@pytest.mark.parametrize("settings", [{"form": "log"}, {"form": "normal", "misses": "absolute"}, {"ranges": True}, {"misses": "huber"}])
def test_an_untrained_network_begins_no_worse_than_the_trivial_answer(settings: dict[str, Any]) -> None:
    task, y = Regression(**settings), skewed()
    state = task.fit(y)
    encoded, ending = task.encode(y, state), task.ending(state)
    start = np.broadcast_to(np.asarray(ending.start, np.float32), (len(y), ending.outputs))
    base = np.repeat(task.baseline(encoded, state), len(y), axis=0)
    losses = [task.evaluate(outputs, encoded, state)["loss"] for outputs in (start, base)]
    assert losses[0] <= 1.001 * losses[1]


def test_quantiles_come_in_order_even_where_the_network_crossed_them() -> None:
    task, y = Regression(ranges=True, form="log"), skewed()
    state = task.fit(y)
    crossed = np.random.default_rng(2).normal(size=(400, len(LEVELS))).astype(np.float32)
    state = task.settle(crossed[:100], task.encode(y[:100], state), state)
    said = task.decode(crossed, state)
    assert (said["from"] <= said["prediction"]).all() and (said["prediction"] <= said["to"]).all()


@pytest.mark.parametrize("kind", TABLES)
def test_every_model_learns_ranges_that_vary_by_row_and_hold(kind: str) -> None:
    lesson, y, state = _uneven(kind, Regression(ranges=True))
    epochs = {"epochs": 60, "learning_rate": 0.02} if ARCHITECTURES.get(kind).learner == "gradient" else {"epochs": 80}
    model = lessons.learner(lesson.architecture, **epochs).fit(lesson, Heard())
    state = lesson.task.settle(model.predict(lesson.validation), lesson.validation_y, state)
    rest = {name: x[600:] for name, x in _INPUTS[kind].items()}
    said = lesson.task.decode(model.predict(rest), state)
    widths, noisy = (said["to"] - said["from"]).to_numpy(float), _INPUTS[kind]["number"][600:, 1] > 0
    assert widths[noisy].mean() > 1.3 * widths[~noisy].mean()
    held = (y[600:] >= said["from"]) & (y[600:] <= said["to"])
    assert 0.82 <= held.mean() <= 0.97


def test_trees_learn_absolute_misses_and_refuse_huber_in_words() -> None:
    lesson, y, state = _uneven("boosted_trees", Regression(misses="absolute"))
    model = lessons.learner(lesson.architecture, epochs=60).fit(lesson, Heard())
    losses = [lesson.task.evaluate(o, lesson.validation_y, state)["loss"] for o in (model.predict(lesson.validation), _trivial(lesson))]
    assert losses[0] < 0.7 * losses[1]
    plan = lessons.plan("boosted_trees", target="c0002").model_copy(update={"task": Regression(misses="huber")})
    problem = next(p for p in plans.check(plan, profile.compute(lessons.table())) if "Huber" in p.what)
    assert problem.level == "stop" and problem.action
    assert plans.apply_action(plan, problem.action).task == Regression(misses="absolute")


def test_a_proposed_form_is_explained_before_the_training() -> None:
    table = lessons.table(400)
    column = Column(id="c0002", name="cost", type="number")
    known = profile.compute(Table((table.columns[0], column), table.frame[["c0001"]].assign(c0002=skewed())))
    task = Regression.offer(known.column("c0002"))
    assert task is not None and task.form == "log"
    plan = lessons.plan(target="c0002").model_copy(update={"task": task, "inputs": ("c0001",)})
    assert any("crowd at one end" in p.what and "its logarithm is learned" in p.what for p in plans.check(plan, known))


def test_an_outlier_in_the_answers_suggests_to_count_large_misses_less() -> None:
    table = lessons.table()
    frame = table.frame.assign(c0001=np.where(np.arange(240) % 60 == 0, 1200.0, table.frame["c0001"]))
    plan = lessons.plan(target="c0001")
    found = [p for p in plans.check(plan, profile.compute(Table(table.columns, frame))) if p.button == "Count them less (Huber)"]
    assert len(found) == 1 and found[0].action is not None
    assert plans.apply_action(plan, found[0].action).task == Regression(misses="huber")
    assert not [p for p in plans.check(plan, profile.compute(table)) if p.button == "Count them less (Huber)"]


@pytest.mark.parametrize("settings", [{"ranges": True, "form": "log"}, {"form": "normal"}])
def test_a_team_answers_in_the_users_units(settings: dict[str, Any], tmp_path: Path) -> None:
    table = lessons.table(500)
    frame = table.frame.assign(c0002=np.exp(0.04 * table.frame["c0001"] + np.random.default_rng(1).normal(0, 0.3, 500)))
    plan = lessons.plan(target="c0002")
    way = Way(recipe=plan.recipe, architecture=ARCHITECTURES.get("boosted_trees")(), training=lessons.learner(_trees()))
    plan = plan.model_copy(update={"task": TASKS.get("regression")(**settings), "team": Team(folds=2, others=(way,))})
    made = training.train(plan, Table(table.columns, frame), Heard(), tmp_path / "bundle")
    said = made.predict(Table(table.columns, frame))
    assert (said["from"] <= said["prediction"]).all() and (said["prediction"] <= said["to"]).all()
    assert said["prediction"].between(frame["c0002"].min() / 3, 3 * frame["c0002"].max()).all()
    assert "a range of its own" in made.report.detail


def _trees() -> Any:
    return ARCHITECTURES.get("boosted_trees")()


def _proposed(y: Array) -> str:
    task = Regression.offer(profile.of_column(Column(id="t", name="price", type="number"), pd.Series(y)))
    assert task is not None
    return task.form


def _lean(y: Array) -> float:
    z = (y - y.mean()) / y.std()
    return float((z**3).mean())


_INPUTS: dict[str, dict[str, Array]] = {}


def _uneven(kind: str, task: Regression) -> tuple[Lesson, Array, dict[str, Any]]:
    """1000 rows whose answers scatter far more where the second number is above 0; 600 of them are for learning and steering."""
    rng = np.random.default_rng(4)
    sample = lessons.lesson(lessons.small(kind))
    at = rng.integers(0, len(sample.train_y), 1000)
    inputs = {name: x[at] for name, x in sample.train.items()}
    number = rng.normal(size=(1000, inputs["number"].shape[1])).astype(np.float32)
    number[:, 1] = np.sign(number[:, 1])
    inputs["number"] = number
    _INPUTS[kind] = inputs
    y = 20 + 4 * number[:, 0] + np.where(number[:, 1] > 0, 5, 1) * rng.normal(size=1000)
    state = task.fit(y[:450])
    encoded = task.encode(y, state)
    train, steer = slice(0, 450), slice(450, 600)
    return (
        replace(
            sample,
            task=task,
            state=state,
            train={name: x[train] for name, x in inputs.items()},
            train_y=encoded[train],
            validation={name: x[steer] for name, x in inputs.items()},
            validation_y=encoded[steer],
        ),
        y,
        state,
    )


def _trivial(lesson: Lesson) -> Array:
    return np.repeat(lesson.task.baseline(lesson.train_y, lesson.state), len(lesson.validation_y), axis=0)
