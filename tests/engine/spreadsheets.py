"""Spreadsheets of the kinds that no library here writes (.ods, .xls, .xlsb), byte by byte, with only what a reader has to see."""

import struct
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from tests.engine.uploads import packed

Rows = Sequence[Sequence[Any]]
_SECTOR, _END, _FREE, _FAT = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def ods(**sheets: Rows) -> bytes:
    """An OpenDocument spreadsheet."""
    spaces = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    tables = "".join(f'<table:table table:name="{name}">{"".join(map(_ods_row, rows))}</table:table>' for name, rows in sheets.items())
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}>{body}</office:document-content>'
    manifest = '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed([("mimetype", kind), ("META-INF/manifest.xml", manifest.encode()), ("content.xml", content.encode())])


def xls(**sheets: Rows) -> bytes:
    """A workbook of Excel 97 to 2003. Cells given as ("date", 43831) or ("error", 7) are a day by its number and an error."""
    start = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    styles = b"".join(_biff(0xE0, struct.pack("<HHHHHHHHHH", 0, format, 0, 0, 0, 0, 0, 0, 0, 0)) for format in (0, 14))
    names = {name: struct.pack("<BB", 0, 0) + _short(name) for name in sheets}
    at = len(start) + len(styles) + sum(8 + len(name) for name in names.values()) + 4
    bounds, bodies = b"", b""
    for name, rows in sheets.items():
        bounds += _biff(0x85, struct.pack("<I", at + len(bodies)) + names[name])
        bodies += _xls_sheet(rows)
    return _compound(start + styles + bounds + _biff(0x0A, b"") + bodies)


def xlsb(**sheets: Rows) -> bytes:
    """A binary workbook of Excel 2007 and later."""
    places = [f"worksheets/sheet{i + 1}.bin" for i in range(len(sheets))]
    listed = b"".join(_brt(156, struct.pack("<II", 0, i + 1) + _wide(f"rId{i + 1}") + _wide(name)) for i, name in enumerate(sheets))
    book = _brt(131) + _brt(143) + listed + _brt(144) + _brt(132)
    links = "".join(f'<Relationship Id="rId{i + 1}" Type="{_REL}/worksheet" Target="{place}"/>' for i, place in enumerate(places))
    related = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    files = [("[Content_Types].xml", types.encode()), ("xl/workbook.bin", book), ("xl/_rels/workbook.bin.rels", related.encode())]
    return packed([*files, *((f"xl/{place}", _xlsb_sheet(rows)) for place, rows in zip(places, sheets.values(), strict=True))])


def _ods_row(row: Sequence[Any]) -> str:
    cells = []
    for value in row:
        if value is None:
            cells.append("<table:table-cell/>")
        elif isinstance(value, int | float):
            cells.append(f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>')
        else:
            cells.append(f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>')
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _xls_sheet(rows: Rows) -> bytes:
    width = max(map(len, rows), default=0)
    out = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + _biff(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, tuple) and value[0] == "error":
                out += _biff(0x205, struct.pack("<HHHBB", i, j, 0, value[1], 1))
            elif isinstance(value, tuple):
                out += _biff(0x203, struct.pack("<HHHd", i, j, 1, value[1]))
            elif isinstance(value, int | float):
                out += _biff(0x203, struct.pack("<HHHd", i, j, 0, value))
            elif value is not None:
                text = value.encode("utf-16-le")
                out += _biff(0x204, struct.pack("<HHHHB", i, j, 0, len(text) // 2, 1) + text)
    return out + _biff(0x0A, b"")


def _biff(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _short(text: str) -> bytes:
    wide = text.encode("utf-16-le")
    return struct.pack("<BB", len(wide) // 2, 1) + wide


def _compound(stream: bytes) -> bytes:
    """The stream as "Workbook" in a compound file; it is made long enough not to need the small sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, sectors + 2), _END]
    assert len(chain) <= _SECTOR // 4, "One sector of the allocation table is all there is."
    table = struct.pack(f"<{_SECTOR // 4}I", *chain, *[_FREE] * (_SECTOR // 4 - len(chain)))
    folder = _entry("Root Entry", 5, _FREE, 1, _END, 0) + _entry("Workbook", 2, _FREE, _FREE, 2, len(stream)) + bytes(256)
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    )
    return (head + struct.pack("<109I", 0, *[_FREE] * 108)).ljust(_SECTOR, b"\0") + table + folder + stream


def _entry(name: str, kind: int, sibling: int, child: int, start: int, size: int) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    return wide.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(wide), kind, 1, sibling, sibling, child, start, size)


def _xlsb_sheet(rows: Rows) -> bytes:
    width = max(map(len, rows), default=1)
    out = _brt(129) + _brt(148, struct.pack("<IIII", 0, max(0, len(rows) - 1), 0, width - 1)) + _brt(145)
    for i, row in enumerate(rows):
        out += _brt(0, struct.pack("<IIHBBBI", i, 0, 300, 0, 0, 0, 0))
        for j, value in enumerate(row):
            if isinstance(value, int | float):
                out += _brt(5, struct.pack("<IId", j, 0, value))
            elif value is not None:
                out += _brt(6, struct.pack("<II", j, 0) + _wide(value))
    return out + _brt(146) + _brt(130)


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _brt(kind: int, data: bytes = b"") -> bytes:
    return _varint(kind, 7) + _varint(len(data), 7) + data


def _varint(value: int, bits: int) -> bytes:
    out = bytearray()
    while value >> bits:
        out.append((value & 0x7F) | 0x80)
        value >>= bits
    return bytes([*out, value])
