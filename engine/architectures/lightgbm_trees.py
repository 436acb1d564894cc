"""Gradient-boosted trees of the library LightGBM (Ke et al. 2017), an optional extra."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.architectures import _trees
from engine.architectures.base import Architecture, Layer, Shapes
from engine.boosting import Answer, Array, Grown, Growth, Judged, Rows, shaped
from engine.spec import param

if TYPE_CHECKING:
    from engine.problems import Problem
    from engine.profile import ColumnProfile, Profile
    from engine.tasks.base import Task

GOALS = {"value": "regression", "chance": "binary", "chances": "multiclass"}
WRITTEN = "lightgbm"


class LightgbmTrees(Architecture):
    """Boosted trees that grow where the error is largest, by the library LightGBM: fast on many rows, with missing values as they are."""

    kind: Literal["lightgbm_trees"] = "lightgbm_trees"
    title = "LightGBM trees"
    order = 32
    library: ClassVar[str] = "lightgbm"
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})
    needs: ClassVar[frozenset[str]] = frozenset()
    learner: ClassVar[str] = "boosters"
    is_trees: ClassVar[bool] = True
    nature: ClassVar[str] = "boosted trees"
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {6: {}}

    leaves: int = param(31, "Leaves of a tree", help="More leaves find finer rules, and memorise sooner.", ge=2, le=512, search=(7, 63))
    depth: int = param(
        0, "Questions in a row", help="The most questions a tree asks before it answers. 0 means no limit.", ge=0, le=32, advanced=True
    )
    smallest: int = param(
        20, "Rows in a leaf", help="A rule must hold for at least so many training rows.", ge=1, le=10_000, search=(5, 100)
    )
    l2: float = param(0.0, "Caution (L2)", help="Pulls every answer of a tree towards zero.", ge=0, le=1000, advanced=True)
    columns: float = param(1.0, "Columns for each tree", help="The share of columns, drawn at random.", gt=0, le=1, advanced=True)
    rising: tuple[str, ...] = _trees.rising()
    falling: tuple[str, ...] = _trees.falling()

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        if not _trees.takes(profile, inputs):
            return None
        why = "The right one for very many rows: the quickest of the boosting libraries, and as exact as the boosted trees built in."
        return cls(leaves=31 if profile.rows >= 2000 else 15), 0.6, why

    def problems(self, columns: "Sequence[ColumnProfile]", task: "Task") -> "list[Problem]":
        return _trees.problems(columns, task, self.rising, self.falling)

    def grow(self, shapes: Shapes, rows: Rows, unseen: Rows, growth: Growth, judged: Judged) -> Grown:
        import lightgbm

        settings = self._settings(shapes, growth)
        data = partial(lightgbm.Dataset, categorical_feature=rows.codes, params=settings, free_raw_data=False)
        learned = data(rows.matrix(), rows.y, weight=rows.weights)
        booster = lightgbm.Booster(settings, learned)
        booster.add_valid(data(unseen.matrix(), unseen.y, reference=learned), "unseen")
        said: list[Array] = []

        def hear(outputs: Array, _: Any) -> tuple[str, float, bool]:
            said.append(shaped(outputs))
            return "heard", 0.0, False

        is_over = False
        while not is_over:
            booster.update()
            said.clear()
            booster.eval_train(hear)
            booster.eval_valid(hear)
            is_over = judged(said[0], said[1])
        return _Trees(booster)

    @classmethod
    def read(cls, text: str, answer: Answer) -> Grown:
        import lightgbm

        return _Trees(lightgbm.Booster(model_str=str(json.loads(text)[WRITTEN])))

    def sketch(self, shapes: Shapes, outputs: int) -> list[Layer]:
        return _trees.sketch(shapes, outputs, f"up to {self.leaves} leaves each")

    def _settings(self, shapes: Shapes, growth: Growth) -> dict[str, Any]:
        signs = _trees.directions(shapes, self.rising, self.falling)
        return {
            "objective": GOALS[growth.answer],
            **({"num_class": growth.outputs} if growth.answer == "chances" else {}),
            **({"monotone_constraints": signs, "monotone_constraints_method": "intermediate"} if any(signs) else {}),
            "metric": "None",
            "learning_rate": growth.rate,
            "num_leaves": self.leaves,
            "max_depth": self.depth or -1,
            "min_data_in_leaf": self.smallest,
            "lambda_l2": self.l2,
            "feature_fraction": self.columns,
            "seed": growth.seed,
            "num_threads": growth.threads,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }


@dataclass(frozen=True)
class _Trees:
    """What LightGBM has grown."""

    booster: Any

    def outputs(self, rows: Rows) -> Array:
        return shaped(self.booster.predict(rows.matrix()))

    def cut(self, rounds: int) -> Grown:
        import lightgbm

        return _Trees(lightgbm.Booster(model_str=self.booster.model_to_string(num_iteration=rounds)))

    def written(self) -> str:
        return json.dumps({WRITTEN: self.booster.model_to_string()})
