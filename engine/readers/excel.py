"""Excel workbooks: the stored values of one table on one sheet, never its formulas or macros."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pyarrow as pa

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import clean, mend
from engine.readers import _zip
from engine.readers._content import members
from engine.readers._dialect import has_names
from engine.readers.base import Batch, Change, Job, Places, Raw, Reader, check_size, column_id, renamed
from engine.spec import param

if TYPE_CHECKING:
    from engine.readers._region import Region
    from engine.readers._sheet import Sheet

_MOST_FILLED = 5_000_000
_SHOWN = 3


class Excel(Reader):
    """An Excel workbook (.xlsx); one of its sheets is read."""

    kind: Literal["excel"] = "excel"
    title = "Excel"
    order = 5
    extensions: ClassVar[tuple[str, ...]] = (".xlsx", ".xlsm", ".xls", ".xlsb")
    holds: ClassVar[str] = "an Excel workbook"

    sheet: str = param("", "Sheet", help="The name of the sheet to read; empty means the one with the largest table.")
    area: str = param("", "Cells", help="The first and last cell of the table, such as C5:F200; empty means find out.", advanced=True)
    header: Literal["", "yes", "two", "no"] = param(
        "",
        "First row",
        choices={"": "Find out", "yes": "Holds the column names", "two": "Holds names, and so does the second", "no": "Holds values"},
    )
    hidden: Literal["", "read", "leave"] = param(
        "", "Hidden rows", choices={"": "Find out", "read": "Are read too", "leave": "Are left out"}, advanced=True
    )

    sums: Literal["", "read", "leave"] = param(
        "", "Sums at the end", choices={"": "Find out", "read": "Are read too", "leave": "Are left out"}, advanced=True
    )
    repeats: Literal["", "read", "leave"] = param(
        "", "Rows that repeat the names", choices={"": "Find out", "read": "Are read too", "leave": "Are left out"}, advanced=True
    )
    merged: Literal["", "repeat", "once"] = param(
        "", "Merged cells", choices={"": "Find out", "repeat": "Hold their value in every row", "once": "In the first row"}, advanced=True
    )

    @classmethod
    def sniff(cls, path: Path) -> bool:
        """A workbook may hold pictures, so it is asked before the zips of pictures; one of those may hold a folder "xl"."""
        inside = members(path)
        return "[Content_Types].xml" in inside and any(name.startswith("xl/") for name in inside)

    def read(self, job: Job) -> Raw:
        from engine.readers import _book, _header, _region, _sheet

        _check(job.path)
        book = _book.open_book(job.path)
        chosen, changes, doubts = _book.choose(book, self.sheet, job.known)
        sheet = _sheet.read(chosen, job.tell)
        book.close()
        region = _region.find(sheet, self.area, job.known, self.repeats == "read")
        check_size(region.width)
        doubts += self._without_sums(sheet, region)
        rows = [region.cells(row) for row in sheet.rows(region.start, region.stop)]
        named = self.header != "no" if self.header else _is_known(rows, job.known) or has_names(rows)
        head = _header.find(sheet, region, self.header if named else "no", job.known)
        doubts += [*_areas(region), *head.doubts]
        changes += [*_told(sheet, region, head.titles, named), *_extras(job.path)]
        if named and head.form == "two":
            what = "The columns have names, or names and units, in two rows, which were put together."
            undo = Choice(label="Only one row holds the names", options={"header": "yes"})
            changes.append(Change(what=what, count=1, whole=True, examples=tuple(name for name in head.names if name)[:_SHOWN], undo=undo))
        names, done = mend(head.names if named else [f"column {i + 1}" for i in range(region.width)])
        changes += renamed(done)
        keep, hidden = self._kept(sheet, region, head.first)
        doubts += hidden
        filled = _filled(sheet, region, head.first) if self.merged != "once" else {}
        changes += [*_merged(sheet, filled), *_hidden_columns(sheet, region, names), *_kinds(sheet, region, names)]
        if self.hidden == "leave" and hidden:
            undo = Choice(label="Read them too", options={"hidden": "read"})
            shown, count = hidden[0].examples[:_SHOWN], int((~keep[head.first : region.stop]).sum())
            changes.append(Change(what="Hidden rows were left out.", count=count, examples=shown, loses=True, undo=undo))
        found = self.model_copy(update={"sheet": sheet.title, "header": head.form if named else "no"})
        numbers = [sheet.numbers[place] for place in np.flatnonzero(keep)]
        return Raw(names, _batches(sheet, region, keep, filled), found, changes, places=_places(numbers), doubts=doubts)

    def _without_sums(self, sheet: "Sheet", region: "Region") -> list[Doubt]:
        """Ends the table before rows of sums, and asks about them."""
        from engine.readers._region import sums

        found = sums(sheet, region)
        if not found:
            return []
        shown = tuple(", ".join(filter(None, region.cells(row)))[:80] for row in found)
        if self.sums != "read":
            region.stop -= len(found)
            undo, what = Choice(label="Keep them as rows", options={"sums": "read"}), "Sums below the table were left out."
            region.told.append(Change(what=what, count=len(found), examples=shown[:_SHOWN], loses=True, undo=undo))
        what = "The table ends with what looks like sums or averages. Do they belong to your data?"
        choices = (
            Choice(label="No, leave them out", options={"sums": "leave"}),
            Choice(label="Yes, read them too", options={"sums": "read"}),
        )
        return [Doubt(key="sums", what=what, examples=shown, choices=choices, chosen=int(self.sums == "read"))]

    def _kept(self, sheet: "Sheet", region: "Region", first: int) -> tuple["np.ndarray[Any, Any]", list[Doubt]]:
        """(filled rows,) whether each is a row of the table, and the question about those that are hidden."""
        keep = np.zeros(len(sheet.numbers), bool)
        keep[first : region.stop] = True
        keep[list(region.repeated)] = False
        if len(region.columns) < len(sheet.extent):
            keep &= _any_filled(sheet, region)
        hidden = [place for place in range(first, region.stop) if keep[place] and sheet.numbers[place] in sheet.hidden_rows]
        if not hidden:
            return keep, []
        if self.hidden == "leave":
            keep[hidden] = False
        examples = tuple(f"row {sheet.numbers[place]:,}" for place in hidden[:_SHOWN])
        what = f"{len(hidden):,} rows of the table are hidden in the workbook, as by a filter. Do they belong to your data?"
        choices = (
            Choice(label="Yes, read them too", options={"hidden": "read"}),
            Choice(label="No, leave them out", options={"hidden": "leave"}),
        )
        return keep, [Doubt(key="hidden", what=what, examples=examples, choices=choices, chosen=int(self.hidden == "leave"))]


def _is_known(rows: Sequence[Sequence[str]], known: Sequence[str]) -> bool:
    return bool({clean(cell) for cell in rows[0]} & set(known))


def _check(path: Path) -> None:
    """Raises UnreadableFile for an archive that is damaged or not safe to unpack, in the words that fit a workbook."""
    try:
        _zip.open_zip(path).close()
    except UnreadableFile as error:
        what = error.what.replace("The zip archive", "The Excel workbook").replace("in the zip archive", "in the Excel workbook")
        raise UnreadableFile(what, "Open it in Excel, save it as a new .xlsx and upload that.") from error


def _areas(region: "Region") -> list[Doubt]:
    if not region.others:
        return []
    what = "The sheet has several tables. Which one holds your data?"
    choices = tuple(Choice(label=f"The one in {area}", options={"area": area}) for area in (region.own, *region.others))
    return [Doubt(key="area", what=what, choices=choices)]


def _told(sheet: "Sheet", region: "Region", titles: int, named: bool) -> list[Change]:
    from engine.readers._region import whole

    changes = [*region.told]
    above = [" ".join(row.values())[:80] for row in sheet.top[: region.start - titles]] if not region.others else []
    if above:
        what = "Rows before the table were left out."
        changes.insert(0, Change(what=what, count=len(above), examples=tuple(above[:_SHOWN]), undo=whole(sheet)))
    if not named:
        what = "The first row holds values, not names, so the columns are called 'column 1', 'column 2' and so on."
        undo, shown = Choice(label="It holds the names", options={"header": "yes"}), " | ".join(region.cells(sheet.row(region.start)))[:80]
        changes.append(Change(what=what, count=1, whole=True, examples=(shown,), undo=undo))
    if sheet.uncounted:
        what = "Formulas without a stored result count as missing. Opening and saving the workbook in Excel stores them."
        changes.append(Change(what=what, count=len(sheet.uncounted), examples=tuple(sheet.uncounted[:_SHOWN])))
    return changes


def _extras(path: Path) -> list[Change]:
    """What a workbook may hold besides cells, and what became of it."""
    inside = members(path)
    changes = []
    if any(name.lower().endswith("vbaproject.bin") for name in inside):
        changes.append(Change(what="The workbook holds macros (small programs). They were not run; only its stored values were read."))
    kinds = {"media/": "pictures", "charts/chart": "charts", "embeddings/": "embedded files", "externalLinks/": "links to other workbooks"}
    found = [words for part, words in kinds.items() if any(name.startswith(f"xl/{part}") and not name.endswith("/") for name in inside)]
    if found:
        changes.append(Change(what=f"Not read from the workbook, only its cells were: {', '.join(found)}."))
    return changes


def _hidden_columns(sheet: "Sheet", region: "Region", names: Sequence[str]) -> list[Change]:
    hidden = [any(low <= column <= high for low, high in sheet.hidden_columns) for column in region.columns]
    found = tuple(name for name, is_hidden in zip(names, hidden, strict=True) if is_hidden)
    what = "Columns that are hidden in the workbook were read too. Leave them out of the inputs if they are not meant to be used."
    return [Change(what=what, count=len(found), examples=found[:_SHOWN])] if found else []


def _kinds(sheet: "Sheet", region: "Region", names: Sequence[str]) -> list[Change]:
    """What the kinds of the cells say that their text does not."""
    changes = []
    for place, (column, name) in enumerate(zip(region.columns, names, strict=True)):
        kinds, id = sheet.kinds[column], column_id(place)
        if count := kinds["number as text"]:
            what = f"Numbers that the workbook stores as text in column '{name}' were read like other numbers."
            shown = tuple(sheet.shown[column, "number as text"][:_SHOWN])
            as_text = Choice(label="Keep the column as text", reading={"type": "text", "missing": ()})
            changes.append(Change(what=what, column=id, count=count, examples=shown, typing=True, undo=as_text))
        if count := kinds["duration"]:
            what = f"Durations in column '{name}' were turned into seconds."
            changes.append(Change(what=what, column=id, count=count, examples=tuple(sheet.shown[column, "duration"][:3])))
        written = [shown for shown in sheet.shown[column, "text"] if sum(c.isdigit() for c in shown.split("'", 1)[1]) > 2]
        if kinds["date"] and written:
            what = f"Column '{name}' mixes real dates with dates written as text. Check that the written ones were understood."
            changes.append(Change(what=what, column=id, count=kinds["text"], examples=tuple(written[:3])))
    return changes


def _merged(sheet: "Sheet", filled: dict[int, dict[int, str]]) -> list[Change]:
    what = "Merged cells hold their value once; it was repeated in every row they cover."
    shown = [f"row {sheet.numbers[place]:,}: blank \u2192 '{value[:40]}'" for cells in filled.values() for place, value in cells.items()]
    undo = Choice(label="Leave the other rows blank", options={"merged": "once"})
    return [Change(what=what, count=len(shown), examples=tuple(shown[:_SHOWN]), undo=undo)] if shown else []


def _filled(sheet: "Sheet", region: "Region", first: int) -> dict[int, dict[int, str]]:
    """{column: {place of a row: the value merged cells hold there}} below the names."""
    found: dict[int, dict[int, str]] = {}
    count = 0
    wanted = set(region.columns)
    for top, left, bottom, right in sheet.merged:
        start, stop = bisect_left(sheet.numbers, top), min(bisect_right(sheet.numbers, bottom), region.stop)
        if left != right or left not in wanted or start < first or stop - start < 2 or sheet.numbers[start] != top:
            continue
        count += stop - start - 1
        if count > _MOST_FILLED:
            break
        if (value := _value(sheet, left, start)) is not None:
            found.setdefault(left, {}).update(dict.fromkeys(range(start + 1, stop), value))
    return found


def _value(sheet: "Sheet", column: int, place: int) -> str | None:
    for rows, block in sheet.blocks:
        if place < rows:
            return block[column][place].as_py() if column in block else None
        place -= rows
    return None


def _any_filled(sheet: "Sheet", region: "Region") -> "np.ndarray[Any, Any]":
    """(filled rows,) whether a row has a value in the table's columns."""
    found = []
    for rows, block in sheet.blocks:
        filled = np.zeros(rows, bool)
        for column in region.columns:
            if column in block:
                filled |= block[column].is_valid().to_numpy(zero_copy_only=False)
        found.append(filled)
    return np.concatenate(found)


def _batches(sheet: "Sheet", region: "Region", keep: "np.ndarray[Any, Any]", filled: dict[int, dict[int, str]]) -> Iterator[Batch]:
    before = 0
    for rows, block in sheet.blocks:
        mask = keep[before : before + rows]
        if mask.any():
            arrays = [block.get(column, pa.nulls(rows, pa.string())) for column in region.columns]
            for place, column in enumerate(region.columns):
                if column in filled:
                    arrays[place] = _with(arrays[place], filled[column], before)
            yield arrays if mask.all() else [array.filter(pa.array(mask)) for array in arrays]
        before += rows


def _with(array: pa.Array, values: dict[int, str], before: int) -> pa.Array:
    """The array with blank cells filled from `values`, whose places count from `before`."""
    return pa.array([values.get(before + place) if cell is None else cell for place, cell in enumerate(array.to_pylist())], pa.string())


def _places(numbers: Sequence[int]) -> Places | None:
    """The sheet's numbers of the rows, where blank or left-out ones lie between them."""
    if not numbers or numbers[-1] - numbers[0] + 1 == len(numbers):
        return None
    return Places("row", [str(number) for number in numbers])
