"""How well one column alone tells the answer: measured on one half of the rows, judged on the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine import labels
from engine.columns import Column, Table
from engine.errors import EngineError
from engine.panels import Bars
from engine.tasks import Task
from engine.wording import number

Array = np.ndarray[Any, Any]

ROWS = 20_000
BINS = 64
FEWEST_OF_A_CLASS, MOST_CLASSES = 10, 30
SHOWN = 8


@dataclass(frozen=True)
class Answers:
    """The rows whose answer is known: their positions in the table, and `y`: (rows,) class numbers, or the amounts themselves.

    `names` are the classes in words, `sizes` how many rows each has, `judged` those with rows enough (of two: the second); all empty
    for amounts.
    """

    name: str
    rows: Array
    y: Array
    names: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    judged: tuple[int, ...] = ()

    @property
    def is_class(self) -> bool:
        return bool(self.names)

    def __len__(self) -> int:
        return len(self.rows)


def answers(table: Table, target: str, task: Task, most: int = ROWS) -> Answers | None:
    """What `task` takes for the answers in the column `target`, from at most `most` rows, evenly spread; None where it finds none."""
    column, given = table.column(target), table.values(target)
    try:
        state = task.fit(given)
        rows = np.flatnonzero(task.known(given, state))
    except EngineError:
        return None
    rows = rows[:: max(1, -(-len(rows) // most))]
    if not len(rows):
        return None
    if task.estimator == "regressor":
        return Answers(column.name, rows, given[rows].astype(np.float64))
    encoded = np.asarray(task.encode(given[rows], state)).ravel()
    found, y = np.unique(encoded, return_inverse=True)
    said = labels.texts(given[rows])
    names = [str(said[np.argmax(y == k)]) for k in range(len(found))]
    if len(found) == 2:
        counts = {str(label): int(many) for label, many in zip(*np.unique(said.astype(str), return_counts=True), strict=True)}
        names[1] = list(task.answers(counts))[-1]
    sizes = np.bincount(y, minlength=len(found))
    judged = [int(k) for k in np.argsort(-sizes, kind="stable")[:MOST_CLASSES] if sizes[k] >= FEWEST_OF_A_CLASS]
    judged = [] if len(judged) < 2 else [1] if len(found) == 2 else judged
    return Answers(column.name, rows, y, tuple(names), tuple(int(size) for size in sizes), tuple(judged))


def telling(x: Array, known: Answers, over: Callable[..., Any] = np.min) -> float:
    """How well `x`, (rows,) as in `known`, tells the answer alone.

    Classes: the area under the ROC curve (0.5: nothing, 1: all), each half of the rows ranked by what the other half says; of more than
    two classes the smallest, or what `over` makes of them. Amounts: the share of the variance it explains.
    """
    if not known.is_class:
        return explained(x, known.y)
    return ranking(codes(x), known.y, known.judged, over) if known.judged else 0.5


def codes(x: Array) -> Array:
    """(rows,) each value's bin, from 0; numbers with many values in equal shares; missing values are a bin of their own."""
    if x.dtype.kind == "M":
        x = np.where(np.isnat(x), np.nan, x.astype("datetime64[s]").astype(np.float64))
    if x.dtype.kind == "f":
        known = x[np.isfinite(x)]
        if len(np.unique(known)) > BINS:
            edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
            return np.where(np.isfinite(x), np.searchsorted(edges, x), len(edges) + 1)
    found, distinct = pd.factorize(x)
    return np.where(found < 0, len(distinct), found)


def ranking(coded: Array, classes: Array, judged: "tuple[int, ...]", over: Callable[..., Any] = np.min) -> float:
    """See `telling`, of classes."""
    counted = _counts(coded, classes)
    shares = [(half + half.sum(axis=0) / half.sum()) / (half.sum(axis=1, keepdims=True) + 1) for half in counted]
    areas = [[_area(counted[h][:, c], counted[h].sum(axis=1), shares[1 - h][:, c]) for c in judged] for h in (0, 1)]
    return float(over(np.mean(areas, axis=0)))


def explained(x: Array, y: Array) -> float:
    """R²: the better of a straight line (numbers) and of the other half's mean for each value."""
    straight = _straight(x, y) if x.dtype.kind == "f" else 0.0
    y = _sized(y)
    coded, half = codes(x), np.random.default_rng(0).permutation(len(x)) % 2
    size, errors, spread = int(coded.max()) + 1, 0.0, 0.0
    for h in (0, 1):
        mine, other = half == h, half != h
        rows, total = np.bincount(coded[other], minlength=size), np.bincount(coded[other], y[other], minlength=size)
        guess = np.where(rows > 0, total / np.maximum(rows, 1), y[other].mean())
        errors += float(np.square(y[mine] - guess[coded[mine]]).sum())
        spread += float(np.square(y[mine] - y[other].mean()).sum())
    return max(straight, 1 - errors / spread if spread > 0 else 0.0)


def along(x: Array, column: Column, known: Answers) -> Bars:
    """The answer along the column, for looking at: its share (of the class that changes most) or its mean in each value or range."""
    names, places = _parts(x)
    rows = np.bincount(places, minlength=len(names))
    sides = [(k, (known.y == k).astype(np.float64)) for k in known.judged] if known.is_class else [(0, known.y)]
    there = np.flatnonzero(rows)
    names, rows, places = [names[k] for k in there], rows[there], np.searchsorted(there, places)
    means = [(np.bincount(places, y, len(names)) / np.maximum(rows, 1), k) for k, y in sides]
    values, k = max(means, key=lambda one: float(np.ptp(one[0]))) if means else (rows.astype(np.float64), 0)
    what = f"Rows in 100 with {known.name} = {known.names[k]}" if known.is_class else f"Mean of {known.name}"
    heights = 100 * values if known.is_class else values
    return Bars(title=f"{known.name} along {column.name}", x_label=column.name, y_label=what, names=names, values=heights.tolist())


def _parts(x: Array) -> tuple[list[str], Array]:
    """The names of the commonest values or of ranges with as many rows each, and (rows,) which one a row has."""
    if x.dtype.kind == "M":
        x = x.astype("datetime64[M]").astype(str).astype(object)
    if x.dtype.kind == "f" and len(np.unique(x[np.isfinite(x)])) > SHOWN:
        known = x[np.isfinite(x)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, SHOWN + 1)))
        places = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, max(len(edges) - 2, 0))
        names = [f"{number(a)} to {number(b)}" for a, b in zip(edges[:-1], edges[1:], strict=True)]
        return _distinct([*names, "missing"]), np.where(np.isfinite(x), places, len(names))
    found, values = pd.factorize(x)
    order = np.argsort(-np.bincount(found[found >= 0], minlength=len(values)), kind="stable")[:SHOWN]
    place = np.full(len(values) + 1, len(order))
    place[order] = np.arange(len(order))
    place[-1] = len(order) + 1
    return _distinct([*(str(labels.text(values[k]))[:30] for k in order), "others", "missing"]), place[found]


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    return [name if (seen.update({name: seen.get(name, 0) + 1}) or seen[name] == 1) else f"{name} ({seen[name]})" for name in names]


def _counts(coded: Array, classes: Array) -> list[Array]:
    """For each half of the rows (values, classes) how many."""
    width = int(classes.max()) + 1
    cells, half = coded * width + classes, np.random.default_rng(0).permutation(len(coded)) % 2
    size = (int(coded.max()) + 1) * width
    return [np.bincount(cells[half == h], minlength=size).reshape(-1, width).astype(float) for h in (0, 1)]


def _area(hits: Array, rows: Array, score: Array) -> float:
    """Area under the ROC curve when every value has one score; equal scores count half."""
    _, place = np.unique(score, return_inverse=True)
    positive, negative = np.bincount(place, hits), np.bincount(place, rows - hits)
    if not positive.sum() or not negative.sum():
        return 0.5
    below = np.cumsum(negative) - negative
    return float((positive * (below + negative / 2)).sum() / (positive.sum() * negative.sum()))


def _straight(x: Array, y: Array) -> float:
    known = np.isfinite(x)
    if known.mean() < 0.5 or np.ptp(x[known] / 2) == 0 or y[known].std() == 0:
        return 0.0
    return float(np.corrcoef(_sized(x[known]), _sized(y[known]))[0, 1] ** 2)


def _sized(x: Array) -> Array:
    """Between -1 and 1, so that no square is infinite."""
    largest = np.abs(x).max(initial=0.0)
    return x / largest if largest > 0 else x
