"""Which columns go with the answer most, one at a time, and how: for looking at, not for choosing columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine import labels
from engine.columns import Table
from engine.errors import EngineError
from engine.tasks import Task

Array = np.ndarray[Any, Any]

SAMPLE = 20_000
BINS = 8
FEWEST = 5


@dataclass(frozen=True)
class Relation:
    """How the answer moves along one column: per bin (a range of numbers, or a value) its name, its rows, and the answer there.

    `values` are shares (0 to 1) of `answer`, or mean answers when `answer` is "". `strength` is the part of the answer's variance
    that the bins explain (eta squared, 0 to 1).
    """

    column: str
    strength: float
    bins: tuple[str, ...]
    rows: tuple[int, ...]
    values: tuple[float, ...]
    answer: str = ""


def strongest(table: Table, target: str, task: Task, inputs: Sequence[str], most: int = 4, seed: int = 0) -> list[Relation]:
    """The `most` strongest relations beyond chance, strongest first, from at most 20,000 rows.

    Left out are columns without two comparable bins, and those whose strength random bins would often reach (three standard
    deviations of adjusted eta squared, about sqrt(2 x bins) / rows).
    """
    y = table.values(target)
    try:
        state = task.fit(y)
    except EngineError:
        return []
    rows = np.flatnonzero(task.known(y, state))
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))
    sides = _sides(task, y[rows], state)
    found = [_relation(table, id, rows, sides) for id in inputs if id != target and table.column(id).type != "image"]
    return sorted(filter(None, found), key=lambda relation: -relation.strength)[:most]


def _sides(task: Task, y: Array, state: dict[str, Any]) -> list[tuple[str, Array]]:
    """What may be averaged: the answer itself, or for each class (of two: the second) whether it is the answer."""
    if task.estimator == "regressor":
        return [("", y.astype(np.float64))]
    encoded = np.asarray(task.encode(y, state)).ravel()
    names = labels.texts(y)
    classes = np.unique(encoded)
    if len(classes) == 2:
        counts = {str(name): int(count) for name, count in zip(*np.unique(names.astype(str), return_counts=True), strict=True)}
        return [(list(task.answers(counts))[-1], (encoded == classes[1]).astype(np.float64))]
    return [(str(names[np.argmax(encoded == k)]), (encoded == k).astype(np.float64)) for k in classes]


def _relation(table: Table, id: str, rows: Array, sides: list[tuple[str, Array]]) -> Relation | None:
    names, codes = _binned(table, id, rows)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    kept = np.flatnonzero(counts >= FEWEST)
    if len(kept) < 2:
        return None
    inside = np.isin(codes, kept)
    judged = [(_strength(codes[inside], y[inside], len(names)), answer, y) for answer, y in sides]
    strength, answer, y = max(judged, key=lambda one: one[0])
    if strength <= 3 * np.sqrt(2 * len(kept)) / inside.sum():
        return None
    sums = np.bincount(codes[inside], y[inside], len(names))
    means = {int(k): float(sums[k] / counts[k]) for k in kept}
    order = _order(names, means) if table.column(id).type == "category" else list(means)
    rows_in = tuple(int(counts[k]) for k in order)
    return Relation(id, strength, tuple(names[k] for k in order), rows_in, tuple(means[k] for k in order), answer)


def _order(names: list[str], means: dict[int, float]) -> list[int]:
    """Values that are numbers by size, others by the answer, highest first."""
    there = {names[k]: k for k in means}
    try:
        return [there[name] for name in sorted(there, key=float)]
    except ValueError:
        return sorted(means, key=lambda k: -means[k])


def _binned(table: Table, id: str, rows: Array) -> tuple[list[str], Array]:
    """Names of the bins in order, and (rows,) the bin of each row, -1 for none."""
    values = table.values(id)[rows]
    if table.column(id).type == "number":
        return _ranges(values)
    if table.column(id).type == "date":
        days = values.astype("datetime64[D]")
        return _ranges(np.where(np.isnat(days), np.nan, days.astype(np.float64)), dates=True)
    codes, found = pd.factorize(values)
    order = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(found)), kind="stable")[:BINS]
    place = np.full(len(found) + 1, -1)
    place[order] = np.arange(len(order))
    return [str(found[k]) for k in order], place[codes]


def _ranges(values: Array, dates: bool = False) -> tuple[list[str], Array]:
    """Single values where there are few, else ranges with about as many rows each."""
    known = values[np.isfinite(values)]
    distinct = np.unique(known)
    if len(distinct) <= BINS:
        codes = np.where(np.isfinite(values), np.searchsorted(distinct, np.nan_to_num(values)), -1)
        return [_said(value, dates) for value in distinct], np.minimum(codes, len(distinct) - 1)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)))
    codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    names = [f"{_said(low, dates)} to {_said(high, dates)}" for low, high in zip(edges[:-1], edges[1:], strict=True)]
    return names, np.where(np.isfinite(values), codes, -1)


def _said(value: float, dates: bool) -> str:
    return str(np.datetime64(int(value), "D")) if dates else f"{float(f'{value:.3g}'):,.10g}"


def _strength(codes: Array, y: Array, bins: int) -> float:
    """Eta squared, lowered by what as many bins would explain by chance."""
    counts = np.bincount(codes, minlength=bins)
    means = np.bincount(codes, y, bins) / np.maximum(counts, 1)
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 0 or len(y) <= bins:
        return 0.0
    between = float((counts * (means - y.mean()) ** 2).sum())
    used = int((counts > 0).sum()) - 1
    return max(0.0, 1 - (1 - between / total) * (len(y) - 1) / (len(y) - used - 1))
