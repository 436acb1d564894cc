"""Random forests and extremely randomised trees: scikit-learn's."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.architectures import _trees
from engine.architectures.base import Architecture, Layer, Shapes
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task

MANY_ROWS = 10_000


class RandomForest(Architecture):
    """Many deep decision trees that know nothing of each other and answer together: little to set, good where new rows resemble old."""

    kind: Literal["forest"] = "forest"
    title = "Random forest"
    order = 32
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})
    needs: ClassVar[frozenset[str]] = frozenset({"complete"})
    learner: ClassVar[str] = "forests"
    is_trees: ClassVar[bool] = True
    nature: ClassVar[str] = "forest"
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {2: {}}

    smallest: int = param(
        5, "Rows in a leaf", help="A rule must hold for at least so many training rows.", ge=1, le=10_000, search=(1, 20), log=True
    )
    columns: float = param(
        0.5, "Columns tried at each question", help="The share of columns, drawn at random.", gt=0, le=1, search=(0.2, 1.0)
    )
    random_cuts: bool = param(
        False,
        "Cut at random",
        help="Each question divides its column at a random place instead of the best one (extremely randomised trees): smoother answers.",
    )

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        if not _trees.takes(profile, inputs):
            return None
        why = "A good second opinion: it rarely wins alone, but errs in other rows than boosted trees and networks do."
        if task.estimator == "classifier":
            return cls(), 0.45, why
        return (cls() if profile.rows >= MANY_ROWS else cls(smallest=1, columns=1.0, random_cuts=True)), 0.45, why

    def regressor_or_classifier(self, estimator: str, shapes: Shapes, seed: int) -> Any:
        from sklearn import ensemble

        family = "ExtraTrees" if self.random_cuts else "RandomForest"
        made = getattr(ensemble, f"{family}{estimator.capitalize()}")
        return made(min_samples_leaf=self.smallest, max_features=self.columns, random_state=seed % 2**32)

    def sketch(self, shapes: Shapes, outputs: int) -> list[Layer]:
        columns = len(shapes.number) + len(shapes.code)
        return [
            Layer("columns", "Input", f"{columns}", 0),
            Layer("trees", "Deep trees, side by side", f"at least {self.smallest} rows a leaf", 0, ("columns",)),
            Layer("mean", "Mean of all trees", f"{outputs}", 0, ("trees",)),
        ]
