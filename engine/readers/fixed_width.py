"""Text tables whose columns stand at the same places on every line, as reports and older programs write them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers import _borders, _dialect
from engine.readers._borders import Gap, Layout, cut, is_ruler
from engine.readers._content import head
from engine.readers._text import Text, as_utf8, open_text
from engine.readers.base import Batch, Change, Job, Places, Raw, Reader, check_size, renamed
from engine.readers.csv_file import CsvFile
from engine.spec import param

_SAMPLE = 128 * 2**10
_TOP = 300
_ROWS = 20_000
_MOST_ODD, _WIDE = 0.1, 0.8
_SHOWN = 8


class FixedWidth(Reader):
    """A text table whose columns stand at the same places on every line, with blanks between them."""

    kind: Literal["fixed_width"] = "fixed_width"
    title = "Text table of fixed width"
    order = 80
    extensions: ClassVar[tuple[str, ...]] = (".fwf", *CsvFile.extensions)
    holds: ClassVar[str] = "a text table of fixed width"

    starts: str = param(
        "", "Columns begin at", help="Counted in characters, such as 1, 9, 24; empty means wherever blanks run through all lines."
    )
    header: Literal["", "yes", "no"] = param(
        "", "First row", choices={"": "Find out", "yes": "Holds the column names", "no": "Holds values"}
    )

    @classmethod
    def sniff(cls, path: Path) -> bool:
        if not CsvFile.sniff(path):
            return False
        start = _text_of(head(path, _SAMPLE))
        layout = _borders.find(_lines_of(start))
        return layout is not None and not _is_delimited(start, layout)

    def read(self, job: Job) -> Raw:
        text = as_utf8(job.path, job.scratch)
        with text.path.open("rb") as file:
            file.seek(text.start)
            sample = _lines_of(_text_of(file.read(_SAMPLE)))
        layout = self._layout(sample)
        check_size(len(layout.gaps) + 1)
        top = [row for line in sample[layout.skip :] if line.strip() and not is_ruler(line) and (row := cut(line, layout.gaps))][:_TOP]
        named = self.header == "yes" if self.header else bool(set(top[0]) & set(job.known)) or _dialect.has_names(top)
        names, done = mend(top[0] if named else [f"column {i + 1}" for i in range(len(top[0]))])
        kept, odd = _examined(text, layout, named)
        changes = [*text.changes, *_told(layout, sample, named, odd), *renamed(done)]
        used = self.model_copy(update={"header": "yes" if named else "no"})
        places = Places("line", [str(number) for number in kept])
        doubts = [] if self.starts else [_asked(sample[layout.skip :], layout)]
        return Raw(names, _batches(text, layout, named, job), used, changes, places=places, doubts=doubts)

    def _layout(self, sample: Sequence[str]) -> Layout:
        """As the person says, else as it is found."""
        found = _borders.find(sample)
        if not self.starts:
            if found is None:
                raise UnreadableFile("The columns of the text table cannot be told apart.", "Say at which characters they begin.")
            return found
        pieces = self.starts.replace(",", " ").replace(";", " ").split()
        places = [int(piece) for piece in pieces if piece.isdecimal() and len(piece) < 7]
        if len(places) < len(pieces) or places != sorted(set(places)) or places[0] < 1:
            raise UnreadableFile(f"'{self.starts}' does not say where columns begin.", "Write rising numbers, such as 1, 9, 24.")
        return Layout(found.skip if found else 0, tuple(Gap(place - 1, place - 1) for place in places if place > 1))


def _text_of(data: bytes) -> str:
    """The first whole lines."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace")
    return text if len(data) < _SAMPLE else text[: text.rfind("\n") + 1]


def _lines_of(text: str) -> list[str]:
    return [_plain(line) for line in _dialect.lines_of(text)]


def _plain(line: str) -> str:
    """The line without its end; tabs count as blanks up to the next eighth place."""
    return line.rstrip("\r\n").expandtabs().rstrip()


def _is_delimited(text: str, layout: Layout) -> bool:
    """Whether a mark keeps the values apart rather than their places: one a line inside names such as "Smith, John" does not.

    Single blanks do unless dashes are drawn under the names of columns, or there are as many names as places and more words than that.
    """
    found = _dialect.find(text)
    if found.width <= 1:
        return False
    if found.delimiter == " ":
        lines = _lines_of(text)[layout.skip :]
        names = cut(lines[0], layout.gaps) or [""]
        is_named = all(names) and len(lines[0].split()) == len(names) < found.width
        return not is_named and not any(is_ruler(line) and " " in line.strip() for line in lines[:8])
    if found.delimiter != "," or found.width > 2 or len(layout.gaps) < found.width:
        return True
    lines = [line for line in _lines_of(text) if line]
    wide = [line for line in lines if "  " in line.replace(", ", ",").strip(", ")]
    return len(wide) < _WIDE * len(lines)


def _rows(text: Text, layout: Layout, named: bool) -> Iterator[tuple[int, list[str] | None]]:
    """(line, its values or None where it does not fit) of every line with values."""
    to_skip = int(named)
    with open_text(text.path, text.start) as file:
        for number, raw in enumerate(file, 1):
            line = _plain(raw)
            if number <= layout.skip or not line or is_ruler(line):
                continue
            if to_skip:
                to_skip -= 1
                continue
            yield number, cut(line, layout.gaps)


def _examined(text: Text, layout: Layout, named: bool) -> tuple[list[int], list[int]]:
    """(lines that fit, lines that do not). Raises UnreadableFile if these are many."""
    kept: list[int] = []
    odd: list[int] = []
    for number, row in _rows(text, layout, named):
        (odd if row is None else kept).append(number)
    if len(odd) > max(3, _MOST_ODD * len(kept)):
        raise UnreadableFile(
            f"{len(odd):,} of {len(odd) + len(kept):,} lines have values across the places where columns end, such as line {odd[0]:,}.",
            "Say at which characters the columns begin, or save the data as CSV.",
        )
    check_size(len(layout.gaps) + 1, len(kept))
    return kept, odd


def _batches(text: Text, layout: Layout, named: bool, job: Job) -> Iterator[Batch]:
    block: list[list[str]] = []
    size, width = max(1, text.path.stat().st_size), max([0, *(gap.end for gap in layout.gaps)]) + 8
    for number, row in _rows(text, layout, named):
        if row is not None:
            block.append(row)
        if len(block) == _ROWS:
            yield [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
            block = []
            job.tell(min(0.99, number * width / size))
    if block:
        yield [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
    job.tell(1.0)


def _told(layout: Layout, sample: Sequence[str], named: bool, odd: Sequence[int]) -> list[Change]:
    begin = ", ".join(map(str, layout.starts[:40]))
    lines = [line for line in sample[layout.skip :][:12] if line.strip() and not is_ruler(line)]
    rows = [" | ".join(row) for line in lines if (row := cut(line, layout.gaps))]
    what = f"The columns begin at these characters: {begin}."
    changes = [Change(what=what, count=1, whole=True, examples=tuple(rows[:3]), again=True)] if layout.gaps else []
    if shown := tuple(line.strip()[:80] for line in sample[: layout.skip] if line.strip()):
        changes.append(Change(what="Lines before the table were left out.", count=len(shown), examples=shown[:3], again=True))
    if not named:
        what = "The first row holds values, not names, so the columns are called 'column 1', 'column 2' and so on."
        undo = Choice(label="It holds the names", options={"header": "yes"})
        changes.append(Change(what=what, count=1, whole=True, examples=tuple(rows[:1]), undo=undo))
    if odd:
        what = "Lines with values across the places where columns end were left out."
        shown = tuple(f"line {number:,}" for number in odd[:_SHOWN])
        changes.append(Change(what=what, count=len(odd), examples=shown, loses=True, again=True))
    return changes


def _asked(lines: Sequence[str], layout: Layout) -> Doubt:
    """Whether the lines are to be cut at all."""
    shown = [" | ".join(row) for line in lines[:12] if line.strip() and not is_ruler(line) and (row := cut(line, layout.gaps))]
    choices = (
        Choice(label=f"Yes, into {len(layout.gaps) + 1} columns as shown", options={"starts": ""}),
        Choice(label="No, every line is one value", options={"starts": "1"}),
    )
    what = "Blanks keep the columns apart. Are the lines cut rightly here?"
    return Doubt(key="fixed-width", what=what, examples=tuple(shown[:4]), choices=choices)
