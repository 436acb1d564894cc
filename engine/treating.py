"""Writing a dataset's files anew with treated columns. Runs in the process of the intake, and knows no store."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from engine import dataset_files, profile, tables, treatments, values
from engine.columns import Column, Treatment
from engine.doubts import Doubt
from engine.profile import ColumnProfile, Profile
from engine.readers.base import Change

Tell = Callable[[float, str], None]


class Request(BaseModel):
    """Which columns of a dataset's files to treat, and under what names the new files go."""

    model_config = ConfigDict(frozen=True)

    folder: str
    source: str
    typed: str
    new_source: str
    new_typed: str
    columns: tuple[Column, ...]
    treatments: dict[str, Treatment]
    key: str = ""


class Treated(BaseModel):
    """The columns that remain, and the import report's lines about those treated."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[Column, ...]
    changes: tuple[Change, ...]


def proposed(profiles: Sequence[ColumnProfile]) -> dict[str, Treatment]:
    """What is proposed for each column that seems to tell of whom the rows are."""
    return {column.id: column.personal.treatment for column in profiles if column.personal}


def rewrite(request: Request, tell: Tell) -> Treated:
    """The files anew, in the intake's process; the old ones stay for whoever reads them now."""
    folder = Path(request.folder)
    old_source, old_pictures, _, old_summary = dataset_files.files(folder, request.source, request.typed)
    source, pictures, table, summary = dataset_files.files(folder, request.new_source, request.new_typed)
    known = Profile.model_validate_json(old_summary.read_text("utf-8"))
    columns, profiles, changes = retreat(old_source, source, request.columns, known.columns, request.treatments, request.key, tell)
    if old_pictures.is_dir():
        _link(old_pictures, pictures)
    tables.write_table(table, source, columns, lambda done: tell(0.7 + 0.2 * done, "Writing the table"))
    summary.write_text(profile.of_table(known.rows, profiles, duplicates(table, columns, known.rows)).model_dump_json(), "utf-8")
    tell(1.0, "Writing the table")
    return Treated(columns=tuple(columns), changes=tuple(changes))


def retreat(
    old: Path,
    new: Path,
    columns: Sequence[Column],
    profiles: Sequence[ColumnProfile],
    wanted: Mapping[str, Treatment],
    key: str,
    tell: Tell,
) -> tuple[list[Column], list[ColumnProfile], list[Change]]:
    """Writes the source's text treated to `new`; gives back the columns that remain, their statistics, and what was done."""
    texts: dict[str, pa.Array | None] = {}
    about = {one.id: one for one in profiles}
    now: dict[str, Column] = {}
    changes: list[Change] = []
    for place, column in enumerate(one for one in columns if one.id in wanted):
        how = wanted[column.id]
        given = tables.source_column(old, column.id)
        texts[column.id] = None
        if how.kind != "drop":
            texts[column.id], failed = treatments.apply(given, column, how, key)
            now[column.id] = treatments.treated(column, how, key)
            reading = values.read_as(texts[column.id], now[column.id])
            about[column.id] = profile.of_column(reading.column, values.to_pandas(reading.values, reading.column.type))
            changes += _lost(column, failed)
        changes.append(Change(what=treatments.told(how, column.name), column=column.id, count=len(given) - given.null_count))
        tell(0.5 * (place + 1) / len(wanted), "Treating personal data")
    tables.exchange_source(new, old, texts)
    kept = [now.get(column.id, column) for column in columns if texts.get(column.id, "") is not None]
    return kept, [about[column.id] for column in kept], changes


def _lost(column: Column, failed: int) -> list[Change]:
    said = f"Values of column '{column.name}' that could not be read were not kept: they count as missing."
    return [Change(what=said, column=column.id, count=failed)] if failed else []


def scrubbed(changes: Sequence[Change], wanted: Mapping[str, Treatment]) -> list[Change]:
    """The report's lines without those about treated columns, and without what they quote of whole rows, or a way back to the file."""
    kept = [change for change in changes if change.column not in wanted]
    return [_unquoted(change) for change in kept]


def _unquoted(change: Change) -> Change:
    is_by_file = change.undo is not None and bool(change.undo.options)
    known = change.model_copy(update={"undo": None}) if is_by_file else change
    return known if change.column else known.model_copy(update={"examples": ()})


def remaining(doubts: Sequence[Doubt], wanted: Mapping[str, Treatment]) -> tuple[Doubt, ...]:
    """The questions that can still be asked: about columns that were not treated, and without another look at the file."""
    return tuple(d for d in doubts if d.column and d.column not in wanted and not any(choice.options for choice in d.choices))


def duplicates(table: Path, columns: Sequence[Column], rows: int) -> int:
    """How many rows of the typed table are exact copies of earlier ones."""
    codes = profile.RowCodes(rows)
    for column in columns:
        codes.add(column, tables.read_table(table, [column]).frame[column.id])
    return codes.duplicates()


def _link(old: Path, new: Path) -> None:
    """The same pictures under the name of the new source."""
    for path in old.rglob("*"):
        place = new / path.relative_to(old)
        if path.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, place)
