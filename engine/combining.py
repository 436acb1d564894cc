"""Two datasets become one: rows put below each other, or columns put beside each other by a key. Works on the text on the disk, in pieces.

Never pairs by position: columns are matched by name and rows by the key's value. What was lost or could not be matched is counted.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, ClassVar, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from engine import dataset_files, datasets, names, tables, values
from engine.columns import COLUMN_TYPES, Column
from engine.errors import EngineError
from engine.matching import Matches, Pair, Side, match, pairs
from engine.readers.base import Change
from engine.store import datasets as store
from engine.store.datasets import Dataset
from engine.store.workspace import Workspace
from engine.wording import count

Tell = Callable[[float, str], None]

WRITTEN = 0.4
_ROWS = 50_000
_READING = ("type", "decimal", "thousands", "unit", "date_format", "missing")


@dataclass(frozen=True)
class Made:
    """One column of the result: its name, and the column of each dataset that fills it (None: nothing there)."""

    name: str
    first: Column | None
    second: Column | None

    @property
    def is_said_anew(self) -> bool:
        """The two are of one type but written differently, so each is read its own way and written in one way for both."""
        a, b = self.first, self.second
        return a is not None and b is not None and a.type == b.type and any(getattr(a, f) != getattr(b, f) for f in _READING)


class Way(BaseModel):
    """How two datasets become one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    word: ClassVar[str] = "and"

    @abstractmethod
    def write(self, first: Side, second: Side, path: Path, tell: Callable[[float], None]) -> tuple[list[Made], list[Change]]:
        """Writes the rows as text; what each column is made of, and what was done. Raises EngineError if it cannot be."""


class Append(Way):
    """The second dataset's rows below the first's, columns matched by name; a last column says which file a row is from."""

    kind: Literal["append"] = "append"

    def write(self, first: Side, second: Side, path: Path, tell: Callable[[float], None]) -> tuple[list[Made], list[Change]]:
        made, changes = _below(first.dataset, second.dataset)
        label = names.mend([*(one.name for one in made), "from file"])[0][-1]
        schema = _schema([*(one.name for one in made), label], first, second)
        rows = first.dataset.rows + second.dataset.rows
        with pq.ParquetWriter(path, schema, compression="lz4") as writer:
            done = 0
            for side, is_first in ((first, True), (second, False)):
                called = _called(first.dataset, second.dataset)[0 if is_first else 1]
                for piece in _pieces(side):
                    columns = [_said(piece, one.first if is_first else one.second, one.is_said_anew) for one in made]
                    which = pa.array([called] * piece.num_rows, pa.string())
                    writer.write_table(pa.Table.from_arrays([*columns, which], schema=schema))
                    tell((done := done + piece.num_rows) / max(1, rows))
        told = f"The column '{label}' says which file each row is from."
        return [*made, Made(label, None, None)], [*changes, Change(what=told)]


class Join(Way):
    """Columns of the second dataset beside the first's rows, where the key is the same.

    `keys` are pairs of column ids; `keep` says whether rows of the first without a match stay; `repeats` what happens where the second
    has a key more than once.
    """

    kind: Literal["join"] = "join"
    word: ClassVar[str] = "with"
    keys: tuple[Pair, ...]
    keep: Literal["all", "matched"] = "all"
    repeats: Literal["refuse", "first"] = "refuse"

    def write(self, first: Side, second: Side, path: Path, tell: Callable[[float], None]) -> tuple[list[Made], list[Change]]:
        found = match(first, second, self.keys)
        self._check(found, first, second)
        right = {key for _, key in self.keys}
        made = _beside(first.dataset, second.dataset, right)
        schema = _schema([one.name for one in made], first, second)
        there = {one.name: tables.source_column(second.source, one.second.id) for one in made if one.second}
        with pq.ParquetWriter(path, schema, compression="lz4") as writer:
            done = 0
            for piece in _pieces(first):
                place = found.places.slice(done, piece.num_rows)
                columns = [
                    there[one.name].take(place).cast(pa.string()) if one.second else _said(piece, one.first, False) for one in made
                ]
                block = pa.Table.from_arrays(columns, schema=schema)
                writer.write_table(block.filter(place.is_valid()) if self.keep == "matched" else block)
                tell((done := done + piece.num_rows) / max(1, first.dataset.rows))
        return made, _told(found, self, first.dataset, second.dataset)

    def _check(self, found: Matches, first: Side, second: Side) -> None:
        if not found.matched:
            raise EngineError(
                f"No row of '{first.dataset.name}' has a key that is also in '{second.dataset.name}'.",
                "Choose another key, or check that both files write it in the same way.",
            )
        if found.repeated and self.repeats == "refuse":
            raise EngineError(
                f"{count(found.repeated, 'key')} of '{second.dataset.name}' stand in more than one row: {', '.join(found.repeated_like)}.",
                "Choose to take the first of them, or a key that is different in every row.",
            )


WAYS: dict[str, type[Way]] = {"append": Append, "join": Join}


def combine(workspace: Workspace, first: str, second: str, way: Way, tell: Tell) -> Dataset:
    """A new dataset made of two. Its import report names both, with what was done to each when it was read. Raises EngineError."""
    sides = (_side(workspace, first), _side(workspace, second))
    path = workspace.uploads / f"{token_hex(16)}.part"
    try:
        made, changes = way.write(*sides, path, lambda done: tell(WRITTEN * done, "Putting the files together"))
        label = f"{sides[0].dataset.name} {way.word} {sides[1].dataset.name}"[:120]
        there = {dataset.id for dataset in store.all(workspace)}
        new = datasets.add(
            workspace, path, f"{label}.parquet", on_progress=lambda done, words: tell(WRITTEN + (1 - WRITTEN) * done, words)
        )
    finally:
        path.unlink(missing_ok=True)
    if new.id in there:
        return new
    new, typed = _keep_types(workspace, new, made)
    report = (*changes, *typed, *_reported(sides), *(change for change in new.changes if change.typing))
    plain = new.file_name.removesuffix(".parquet")
    known = {"changes": report, "version": new.version + 1, "file_name": new.file_name if Path(plain).suffix else plain}
    return store.replace(workspace, new, new.model_copy(update=known))


def likeness(first: Dataset, second: Dataset) -> tuple[list[Made], list[Change]]:
    """The columns that the rows of both would have below each other, and what is different."""
    return _below(first, second)


def _side(workspace: Workspace, id: str) -> Side:
    dataset = datasets.get(workspace, id)
    if dataset.has_pictures:
        raise EngineError(f"'{dataset.name}' holds pictures.", "Only tables can be put together; put all pictures into one zip instead.")
    return Side(dataset, dataset_files.files(workspace.dataset(id), dataset.source, dataset.typed)[0])


def side(workspace: Workspace, id: str) -> Side:
    """A dataset with its text. Raises EngineError if it cannot be combined."""
    return _side(workspace, id)


def _schema(called: Sequence[str], first: Side, second: Side) -> pa.Schema:
    """Text columns; the origin makes the file a different one from an equal one made of other data."""
    origin = f"{first.dataset.id} {first.dataset.version}, {second.dataset.id} {second.dataset.version}"
    return pa.schema([(name, pa.string()) for name in called], {"origin": origin})


def _pieces(side: Side) -> Iterator[pa.Table]:
    for batch in pq.ParquetFile(side.source).iter_batches(_ROWS):
        yield pa.Table.from_batches([batch])


def _called(first: Dataset, second: Dataset) -> tuple[str, str]:
    """What the rows' origin is called; two files of one name are told apart."""
    same = first.file_name == second.file_name
    return first.file_name, f"{second.file_name} (2)" if same else second.file_name


def _below(first: Dataset, second: Dataset) -> tuple[list[Made], list[Change]]:
    matched = pairs(first.columns, second.columns)
    of = {a.id: b for a, b in matched}
    used = {b.id for _, b in matched}
    more = [column for column in second.columns if column.id not in used]
    called, _ = names.mend([*(c.name for c in first.columns), *(c.name for c in more)])
    parts: list[tuple[Column | None, Column | None]] = [*((c, of.get(c.id)) for c in first.columns), *((None, c) for c in more)]
    made = [Made(name, a, b) for name, (a, b) in zip(called, parts, strict=True)]
    told = f"The {count(second.rows, 'row')} of '{second.file_name}' were put below the {count(first.rows, 'row')} of '{first.file_name}'."
    return made, [Change(what=told), *_different(made, first, second)]


def _different(made: Sequence[Made], first: Dataset, second: Dataset) -> list[Change]:
    changes = []
    for one, other, absent in ((first, second, "second"), (second, first, "first")):
        alone = [m.name for m in made if getattr(m, absent) is None]
        if alone:
            what = f"Only '{one.file_name}' has {count(len(alone), 'column')}; in the rows of '{other.file_name}' nothing stands there."
            changes.append(Change(what=what, examples=tuple(alone[:8])))
    for m in made:
        if m.first is None or m.second is None:
            continue
        if m.first.name != m.second.name:
            changes.append(Change(what=f"'{m.second.name}' in '{second.file_name}' was taken for '{m.first.name}'."))
        if m.first.type != m.second.type:
            kinds = f"{COLUMN_TYPES[m.first.type]} in '{first.file_name}' and {COLUMN_TYPES[m.second.type]} in '{second.file_name}'"
            changes.append(Change(what=f"'{m.name}' is {kinds}: check that both mean the same."))
        elif m.first.unit != m.second.unit:
            kinds = f"'{m.first.unit or 'none'}' in '{first.file_name}' and '{m.second.unit or 'none'}' in '{second.file_name}'"
            changes.append(Change(what=f"'{m.name}' has the unit {kinds}; the numbers were not converted."))
        elif m.is_said_anew:
            changes.append(Change(what=f"'{m.name}' is written differently in the two files; each was read in its own way."))
    return changes


def _beside(first: Dataset, second: Dataset, keys: set[str]) -> list[Made]:
    here = {column.name for column in first.columns}
    added = [column for column in second.columns if column.id not in keys]
    wanted = [f"{c.name} ({second.name})" if c.name in here else c.name for c in added]
    called, _ = names.mend([*(c.name for c in first.columns), *wanted])
    parts: list[tuple[Column | None, Column | None]] = [*((c, None) for c in first.columns), *((None, c) for c in added)]
    return [Made(name, a, b) for name, (a, b) in zip(called, parts, strict=True)]


def _told(found: Matches, way: Join, first: Dataset, second: Dataset) -> list[Change]:
    key = " and ".join(f"'{first.column(a).name}'" for a, _ in way.keys)
    after = found.rows if way.keep == "all" else found.matched
    what = f"'{second.file_name}' was put beside '{first.file_name}' by {key}: {found.rows:,} rows before, {after:,} after."
    changes = [Change(what=what)]
    if lost := found.rows - found.matched:
        is_lost = way.keep == "matched"
        what = f"Rows of '{first.file_name}' without a match in '{second.file_name}'"
        what += " were left out." if is_lost else " stay, with nothing in the added columns."
        changes.append(Change(what=what, count=lost, examples=found.unmatched_like, loses=is_lost))
    if found.unused:
        what = f"Rows of '{second.file_name}' that belong to no row of '{first.file_name}' were not used."
        changes.append(Change(what=what, count=found.unused, examples=found.unused_like, loses=True))
    if found.repeated:
        what = f"Keys that stand in more than one row of '{second.file_name}': the first row of each was taken."
        changes.append(Change(what=what, count=found.repeated, examples=found.repeated_like, loses=True))
    return changes


def _said(piece: pa.Table, column: Column | None, anew: bool) -> pa.Array:
    """The column's text; `anew` in the plain way of writing its values."""
    if column is None:
        return pa.nulls(piece.num_rows, pa.string())
    text = piece.column(column.id).combine_chunks()
    if not anew:
        return text.cast(pa.string())
    typed, failed = values.typed(text.cast(pa.large_string()), column)
    plain = pa.array([_plain(value) for value in typed.to_pylist()], pa.string()) if column.type == "number" else typed.cast(pa.string())
    import pyarrow.compute as pc

    return pc.if_else(pa.array(failed), text.cast(pa.string()), plain)


def _plain(value: float | None) -> str | None:
    return None if value is None or value != value else repr(value).removesuffix(".0")


def _keep_types(workspace: Workspace, new: Dataset, made: Sequence[Made]) -> tuple[Dataset, list[Change]]:
    """Types that a person or the reading had settled before stay, where the text can still be read so."""
    told = []
    for one, column in zip(made, new.columns, strict=True):
        both = [c for c in (one.first, one.second) if c is not None]
        if not both or len({c.type for c in both}) > 1:
            if both and both[0].type != column.type:
                kinds = f"{COLUMN_TYPES[both[0].type]} before and is {COLUMN_TYPES[column.type]} now"
                told.append(Change(what=f"'{column.name}' was {kinds}.", column=column.id))
            continue
        wanted: dict[str, Any] = {field: getattr(both[0], field) for field in _READING}
        if one.is_said_anew:
            wanted |= {"decimal": ".", "thousands": "", "unit": "", "date_format": "", "missing": ()}
        if any(getattr(column, field) != value for field, value in wanted.items()):
            new = datasets.retype(workspace, new.id, column.id, wanted.pop("type"), **wanted)
    return new, told


def _reported(sides: Sequence[Side]) -> list[Change]:
    """What was done when the two files were read, other than typing, which is told of the whole."""
    bare = {"column": None, "undo": None, "again": False, "edited": False}
    return [
        change.model_copy(update={"what": f"In '{side.dataset.file_name}': {change.what}", **bare})
        for side in sides
        for change in side.dataset.changes
        if not change.typing
    ]
