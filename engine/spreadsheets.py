"""Tables written for people's spreadsheets: text that one of them would run as a formula gets an apostrophe in front, and is text then.

Numbers stay as they are, also those kept as text (`-5`, `+1.5e3`). The characters are those OWASP names under "CSV injection", with their
full-width forms, which some spreadsheets take for the same.
"""

import re
from typing import Any

import pandas as pd

_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_NUMBER = re.compile(r"[-+]?(\d[\d.,' ]*|[.,]\d+)([eE][-+]?\d+)?\s?%?")


def cell(value: Any) -> Any:
    """The value as a spreadsheet may have it: changed only if it is text that could be a formula."""
    if isinstance(value, str) and value.startswith(tuple(_STARTS)) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every text cell and every name made safe; columns may have the same name twice."""
    safe = [_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    made = pd.concat(safe, axis=1) if safe else frame.copy()
    return made.set_axis([cell(name) for name in frame.columns], axis=1)


def to_csv(frame: pd.DataFrame, file: Any = None, header: bool = True) -> str | None:
    """Writes the frame without its index as CSV, or gives the text back where there is no file."""
    written: str | None = guarded(frame).to_csv(file, index=False, header=header)
    return written


def _column(values: "pd.Series[Any]") -> "pd.Series[Any]":
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    return values.map(cell, na_action="ignore")
