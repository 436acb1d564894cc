"""The words of an ARFF file: its declarations, and its rows with their quotes, escapes and left-out cells."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.columns import ColumnType
from engine.errors import UnreadableFile

_QUOTED = r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\""""
_ATTRIBUTE = re.compile(rf"@attribute\s++({_QUOTED}|[^\s{{]++)\s*+(.*)", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(rf"\s*+({_QUOTED}|(?!['\"])[^,]*+)\s*+(,|$)", re.DOTALL)
_PIECE = re.compile(rf"(?:{_QUOTED}|[^,'\"])++", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_NUMBERS = ("numeric", "real", "integer")
_FIX = "Mend it there, or save the data as CSV."

Row = list[str | None]


@dataclass(frozen=True)
class Attribute:
    """One declared column: its name, the type it asks for (None: to be found out), and the values it may have, where they are listed."""

    name: str
    type: ColumnType | None
    values: tuple[str, ...] = ()

    @property
    def left_out(self) -> str:
        """What a cell holds that a sparse row does not mention: zero, or the first of the listed values."""
        return self.values[0] if self.values else "0"


def attributes(lines: Iterable[tuple[int, str]]) -> list[Attribute]:
    """The columns declared before the data; the lines are used up to and with the one that says that the data begins."""
    found: list[Attribute] = []
    for number, line in lines:
        word = line.split(None, 1)[0].lower() if line.strip() else ""
        if word == "@data":
            if not found:
                raise UnreadableFile("The ARFF file declares no attributes.", _FIX)
            return found
        if word == "@attribute":
            found.append(_attribute(line.strip(), number))
    raise UnreadableFile("The ARFF file has no line '@data', after which its rows would begin.", "Save it again, complete.")


def rows(lines: Iterable[tuple[int, str]], declared: list[Attribute]) -> Iterator[tuple[int, Row, bool]]:
    """(line, its values, whether it was sparse). Raises UnreadableFile at a row that does not have its values."""
    places = range(len(declared))
    for number, line in lines:
        text = line.strip()
        if not text or text.startswith("%"):
            continue
        if text.startswith("{"):
            cells = _sparse(text, number, len(declared))
            yield number, [cells.get(place, declared[place].left_out) for place in places], True
            continue
        values = split(text, number)
        if len(values) == len(declared) + 1 and (values[-1] or "").startswith("{"):
            values.pop()
        if len(values) != len(declared):
            raise UnreadableFile(f"Line {number:,} of the ARFF file has {len(values)} values, not {len(declared)}.", _FIX)
        yield number, values, False


def split(text: str, number: int) -> Row:
    """The values between commas; an unquoted question mark is none."""
    values: Row = []
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            raise UnreadableFile(f"Line {number:,} of the ARFF file has a quotation mark that is never closed or closed too early.", _FIX)
        values.append(_value(found[1].rstrip()))
        at = found.end()
        if not found[2]:
            return values


def _attribute(line: str, number: int) -> Attribute:
    found = _ATTRIBUTE.match(line)
    if found is None or not found[2].strip():
        raise UnreadableFile(f"Line {number:,} of the ARFF file declares an attribute without a type.", _FIX)
    name, kind = _value(found[1]) or "", found[2].strip()
    if kind.startswith("{"):
        if "}" not in kind:
            raise UnreadableFile(f"Line {number:,} of the ARFF file opens a list of values and does not close it.", _FIX)
        listed = split(kind[1 : kind.rindex("}")], number)
        return Attribute(name, "category", tuple(value for value in listed if value))
    word = kind.split()[0].lower()
    if word == "relational":
        raise UnreadableFile(f"'{name}' in the ARFF file holds tables inside cells, which cannot be read.", "Save it as one plain table.")
    return Attribute(name, "number" if word in _NUMBERS else None)


def _sparse(text: str, number: int, width: int) -> dict[int, str | None]:
    """The cells that a sparse row mentions, by their place."""
    cells: dict[int, str | None] = {}
    inside = text[1 : text.rindex("}")].strip() if "}" in text else None
    if inside is None:
        raise UnreadableFile(f"Line {number:,} of the ARFF file opens a sparse row and does not close it.", _FIX)
    for piece in _pieces(inside):
        place, _, value = piece.strip().partition(" ")
        if not place.isdecimal() or int(place) >= width or not value.strip():
            said = piece.strip()[:40]
            what = f"Line {number:,} of the ARFF file has '{said}' where a place from 0 to {width - 1} and its value should be."
            raise UnreadableFile(what, _FIX)
        cells[int(place)] = _value(value.strip())
    return cells


def _pieces(inside: str) -> list[str]:
    """What stands between commas that are not inside quotes."""
    return _PIECE.findall(inside)


def _value(token: str) -> str | None:
    if token == "?":
        return None
    if len(token) > 1 and token[0] in "'\"" and token[-1] == token[0]:
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), token[1:-1])
    return token
