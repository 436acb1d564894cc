"""What TensorFlow has worked out is lent from training to training, and no training can tell."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import traced, training
from engine.columns import Table
from engine.learners import Lesson
from engine.network import Network
from engine.team import Team
from engine.traced import Alike, Kinds, Traced
from tests import lessons
from tests.lessons import Heard


@pytest.fixture(autouse=True)
def none_kept() -> Iterator[None]:
    """Each test begins and ends with nothing worked out."""
    traced.shared.cache_clear()
    yield
    traced.shared.cache_clear()


def fit(lesson: Lesson, **settings: Any) -> tuple[Network, Heard]:
    heard = Heard()
    return lessons.learner(lesson.architecture, **settings).fit(lesson, heard), heard


def weights(learned: Network) -> list[bytes]:
    return [x.tobytes() for x in learned.keras_model.get_weights()]


@pytest.mark.parametrize("kind", ["mlp", "tabm", "cnn"])
def test_who_borrows_learns_what_it_would_have_learned_alone(kind: str) -> None:
    lesson = lessons.lesson(lessons.small(kind))
    alone, heard = fit(lesson)
    traced.shared.cache_clear()
    first, _ = fit(replace(lesson, seed=7))
    kept = weights(first)
    borrowing, heard_again = fit(lesson)
    assert traced.shared.cache_info().hits == 1
    assert weights(borrowing) == weights(alone)
    assert [values for _, values in heard_again.points if "loss" in values] == [values for _, values in heard.points if "loss" in values]
    assert weights(first) == kept and kept != weights(alone)


def test_a_rate_that_fell_is_what_it_was_for_the_next() -> None:
    lesson = lessons.lesson(lessons.small("mlp"))
    settings = {"schedule": "plateau", "patience": 6, "epochs": 30, "learning_rate": 0.3}
    alone, _ = fit(lesson, **settings)
    again, _ = fit(lesson, **settings)
    assert traced.shared.cache_info().hits == 1
    assert weights(again) == weights(alone)


def test_what_depends_on_the_steps_of_a_whole_training_is_not_shared() -> None:
    lesson = lessons.lesson(lessons.small("mlp"))
    for epochs in (2, 3):
        fit(lesson, epochs=epochs, schedule="cosine")
    assert traced.shared.cache_info().hits == 0
    for epochs in (2, 3):
        fit(lesson, epochs=epochs, schedule="constant")
    assert traced.shared.cache_info().hits == 1


def test_another_number_of_rows_is_no_other_network() -> None:
    lesson = lessons.lesson(lessons.small("mlp"))
    fewer = replace(lesson, train={name: x[:170] for name, x in lesson.train.items()}, train_y=lesson.train_y[:170])
    alone, _ = fit(fewer)
    traced.shared.cache_clear()
    fit(lesson)
    borrowing, _ = fit(fewer)
    assert traced.shared.cache_info().hits == 1
    assert weights(borrowing) == weights(alone)


def test_the_networks_of_a_team_and_the_second_learning_are_worked_out_once(tmp_path: Path) -> None:
    plan = lessons.plan(epochs=2)
    training.train(plan.model_copy(update={"team": Team(folds=3)}), lessons.table(), Heard(), tmp_path / "team")
    assert (traced.shared.cache_info().misses, traced.shared.cache_info().hits) == (1, 2)
    traced.shared.cache_clear()
    training.train(lessons.plan(refit=True, epochs=2, schedule="constant"), lessons.table(), Heard(), tmp_path / "twice")
    assert (traced.shared.cache_info().misses, traced.shared.cache_info().hits) == (1, 1)


def test_who_lent_it_on_is_told_so_when_it_goes_on() -> None:
    lesson = lessons.lesson(lessons.small("mlp"))
    learner = lessons.learner(lesson.architecture)
    first, second = learner.prepare(lesson), learner.prepare(lesson)
    second.judge()
    for use in (first.judge, first.hand_over, lambda: first.learn(0, lambda steps, loss: False)):
        with pytest.raises(RuntimeError, match="Another training has borrowed this model"):
            use()


def test_what_is_kept_holds_no_rows() -> None:
    lesson = lessons.lesson(lessons.small("tabm"))
    learner = lessons.learner(lesson.architecture)
    rows = learner.prepare(lesson)
    alike = learner._alike(lesson, rows.own, (lesson.train, lesson.train_y), (lesson.validation, lesson.validation_y))
    assert {field.name for field in fields(Alike)} == set(vars(alike))
    assert not any(isinstance(value, np.ndarray | dict | Lesson | Table) for name, value in vars(alike).items() if name != "state")
    assert Kinds.of((lesson.train, lesson.train_y)) == alike.train
    assert isinstance(rows.traced, Traced) and not any(isinstance(value, np.ndarray) for value in vars(rows.traced).values())
