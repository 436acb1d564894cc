"""What is tried comes from the specs alone; what falls behind is given up; nothing is chosen by the unseen rows."""

from dataclasses import replace
from typing import Any, ClassVar, Literal

import pytest

from engine.architectures.base import Architecture
from engine.learners.scikit import Scikit
from engine.plan import Plan
from engine.spec import param
from engine.studies import _halving, _sampler, _space
from engine.studies._sampler import Tried


class Shape(Architecture):
    """Stands for an architecture that somebody adds tomorrow."""

    kind: Literal["shape"] = "shape"
    learner: ClassVar[str] = "scikit"
    size: int = param(16, "Size", ge=1, le=4096, search=(8, 1024), log=True)
    widths: tuple[int, ...] = param((32, 16), "Widths", search=((8,), (32, 16), (128, 64)))
    flavour: Literal["plain", "nutty"] = param("plain", "Flavour", search=("plain", "nutty"))
    grain: float = param(0.5, "Grain", ge=0, le=1, search=(0.0, 1.0), when={"flavour": "nutty"})
    fixed: float = param(0.3, "Fixed", ge=0, le=1)


def plan(**shape: Any) -> Plan:
    kept = {"dataset": "d", "target": "y", "inputs": ("x",), "task": {"kind": "binary"}, "training": Scikit()}
    return Plan.model_construct(architecture=Shape(**shape), **kept)


def test_the_space_is_what_the_fields_declare_and_nothing_else() -> None:
    found = {d.path: (d.low, d.high, d.is_log, d.is_whole) if not d.values else d.values for d in _space.space(plan())}
    assert found == {
        "architecture.size": (8.0, 1024.0, True, True),
        "architecture.widths": ([8], [32, 16], [128, 64]),
        "architecture.flavour": ("plain", "nutty"),
        "training.learning_rate": (0.01, 0.3, True, False),
    }


def test_a_field_that_depends_on_another_is_tried_where_it_matters() -> None:
    assert "architecture.grain" in [d.path for d in _space.space(plan(flavour="nutty"))]


def test_where_a_plan_stands_is_the_nearest_that_can_be_tried() -> None:
    found = _space.values(plan(size=4000, widths=(40, 20)), rows=100)
    assert (found["architecture.size"], found["architecture.widths"]) == (1024, [32, 16])


def test_suggestions_are_values_of_the_space_and_repeat_themselves() -> None:
    dimensions = _space.space(plan())
    first = [_sampler.suggest(dimensions, [], seed=1, number=number) for number in range(8)]
    assert first == [_sampler.suggest(dimensions, [], seed=1, number=number) for number in range(8)]
    for chosen in first:
        assert 8 <= chosen["architecture.size"] <= 1024 and isinstance(chosen["architecture.size"], int)
        assert chosen["architecture.widths"] in ([8], [32, 16], [128, 64]) and 0.01 <= chosen["training.learning_rate"] <= 0.3
    assert len({str(chosen) for chosen in first}) == 8


def test_what_worked_is_followed() -> None:
    dimensions = [d for d in _space.space(plan()) if d.path == "training.learning_rate"]
    tried = [Tried({"training.learning_rate": 0.01 * 1.18**i}, abs(i - 18), True) for i in range(20)]
    later = [_sampler.suggest(dimensions, tried, seed=0, number=20 + i)["training.learning_rate"] for i in range(12)]
    assert sum(rate > 0.1 for rate in later) >= 9


def test_trainings_at_work_failed_and_given_up_are_understood() -> None:
    dimensions = [d for d in _space.space(plan()) if d.path == "training.learning_rate"]
    done = Tried({"training.learning_rate": 0.1}, 0.5, True)
    others = [replace(done, loss=None, is_over=False), replace(done, loss=None), replace(done, dropped=True, epochs=3)]
    assert 0.01 <= _sampler.suggest(dimensions, [done, *others] * 6, 0, 24)["training.learning_rate"] <= 0.3


def test_the_field_that_matters_has_the_most_importance() -> None:
    dimensions = [d for d in _space.space(plan()) if d.path in ("training.learning_rate", "architecture.flavour")]
    tried = [
        Tried({"training.learning_rate": 0.01 + 0.01 * i, "architecture.flavour": ("plain", "nutty")[i % 2]}, float(i), True)
        for i in range(24)
    ]
    found = _sampler.importance(dimensions, tried, 0)
    assert found["training.learning_rate"] > 0.8 and sum(found.values()) == pytest.approx(1)
    assert _sampler.importance(dimensions, tried[:3], 0) == {}


def test_the_last_third_at_a_place_is_given_up_and_the_best_goes_on() -> None:
    others = [[5.0] * 3, [4.0] * 3, [3.0] * 3, [2.0] * 3, [1.0] * 3, [0.5] * 3]
    assert _halving.places(27) == (3, 9)
    assert _halving.falls_behind([6.0, 4.5, 4.4], others, 27)
    assert not _halving.falls_behind([6.0, 0.8, 9.0], others, 27)
    assert not _halving.falls_behind([9.0, 9.0], others, 27)
    assert not _halving.falls_behind([9.0, 9.0, 9.0], others[:3], 27)
