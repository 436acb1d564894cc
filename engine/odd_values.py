"""What is odd in a column's text although it could be read: damage by Excel, dates out of range, files and lists in cells."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine import cells, dates
from engine.columns import Column
from engine.problems import Level, Problem

if TYPE_CHECKING:
    from engine.values import Reading

_SHOWN = 4
_LOOKED_AT = 2_000
_SHARE = 0.8
_MANY = 1_000
_FEWEST = 20
_UNNAMED = re.compile(r"column 1|unnamed.*|index|row|rownames?|level_0|x|#", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|mär|mai|okt|dez"
_DAMAGED = rf"(?i)^(\d{{1,2}}-({_MONTHS})|({_MONTHS})-\d{{2}})$"
_INFINITE = "(?i)^[-+]?(inf|infinity|\u221e)$"
_YEAR = r"\b(\d{4})\b"
_FILE = r"^(data:[\w/+.-]+;base64,|[A-Za-z0-9+/]{200,}={0,2}$)"
_JSON = r'^\{\s*"'
_LIST = r"^\[.*\]$"
_WAYS = "The dates are written in "
_FEWEST_DATES, _MOST_OTHERS = 5, 0.1


def problems(texts: pa.Array, reading: "Reading") -> list[Problem]:
    """All that is odd in the column as it was read."""
    if reading.column.type == "number" and not reading.failed.any():
        return []
    trimmed = cells.trimmed(texts)
    if reading.column.type == "number":
        return _infinite(trimmed, reading)
    if reading.column.type == "date":
        return [*(_out_of_range(trimmed, reading) if reading.failed.any() else []), *_far_dates(trimmed, reading)]
    return _in_cells(trimmed, reading) if reading.column.type in ("category", "text") else []


def of_table(columns: Sequence[Column]) -> list[Problem]:
    """What is odd about the columns together: very many, or names that are nearly the same."""
    found = []
    if len(columns) > _MANY:
        fix = "Leave out those that cannot matter: with more columns than rows a model finds patterns that are not there."
        found.append(Problem(where="Table", what=f"There are {len(columns):,} columns.", fix=fix))
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", column.name)).casefold(), []).append(column)
    for same in groups.values():
        if len(same) > 1 and _bare(same):
            said = " and ".join(f"'{column.name}'" for column in same[:_SHOWN])
            fix = "Check that each is a column of its own, and give them names that cannot be confused."
            what = f"The names {said} differ only in capitals, blanks or marks."
            found.append(Problem(where="Table", what=what, fix=fix, level="info", column=same[1].id))
    return found


def has_several_dates(found: Sequence[Problem]) -> bool:
    """Whether one of these says that a column of text holds dates written in several ways."""
    return any(problem.what.startswith(_WAYS) for problem in found)


def only_counts(column: Column, typed: "pd.Series[Any]") -> bool:
    """Whether the column only numbers the rows from 0 or 1, as many programs add when they write a file."""
    if column.type != "number" or len(typed) < _FEWEST or not _UNNAMED.fullmatch(column.name):
        return False
    counted = typed.to_numpy(np.float64)
    return bool(counted[0] in (0, 1) and (np.diff(counted) == 1).all())


def _bare(same: Sequence[Column]) -> bool:
    return bool(re.sub(r"[\W_]+", "", same[0].name)) and not any(re.search(r" \(\d+\)$", column.name) for column in same)


def _infinite(trimmed: pa.Array, reading: "Reading") -> list[Problem]:
    found = pc.fill_null(pc.match_substring_regex(trimmed, _INFINITE), False)
    said = _many(found, "is no finite number and counts", "are no finite numbers and count")
    fix = "Correct these cells if the true value is known."
    return [_problem(reading, f"{said} as missing: {_places(trimmed, found)}.", fix)] if said else []


def _out_of_range(trimmed: pa.Array, reading: "Reading") -> list[Problem]:
    odd = pc.fill_null(pc.and_(pa.array(reading.failed), pc.match_substring_regex(trimmed, _YEAR)), False)
    said = _many(odd, "is a date out of range or does not exist, and counts", "are dates out of range or do not exist, and count")
    fix = "Dates from 1700 to 2249 can be read; correct these cells if the true date is known."
    return [_problem(reading, f"{said} as missing: {_places(trimmed, odd)}.", fix)] if said else []


def _far_dates(trimmed: pa.Array, reading: "Reading") -> list[Problem]:
    found = []
    unit = pa.timestamp("ns")
    late = pc.fill_null(pc.greater(reading.values, pa.scalar(datetime.now(UTC).replace(tzinfo=None), unit)), False)
    early = pc.fill_null(pc.less(reading.values, pa.scalar(datetime(1900, 1, 1), unit)), False)
    if said := _many(late, "lies in the future", "lie in the future"):
        fix = "That is right for plans and due dates; check whether the year was mistyped."
        found.append(_problem(reading, f"{said}: {_places(trimmed, late)}.", fix, "info"))
    if said := _many(early, "is before 1900", "are before 1900"):
        fix = "Programs often write such a date where none is known; check these rows."
        found.append(_problem(reading, f"{said}: {_places(trimmed, early)}.", fix, "info"))
    if "%y" in reading.column.date_format:
        said = f"The years are written with two digits, and were read as 1969 to 2068: {_places(trimmed, pc.is_valid(reading.values))}."
        found.append(_problem(reading, said, "Check that no date is a hundred years off, above all in dates of birth.", "info"))
    return found


def _in_cells(trimmed: pa.Array, reading: "Reading") -> list[Problem]:
    some = pc.drop_null(trimmed.slice(0, _LOOKED_AT))
    some = some.filter(pc.not_equal(some, ""))
    if not len(some):
        return []
    damaged = pc.match_substring_regex(trimmed, _DAMAGED)
    share = (pc.sum(damaged).as_py() or 0) / max(1, len(trimmed) - trimmed.null_count)
    if 0 < share < _SHARE and dates.find(some.to_pylist()).share < 0.95:
        said = _many(pc.fill_null(damaged, False), "looks like", "look like")
        said = f"{said} a date that Excel made of something else, such as a gene's name: {_places(trimmed, pc.fill_null(damaged, False))}."
        return [_problem(reading, said, "Compare them with where the data came from; Excel changes such cells without a word.")]
    if several := _several_dates(some.to_pylist()):
        fix = "So they are read as text. Write them in one way in the file, or say how they should be read."
        return [_problem(reading, several, fix)]
    for pattern, what in ((_FILE, "a picture or other file as text"), (_JSON, "JSON"), (_LIST, "lists")):
        if (pc.sum(pc.match_substring_regex(some, pattern)).as_py() or 0) >= _SHARE * len(some):
            fix = "It cannot be learned from as it is. Give each value inside a column of its own, or leave this column out."
            leave = {"do": "leave out", "column": reading.column.id}
            return [_problem(reading, f"Each cell holds {what}.", fix).model_copy(update={"action": leave})]
    return []


def _several_dates(some: list[str]) -> str:
    ways = dates.ways(some) if len(some) >= _FEWEST_DATES else {}
    if len(ways) < 2 or sum(ways.values()) < 1 - _MOST_OTHERS:
        return ""
    shown = [next(text for text in some if dates.fits(text, pattern)) for pattern in ways]
    return f"{_WAYS}{len(ways)} ways: {', '.join(shown[:_SHOWN])}{' and more' if len(shown) > _SHOWN else ''}."


def _problem(reading: "Reading", what: str, fix: str, level: Level = "warn") -> Problem:
    return Problem(where=reading.column.name, what=what, fix=fix, level=level, column=reading.column.id)


def _many(found: pa.Array, one: str, several: str) -> str:
    count = pc.sum(found).as_py() or 0
    return "" if not count else f"1 value {one}" if count == 1 else f"{count:,} values {several}"


def _places(trimmed: pa.Array, found: pa.Array) -> str:
    rows = pc.indices_nonzero(found).slice(0, _SHOWN).to_pylist()
    count = pc.sum(found).as_py() or 0
    shown = ", ".join(f"'{str(trimmed[row].as_py())[:30]}' in row {row + 1:,}" for row in rows)
    return f"{shown}{' and more' if count > len(rows) else ''}"
