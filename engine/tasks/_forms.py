"""The form in which numbers are learned: as they are, as logarithms, or by their rank; and the way back, exactly."""

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.lazy import keras
from engine.tasks.base import Array, State

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

FORMS = {"none": "As it is", "log": "Its logarithm", "normal": "Its rank (a bell curve)"}
KNOTS = 257
BEYOND = math.log(10)
"""An answer is at most ten times the largest training value: a logarithm that is a little off would be endless."""

SKEWED, EVEN = 4.0, 2.0


def learned(kind: str, y: Array) -> State:
    """What is needed to change values and change them back, as JSON; `y` are finite training values, at least two of them different."""
    if kind == "log":
        low = float(y.min())
        shift = 0.0 if low > 0 else -low + _step(y)
        return {"kind": kind, "shift": shift, "least": math.log(low + shift), "most": math.log(float(y.max()) + shift)}
    if kind == "normal":
        values = np.unique(y) if len(np.unique(y)) <= KNOTS else np.unique(np.quantile(y, np.linspace(0, 1, KNOTS), method="nearest"))
        ordered = np.sort(y)
        middle = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / (2 * len(y))
        return {"kind": kind, "values": values.tolist(), "places": [NormalDist().inv_cdf(float(p)) for p in middle]}
    return {"kind": "none"}


def forward(y: Array, form: State) -> Array:
    """(any shape) float64. Values beyond those of training stay finite."""
    y = np.asarray(y, np.float64)
    if form["kind"] == "log":
        return np.asarray(np.log(np.maximum(y + form["shift"], math.exp(form["least"] - BEYOND))))
    return np.interp(y, form["values"], form["places"]) if form["kind"] == "normal" else y


def back(x: Array, form: State) -> Array:
    """The inverse of `forward` within the training values."""
    x = np.asarray(x, np.float64)
    if form["kind"] == "log":
        return np.asarray(np.exp(np.clip(x, form["least"] - BEYOND, form["most"] + BEYOND)) - form["shift"])
    return np.interp(x, form["places"], form["values"]) if form["kind"] == "normal" else x


def back_of_tensor(x: Any, form: State) -> Any:
    """`back` for a Keras tensor (rows,)."""
    ops = keras.ops
    if form["kind"] == "log":
        return ops.exp(ops.clip(x, form["least"] - BEYOND, form["most"] + BEYOND)) - form["shift"]
    if form["kind"] != "normal":
        return x
    places, values = (np.asarray(form[name], np.float32) for name in ("places", "values"))
    x = ops.clip(x, float(places[0]), float(places[-1]))
    left = ops.clip(ops.searchsorted(ops.convert_to_tensor(places), x) - 1, 0, len(places) - 2)
    steepness = np.diff(values) / np.diff(places)
    return ops.take(values, left) + (x - ops.take(places, left)) * ops.take(steepness, left)


def proposed(column: "ColumnProfile") -> str:
    """The form for a target whose values crowd at one end: logarithms for positive ones that these make even, else ranks."""
    if len(column.quantiles) < 6 or column.low is None or column.median is None or column.distinct < 50:
        return "none"
    low, high = column.quantiles[1], column.quantiles[4]
    if not low < column.median < high:
        return "none"
    lean = (high - column.median) / (column.median - low)
    if column.low > 0:
        logs = [math.log(value) for value in (low, column.median, high)]
        if lean >= SKEWED and 1 / EVEN <= (logs[2] - logs[1]) / (logs[1] - logs[0]) <= EVEN:
            return "log"
    return "normal" if lean >= 2 * SKEWED or lean <= 1 / (2 * SKEWED) else "none"


def _step(y: Array) -> float:
    """What is added to the lowest value so that it has a logarithm: 1 for whole numbers, else a tenth of how far the middle is from it."""
    if (y == np.round(y)).all():
        return 1.0
    above = y[y > y.min()] - y.min()
    return float(np.median(above)) / 10
