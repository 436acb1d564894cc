"""Workbooks that are odd in one way each, made by a program."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

Rows = list[list[Any]]
ROWS: Rows = [["age", "dose", "ward"], *[[20 + i, i / 4, ["north", "south"][i % 2]] for i in range(30)]]


def book(*sheets: tuple[str, Rows], then: Callable[[openpyxl.Workbook], None] = lambda made: None) -> bytes:
    """A workbook with these sheets; `then` may change it before it is saved."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    then(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheet(rows: Rows, then: Callable[[Worksheet], None] = lambda made: None) -> bytes:
    """A workbook of one sheet."""
    return book(("Data", rows), then=lambda made: then(made["Data"]))


def rewritten(content: bytes, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    """The workbook with its parts changed (None: left out), and with more of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (changed := change(name, old.read(name))) is not None:
                new.writestr(name, changed)
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def hidden_rows() -> bytes:
    def hide(made: Worksheet) -> None:
        for row in range(5, 15):
            made.row_dimensions[row].hidden = True

    return sheet(ROWS, hide)


def hidden_column() -> bytes:
    return sheet(ROWS, lambda made: setattr(made.column_dimensions["B"], "hidden", True))


def hidden_sheet() -> bytes:
    return book(("Lookup", ROWS * 3), ("Data", ROWS), then=lambda made: setattr(made["Lookup"], "sheet_state", "hidden"))


def merged_header() -> bytes:
    rows = [["patient", "Vitals", None, "Labs", None], [None, "pulse", "temp", "na", "k"]]
    rows += [[f"p{i}", 60 + i, 36 + i / 40, 140 + i % 5, 4 + i / 30] for i in range(30)]

    def merge(made: Worksheet) -> None:
        for area in ("A1:A2", "B1:C1", "D1:E1"):
            made.merge_cells(area)

    return sheet(rows, merge)


def units_row() -> bytes:
    return sheet([["height", "weight"], ["cm", "kg"], *[[150 + i, 50 + i / 2] for i in range(30)]])


def merged_body() -> bytes:
    rows: Rows = [["ward", "age"], *[[f"w{i // 10}" if i % 10 == 0 else None, 30 + i] for i in range(30)]]

    def merge(made: Worksheet) -> None:
        for start in (2, 12, 22):
            made.merge_cells(f"A{start}:A{start + 9}")

    return sheet(rows, merge)


def in_the_middle() -> bytes:
    rows: Rows = [["Ward report 2024"], [], [], [], *[[None, None, *row] for row in ROWS], [], ["Source: the hospital"]]
    return sheet(rows)


def two_tables() -> bytes:
    return sheet([*ROWS, [], ["code", "price"], *[[i, i * 1.5] for i in range(12)]])


def side_by_side() -> bytes:
    return sheet([[*row, None, *(["code", "price"] if not i else [i, i * 2] if i < 9 else [])] for i, row in enumerate(ROWS)])


def errors() -> bytes:
    return sheet([["a", "b"], *[[i, {3: "#DIV/0!", 5: "#N/A", 7: "#SPILL!"}.get(i, i * 2)] for i in range(30)]])


def spilled() -> bytes:
    """Errors newer than openpyxl knows, as Excel stores them."""

    def mark(name: str, data: bytes) -> bytes:
        return (
            re.sub(rb'<c r="B(5|6|7)" t="n"><v>[^<]*</v></c>', rb'<c r="B\1" t="e"><v>#SPILL!</v></c>', data) if "sheet1" in name else data
        )

    return rewritten(sheet([["a", "b"], *[[i, i * 2] for i in range(30)]]), mark)


def locked() -> bytes:
    """The shell of an encrypted workbook: an OLE2 container whose directory names the encrypted parts."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00" + bytes(480)
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", "EncryptionInfo", "EncryptedPackage"))
    return header + entries + bytes(4096)


def with_macros() -> bytes:
    return rewritten(sheet(ROWS), lambda name, data: data, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Attribute VB_Name"})


def stray_cell() -> bytes:
    return sheet(ROWS, lambda made: made.cell(1_048_576, 16_384, "x"))


def claims_all() -> bytes:
    """A used range of the whole sheet, and rows that are only formatted."""

    def claim(name: str, data: bytes) -> bytes:
        if "sheet1" not in name:
            return data
        rows = b"".join(b'<row r="%d" ht="15" customHeight="1"/>' % number for number in range(32, 9_000))
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data).replace(b"</sheetData>", rows + b"</sheetData>")

    return rewritten(sheet(ROWS), claim)


def bomb() -> bytes:
    return rewritten(sheet(ROWS), lambda name, data: data + b" " * 30_000_000 if "sheet1" in name else data)


def laughs(part: str = "sheet1") -> bytes:
    """A billion laughs: entities of entities."""
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    doctype = f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{levels}]>'.encode()

    def laugh(name: str, data: bytes) -> bytes:
        body = re.sub(rb"^<\?xml[^>]*\?>\s*", b"", data)
        return doctype + body.replace(b"</sheetData>", b'<row r="99"><c r="A99" t="str"><v>&l9;</v></c></row></sheetData>')

    return rewritten(sheet(ROWS), lambda name, data: laugh(name, data) if part in name else data)


def external_entity() -> bytes:
    doctype = b'<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'

    def leak(name: str, data: bytes) -> bytes:
        body = re.sub(rb"^<\?xml[^>]*\?>\s*", b"", data)
        return doctype + body.replace(b"north", b"&file;") if "sheet1" in name else data

    return rewritten(sheet(ROWS), leak)


def with_objects() -> bytes:
    more = {"xl/media/image1.png": b"\x89PNG", "xl/embeddings/oleObject1.bin": b"MZ", "xl/externalLinks/externalLink1.xml": b"<x/>"}
    return rewritten(sheet(ROWS), lambda name, data: data, more)


def numbers_as_text() -> bytes:
    def as_text(made: Worksheet) -> None:
        for row in range(2, 32):
            made.cell(row, 1).value = str(made.cell(row, 1).value)
            made.cell(row, 1).data_type = "s"

    return sheet(ROWS, as_text)


def mixed_dates() -> bytes:
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(60)]
    return sheet([["when", "n"], *[[day if i % 30 else day.strftime("%d.%m.%Y"), i] for i, day in enumerate(days)]])


def durations() -> bytes:
    return sheet([["took", "n"], *[[datetime.timedelta(minutes=7 * i), i] for i in range(1, 40)]])
