"""The import report: one line for each thing that reading a column did to its text, each with a count, examples and a way back."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine import cells, dates, numbers
from engine.columns import Column
from engine.doubts import Choice
from engine.names import LOOK_ALIKES
from engine.readers.base import Change

Array = np.ndarray[Any, Any]
After = Callable[[str], str]

_SHOWN = 3
_WIDE = 40
_MARKS = {"": "none", " ": "a blank", ".": "a point", ",": "a comma", "'": "an apostrophe"}
_WRITTEN = {" ": "[ \u00a0\u2009\u202f]", "'": "['\u2018\u2019]"}
_LIMIT = r"^[<>≤≥]=?\s*"
_UNIT = r"[^0-9.,'\s+-]"
_KINDS = {"number": "numbers", "date": "dates"}
_MISSING = "missing"
OWN_VALUE = "(blank)"
TEXT = {"type": "text", "missing": ()}
AS_TEXT = Choice(label="Keep the column as text", reading=TEXT)


def lines(texts: pa.Array, column: Column, failed: Array, alternative: tuple[str, str] | None = None) -> list[Change]:
    """What was done when `texts` were read as `column` says; `failed` marks the values that could not be read."""
    if column.type == "image" or column.name == LOOK_ALIKES or _is_plain(texts, column, failed):
        return []
    trimmed = cells.trimmed(texts)
    is_measured = column.type in ("number", "date")
    read = pc.and_(_is_value(trimmed, column), pc.invert(pa.array(failed))) if is_measured else pc.is_valid(trimmed)
    return [
        *_blanks(trimmed, column),
        *_codes(trimmed, column),
        *_failed(trimmed, column, failed),
        *_marks(trimmed, column, read, alternative),
        *_dates(trimmed, column, read),
        *_written(trimmed, column, read),
        *_trimmed(texts, trimmed, column),
    ]


def _line(what: str, column: Column, trimmed: pa.Array, there: pa.Array, after: After, undo: Choice) -> list[Change]:
    """The line about the values that are `there`, with some as they stand in the file and what each became; none if there are none."""
    count = pc.sum(there).as_py() or 0
    rows = pc.indices_nonzero(there).slice(0, _SHOWN).to_pylist()
    shown = tuple(_example(row, trimmed[row].as_py(), after) for row in rows)
    return [Change(what=what, column=column.id, count=count, examples=shown, typing=True, undo=undo)] if count else []


def _example(row: int, text: str | None, after: After) -> str:
    return f"row {row + 1:,}: {_quoted(text)} → {after(text or '')}"


def _quoted(text: str | None) -> str:
    return f"'{text[:_WIDE]}'" if text else "blank"


def _to_missing(text: str) -> str:
    return _MISSING


def _is_plain(texts: pa.Array, column: Column, failed: Array) -> bool:
    """Numbers without anything to tell, found without looking at every text again."""
    plain = column.type == "number" and (column.decimal, column.thousands, column.unit, column.missing) == (".", "", "", ())
    plain = plain and not (column.limits or column.part or column.blanks) and pc.all(pc.string_is_ascii(texts)).as_py() is not False
    blank = pc.or_(pc.equal(texts, ""), pc.ascii_is_space(texts))
    return plain and not failed.any() and not texts.null_count and not pc.any(blank).as_py()


def _is_value(trimmed: pa.Array, column: Column) -> pa.Array:
    """(rows,) whether there is a value and no code for missing."""
    return pc.fill_null(pc.invert(pc.is_in(trimmed, pa.array(["", *column.missing, None], trimmed.type))), False)


def _blanks(trimmed: pa.Array, column: Column) -> list[Change]:
    blank = pc.fill_null(pc.equal(trimmed, ""), True)
    if column.blanks:
        back = Choice(label="Count them as missing", reading={"blanks": ""})
        what = f"Blank cells in column '{column.name}' count as '{column.blanks}'."
        return _line(what, column, trimmed, blank, lambda text: f"'{column.blanks}'", back)
    other = Choice(label="Count them as a value of their own", reading={"blanks": OWN_VALUE})
    if column.type == "number":
        other = Choice(label="Count them as 0", reading={"blanks": "0"})
    if column.type == "date":
        other = Choice(label="Keep the column as text, blanks as a value", reading={**TEXT, "blanks": OWN_VALUE})
    return _line(f"Blank cells in column '{column.name}' count as missing.", column, trimmed, blank, _to_missing, other)


def _codes(trimmed: pa.Array, column: Column) -> list[Change]:
    told = []
    for code in column.missing:
        back: dict[str, Any] = {"missing": tuple(c for c in column.missing if c != code)}
        back = back if column.type in ("category", "text") or _is_number(code, column) else TEXT
        undo = Choice(label=f"Keep '{code}' as a value", reading=back)
        what = f"'{code}' in column '{column.name}' counts as missing."
        told += _line(what, column, trimmed, pc.fill_null(pc.equal(trimmed, code), False), _to_missing, undo)
    return told


def _failed(trimmed: pa.Array, column: Column, failed: Array) -> list[Change]:
    what = f"Values in column '{column.name}' that are no {_KINDS.get(column.type, 'values')} count as missing."
    return _line(what, column, trimmed, pa.array(failed), _to_missing, AS_TEXT)


def _is_number(code: str, column: Column) -> bool:
    return column.type == "number" and numbers.one(code, column.decimal, column.thousands, column.unit) is not None


def _marks(trimmed: pa.Array, column: Column, read: pa.Array, alternative: tuple[str, str] | None) -> list[Change]:
    if column.type != "number" or (column.decimal, column.thousands, column.unit) == (".", "", ""):
        return []
    told = []
    marks = [mark for mark in (column.decimal.replace(".", ""), column.thousands) if mark]
    if marks:
        what = f"Numbers in column '{column.name}' were read with {_MARKS[column.decimal]} as decimal mark"
        what += f" and {_MARKS.get(column.thousands, column.thousands)} between thousands." if column.thousands else "."
        if alternative:
            what += " They could also be meant the other way: check an example."
        found = _matching(trimmed, read, "|".join(_WRITTEN.get(mark, re.escape(mark)) for mark in marks))
        told += _line(what, column, trimmed, found, _number_of(column), AS_TEXT)
    if column.unit:
        sign = "The currency" if column.unit == numbers.MONEY else f"'{column.unit}'"
        what = f"{sign} around the numbers in column '{column.name}' was taken away."
        told += _line(what, column, trimmed, _matching(trimmed, read, _UNIT), _number_of(column), AS_TEXT)
    return told


def _written(trimmed: pa.Array, column: Column, read: pa.Array) -> list[Change]:
    """Values that count as something else than what is written: limits, parts, other digits, labels that mean the same."""
    told, number = [], _number_of(column)
    if column.limits:
        what = f"Values beyond a limit in column '{column.name}' count as the limit itself."
        there = _matching(trimmed, read, "^[<>≤≥]")
        told += _line(what, column, trimmed, there, lambda text: number(re.sub(_LIMIT, "", text)), _undo({"limits": False}))
    if column.part:
        place = 0 if column.part == "first" else -1
        what = f"Only the {column.part} number in column '{column.name}' is used."
        told += _line(what, column, trimmed, _matching(trimmed, read, "/"), lambda text: text.split("/")[place].strip(), _undo(TEXT))
    if column.type == "number" and not (column.unit or column.thousands):
        what = f"Numbers in column '{column.name}' written with other digits or signs were read as ordinary ones."
        there = pc.and_(pc.fill_null(pc.invert(pc.string_is_ascii(trimmed)), False), read)
        there = pc.and_(there, pc.invert(_matching(trimmed, read, "^[≤≥]"))) if column.limits else there
        told += _line(what, column, trimmed, there, number, _undo(TEXT))
    if column.alike:
        meant = dict(column.alike)
        there = pc.is_in(trimmed, pa.array(list(meant), trimmed.type))
        pairs = ", ".join(f"'{written}' as '{said}'" for written, said in column.alike[:_SHOWN])
        more = " and more" if len(column.alike) > _SHOWN else ""
        what = f"Values in column '{column.name}' that mean the same are read as one: {pairs}{more}."
        told += _line(what, column, trimmed, there, lambda text: f"'{meant[text][:_WIDE]}'", _undo({"alike": ()}))
    return told


def _dates(trimmed: pa.Array, column: Column, read: pa.Array) -> list[Change]:
    if column.type != "date":
        return []
    if column.date_format:
        what = f"Dates in column '{column.name}' were read as {dates.words(column.date_format)}."
        return _line(what, column, trimmed, read, _moment_of(column), AS_TEXT)
    zoned = _matching(trimmed, read, r"\d{2}:\d{2}.*[+-]\d{2}(:?\d{2})?$")
    what = f"Times in column '{column.name}' were converted to universal time (UTC)."
    return _line(what, column, trimmed, zoned, _moment_of(column), AS_TEXT)


def _trimmed(texts: pa.Array, trimmed: pa.Array, column: Column) -> list[Change]:
    if column.type not in ("category", "text"):
        return []
    cut = pc.fill_null(pc.and_(pc.not_equal(texts, trimmed), pc.not_equal(trimmed, "")), False)
    if not column.trims:
        what = f"Blanks before or after values in column '{column.name}' belong to the values."
        return _line(what, column, texts, cut, _quoted, Choice(label="Take them away", reading={"trims": True}))
    what = f"Blanks before or after values in column '{column.name}' were taken away."
    keep = Choice(label="Keep the blanks", reading={"trims": False})
    return _line(what, column, texts, cut, lambda text: _quoted(text.strip()), keep)


def _matching(trimmed: pa.Array, read: pa.Array, pattern: str) -> pa.Array:
    return pc.and_(pc.fill_null(pc.match_substring_regex(trimmed, pattern), False), read)


def _undo(reading: dict[str, Any]) -> Choice:
    return Choice(label="Undo", reading=reading)


def _number_of(column: Column) -> After:
    def number(text: str) -> str:
        value = numbers.one(text, column.decimal, column.thousands, column.unit)
        return text if value is None or not np.isfinite(value) else str(np.format_float_positional(value, trim="-"))

    return number


def _moment_of(column: Column) -> After:
    def moment(text: str) -> str:
        moments, failed = dates.parse(pd.Series([text], dtype="str"), column.date_format)
        return _MISSING if failed[0] else str(pd.Timestamp(moments[0])).removesuffix(" 00:00:00")

    return moment
