"""Gradient-boosted decision trees: scikit-learn's histogram gradient boosting."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.architectures import _trees
from engine.architectures.base import Architecture, Layer, Shapes
from engine.spec import param

if TYPE_CHECKING:
    from engine.problems import Problem
    from engine.profile import ColumnProfile, Profile
    from engine.tasks.base import Task

MOST_CATEGORIES = 255
SMALL_TREES = 10_000
"""Fewer rows: small trees on half of the columns each lost less in 3-fold comparisons on 8 of 9 public tables (tests/bench/RESULTS.md)."""

MANY_GAPS, MANY_VALUES = 0.1, 50


class BoostedTrees(Architecture):
    """Hundreds of small decision trees, each mending the mistakes of those before: strong on tables, with missing values as they are."""

    kind: Literal["boosted_trees"] = "boosted_trees"
    title = "Boosted trees"
    order = 30
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})
    needs: ClassVar[frozenset[str]] = frozenset()
    learner: ClassVar[str] = "scikit"
    is_trees: ClassVar[bool] = True
    nature: ClassVar[str] = "boosted trees"
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {2: {}, 7: {"leaves": 31, "smallest": 20, "columns": 1.0}}

    leaves: int = param(31, "Leaves of a tree", help="More leaves find finer rules, and memorise sooner.", ge=2, le=512, search=(7, 63))
    depth: int = param(
        0, "Questions in a row", help="The most questions a tree asks before it answers. 0 means no limit.", ge=0, le=32, advanced=True
    )
    smallest: int = param(
        20, "Rows in a leaf", help="A rule must hold for at least so many training rows.", ge=1, le=10_000, search=(5, 100)
    )
    l2: float = param(0.0, "Caution (L2)", help="Pulls every answer of a tree towards zero.", ge=0, le=1000, advanced=True)
    columns: float = param(1.0, "Columns tried at each question", help="The share of columns, drawn at random.", gt=0, le=1, advanced=True)
    rising: tuple[str, ...] = _trees.rising()
    falling: tuple[str, ...] = _trees.falling()

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        columns = [profile.column(id) for id in inputs]
        if not {c.type for c in columns} & {"number", "category", "date"} or any(c.type == "image" for c in columns):
            return None
        made = cls(leaves=8, smallest=10, columns=0.5) if profile.rows < SMALL_TREES else cls()
        if profile.rows < 1000:
            return made, 0.5, "Quick, and gaps are no trouble; with few rows a smoother model is often as good."
        if trouble := _trouble(columns, profile.rows):
            return made, 0.8, f"Clearly the better choice here: {trouble}, which trees take as it is."
        return made, 0.65, "Quick, and often a little more exact on tables of this size: worth a second run to compare."

    def problems(self, columns: "Sequence[ColumnProfile]", task: "Task") -> "list[Problem]":
        return _trees.problems(columns, task, self.rising, self.falling)

    def regressor_or_classifier(self, estimator: str, shapes: Shapes, seed: int) -> Any:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # else idle threads spin, which is 10 times slower on a busy computer
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        made = HistGradientBoostingClassifier if estimator == "classifier" else HistGradientBoostingRegressor
        sizes = [0] * len(shapes.number) + [count for _, count in shapes.code]
        signs = _trees.directions(shapes, self.rising, self.falling)
        return made(
            max_leaf_nodes=self.leaves,
            max_depth=self.depth or None,
            min_samples_leaf=self.smallest,
            l2_regularization=self.l2,
            max_features=self.columns,
            categorical_features=[0 < size <= MOST_CATEGORIES for size in sizes],
            monotonic_cst=signs if any(signs) else None,
            early_stopping=False,
            random_state=seed,
        )

    def sketch(self, shapes: Shapes, outputs: int) -> list[Layer]:
        return _trees.sketch(shapes, outputs, f"up to {self.leaves} leaves each")


def _trouble(columns: "Sequence[ColumnProfile]", rows: int) -> str:
    """What in these columns is hard for a network and easy for trees, in words; "" if nothing is."""
    gaps = sum(column.missing for column in columns) / (rows * len(columns))
    if gaps > MANY_GAPS:
        return f"{gaps:.0%} of the values are missing"
    varied = [column for column in columns if column.type == "category" and column.distinct > MANY_VALUES]
    return f"'{varied[0].name}' has {varied[0].distinct:,} different values" if varied else ""
