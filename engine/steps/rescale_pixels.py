"""Pixel values brought to a range a network learns from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.spec import param
from engine.steps.base import Array, State, Step

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

BATCH = 64


class RescalePixels(Step):
    """Bring pixel brightness from 0 to 255 into a small range."""

    kind: Literal["rescale_pixels"] = "rescale_pixels"
    title = "Rescale brightness"
    order = 80
    takes = frozenset({"pixels"})
    brings = frozenset({"scaled"})

    method: Literal["unit", "standard"] = param(
        "unit",
        "To",
        help="Standardising evens out overall brightness and contrast, measured on the training pictures.",
        choices={"unit": "0 to 1", "standard": "Mean 0, spread 1 (standardise)"},
    )

    def fit(self, x: Array) -> State:
        channels = x.shape[3]
        if self.method == "unit" or not len(x):
            return {"centre": [0.0] * channels, "factor": [1 / 255] * channels}
        centre, spread = _mean_and_spread(x)
        return {"centre": centre.tolist(), "factor": (1 / np.where(spread < 1, 255.0, spread)).tolist()}

    def apply(self, x: Array, state: State) -> Array:
        centre, factor = np.array(state["centre"], np.float32), np.array(state["factor"], np.float32)
        result = np.empty(x.shape, np.float32)
        for start in range(0, len(x), BATCH):
            part = result[start : start + BATCH]
            np.subtract(x[start : start + BATCH], centre, out=part)
            part *= factor
        return result

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        if "pixels" not in wants or not any(column.type == "image" for column in columns):
            return None
        return cls(), "Networks learn steadily from numbers near 0, not from 0 to 255."


def _mean_and_spread(x: Array) -> tuple[Array, Array]:
    """Of each channel over all pictures, some pictures at a time."""
    total, squares = np.zeros(x.shape[3]), np.zeros(x.shape[3])
    for start in range(0, len(x), BATCH):
        part = x[start : start + BATCH].astype(np.float64)
        total += part.sum(axis=(0, 1, 2))
        squares += np.square(part).sum(axis=(0, 1, 2))
    pixels = x.shape[0] * x.shape[1] * x.shape[2]
    centre = total / pixels
    return centre, np.sqrt(np.maximum(squares / pixels - np.square(centre), 0))
