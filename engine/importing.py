"""From a file to a dataset's files: the source text, the pictures, the typed table and its profile. Runs in the intake process."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from engine import odd_values, profile, tables, treating, values
from engine.columns import Column, ColumnType, Treatment
from engine.dataset_files import files, shred
from engine.doubts import Doubt
from engine.errors import UnreadableFile
from engine.profile import ColumnProfile, Profile
from engine.readers import Change, Job, Raw, choose
from engine.readers.base import column_id
from engine.value_doubts import DECIMALS

Tell = Callable[[float, str], None]


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
    for position, name in enumerate(raw.names):
        typed.add(position, name, raw.types.get(position), decimal)
        tell(0.5 + 0.3 * (position + 1) / len(raw.names), "Finding types")
    if not decimal:
        typed.agree_on_decimals(getattr(raw.reader, "delimiter", "") == ";")
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
    about = _profiled(texts, reading, values.to_pandas(reading.values, column.type), pictures)
    changed = known.model_copy(update={"columns": tuple(about if c.id == column.id else c for c in known.columns)})
    summary.write_text(changed.model_dump_json(), "utf-8")
    return reading.changes


def _profiled(texts: pa.Array, reading: values.Reading, typed: "pd.Series[Any]", pictures: Path | None = None) -> ColumnProfile:
    """The column's statistics, with what is odd in its text among the problems."""
    about = profile.of_column(reading.column, typed, pictures)
    odd = odd_values.problems(texts, reading)
    return about.model_copy(update={"problems": (*about.problems, *odd)}) if odd else about


class _Typed:
    """The columns typed so far. Each is looked at alone, so only one of them is in memory."""

    def __init__(self, source: Path, rows: int, pictures: Path) -> None:
        self.source, self.rows, self.pictures = source, rows, pictures
        self.columns: list[Column] = []
        self._changes: list[list[Change]] = []
        self._doubts: list[tuple[Doubt, ...]] = []
        self.profiles: list[ColumnProfile] = []
        self.duplicates: int | None = None
        self._codes = profile.RowCodes(rows)
        self._has_points = False

    def add(self, position: int, name: str, type: ColumnType | None, decimal: str) -> None:
        id = column_id(position)
        texts = tables.source_column(self.source, id)
        reading = values.read_as(texts, Column(id=id, name=name, type=type)) if type else values.read(texts, id, name, decimal)
        typed = values.to_pandas(reading.values, reading.column.type)
        self.columns.append(reading.column)
        self._changes.append(reading.changes)
        self._doubts.append(reading.doubts)
        self.profiles.append(_profiled(texts, reading, typed, self.pictures))
        if odd_values.only_counts(reading.column, typed):
            what = f"Column '{name}' only numbers the rows, so it is not learned from."
            self._changes[-1].append(Change(what=what, column=id))
        is_number = reading.column.type == "number" and reading.column.decimal == "." and not reading.doubts
        self._has_points |= is_number and self.profiles[-1].distinct > 0 and not self.profiles[-1].whole
        self._codes.add(reading.column, typed)

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
            self._doubts[place] = () if is_proven else reading.doubts
            self.profiles[place] = _profiled(texts, reading, values.to_pandas(reading.values, reading.column.type))

    def _settle_decimals(self, is_proven: bool, by_semicolons: bool) -> None:
        """No question about decimal marks where another column answers it, nor about `1.234` where commas separate the values."""
        for place, column in enumerate(self.columns):
            if is_proven or (not by_semicolons and not column.thousands):
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
    job = Job(path, request.name, pictures, known, tell=lambda done: tell(0.5 * done, "Reading"))
    try:
        raw = reader.read(job)
        rows = tables.write_source(source, len(raw.names), raw.batches)
    finally:
        job.scratch.unlink(missing_ok=True)
    if rows == 0:
        raise UnreadableFile(
            f"The file '{request.name}' has {len(raw.names)} column names but no rows of values below them.",
            "Add rows and upload it again.",
        )
    return raw, rows
