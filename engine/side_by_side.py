"""Trees grown side by side as plain numbers: taken from scikit-learn once, then stored, loaded and asked without it and without pickle.

All trees are walked at once, one question at a time, so that a single row is answered as quickly as the deepest tree allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError

Array = np.ndarray[Any, Any]
NUMBERS = "forest.npz"
AT_ONCE = 1_000_000
LEAF = -1
PRIOR_ROWS = 1.0
"""So many rows with the usual shares are added to every leaf of a tree that says chances, so that none is ever certain (m-estimate,
Provost and Domingos 2003, "Tree induction for probability-based ranking")."""


@dataclass(frozen=True)
class SideBySide:
    """Trees that answer with the mean of their leaves.

    The nodes of all trees lie one after the other; `first` (trees,) is where each begins. `column` is that of the question (LEAF for none),
    `left` and `right` are positions among all nodes, and `value` is (nodes, outputs) float32.
    """

    first: Array
    column: Array
    threshold: Array
    left: Array
    right: Array
    value: Array

    @staticmethod
    def taken_from(estimator: Any, outputs: int, trees: slice = slice(None)) -> "SideBySide":
        """The numbers of a fitted forest of scikit-learn, of all trees or some; `outputs` is how many values an answer has."""
        several = [each.tree_ for each in estimator.estimators_[trees]]
        sizes = np.array([tree.node_count for tree in several])
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        begin = np.repeat(first, sizes)
        column = np.concatenate([tree.feature for tree in several]).astype(np.int32)
        return SideBySide(
            first=first.astype(np.int32),
            column=np.where(column < 0, LEAF, column).astype(np.int32),
            threshold=_floor(np.concatenate([tree.threshold for tree in several])),
            left=(np.concatenate([tree.children_left for tree in several]) + begin).astype(np.int32),
            right=(np.concatenate([tree.children_right for tree in several]) + begin).astype(np.int32),
            value=_values(estimator, several, outputs),
        )

    @staticmethod
    def joined(parts: "Sequence[SideBySide]") -> "SideBySide":
        """One forest of the trees of several, in order."""
        moved = np.cumsum([0, *(len(part.column) for part in parts[:-1])]).astype(np.int32)
        shifted = {
            name: np.concatenate([getattr(part, name) + by for part, by in zip(parts, moved, strict=True)])
            for name in ("first", "left", "right")
        }
        return SideBySide(**shifted, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in _UNMOVED})

    def __len__(self) -> int:
        """How many trees there are."""
        return len(self.first)

    def cut(self, trees: int) -> "SideBySide":
        """Those of the first trees alone."""
        if trees >= len(self):
            return self
        nodes = int(self.first[trees])
        return SideBySide(self.first[:trees], **{name: getattr(self, name)[:nodes] for name in (*_UNMOVED, "left", "right")})

    def answer(self, x: Array) -> Array:
        """(rows, outputs) float32 from (rows, columns) float32."""
        return self.sums(x)[:, -1] / np.float32(len(self))

    def sums(self, x: Array, every: bool = False) -> Array:
        """(rows, 1, outputs) float32: what all trees add up to; with `every` (rows, trees, outputs): what they do up to each tree."""
        step = max(1, AT_ONCE // (len(self) * self.value.shape[1]))
        parts = [self._leaves(x[begin : begin + step], every) for begin in range(0, max(len(x), 1), step)]
        return np.concatenate(parts)

    def save(self, folder: Path) -> None:
        """Writes `forest.npz`."""
        np.savez_compressed(folder / NUMBERS, allow_pickle=False, **{field.name: getattr(self, field.name) for field in fields(self)})

    @staticmethod
    def load(folder: Path, columns: int) -> "SideBySide":
        """What `save` wrote, of trees over so many columns. Raises EngineError if the numbers do not form trees."""
        with np.load(folder / NUMBERS, allow_pickle=False) as arrays:
            found = SideBySide(**{field.name: arrays[field.name] for field in fields(SideBySide)})
        if not found._fits(columns):
            raise EngineError("The numbers of this model do not form trees.", "Use a bundle that Modelwright wrote.")
        return found

    def _leaves(self, x: Array, every: bool) -> Array:
        at = np.tile(self.first, (len(x), 1))
        rows, trees = np.nonzero(self.column[at] != LEAF)
        here = at[rows, trees]
        while len(here):
            is_left = x[rows, self.column[here]] <= self.threshold[here]
            here = np.where(is_left, self.left[here], self.right[here])
            is_done = self.column[here] == LEAF
            at[rows[is_done], trees[is_done]] = here[is_done]
            rows, trees, here = rows[~is_done], trees[~is_done], here[~is_done]
        values = self.value[at]
        return np.cumsum(values, axis=1) if every else values.sum(axis=1, keepdims=True)

    def _fits(self, columns: int) -> bool:
        """Children come after their parent and within its tree, so that every walk ends; questions are about columns there are."""
        nodes = len(self.column)
        if not nodes or self.first.ndim != 1 or len(self.first) == 0 or self.value.shape[:1] != (nodes,) or self.value.ndim != 2:
            return False
        if not all(getattr(self, name).shape == (nodes,) for name in ("threshold", "left", "right")):
            return False
        sizes = np.diff(np.append(self.first, nodes))
        if self.first[0] != 0 or (sizes <= 0).any():
            return False
        place, end = np.arange(nodes), np.repeat(self.first + sizes, sizes)
        inner = self.column != LEAF
        ends = [(child[inner] > place[inner]).all() and (child[inner] < end[inner]).all() for child in (self.left, self.right)]
        return bool(all(ends) and (self.column >= LEAF).all() and (self.column < columns).all())


_UNMOVED = ("column", "threshold", "value")


def _floor(threshold: Array) -> Array:
    """float32 thresholds that divide float32 values as the float64 ones do: the largest that is not above."""
    near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def _values(estimator: Any, several: list[Any], outputs: int) -> Array:
    """(nodes, outputs): the mean of a leaf's rows, or its chances, drawn towards what is usual among all rows of its tree."""
    if not hasattr(estimator, "classes_"):
        return np.concatenate([tree.value[:, :, 0] for tree in several]).astype(np.float32)
    found = []
    for tree in several:
        rows = tree.weighted_n_node_samples[:, None]
        found.append((tree.value[:, 0] * rows + PRIOR_ROWS * tree.value[:1, 0]) / (rows + PRIOR_ROWS))
    own = np.concatenate(found).astype(np.float32)
    every = np.zeros((len(own), max(outputs, 2)), np.float32)
    every[:, estimator.classes_.astype(np.int64)] = own
    return every[:, 1:] if outputs == 1 else every
