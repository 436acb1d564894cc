"""Text tables: CSV, TSV and their relatives, every cell as the text it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal

from engine.errors import UnreadableFile
from engine.names import clean, mend
from engine.readers import _careful, _quick
from engine.readers._content import BINARY, head, is_html, is_json
from engine.readers._dialect import WORDS, Dialect, find, has_names, lines_of, reader
from engine.readers._quick import Body
from engine.readers._text import Text, as_utf8
from engine.readers.base import Change, Job, Places, Raw, Reader, check_size, column_id
from engine.spec import param

_SAMPLE = 512 * 2**10
_ROWS = 300


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
        "", "utf-8", "cp1252", "iso8859-1", "iso8859-15", "cp1250", "cp1251", "utf-16", "gb18030", "big5", "cp932", "cp949"
    ] = param("", "Encoding", help="How letters are stored; wrong if names show strange characters.", advanced=True)
    decimal: Literal["", ".", ","] = param(
        "", "Decimal mark", choices={"": "Find out", ".": "Point (1.5)", ",": "Comma (1,5)"}, advanced=True
    )
    quotes: Literal["", "yes", "no"] = param(
        "", "Quotation marks", choices={"": "Find out", "yes": "Enclose values", "no": "Are ordinary characters"}, advanced=True
    )

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
        lines = _sample(text)
        layout = find("".join(lines), self.delimiter, {"": None, "yes": '"', "no": ""}[self.quotes])
        top = [row for row in reader(lines[layout.skip :], layout.delimiter, layout.quote) if any(cell.strip() for cell in row)][:_ROWS]
        named = self._is_named(top, job.known)
        changes = [*text.changes, *_told(layout, lines, named)]
        names, done = _names(top, layout, named)
        check_size(len(names))
        body = _body(text, lines, layout, named, len(names))
        if _quick.is_regular(body):
            batches = _quick.batches(body, job.tell)
            places = _places(_careful.examine(body)[1].kept, body.line) if job.known and _quick.has_blank_lines(body) else None
        else:
            body, odd = _careful.examine(body)
            changes += _careful.report(odd, body)
            batches = _careful.batches(body, job.tell)
            places = _places(odd.kept, body.line, bool(odd.long))
        if not body.quote and not self.quotes:
            changes.append(Change(what="Quotation marks are ordinary characters in this file: only so its rows come out even."))
        found = {"delimiter": layout.delimiter if layout.width > 1 else "", "header": "yes" if named else "no"}
        found |= {"encoding": _known(text.encoding), "quotes": "yes" if body.quote else "no"}
        return Raw(names, batches, self.model_copy(update=found), changes + done, places=places)

    def _is_named(self, top: Sequence[Sequence[str]], known: Sequence[str]) -> bool:
        if not top:
            raise UnreadableFile(
                "The file is empty: it holds only blanks.", "Choose a file with a row of column names and at least one row of values."
            )
        if self.header:
            return self.header == "yes"
        return bool({clean(cell) for cell in top[0]} & set(known)) or has_names(top)


def _sample(text: Text) -> list[str]:
    """The first whole physical lines."""
    with text.path.open("rb") as file:
        file.seek(text.start)
        data = file.read(_SAMPLE)
        whole = not file.read(1)
    lines = lines_of(data.decode("utf-8", "replace"))
    return lines if whole or len(lines) < 2 else lines[:-1]


def _names(top: Sequence[Sequence[str]], layout: Dialect, named: bool) -> tuple[list[str], list[Change]]:
    width = max(layout.width, len(top[0]) if named else 0)
    if not named:
        return [f"column {i + 1}" for i in range(width)], []
    first, changes = list(top[0]), []
    if len(first) == width - 1 and any(row[-1].strip() for row in top[1:] if len(row) == width):
        first = ["", *first]
        changes.append(Change(what="The rows have one value more than there are names; the first value has no name.", column=column_id(0)))
    names, done = mend(first + [""] * (width - len(first)))
    return names, changes + [Change(what=what, column=column_id(position)) for position, what in done]


def _body(text: Text, lines: Sequence[str], layout: Dialect, named: bool, width: int) -> Body:
    """Where the values begin."""
    before = layout.skip
    if named:
        table = reader(lines[layout.skip :], layout.delimiter, layout.quote)
        next(row for row in table if any(cell.strip() for cell in row))
        before += table.line_num
    start = text.start + sum(len(line.encode("utf-8")) for line in lines[:before])
    return Body(text.path, start, before + 1, width, layout.delimiter, layout.quote)


def _told(layout: Dialect, lines: Sequence[str], named: bool) -> list[Change]:
    changes = []
    if layout.skip and (shown := tuple(line.strip()[:80] for line in lines[: layout.skip] if line.strip())):
        changes.append(Change(what="Lines before the table were left out.", count=len(shown), examples=shown[:3]))
    if layout.width > 1 and layout.delimiter != ",":
        changes.append(Change(what=f"The values are separated by {WORDS[layout.delimiter]}."))
    if not named:
        changes.append(Change(what="The first row holds values, not names, so the columns are called 'column 1', 'column 2' and so on."))
    return changes


def _places(lines: Sequence[int], first: int, lost: bool = False) -> Places | None:
    """The lines of the rows, where some were `lost` or they do not simply follow one another from `first` on to the last."""
    if not len(lines) or not lost and lines[-1] - first + 1 == len(lines):
        return None
    return Places("line", [str(line) for line in lines])


def _known(encoding: str) -> str:
    return "utf-16" if encoding.startswith("utf-16") else encoding
