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
MOST_ROWS = 1_000_000
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
    found = shared(learned, rows.table(ids), ids)
    if not found or found < _MANY * rows.rows:
        return []
    what = f"{count(found, 'row of this file is', 'rows of this file are')} also in the data the model was made from."
    fix = "Its answers for them look better than the model is: judge it by rows it has never seen."
    return [Problem(where=name, what=what, fix=fix)]


def shared(learned: Table, new: Table, ids: Sequence[str]) -> int:
    """How many of the new rows are among the learned ones; 0 where rows of the data are alike anyway, so that this says nothing."""
    before, after = _sums(learned, ids), _sums(new, ids)
    known = np.unique(before)
    if len(known) < _DIFFERENT * len(before):
        return 0
    return int(np.isin(after, known).sum())


def _sums(table: Table, ids: Sequence[str]) -> Array:
    sums: Array = pd.util.hash_pandas_object(table.frame[list(ids)].astype(object), index=False).to_numpy(np.uint64)
    return sums
