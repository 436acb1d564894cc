"""A linear model and a small network side by side: Wide & Deep (Cheng et al. 2016, arXiv 1606.07792)."""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine.architectures._embedded import embedded, usual_size
from engine.architectures._widths import Widths
from engine.architectures.base import Architecture, Shapes
from engine.lazy import keras
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task

LARGEST_CODE, MOST_IN_A_PAIR = 2048, 10_000
WEIGHTS = 8


class WideDeep(Architecture):
    """Remembers single values and pairs of categories by heart, and a small network beside that finds what they have in common.

    The wide part is linear in the numbers, in the categories and in pairs of them; up to eight outputs it is as free as a weight for each
    value and output would be.
    """

    kind: Literal["wide_deep"] = "wide_deep"
    title = "Wide and deep"
    order = 15
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})

    widths: Widths = param((64, 32), "Neurons in each deep layer", help="One number a layer, from the inputs to the answer.")
    dropout: float = param(
        0.1, "Dropout", help="The share of neurons left out at random in each step; more slows memorising.", ge=0, le=0.9, search=(0, 0.5)
    )
    pairs: int = param(
        10, "Pairs of categories", help="So many pairs of columns are remembered too, those with the fewest values first.", ge=0, le=100
    )

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        columns = [profile.column(id) for id in inputs]
        types = {column.type for column in columns}
        if not types & {"number", "category", "date"} or "image" in types:
            return None
        categories = sum(column.type == "category" for column in columns)
        if categories < 2:
            return cls(), 0.2, "Made for pairs of categories, such as customer and product; there are none here."
        if profile.rows < 1000:
            return cls(), 0.25, f"Remembers pairs of categories, for which {profile.rows} rows are few."
        return cls(), 0.45, f"The right one where pairs of values decide: it remembers which of the {categories} categories go together."

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        numbers, codes = inputs.get("number"), inputs.get("code")
        wide = [] if numbers is None else [numbers]
        deep = [*wide]
        if codes is not None:
            wide.append(self._remembered(codes, [count for _, count in shapes.code]))
            deep.append(embedded(codes, shapes, usual_size(shapes)))
        x = keras.layers.Concatenate(name="deep_inputs")(deep) if len(deep) > 1 else deep[0]
        for number, width in enumerate(self.widths, start=1):
            x = keras.layers.Dense(width, activation="relu", name=f"dense_{number}")(x)
            if self.dropout:
                x = keras.layers.Dropout(self.dropout, name=f"dropout_{number}")(x)
        return keras.layers.Concatenate(name="wide_and_deep")([*wide, x])

    def _remembered(self, codes: Any, counts: list[int]) -> Any:
        """(rows, columns) codes to (rows, 8): the mean of what is known of each value and pair, nothing at first."""
        starts = [sum(counts[:i]) for i in range(len(counts))]
        places = [keras.layers.Rescaling(1.0, offset=starts, name="value_places")(codes)]
        total, pairs = sum(counts), self._chosen(counts)
        if pairs:
            places.append(_of_pairs(codes, counts, pairs, total))
            total += sum(counts[i] * counts[j] for i, j in pairs)
        every = keras.layers.Concatenate(name="values_and_pairs")(places) if pairs else places[0]
        known = keras.layers.Embedding(total, WEIGHTS, embeddings_initializer="zeros", name="wide_weights")(every)
        return keras.layers.GlobalAveragePooling1D(name="wide")(known)

    def _chosen(self, counts: Sequence[int]) -> list[tuple[int, int]]:
        small = [i for i, count in enumerate(counts) if count <= LARGEST_CODE]
        able = [(i, j) for i, j in combinations(small, 2) if counts[i] * counts[j] <= MOST_IN_A_PAIR]
        return sorted(able, key=lambda pair: (counts[pair[0]] * counts[pair[1]], pair))[: self.pairs]


def _of_pairs(codes: Any, counts: Sequence[int], pairs: Sequence[tuple[int, int]], first: int) -> Any:
    """(rows, pairs) a place for each pair of codes, counted from `first`, by a layer that learns nothing.

    Whole numbers up to 2,048 stay exact in it even where a graphics card multiplies with few digits.
    """
    kernel, offsets = np.zeros((len(counts), len(pairs)), np.float32), np.zeros(len(pairs), np.float32)
    for place, (i, j) in enumerate(pairs):
        kernel[i, place], kernel[j, place], offsets[place] = counts[j], 1, first
        first += counts[i] * counts[j]
    layer = keras.layers.Dense(len(pairs), trainable=False, name="pairs")
    places = layer(keras.layers.Rescaling(1.0, name="codes_as_numbers")(codes))
    layer.set_weights([kernel, offsets])
    return places
