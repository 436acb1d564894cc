"""The careful way through a text table: rows of any length, stray quotation marks, blanks as delimiters; each oddity with its line."""

import csv
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

import pyarrow as pa

from engine.doubts import Choice
from engine.errors import UnreadableFile
from engine.readers._dialect import reader
from engine.readers._quick import Body, skips_blanks, swallows
from engine.readers._text import open_text
from engine.readers.base import Batch, Change

_END = "\x02\x03end\x03\x02"
_ROWS = 20_000
_MOST_LONG = 0.1
_SHOWN = 8


@dataclass
class Oddities:
    """What is not regular: (line, number of values) of rows with too few or too many, and the line of a quote that never closes.

    `kept` are the lines on which the rows that are not left out begin.
    """

    rows: int = 0
    short: list[tuple[int, int]] = field(default_factory=list)
    long: list[tuple[int, int]] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    kept: "array[int]" = field(default_factory=lambda: array("q"))
    trailing: list[int] = field(default_factory=list)
    swallowed: int = 0
    unclosed: int = 0

    def share(self) -> float:
        """Odd rows as a part of all; more than all if quotes are broken."""
        return (len(self.short) + len(self.long)) / max(1, self.rows) + (2.0 if self.unclosed else 0.0)


def examine(body: Body) -> tuple[Body, Oddities]:
    """The body with its quotes decided, and its oddities. Raises UnreadableFile if it cannot be one table."""
    found = _examine(body)
    if body.quote and (found.unclosed or found.swallowed):
        plain = replace(body, quote="")
        other = _examine(plain)
        if other.share() <= min(0.01, found.share()):
            return plain, other
    _refuse(found, body)
    return body, found


def report(found: Oddities, body: Body) -> list[Change]:
    """The import report's lines about these oddities."""
    changes = []
    if found.short:
        what = f"Rows with fewer than {body.width} values were filled up with missing ones at their end."
        undo = Choice(label="Leave them out instead", options={"short": "leave out"})
        if not body.keeps_short:
            what = f"Rows with fewer than {body.width} values were left out."
            undo = Choice(label="Keep them", options={"short": "fill"})
        changes.append(Change(what=what, count=len(found.short), examples=places_of(found.short), loses=not body.keeps_short, undo=undo))
    if found.long:
        what = f"Rows with more than {body.width} values were left out."
        undo = Choice(label="Keep them, cut", options={"long": "cut"})
        if body.cuts_long:
            what = f"Values beyond the {body.width} columns were cut off."
            undo = Choice(label="Leave these rows out instead", options={"long": "leave out"})
        changes.append(Change(what=what, count=len(found.long), examples=places_of(found.long), loses=not body.cuts_long, undo=undo))
    if found.comments:
        shown = tuple(f"line {line:,}: {text[:60]}" for line, text in found.comments[:_SHOWN])
        undo = Choice(label="Keep them as rows", options={"comments": "no"})
        changes.append(Change(what="Lines that begin with # were left out.", count=len(found.comments), examples=shown, undo=undo))
    if found.repeated:
        shown = tuple(f"line {line:,}: {', '.join(body.names)[:60]}" for line in found.repeated[:_SHOWN])
        undo = Choice(label="Keep them as rows", options={"repeats": "no"})
        what = "Rows that repeat the names of the columns were left out."
        changes.append(Change(what=what, count=len(found.repeated), examples=shown, undo=undo))
    if found.trailing:
        shown = tuple(f"line {line:,}" for line in found.trailing[:_SHOWN])
        what = "Delimiters with nothing behind them were dropped at the end of rows."
        changes.append(Change(what=what, count=len(found.trailing), examples=shown, again=True))
    return changes


def batches(body: Body, tell: Callable[[float], None] = lambda done: None) -> Iterator[Batch]:
    """The rows as text; short ones end in nulls, long ones are left out."""
    size, block = max(1, body.path.stat().st_size), []
    read = 0
    for _, row in _rows(body):
        if (fitted := _fit(row, body)) is None:
            continue
        read += sum(map(len, row)) + len(row)
        block.append(fitted)
        if len(block) >= _ROWS:
            yield _columns(block)
            tell(min(1.0, read / size))
            block = []
    if block:
        yield _columns(block)


def _examine(body: Body) -> Oddities:
    found = Oddities()
    for line, row in _rows(body, found):
        if _is_comment(row, body):
            found.comments.append((line, body.delimiter.join(row)))
            continue
        if _is_repeated(row, body):
            found.repeated.append(line)
            continue
        found.rows += 1
        if len(row) < body.width:
            found.short.append((line, len(row)))
        elif any(cell.strip() for cell in row[body.width :]):
            found.long.append((line, len(row)))
        else:
            found.trailing += [line] if len(row) > body.width else []
        if _fit(row, body) is None:
            continue
        found.kept.append(line)
        found.swallowed += any(swallows(cell, body.delimiter, body.width) for cell in row if "\n" in cell)
    return found


def _rows(body: Body, found: Oddities | None = None) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, its values), without blank rows; a quote that never closes is noted in `found`."""
    with open_text(body.path, body.start) as file:
        table = reader(chain(file, ["\n", _END]), body.delimiter, body.quote, skips_blanks(body))
        line = body.line
        try:
            for row in table:
                begins, line = line, body.line + table.line_num
                if row == [_END]:
                    return
                if row and row[-1].endswith(_END):
                    row = [*row[:-1], row[-1].removesuffix(_END).rstrip("\r\n")]
                    if found is not None:
                        found.unclosed = begins
                if any(cell.strip() for cell in row):
                    yield begins, row
        except csv.Error as error:
            raise UnreadableFile(
                f"Line {line:,} cannot be read: a value in it is longer than a million characters ({error}).",
                "Check the quotation marks on that line, or shorten the value.",
            ) from error


def _fit(row: list[str], body: Body) -> list[str | None] | None:
    """The row with as many values as there are columns, or None if it is to be left out."""
    if _is_repeated(row, body):
        return None
    if len(row) < body.width:
        return None if _is_comment(row, body) or not body.keeps_short else [*row, *[None] * (body.width - len(row))]
    if body.cuts_long or not any(cell.strip() for cell in row[body.width :]):
        return list(row[: body.width])
    return None


def _is_comment(row: list[str], body: Body) -> bool:
    return body.has_comments and len(row) < body.width and row[0].lstrip().startswith("#")


def _is_repeated(row: list[str], body: Body) -> bool:
    """Whether the row says the names of the columns once more."""
    return len(row) == len(body.names) and row[0].strip() == body.names[0] and [cell.strip() for cell in row] == [*body.names]


def _columns(block: list[list[str | None]]) -> Batch:
    return [pa.array(column, pa.string()) for column in zip(*block, strict=True)]


def places_of(odd: list[tuple[int, int]]) -> tuple[str, ...]:
    """Where rows of another width stand, and how wide they are."""
    return tuple(f"line {line:,} has {count}" for line, count in odd[:_SHOWN])


def rows(body: Body) -> list[list[str]]:
    """All rows as they stand, of any length."""
    return [row for _, row in _rows(body)]


def _refuse(found: Oddities, body: Body) -> None:
    if found.unclosed:
        raise UnreadableFile(
            f"A quotation mark opened on line {found.unclosed:,} is never closed.",
            "Close or remove it there, or choose that quotes are ordinary characters.",
        )
    if len(found.long) > max(3, _MOST_LONG * found.rows) and not body.cuts_long:
        line, count = found.long[0]
        raise UnreadableFile(
            f"{len(found.long):,} of {found.rows:,} rows have more values than columns: line {line:,} has {count}, not {body.width}.",
            "Check what separates the values, or put quotation marks around values that contain it.",
        )
