"""One sheet of a workbook, read once from top to bottom: its filled cells as text, and what is special about them.

Knows nothing of tables: where on the sheet one lies is found in `_region`. The XML is parsed by defusedxml, which openpyxl uses: a
document that declares entities is refused.
"""

import datetime
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa
from openpyxl.worksheet._reader import CELL_TAG, FORMULA_TAG, INLINE_STRING, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from engine.errors import UnreadableFile
from engine.names import clean
from engine.readers.base import MOST_CELLS

TOP = 300
_ROWS = 20_000
_PEEK = 100_000
_MOST_SEGMENTS = 1_000

Cells = dict[int, str]
Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, as a sheet numbers them."""


@dataclass
class Segment:
    """Rows that follow one another without a blank one: the sheet's numbers of the first and last, how many, and the first two."""

    first: int
    last: int
    rows: int = 0
    top: list[Cells] = field(default_factory=list)
    widest: int = 0


@dataclass
class Sheet:
    """The filled cells in blocks of (rows, {column: texts}), and the sheet's number of each row that has any.

    `extent` says of each column with values: first row, last row, how many. `kinds` counts what its cells are ("text", "date",
    "duration", "number as text"). `uncounted` are cells with formulas that have no
    stored result. Columns and rows are numbered from 1, as on the sheet.
    """

    title: str
    blocks: list[tuple[int, dict[int, pa.Array]]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    top: list[Cells] = field(default_factory=list)
    extent: dict[int, list[int]] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)
    kinds: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    shown: dict[tuple[int, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    uncounted: list[str] = field(default_factory=list)

    def row(self, place: int) -> Cells:
        """The filled cells of the row at that place among the filled ones."""
        if place < len(self.top):
            return self.top[place]
        for rows, block in self.blocks:
            if place < rows:
                return {column: text for column, texts in block.items() if (text := texts[place].as_py()) is not None}
            place -= rows
        raise IndexError(place)

    def rows(self, start: int, stop: int) -> list[Cells]:
        """Those of the rows from `start` on, before `stop`; at most three hundred."""
        return [self.row(place) for place in range(start, min(stop, start + TOP, len(self.numbers)))]


@dataclass(frozen=True)
class Size:
    """How much a sheet holds: rows and columns with values, up to a hundred thousand cells; `is_more` if there are more."""

    rows: int
    columns: int
    cells: int
    is_more: bool

    def words(self) -> str:
        rows = f"{'more than ' if self.is_more else ''}{self.rows:,} row{'s' if self.rows != 1 else ''}"
        return f"{rows}, {self.columns:,} column{'s' if self.columns != 1 else ''}"


def size(sheet: Any) -> Size:
    """How much the sheet holds, without reading its values."""
    rows = cells = filled = 0
    columns: set[int] = set()
    with sheet.parent._archive.open(sheet._worksheet_path) as source:
        place = 0
        for _, element in iterparse(source):
            if element.tag == CELL_TAG:
                place += 1
                if element.find(VALUE_TAG) is not None or element.find(INLINE_STRING) is not None:
                    filled += 1
                    columns.add(_column(element.get("r")) or place)
            elif element.tag == ROW_TAG:
                rows, cells, filled, place = rows + bool(filled), cells + filled, 0, 0
                element.clear()
                if cells > _PEEK:
                    return Size(rows, len(columns), cells, True)
    return Size(rows, len(columns), cells, False)


def read(sheet: Any, tell: Callable[[float], None]) -> Sheet:
    """All of the sheet. Raises UnreadableFile if it is damaged, or too large."""
    found = Sheet(sheet.title)
    try:
        with sheet.parent._archive.open(sheet._worksheet_path) as source, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser = _Parser(source, sheet, found)
            _gather(parser.parse(), found, tell)
            found.merged = _merged(parser)
    except (UnreadableFile, MemoryError):
        raise
    except Exception as error:
        rows = len(found.numbers)
        raise UnreadableFile(f"The sheet '{sheet.title}' is damaged after row {rows:,}.", "Open it in Excel and save it again.") from error
    return found


def first_rows(sheet: Any, most: int = 20) -> list[set[str]]:
    """The texts in each of the first rows with values; none if the sheet is damaged."""
    try:
        with sheet.parent._archive.open(sheet._worksheet_path) as source, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = islice(_Parser(source, sheet, Sheet(sheet.title)).parse(), most)
            return [{clean(str(cell["value"])) for cell in row if cell["value"] is not None} for _, row in rows]
    except MemoryError:
        raise
    except Exception:
        return []


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Notes what the values alone do not say: hidden rows and columns, and formulas without a stored result."""

    def __init__(self, source: Any, sheet: Any, found: Sheet) -> None:
        book = sheet.parent
        super().__init__(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        self.found = found

    def parse_row(self, row: Any) -> tuple[int, list[dict[str, Any]]]:
        number, cells = super().parse_row(row)
        self.row_dimensions.clear()
        if row.get("hidden") in ("1", "true"):
            self.found.hidden_rows.add(number)
        return number, cells

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        is_formula = cell["value"] is None and len(element) and element.find(FORMULA_TAG) is not None
        if is_formula and (element.get("t") != "str" or element.find(VALUE_TAG) is None):
            self.found.uncounted.append(str(element.get("r") or ""))
        return cell

    def parse_column_dimensions(self, col: Any) -> None:
        if col.get("hidden") in ("1", "true"):
            self.found.hidden_columns.append((int(col.get("min")), int(col.get("max"))))


def _gather(rows: Iterator[tuple[int, list[dict[str, Any]]]], found: Sheet, tell: Callable[[float], None]) -> None:
    block: list[Cells] = []
    cells = 0
    for number, row in rows:
        if found.numbers and number <= found.numbers[-1]:
            raise ValueError("rows out of order")
        texts: Cells = {}
        for cell in row:
            text = None if cell["value"] is None else text_of(cell["value"])
            if text is not None:
                texts[cell["column"]] = text
                _note(found, number, cell, text)
        if not texts:
            continue
        if (cells := cells + len(texts)) > MOST_CELLS:
            raise UnreadableFile(
                f"The sheet has more than {MOST_CELLS // 1_000_000} million cells.", "Leave out rows or columns and upload it again."
            )
        block.append(texts)
        _place(found, number, texts)
        if len(block) == _ROWS:
            found.blocks.append(_packed(block))
            block = []
            tell(min(0.9, len(found.numbers) / 200_000))
    if block:
        found.blocks.append(_packed(block))


def _place(found: Sheet, number: int, texts: Cells) -> None:
    """Notes where the row is."""
    if len(found.top) < TOP:
        found.top.append(texts)
    last = found.segments[-1] if found.segments else None
    if last is None or (number > last.last + 1 and len(found.segments) < _MOST_SEGMENTS):
        last = Segment(number, number)
        found.segments.append(last)
    last.last, last.rows, last.widest = number, last.rows + 1, max(last.widest, len(texts))
    if len(last.top) < 2:
        last.top.append(texts)
    found.numbers.append(number)
    for column in texts:
        extent = found.extent.setdefault(column, [number, number, 0])
        extent[1] = number
        extent[2] += 1


def _packed(block: list[Cells]) -> tuple[int, dict[int, pa.Array]]:
    """Only columns that have values take room: one stray cell far out must not cost the millions between."""
    columns = sorted({column for row in block for column in row})
    return len(block), {column: pa.array([row.get(column) for row in block], pa.string()) for column in columns}


def _note(found: Sheet, number: int, cell: dict[str, Any], text: str) -> None:
    value = cell["value"]
    kind = ""
    if isinstance(value, str):
        kind = "number as text" if cell["data_type"] == "s" and _is_amount(value) else "text"
    elif isinstance(value, datetime.timedelta):
        kind = "duration"
    elif isinstance(value, (datetime.datetime, datetime.date)):
        kind = "date"
    if kind:
        column = cell["column"]
        found.kinds[column][kind] += 1
        if len(shown := found.shown[column, kind]) < 6:
            shown.append(f"row {number:,}: '{text[:40]}'")


def _is_amount(text: str) -> bool:
    """Whether the text is a plain number, and no code with leading zeros."""
    plain = text.strip().removeprefix("-")
    return plain.replace(".", "", 1).isascii() and plain.replace(".", "", 1).isdigit() and not (plain[0] == "0" and plain[1:2].isdigit())


def text_of(value: Any) -> str | None:
    """The value as text that says it exactly; a duration in seconds."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.timedelta):
        value = value.total_seconds()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _merged(parser: Any) -> list[Area]:
    cells = parser.merged_cells.mergeCell if parser.merged_cells is not None else []
    return [(cell.min_row, cell.min_col, cell.max_row, cell.max_col) for cell in cells[:100_000]]


def _column(coordinate: str | None) -> int:
    """The number of the column in "BC12"; 0 if there is none."""
    number = 0
    for letter in coordinate or "":
        if not ("A" <= letter <= "Z"):
            break
        number = number * 26 + ord(letter) - 64
    return number
