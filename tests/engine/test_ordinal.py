"""Steps in order: how their order is known, and what the chances of each mean."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from engine import losses, profile
from engine import plan as plans
from engine.columns import Column
from engine.errors import InvalidPlan
from engine.tasks import TASKS, _scales
from engine.tasks._ordinal_scores import grades, kappa
from engine.tasks.ordinal import Ordinal
from tests import lessons
from tests.lessons import Heard

Array = np.ndarray[Any, Any]


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["severe", "mild", "moderate"], ["mild", "moderate", "severe"]),
        (["Very high", "low", "HIGH"], ["low", "HIGH", "Very high"]),
        (["stage 2", "Stage 1", "stage 3"], ["Stage 1", "stage 2", "stage 3"]),
        (["III", "I", "II"], ["I", "II", "III"]),
        (["10", "3", "5"], ["3", "5", "10"]),
        (["none", "severe", "mild"], ["none", "mild", "severe"]),
        (["strongly agree", "agree", "neutral", "disagree"], ["disagree", "neutral", "agree", "strongly agree"]),
        (["north", "south", "east"], []),
        (["mild", "light", "severe"], []),
    ],
)
def test_a_usual_order_is_known_and_no_other_is_made_up(names: list[str], order: list[str]) -> None:
    assert _scales.known(names) == order


def test_the_order_of_words_is_written_out_for_the_user_to_see() -> None:
    words = pd.Series(["severe", "mild", "moderate"] * 20).astype("str")
    task = Ordinal.propose(profile.of_column(Column(id="t", name="damage", type="category"), words))
    assert task == Ordinal(steps="mild < moderate < severe")
    marks = pd.Series([1.0, 2.0, 3.0] * 20)
    assert Ordinal.propose(profile.of_column(Column(id="t", name="grade", type="number"), marks)) == Ordinal()
    assert Ordinal.propose(profile.of_column(Column(id="t", name="colour code", type="number"), marks)) is None


def test_an_order_can_be_told() -> None:
    y = np.array(["unripe", "ripe", "rotten"] * 8, object)
    assert Ordinal(steps="unripe < ripe < rotten").fit(y)["labels"] == ["unripe", "ripe", "rotten"]
    with pytest.raises(InvalidPlan, match="not plain in which order") as error:
        Ordinal().fit(y)
    assert "lowest first" in error.value.fix


def test_a_plan_without_an_order_is_stopped_before_it_starts() -> None:
    table = lessons.table()
    plan = lessons.plan().model_copy(update={"target": "c0003", "inputs": ("c0001", "c0002"), "task": Ordinal()})
    found = plans.check(plan, profile.compute(table))
    assert [p.level for p in found if "stand in the order" in p.what] == ["stop"]
    told = plan.model_copy(update={"task": Ordinal(steps="north < east < south")})
    assert not [p for p in plans.check(told, profile.compute(table)) if "in the order" in p.what]


def test_a_miss_by_two_steps_is_worse_than_by_one() -> None:
    near, far = np.array([[0.1, 0.8, 0.1, 0.0]]), np.array([[0.1, 0.1, 0.8, 0.0]])
    y = np.array([0])
    assert losses.cumulatives(y, near)[0] < losses.cumulatives(y, far)[0]


def test_the_answer_is_the_middle_step() -> None:
    assert grades(np.array([[0.4, 0.0, 0.2, 0.4], [0.5, 0.3, 0.1, 0.1], [0.0, 0.1, 0.2, 0.7]])).tolist() == [2, 0, 3]


def test_kappa_is_the_one_everybody_means() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 5, 300)
    said = np.clip(y + rng.integers(-2, 3, 300), 0, 4)
    ours = float(kappa(y, said)(np.ones((1, 300)))[0])
    assert ours == pytest.approx(cohen_kappa_score(y, said, weights="quadratic"), abs=1e-9)


@pytest.mark.parametrize("kind", ["mlp", "tabm", "boosted_trees"])
def test_chances_of_steps_sum_to_one_and_beat_the_trivial_answer(kind: str) -> None:
    lesson = lessons.lesson(lessons.small(kind), "ordinal")
    model = lessons.learner(lesson.architecture, epochs=40, learning_rate=0.03).fit(lesson, Heard())
    said = model.predict(lesson.validation)
    assert said.sum(axis=1) == pytest.approx(np.ones(len(said)), abs=1e-5) and (said >= 0).all()
    trivial = np.repeat(lesson.task.baseline(lesson.train_y, lesson.state), len(said), axis=0)
    off = [lesson.task.evaluate(o, lesson.validation_y, lesson.state)["grade_error"] for o in (said, trivial)]
    assert off[0] < 0.7 * off[1]
    assert TASKS.parse(lesson.task.model_dump()) == lesson.task


def test_one_answer_for_all_agrees_exactly_as_chance_would() -> None:
    y = np.random.default_rng(3).integers(0, 6, 313).astype(float)
    weights = np.random.default_rng(4).multinomial(313, np.full(313, 1 / 313), size=50).astype(float)
    assert (kappa(y, np.full(313, 4.0))(weights) == 0.0).all()
