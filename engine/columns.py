"""Typed columns: everything uploaded becomes a table of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine import cells
from engine.errors import NotFound

ColumnType = Literal["number", "category", "text", "date", "image"]
COLUMN_TYPES: dict[ColumnType, str] = {
    "number": "Number",
    "category": "Category",
    "text": "Free text",
    "date": "Date or time",
    "image": "Picture",
}


TreatmentKind = Literal["drop", "pseudonym", "mask", "initial", "prefix", "band", "year", "age", "round"]


class Treatment(BaseModel):
    """What is done to a column's values so that they point to nobody any more.

    `size` is the width of a band, the number of characters or of decimals kept; `on` the day (ISO) at which an age is taken; `key` tells
    with which key pseudonyms were made, without saying the key.
    """

    model_config = ConfigDict(frozen=True)

    kind: TreatmentKind
    size: int = 0
    on: str = ""
    key: str = ""


class Column(BaseModel):
    """One column: our own id (c0001...), the user's name as a label, and how its text is read.

    `missing` lists the texts that mean "no value"; `decimal` and `thousands` are marks in numbers;
    `unit` is text around every number, such as "$" or "%", or "money" for any currency; `limits` says that "<0.1" counts as 0.1, and
    `part` which number of "120/80" is meant. `date_format` is a strptime pattern, "" meaning ISO 8601, "excel" or "excel 1904" the
    days that spreadsheets count. `blanks` is what a blank cell counts as, "" meaning missing; without `trims` words keep the blanks around
    them. `alike` are categories written in several ways: (as it is written, as it is read). Category and text
    values are str, numbers float. Where personal data was treated, `treatment` says how, and `untreated` how the text of a file is read
    before it is treated the same way.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    type: ColumnType
    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    date_format: str = ""
    missing: tuple[str, ...] = ()
    limits: bool = False
    part: Literal["", "first", "second"] = ""
    alike: tuple[tuple[str, str], ...] = ()
    blanks: str = ""
    trims: bool = True
    origin: str = ""
    treatment: Treatment | None = None
    untreated: "Column | None" = None

    def read_so(self, reading: dict[str, Any]) -> "Column":
        """The column with these fields, which may come from the store."""
        return Column.model_validate(self.model_dump() | reading)


@dataclass(frozen=True)
class Table:
    """Typed rows. `frame` has the column ids as its columns and 0..n-1 as its index; `folder` holds the pictures.

    In the frame numbers are float64 (missing: NaN), categories, texts and picture file names (relative to `folder`) are
    `str` dtype (missing: NaN), dates datetime64[ns] (missing: NaT).
    """

    columns: tuple[Column, ...]
    frame: pd.DataFrame
    folder: Path | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def column(self, id: str) -> Column:
        """The column with that id. Raises NotFound."""
        for column in self.columns:
            if column.id == id:
                return column
        raise NotFound(f"There is no column '{id}' in this table.", "Choose one of its columns.")

    def named(self, name: str) -> Column:
        """The column the user calls `name`. Raises NotFound listing the names."""
        for column in self.columns:
            if column.name == name or column.id == name:
                return column
        raise NotFound(f"There is no column '{name}'.", f"The columns are: {', '.join(c.name for c in self.columns)}.")

    def values(self, id: str) -> np.ndarray[Any, Any]:
        """(rows,): float64 for numbers, datetime64[ns] for dates, object (str or None) for everything else."""
        series = self.frame[id]
        if self.column(id).type == "number":
            return series.to_numpy(np.float64)
        if self.column(id).type == "date":
            return series.to_numpy("datetime64[ns]")
        if self.column(id).type == "category" and isinstance(series.dtype, pd.StringDtype):
            return cells.shared(cells.arrow(series))
        return series.astype(object).where(series.notna(), None).to_numpy(object)

    def only(self, ids: Sequence[str]) -> "Table":
        """Those columns alone, in that order."""
        return replace(self, columns=tuple(self.column(id) for id in ids), frame=self.frame[list(ids)])

    def take(self, rows: np.ndarray[Any, Any]) -> "Table":
        """Those rows (positions), re-numbered from 0."""
        return replace(self, frame=self.frame.iloc[rows].reset_index(drop=True))
