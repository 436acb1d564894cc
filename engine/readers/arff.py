"""ARFF, the format of Weka and OpenML: what it says about its columns is believed, what it says about values is checked."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa

from engine.columns import ColumnType
from engine.names import mend
from engine.readers._arff_text import Attribute, attributes, rows
from engine.readers._content import head
from engine.readers._text import as_utf8, open_text
from engine.readers.base import Batch, Change, Job, Raw, Reader, check_size, column_id, renamed

_ROWS = 20_000
_SHOWN = 5
_STARTS = ("@relation", "@attribute")


class Arff(Reader):
    """An ARFF file, as Weka and OpenML write it; the types it declares are kept."""

    kind: Literal["arff"] = "arff"
    title = "ARFF"
    order = 60
    extensions: ClassVar[tuple[str, ...]] = (".arff",)
    holds: ClassVar[str] = "an ARFF table"

    @classmethod
    def sniff(cls, path: Path) -> bool:
        lines = head(path, 65536).removeprefix(b"\xef\xbb\xbf").decode("latin-1").splitlines()
        first = next((line.strip().lower() for line in lines if line.strip() and not line.lstrip().startswith("%")), "")
        return first.startswith(_STARTS)

    def read(self, job: Job) -> Raw:
        text = as_utf8(job.path, job.scratch)
        with open_text(text.path, text.start) as file:
            declared = attributes(enumerate(file, 1))
        check_size(len(declared))
        names, done = mend([attribute.name for attribute in declared])
        changes = [*text.changes, *renamed(done)]
        types: dict[int, ColumnType] = {place: attribute.type for place, attribute in enumerate(declared) if attribute.type}
        return Raw(names, _batches(text.path, text.start, declared, job, changes), self, changes, types)


def _batches(path: Path, start: int, declared: list[Attribute], job: Job, changes: list[Change]) -> Iterator[Batch]:
    found = _Found(declared)
    block: list[list[str | None]] = []
    size, read = max(1, path.stat().st_size), 0
    with open_text(path, start) as file:
        lines = enumerate(file, 1)
        attributes(lines)
        for number, row, is_sparse in rows(lines, declared):
            found.look(number, row, is_sparse)
            block.append(row)
            if len(block) == _ROWS:
                check_size(len(declared), found.rows)
                yield _columns(block)
                block = []
                read += sum(len(cell or "") + 1 for cell in row) * _ROWS
                job.tell(min(0.99, read / size))
    if block:
        yield _columns(block)
    changes += found.changes()
    job.tell(1.0)


def _columns(block: list[list[str | None]]) -> Batch:
    return [pa.array(column, pa.string()) for column in zip(*block, strict=True)]


class _Found:
    """What is to be told about the rows: sparse ones, and values that a column's list does not have."""

    def __init__(self, declared: list[Attribute]) -> None:
        self.rows = self.sparse = 0
        self._listed = [(place, one.name, frozenset(one.values)) for place, one in enumerate(declared) if one.values]
        self._strange: Counter[int] = Counter()
        self._examples: dict[int, list[str]] = {}

    def look(self, number: int, row: list[str | None], is_sparse: bool) -> None:
        self.rows += 1
        self.sparse += is_sparse
        for place, _, values in self._listed:
            if (value := row[place]) is not None and value not in values:
                self._strange[place] += 1
                shown = self._examples.setdefault(place, [])
                if len(shown) < _SHOWN:
                    shown.append(f"line {number:,}: '{value[:40]}'")

    def changes(self) -> list[Change]:
        told = []
        if self.sparse:
            what = "Rows name only some of their cells; the others hold zero or the first of the listed values, as ARFF has it."
            told.append(Change(what=what, count=self.sparse))
        for place, name, _ in self._listed:
            if self._strange[place]:
                what = f"Values of column '{name}' that are not in its list were kept."
                told.append(Change(what=what, column=column_id(place), count=self._strange[place], examples=tuple(self._examples[place])))
        return told
