"""Excel workbooks: the stored values of one sheet, never its formulas or macros."""

import datetime
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa

from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers import _zip
from engine.readers._content import members
from engine.readers._dialect import has_names
from engine.readers.base import Batch, Change, Job, Places, Raw, Reader, check_size, column_id
from engine.spec import param

_TOP = 300
_ROWS = 20_000
_UNCOUNTED = re.compile(rb"<f[ >/][^<]*(?:</f>)?(?:<v\s*/>|<v></v>)?</c>")
_LARGEST_SHEET = 50 * 2**20

Row = list[str | None]


class Excel(Reader):
    """An Excel workbook (.xlsx); one of its sheets is read."""

    kind: Literal["excel"] = "excel"
    title = "Excel"
    order = 20
    extensions: ClassVar[tuple[str, ...]] = (".xlsx", ".xlsm", ".xls", ".xlsb")
    holds: ClassVar[str] = "an Excel workbook"

    sheet: str = param("", "Sheet", help="The name of the sheet to read; empty means the first one with values.")
    header: Literal["", "yes", "no"] = param(
        "", "First row", choices={"": "Find out", "yes": "Holds the column names", "no": "Holds values"}
    )

    @classmethod
    def sniff(cls, path: Path) -> bool:
        return any(name.startswith("xl/") for name in members(path))

    def read(self, job: Job) -> Raw:
        import openpyxl

        with _zip.open_zip(job.path):
            pass
        try:
            book = openpyxl.load_workbook(job.path.open("rb"), read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            raise UnreadableFile(
                "The Excel workbook is damaged or of a kind that cannot be read.", "Open it in Excel and save it as .xlsx."
            ) from error
        sheet, changes = self._sheet(book)
        first, blocks, width, top, numbers = _gathered(sheet, job)
        start = _start(top)
        named = self.header == "yes" if self.header else has_names([[cell or "" for cell in row] for row in top[start:]])
        changes += _told(top[:start], named, _uncounted(job.path, sheet))
        names, done = mend([cell or "" for cell in top[start]] if named else [f"column {i + 1}" for i in range(width)])
        changes += [Change(what=what, column=column_id(place)) for place, what in done]
        book.close()
        found = self.model_copy(update={"sheet": sheet.title, "header": "yes" if named else "no"})
        return Raw(names, _batches(blocks, first, width, start + named), found, changes, places=_places(numbers[start:], named))

    def _sheet(self, book: Any) -> tuple[Any, list[Change]]:
        """The sheet to read: the one asked for, else the first visible one with values."""
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
        names = [sheet.title for sheet in sheets]
        if self.sheet:
            if self.sheet not in names:
                raise UnreadableFile(f"The workbook has no sheet '{self.sheet}'.", f"Its sheets are: {', '.join(names)}.")
            return sheets[names.index(self.sheet)], []
        visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
        chosen = next((sheet for sheet in visible if _has_values(sheet)), None)
        if chosen is None:
            raise UnreadableFile(
                "The workbook is empty: no sheet has values.", "Choose a workbook with a row of column names and values below."
            )
        others = tuple(name for name in names if name != chosen.title)
        told = (
            [Change(what=f"The sheet '{chosen.title}' was read; the others were not.", count=len(others), examples=others[:5])]
            if others
            else []
        )
        return chosen, told


def _has_values(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(any(value is not None for value in row) for row in sheet.iter_rows(values_only=True, max_row=1000))


def _places(numbers: Sequence[int], named: bool) -> Places | None:
    """The sheet's numbers of the rows below the names (the first one's, if `named`), where blank rows lie between them."""
    if not numbers or numbers[-1] - numbers[0] + 1 == len(numbers):
        return None
    return Places("row", [str(number) for number in numbers[named:]])


def _gathered(sheet: Any, job: Job) -> tuple[int, list[Batch], int, list[Row], list[int]]:
    """(first column with values, blocks of all rows that have any, columns from there on, the first rows as text, the rows' numbers)."""
    sheet.reset_dimensions()
    top: list[Row] = []
    block: list[Row] = []
    blocks: list[Batch] = []
    numbers: list[int] = []
    first, last, rows = 1 << 20, 0, 0
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = [_text(value) for value in row]
            filled = [place for place, cell in enumerate(cells) if cell]
            if not filled:
                continue
            first, last, rows = min(first, filled[0]), max(last, filled[-1] + 1), rows + 1
            check_size(last - first, rows)
            block.append(cells)
            numbers.append(number)
            if len(top) < _TOP:
                top.append(cells)
            if len(block) == _ROWS:
                blocks.append(_columns(block))
                block = []
                job.tell(min(0.9, rows / 200_000))
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise UnreadableFile(f"The sheet '{sheet.title}' is damaged after row {rows:,}.", "Open it in Excel and save it again.") from error
    blocks += [_columns(block)] if block else []
    width = last - first
    return first, blocks, width, [(row[first:] + [None] * width)[:width] for row in top], numbers


def _columns(block: list[Row]) -> Batch:
    width = max(map(len, block))
    return [pa.array([row[place] if place < len(row) else None for row in block], pa.string()) for place in range(width)]


def _batches(blocks: Sequence[Batch], first: int, width: int, skip: int) -> Iterator[Batch]:
    for block in blocks:
        rows = len(block[0])
        if skip < rows:
            empty = pa.nulls(rows, pa.string())
            yield [(block[place] if place < len(block) else empty).slice(skip) for place in range(first, first + width)]
        skip = max(0, skip - rows)


def _start(top: Sequence[Row]) -> int:
    """The row the table begins with: titles above it fill fewer cells."""
    filled = [sum(cell is not None for cell in row) for row in top]
    usual = Counter(filled).most_common(1)[0][0]
    return next((place for place, count in enumerate(filled) if count >= 0.6 * usual and (count > 1 or usual == 1)), 0)


def _told(titles: Sequence[Row], named: bool, uncounted: int) -> list[Change]:
    changes = []
    if titles:
        shown = tuple(" ".join(cell for cell in row if cell)[:80] for row in titles[:3])
        changes.append(Change(what="Rows before the table were left out.", count=len(titles), examples=shown))
    if not named:
        changes.append(Change(what="The first row holds values, not names, so the columns are called 'column 1', 'column 2' and so on."))
    if uncounted:
        what = "Formulas without a stored result count as missing. Opening and saving the workbook in Excel stores them."
        changes.append(Change(what=what, count=uncounted))
    return changes


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None or value.strip() else None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _uncounted(path: Path, sheet: Any) -> int:
    """Formulas that were never calculated, as programs write them; 0 if the sheet is too large to look."""
    place = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    with zipfile.ZipFile(path) as archive:
        if place not in archive.namelist() or archive.getinfo(place).file_size > _LARGEST_SHEET:
            return 0
        return len(_UNCOUNTED.findall(archive.read(place)))
