"""Boosted trees as plain numbers: taken from scikit-learn once, then stored, loaded and asked without it and without pickle.

The walk follows scikit-learn's `_predict_one_from_raw_data`: a missing value, or a category no split has seen, goes where
missing values went in training.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError

Array = np.ndarray[Any, Any]
NUMBERS, ABOUT = "trees.npz", "trees.json"
ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Nodes:
    """All nodes of all trees, one after the other; `left` and `right` count from the tree's first node.

    `split` is the row of `categories` of a categorical split, else -1; `known` are the categories a column has at all.
    """

    first: Array
    value: Array
    column: Array
    threshold: Array
    left: Array
    right: Array
    is_leaf: Array
    missing_left: Array
    split: Array
    categories: Array


@dataclass(frozen=True)
class Forest:
    """Trees whose leaves add up, a few of them a round: one, or one for each class.

    `start` (a round's trees,) is what the sums begin with. `levels` has for each column its known categories in ascending
    order, or None for a number. `classes` are the encoded answers, None when values are predicted.
    """

    nodes: Nodes
    start: Array
    levels: tuple[tuple[float, ...] | None, ...]
    classes: tuple[int, ...] | None

    @staticmethod
    def taken_from(*estimators: Any, rounds: slice = slice(None)) -> "Forest":
        """The numbers of a fitted HistGradientBoosting estimator, of all rounds or some; of several, one output each."""
        estimator = estimators[0]
        stages = zip(*(each._predictors[rounds] for each in estimators), strict=True)
        trees = [(output, tree) for stage in stages for output, tree in enumerate(tree for own in stage for tree in own)]
        classes = tuple(int(c) for c in estimator.classes_) if hasattr(estimator, "classes_") else None
        start = np.concatenate([each._baseline_prediction.ravel() for each in estimators])
        return Forest(_nodes(trees, _order(estimator)), start, _levels(estimator), classes)

    @property
    def rounds(self) -> int:
        return len(self.nodes.first) // len(self.start)

    def shifted(self, shifts: Array) -> "Forest":
        """The same without `shifts` (classes,) in its log chances."""
        if self.classes is None:
            return self
        own = shifts[list(self.classes)]
        return replace(self, start=self.start - (own[1:] - own[:1] if len(self.start) == 1 else own))

    def sums(self, x: Array) -> Iterator[Array]:
        """For each round (rows, a round's trees): what its leaves add, without `start`. `x` is (rows, columns), missing: NaN."""
        x = self._ordinal(np.asarray(x, np.float64))
        width = len(self.start)
        for first in range(0, len(self.nodes.first), width):
            yield np.stack([self._walk(x, tree) for tree in range(first, first + width)], axis=1)

    def answer(self, x: Array) -> Array:
        """(rows, classes) chances, or (rows, 1) values."""
        parts = [x[begin : begin + ROWS_AT_ONCE] for begin in range(0, max(len(x), 1), ROWS_AT_ONCE)]
        return np.concatenate([self.answer_from(self.start + sum(self.sums(part))) for part in parts])

    def answer_from(self, total: Array) -> Array:
        """The same from (rows, a round's trees) sums that include `start`."""
        if self.classes is None:
            return total
        if total.shape[1] == 1:
            total = np.hstack([-total, total]) / 2
        grown = np.exp(total - total.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True))

    def save(self, folder: Path) -> None:
        """Writes `trees.npz` and `trees.json`."""
        arrays = {field.name: getattr(self.nodes, field.name) for field in fields(self.nodes)}
        np.savez_compressed(folder / NUMBERS, allow_pickle=False, start=self.start, **arrays)
        (folder / ABOUT).write_text(json.dumps({"levels": self.levels, "classes": self.classes}), "utf-8")

    @staticmethod
    def load(folder: Path) -> "Forest":
        """What `save` wrote. Raises EngineError if the numbers do not form trees."""
        with np.load(folder / NUMBERS, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        start = found.pop("start")
        levels = tuple(None if level is None else tuple(level) for level in about["levels"])
        forest = Forest(Nodes(**found), start, levels, None if about["classes"] is None else tuple(about["classes"]))
        forest._check()
        return forest

    def _ordinal(self, x: Array) -> Array:
        """Categories as their place among the known ones; NaN for any other."""
        if not any(level is not None for level in self.levels):
            return x
        x = x.copy()
        for column, level in enumerate(self.levels):
            if level is None:
                continue
            known = np.array(level)
            place = np.searchsorted(known, x[:, column]).clip(0, max(len(known) - 1, 0))
            is_known = (known[place] == x[:, column]) if len(known) else np.zeros(len(x), bool)
            x[:, column] = np.where(is_known, place, np.nan)
        return x

    def _walk(self, x: Array, tree: int) -> Array:
        """(rows,) the values of the leaves that the rows end in."""
        nodes, first = self.nodes, int(self.nodes.first[tree])
        at = np.full(len(x), first)
        going = np.flatnonzero(~nodes.is_leaf[at])
        while len(going):
            here = at[going]
            to_left = self._goes_left(x[going, nodes.column[here]], here)
            at[going] = first + np.where(to_left, nodes.left[here], nodes.right[here])
            going = going[~nodes.is_leaf[at[going]]]
        return np.asarray(nodes.value[at])

    def _goes_left(self, value: Array, here: Array) -> Array:
        nodes = self.nodes
        missing = np.isnan(value)
        split = nodes.split[here]
        left = np.where(missing, nodes.missing_left[here], value <= nodes.threshold[here])
        by_category = (split >= 0) & ~missing
        if by_category.any():
            code = value[by_category].astype(np.int64)
            word = nodes.categories[split[by_category], code // 32]
            left[by_category] = (word >> (code % 32).astype(np.uint32)) & 1
        return left.astype(bool)

    def _check(self) -> None:
        nodes = self.nodes
        sizes = np.diff(np.append(nodes.first, len(nodes.value)))
        tree = np.repeat(np.arange(len(sizes)), sizes) if (sizes > 0).all() else np.array([], int)
        inner = ~nodes.is_leaf
        fits = (
            len(tree) == len(nodes.value)
            and (nodes.left[inner] < sizes[tree][inner]).all()
            and (nodes.right[inner] < sizes[tree][inner]).all()
            and (nodes.left[inner] > _place(nodes, tree)[inner]).all()
            and (nodes.right[inner] > _place(nodes, tree)[inner]).all()
            and (nodes.column[inner] < len(self.levels)).all()
            and (nodes.split < max(len(nodes.categories), 1)).all()
            and len(sizes) % len(self.start) == 0
        )
        if not fits:
            raise EngineError("The numbers of this model do not form trees.", "Use a bundle that Modelwright wrote.")


def _place(nodes: Nodes, tree: Array) -> Array:
    """Each node's place within its tree; children always come after their parent, so a walk ends."""
    return np.asarray(np.arange(len(nodes.value)) - nodes.first[tree])


def _nodes(trees: list[tuple[int, Any]], order: Array) -> Nodes:
    rows = np.concatenate([tree.nodes for _, tree in trees])
    sizes = np.array([len(tree.nodes) for _, tree in trees])
    splits = np.array([len(tree.raw_left_cat_bitsets) for _, tree in trees])
    before = np.repeat(np.concatenate([[0], np.cumsum(splits)[:-1]]), sizes)
    return Nodes(
        first=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
        value=rows["value"].astype(np.float64),
        column=order[rows["feature_idx"].astype(np.int64)],
        threshold=rows["num_threshold"].astype(np.float64),
        left=rows["left"].astype(np.int64),
        right=rows["right"].astype(np.int64),
        is_leaf=rows["is_leaf"].astype(bool),
        missing_left=rows["missing_go_to_left"].astype(bool),
        split=np.where(rows["is_categorical"].astype(bool), before + rows["bitset_idx"], -1).astype(np.int64),
        categories=np.concatenate([tree.raw_left_cat_bitsets.reshape(-1, 8) for _, tree in trees]).astype(np.uint32),
    )


def _order(estimator: Any) -> Array:
    """scikit-learn moves the categorical columns to the front; this is the way back to our columns."""
    if estimator.is_categorical_ is None:
        return np.arange(estimator._n_features)
    return np.concatenate([np.flatnonzero(estimator.is_categorical_), np.flatnonzero(~estimator.is_categorical_)])


def _levels(estimator: Any) -> tuple[tuple[float, ...] | None, ...]:
    if estimator.is_categorical_ is None:
        return (None,) * int(estimator._n_features)
    known = iter(estimator._preprocessor.named_transformers_["encoder"].categories_)
    return tuple(
        tuple(float(v) for v in next(known) if not np.isnan(v)) if is_category else None for is_category in estimator.is_categorical_
    )
