"""Columns that settle the answer alone: usually known only afterwards. Looks at the rows, one column at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine import labels
from engine.columns import Table
from engine.guesses import is_prediction_of
from engine.problems import Problem
from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]

ROWS = 20_000
BINS = 64
FEW_VALUES = 20
FEWEST_ROWS, FEWEST_OF_A_CLASS, MOST_CLASSES = 50, 10, 30
SETTLES = 0.98
SETTLES_SMOOTHLY, CLEARLY_ABOVE = 0.99, 0.03
ALWAYS, RARE, LIFT = 0.95, 0.25, 4
QUESTION = "Is it known before the moment of prediction? If not, leave it out."


def find(table: Table, columns: Sequence[ColumnProfile], target: ColumnProfile, is_class: bool) -> list[Problem]:
    """One problem for each of `columns` that gives the answer away, by its values or by its name.

    Classes: values whose shares of the answers, measured on one half of the rows, rank the other half nearly perfectly (area under
    the ROC curve of 0.98 and more, for every class), or a value of at least 10 rows that nearly always means the rarer answer. A
    number on a smooth scale may honestly separate classes well, so it must also stand out from the other columns.
    Numbers: an explained share (R²) of 0.98 and more.
    """
    named = [column for column in columns if is_prediction_of(column.name, target.name)]
    problems = [_problem(column, f"By its name, this is a prediction of '{target.name}'.") for column in named]
    rest = [column for column in columns if column not in named and column.type in ("number", "category") and column.distinct > 1]
    y = table.values(target.id)
    rows = np.flatnonzero(np.isfinite(y) if y.dtype.kind == "f" else ~pd.isna(y))
    rows = rows[:: max(1, -(-len(rows) // ROWS))]
    if len(rows) < FEWEST_ROWS or target.type == "date":
        return problems
    values = {column.id: table.values(column.id)[rows] for column in rest}
    found = _classes(rest, values, y[rows], target) if is_class else _amounts(rest, values, y[rows], target)
    return problems + found


def _problem(column: ColumnProfile, what: str) -> Problem:
    leave = {"do": "leave out", "column": column.id}
    return Problem(where=column.name, what=what, fix=QUESTION, level="warn", column=column.id, action=leave)


def _classes(columns: list[ColumnProfile], values: dict[str, Array], y: Array, target: ColumnProfile) -> list[Problem]:
    said = labels.texts(y)
    classes, names = pd.factorize(said)
    sizes = np.bincount(classes)
    judged = [int(c) for c in np.argsort(-sizes, kind="stable")[:MOST_CLASSES] if sizes[c] >= FEWEST_OF_A_CLASS]
    if len(judged) < 2:
        return []
    judged = judged[1:] if len(names) == 2 else judged
    codes = {id: _codes(x) for id, x in values.items()}
    ranks = {id: _ranking(code, classes, judged) for id, code in codes.items()}
    plain = {column.id for column in columns if _has_few_values(column) and ranks[column.id] >= SETTLES}
    problems = []
    for column in columns:
        next_best = max((rank for id, rank in ranks.items() if id != column.id and id not in plain), default=0.5)
        rare = _always(values[column.id], column, classes, names, sizes, target.name)
        if column.id in plain or (ranks[column.id] >= SETTLES_SMOOTHLY and ranks[column.id] >= next_best + CLEARLY_ABOVE):
            problems.append(_problem(column, f"This column alone tells '{target.name}' almost without a mistake."))
        elif rare:
            problems.append(_problem(column, rare))
    return problems


def _has_few_values(column: ColumnProfile) -> bool:
    return column.type == "category" or column.distinct <= FEW_VALUES


def _codes(x: Array) -> Array:
    """(rows,) each value's bin, from 0; numbers with many values in equal shares; missing values are a bin of their own."""
    if x.dtype.kind == "f":
        known = x[np.isfinite(x)]
        if len(np.unique(known)) > BINS:
            edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
            return np.where(np.isfinite(x), np.searchsorted(edges, x), len(edges) + 1)
    codes, distinct = pd.factorize(x)
    return np.where(codes < 0, len(distinct), codes)


def _ranking(codes: Array, classes: Array, judged: list[int]) -> float:
    """The smallest area under the ROC curve of any judged class, each half of the rows ranked by what the other half says."""
    counted = _counts(codes, classes)
    shares = [(half + half.sum(axis=0) / half.sum()) / (half.sum(axis=1, keepdims=True) + 1) for half in counted]
    areas = [[_area(counted[h][:, c], counted[h].sum(axis=1), shares[1 - h][:, c]) for c in judged] for h in (0, 1)]
    return float(np.min(np.mean(areas, axis=0)))


def _counts(codes: Array, classes: Array) -> list[Array]:
    """For each half of the rows (values, classes) how many."""
    width = int(classes.max()) + 1
    cells, half = codes * width + classes, np.random.default_rng(0).permutation(len(codes)) % 2
    size = (int(codes.max()) + 1) * width
    return [np.bincount(cells[half == h], minlength=size).reshape(-1, width).astype(float) for h in (0, 1)]


def _area(hits: Array, rows: Array, score: Array) -> float:
    """Area under the ROC curve when every value has one score; equal scores count half."""
    _, place = np.unique(score, return_inverse=True)
    positive, negative = np.bincount(place, hits), np.bincount(place, rows - hits)
    if not positive.sum() or not negative.sum():
        return 0.5
    below = np.cumsum(negative) - negative
    return float((positive * (below + negative / 2)).sum() / (positive.sum() * negative.sum()))


def _always(x: Array, column: ColumnProfile, classes: Array, names: Any, sizes: Array, target: str) -> str:
    """In words, the value that nearly always comes with the rarer of two answers; "" if there is none."""
    rare = int(np.argmin(sizes))
    base = sizes[rare] / sizes.sum()
    if len(sizes) != 2 or base > RARE or column.distinct > FEW_VALUES:
        return ""
    codes, values = pd.factorize(x)
    there = codes >= 0
    rows, hits = np.bincount(codes[there]), np.bincount(codes[there], classes[there] == rare)
    share = hits / np.maximum(rows, 1)
    certain = np.flatnonzero((rows >= FEWEST_OF_A_CLASS) & (share >= max(ALWAYS, LIFT * base)))
    if not len(certain):
        return ""
    value = int(certain[np.argmax(rows[certain])])
    many, found, says = int(rows[value]), int(hits[value]), f"where this is {labels.text(values[value])}"
    which = f"All {many:,} rows {says}" if found == many else f"{found:,} of {many:,} rows {says}"
    return f"{which} have {target} = {names[rare]}."


def _amounts(columns: list[ColumnProfile], values: dict[str, Array], y: Array, target: ColumnProfile) -> list[Problem]:
    explained = {column.id: _explained(values[column.id], _sized(y)) for column in columns}
    what = f"This column alone says almost exactly what '{target.name}' is."
    return [_problem(column, what) for column in columns if explained[column.id] >= SETTLES]


def _explained(x: Array, y: Array) -> float:
    """R²: the better of a straight line (numbers) and of the other half's mean for each value."""
    straight = _straight(x, y) if x.dtype.kind == "f" else 0.0
    codes, half = _codes(x), np.random.default_rng(0).permutation(len(x)) % 2
    size, errors, spread = int(codes.max()) + 1, 0.0, 0.0
    for h in (0, 1):
        mine, other = half == h, half != h
        rows, total = np.bincount(codes[other], minlength=size), np.bincount(codes[other], y[other], minlength=size)
        guess = np.where(rows > 0, total / np.maximum(rows, 1), y[other].mean())
        errors += float(np.square(y[mine] - guess[codes[mine]]).sum())
        spread += float(np.square(y[mine] - y[other].mean()).sum())
    return max(straight, 1 - errors / spread if spread > 0 else 0.0)


def _straight(x: Array, y: Array) -> float:
    known = np.isfinite(x)
    if known.mean() < 0.5 or np.ptp(x[known] / 2) == 0 or y[known].std() == 0:
        return 0.0
    return float(np.corrcoef(_sized(x[known]), y[known])[0, 1] ** 2)


def _sized(x: Array) -> Array:
    """Between -1 and 1, so that no square is infinite."""
    largest = np.abs(x).max(initial=0.0)
    return x / largest if largest > 0 else x
