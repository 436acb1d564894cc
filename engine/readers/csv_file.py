"""Text tables: CSV, TSV and their relatives, every cell as the text it is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import clean, mend
from engine.readers import _careful, _doubts, _ends, _quick
from engine.readers._content import BINARY, head, is_html, is_json
from engine.readers._dialect import WORDS, Dialect, find, has_names, is_measured, lines_of, reader
from engine.readers._quick import Body
from engine.readers._text import NAMES, Text, as_utf8
from engine.readers.base import Batch, Change, Job, Places, Raw, Reader, check_size, column_id, renamed
from engine.spec import param

_SAMPLE = 512 * 2**10
_ROWS = 300
_MANY = 0.01
_WIDE = 30
_SHOWN = 3
_SEP = re.compile(r"sep=.")


class CsvFile(Reader):
    """A text file with one row on each line, such as CSV or TSV."""

    kind: Literal["csv_file"] = "csv_file"
    title = "CSV or other text table"
    order = 90
    extensions: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".tab", ".txt", ".data")
    holds: ClassVar[str] = "plain text"

    delimiter: Literal["", ",", ";", "\t", "|", " "] = param(
        "", "Values are separated by", choices={"": "Find out", **{mark: word.capitalize() for mark, word in WORDS.items()}}
    )
    header: Literal["", "yes", "no"] = param(
        "", "First row", choices={"": "Find out", "yes": "Holds the column names", "no": "Holds values"}
    )
    encoding: Literal[
        "",
        "utf-8",
        "cp1252",
        "iso8859-1",
        "iso8859-15",
        "cp1250",
        "cp1251",
        "utf-16",
        "gb18030",
        "big5",
        "cp932",
        "cp949",
        "koi8-r",
        "iso8859-5",
        "iso8859-7",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
    ] = param("", "Encoding", help="How letters are stored; wrong if names show strange characters.", advanced=True)
    decimal: Literal["", ".", ","] = param(
        "", "Decimal mark", choices={"": "Find out", ".": "Point (1.5)", ",": "Comma (1,5)"}, advanced=True
    )
    quotes: Literal["", "yes", "no"] = param(
        "", "Quotation marks", choices={"": "Find out", "yes": "Enclose values", "no": "Are ordinary characters"}, advanced=True
    )
    start: int = param(0, "The table begins on line", help="0 means: find out.", ge=0, le=10_000, advanced=True)
    units: Literal["", "yes", "no"] = param(
        "", "Second row", choices={"": "Find out", "yes": "Says more about the names, such as units", "no": "Holds values"}, advanced=True
    )
    extra: Literal["", "first", "last"] = param(
        "", "A value without a name", choices={"": "Find out", "first": "Is the first of its row", "last": "Is the last"}, advanced=True
    )
    short: Literal["", "fill", "leave out"] = param(
        "", "Rows with too few values", choices={"": "Find out", "fill": "Fill up at the end", "leave out": "Leave out"}, advanced=True
    )
    long: Literal["", "leave out", "cut"] = param(
        "", "Rows with too many values", choices={"": "Find out", "leave out": "Leave out", "cut": "Cut off"}, advanced=True
    )
    comments: Literal["", "yes", "no"] = param(
        "", "Short lines that begin with #", choices={"": "Find out", "yes": "Are comments", "no": "Are rows"}, advanced=True
    )
    totals: Literal["", "yes", "no"] = param(
        "", "Sums and notes in the last rows", choices={"": "Find out", "yes": "Leave out", "no": "Are rows"}, advanced=True
    )
    repeats: Literal["", "yes", "no"] = param(
        "", "Rows that repeat the names", choices={"": "Find out", "yes": "Leave out", "no": "Are rows"}, advanced=True
    )
    turned: Literal["", "yes", "no"] = param("", "Each case is", choices={"": "Find out", "no": "A row", "yes": "A column"}, advanced=True)

    @classmethod
    def sniff(cls, path: Path) -> bool:
        start = head(path)
        if start.startswith(BINARY) or is_html(start) or is_json(start) or not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
            return False
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or max(start[0::2].count(0), start[1::2].count(0)) > 0.15 * len(start):
            return True
        control = sum(start.count(byte) for byte in (*range(1, 9), *range(14, 27), *range(28, 32)))
        return start.count(0) <= 0.02 * len(start) and control <= 0.005 * len(start)

    def read(self, job: Job) -> Raw:
        text = as_utf8(job.path, job.scratch, self.encoding)
        found = _layout(self, _sample(text), job.known)
        doubts = [*_of_encoding(self, text), *found.doubts]
        changes = [*text.changes, *found.changes]
        check_size(len(found.names))
        if self.turned == "yes":
            return self._turned(text, found, changes, doubts)
        body, batches, places = self._rows(text, found, job, changes, doubts)
        if self.totals != "no" and (last := _ends.totals(body)):
            batches = _ends.without_last(batches, len(last))
            places = replace(places, of=places.of[: -len(last)]) if places else None
            changes.append(_left_at_end(last))
            doubts += [] if self.totals else [_doubts.of_totals(last)]
        if not body.quote and not self.quotes:
            changes.append(_marks_are_plain(found.lines))
        return Raw(found.names, batches, self._used(text, found, body), changes, places=places, doubts=doubts)

    def _rows(self, text: Text, found: "_Layout", job: Job, changes: list[Change], doubts: list[Doubt]) -> "_Rows":
        """(the body as it is read, its rows, where they stand); what was done and is open is added."""
        body = found.body(text)
        body = replace(
            body, keeps_short=self.short != "leave out", cuts_long=self.long == "cut", has_comments=self.comments != "no"
        )
        body = body if self.repeats == "no" else replace(body, names=found.own_names(), named=found.named())
        if _quick.is_regular(body):
            is_odd = bool(job.known) and (found.has_units or _quick.has_blank_lines(body))
            kept = _careful.examine(body)[1].kept if is_odd else []
            return body, _quick.batches(body, job.tell), _places(kept, body.line, found.has_units)
        body, odd = _careful.examine(body)
        if odd.long and found.is_cut:
            body, odd = _careful.examine(replace(body, width=body.width + 1))
            found.names.append(mend([*found.names, ""])[0][-1])
        changes += _careful.report(odd, body)
        doubts += self._of_odd(odd)
        lost = bool(odd.long or odd.comments or odd.repeated or (odd.short and not body.keeps_short)) or found.has_units
        return body, _careful.batches(body, job.tell), _places(odd.kept, body.line, lost)

    def _of_odd(self, odd: _careful.Oddities) -> list[Doubt]:
        doubts = []
        if len(odd.short) > _MANY * odd.rows and not self.short:
            doubts.append(_doubts.of_short(len(odd.short), odd.rows, _careful.places_of(odd.short)))
        if odd.long and not self.long:
            doubts.append(_doubts.of_long(len(odd.long), odd.rows, _careful.places_of(odd.long)))
        if odd.comments and not self.comments:
            doubts.append(_doubts.of_comments(len(odd.comments), [text for _, text in odd.comments]))
        return doubts

    def _turned(self, text: Text, found: "_Layout", changes: list[Change], doubts: list[Doubt]) -> Raw:
        """The table with its columns as rows; the first column gives the names."""
        whole = replace(found, header=0)
        rows = _careful.rows(whole.body(text))
        check_size(len(rows))
        width = max(map(len, rows))
        columns = [[*row, *[None] * (width - len(row))] for row in rows]
        names, done = mend([column[0] for column in columns])
        undo, shown = Choice(label="Undo", options={"turned": "no"}), tuple(str(column[0]) for column in columns[:_SHOWN])
        what = "The table was turned: its columns are the rows now."
        changes += [Change(what=what, count=width, whole=True, examples=shown, undo=undo)]
        changes += renamed(done)
        batch = [pa.array(column[1:], pa.string()) for column in columns]
        return Raw(names, [batch], self._used(text, found, whole.body(text)), changes, doubts=doubts)

    def _used(self, text: Text, found: "_Layout", body: Body) -> "CsvFile":
        delimiter = found.dialect.delimiter if found.dialect.width > 1 else ""
        used = {"delimiter": delimiter, "header": "yes" if found.is_named else "no", "encoding": _known(text.encoding)}
        return self.model_copy(update={**used, "quotes": "yes" if body.quote else "no"})


_Rows = tuple[Body, Iterator[Batch], Places | None]


@dataclass(frozen=True)
class _Layout:
    """Where names and values stand. `skip`: lines before the table, `header`: lines with names and units; `is_cut`: a last column without
    a name and, as far as was looked, without values was dropped."""

    dialect: Dialect
    lines: Sequence[str]
    skip: int
    header: int
    is_named: bool
    has_units: bool
    is_cut: bool
    names: list[str]
    changes: list[Change]
    doubts: list[Doubt]

    def body(self, text: Text) -> Body:
        """Where the values begin."""
        before = self.skip + self.header
        start = text.start + sum(len(line.encode("utf-8")) for line in self.lines[:before])
        return Body(text.path, start, before + 1, len(self.names), self.dialect.delimiter, self.dialect.quote)


    def named(self) -> str:
        """The text of the row of names, "" where there is none."""
        lines = self.lines[self.skip :]
        return "".join(lines[: _lines_of_rows(lines, self.dialect, 1)]).strip("\r\n") if self.is_named else ""

    def own_names(self) -> tuple[str, ...]:
        """The names as they stand in the file; none if there are fewer than two, which a value may be by chance."""
        names: list[str] = next(iter(reader([self.named()], self.dialect.delimiter, self.dialect.quote)), [])
        return tuple(name.strip() for name in names) if sum(bool(name.strip()) for name in names) > 1 else ()


def _layout(asked: CsvFile, lines: Sequence[str], known: Sequence[str]) -> _Layout:
    """How the sample's lines are laid out, with what a person asked for."""
    before = max(0, asked.start - 1)
    dialect = find("".join(lines[before:]), asked.delimiter, {"": None, "yes": '"', "no": ""}[asked.quotes])
    skip = before if asked.start else dialect.skip
    top = [row for row in reader(lines[skip:], dialect.delimiter, dialect.quote) if any(cell.strip() for cell in row)][:_ROWS]
    named = _is_named(asked, top, known)
    names, changes, is_cut = _names(top, dialect, named, asked.extra)
    has_units = named and asked.units != "no" and (asked.units == "yes" or _ends.has_units(top[1:]))
    changes = [*_told(dialect, skip, lines, top, named), *changes, *(_units_left_out(top) if has_units else [])]
    header = _lines_of_rows(lines[skip:], dialect, named + has_units)
    doubts = _of_layout(asked, dialect, lines[skip:], top, named, known)
    if skip and not asked.start and any(line.strip() and not _SEP.fullmatch(line.strip()) for line in lines[:skip]):
        doubts.insert(0, _doubts.of_start(skip + 1, lines))
    if has_units and not asked.units:
        doubts.append(_doubts.of_units(top[:3]))
    return _Layout(dialect, lines, skip, header, named, has_units, is_cut, names, changes, doubts)


def _is_named(asked: CsvFile, top: Sequence[Sequence[str]], known: Sequence[str]) -> bool:
    if not top:
        raise UnreadableFile(
            "The file is empty: it holds only blanks.", "Choose a file with a row of column names and at least one row of values."
        )
    if asked.header:
        return asked.header == "yes"
    return bool({clean(cell) for cell in top[0]} & set(known)) or has_names(top)


def _of_layout(
    asked: CsvFile, dialect: Dialect, lines: Sequence[str], top: Sequence[Sequence[str]], named: bool, known: Sequence[str]
) -> list[Doubt]:
    """The questions about delimiter, names, one value too many, and rows that are columns."""
    doubts = []
    if dialect.other and not asked.delimiter:
        rows: list[list[str]] = [
            next(iter(reader(lines[1:2] or lines[:1], mark, dialect.quote)), []) for mark in (dialect.delimiter, dialect.other)
        ]
        used, other = ((mark, WORDS[mark], row) for mark, row in zip((dialect.delimiter, dialect.other), rows, strict=True))
        doubts.append(_doubts.of_delimiter(used, other))
    looks_measured = named and all(is_measured(cell.strip()) for cell in top[0])
    if not asked.header and not known and len(top) > 1 and (not named or looks_measured):
        doubts.append(_doubts.of_header(named, [line for line in lines if line.strip()]))
    if not asked.extra and named and _has_extra(top, dialect):
        doubts.append(_doubts.of_extra(next(row for row in top[1:] if len(row) == dialect.width), top[0]))
    is_whole = sum(map(len, lines)) < _SAMPLE // 2 and len(top) < _ROWS
    if not asked.turned and not known and is_whole and _looks_turned(top, dialect.width):
        doubts.append(_doubts.of_turned(dialect.width, len(top) - named, top))
    return doubts


def _looks_turned(top: Sequence[Sequence[str]], width: int) -> bool:
    """Many more columns than rows, and in each row a name and then numbers (or, in a few rows, labels)."""
    if width < _WIDE or width < 2 * len(top) or len(top) < 3:
        return False
    names = [row[0].strip() for row in top[1:] if row]
    measured = sum(sum(map(is_measured, (cell.strip() for cell in row[1:]))) >= 0.8 * (len(row) - 1) for row in top[1:] if len(row) > 1)
    return len(set(names)) == len(names) and not any(map(is_measured, names)) and measured >= 0.5 * len(names)


def _of_encoding(asked: CsvFile, text: Text) -> list[Doubt]:
    if asked.encoding or len(text.candidates) < 2:
        return []
    return [_doubts.of_encoding(text.encoding, [(_known(name), NAMES.get(name, name), shown) for name, shown in text.candidates])]


def _left_at_end(last: Sequence[Sequence[str]]) -> Change:
    shown = tuple(" ".join(cell for cell in row if cell.strip())[:60] for row in last)
    undo = Choice(label="Keep them as rows", options={"totals": "no"})
    return Change(what="Sums or notes below the table were left out.", count=len(last), examples=shown, loses=True, undo=undo)


def _units_left_out(top: Sequence[Sequence[str]]) -> list[Change]:
    undo = Choice(label="Keep it as a row", options={"units": "no"})
    what = "The row below the names says more about them and was left out."
    return [Change(what=what, count=1, whole=True, examples=(_apart(top[1]),), undo=undo)]


def _marks_are_plain(lines: Sequence[str]) -> Change:
    undo = Choice(label="They enclose values", options={"quotes": "yes"})
    shown = tuple(line.strip()[:60] for line in lines if '"' in line)
    what = "Quotation marks are ordinary characters in this file: only so its rows come out even."
    return Change(what=what, count=len(shown), whole=True, examples=shown[:_SHOWN], undo=undo)


def _apart(row: Sequence[str]) -> str:
    return " | ".join(cell.strip()[:24] for cell in row[:8])


def _lines_of_rows(lines: Sequence[str], dialect: Dialect, rows: int) -> int:
    """How many physical lines the first rows take, blank ones before them included."""
    table = reader(lines, dialect.delimiter, dialect.quote)
    for _ in range(rows):
        next(row for row in table if any(cell.strip() for cell in row))
    return int(table.line_num)


def _sample(text: Text) -> list[str]:
    """The first whole physical lines."""
    with text.path.open("rb") as file:
        file.seek(text.start)
        data = file.read(_SAMPLE)
        whole = not file.read(1)
    lines = lines_of(data.decode("utf-8", "replace"))
    return lines if whole or len(lines) < 2 else lines[:-1]


def _has_extra(top: Sequence[Sequence[str]], layout: Dialect) -> bool:
    """Whether the rows have one value more than there are names, and it is a value."""
    return len(top[0]) == layout.width - 1 and any(row[-1].strip() for row in top[1:] if len(row) == layout.width)


def _names(top: Sequence[Sequence[str]], layout: Dialect, named: bool, extra: str) -> tuple[list[str], list[Change], bool]:
    """The names, what was done to them, and whether a last column without name and values was dropped."""
    width = max(layout.width, len(top[0]) if named else 0)
    is_cut = named and 1 < width == layout.width and not any(cell.strip() for row in top for cell in row[width - 1 :])
    if is_cut:
        width -= 1
    if not named:
        return [f"column {i + 1}" for i in range(width)], [], False
    first, changes = list(top[0])[:width], []
    if _has_extra(top, layout) and extra != "last":
        first = ["", *first]
        undo = Choice(label="The last value has no name", options={"extra": "last"})
        shown = tuple(_apart(row) for row in top[1:] if len(row) == layout.width)
        what = "The rows have one value more than there are names; the first value has no name."
        changes.append(Change(what=what, column=column_id(0), count=len(shown), whole=True, examples=shown[:_SHOWN], undo=undo))
    if is_cut:
        shown = tuple(f"{_apart(row)} \u2192 {_apart(row[:width])}" for row in top[:_SHOWN])
        what = "Each row ends with a delimiter and nothing behind it; that empty last column was dropped."
        changes.append(Change(what=what, count=1, whole=True, examples=shown, again=True))
    names, done = mend(first + [""] * (width - len(first)))
    return names, changes + renamed(done), is_cut


def _told(layout: Dialect, skip: int, lines: Sequence[str], top: Sequence[Sequence[str]], named: bool) -> list[Change]:
    changes = []
    if skip and (shown := tuple(line.strip()[:80] for line in lines[:skip] if line.strip())):
        undo = Choice(label="Begin on line 1", options={"start": 1})
        changes.append(Change(what="Lines before the table were left out.", count=len(shown), examples=shown[:3], undo=undo))
    if layout.width > 1 and layout.delimiter != ",":
        shown = tuple(f"{layout.delimiter.join(row)[:60]} \u2192 {_apart(row)}" for row in top[:_SHOWN])
        what = f"The values are separated by {WORDS[layout.delimiter]}."
        changes.append(Change(what=what, count=1, whole=True, examples=shown, again=True))
    if not named:
        what = "The first row holds values, not names, so the columns are called 'column 1', 'column 2' and so on."
        undo = Choice(label="It holds the names", options={"header": "yes"})
        changes.append(Change(what=what, count=1, whole=True, examples=(_apart(top[0]),), undo=undo))
    return changes


def _places(lines: Sequence[int], first: int, lost: bool = False) -> Places | None:
    """The lines of the rows, where some were `lost` or they do not simply follow one another from `first` on to the last."""
    if not len(lines) or not lost and lines[-1] - first + 1 == len(lines):
        return None
    return Places("line", [str(line) for line in lines])


def _known(encoding: str) -> str:
    return "utf-16" if encoding.startswith("utf-16") else encoding
