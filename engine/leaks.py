"""Columns that settle the answer alone: usually known only afterwards. Looks at the rows, one column at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine import labels, strength
from engine.columns import Table
from engine.guesses import is_prediction_of
from engine.panels import Bars
from engine.problems import Problem
from engine.profile import ColumnProfile
from engine.strength import Answers
from engine.tasks import Task

Array = np.ndarray[Any, Any]

CHECK = "Q01"
FEW_VALUES = 20
FEWEST_ROWS, FEWEST_OF_A_CLASS = 50, 10
SETTLES = 0.98
SETTLES_SMOOTHLY, CLEARLY_ABOVE = 0.99, 0.03
ALWAYS, RARE, LIFT = 0.95, 0.25, 4
QUESTION = "Is it known before the moment of prediction? If not, leave it out."
PLEDGE = "Yes, it is known beforehand."


def find(table: Table, columns: Sequence[ColumnProfile], target: ColumnProfile, task: Task) -> list[Problem]:
    """One problem for each of `columns` that gives the answer away, by its values or by its name.

    Classes: values whose shares of the answers, measured on one half of the rows, rank the other half nearly perfectly (area under
    the ROC curve of 0.98 and more, for every class), or a value of at least 10 rows that nearly always means the rarer answer. A
    number on a smooth scale may honestly separate classes well, so it must also stand out from the other columns.
    Numbers: an explained share (R²) of 0.98 and more.
    """
    named = [column for column in columns if is_prediction_of(column.name, target.name)]
    problems = [_problem(column, f"By its name, this is a prediction of '{target.name}'.") for column in named]
    rest = [column for column in columns if column not in named and column.type in ("number", "category") and column.distinct > 1]
    known = strength.answers(table, target.id, task) if target.type != "date" else None
    if known is None or len(known) < FEWEST_ROWS:
        return problems
    values = {column.id: table.values(column.id)[known.rows] for column in rest}
    found = _classes(rest, values, known) if known.is_class else _amounts(rest, values, known)
    return problems + [_problem(column, what, strength.along(values[column.id], column.column, known)) for column, what in found]


def _problem(column: ColumnProfile, what: str, evidence: Bars | None = None) -> Problem:
    return Problem(
        where=column.name,
        what=what,
        fix=QUESTION,
        level="stop",
        column=column.id,
        action={"do": "leave out", "column": column.id},
        button="Leave it out",
        check=CHECK,
        evidence=evidence,
        pledge=PLEDGE,
    )


def _classes(columns: list[ColumnProfile], values: dict[str, Array], known: Answers) -> list[tuple[ColumnProfile, str]]:
    if not known.judged:
        return []
    ranks = {id: strength.telling(x, known) for id, x in values.items()}
    plain = {column.id for column in columns if _has_few_values(column) and ranks[column.id] >= SETTLES}
    found = []
    for column in columns:
        next_best = max((rank for id, rank in ranks.items() if id != column.id and id not in plain), default=0.5)
        rare = _always(values[column.id], column, known)
        if column.id in plain or (ranks[column.id] >= SETTLES_SMOOTHLY and ranks[column.id] >= next_best + CLEARLY_ABOVE):
            found.append((column, f"This column alone tells '{known.name}' almost without a mistake."))
        elif rare:
            found.append((column, rare))
    return found


def _has_few_values(column: ColumnProfile) -> bool:
    return column.type == "category" or column.distinct <= FEW_VALUES


def _always(x: Array, column: ColumnProfile, known: Answers) -> str:
    """In words, the value that nearly always comes with the rarer of two answers; "" if there is none."""
    sizes = np.array(known.sizes)
    rare = int(np.argmin(sizes))
    base = sizes[rare] / sizes.sum()
    if len(sizes) != 2 or base > RARE or column.distinct > FEW_VALUES:
        return ""
    codes, values = pd.factorize(x)
    there = codes >= 0
    rows, hits = np.bincount(codes[there]), np.bincount(codes[there], known.y[there] == rare)
    share = hits / np.maximum(rows, 1)
    certain = np.flatnonzero((rows >= FEWEST_OF_A_CLASS) & (share >= max(ALWAYS, LIFT * base)))
    if not len(certain):
        return ""
    value = int(certain[np.argmax(rows[certain])])
    many, found, says = int(rows[value]), int(hits[value]), f"where this is {labels.text(values[value])}"
    which = f"All {many:,} rows {says}" if found == many else f"{found:,} of {many:,} rows {says}"
    return f"{which} have {known.name} = {known.names[rare]}."


def _amounts(columns: list[ColumnProfile], values: dict[str, Array], known: Answers) -> list[tuple[ColumnProfile, str]]:
    explained = {column.id: strength.explained(values[column.id], known.y) for column in columns}
    what = f"This column alone says almost exactly what '{known.name}' is."
    return [(column, what) for column in columns if explained[column.id] >= SETTLES]
