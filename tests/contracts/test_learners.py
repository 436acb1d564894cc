"""What every learner promises, tested with each architecture it trains."""

from pathlib import Path

import numpy as np
import pytest

from engine.architectures import ARCHITECTURES
from engine.learners import LEARNERS, Cancelled, Learner, Lesson, Model
from tests import lessons
from tests.lessons import Heard

KINDS = list(ARCHITECTURES.members)


def _learner(kind: str) -> type[Learner]:
    return LEARNERS.get(ARCHITECTURES.get(kind).learner)


@pytest.mark.parametrize("kind", KINDS)
def test_every_epoch_is_told_with_loss_and_metrics_of_both_parts(kind: str) -> None:
    taught = lessons.taught(kind)
    whole = [(step, values) for step, values in taught.heard.points if "loss" in values]
    assert [step for step, _ in whole] == [float(n + 1) for n in range(len(whole))]
    names = {"loss", *(m.name for m in taught.lesson.task.metrics(taught.lesson.state))}
    assert all(set(values) == names | {f"val_{name}" for name in names} for _, values in whole)
    known = taught.heard.known
    assert known["epoch"] == len(whole) and known["epochs"] == 60
    assert known["seconds_left"] == 0 and known["rows_per_second"] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_told_metrics_are_in_the_users_units(kind: str) -> None:
    taught = lessons.taught(kind, "regression")
    lesson, best = taught.lesson, taught.heard.known["best"]
    off = np.abs(taught.model.predict(lesson.validation)[:, 0] - lesson.validation_y).mean() * lesson.state["spread"]
    assert taught.heard.series("val_mean_absolute_error")[best["epoch"] - 1] == pytest.approx(off, rel=1e-3)
    assert best["value"] == pytest.approx(off, rel=1e-3)


@pytest.mark.parametrize("task", ["binary", "multiclass", "ordinal", "regression"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_model_that_comes_back_is_the_best_one_seen(kind: str, task: str) -> None:
    taught = lessons.taught(kind, task)
    losses = taught.heard.series("val_loss")
    best = len(losses) - 1 if _learner(kind).steadies else int(np.argmin(losses))
    assert _loss(taught.lesson, taught.model) == pytest.approx(losses[best], rel=1e-3, abs=1e-4)
    assert taught.heard.known["best"]["epoch"] == best + 1
    assert taught.heard.known["best"]["loss"] == pytest.approx(losses[best])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not _learner(kind).steadies])
def test_no_improvement_ends_the_training_early(kind: str) -> None:
    heard = lessons.taught(kind).heard
    assert heard.known["epoch"] == heard.known["best"]["epoch"] + lessons.PATIENCE < 60
    step = _learner(kind).step
    assert heard.stages[-1] == f"No better for 4 {step}s. Keeping the model of {step} {heard.known['best']['epoch']}."


@pytest.mark.parametrize("kind", KINDS)
def test_stop_keeps_the_best_model(kind: str) -> None:
    heard, lesson = Heard("stop", at=2.0), lessons.lesson(lessons.small(kind))
    model = lessons.learner(lesson.architecture, epochs=500, patience=0).fit(lesson, heard)
    losses = heard.series("val_loss")
    assert heard.known["epoch"] <= 4
    assert _loss(lesson, model) == pytest.approx(losses[-1] if _learner(kind).steadies else min(losses), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_cancel_ends_the_training_at_once(kind: str) -> None:
    lesson = lessons.lesson(lessons.small(kind))
    with pytest.raises(Cancelled):
        lessons.learner(lesson.architecture, epochs=500).fit(lesson, Heard("cancel"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_model(kind: str) -> None:
    taught, heard = lessons.taught(kind), Heard("stop", at=3.0)
    lessons.learner(taught.lesson.architecture, epochs=60, learning_rate=0.3, patience=4).fit(taught.lesson, heard)
    both = heard.series("val_loss"), taught.heard.series("val_loss")
    assert both[0][:3] == both[1][:3]


@pytest.mark.parametrize("task", ["binary", "multiclass", "ordinal", "regression"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_model_answers_as_before_and_nothing_is_pickled(kind: str, task: str, tmp_path: Path) -> None:
    taught = lessons.taught(kind, task)
    taught.model.save(tmp_path)
    again = LEARNERS.get(taught.lesson.architecture.learner).load(tmp_path)
    rows = taught.lesson.validation
    assert np.allclose(again.predict(rows), taught.model.predict(rows), atol=1e-6)
    assert {path.suffix for path in tmp_path.iterdir()} <= {".json", ".npz", ".keras"}


@pytest.mark.parametrize("kind", KINDS)
def test_one_row_gets_the_answer_it_gets_among_others(kind: str) -> None:
    taught = lessons.taught(kind)
    together = taught.model.predict(taught.lesson.train)
    alone = taught.model.predict({name: x[5:6] for name, x in taught.lesson.train.items()})
    assert np.allclose(alone, together[5:6], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_forecast_of_the_cost_has_sensible_parts(kind: str) -> None:
    lesson = lessons.lesson(lessons.small(kind))
    cost = lessons.learner(lesson.architecture, epochs=50, patience=10).cost(lesson, 10_000, 2_000)
    assert cost.start > 0 and cost.epoch > 0 and cost.megabytes > 100
    assert cost.fewest == (50 if _learner(kind).steadies else 11) <= cost.epochs <= 50


@pytest.mark.parametrize("kind", KINDS)
def test_the_boxes_of_a_model_have_words(kind: str) -> None:
    lesson = lessons.lesson(lessons.small(kind))
    boxes = lessons.learner(lesson.architecture).layers(lesson)
    assert boxes[0].inputs == () and all(box.name and box.kind and box.shape for box in boxes)


def _loss(lesson: Lesson, model: Model) -> float:
    outputs = model.predict(lesson.validation)
    return lesson.task.evaluate(outputs, lesson.validation_y, lesson.state)["loss"]
