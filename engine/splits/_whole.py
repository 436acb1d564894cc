"""Dividing rows so that all of one group are on one side. `groups` is (rows,) the number of each row's, from 0 on."""

from collections.abc import Sequence

import numpy as np

from engine.errors import InvalidPlan
from engine.splits.base import FEWEST_GROUPS, LEAST_SHARE, TRAIN, VALIDATION, Array, Case, turned

LARGE_GROUP = 0.05


def divide(case: Case, groups: Array, found: str) -> Array:
    """Groups in random order, the very large ones first, each to the part that still lacks the most of its classes.

    Raises InvalidPlan where there are too few, saying what was `found`.
    """
    split, size = case.split, np.bincount(groups)
    if len(size) < FEWEST_GROUPS:
        what = f"{found}; to keep groups whole, at least {FEWEST_GROUPS} are needed."
        raise InvalidPlan(what, "Divide by another column, or at random.")
    wanted = (1 - split.test - split.validation, split.validation, split.test)
    part_of = _place(_by_class(groups, case.classes), _order(size, case.random), wanted)
    return _none_empty(part_of, size, len(wanted))[groups]


def rounds(case: Case, groups: Array, count: int) -> list[Array]:
    """As `Method.rounds`: at most as many as there are groups."""
    size = np.bincount(groups)
    count = min(count, len(size))
    fold_of = _place(_by_class(groups, case.classes), _order(size, case.random), [1 / count] * count)
    return turned(_none_empty(fold_of, size, count)[groups], count)


def steered(case: Case, groups: Array, one: str) -> Array:
    """As `Method.steered`; also of two groups one can steer. `one` is what a group is called.

    Raises InvalidPlan where there is only one.
    """
    size = np.bincount(groups)
    if len(size) < 2:
        what = f"Without the unseen rows only one {one} is left, and at least 2 are needed: one to learn from, one to steer."
        raise InvalidPlan(what, "Divide by another column, or ask for more parts.")
    share = max(case.split.validation, LEAST_SHARE)
    part_of = _place(_by_class(groups, case.classes), _order(size, case.random), (1 - share, share))
    return np.array([TRAIN, VALIDATION])[_none_empty(part_of, size, 2)[groups]]


def _by_class(groups: Array, classes: Array) -> Array:
    """(groups, classes) the share of each class's rows that lies in each group."""
    found = np.zeros((groups.max() + 1, classes.max() + 1))
    np.add.at(found, (groups, classes), 1)
    shares: Array = found / found.sum(axis=0)
    return shares


def _order(size: Array, random: np.random.Generator) -> Array:
    order = random.permutation(len(size))
    large = np.where(size[order] > LARGE_GROUP * size.sum(), size[order], 0)
    return order[np.argsort(-large, kind="stable")]


def _place(shares: Array, order: Array, wanted: Sequence[float]) -> Array:
    lacking = np.repeat(np.array(wanted)[:, None], shares.shape[1], axis=1)
    part_of = np.zeros(len(shares), np.int64)
    for group in order:
        part = int(np.argmax(lacking @ shares[group]))
        part_of[group] = part
        lacking[part] -= shares[group]
    return part_of


def _none_empty(part_of: Array, size: Array, count: int) -> Array:
    """A part that got no group takes the smallest one of the part with the most groups."""
    part_of = part_of.copy()
    for part in range(count):
        if not (part_of == part).any():
            richest = np.bincount(part_of, minlength=count).argmax()
            candidates = np.flatnonzero(part_of == richest)
            part_of[candidates[np.argmin(size[candidates])]] = part
    return part_of
