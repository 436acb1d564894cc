"""A workbook: opened, and which of its sheets is to be read."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.readers._sheet import Size, first_rows, size
from engine.readers.base import Change

_MOST_SHEETS = 30
_SHOWN = 5


def open_book(path: Path) -> Any:
    """The workbook, its cells not yet read. Raises UnreadableFile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path.open("rb"), read_only=True, data_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableFile(
            "The Excel workbook is damaged or of a kind that cannot be read.", "Open it in Excel and save it as .xlsx."
        ) from error


def choose(book: Any, wanted: str, known: Sequence[str]) -> tuple[Any, list[Change], list[Doubt]]:
    """The sheet to read (the one asked for, else the visible one with the largest table), what to tell, and the question which it is."""
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "_worksheet_path")]
    if wanted and wanted not in (names := [sheet.title for sheet in sheets]):
        raise UnreadableFile(f"The workbook has no sheet '{wanted}'.", f"Its sheets are: {', '.join(names)}.")
    sizes = {sheet.title: _size(sheet) for sheet in sheets[:_MOST_SHEETS]}
    filled = [sheet for sheet in sheets if sheet.title == wanted or (sheet.title in sizes and sizes[sheet.title].rows)]
    if not filled:
        raise UnreadableFile(
            "The workbook is empty: no sheet has values.", "Choose a workbook with a row of column names and values below."
        )
    visible = [sheet for sheet in filled if sheet.sheet_state == "visible"] or filled
    best = max(visible, key=lambda sheet: (_matches(sheet, known), sizes[sheet.title].cells if sheet.title in sizes else 0))
    chosen = next((sheet for sheet in sheets if sheet.title == wanted), best)
    others = tuple(sheet.title for sheet in sheets if sheet is not chosen)
    changes, doubts = [], []
    if others and not wanted:
        what = f"The sheet '{chosen.title}' was read; the others were not."
        changes.append(Change(what=what, count=len(others), examples=others[:_SHOWN], again=True))
    if len(filled) > 1 and chosen.title in sizes:
        choices = tuple(Choice(label=_label(sheet, sizes), options={"sheet": sheet.title, "area": ""}) for sheet in filled)
        what = "The workbook has several sheets with values. Which one holds your data?"
        doubts.append(Doubt(key="sheet", what=what, choices=choices, chosen=filled.index(chosen)))
    return chosen, changes, doubts


def _size(sheet: Any) -> Size:
    """How much is on the sheet; a damaged one counts as empty here and says so when it is read."""
    try:
        return size(sheet)
    except MemoryError:
        raise
    except Exception:
        return Size(1, 1, 0, False)


def _matches(sheet: Any, known: Sequence[str]) -> int:
    """How many of the known names stand in one of the first rows."""
    if not known:
        return 0
    wanted = set(known)
    return max((len(wanted & cells) for cells in first_rows(sheet)), default=0)


def _label(sheet: Any, sizes: dict[str, Size]) -> str:
    found = sizes.get(sheet.title)
    hidden = "" if sheet.sheet_state == "visible" else ", hidden"
    return f"{sheet.title} ({found.words() if found else 'not measured'}{hidden})"
