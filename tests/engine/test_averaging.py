"""A network can answer by the moving mean of its weights; what learns is still the weights themselves."""

from typing import Any

import numpy as np

from engine.epochs import GROWING, Epochs
from tests import lessons
from tests.lessons import Heard

WITHOUT_END: dict[str, Any] = {"patience": 0, "schedule": "constant", "batch_size": 8}


def rows(averaging: int) -> Epochs:
    lesson = lessons.lesson(lessons.small("mlp"))
    learner: Any = lessons.learner(lesson.architecture, averaging=averaging, **WITHOUT_END)
    made: Epochs = learner.ready(lesson)
    return made


def learned(made: Epochs, group: str) -> list[Any]:
    return [x for name, x in made.state().items() if name.startswith(f"{group}_")]


def answering(made: Epochs) -> list[Any]:
    return [np.array(weight.numpy()) for weight in made.model.trainable_variables]


def test_after_each_epoch_the_mean_answers_and_the_weights_learn_on() -> None:
    alone, averaged = rows(0), None
    expected: list[Any] = []
    raw = []
    for epoch in range(8):
        alone.learn(epoch, lambda steps, loss: False)
        raw.append(answering(alone))
    averaged = rows(3)
    for epoch in range(8):
        averaged.learn(epoch, lambda steps, loss: False)
        share = 1 / min(3, max(1, (epoch + 1) // GROWING))
        expected = raw[0] if epoch == 0 else [mean + (now - mean) * share for mean, now in zip(expected, raw[epoch], strict=True)]
        assert all(np.array_equal(a, b) for a, b in zip(learned(averaged, "learned"), raw[epoch], strict=True))
        assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(answering(averaged), expected, strict=True))
    assert any(not np.allclose(a, b, atol=1e-4) for a, b in zip(answering(averaged), raw[-1], strict=True))


def test_the_model_that_is_kept_is_the_mean_of_its_best_epoch() -> None:
    lesson = lessons.lesson(lessons.small("mlp"))
    settings = WITHOUT_END | {"epochs": 6, "averaging": 4}
    heard = Heard()
    kept = lessons.learner(lesson.architecture, **settings).fit(lesson, heard)
    losses = heard.series("val_loss")
    best = int(np.argmin(losses)) + 1
    made: Any = rows(4)
    for epoch in range(best):
        made.learn(epoch, lambda steps, loss: False)
    assert all(np.array_equal(a, b) for a, b in zip([w.numpy() for w in kept.keras_model.trainable_weights], answering(made), strict=True))


def test_one_epoch_or_none_is_no_mean_and_costs_nothing() -> None:
    for averaging in (0, 1):
        assert not learned(rows(averaging), "mean")
    assert learned(rows(2), "mean")
