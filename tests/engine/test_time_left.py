"""How long a training still takes: at least, if nothing gets better, and at most; learning once more counts."""

from typing import Any

import pytest

from engine.callbacks import Rules, Watch
from engine.tasks.base import Metric
from engine.tell import Tell

LOSS = Metric("loss", "Loss", "lower")


class Model:
    """Has weights and nothing else."""

    def get_weights(self) -> list[Any]:
        return []


class Heard(Tell):
    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def facts(self, values: Any) -> None:
        self.known |= values


def left(rules: Rules, losses: list[float], stop: bool = False) -> tuple[float, float]:
    """At least and at most, in epochs of one second each."""
    known = told(rules, losses, stop)
    return known["seconds_left_least"], known["seconds_left"]


def told(rules: Rules, losses: list[float], stop: bool = False) -> dict[str, Any]:
    told = Heard()
    watch = Watch(Model(), told, [LOSS], rules)
    for loss in losses:
        watch.judged({"loss": loss}, {"loss": loss}, 1.0)
    if stop:
        watch._obey("stop")
        watch._tell_facts(1.0)
    return told.known


def rules(epochs: int = 40, patience: int = 0, again: float = 0.0) -> Rules:
    return Rules(epochs, 1, 10, 0.1, patience, again=again)


def test_without_an_early_end_the_rest_of_the_epochs_is_left() -> None:
    assert left(rules(), [3.0, 2.0]) == (38.0, 38.0)


def test_it_ends_at_the_earliest_when_patience_is_over() -> None:
    assert left(rules(patience=10), [3.0, 2.0, 2.5, 2.5]) == (8.0, 36.0)
    assert left(rules(epochs=12, patience=10), [3.0, 2.0, 1.0]) == (9.0, 9.0)


def test_learning_once_more_takes_as_many_epochs_as_the_best_one_had() -> None:
    assert left(rules(patience=10, again=1.25), [3.0, 2.0, 2.5, 2.5]) == pytest.approx((8 + 2.5, 36 + 50))
    assert left(rules(epochs=4, patience=10, again=1.25), [3.0, 2.0, 2.5, 2.5]) == pytest.approx((2.5, 2.5))


def test_nothing_is_left_once_a_person_has_stopped_it() -> None:
    assert left(rules(patience=10, again=1.25), [3.0, 2.0], stop=True) == (0.0, 0.0)


def test_it_is_likely_to_end_as_such_trainings_usually_do_and_later_where_it_goes_on_to_learn() -> None:
    def likely(losses: list[float]) -> float:
        usual = Rules(100, 1, 10, 0.1, patience=10, again=1.5, usual=20)
        return float(told(usual, losses)["seconds_left_likely"])

    assert likely([3.0]) == pytest.approx(19 + 1.5 * 10)
    assert likely([3.0, 2.0, 2.5]) == pytest.approx(17 + 1.5 * 10)
    assert likely([30.0 - epoch for epoch in range(15)]) == pytest.approx(10 + 1.5 * 15)
