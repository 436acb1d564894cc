"""An Architecture says what shape the model has, from prepared inputs up to (not including) the task's head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from engine.spec import Spec

if TYPE_CHECKING:
    from engine.boosting import Answer, Grown, Growth, Judged, Rows
    from engine.problems import Problem
    from engine.profile import ColumnProfile, Profile
    from engine.tasks.base import Task


@dataclass(frozen=True)
class Shapes:
    """The prepared inputs without the rows: names of the numbers, (name, number of values) of the codes, (height, width, channels).

    `flags` are the positions of those numbers that took at most two values in training, such as yes/no columns. `origins` are the ids of
    the columns that the numbers come from, where they are known.
    """

    number: tuple[str, ...] = ()
    code: tuple[tuple[str, int], ...] = ()
    pixels: tuple[int, int, int] | None = None
    flags: tuple[int, ...] = ()
    origins: tuple[str, ...] = ()

    @property
    def unnamed(self) -> "Shapes":
        """All that a network is built from: the same for other columns of the same kinds."""
        return Shapes(("",) * len(self.number), tuple(("", count) for _, count in self.code), self.pixels, self.flags)


@dataclass(frozen=True)
class Layer:
    """One box of the diagram. `shape` in words such as "32 x 32 x 16"."""

    name: str
    kind: str
    shape: str
    parameters: int
    inputs: tuple[str, ...] = field(default_factory=tuple)


class Architecture(Spec):
    """Base of the architectures. `takes` are tensor kinds ("number", "code", "pixels"); `needs` qualities ("complete", "scaled");
    `is_trees` says that it is made of decision trees rather than a network. Those of another `nature` err in other rows, so they are worth
    asking beside it ("" for one that is not). `in_best` says how it takes part where many kinds do: in which turn (all kinds share one
    count), and which of its settings differ then. `grows` says that of more rows a larger one is proposed.
    """

    takes: ClassVar[frozenset[str]] = frozenset({"number"})
    needs: ClassVar[frozenset[str]] = frozenset({"complete", "scaled"})
    learner: ClassVar[str] = "gradient"
    is_trees: ClassVar[bool] = False
    nature: ClassVar[str] = "network"
    grows: ClassVar[bool] = True
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {}

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        """Set for this dataset, with a rank (higher is better) and a sentence why; None if it cannot take these inputs."""
        return None

    def problems(self, columns: "Sequence[ColumnProfile]", task: "Task") -> "list[Problem]":
        """What of its settings cannot be had with these input columns and this task. Default: all can."""
        return []

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        """Keras layers from named input tensors ("number", "code", "pixels") to one tensor (rows, features). Functional only.

        A tensor (rows, members, features) is that of several networks in one, which learn side by side and answer together.
        """
        raise NotImplementedError

    def adapt(self, model: Any, rows: Mapping[str, Any]) -> None:
        """Sets in a built, untrained model what depends on prepared training rows, such as where bins lie. Default: nothing does."""

    def habits(self, rows: int) -> Mapping[str, Any]:
        """The settings of its learner that suit it, for so many rows, beyond the learner's own proposal. Default: none."""
        return {}

    def regressor_or_classifier(self, estimator: str, shapes: Shapes, seed: int) -> Any:
        """For the `scikit` learner: an unfitted estimator ("classifier" or "regressor")."""
        raise NotImplementedError

    def grow(self, shapes: Shapes, rows: "Rows", unseen: "Rows", growth: "Growth", judged: "Judged") -> "Grown":
        """For the `boosters` learner: trees grown from `rows`.

        After each round `judged` is called with the outputs for `rows` and for `unseen`; the last round is where it says True.
        """
        raise NotImplementedError

    @classmethod
    def read(cls, text: str, answer: "Answer") -> "Grown":
        """For the `boosters` learner: what `Grown.written` gave, of trees that answer so."""
        raise NotImplementedError

    def sketch(self, shapes: Shapes, outputs: int) -> list[Layer]:
        """For models without layers: the boxes of the diagram. Gradient architectures are drawn from the Keras model."""
        raise NotImplementedError
