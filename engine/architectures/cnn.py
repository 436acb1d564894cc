"""A convolutional network for pictures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.architectures._widths import Widths
from engine.architectures.base import Architecture, Shapes
from engine.lazy import keras
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import ColumnProfile, Profile
    from engine.tasks.base import Task

SMALL = 48

MEMORY = 0.6
"""How much of the running means stays after a step. With few steps an epoch, 0.9 judges the first ten epochs by means of the start."""


class Cnn(Architecture):
    """Small filters slide over the picture and find edges, then textures, then parts: the classic network for pictures."""

    kind: Literal["cnn"] = "cnn"
    title = "Convolutional network"
    order = 20
    takes: ClassVar[frozenset[str]] = frozenset({"pixels"})

    widths: Widths = param((32, 64, 64), "Filters in each layer", help="One number a layer; the picture is halved between layers.")
    kernel: Literal[3, 5, 7] = param(
        3, "Filter size", unit="pixels", choices={3: "3 x 3", 5: "5 x 5", 7: "7 x 7"}, help="How far one filter sees.", advanced=True
    )
    dense: int = param(64, "Neurons in the last layer", ge=0, le=2048, help="0 leaves the layer out.", advanced=True)
    batch_norm: bool = param(True, "Normalise between layers", help="Batch normalisation: learns faster and more steadily.", advanced=True)
    dropout: float = param(
        0.2,
        "Dropout",
        help="The share of neurons left out at random in each step; more of it slows memorising down.",
        ge=0,
        le=0.9,
        search=(0.0, 0.5),
    )
    flip: Literal["no", "sideways", "both"] = param(
        "no",
        "Mirror pictures while training",
        help="Only where a mirrored picture means the same: yes for animals and surfaces, no for digits and letters.",
        choices={"no": "No", "sideways": "Left and right", "both": "Left and right, up and down"},
    )
    shift: float = param(
        0.0,
        "Shift pictures while training",
        help="Up to this share of their size, where the place does not matter.",
        ge=0,
        le=0.5,
        advanced=True,
    )

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        pictures = [profile.column(id) for id in inputs if profile.column(id).type == "image"]
        if not pictures:
            return None
        why = "Made for pictures: it finds edges, textures and parts wherever they are."
        widths = (32, 64, 64) if _typical_side(pictures) <= SMALL else (16, 32, 64, 64)
        if _has_signs(profile, inputs):
            return cls(widths=widths), 0.9, why
        return cls(widths=widths, flip="sideways"), 0.9, f"{why} While training it also sees them mirrored."

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        x = self._augment(inputs["pixels"], seed)
        last = len(self.widths)
        for number, width in enumerate(self.widths, start=1):
            x = self._block(x, width, number)
            if number < last and min(x.shape[1:3]) >= 4:
                x = keras.layers.MaxPooling2D(name=f"halve_{number}")(x)
        x = keras.layers.Flatten(name="flat")(_shrink(x))
        if self.dropout:
            x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        return keras.layers.Dense(self.dense, activation="relu", name="dense")(x) if self.dense else x

    def _block(self, x: Any, width: int, number: int) -> Any:
        x = keras.layers.Conv2D(width, self.kernel, padding="same", use_bias=not self.batch_norm, name=f"filters_{number}")(x)
        if self.batch_norm:
            x = keras.layers.BatchNormalization(momentum=MEMORY, name=f"normalise_{number}")(x)
        return keras.layers.Activation("relu", name=f"relu_{number}")(x)

    def _augment(self, x: Any, seed: int) -> Any:
        mode = {"sideways": "horizontal", "both": "horizontal_and_vertical"}.get(self.flip)
        if mode:
            x = keras.layers.RandomFlip(mode, seed=seed, name="mirror")(x)
        if self.shift:
            x = keras.layers.RandomTranslation(self.shift, self.shift, fill_mode="nearest", seed=seed, name="shift")(x)
        return x


def _typical_side(pictures: "Sequence[ColumnProfile]") -> int:
    """The longer side of the commonest size; 0 if sizes are not known."""
    sizes = [size for picture in pictures for size in picture.sizes]
    width, height, _ = max(sizes, key=lambda size: size[2]) if sizes else (0, 0, 0)
    return max(width, height)


def _has_signs(profile: "Profile", inputs: Sequence[str]) -> bool:
    """Whether the answers look like digits, letters or sides, which a mirror changes."""
    labels = [label.lower() for column in profile.columns if column.id not in inputs for label, _ in column.top]
    return any(len(label) <= 2 or {"left", "right"} & set(label.replace("_", " ").split()) for label in labels)


def _shrink(x: Any) -> Any:
    """Averages a map of more than 8 x 8 places down to at most that, so large pictures do not need millions of weights."""
    side = max(x.shape[1:3])
    pool = -(-side // 8)
    return keras.layers.AveragePooling2D(pool, padding="same", name="average")(x) if pool > 1 else x
