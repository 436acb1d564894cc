"""A training prepared beforehand ends exactly as one that is not, and preparing it changes nothing that learning changes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import training
from engine.learners import Cancelled, Lesson
from engine.learners.gradient import Gradient
from engine.network import Network
from engine.plan import Plan
from engine.tell import Tell
from tests import lessons
from tests.lessons import Heard

DROPPING = {"widths": (16, 8), "dropout": 0.4, "batch_norm": True}
TURNED = {"widths": (8, 8), "dropout": 0.3, "flip": "both", "shift": 0.2}
TIMED = {"seconds": 0, "seconds_left": 0, "seconds_left_least": 0, "seconds_left_likely": 0, "rows_per_second": 0, "answer_seconds": 0}


def plan(kind: str) -> Plan:
    made = lessons.plan(kind, epochs=4)
    return made if kind != "mlp" else made.model_copy(update={"architecture": made.architecture.with_(**DROPPING)})


def early(plan: Plan) -> training.Prepared:
    return training.get_ready(training.prepare(plan, lessons.table(), Tell()), Tell())


def pictures() -> tuple[Lesson, Gradient]:
    lesson = lessons.lesson(lessons.small("cnn").with_(**TURNED), "multiclass")
    learner = lessons.learner(lesson.architecture, epochs=4, batch_size=16)
    assert isinstance(learner, Gradient)
    return lesson, learner


def epochs(heard: Heard) -> list[tuple[float, dict[str, float]]]:
    return [point for point in heard.points if "val_loss" in point[1]]


def weights(model: Any) -> list[bytes]:
    return [np.asarray(x).tobytes() for x in model.get_weights()]


@pytest.mark.parametrize("kind", ["mlp", "boosted_trees"])
def test_a_prepared_training_gives_the_same_measures_answers_and_judgement(kind: str, tmp_path: Path) -> None:
    plain, prepared = Heard(), Heard()
    one = training.train(plan(kind), lessons.table(), plain, tmp_path / "plain")
    early(lessons.plan("linear"))
    ready = early(plan(kind))
    two = training.learn(ready, prepared, tmp_path / "prepared")
    assert epochs(prepared) == epochs(plain)
    assert two.report == one.report
    assert (two.outputs(lessons.table()) == one.outputs(lessons.table())).all()
    if isinstance(one.model, Network) and isinstance(two.model, Network):
        assert weights(two.model.keras_model) == weights(one.model.keras_model)
    assert {**prepared.known, **ready.facts, **TIMED} == {**plain.known, **TIMED}


def test_pictures_that_are_turned_at_random_are_learned_the_same() -> None:
    lesson, learner = pictures()
    plain, prepared = Heard(), Heard()
    one = learner.fit(lesson, plain)
    two = learner.fit(replace(lesson, ready=learner.ready(lesson)), prepared)
    assert epochs(prepared) == epochs(plain)
    assert weights(two.keras_model) == weights(one.keras_model)


def test_tracing_leaves_everything_that_learning_changes_as_it_was() -> None:
    lesson, learner = pictures()
    built = learner.prepare(lesson).own.get_weights()
    ready = learner.ready(lesson)
    assert [x.tobytes() for x in ready.model.get_weights()] == [x.tobytes() for x in built]
    later = {name: x for name, x in ready.state().items() if name.startswith(("optimiser", "measure"))}
    rate = [name for name, x in later.items() if x.any()]
    assert len(later) > 5 and [float(later[name]) for name in rate] in ([], [pytest.approx(learner.rate)])


def test_tracing_early_leaves_nothing_to_trace_later() -> None:
    lesson, learner = pictures()
    rows = learner.ready(lesson)
    calls = (rows.traced.learn, rows.traced.judge, rows.traced.results, rows.traced.take_results)
    before = [call.experimental_get_tracing_count() for call in calls]
    learner.fit(replace(lesson, ready=rows), Heard())
    assert [call.experimental_get_tracing_count() for call in calls] == before
    assert before[0] == 1


def test_a_network_prepared_after_others_has_the_names_of_a_first_one() -> None:
    lesson, learner = pictures()
    names = [[layer.name for layer in learner.ready(lesson).own.layers] for _ in range(2)]
    assert names[0] == names[1] and not any(name.endswith("_9") for name in names[1])


def test_preparing_is_given_up_when_it_is_told_so() -> None:
    class Other(Heard):
        def stage(self, text: str, done: float | None = None) -> Any:
            super().stage(text, done)
            return "cancel" if text == "Preparing the rows" else "go on"

    heard = Other()
    with pytest.raises(Cancelled):
        training.prepare(plan("linear"), lessons.table(), heard)
    assert heard.stages == ["Dividing the rows", "Preparing the rows"]
