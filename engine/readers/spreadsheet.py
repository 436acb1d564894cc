"""Spreadsheets of other programs and times (.xls, .xlsb, .ods): written anew as .xlsx and read as such, so that all are alike."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from engine.errors import UnreadableFile
from engine.readers import _zip
from engine.readers._content import head, members
from engine.readers.base import Job, Raw, check_size
from engine.readers.excel import Excel

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_NOT_IN_TITLES = re.compile(r"[\\*?:/\[\]]")
_PANIC = "PanicException"
"""What the library raises where it finds a fault of its own in a file; it is not derived from Exception."""


class Spreadsheet(Excel):
    """A spreadsheet of OpenOffice or of an older Excel (.ods, .xls, .xlsb); one of its sheets is read."""

    kind: Literal["spreadsheet"] = "spreadsheet"  # type: ignore[assignment]
    title = "Older Excel or OpenOffice"
    order = 4
    extensions: ClassVar[tuple[str, ...]] = (".ods", ".xls", ".xlsb")
    holds: ClassVar[str] = "a spreadsheet of OpenOffice or an older Excel"

    @classmethod
    def sniff(cls, path: Path) -> bool:
        if head(path, 8) == _OLE:
            entries = path.read_bytes() if path.stat().st_size < 2**20 else head(path, 2**20) + _end(path)
            return any(book in entries for book in _BOOKS) and _LOCKED not in entries
        names = members(path)
        return "xl/workbook.bin" in names or ("content.xml" in names and _mimetype(path) == _ODS)

    def read(self, job: Job) -> Raw:
        if head(job.path, 2) == b"PK":
            with _zip.open_zip(job.path):
                pass
        _convert(job)
        return super().read(replace(job, path=job.unpacked, tell=lambda done: job.tell(0.5 + 0.5 * done)))


def _convert(job: Job) -> None:
    """Writes the values of all sheets as .xlsx to the job's place for what is unpacked."""
    import openpyxl
    import python_calamine

    book = openpyxl.Workbook(write_only=True)
    try:
        with python_calamine.load_workbook(job.path) as source:
            sheets = [about for about in source.sheets_metadata if about.typ == python_calamine.SheetTypeEnum.WorkSheet]
            for place, about in enumerate(sheets):
                sheet = book.create_sheet(_NOT_IN_TITLES.sub("_", about.name) or f"sheet {place + 1}")
                sheet.sheet_state = "visible" if about.visible == python_calamine.SheetVisibleEnum.Visible else "hidden"
                for row in _rows(source.get_sheet_by_name(about.name)):
                    sheet.append([_cell(sheet, value) for value in row])
                job.tell(0.5 * (place + 1) / len(sheets))
    except python_calamine.PasswordError as error:
        raise UnreadableFile(
            "The workbook is protected by a password.", "Open it, remove the password, save it and upload it again."
        ) from error
    except (python_calamine.CalamineError, ValueError, OSError, LookupError, TypeError, ArithmeticError) as error:
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise _damaged() from error
        raise
    if not book.worksheets:
        raise UnreadableFile("The workbook holds no sheet with cells.", "Choose a workbook with a row of column names and values below.")
    book.save(job.unpacked)


def _rows(sheet: Any) -> Iterator[list[Any]]:
    """The sheet's rows from the first one on, each from the first column on."""
    if sheet.start is None:
        return
    check_size(sheet.width, sheet.height)
    yield from sheet.to_python(skip_empty_area=False)


def _cell(sheet: Any, value: Any) -> Any:
    """The value to write: a text stays text, whatever it looks like."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return value
    if not value:
        return None
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell


def _damaged() -> UnreadableFile:
    return UnreadableFile("The workbook is damaged or of a kind that cannot be read.", "Open it in Excel and save it as .xlsx.")


def _mimetype(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo("mimetype")
            return (_zip.read(archive, member, 200) or b"").strip()
    except (KeyError, OSError, ValueError, zipfile.BadZipFile):
        return b""


def _end(path: Path) -> bytes:
    """The last megabyte, where large files may keep their list of contents."""
    with path.open("rb") as file:
        file.seek(-(2**20), 2)
        return file.read()
