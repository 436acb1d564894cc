"""From text to typed values: which type a column of text has, and how each value is read. Nothing is converted without a line that says so.

How a type is proposed, in this order:
- nothing but blanks and codes for "missing": free text;
- number, if at least 95 % of the values are written as numbers. Codes are not numbers: whole numbers with leading zeros, or too
  long to be exact, stay category or text. 0 and 1 stay numbers;
- date, if at least 95 % follow one pattern;
- category, if values repeat (no more different ones than half of the rows, or 10) and are short (at most 60 characters on average);
- free text otherwise.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine import cells, dates, import_report, numbers, value_doubts
from engine.columns import Column, ColumnType
from engine.doubts import Choice, Doubt
from engine.errors import EngineError
from engine.readers.base import Change

Array = np.ndarray[Any, Any]

ALWAYS_MISSING = frozenset(
    {
        "?",
        "nan",
        "NaN",
        "NAN",
        "NaT",
        "<NA>",
        "NULL",
        "null",
        "N/A",
        "n/a",
        "#N/A",
        "#VALUE!",
        "#REF!",
        "#DIV/0!",
        "#NUM!",
        "#NAME?",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#GETTING_DATA",
        "\\N",
    }
)
NOT_A_NUMBER = ALWAYS_MISSING | {
    "NA",
    "na",
    "Na",
    "None",
    "none",
    "NONE",
    "Null",
    "nil",
    "-",
    "--",
    "---",
    ".",
    "..",
    "...",
    "*",
    "missing",
    "Missing",
    "MISSING",
}
ENOUGH = 0.95
LIMIT = r"^[<>≤≥]=?\s*"
PARTS = r"^(\d[\d.,]*)\s*/\s*(\d[\d.,]*)$"
_SAMPLE = 5_000
_PIECE = 100_000
_LONGEST_CATEGORY = 60
_MOST_LABELS = 200
_LABEL = re.compile(r"-?(0|[1-9]\d{0,14})(\.0+)?")


@dataclass(frozen=True)
class Reading:
    """A column as it was read: (rows,) Arrow values, (rows,) bool where a value could not be read, what was done, and what is open."""

    column: Column
    values: pa.Array
    failed: Array
    changes: list[Change]
    doubts: tuple[Doubt, ...] = ()


def propose(texts: "pd.Series[str]", id: str, name: str) -> tuple[Column, list[Change]]:
    """The type this text seems to have, and the import report's lines about reading it so."""
    reading = read(cells.arrow(texts), id, name)
    return reading.column, reading.changes


def convert(texts: "pd.Series[str]", column: Column) -> tuple["pd.Series[Any]", "pd.Series[bool]"]:
    """(values as the column's type says, bool: a value was there that could not be read and is missing now)."""
    values, failed = typed(cells.arrow(texts), column)
    missed: Any = pd.Series(failed)
    return to_pandas(values, column.type), missed


def parse_one(value: Any, column: Column) -> float | str | pd.Timestamp | None:
    """One value a person typed, as the column's type says; None for a missing one. Raises EngineError if it cannot be read."""
    text = "" if value is None or value != value else str(value).strip()
    value, text = (value, text) if text else (column.blanks, column.blanks)
    if text == "" or text in column.missing:
        return None
    text = str(_plainly(pa.array([text], pa.large_string()), column)[0].as_py())
    if column.type == "number":
        number = float(value) if isinstance(value, (int, float)) else numbers.one(text, column.decimal, column.thousands, column.unit)
        if number is not None and number in (numbers.one(code) for code in column.missing):
            return None
        number = numbers.one(text) if number is None else number
        if number is None or not np.isfinite(number):
            raise EngineError(f"'{text}' is not a number.", f"Write a number for '{column.name}', such as 12.5, or leave it empty.")
        return number
    if column.type == "date":
        return _one_date(text, column)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else text


def read(texts: pa.Array, id: str, name: str, decimal: str = "") -> Reading:
    """The column as the type it seems to have, with what is open about it.

    `texts`: strings, null where the file has no cell; `decimal`: the file's mark, if known.
    """
    reading = _proposed(texts, id, name, decimal)
    for ask in value_doubts.QUESTIONS:
        doubt = ask(texts, reading.column, reading.values, reading.failed)
        if doubt is None:
            continue
        wanted = reading.column.read_so(doubt.choices[doubt.chosen].reading)
        if wanted != reading.column:
            reading = replace(read_as(texts, wanted), doubts=reading.doubts)
        reading = replace(reading, doubts=(*reading.doubts, doubt))
    return reading


def _proposed(texts: pa.Array, id: str, name: str, decimal: str) -> Reading:
    """The type that fits the text best, before any question."""
    sample = _sample(texts, NOT_A_NUMBER)
    if not sample:
        return read_as(texts, Column(id=id, name=name, type="text", missing=_codes(texts, NOT_A_NUMBER)))
    code = numbers.is_code(sample)
    plain = Column(id=id, name=name, type="number")
    if not code and decimal != "," and not numbers.looks_grouped(sample) and (quick := _quick_numbers(texts, plain)) is not None:
        failed = np.zeros(len(texts), bool)
        return Reading(plain, quick, failed, import_report.lines(texts, plain, failed))
    writing = numbers.find(sample, decimal)
    if writing.share >= ENOUGH and not code:
        reading = read_as(texts, _number_column(texts, id, name, writing), writing.alternative)
        if _is_enough(reading):
            return _asking_about_decimals(reading, texts, writing)
    when = dates.find(sample)
    if when.share >= ENOUGH and code != numbers.ZEROS:
        reading = _read_dates(texts, id, name, when)
        if _is_enough(reading):
            return reading
    reading = _read_words(texts, id, name)
    if code:
        what = f"Column '{name}' holds {code}: codes rather than amounts, so they were kept as text."
        as_numbers = Choice(label="Read them as numbers", reading={"type": "number"})
        count = len(reading.values) - reading.values.null_count
        reading.changes.append(Change(what=what, column=id, count=count, examples=tuple(sample[:3]), typing=True, undo=as_numbers))
    return reading


def reading_of(texts: pa.Array, column: Column, type: ColumnType) -> Column:
    """The column with another type, and with the marks, pattern and missing codes that fit this text best."""
    plain = Column(id=column.id, name=column.name, type=type)
    if type == "number":
        return _number_column(texts, column.id, column.name, numbers.find(_sample(texts, NOT_A_NUMBER)))
    if type == "date":
        when = dates.find(_sample(texts, NOT_A_NUMBER))
        return plain.model_copy(update={"date_format": when.format, "missing": _codes(texts, NOT_A_NUMBER)})
    return plain.model_copy(update={"missing": _codes(texts, _word_codes(texts))})


def read_as(texts: pa.Array, column: Column, alternative: tuple[str, str] | None = None) -> Reading:
    """The text read as the column says, and every conversion told."""
    values, failed = typed(texts, column)
    return Reading(column, values, failed, import_report.lines(texts, column, failed, alternative))


def typed(texts: pa.Array, column: Column) -> tuple[pa.Array, Array]:
    """(rows,) values: float64 with NaN, timestamp[ns] or string; and (rows,) bool where a value could not be read."""
    if column.type == "image":
        return texts, np.zeros(len(texts), bool)
    if column.type == "number" and (quick := _quick_numbers(texts, column)) is not None:
        return quick, np.zeros(len(texts), bool)
    trimmed = _plainly(without_codes(_given(texts, column), column.missing), column)
    if column.type == "number":
        values, failed = numbers.parse(trimmed, column.decimal, column.thousands, column.unit)
        return pa.array(values), failed
    if column.type == "date":
        return _moments(trimmed, column.date_format)
    return trimmed, np.zeros(len(texts), bool)


def _moments(trimmed: pa.Array, format: str) -> tuple[pa.Array, Array]:
    """(rows,) timestamps, and (rows,) bool where a value is no date: all at once where each is a plain ISO date, else piece by piece."""
    if not format and (plain := dates.plain(trimmed)) is not None:
        return plain, np.zeros(len(trimmed), bool)
    moments = np.empty(len(trimmed), "datetime64[ns]")
    failed = np.zeros(len(trimmed), bool)
    for start in range(0, len(trimmed), _PIECE):
        piece = slice(start, start + _PIECE)
        moments[piece], failed[piece] = dates.parse(to_pandas(trimmed.slice(start, _PIECE), "text"), format)
    return pa.array(moments, pa.timestamp("ns")), failed


def _given(texts: pa.Array, column: Column) -> pa.Array:
    """The text without blanks around it, unless the column keeps them, and with what a blank cell counts as."""
    trimmed = cells.trimmed(texts)
    kept = trimmed if column.trims or column.type in ("number", "date") else pc.if_else(pc.equal(trimmed, ""), trimmed, texts)
    if not column.blanks:
        return kept
    return pc.fill_null(pc.if_else(pc.equal(trimmed, ""), pa.scalar(column.blanks, kept.type), kept), column.blanks)


def _plainly(trimmed: pa.Array, column: Column) -> pa.Array:
    """The text after what the column says about limits ("<0.1"), parts ("120/80") and values written in several ways."""
    if column.limits:
        trimmed = pc.replace_substring_regex(trimmed, LIMIT, "")
    if column.part:
        trimmed = pc.replace_substring_regex(trimmed, PARTS, r"\1" if column.part == "first" else r"\2")
    if column.alike:
        written, meant = (pa.array(side, trimmed.type) for side in zip(*column.alike, strict=True))
        trimmed = pc.coalesce(meant.take(pc.index_in(trimmed, written)), trimmed)
    return trimmed


def without_codes(trimmed: pa.Array, codes: tuple[str, ...]) -> pa.Array:
    """The text with null where it is blank or one of the codes for missing."""
    absent = pc.is_in(trimmed, pa.array(["", *codes], trimmed.type))
    return pc.if_else(absent, pa.scalar(None, trimmed.type), trimmed) if pc.any(absent).as_py() else trimmed


def to_pandas(values: pa.Array, type: ColumnType) -> "pd.Series[Any]":
    """As a Table's frame holds it."""
    if type == "number":
        return pd.Series(values.to_numpy(zero_copy_only=False).astype(np.float64, copy=False))
    if type == "date":
        return pd.Series(values.to_numpy(zero_copy_only=False).astype("datetime64[ns]", copy=False))
    text: Any = pd.StringDtype("pyarrow", na_value=np.nan)
    return pd.Series(text.__from_arrow__(values.cast(pa.large_string())))


def _sample(texts: pa.Array, codes: frozenset[str]) -> list[str]:
    """Up to 5,000 values from the whole length, trimmed, without missing ones; from all rows if the first try finds none."""
    places = np.unique(np.linspace(0, max(0, len(texts) - 1), _SAMPLE).astype(np.int64)) if len(texts) else np.zeros(0, np.int64)
    for some in (texts.take(pa.array(places)), texts) if len(texts) > len(places) else (texts,):
        present = without_codes(pc.utf8_trim_whitespace(some), tuple(codes)).drop_null()
        if len(present):
            return [str(value) for value in present[:_SAMPLE].to_pylist()]
    return []


def _codes(texts: pa.Array, codes: frozenset[str]) -> tuple[str, ...]:
    """Those of the codes that occur, commonest first."""
    trimmed = cells.trimmed(texts)
    found = trimmed.filter(pc.is_in(trimmed, pa.array(sorted(codes), trimmed.type)))
    counts = [(-item["counts"], item["values"]) for item in pc.value_counts(found).to_pylist() if item["values"] is not None]
    return tuple(code for _, code in sorted(counts))


def _word_codes(texts: pa.Array) -> frozenset[str]:
    """'NA' is a code for missing unless the column holds codes of two capital letters, such as countries."""
    sample = _sample(texts, ALWAYS_MISSING)
    two = sum(len(text) == 2 and text.isalpha() and text.isupper() and text != "NA" for text in sample)
    return ALWAYS_MISSING if two > 0.3 * max(1, len(sample)) else ALWAYS_MISSING | {"NA"}


def _number_column(texts: pa.Array, id: str, name: str, writing: numbers.Writing) -> Column:
    column = Column(id=id, name=name, type="number", decimal=writing.decimal, thousands=writing.thousands, unit=writing.unit)
    if _quick_numbers(texts, column) is not None:
        return column
    return column.model_copy(update={"missing": _codes(texts, NOT_A_NUMBER)})


def _quick_numbers(texts: pa.Array, column: Column) -> pa.Array | None:
    """The numbers, if all cells are plain ones or empty; else None."""
    if (column.decimal, column.thousands, column.unit, column.missing, column.blanks) != (".", "", "", (), ""):
        return None
    found = np.empty(len(texts))
    for start in range(0, len(texts), _PIECE):
        piece = texts.slice(start, _PIECE)
        empty = pc.equal(piece, "")
        given = pc.if_else(empty, pa.scalar(None, piece.type), piece) if pc.any(empty).as_py() else piece
        if (values := cells.cast(given, pa.float64())) is None or pc.all(pc.is_finite(values)).as_py() is False:
            return None
        found[start : start + _PIECE] = pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False)
    return pa.array(found)


def _read_dates(texts: pa.Array, id: str, name: str, when: dates.Writing) -> Reading:
    codes = _codes(texts, NOT_A_NUMBER)
    first = read_as(texts, Column(id=id, name=name, type="date", date_format=when.format, missing=codes))
    if not when.alternative:
        return first
    second = read_as(texts, first.column.model_copy(update={"date_format": when.alternative}))
    if (failed := second.failed.sum()) != first.failed.sum():
        return second if failed < first.failed.sum() else first
    doubt = value_doubts.of_days(first.column, value_doubts.examples_of(texts), when.alternative)
    return replace(first, doubts=(doubt,))


def _asking_about_decimals(reading: Reading, texts: pa.Array, writing: numbers.Writing) -> Reading:
    if writing.alternative is None:
        return reading
    doubt = value_doubts.of_decimals(reading.column, value_doubts.examples_of(texts, "[.,]"), writing.alternative)
    return replace(reading, doubts=(*reading.doubts, doubt))


def _read_words(texts: pa.Array, id: str, name: str) -> Reading:
    column = Column(id=id, name=name, type="category", missing=_codes(texts, _word_codes(texts)))
    reading = read_as(texts, column)
    if same := _same_numbers(reading.values):
        column = column.model_copy(update={"alike": same})
        reading = read_as(texts, column)
    present = reading.values.drop_null()
    distinct, length = cells.counted(present)[0], pc.mean(pc.utf8_length(present)).as_py() or 0
    if distinct <= max(10, 0.5 * len(present)) and length <= _LONGEST_CATEGORY:
        return reading
    return read_as(texts, column.model_copy(update={"type": "text"}))


def _same_numbers(values: pa.Array) -> tuple[tuple[str, str], ...]:
    """Labels that are one number written in several ways, such as 1 and 1.0: (as it is written, the shortest way)."""
    present = values.drop_null()
    if any(len(pc.unique(some)) > _MOST_LABELS for some in (present.slice(0, _PIECE), present)):
        return ()
    distinct = [str(label) for label in pc.unique(present).to_pylist()]
    ways: dict[float, list[str]] = {}
    for label in distinct:
        if _LABEL.fullmatch(label):
            ways.setdefault(float(label), []).append(label)
    return tuple((other, min(same, key=len)) for same in ways.values() for other in same if other != min(same, key=len))


def _is_enough(reading: Reading) -> bool:
    present = len(reading.values) - reading.values.null_count
    if reading.column.type == "number":
        present = int(np.isfinite(reading.values.to_numpy(zero_copy_only=False)).sum())
    return present > 0 and bool(reading.failed.sum() <= (1 - ENOUGH) * (present + reading.failed.sum()))


def _one_date(text: str, column: Column) -> pd.Timestamp:
    for pattern in (column.date_format, ""):
        moments, failed = dates.parse(pd.Series([text], dtype="str"), pattern)
        if not failed[0]:
            return pd.Timestamp(moments[0])
    raise EngineError(f"'{text}' is not a date.", f"Write '{column.name}' as {dates.words(column.date_format)}, or leave it empty.")
