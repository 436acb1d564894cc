"""What a network is to make small or is measured by where Keras has no name for it. Each works on the encoded answers of a task."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.lazy import keras

Array = np.ndarray[Any, Any]


def pinball(levels: Sequence[float]) -> Any:
    """A Keras loss for outputs (rows, levels) that are to lie above these shares of the answers (Koenker and Bassett 1978)."""

    def of(y: Any, outputs: Any) -> Any:
        off = keras.ops.reshape(keras.ops.cast(y, outputs.dtype), (-1, 1)) - outputs
        shares = keras.ops.convert_to_tensor([*levels], dtype=outputs.dtype)
        return keras.ops.mean(keras.ops.maximum(shares * off, (shares - 1) * off), axis=-1)

    return _loss(of, "pinball")


def pinballs(levels: Sequence[float], y: Array, outputs: Array) -> Array:
    """(rows,) the same of arrays."""
    off, shares = np.asarray(y, np.float64)[:, None] - np.asarray(outputs, np.float64), np.asarray(levels)
    return np.asarray(np.maximum(shares * off, (shares - 1) * off).mean(axis=1))


def cumulative() -> Any:
    """A Keras loss for chances (rows, grades) of grades in order: for each border, is the answer at most this far?

    Summed up, chances of grades are chances of being at most at each of them, which rise by themselves; each is judged like a Yes/No
    answer, so that a miss by two grades costs more than one by one.
    """

    def of(y: Any, outputs: Any) -> Any:
        below = keras.ops.clip(keras.ops.cumsum(outputs, axis=-1)[:, :-1], TINY, 1 - TINY)
        borders = keras.ops.arange(below.shape[-1], dtype=outputs.dtype)
        is_below = keras.ops.cast(keras.ops.reshape(keras.ops.cast(y, outputs.dtype), (-1, 1)) <= borders, outputs.dtype)
        return -keras.ops.mean(is_below * keras.ops.log(below) + (1 - is_below) * keras.ops.log(1 - below), axis=-1)

    return _loss(of, "cumulative")


def cumulatives(y: Array, outputs: Array) -> Array:
    """(rows,) the same of arrays."""
    below = np.clip(np.cumsum(np.asarray(outputs, np.float64), axis=1)[:, :-1], TINY, 1 - TINY)
    is_below = np.asarray(y)[:, None] <= np.arange(below.shape[1])
    return np.asarray(-np.where(is_below, np.log(below), np.log(1 - below)).mean(axis=1))


TINY = 1e-6


def metric(name: str, of: Callable[[Any, Any], Any]) -> Any:
    """A live measure: the mean of `of(y, outputs)`, (rows,)."""
    return keras.metrics.MeanMetricWrapper(of, name=name)


def _loss(of: Callable[[Any, Any], Any], name: str) -> Any:
    class Named(keras.losses.Loss):  # type: ignore[misc]
        """One value a row."""

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return of(y_true, y_pred)

    return Named(name=name)
