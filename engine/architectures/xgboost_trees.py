"""Gradient-boosted trees of the library XGBoost (Chen and Guestrin 2016), an optional extra."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.architectures import _trees
from engine.architectures.base import Architecture, Layer, Shapes
from engine.boosting import Answer, Array, Grown, Growth, Judged, Rows, shaped
from engine.spec import param

if TYPE_CHECKING:
    from engine.problems import Problem
    from engine.profile import ColumnProfile, Profile
    from engine.tasks.base import Task

GOALS = {"value": "reg:squarederror", "chance": "binary:logistic", "chances": "multi:softprob"}


class XgboostTrees(Architecture):
    """Boosted trees grown level by level with built-in caution, by the library XGBoost: well known, and trusted in many companies."""

    kind: Literal["xgboost_trees"] = "xgboost_trees"
    title = "XGBoost trees"
    order = 34
    library: ClassVar[str] = "xgboost"
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})
    needs: ClassVar[frozenset[str]] = frozenset()
    learner: ClassVar[str] = "boosters"
    is_trees: ClassVar[bool] = True
    nature: ClassVar[str] = "boosted trees"

    depth: int = param(6, "Questions in a row", help="The most questions a tree asks before it answers.", ge=1, le=16, search=(3, 10))
    smallest: float = param(
        1.0, "Weight in a leaf", help="A rule must hold for rows that weigh so much together.", ge=0, le=10_000, advanced=True
    )
    l2: float = param(1.0, "Caution (L2)", help="Pulls every answer of a tree towards zero.", ge=0, le=1000, advanced=True)
    rows: float = param(1.0, "Rows for each tree", help="The share of rows, drawn at random.", gt=0, le=1, search=(0.5, 1.0))
    columns: float = param(1.0, "Columns for each tree", help="The share of columns, drawn at random.", gt=0, le=1, search=(0.5, 1.0))
    rising: tuple[str, ...] = _trees.rising()
    falling: tuple[str, ...] = _trees.falling()

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        if not _trees.takes(profile, inputs):
            return None
        why = "The right one to compare with models that were made with XGBoost elsewhere; much like the boosted trees built in."
        return cls(depth=6 if profile.rows >= 1000 else 4), 0.6, why

    def problems(self, columns: "Sequence[ColumnProfile]", task: "Task") -> "list[Problem]":
        return _trees.problems(columns, task, self.rising, self.falling)

    def grow(self, shapes: Shapes, rows: Rows, unseen: Rows, growth: Growth, judged: Judged) -> Grown:
        """Both parts are known to the booster, so it goes on from its last answers to them."""
        import xgboost

        learned, judging = _data(rows), _data(unseen)
        booster = xgboost.Booster(self._settings(shapes, growth), [learned, judging])
        for round in range(growth.rounds):
            booster.update(learned, round)
            if judged(shaped(booster.predict(learned)), shaped(booster.predict(judging))):
                break
        return _Trees(booster)

    @classmethod
    def read(cls, text: str, answer: Answer) -> Grown:
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(bytearray(text.encode()))
        return _Trees(booster)

    def sketch(self, shapes: Shapes, outputs: int) -> list[Layer]:
        return _trees.sketch(shapes, outputs, f"up to {self.depth} questions each")

    def _settings(self, shapes: Shapes, growth: Growth) -> dict[str, Any]:
        signs = _trees.directions(shapes, self.rising, self.falling)
        return {
            "objective": GOALS[growth.answer],
            **({"num_class": growth.outputs} if growth.answer == "chances" else {}),
            **({"monotone_constraints": f"({','.join(map(str, signs))})"} if any(signs) else {}),
            "disable_default_eval_metric": 1,
            "tree_method": "hist",
            "eta": growth.rate,
            "max_depth": self.depth,
            "min_child_weight": self.smallest,
            "lambda": self.l2,
            "subsample": self.rows,
            "colsample_bytree": self.columns,
            "seed": growth.seed,
            "nthread": growth.threads,
            "verbosity": 0,
        }


def _data(rows: Rows) -> Any:
    import xgboost

    types = ["q"] * rows.number.shape[1] + ["c"] * rows.code.shape[1]
    return xgboost.DMatrix(rows.matrix(), rows.y, weight=rows.weights, feature_types=types, enable_categorical=True)


@dataclass(frozen=True)
class _Trees:
    """What XGBoost has grown."""

    booster: Any

    def outputs(self, rows: Rows) -> Array:
        return shaped(self.booster.predict(_data(rows)))

    def cut(self, rounds: int) -> Grown:
        return _Trees(self.booster[:rounds])

    def written(self) -> str:
        return bytes(self.booster.save_raw("json")).decode()
