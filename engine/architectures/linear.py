"""A linear model: one weight for every input value."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.architectures.base import Architecture, Shapes
from engine.lazy import keras

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task


class Linear(Architecture):
    """Adds up the inputs, each with its own weight: quick, easy to explain, and the line every other model has to beat."""

    kind: Literal["linear"] = "linear"
    title = "Linear model"
    order = 40
    takes: ClassVar[frozenset[str]] = frozenset({"number", "pixels"})
    nature: ClassVar[str] = ""
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {4: {}}

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        types = {profile.column(id).type for id in inputs}
        if not types or types == {"text"}:
            return None
        if "image" in types:
            return cls(), 0.1, "A first look only: it weighs single pixels and cannot recognise shapes."
        if profile.rows < 100:
            return cls(), 0.8, f"With {profile.rows} rows a simple model is the hardest to mislead."
        return cls(), 0.3, "The simplest model: choose it to explain every answer, or to see what the others add."

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        parts = [keras.layers.Flatten(name="flat_pixels")(x) if name == "pixels" else x for name, x in inputs.items()]
        return keras.layers.Concatenate(name="all_inputs")(parts) if len(parts) > 1 else parts[0]
