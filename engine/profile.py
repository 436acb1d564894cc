"""Statistics of a typed table, computed once at upload and shown everywhere."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine import cells, extremes, labels, personal, suspicions
from engine.columns import Column, ColumnType, Table
from engine.errors import NotFound
from engine.extremes import Extremes
from engine.personal import Found
from engine.problems import Problem

Array = np.ndarray[Any, Any]

BINS = 30
_MOST_SHOWN = 20
_EXACT = 1e140
_QUANTILES = (0.01, 0.05, 0.25, 0.75, 0.95, 0.99)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ColumnProfile(_Frozen):
    """One column's statistics.

    `distinct` counts different non-missing values (of more than a million texts that hardly repeat, by 64-bit codes).
    `edges` (bins + 1) and `counts` (bins) are the distribution of numbers and dates (edges as seconds since 1970; where a few
    values lie far away, the outermost bins hold all beyond them); `top` the commonest (value, count) of the other types, at most
    20, and of numbers with at most 20 different values. `low`, `high`, `mean`, `median`, `spread` (standard deviation) and
    `quantiles` (1, 5, 25, 75, 95, 99 %) are of numbers; for dates `low` and `high` are seconds since 1970. `whole` says that all
    numbers are whole; `extremes` are those out of all proportion. `sizes` (width, height, count) are of pictures. `personal` says
    that the column seems to tell of whom the rows are.
    """

    column: Column
    rows: int
    missing: int
    distinct: int
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    median: float | None = None
    spread: float | None = None
    quantiles: tuple[float, ...] = ()
    whole: bool = False
    extremes: Extremes | None = None
    sizes: tuple[tuple[int, int, int], ...] = ()
    identifier: bool = False
    personal: Found | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def id(self) -> str:
        return self.column.id

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def type(self) -> ColumnType:
        return self.column.type


class Profile(_Frozen):
    """A table's statistics. `problems` are about the table as a whole (duplicate rows, few rows)."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    duplicates: int = 0
    problems: tuple[Problem, ...] = ()

    def column(self, id: str) -> ColumnProfile:
        """The statistics of that column. Raises NotFound."""
        for column in self.columns:
            if column.id == id:
                return column
        raise NotFound(f"There is no column '{id}' in this dataset.", "Choose one of its columns.")


def compute(table: Table) -> Profile:
    """The statistics of every column, with what a person should know about each and about the table as a whole."""
    rows = RowCodes(len(table))
    columns = []
    for column in table.columns:
        columns.append(of_column(column, table.frame[column.id], table.folder))
        rows.add(column, table.frame[column.id], columns[-1].distinct)
    return of_table(len(table), columns, rows.duplicates())


def of_table(rows: int, columns: list[ColumnProfile], duplicates: int) -> Profile:
    """The whole from its parts."""
    found = suspicions.of_table(rows, duplicates)
    return Profile(rows=rows, columns=tuple(columns), duplicates=duplicates, problems=tuple(found))


def of_column(column: Column, values: "pd.Series[Any]", folder: Path | None = None) -> ColumnProfile:
    """One column's statistics. Pictures are opened (not decoded) for their sizes."""
    describe = {"number": _numbers, "date": _dates}.get(column.type, _words)
    found = _pictures(values, folder) if column.type == "image" else describe(values)
    known: dict[str, Any] = {"column": column, "rows": len(values), "missing": int(values.isna().sum()), **found}
    known["identifier"] = suspicions.is_identifier(column, values, known["distinct"], known.get("whole", False))
    known["personal"] = personal.find(column, values)
    profile = ColumnProfile(**known)
    return profile.model_copy(update={"problems": tuple(suspicions.of_column(profile, values))})


class RowCodes:
    """One number for each row, built column by column in any order, to count rows that are exact copies of earlier ones."""

    def __init__(self, rows: int) -> None:
        self.codes: Array = np.zeros(rows, np.uint64)
        self.has_pictures = False
        self.is_unique = False

    def add(self, column: Column, values: "pd.Series[Any]", distinct: int = -1) -> None:
        """`distinct`: how many different values there are, if known. Where every row has its own, no more needs to be looked at."""
        self.has_pictures |= column.type == "image"
        self.is_unique |= distinct == len(values)
        if not (self.has_pictures or self.is_unique):
            self.codes += cells.mixed(_codes(column, values), zlib.crc32(column.id.encode()))

    def duplicates(self) -> int:
        if self.has_pictures or self.is_unique or not len(self.codes):
            return 0
        return int(np.count_nonzero(np.diff(np.sort(self.codes)) == 0))


def _codes(column: Column, values: "pd.Series[Any]") -> Array:
    if column.type in ("number", "date"):
        return pd.util.hash_pandas_object(values, index=False).to_numpy(np.uint64)
    return cells.codes(cells.arrow(values))


def _numbers(values: "pd.Series[Any]") -> dict[str, Any]:
    given = values.to_numpy(np.float64)
    ordered = np.sort(given)
    ordered = ordered[: np.searchsorted(ordered, np.inf, side="right")]
    if not len(ordered):
        return {"distinct": 0}
    edges, counts = _bins(ordered, whole := bool((ordered == np.floor(ordered)).all()))
    distinct = 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))
    return {
        "distinct": distinct,
        "edges": edges,
        "counts": counts,
        "top": _few(ordered) if distinct <= _MOST_SHOWN else (),
        "low": float(ordered[0]),
        "high": float(ordered[-1]),
        "mean": _mean(ordered),
        "median": _at(ordered, 0.5),
        "spread": _spread(ordered),
        "quantiles": tuple(_at(ordered, share) for share in _QUANTILES),
        "whole": whole,
        "extremes": extremes.find(given, ordered),
    }


def _mean(ordered: Array) -> float:
    """By the size of the largest, so that no sum is infinite."""
    size = max(abs(ordered[0]), abs(ordered[-1]))
    return float(ordered.mean() if size < _EXACT else (ordered / size).mean() * size)


def _spread(ordered: Array) -> float:
    """The standard deviation; by the size of the largest where squares would be infinite. At most the largest double."""
    size = max(abs(ordered[0]), abs(ordered[-1]))
    if len(ordered) < 2:
        return 0.0
    return float(ordered.std(ddof=1) if size < _EXACT else min((ordered / size).std(ddof=1) * float(size), np.finfo(float).max))


def _few(ordered: Array) -> tuple[tuple[str, int], ...]:
    """The different values as labels, the commonest first, and how often each occurs."""
    values, counts = np.unique(ordered, return_counts=True)
    return tuple((labels.text(values[i]) or "", int(counts[i])) for i in np.argsort(-counts, kind="stable"))


def _dates(values: "pd.Series[Any]") -> dict[str, Any]:
    seconds = values.dropna().to_numpy("datetime64[ns]").view(np.int64) / 1e9
    seconds.sort()
    if not len(seconds):
        return {"distinct": 0}
    edges, counts = _bins(seconds, False)
    distinct = 1 + int(np.count_nonzero(seconds[1:] != seconds[:-1]))
    return {"distinct": distinct, "edges": edges, "counts": counts, "low": float(seconds[0]), "high": float(seconds[-1])}


def _words(values: "pd.Series[Any]") -> dict[str, Any]:
    distinct, top = cells.counted(cells.arrow(values), _MOST_SHOWN)
    return {"distinct": distinct, "top": tuple(top)}


def _pictures(values: "pd.Series[Any]", folder: Path | None) -> dict[str, Any]:
    from PIL import Image

    sizes: dict[tuple[int, int], int] = {}
    for name in values.dropna() if folder else ():
        with Image.open(folder / name) as picture:
            sizes[picture.size] = sizes.get(picture.size, 0) + 1
    common = sorted(sizes.items(), key=lambda item: -item[1])[:_MOST_SHOWN]
    return {"distinct": int(values.nunique()), "sizes": tuple((width, height, count) for (width, height), count in common)}


def _bins(ordered: Array, whole: bool) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Up to 30 bins; one for each whole number where there are few; values far out fall into the outermost bins."""
    low, high = float(ordered[0]), float(ordered[-1])
    if whole and high - low < BINS:
        edges = np.arange(low - 0.5, high + 1)
    else:
        inner_low, inner_high = _at(ordered, 0.01), _at(ordered, 0.99)
        if inner_high > inner_low and high - low > 5 * (inner_high - inner_low):
            low, high = inner_low, inner_high
        if high <= low:
            low, high = low - 0.5, high + 0.5
        edges = 2 * np.linspace(low / 2, high / 2, BINS + 1)
    places = np.searchsorted(ordered, edges[1:-1], side="left")
    counts = np.diff(np.concatenate([[0], places, [len(ordered)]]))
    return tuple(edges.tolist()), tuple(counts.tolist())


def _at(ordered: Array, share: float) -> float:
    """The quantile of sorted values, linear between neighbours."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + 2 * ((place - below) * (ordered[above] / 2 - ordered[below] / 2)))
