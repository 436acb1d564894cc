"""Piecewise linear encoding of numbers, with bins at the quantiles of the training rows, built of Keras's own layers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.lazy import keras

Array = np.ndarray[Any, Any]
NAME, VARIED = "pieces", "varied_numbers"
NARROWEST = 1e-5
SAMPLE = 50_000


def encoded(numbers: Any, bins: int, size: int) -> Any:
    """(rows, columns) to (rows, columns x size): a straight line, and what the pieces of a column's range add to it.

    A piece is 0 below its bin, 1 above, and rises within it. The pieces' weights begin at 0 (Gorishniy et al. 2024,
    arXiv 2410.24210, version B of the embedding). `place` puts the bins where the training rows are.
    """
    columns = numbers.shape[1]
    line = keras.layers.EinsumDense(
        "rc,cv->rcv",
        output_shape=(columns, size),
        bias_axes="cv",
        kernel_initializer=_small(size),
        bias_initializer=_small(size),
        name="line",
    )(numbers)
    pieces = keras.layers.EinsumDense(
        "rc,cb->rcb", output_shape=(columns, bins), bias_axes="cb", activation="hard_sigmoid", trainable=False, name=NAME
    )(numbers)
    weighed = keras.layers.EinsumDense("rcb,cbv->rcv", output_shape=(columns, size), kernel_initializer="zeros", name="weigh_pieces")(
        pieces
    )
    return keras.layers.Flatten(name="numbers_in_pieces")(keras.layers.Add(name="line_and_pieces")([line, weighed]))


def place(model: Any, rows: Mapping[str, Array]) -> None:
    """Sets the bins, if the model has any, from prepared training rows: at quantiles of all values and, between them, of the different
    ones, half each.

    The second half keeps bins apart where many rows share a value, such as 0. The activation is clip(x / 6 + 1 / 2, 0, 1).
    """
    names = {layer.name for layer in model.layers}
    if NAME not in names:
        return
    layer, numbers = model.get_layer(NAME), rows["number"]
    columns, bins = layer.kernel.shape
    some = numbers[np.linspace(0, len(numbers) - 1, min(len(numbers), SAMPLE)).astype(int)]
    some = some @ model.get_layer(VARIED).get_weights()[0] if VARIED in names else some
    slopes, offsets = np.zeros((columns, bins), np.float32), np.full((columns, bins), -3.0, np.float32)
    for column in range(columns):
        edges = _edges(some[:, column].astype(np.float64), bins)
        widths = np.diff(edges)
        slopes[column, : len(widths)] = 6 / widths
        offsets[column, : len(widths)] = -6 * edges[:-1] / widths - 3
    layer.set_weights([slopes, offsets])


def picked(numbers: Any, at: Sequence[int], name: str) -> Any:
    """(rows, len(at)): some of the columns, by a layer that learns nothing."""
    layer = keras.layers.Dense(len(at), use_bias=False, trainable=False, name=name)
    result = layer(numbers)
    layer.set_weights([np.eye(numbers.shape[1], dtype=np.float32)[:, list(at)]])
    return result


def _edges(values: Array, bins: int) -> Array:
    """At most bins + 1 rising places."""
    of_all = np.quantile(values, np.linspace(0, 1, bins - bins // 2 + 1))
    of_different = np.quantile(np.unique(values), (np.arange(bins // 2) + 0.5) / max(bins // 2, 1)) if bins > 1 else values[:0]
    edges: Array = np.unique(np.concatenate([of_all, of_different]))
    kept: Array = edges[np.concatenate([[True], np.diff(edges) > NARROWEST])][: bins + 1]
    return kept


def _small(size: int) -> Any:
    reach = 1 / np.sqrt(size)
    return keras.initializers.RandomUniform(-reach, reach)
