"""What looks wrong or treacherous in a column or a table, in plain words.

It is said once, when a file is read, and kept with the statistics. It knows no plan and no answers; what does is in `checks/`.
"""

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine import dates, extremes
from engine.columns import Column
from engine.names import LOOK_ALIKES
from engine.problems import Problem

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

FEWEST_ROWS = 20
FEW_ROWS = 100
MANY_VALUES = 50
_MOSTLY = 0.5
_NEARLY_ALL = 0.95
_SHOWN = 5
_LOOKED_AT = 5_000
_ID_NAME = re.compile(r"(^|[\W_])(id|uuid|guid|udi|key|code|nr|no|number|index|serial)$|^(id|uuid|index|row)([\W_]|$)|^unnamed", re.I)
_CAMEL_ID = re.compile(r"[a-z]I[Dd]$")
_UUID = r"^\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$|^[0-9a-f]{16,64}$"
_NUMBER = r"^[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?$"


def of_table(rows: int, duplicates: int) -> list[Problem]:
    """About the table as a whole."""
    found = []
    if rows < FEWEST_ROWS:
        said = "There is only 1 row." if rows == 1 else f"There are only {rows} rows."
        found.append(
            Problem(
                where="Table",
                what=said,
                fix=f"At least {FEWEST_ROWS} are needed to learn anything; add rows and upload again.",
                level="stop",
            )
        )
    elif rows < FEW_ROWS:
        found.append(
            Problem(where="Table", what=f"There are only {rows} rows.", fix="Every result will be uncertain; add rows if you can.")
        )
    if duplicates:
        said = "1 row is an exact copy of another one." if duplicates == 1 else f"{duplicates:,} rows are exact copies of other ones."
        fix = "If they are not real repeats, remove them."
        if duplicates < rows / 2:
            fix += " Rows divided by chance keep copies together, so none flatters the model."
        found.append(Problem(where="Table", what=said, fix=fix, level="warn" if duplicates >= 0.01 * rows else "info"))
    return found


def of_column(profile: "ColumnProfile", values: "pd.Series[Any]") -> list[Problem]:
    """About one column. `values` are typed."""
    if profile.missing == profile.rows:
        return [_leave_out(profile, "Every value is missing.", "Leave this column out.")]
    found = []
    if profile.distinct == 1 and profile.rows > 1:
        only = (
            profile.top[0][0] if profile.top else f"{profile.low:g}" if profile.low is not None and profile.type == "number" else "the same"
        )
        found.append(_leave_out(profile, f"There is only one value, '{only}'.", "Leave this column out: it cannot tell rows apart."))
    if profile.missing > _MOSTLY * profile.rows and profile.name != LOOK_ALIKES:
        said = f"{profile.missing / profile.rows:.0%} of the values are missing.".replace("%", " %")
        found.append(_leave_out(profile, said, "Leave it out, unless a missing value says something by itself."))
    if profile.identifier:
        said = "Nearly every row has a value of its own, in order or in one pattern: it looks like an id."
        found.append(_leave_out(profile, said, "Leave it out: a model would learn the rows by heart."))
    if far := extremes.problem(profile):
        found.append(far)
    if profile.type in ("category", "text"):
        found += _about_words(profile, values)
    if profile.type == "date" and dates.is_ambiguous(profile.column.date_format, values.dropna().to_numpy("datetime64[ns]")):
        said = f"Day and month cannot be told apart; the dates were read as {dates.words(profile.column.date_format)}."
        found.append(
            Problem(
                where=profile.name, what=said, fix="Check the first rows, and choose the other order if it is wrong.", column=profile.id
            )
        )
    return found


def is_identifier(column: Column, values: "pd.Series[Any]", distinct: int, whole: bool) -> bool:
    """Whether the values only name the rows: nearly all different, and numbered in order, called an id, or built to one pattern."""
    count = int(values.notna().sum())
    if column.type in ("image", "date") or count < FEWEST_ROWS or distinct < _NEARLY_ALL * count:
        return False
    named = bool(_ID_NAME.search(column.name) or _CAMEL_ID.search(column.name))
    if column.type == "number":
        return whole and (named or bool((np.diff(values.dropna().to_numpy(np.float64)) == 1).all()))
    return named or _is_patterned(values.iloc[np.flatnonzero(values.notna())[:_LOOKED_AT]])


def _leave_out(profile: "ColumnProfile", what: str, fix: str) -> Problem:
    return Problem(where=profile.name, what=what, fix=fix, column=profile.id, action={"do": "leave out", "column": profile.id})


def _about_words(profile: "ColumnProfile", values: "pd.Series[Any]") -> list[Problem]:
    texts = pa.array(values, pa.large_string(), from_pandas=True)
    present = profile.rows - profile.missing
    numeric = pc.match_substring_regex(texts, _NUMBER)
    count = pc.sum(numeric).as_py() or 0
    found = []
    if _MOSTLY * present <= count < present:
        found.append(_mixed(profile, texts, numeric, present - count))
    if profile.type == "category" and profile.distinct > MANY_VALUES and not profile.identifier:
        said = f"There are {profile.distinct:,} different values in {present:,} rows."
        fix = "Rare values teach a model little: group them in the file, or leave the column out."
        found.append(Problem(where=profile.name, what=said, fix=fix, column=profile.id))
    if profile.type == "category" and (alike := _alike([value for value, _ in profile.top])):
        said = f"{' and '.join(repr(value) for value in alike)} differ only in capital letters or blanks, but count as different values."
        found.append(Problem(where=profile.name, what=said, fix="If they mean the same, write them alike in the file.", column=profile.id))
    return found


def _mixed(profile: "ColumnProfile", texts: Any, numeric: Any, count: int) -> Problem:
    rows = pc.indices_nonzero(pc.fill_null(pc.invert(numeric), False)).slice(0, _SHOWN).to_pylist()
    places = ", ".join(f"row {row + 1:,} ('{texts[row].as_py()[:30]}')" for row in rows)
    rows_hold = "1 row holds" if count == 1 else f"{count:,} rows hold"
    said = f"Most values are numbers, but {rows_hold} text: {places}{' and more' if count > len(rows) else ''}."
    return Problem(
        where=profile.name, what=said, fix="Choose the type 'Number' to count those as missing, or clean these rows.", column=profile.id
    )


def _alike(values: list[str]) -> list[str]:
    plain: dict[str, list[str]] = {}
    for value in values:
        plain.setdefault(re.sub(r"\s+", " ", value).casefold(), []).append(value)
    return next((same for same in plain.values() if len(same) > 1), [])


def _is_patterned(present: "pd.Series[Any]") -> bool:
    """Codes such as 7590-VHVEG: without blanks, with digits, and nearly all of one shape."""
    texts = pa.array(present, pa.large_string(), from_pandas=True)
    if pc.sum(pc.match_substring_regex(texts, _UUID)).as_py() >= _NEARLY_ALL * len(texts):
        return True
    if pc.sum(pc.match_substring_regex(texts, r"^\S*\d\S*$")).as_py() < _NEARLY_ALL * len(texts):
        return False
    shapes = pc.replace_substring_regex(pc.replace_substring_regex(texts, r"[A-Za-z]+", "a"), r"\d+", "9")
    counts = sorted((item["counts"] for item in pc.value_counts(shapes).to_pylist()), reverse=True)
    return bool(sum(counts[:3]) >= 0.8 * len(texts))
