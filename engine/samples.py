"""A few raw rows with the answers expected for them: they travel with a model, so that loading it can be checked anywhere."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.columns import Column, Table
from engine.errors import EngineError
from engine.learners.base import Array

FILE, PICTURES = "samples.json", "samples"
ROWS, FEW_PICTURES = 16, 6
RELATIVE, ABSOLUTE = 2e-3, 1e-3


def choose(table: Table, rows: Array) -> Table:
    """Some of these rows (positions), evenly spread."""
    most = FEW_PICTURES if any(column.type == "image" for column in table.columns) else ROWS
    return table.take(rows[np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int))])


def write(folder: Path, rows: Table, outputs: Array) -> None:
    """Writes the rows as JSON, their pictures as files, and the outputs expected."""
    inputs = {column.id: _told(rows, column, folder) for column in rows.columns}
    (folder / FILE).write_text(json.dumps({"inputs": inputs, "outputs": outputs.tolist()}), "utf-8")


def read(folder: Path, columns: Sequence[Column]) -> tuple[Table, Array]:
    """What `write` wrote."""
    found = json.loads((folder / FILE).read_text("utf-8"))
    return table(columns, found["inputs"], folder), np.array(found["outputs"], np.float32)


def compare(expected: Array, got: Array) -> None:
    """Raises EngineError when the answers differ by more than another processor's rounding."""
    if expected.shape != got.shape or not np.allclose(expected, got, rtol=RELATIVE, atol=ABSOLUTE):
        off = float(np.abs(expected - got).max()) if expected.shape == got.shape else float("nan")
        raise EngineError(
            f"The model does not answer as it did when it was made (its own sample rows are off by {off:.3g}).",
            "Use the versions of the libraries it was made with; they are in versions.json.",
        )


def table(columns: Sequence[Column], values: dict[str, list[Any]], folder: Path | None = None) -> Table:
    """A Table from plain values (None: missing; dates as ISO text), of the columns that `values` has."""
    there = tuple(column for column in columns if column.id in values)
    frame = {column.id: _READ[column.type](values[column.id]) for column in there}
    return Table(there, pd.DataFrame(frame), folder)


def _told(rows: Table, column: Column, folder: Path) -> list[Any]:
    values = rows.frame[column.id]
    if column.type == "number":
        return [None if pd.isna(value) else float(value) for value in values]
    if column.type == "date":
        return [None if pd.isna(value) else value.isoformat() for value in values]
    if column.type == "image":
        return [None if pd.isna(name) else _copied(rows, str(name), folder, number) for number, name in enumerate(values)]
    return [None if pd.isna(value) else str(value) for value in values]


def _copied(rows: Table, name: str, folder: Path, number: int) -> str | None:
    source = (rows.folder or Path()) / name
    if not source.is_file():
        return None
    (folder / PICTURES).mkdir(exist_ok=True)
    target = f"{PICTURES}/{number}{source.suffix.lower()}"
    shutil.copyfile(source, folder / target)
    return target


def _numbers(values: list[Any]) -> "pd.Series[float]":
    return pd.Series([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _words(values: list[Any]) -> "pd.Series[str]":
    return pd.Series([None if value is None else str(value) for value in values], dtype="str")


def _dates(values: list[Any]) -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(pd.Series(values, dtype=object)).astype("datetime64[ns]")


_READ: dict[str, Any] = {"number": _numbers, "date": _dates, "category": _words, "text": _words, "image": _words}
