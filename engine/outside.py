"""A second dataset as the unseen rows of a first: its columns are found by name and its text is read as the first one's columns say."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from engine import dataset_files, datasets, new_rows, tables, values
from engine.columns import Column, Table
from engine.datasets import Dataset
from engine.errors import InvalidPlan, UnreadableFile
from engine.problems import Problem
from engine.store.workspace import Workspace


def fits(dataset: Dataset, columns: Sequence[Column], required: Sequence[str]) -> bool:
    """Whether that dataset has every column of `columns` whose id is in `required`, by name; one with pictures does not fit."""
    try:
        check(dataset, columns, required)
    except InvalidPlan:
        return False
    return True


def check(dataset: Dataset, columns: Sequence[Column], required: Sequence[str]) -> None:
    """Raises InvalidPlan naming the columns of `columns` that are required (by id) and that the dataset has not."""
    _match(dataset, columns, required)


def rows(workspace: Workspace, id: str, columns: Sequence[Column], required: Sequence[str]) -> Table:
    """The rows of that dataset under the ids of `columns`; a column that is not `required` (an id) and not there is empty.

    Raises InvalidPlan naming the columns that are missing, and NotFound when the dataset is gone.
    """
    return _read(workspace, id, columns, required)[0]


def problems(workspace: Workspace, id: str, columns: Sequence[Column], required: Sequence[str]) -> list[Problem]:
    """What is odd about these rows: columns taken by another spelling, values that cannot be read. Raises as `rows` does."""
    return _read(workspace, id, columns, required)[1]


def _read(workspace: Workspace, id: str, columns: Sequence[Column], required: Sequence[str]) -> tuple[Table, list[Problem]]:
    dataset = datasets.get(workspace, id)
    matched, found = _match(dataset, columns, required)
    source = dataset_files.files(workspace.dataset(id), dataset.source, dataset.typed)[0]
    series: dict[str, pd.Series] = {}
    for column, place in matched:
        texts = tables.source_column(source, dataset.columns[place].id)
        used, told = new_rows.read_as(column, texts)
        series[column.id] = values.to_pandas(values.typed(texts, used)[0], column.type)
        found += told
    frame = pd.DataFrame({column.id: series.get(column.id, _empty(column, dataset.rows)) for column in columns})
    return Table(tuple(columns), frame), found


def _match(dataset: Dataset, columns: Sequence[Column], required: Sequence[str]) -> tuple[list[tuple[Column, int]], list[Problem]]:
    if dataset.has_pictures or any(column.type == "image" for column in columns):
        raise InvalidPlan("Pictures cannot be judged on a second dataset yet.", "Keep some of your own rows unseen instead.")
    optional = [column.id for column in columns if column.id not in required]
    try:
        return new_rows.match(columns, [column.name for column in dataset.columns], optional)
    except UnreadableFile as error:
        what = f"'{dataset.name}' cannot hold the unseen rows. {error.what.replace('the model needs', 'is needed')}"
        raise InvalidPlan(what, "Choose another dataset, or keep some of your own rows unseen.") from error


def _empty(column: Column, rows: int) -> pd.Series:
    nothing = pa.nulls(rows, {"number": pa.float64(), "date": pa.timestamp("ns")}.get(column.type, pa.large_string()))
    return values.to_pandas(nothing, column.type)
