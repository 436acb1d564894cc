"""How a text table is laid out: what separates values, quotes, where it begins, and whether its first row holds names."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from engine.readers.base import LONGEST_CELL

DELIMITERS = (",", ";", "\t", "|")
WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", " ": "blanks"}
_ROWS = 300
_NEARLY = 0.6
_NUMBER = re.compile(r"[-+\u2212]?(\d[\d.,' \u00a0]*\d|\d)([.,]\d*)?([eE][-+]?\d+)?\s?%?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([ T]\d{1,2}:\d{2}.*)?")
_EMPTY = {"", "?", "na", "n/a", "nan", "null", "none", "-"}


@dataclass(frozen=True)
class Dialect:
    """`skip`: lines before the table; `width`: values in most rows; `quote` is "" where quotes are ordinary characters.

    `other` is a delimiter that explains the lines nearly as well, or "".
    """

    delimiter: str
    quote: str
    skip: int
    width: int
    other: str = ""


def find(text: str, delimiter: str = "", quote: str | None = None) -> Dialect:
    """The layout of the text (the first part of a file, whole lines). `delimiter` and `quote` are the user's word."""
    lines = lines_of(text)
    quotes = (quote,) if quote is not None else ('"', "") if '"' in text else ('"',)
    judged = [_judged(lines, mark, sign) for mark in ((delimiter,) if delimiter else DELIMITERS) for sign in quotes]
    score, best = max(judged, key=lambda pair: pair[0])
    if score > 0 or delimiter:
        others = [(points, layout) for points, layout in judged if layout.delimiter != best.delimiter and points > _NEARLY * score]
        return replace(best, other=max(others, key=lambda pair: pair[0])[1].delimiter) if others else best
    by_blanks = _judged(lines, " ", '"')[1]
    return by_blanks if _is_spaced(lines, by_blanks) else Dialect(_unused(text), '"', 0, 1)


def lines_of(text: str) -> list[str]:
    """The physical lines with their ends, whatever these are (not `splitlines`, which also breaks at form feeds and the like)."""
    return list(io.StringIO(text, newline=""))


def parse(lines: Sequence[str], delimiter: str, quote: str) -> list[list[str]]:
    """The rows of these lines."""
    return list(reader(lines, delimiter, quote))


def reader(lines: Iterable[str], delimiter: str, quote: str, skips: bool = True) -> Any:
    """Python's CSV reader with this layout; if it `skips`, blanks after a delimiter, so that any number of blanks separates too."""
    if delimiter == " ":
        lines = (line.replace("\t", " ").strip(" \r\n") + "\n" for line in lines)
    csv.field_size_limit(LONGEST_CELL)
    if quote:
        return csv.reader(lines, delimiter=delimiter, quotechar=quote, skipinitialspace=skips and delimiter != "\t")
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, skipinitialspace=skips and delimiter != "\t")


def has_names(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows holds names rather than values.

    A number where the column below holds numbers speaks for values, a word there for names; years in a row (1990, 1991, 1992) are
    names. Where no column holds numbers, a first row that repeats further down in its own column is values.
    """
    first, below = rows[0], rows[1:]
    if not below:
        return not any(_NUMBER.fullmatch(cell.strip()) for cell in first)
    columns = [[row[i].strip() for row in below if i < len(row) and row[i].strip().lower() not in _EMPTY] for i in range(len(first))]
    measured = [i for i, cells in enumerate(columns) if cells and sum(map(is_measured, cells)) >= 0.8 * len(cells)]
    values = [i for i in measured if is_measured(first[i].strip())]
    words = [i for i in measured if first[i].strip().lower() not in _EMPTY and i not in values]
    if values and _is_series([first[i].strip() for i in values]) and not _continues(first, columns, values):
        return True
    if values or words:
        return len(words) > len(values)
    repeated = sum(first[i].strip() in cells for i, cells in enumerate(columns) if first[i].strip())
    return repeated == 0 and len({cell.strip() for cell in first}) == len(first)


def _judged(lines: Sequence[str], delimiter: str, quote: str) -> tuple[float, Dialect]:
    """How well this layout explains the lines (0: not at all)."""
    rows = list(islice(reader(lines, delimiter, quote), _ROWS))
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    if not widths:
        return 0.0, Dialect(delimiter, quote, 0, 1)
    width = max(widths, key=lambda w: (widths[w], w))
    start = next(i for i, row in enumerate(rows) if len(row) == width or (len(row) == width - 1 and width > 2))
    body = [row for row in rows[start:] if row]
    share = sum(len(row) == width for row in body) / len(body)
    layout = Dialect(delimiter, quote, _line_of(lines, delimiter, quote, start), width)
    if width == 1 or share < (0.4 if start == 0 else 0.8):
        return 0.0, layout
    cells = [cell for row in body if len(row) == width for cell in row]
    clean = sum(_is_clean(cell, delimiter, quote) for cell in cells) / max(1, len(cells))
    skipped = 0.0005 * min(layout.skip, 10)
    return share**2 * clean + 0.001 * min(width, 50) + (0.0005 if quote else 0) - skipped, layout


def _is_spaced(lines: Sequence[str], layout: Dialect) -> bool:
    """Whether blanks separate values: even rows, mostly of numbers, and not just a text of words."""
    rows = list(islice(reader(lines[layout.skip :], layout.delimiter, layout.quote), _ROWS))
    even = [row for row in rows if len(row) == layout.width]
    cells = [cell for row in even for cell in row]
    return layout.width > 1 and len(even) >= 0.95 * len(rows) and sum(map(is_measured, cells)) >= 0.5 * len(cells)


def _line_of(lines: Sequence[str], delimiter: str, quote: str, row: int) -> int:
    """The physical line on which that row begins, from 0."""
    table = reader(lines, delimiter, quote)
    for _ in range(row):
        next(table)
    return int(table.line_num)


def _is_clean(cell: str, delimiter: str, quote: str) -> bool:
    """Whether a value looks whole: no other delimiter in it, no lone quotes, no line break."""
    text = cell.strip()
    if not quote and text.count('"') and (text.startswith('"') or text.endswith('"')):
        return False
    if quote and "\n" in text:
        return False
    return not any(mark in text for mark in DELIMITERS[1:] if mark != delimiter)


def is_measured(cell: str) -> bool:
    """Whether the cell holds a number or a date."""
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell))


def _is_series(cells: list[str]) -> bool:
    """Whether the cells are whole numbers with one step between neighbours, as years are."""
    if len(cells) < 3 or not all(cell.isdigit() for cell in cells):
        return False
    steps = {int(b) - int(a) for a, b in zip(cells, cells[1:], strict=False)}
    return len(steps) == 1 and steps != {0}


def _continues(first: Sequence[str], columns: list[list[str]], values: list[int]) -> bool:
    """Whether these first cells appear again below in their own column."""
    return sum(first[i].strip() in columns[i] for i in values) > len(values) / 2


def _unused(text: str) -> str:
    return next(mark for mark in ("\t", "|", ";", ",", "\x1f") if mark not in text or mark == "\x1f")
