"""Looking through a dataset's rows from the disk: which rows a condition finds, and one page of them. Reads only the columns needed."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from engine import tables
from engine.columns import Table
from engine.dataset_files import files
from engine.store.datasets import Dataset
from engine.tables import Stored

Array = np.ndarray[Any, Any]

PAGE = 50


class Condition(BaseModel):
    """Rows by one column: empty ones, numbers or moments (UTC) in a range with both ends in it, one of some values, or texts with a part
    in them in whatever capitals. What is not given does not matter; no column means all rows.
    """

    model_config = ConfigDict(frozen=True)

    column: str = ""
    missing: bool = False
    low: float | datetime | None = None
    high: float | datetime | None = None
    values: tuple[str, ...] = ()
    part: str = ""

    @property
    def asks(self) -> bool:
        """Whether it leaves any row out."""
        return bool(self.column) and (self.missing or self.low is not None or self.high is not None or bool(self.values or self.part))


def stored(folder: Path, dataset: Dataset, columns: Sequence[str]) -> Stored:
    """The typed rows in the dataset's folder, with these columns (ids)."""
    _, pictures, path, _ = files(folder, dataset.source, dataset.typed)
    return Stored(path, tuple(dataset.column(id) for id in columns), dataset.rows, pictures if dataset.has_pictures else None)


def find(path: Path, condition: Condition) -> Array | None:
    """(rows found,) positions in the typed table, ascending; None means all."""
    if not condition.asks:
        return None
    file, found, start = pq.ParquetFile(path, memory_map=True), [], 0
    for group in range(file.num_row_groups):
        values = file.read_row_group(group, columns=[condition.column]).column(0).combine_chunks()
        found.append(np.flatnonzero(_holds(values, condition).to_numpy(zero_copy_only=False)) + start)
        start += len(values)
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def page(stored: Stored, found: Array | None, number: int) -> tuple[Array, Table]:
    """The positions on that page (from 0) of the rows found, and their values."""
    first, last = number * PAGE, (number + 1) * PAGE
    places = np.arange(first, min(stored.rows, last)) if found is None else found[first:last]
    return places, tables.read_table(stored.path, stored.columns, places, stored.folder)


def pages(rows: int) -> int:
    """How many pages so many rows have; at least one."""
    return max(1, -(-rows // PAGE))


def _holds(values: pa.Array, condition: Condition) -> pa.Array:
    empty = pc.is_null(values, nan_is_null=True)
    if condition.missing:
        return empty
    held = pc.invert(empty)
    for end, compare in ((condition.low, pc.greater_equal), (condition.high, pc.less_equal)):
        if end is not None:
            held = pc.and_(held, pc.fill_null(compare(values, pa.scalar(end, values.type)), False))
    if condition.values:
        held = pc.and_(held, pc.is_in(values, value_set=pa.array(condition.values, values.type)))
    if condition.part:
        held = pc.and_(held, pc.fill_null(pc.match_substring(values, condition.part, ignore_case=True), False))
    return held
