"""Categories as a few learned numbers each."""

from typing import Any

from engine.architectures.base import Shapes
from engine.lazy import keras


def embedded(codes: Any, shapes: Shapes, size: int, start: Any = "uniform") -> Any:
    """(rows, columns) codes to (rows, columns x size): one table for all columns, each with its own part of it."""
    counts = [count for _, count in shapes.code]
    starts = [sum(counts[:i]) for i in range(len(counts))]
    places = keras.layers.Rescaling(1.0, offset=starts, name="category_places")(codes)
    vectors = keras.layers.Embedding(sum(counts), size, embeddings_initializer=start, name="embedding")(places)
    return keras.layers.Flatten(name="category_values")(vectors)


def usual_size(shapes: Shapes) -> int:
    """Numbers for each category by how many there are (fast.ai's rule, at most 16)."""
    most = max(count for _, count in shapes.code)
    return min(16, max(2, round(1.6 * float(most**0.56))))
