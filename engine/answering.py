"""What answers raw rows: a model with the recipe it learned with, or a team of such models.

Files: a single model has recipe.json and its own files; a team has team.json and a folder members/<number>/ for each, as of a single one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.columns import Table
from engine.learners import LEARNERS
from engine.learners.base import Array, Inputs, Model
from engine.recipe import Fitted
from engine.tasks.base import Task

RECIPE, TEAM, MEMBERS = "recipe.json", "team.json", "members"


class Answers(Protocol):
    """From raw rows to outputs (rows, 1) or (rows, classes)."""

    @property
    def first(self) -> "Single":
        """The only model, or the one of a team that counts most."""

    @property
    def singles(self) -> "tuple[Single, ...]":
        """Every model, the one that counts most first."""

    @property
    def models(self) -> int:
        """How many models answer together."""

    def outputs(self, table: Table, rows: Array | None = None) -> Array:
        """float32, of all rows or of those at the positions `rows`."""

    def save(self, folder: Path) -> None:
        """Writes its files, which `load` reads again."""


@dataclass(frozen=True)
class Single:
    """One model with its fitted recipe, and the kind of its learner, which can load it."""

    fitted: Fitted
    model: Model
    learner: str

    @property
    def first(self) -> "Single":
        return self

    @property
    def singles(self) -> "tuple[Single, ...]":
        return (self,)

    @property
    def models(self) -> int:
        return 1

    @cached_property
    def preparation(self) -> str:
        """The same text for those whose rows are prepared in the very same way."""
        return json.dumps(self.fitted.to_json(), sort_keys=True)

    def outputs(self, table: Table, rows: Array | None = None) -> Array:
        return self.model.predict(self.fitted.apply(table, rows))

    def prepared(self, inputs: Inputs) -> Array:
        """The outputs for rows that its recipe has prepared already."""
        return self.model.predict(inputs)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / RECIPE, self.fitted.to_json())
        self.model.save(folder)


@dataclass(frozen=True)
class Team:
    """Models that answer together: the weighted mean of their outputs, made surer or less sure by `power` (1 changes nothing)."""

    members: tuple[Single, ...]
    weights: tuple[float, ...]
    task: Task
    power: float = 1.0

    @property
    def first(self) -> Single:
        return self.members[int(np.argmax(self.weights))]

    @property
    def singles(self) -> tuple[Single, ...]:
        return tuple(self.members[place] for place in np.argsort(-np.asarray(self.weights), kind="stable"))

    @property
    def models(self) -> int:
        return len(self.members)

    def outputs(self, table: Table, rows: Array | None = None) -> Array:
        """Members that learned with equal recipes share one preparation of the rows."""
        prepared: dict[str, Inputs] = {}
        total: Array = np.zeros(())
        for member, weight in zip(self.members, self.weights, strict=True):
            if member.preparation not in prepared:
                prepared = {member.preparation: member.fitted.apply(table, rows)}
            total = total + weight * member.prepared(prepared[member.preparation]).astype(np.float64)
        return self.task.tempered(total, self.power).astype(np.float32)

    def save(self, folder: Path) -> None:
        learners = [member.learner for member in self.members]
        _put(folder / TEAM, {"version": 1, "weights": [*self.weights], "power": self.power, "learners": learners})
        for number, member in enumerate(self.members):
            member.save(folder / MEMBERS / str(number))


def load(folder: Path, task: Task, learner: str) -> Answers:
    """What was saved in that folder. `learner` is the kind that trained a single model."""
    if not (folder / TEAM).is_file():
        return single(folder, learner)
    told = json.loads((folder / TEAM).read_text("utf-8"))
    members = tuple(single(folder / MEMBERS / str(number), str(kind)) for number, kind in enumerate(told["learners"]))
    return Team(members, tuple(map(float, told["weights"])), task, float(told["power"]))


def single(folder: Path, learner: str) -> Single:
    """The one model in that folder."""
    recipe: Mapping[str, Any] = json.loads((folder / RECIPE).read_text("utf-8"))
    return Single(Fitted.from_json(recipe), LEARNERS.get(learner).load(folder), learner)


def blended(outputs: Sequence[Array], weights: Sequence[float]) -> Array:
    """The weighted mean of outputs of the same rows, float64."""
    total: Array = sum((w * o.astype(np.float64) for w, o in zip(weights, outputs, strict=True) if w), np.zeros(outputs[0].shape))
    return total


def _put(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
