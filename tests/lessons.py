"""Small prepared rows, tables and listeners for tests of everything that learns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from engine.architectures import ARCHITECTURES, Architecture
from engine.architectures.base import Shapes
from engine.columns import Column, Table
from engine.learners import LEARNERS, Learner, Lesson, Model
from engine.plan import Plan
from engine.steps import STEPS
from engine.tasks import TASKS, Task
from engine.tell import Tell, Wish

Array = np.ndarray[Any, Any]
SIDE = 12
HASTY: dict[str, dict[str, Any]] = {"catboost_trees": {"columns": 0.2, "refined": 10}, "transformer": {"blocks": 2}}


class Heard(Tell):
    """Writes down all it is told. From whole epoch `at` on it answers with `wish`."""

    def __init__(self, wish: Wish = "go on", at: float = 1.0) -> None:
        self.wish: Wish = wish
        self.at = at
        self.points: list[tuple[float, dict[str, float]]] = []
        self.stages: list[str] = []
        self.known: dict[str, Any] = {}

    def metrics(self, step: float, values: Mapping[str, float]) -> Wish:
        self.points.append((step, dict(values)))
        return self.wish if step >= self.at else "go on"

    def stage(self, text: str, done: float | None = None) -> Wish:
        self.stages.append(text)
        return "go on"

    def facts(self, values: Mapping[str, Any]) -> None:
        self.known.update(values)

    def series(self, name: str) -> list[float]:
        """All values of one measure, in order."""
        return [values[name] for _, values in self.points if name in values]


def tasks() -> dict[str, tuple[Task, Array]]:
    """A task of each kind with 240 raw targets that follow from the signal below."""
    signal = _signal()
    words = np.array(["low", "middle", "high"], object)[np.digitize(signal, [-0.6, 0.6])]
    return {
        "binary": (TASKS.get("binary")(positive="yes"), np.where(signal > 0, "yes", "no").astype(object)),
        "multiclass": (TASKS.get("multiclass")(), words),
        "ordinal": (TASKS.get("ordinal")(), words),
        "regression": (TASKS.get("regression")(), 30 + 8 * signal),
    }


def lesson(architecture: Architecture, kind: str = "binary", seed: int = 0) -> Lesson:
    """180 rows to learn from and 60 to steer by, of all the tensors that the architecture takes."""
    task, y = tasks()[kind]
    inputs, shapes = _inputs(architecture)
    state = task.fit(y)
    encoded = task.encode(y, state)
    first, last = slice(0, 180), slice(180, 240)
    parts = ({name: x[first] for name, x in inputs.items()}, encoded[first], {name: x[last] for name, x in inputs.items()}, encoded[last])
    return Lesson(architecture, task, state, shapes, *parts, seed)


@dataclass(frozen=True)
class Taught:
    """A finished training, with a learning rate so high that it got worse and stopped early."""

    lesson: Lesson
    heard: Heard
    model: Model


PATIENCE = 4


@cache
def taught(kind: str, task: str = "binary") -> Taught:
    """One training of each sort for all tests that only look at it."""
    heard, asked = Heard(), lesson(small(kind), task)
    return Taught(asked, heard, learner(asked.architecture, epochs=60, learning_rate=0.3, patience=PATIENCE).fit(asked, heard))


def learner(architecture: Architecture, **settings: Any) -> Learner:
    """The learner of that architecture, with few epochs. One that knows no learning rate or patience is asked for none."""
    known = LEARNERS.get(architecture.learner).model_fields
    asked = {name: value for name, value in settings.items() if name not in ("learning_rate", "patience") or name in known}
    return LEARNERS.parse({"kind": architecture.learner, "epochs": 3, **asked})


def small(kind: str) -> Architecture:
    """That architecture, made small where it has widths, and set so that it soon gets worse."""
    member = ARCHITECTURES.get(kind)
    return member(widths=(8, 8)) if "widths" in member.model_fields else member(**HASTY.get(kind, {}))


def table(rows: int = 240) -> Table:
    """Patients with gaps: a number, a number with missing values, a category, a date, and whether they fell ill."""
    rng = np.random.default_rng(3)
    age = rng.integers(20, 80, rows).astype(float)
    sugar = rng.normal(100, 20, rows)
    ward = np.array(["north", "south", "east"], object)[rng.integers(0, 3, rows)]
    ill = (0.05 * (age - 50) + 0.05 * (sugar - 100) + (ward == "east") + rng.normal(0, 0.5, rows)) > 0
    sugar[rng.random(rows) < 0.1] = np.nan
    columns = (
        Column(id="c0001", name="age", type="number"),
        Column(id="c0002", name="sugar [mg/dl]", type="number"),
        Column(id="c0003", name="ward", type="category"),
        Column(id="c0004", name="admitted", type="date"),
        Column(id="c0005", name="ill", type="category"),
    )
    frame = pd.DataFrame(
        {
            "c0001": age,
            "c0002": sugar,
            "c0003": pd.Series(ward).astype("str"),
            "c0004": pd.date_range("2020-01-01", periods=rows, freq="D").astype("datetime64[ns]"),
            "c0005": pd.Series(np.where(ill, "yes", "no")).astype("str"),
        }
    )
    return Table(columns, frame)


def plan(kind: str = "mlp", target: str = "c0005", **settings: Any) -> Plan:
    """A plan for that table with few epochs."""
    architecture = small(kind)
    steps = ["fill_numbers", "fill_categories", "date_parts", "one_hot", "scale"]
    task = "binary" if target == "c0005" else "regression"
    inputs = tuple(id for id in ("c0001", "c0002", "c0003", "c0004") if id != target)
    return Plan(
        name="Illness",
        dataset="d0000000000",
        target=target,
        inputs=inputs,
        task=TASKS.get(task)(),
        recipe=tuple(STEPS.get(step)() for step in steps),
        architecture=architecture,
        training=learner(architecture, **settings),
        seed=1,
    )


def _signal() -> Array:
    return np.random.default_rng(0).normal(size=240)


def _inputs(architecture: Architecture) -> tuple[dict[str, Array], Shapes]:
    rng, signal = np.random.default_rng(1), _signal()
    number = rng.normal(size=(240, 4)).astype(np.float32)
    number[:, 0] = signal + rng.normal(0, 0.2, 240)
    if "complete" not in architecture.needs:
        number[rng.random((240, 4)) < 0.1] = np.nan
    code = np.stack([np.digitize(signal, [-1, 0, 1]) + 1, rng.integers(0, 12, 240)], axis=1).astype(np.int32)
    pixels = rng.random((240, SIDE, SIDE, 1)).astype(np.float32)
    pixels[signal > 0, 3:6, 3:6] += 1.0
    every = {"number": number, "code": code, "pixels": pixels}
    kinds = ["pixels"] if "number" not in architecture.takes else [k for k in ("number", "code") if k in architecture.takes]
    shapes = Shapes(
        ("a", "b", "c", "d") if "number" in kinds else (),
        (("grade", 5), ("ward", 12)) if "code" in kinds else (),
        (SIDE, SIDE, 1) if "pixels" in kinds else None,
    )
    return {kind: every[kind] for kind in kinds}, shapes
