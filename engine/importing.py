"""From a file to a dataset's files: the source text, the pictures, the typed table and its profile. Runs in the intake process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from engine import odd_values, profile, tables, treating, values
from engine.columns import Column, ColumnType, Treatment
from engine.dataset_files import files, shred
from engine.doubts import Doubt
from engine.errors import UnreadableFile
from engine.problems import Problem
from engine.profile import ColumnProfile, Profile
from engine.readers import Change, Job, Raw, choose
from engine.readers.base import column_id
from engine.value_doubts import DECIMALS, MANY_ZEROS, ZEROS, examples_of, of_decimals

Tell = Callable[[float, str], None]

_MANY_ROWS, _AT_ONCE = 100_000, 2
_FEW = 2


class Request(BaseModel):
    """What to read. `known`: the columns a model needs (`optional`: ids of those that may be absent), when the rows are to be predicted.

    `treats` asks to treat what seems personal before the table is written; `key` is the one for pseudonyms.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    name: str
    folder: str
    source: str
    typed: str
    options: dict[str, Any] = {}
    known: tuple[Column, ...] = ()
    optional: tuple[str, ...] = ()
    treats: bool = False
    key: str = ""


class Answer(BaseModel):
    """What was found. The values are in the folder's files."""

    model_config = ConfigDict(frozen=True)

    rows: int
    columns: tuple[Column, ...]
    changes: tuple[Change, ...]
    reader: dict[str, Any]
    has_pictures: bool = False
    doubts: tuple[Doubt, ...] = ()
    is_treated: bool = False


def read(request: Request, tell: Tell) -> Answer:
    """Reads the file, proposes types, writes source, pictures, table and profile. Raises UnreadableFile."""
    folder = Path(request.folder)
    source, pictures, table, summary = files(folder, request.source, request.typed)
    raw, rows = read_source(request, source, pictures, tell)
    typed = _Typed(source, rows, pictures)
    decimal = str(getattr(raw.reader, "decimal", ""))
    for position in typed.add_all(raw.names, raw.types, decimal):
        tell(0.5 + 0.3 * (position + 1) / len(raw.names), "Finding types")
    if not decimal:
        typed.agree_on_decimals(getattr(raw.reader, "delimiter", "") == ";")
    typed.settle_zeros()
    wanted = treating.proposed(typed.profiles) if request.treats else {}
    if wanted:
        typed.treat(wanted, request.key)
    tables.write_table(table, source, typed.columns, lambda done: tell(0.8 + 0.2 * done, "Writing the table"))
    if wanted:
        typed.duplicates = treating.duplicates(table, typed.columns, rows)
    summary.write_text(typed.profile().model_dump_json(), "utf-8")
    reader = raw.reader.model_dump()
    return Answer(
        rows=rows,
        columns=tuple(typed.columns),
        changes=(*(treating.scrubbed(raw.changes, wanted) if wanted else raw.changes), *typed.changes()),
        reader=reader,
        has_pictures=pictures.is_dir(),
        doubts=tuple(typed.doubts()) if wanted else (*raw.doubts, *typed.doubts()),
        is_treated=bool(wanted),
    )


def retype(folder: Path, source: str, old: str, new: str, column: Column) -> list[Change]:
    """Writes the table and profile anew with one column read as `column` says, from the source's text; returns what was done."""
    texts_at, pictures, old_table, old_summary = files(folder, source, old)
    _, _, table, summary = files(folder, source, new)
    texts = tables.source_column(texts_at, column.id)
    reading = values.read_as(texts, column)
    tables.exchange_column(table, old_table, column, reading.values)
    known = Profile.model_validate_json(old_summary.read_text("utf-8"))
    about = _profiled(reading, odd_values.problems(texts, reading), pictures)
    changed = known.model_copy(update={"columns": tuple(about if c.id == column.id else c for c in known.columns)})
    summary.write_text(changed.model_dump_json(), "utf-8")
    return reading.changes


def _profiled(reading: values.Reading, odd: Sequence[Problem], pictures: Path | None = None) -> ColumnProfile:
    """The column's statistics, with what is `odd` in its text among the problems."""
    about = profile.of_column(reading.column, values.to_pandas(reading.values, reading.column.type), pictures)
    return about.model_copy(update={"problems": (*about.problems, *odd)}) if odd else about


@dataclass(frozen=True)
class _Looked:
    """One column as it was read, with its statistics."""

    column: Column
    changes: list[Change]
    doubts: tuple[Doubt, ...]
    profile: ColumnProfile


class _Typed:
    """The columns typed so far. Each is looked at alone, of many rows two at a time, so only so many of them are in memory."""

    def __init__(self, source: Path, rows: int, pictures: Path) -> None:
        self.source, self.rows, self.pictures = source, rows, pictures
        self.columns: list[Column] = []
        self._changes: list[list[Change]] = []
        self._doubts: list[tuple[Doubt, ...]] = []
        self.profiles: list[ColumnProfile] = []
        self.duplicates: int | None = None
        self._codes = profile.RowCodes(rows)
        self._counting = Lock()
        self._has_points = False

    def add_all(self, names: Sequence[str], types: Mapping[int, ColumnType], decimal: str) -> Iterator[int]:
        """Types every column, in order; gives the place of each as it is done."""

        def look(place: int) -> _Looked:
            return self._look(place, names[place], types.get(place), decimal)

        places = range(len(names))
        if self.rows < _MANY_ROWS:
            yield from (self._add(place, look(place)) for place in places)
            return
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield from map(self._add, places, pool.map(look, places))

    def _add(self, position: int, found: _Looked) -> int:
        self.columns.append(found.column)
        self._changes.append(found.changes)
        self._doubts.append(found.doubts)
        self.profiles.append(found.profile)
        is_open = any(doubt.key.startswith(DECIMALS) for doubt in found.doubts)
        is_number = found.column.type == "number" and found.column.decimal == "."
        self._has_points |= is_number and not is_open and found.profile.distinct > 0 and not found.profile.whole
        return position

    def _look(self, position: int, name: str, type: ColumnType | None, decimal: str) -> _Looked:
        id = column_id(position)
        texts = tables.source_column(self.source, id)
        reading = values.read_as(texts, Column(id=id, name=name, type=type)) if type else values.read(texts, id, name, decimal)
        odd = odd_values.problems(texts, reading)
        del texts
        about = _profiled(reading, odd, self.pictures)
        typed = values.to_pandas(reading.values, reading.column.type)
        changes = [*reading.changes]
        if odd_values.only_counts(reading.column, typed):
            changes.append(Change(what=f"Column '{name}' only numbers the rows, so it is not learned from.", column=id))
        with self._counting:
            self._codes.add(reading.column, typed, about.distinct)
        pa.default_memory_pool().release_unused()
        return _Looked(reading.column, changes, reading.doubts, about)

    def agree_on_decimals(self, by_semicolons: bool) -> None:
        """Where a column has a decimal comma, `1.234` in another one means a thousand; between semicolons `1,234` is one and a bit."""
        numbers = [place for place, column in enumerate(self.columns) if column.type == "number" and column.decimal == "."]
        is_proven = any(column.type == "number" and column.decimal == "," for column in self.columns)
        self._settle_decimals(is_proven or self._has_points, by_semicolons)
        if not is_proven:
            numbers = [place for place in numbers if by_semicolons and self.columns[place].thousands == ","]
        for place in numbers:
            column = self.columns[place]
            texts = tables.source_column(self.source, column.id)
            reading = values.read(texts, column.id, column.name, ",")
            self.columns[place], self._changes[place] = reading.column, reading.changes
            self._doubts[place] = reading.doubts
            if is_proven and reading.column.thousands and not any(doubt.key.startswith(DECIMALS) for doubt in reading.doubts):
                self._doubts[place] += (of_decimals(reading.column, examples_of(texts, "[.]"), (".", "")),)
            self.profiles[place] = _profiled(reading, odd_values.problems(texts, reading))

    def settle_zeros(self) -> None:
        """A table that surely hides missing values as zeros in one column is likely to do so in others. Elsewhere many zeros are not asked
        about at all.
        """
        if not any(doubt.key.startswith(ZEROS) and doubt.chosen == 0 for doubts in self._doubts for doubt in doubts):
            self._doubts = [tuple(doubt for doubt in doubts if not doubt.key.startswith(MANY_ZEROS)) for doubts in self._doubts]
            return
        for place, doubts in enumerate(self._doubts):
            for doubt in doubts:
                if doubt.key.startswith((ZEROS, MANY_ZEROS)) and doubt.chosen:
                    self._answer(place, doubt, 0)

    def _answer(self, place: int, doubt: Doubt, chosen: int) -> None:
        """Reads the column again with another choice of that doubt in use; it is still asked."""
        column = self.columns[place].read_so(doubt.choices[chosen].reading)
        texts = tables.source_column(self.source, column.id)
        reading = values.read_as(texts, column)
        others = (doubt.model_copy(update={"chosen": chosen}) if asked == doubt else asked for asked in self._doubts[place])
        self.columns[place], self._changes[place], self._doubts[place] = reading.column, reading.changes, tuple(others)
        self.profiles[place] = _profiled(reading, odd_values.problems(texts, reading))

    def _settle_decimals(self, is_proven: bool, by_semicolons: bool) -> None:
        """No question about decimal marks where another column answers it, nor about `1.234` in many columns that no semicolons separate:
        there all numbers have three decimals."""
        asked = [any(doubt.key.startswith(DECIMALS) for doubt in doubts) for doubts in self._doubts]
        pointed = [place for place, column in enumerate(self.columns) if asked[place] and not column.thousands]
        for place in range(len(self.columns)):
            if is_proven or (not by_semicolons and place in pointed and len(pointed) > _FEW):
                self._doubts[place] = tuple(doubt for doubt in self._doubts[place] if not doubt.key.startswith(DECIMALS))

    def treat(self, wanted: Mapping[str, Treatment], key: str) -> None:
        """Treats these columns; what the source held before is gone."""
        new = self.source.with_suffix(".treated")
        found = treating.retreat(self.source, new, self.columns, self.profiles, wanted, key, lambda done, words: None)
        shred([self.source])
        new.replace(self.source)
        self.columns, self.profiles = found[0], found[1]
        self._changes = [treating.scrubbed(self.changes(), wanted), found[2]]
        self._doubts = [treating.remaining(self.doubts(), wanted)]

    def changes(self) -> list[Change]:
        return [change for changes in self._changes for change in changes]

    def doubts(self) -> list[Doubt]:
        return [doubt for doubts in self._doubts for doubt in doubts]

    def profile(self) -> Profile:
        copies = self._codes.duplicates() if self.duplicates is None else self.duplicates
        about = profile.of_table(self.rows, self.profiles, copies)
        return about.model_copy(update={"problems": (*about.problems, *odd_values.of_table(self.columns))})


def read_source(request: Request, source: Path, pictures: Path, tell: Tell) -> tuple[Raw, int]:
    path = Path(request.path)
    reader = choose(path, request.name, request.options)
    known = tuple(column.name for column in request.known)
    job = Job(path, request.name, pictures, known, tell=lambda done: tell(0.5 * done, "Reading"), key=request.key)
    try:
        raw = reader.read(job)
        rows = tables.write_source(source, len(raw.names), raw.batches)
        pa.default_memory_pool().release_unused()
    finally:
        job.scratch.unlink(missing_ok=True)
        job.unpacked.unlink(missing_ok=True)
    if rows == 0:
        raise UnreadableFile(
            f"The file '{request.name}' has {len(raw.names)} column names but no rows of values below them.",
            "Add rows and upload it again.",
        )
    return raw, rows
