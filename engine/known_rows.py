"""Whether rows to be answered are among those a model was made from: answers about them look better than the model is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine import datasets
from engine.columns import Table
from engine.errors import EngineError
from engine.plan import Plan
from engine.problems import Problem
from engine.store.workspace import Workspace
from engine.tables import Stored
from engine.wording import count

Array = np.ndarray[Any, Any]
MOST_ROWS, PIECE = 1_000_000, 4_000
_MANY = 0.1
_DIFFERENT = 0.5


def problems(workspace: Workspace, plan: Plan, rows: Stored, name: str) -> list[Problem]:
    """A warning if one row in ten or more is, cell for cell, one of the dataset's; nothing if the dataset is not here (any more)."""
    columns = [column for column in rows.columns if column.id in plan.inputs]
    if not columns or rows.rows > MOST_ROWS or any(column.type == "image" for column in columns) or not workspace.database.exists():
        return []
    ids = [column.id for column in columns]
    try:
        if datasets.get(workspace, plan.dataset).rows > MOST_ROWS:
            return []
        learned = datasets.table(workspace, plan.dataset, columns=ids)
    except EngineError:
        return []
    known = distinct(learned, ids)
    found = sum(shared(known, piece, ids) for piece in rows.pieces(PIECE)) if len(known) else 0
    if not found or found < _MANY * rows.rows:
        return []
    what = f"{count(found, 'row of this file is', 'rows of this file are')} also in the data the model was made from."
    fix = "Its answers for them look better than the model is: judge it by rows it has never seen."
    return [Problem(where=name, what=what, fix=fix)]


def distinct(learned: Table, ids: Sequence[str]) -> Array:
    """A number for each different row of the data; none where its rows are alike anyway, so that finding one again says nothing."""
    sums = _sums(learned, ids)
    known = np.unique(sums)
    return known if len(known) >= _DIFFERENT * len(sums) else known[:0]


def shared(known: Array, new: Table, ids: Sequence[str]) -> int:
    """How many of the new rows are among the known ones."""
    return int(np.isin(_sums(new, ids), known).sum())


def _sums(table: Table, ids: Sequence[str]) -> Array:
    sums: Array = pd.util.hash_pandas_object(table.frame[list(ids)].astype(object), index=False).to_numpy(np.uint64)
    return sums
