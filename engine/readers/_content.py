"""What a file is, from its first bytes, in words; and the sentence for a file that cannot be read."""

import zipfile
from pathlib import Path

from engine.errors import UnreadableFile

_TABLES = "Save the data as CSV, Excel, JSON or Parquet and upload that file."
_PICTURES = "Put the pictures into one folder for each class, pack the folders into a zip and upload that."

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    *((bytes([0x80, version]), "a Python pickle, which could run anything when it is opened", _TABLES) for version in (2, 3, 4, 5)),
    (b"\x89PNG", "a PNG picture", _PICTURES),
    (b"\xff\xd8\xff", "a JPEG picture", _PICTURES),
    (b"GIF8", "a GIF picture", _PICTURES),
    (b"BM", "a BMP picture", _PICTURES),
    (b"II*\x00", "a TIFF picture", _PICTURES),
    (b"MM\x00*", "a TIFF picture", _PICTURES),
    (b"%PDF", "a PDF document", _TABLES),
    (b"\x1f\x8b", "a gzip archive", "Give the file the ending .gz; of a packing inside another one, unpack the outer one first."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and upload the file inside; pictures as a zip."),
    (b"Rar!", "a RAR archive", "Unpack it and upload the file inside; pictures as a zip."),
    (b"BZh", "a bzip2 archive", "Unpack it and upload the file inside."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it and upload the file inside."),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Excel workbook", "Open it in Excel, remove the password and save it as .xlsx."),
    (b"SQLite format 3", "a SQLite database", "Export the table you need as CSV and upload that."),
    (b"\x89HDF", "an HDF5 file", _TABLES),
    (b"\x93NUMPY", "a NumPy array", _TABLES),
    (b"$FL", "an SPSS file", "Save it in SPSS as a Stata file (.dta) or as CSV and upload that."),
    (b"RDX", "an R data file", "Save the table in R with write.csv and upload that."),
    (b"\x80\x02", "a Python pickle, which could run a program when it is opened", _TABLES),
    (b"\x80\x03", "a Python pickle, which could run a program when it is opened", _TABLES),
    (b"\x80\x04", "a Python pickle, which could run a program when it is opened", _TABLES),
    (b"\x80\x05", "a Python pickle, which could run a program when it is opened", _TABLES),
    (b"PARE", "an encrypted Parquet file", "Save it without encryption and upload it again."),
    (b"\x7fELF", "a program", _TABLES),
    (b"MZ", "a program", _TABLES),
)

BINARY = tuple(magic for magic, _, _ in _STARTS if magic not in (b"BM", b"MZ", b"PARE", b"BZh")) + (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PAR1",
    b"PARE",
)

_TEXT_ENDINGS = {".csv", ".tsv", ".tab", ".txt", ".data"}
_PROMISES = {
    ".xlsx": "Excel",
    ".xlsm": "Excel",
    ".xls": "Excel",
    ".xlsb": "Excel",
    ".ods": "spreadsheet",
    ".json": "JSON",
    ".jsonl": "JSON",
    ".parquet": "Parquet",
    ".zip": "zip",
    ".gz": "gzip",
    ".npy": "NumPy",
    ".npz": "NumPy",
    ".dta": "Stata",
    ".arff": "ARFF",
    ".fwf": "fixed width",
}
_TIMES = 8
_PACKED = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_UNKNOWN = "bytes that are neither text nor a kind of file known here"


def head(path: Path, size: int = 8192) -> bytes:
    """The first bytes of the file."""
    with path.open("rb") as file:
        return file.read(size)


def effort(path: Path) -> int:
    """Bytes to go through, for limits of time: what is packed is taken for some times its size."""
    packed = head(path, 4).startswith((b"\x1f\x8b", b"PK\x03\x04"))
    return path.stat().st_size * (_TIMES if packed else 1)


def is_html(start: bytes) -> bool:
    """Whether the bytes look like the start of a web page."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<svg")) or (text.startswith((b"<table", b"<meta", b"<style")))


def is_json(start: bytes) -> bool:
    """Whether the bytes look like JSON: an object, or a list of objects or values."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return text[1:].lstrip()[:1] in (b'"', b"}")
    return text.startswith(b"[") and text[1:].lstrip().startswith(tuple(b'{ [ ] " - 0 1 2 3 4 5 6 7 8 9'.split()))


def members(path: Path) -> list[str]:
    """The names inside a zip; none if it is not one."""
    if head(path, 4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def describe(path: Path, name: str, holds: str) -> UnreadableFile:
    """The error for a file that no reader takes, or whose name speaks for another reader than its content.

    `holds` says what the content is if a reader knows it, else it is "".
    """
    found, fix = _what(path)
    if holds and (found == _UNKNOWN or found.startswith("a NumPy") or found.startswith("a zip archive")):
        found, fix = holds, "Give the file the right ending and upload it again."
    ending = Path(name).suffix.lower()
    odd = ending in _TEXT_ENDINGS or (ending in _PROMISES and _PROMISES[ending] not in found)
    return UnreadableFile(f"The file '{name}' holds {found}{f', although its name ends in {ending}' if odd else ''}.", fix)


def _what(path: Path) -> tuple[str, str]:
    start = head(path)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        return "no values, only blanks", "Choose a file with a row of column names and at least one row of values."
    for magic, words, fix in _STARTS:
        if start.startswith(magic):
            return words, fix
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "a WebP picture", _PICTURES
    if start[257:262] == b"ustar":
        return "a tar archive", "Unpack it and upload the file inside; pictures as a zip."
    if is_html(start):
        return "a web page, not a table", "Open the page, download the data itself as CSV or Excel and upload that."
    if start.startswith(b"PK"):
        return _archive(members(path))
    return _UNKNOWN, _TABLES


def _archive(names: list[str]) -> tuple[str, str]:
    if not names:
        return "a damaged or empty zip archive", "Pack it again and upload the new file; a workbook: open it and save it again."
    if {"metadata.json", "config.json"} <= set(names):
        return "a Keras model, not data", "Models are made here, from data. " + _TABLES
    if "[Content_Types].xml" in names or "mimetype" in names:
        return "an office document, such as a letter or slides", _TABLES
    if packed := [n for n in names if n.lower().endswith(_PACKED)]:
        return f"a zip archive with other archives in it ('{packed[0]}')", "Unpack these, and pack what is in them into one zip."
    tables = [n for n in names if n.lower().endswith((".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".json"))]
    if tables:
        return f"a zip archive with tables in it ('{tables[0]}') and no pictures", "Unpack it and upload the table itself."
    return "a zip archive without any picture", _PICTURES
