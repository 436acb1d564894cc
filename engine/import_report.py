"""The import report: one line for each thing that reading a column did to its text."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine import cells, dates, numbers
from engine.columns import Column
from engine.doubts import Choice
from engine.names import LOOK_ALIKES
from engine.readers.base import Change

_SHOWN = 5
_MARKS = {"": "none", " ": "a blank", ".": "a point", ",": "a comma", "'": "an apostrophe"}
TEXT = {"type": "text", "missing": ()}
_KINDS = {"number": "numbers", "date": "dates"}


AS_TEXT = Choice(label="Keep the column as text", reading=TEXT)


def lines(texts: pa.Array, column: Column, failed: np.ndarray[Any, Any], alternative: tuple[str, str] | None = None) -> list[Change]:
    """What was done when `texts` were read as `column` says; `failed` marks the values that could not be read."""
    if column.type == "image" or column.name == LOOK_ALIKES or _is_plain(texts, column, failed):
        return []
    trimmed = cells.trimmed(texts)
    return [
        *_missing(trimmed, column),
        *_failed(trimmed, column, failed),
        *_marks(trimmed, column, alternative),
        *_dates(trimmed, column),
        *_written(trimmed, column),
        *_trimmed(texts, trimmed, column),
    ]


def _line(**known: Any) -> Change:
    return Change(typing=True, **known)


def _is_plain(texts: pa.Array, column: Column, failed: np.ndarray[Any, Any]) -> bool:
    """Numbers without anything to tell, found without looking at every text again."""
    plain = column.type == "number" and (column.decimal, column.thousands, column.unit, column.missing) == (".", "", "", ())
    plain = plain and not (column.limits or column.part) and pc.all(pc.string_is_ascii(texts)).as_py() is not False
    blank = pc.or_(pc.equal(texts, ""), pc.ascii_is_space(texts))
    return plain and not failed.any() and not texts.null_count and not pc.any(blank).as_py()


def _missing(trimmed: pa.Array, column: Column) -> list[Change]:
    told = []
    blank = pc.fill_null(pc.equal(trimmed, ""), True)
    if count := pc.sum(blank).as_py():
        told.append(
            _line(what=f"Blank cells in column '{column.name}' count as missing.", column=column.id, count=count, examples=_places(blank))
        )
    for code in column.missing:
        there = pc.fill_null(pc.equal(trimmed, code), False)
        if count := pc.sum(there).as_py():
            what = f"'{code}' in column '{column.name}' counts as missing."
            back: dict[str, Any] = {"missing": tuple(c for c in column.missing if c != code)}
            back = back if column.type in ("category", "text") or _is_number(code, column) else TEXT
            undo = Choice(label=f"Keep '{code}' as a value", reading=back)
            told.append(_line(what=what, column=column.id, count=count, examples=_places(there), undo=undo))
    return told


def _failed(trimmed: pa.Array, column: Column, failed: np.ndarray[Any, Any]) -> list[Change]:
    if not failed.any():
        return []
    rows = np.flatnonzero(failed)[:_SHOWN]
    shown = tuple(f"row {row + 1:,}: '{trimmed[int(row)].as_py()[:40]}'" for row in rows)
    what = f"Values in column '{column.name}' that are no {_KINDS.get(column.type, 'values')} count as missing."
    return [_line(what=what, column=column.id, count=int(failed.sum()), examples=shown, undo=AS_TEXT)]


def _is_number(code: str, column: Column) -> bool:
    return column.type == "number" and numbers.one(code, column.decimal, column.thousands, column.unit) is not None


def _marks(trimmed: pa.Array, column: Column, alternative: tuple[str, str] | None) -> list[Change]:
    if column.type != "number" or (column.decimal, column.thousands, column.unit) == (".", "", ""):
        return []
    examples = tuple(pc.drop_null(trimmed.filter(pc.match_substring_regex(trimmed, r"[^0-9\-]"))).slice(0, 3).to_pylist())
    told = []
    if (column.decimal, column.thousands) != (".", "") and examples:
        what = f"Numbers in column '{column.name}' were read with {_MARKS[column.decimal]} as decimal mark"
        what += f" and {_MARKS.get(column.thousands, column.thousands)} between thousands." if column.thousands else "."
        if alternative:
            what += " They could also be meant the other way: check an example."
        told.append(_line(what=what, column=column.id, examples=examples, undo=AS_TEXT))
    if column.unit:
        sign = "The currency" if column.unit == numbers.MONEY else f"'{column.unit}'"
        what = f"{sign} around the numbers in column '{column.name}' was taken away."
        told.append(_line(what=what, column=column.id, examples=examples, undo=AS_TEXT))
    return told


def _written(trimmed: pa.Array, column: Column) -> list[Change]:
    """Values that count as something else than what is written: limits, parts, other digits, labels that mean the same."""
    told = []
    if column.limits:
        there = pc.fill_null(pc.match_substring_regex(trimmed, "^[<>≤≥]"), False)
        what = f"Values beyond a limit in column '{column.name}' count as the limit itself."
        told.append(_counted(what, column, trimmed, there, {"limits": False}))
    if column.part:
        there = pc.fill_null(pc.match_substring(trimmed, "/"), False)
        told.append(_counted(f"Only the {column.part} number in column '{column.name}' is used.", column, trimmed, there, TEXT))
    if column.type == "number" and not (column.unit or column.thousands):
        there = pc.fill_null(pc.invert(pc.string_is_ascii(trimmed)), False)
        what = f"Numbers in column '{column.name}' written with other digits or signs were read as ordinary ones."
        told.append(_counted(what, column, trimmed, there, TEXT))
    if column.alike:
        there = pc.is_in(trimmed, pa.array([written for written, _ in column.alike], trimmed.type))
        pairs = ", ".join(f"'{written}' as '{meant}'" for written, meant in column.alike[:_SHOWN])
        more = " and more" if len(column.alike) > _SHOWN else ""
        what = f"Values in column '{column.name}' that mean the same are read as one: {pairs}{more}."
        told.append(_counted(what, column, trimmed, there, {"alike": ()}))
    return [line for line in told if line.count]


def _counted(what: str, column: Column, trimmed: pa.Array, there: pa.Array, back: dict[str, Any]) -> Change:
    rows = pc.indices_nonzero(there).slice(0, _SHOWN).to_pylist()
    examples = tuple(f"row {row + 1:,}: '{trimmed[row].as_py()[:40]}'" for row in rows)
    undo = Choice(label="Undo", reading=back)
    return _line(what=what, column=column.id, count=pc.sum(there).as_py() or 0, examples=examples, undo=undo)


def _dates(trimmed: pa.Array, column: Column) -> list[Change]:
    if column.type != "date":
        return []
    told = []
    if column.date_format:
        examples = tuple(pc.drop_null(trimmed.slice(0, 200)).slice(0, 2).to_pylist())
        what = f"Dates in column '{column.name}' were read as {dates.words(column.date_format)}."
        told.append(_line(what=what, column=column.id, examples=examples, undo=AS_TEXT))
    zoned = pc.fill_null(pc.match_substring_regex(trimmed, r"\d{2}:\d{2}.*[+-]\d{2}(:?\d{2})?$"), False)
    if not column.date_format and (count := pc.sum(zoned).as_py()):
        what = f"Times in column '{column.name}' were converted to universal time (UTC)."
        told.append(_line(what=what, column=column.id, count=count, undo=AS_TEXT))
    return told


def _trimmed(texts: pa.Array, trimmed: pa.Array, column: Column) -> list[Change]:
    if column.type not in ("category", "text"):
        return []
    cut = pc.fill_null(pc.and_(pc.not_equal(texts, trimmed), pc.not_equal(trimmed, "")), False)
    count = pc.sum(cut).as_py()
    what = f"Blanks before or after values in column '{column.name}' were taken away."
    return [_line(what=what, column=column.id, count=count, examples=_places(cut))] if count else []


def _places(mask: pa.Array) -> tuple[str, ...]:
    rows = pc.indices_nonzero(mask).slice(0, _SHOWN).to_pylist()
    return tuple(f"row {row + 1:,}" for row in rows)
