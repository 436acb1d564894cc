"""How models answer together, on generated answers."""

import numpy as np
import pytest

from engine import blending
from engine.tasks import TASKS

RNG = np.random.default_rng


def binary(rows: int, seed: int) -> tuple[object, dict[str, object], np.ndarray]:
    y = (RNG(seed).random(rows) < 0.4).astype(np.float32)
    task = TASKS.get("binary")(positive="1")
    return task, task.fit(np.where(y > 0, "1", "0").astype(object)), y


def noisy(y: np.ndarray, noise: float, seed: int, sure: float = 1.0) -> np.ndarray:
    """(rows, 1) chances that follow the truth through noise; honest with sure = 1."""
    signal = (2 * y - 1) / noise**2 + RNG(seed).normal(0, 1, len(y)) * 1 / noise
    return (1 / (1 + np.exp(-sure * 2 * signal)))[:, None].astype(np.float32)


@pytest.mark.parametrize("seed", range(8))
def test_a_blend_is_never_worse_than_the_best_alone_where_it_was_chosen(seed: int) -> None:
    task, state, y = binary(600, seed)
    outputs = [noisy(y, noise, 10 * seed + i) for i, noise in enumerate((1.2, 1.4, 1.3, 2.5))]
    shares = blending.weights(task, outputs, y, state)
    together = sum(share * one for share, one in zip(shares, outputs, strict=True))
    alone = min(task.evaluate(one, y, state)["loss"] for one in outputs)
    assert sum(shares) == pytest.approx(1) and task.evaluate(together, y, state)["loss"] <= alone


def test_over_many_draws_blending_helps_on_rows_it_was_not_chosen_on() -> None:
    gains = []
    for seed in range(30):
        task, state, y = binary(800, seed)
        outputs = [noisy(y, 1.3, 100 * seed + i) for i in range(4)]
        seen, unseen = slice(0, 400), slice(400, 800)
        shares = blending.weights(task, [one[seen] for one in outputs], y[seen], state)
        together = sum(share * one[unseen] for share, one in zip(shares, outputs, strict=True))
        best = min(range(4), key=lambda i: task.evaluate(outputs[i][seen], y[seen], state)["loss"])
        losses = [task.evaluate(x, y[unseen], state)["loss"] for x in (outputs[best][unseen], together)]
        gains.append(losses[0] - losses[1])
    assert np.mean(gains) > 2 * np.std(gains) / np.sqrt(len(gains))


def test_a_model_that_only_guesses_gets_no_weight() -> None:
    task, state, y = binary(600, 1)
    shares = blending.weights(task, [noisy(y, 1.0, 2), np.full((600, 1), 0.4, np.float32)], y, state)
    assert shares == [1.0, 0.0]


def test_one_model_alone_counts_fully() -> None:
    task, state, y = binary(50, 1)
    assert blending.weights(task, [noisy(y, 1.0, 2)], y, state) == [1.0]


@pytest.mark.parametrize(("sure", "expected"), [(4.0, 0.25), (0.25, 4.0)])
def test_answers_that_are_too_sure_or_not_sure_enough_are_mended(sure: float, expected: float) -> None:
    task, state, y = binary(20_000, 3)
    outputs = noisy(y, 1.5, 4, sure)
    power = blending.power(task, outputs, y, state)
    assert power == pytest.approx(expected, rel=0.15)
    mended = task.tempered(outputs, power)
    assert task.evaluate(mended, y, state)["loss"] < task.evaluate(outputs, y, state)["loss"]
    assert ((mended > 0.5) == (outputs > 0.5)).all()


def test_with_few_rows_or_a_number_nothing_is_mended() -> None:
    task, state, y = binary(60, 3)
    assert blending.power(task, noisy(y, 1.5, 4, 9.0), y, state) == 1.0
    number = TASKS.get("regression")()
    values = RNG(0).normal(size=500)
    assert blending.power(number, values[:, None], values, number.fit(values)) == 1.0


def test_tempered_chances_of_several_answers_sum_to_one() -> None:
    task = TASKS.get("multiclass")()
    chances = RNG(0).dirichlet(np.ones(4), 30)
    assert np.allclose(task.tempered(chances, 2.3).sum(axis=1), 1)
    assert np.allclose(task.tempered(chances, 1.0), chances)
