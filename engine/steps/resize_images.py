"""Pictures read from their files and brought to one size."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.deep_pictures import Scale
from engine.spec import param
from engine.steps import _pictures
from engine.steps.base import Array, State, Step

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

LOOKED_AT = 200
LEAST, USUAL = 16, 64
SHAPINGS = {"stretch": _pictures.stretch, "crop": _pictures.crop, "pad": _pictures.pad}


class ResizeImages(Step):
    """Read the pictures upright and bring them to one square size, in colour or grey."""

    kind: Literal["resize_images"] = "resize_images"
    title = "Resize pictures"
    order = 70
    takes = frozenset({"image"})
    gives = "pixels"
    brings = frozenset({"complete"})

    size: int = param(
        64, "Width and height", help="Larger shows finer detail; twice the size takes four times as long.", unit="pixels", ge=8, le=512
    )
    shape: Literal["stretch", "crop", "pad"] = param(
        "stretch",
        "Pictures that are not square are",
        choices={"stretch": "Stretched to a square", "crop": "Cut to the middle square", "pad": "Kept whole, with black borders"},
    )
    colour: Literal["auto", "rgb", "grey"] = param(
        "auto", "Colour", choices={"auto": "Colour, unless all are grey", "rgb": "Colour", "grey": "Grey"}, advanced=True
    )
    shades: Literal["window", "whole"] = param(
        "window",
        "Pictures with more than 256 shades",
        help="Such as medical pictures. Their own window comes first, where they have one.",
        choices={"window": "Spread the range that the training pictures use", "whole": "Keep the whole range of their depth"},
        advanced=True,
    )

    def fit(self, x: Array) -> State:
        paths = [path for path in x.ravel() if path is not None]
        grey, scale = _pictures.learn(paths[:: max(1, len(paths) // LOOKED_AT)], self.shades == "whole")
        channels = 1 if self.colour == "grey" or (self.colour == "auto" and grey) else 3
        return {"channels": channels, "top": scale.top, "low": scale.low, "by_file": scale.by_file}

    def apply(self, x: Array, state: State) -> Array:
        """(rows, size, size, channels) uint8; several picture columns lie behind one another as channels. Mid grey where unreadable."""
        channels = int(state["channels"])
        scale = Scale(float(state.get("low", 0.0)), float(state["top"]), bool(state.get("by_file", False)))
        columns = [np.full((len(x), self.size, self.size, channels), 128, np.uint8) for _ in range(x.shape[1])]
        for i, pixels in enumerate(columns):
            _pictures.fill(pixels, list(x[:, i]), SHAPINGS[self.shape], scale)
        return columns[0] if len(columns) == 1 else np.concatenate(columns, axis=3)

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        pictures = [column for column in columns if column.type == "image"]
        if not pictures or "pixels" not in wants:
            return None
        sizes = [(width, height, count) for column in pictures for width, height, count in column.sizes]
        if not sizes:
            return cls(), "A network needs every picture in the same size."
        width, height, _ = max(sizes, key=lambda size: size[2])
        side = min(width, height)
        size = side if LEAST <= side <= USUAL else LEAST if side < LEAST else USUAL
        return cls(size=size), _why(width, height, len(sizes), size)


def _why(width: int, height: int, different: int, size: int) -> str:
    sizes = f"Most are {width} x {height}" if different > 1 else f"All are {width} x {height}"
    if size == width == height:
        return f"{sizes} pixels already; nothing is lost."
    if size < min(width, height):
        return f"{sizes} pixels; {size} x {size} keeps the large features and trains in minutes. Go larger if small details matter."
    return f"{sizes} pixels; a little larger, the network has room to look for patterns."
