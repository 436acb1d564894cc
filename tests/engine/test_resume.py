"""A training that is left and gone on with ends exactly as one that is not: bit by bit, whatever it is made of."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import checkpoints, training
from engine.checkpoints import Checkpoints
from engine.keep import Keep, Kept, Unfit
from engine.learners import Lesson
from engine.plan import Plan
from engine.tell import Paused
from tests import lessons
from tests.lessons import Heard

EPOCHS = 7
PLAIN: dict[str, Any] = {"epochs": EPOCHS, "batch_size": 8, "patience": 0, "schedule": "constant"}
DEEP = {"widths": (8, 8), "dropout": 0.3, "batch_norm": True, "bends": 0}
TURNED = {"widths": (8, 8), "dropout": 0.3, "flip": "both", "shift": 0.2}
BAD = {"learning_rate": 0.3, "epochs": 60}
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "gradient descent, plateau": ("mlp", DEEP, BAD | {"optimiser": "gd", "schedule": "plateau", "patience": 7}),
    "momentum, cosine": ("mlp", DEEP, {"optimiser": "momentum", "schedule": "cosine", "warmup": 0.3}),
    "adam, early stop": ("mlp", DEEP, BAD | {"optimiser": "adam", "patience": 3}),
    "pictures, adamw": ("cnn", TURNED, {"optimiser": "adamw", "schedule": "cosine"}),
    "weights averaged": ("mlp", DEEP, BAD | {"optimiser": "adamw", "averaging": 3, "patience": 5}),
    "linear": ("linear", {}, {"optimiser": "adamw"}),
}


class Killed(Exception):
    """Stands for kill -9."""


class Memory(Keep):
    """Takes every offer; being killed right after one is to go on from it, so all of them are remembered."""

    def __init__(self, before: Kept | None = None) -> None:
        self.before = before
        self.all: list[Kept] = []

    def found(self) -> Kept | None:
        return self.before

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        self.all.append(make())

    def within(self, chance: random.Random) -> Kept:
        """One taken in the middle of an epoch."""
        return chance.choice([kept for kept in self.all if kept.step % 1])


def taught(case: str) -> tuple[Lesson, Callable[[Heard, Keep], Any]]:
    kind, shape, settings = CASES[case]
    asked = lessons.lesson(lessons.small(kind).with_(**shape), "multiclass")
    learner = lessons.learner(asked.architecture, **PLAIN | settings)
    return asked, lambda heard, keep: learner.fit(asked, heard, keep)


def weights(model: Any) -> list[bytes]:
    return [np.asarray(x).tobytes() for x in model.keras_model.get_weights()]


@pytest.mark.parametrize("case", [case for case in CASES if case != "linear"])
def test_killed_twice_anywhere_it_ends_with_the_same_weights_and_measures(case: str) -> None:
    chance = random.Random(case)
    _, fit = taught(case)
    whole, undisturbed = Heard(), Memory()
    model = fit(whole, undisturbed)
    first = undisturbed.within(chance)
    going_on = Memory(before=first)
    once = Heard()
    assert weights(fit(once, going_on)) == weights(model)
    assert epochs(once) == [point for point in epochs(whole) if point[0] > first.step]
    assert {**once.known, **LATER} == {**whole.known, **LATER}
    second = chance.choice(going_on.all)
    twice = Heard()
    assert weights(fit(twice, Memory(before=second))) == weights(model)
    assert epochs(twice) == [point for point in epochs(whole) if point[0] > second.step]


LATER = {"rows_per_second": 0, "seconds_left": 0, "seconds_left_least": 0, "seconds_left_likely": 0}


def epochs(heard: Heard) -> list[tuple[float, dict[str, float]]]:
    return [point for point in heard.points if "val_loss" in point[1]]


@pytest.mark.parametrize("at", [1.0, 3.0])
def test_a_paused_training_keeps_where_it_is_and_ends_the_same(at: float) -> None:
    _, fit = taught("linear")
    model = fit(Heard(), Keep())
    paused = Memory()
    with pytest.raises(Paused):
        fit(Heard("pause", at=at), paused)
    assert paused.all[-1].step >= at
    assert weights(fit(Heard(), Memory(before=paused.all[-1]))) == weights(model)


def test_a_training_paused_after_its_last_epoch_learns_no_more() -> None:
    _, fit = taught("linear")
    paused = Memory()
    with pytest.raises(Paused):
        fit(Heard("pause", at=EPOCHS), paused)
    heard = Heard()
    assert weights(fit(heard, Memory(before=paused.all[-1]))) == weights(fit(Heard(), Keep()))
    assert heard.points == []


def test_what_was_kept_can_be_stopped_instead() -> None:
    _, fit = taught("linear")
    whole = Memory()
    fit(Heard(), whole)
    heard = Heard("stop", at=0.0)
    fit(heard, Memory(before=whole.all[4]))
    assert heard.known["epoch"] <= whole.all[4].step + 2
    assert heard.stages[-1].startswith("Stopped as you asked.")


def test_what_belongs_to_another_network_is_refused() -> None:
    kept = Memory()
    taught("linear")[1](Heard(), kept)
    with pytest.raises(Unfit):
        taught("pictures, adamw")[1](Heard(), Memory(before=kept.all[0]))
    with pytest.raises(Unfit):
        taught("linear")[1](Heard(), Memory(before=Kept(1.0, {"steps": 0, "made up": 1})))


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints at every offer."""
    monkeypatch.setattr(checkpoints, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", float("inf"))


class _Dies(Heard):
    """Is killed when it is told of that epoch."""

    def metrics(self, step: float, values: Any) -> Any:
        if step >= self.at:
            raise Killed
        return super().metrics(step, values)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("target", ["c0005", "c0001"])
def test_through_files_the_whole_bundle_is_the_same(target: str, tmp_path: Path) -> None:
    plan: Plan = lessons.plan(target=target, epochs=6, batch_size=16)
    whole = training.train(plan, lessons.table(), Heard(), tmp_path / "whole")
    for at in (2.0, 4.0):
        with pytest.raises(Killed):
            training.train(plan, lessons.table(), _Dies(at=at), tmp_path / "bundle", Checkpoints(tmp_path / "kept", "it"))
    keep = Checkpoints(tmp_path / "kept", "it")
    assert keep.newest is not None and 3.0 <= keep.newest.step < 4.0
    again = training.train(plan, lessons.table(), Heard(), tmp_path / "bundle", keep)
    assert again.report.model_dump_json() == whole.report.model_dump_json()
    assert weights(again.model) == weights(whole.model)
    for name in ("task.json", "recipe.json", "samples.json", "card.md", "report.json"):
        assert (again.folder / name).read_bytes() == (whole.folder / name).read_bytes()
