"""A file to predict on: its columns are matched by name with those a model knows, and read as the model's columns say."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from engine import dataset_files, importing, tables, treatments, values
from engine.columns import Column
from engine.errors import UnreadableFile
from engine.importing import Request, Tell
from engine.problems import Problem
from engine.readers.base import Change, Places, column_id

SOURCE = "source"
"""The id of the column that says where in the file a row stands."""

_SHOWN = 5
_KINDS = {"number": ("not a number", "not numbers"), "date": ("not a date", "not dates")}


def read(request: Request, tell: Tell) -> dict[str, Any]:
    """Writes the table of the known columns; returns {"columns", "problems", "rows"}. Raises UnreadableFile naming missing columns."""
    source, pictures, table, _ = dataset_files.files(Path(request.folder), request.source, request.typed)
    raw, rows = importing.read_source(request, source, pictures, tell)
    matched, problems = match(request.known, raw.names, request.optional)
    problems += _treat(request, source, matched)
    before, arrays = _sources(raw.places, rows, [column.name for column in request.known])
    if before:
        problems.append(_told_of(before[0], request.name))
    found = []
    for i, (column, place) in enumerate(matched):
        used, told = read_as(column, tables.source_column(source, column_id(place)))
        found.append(used)
        problems += told
        tell(0.5 + 0.25 * (i + 1) / len(matched), "Looking at the values")
    there = [column_id(place) for _, place in matched]
    said = lambda done: tell(0.75 + 0.25 * done, "Looking at the values")  # noqa: E731
    tables.write_table(table, source, found, said, there, list(zip(before, arrays, strict=True)))
    problems += [_changed(request.name, change) for change in raw.changes if change.count and not change.whole]
    found = [*before, *found]
    return {"rows": rows, "columns": [c.model_dump(mode="json") for c in found], "problems": [p.model_dump(mode="json") for p in problems]}


def _treat(request: Request, source: Path, matched: Sequence[tuple[Column, int]]) -> list[Problem]:
    """Columns that were treated in the data the model learned from are treated the same way here, before anything is made of them."""
    texts: dict[str, pa.Array | None] = {}
    problems = []
    for column, place in matched:
        if column.treatment is None or column.untreated is None:
            continue
        given = tables.source_column(source, column_id(place))
        texts[column_id(place)], failed = treatments.apply(given, column.untreated, column.treatment, request.key)
        if failed:
            values_count = "1 value could" if failed == 1 else f"{failed:,} values could"
            said = f"{values_count} not be read as in the training data, and {'counts' if failed == 1 else 'count'} as missing."
            problems.append(Problem(where=column.name, what=said, fix=_mend(failed), column=column.id))
    if texts:
        new = source.with_suffix(".treated")
        tables.exchange_source(new, source, texts)
        dataset_files.shred([source])
        new.replace(source)
    return problems


def _sources(places: Places | None, rows: int, taken: Sequence[str]) -> tuple[list[Column], list[pa.Array]]:
    """A column of its own that says where in the file each row stands, where counting them would not say it."""
    if places is None or len(places.of) != rows:
        return [], []
    name = next(free for free in (places.word, f"{places.word} in the file", f"{places.word} in the source file") if free not in taken)
    return [Column(id=SOURCE, name=name, type="category")], [pa.array(places.of, pa.large_string())]


def _told_of(source: Column, file: str) -> Problem:
    said = f"Not every row of the file follows the one before it, so the column '{source.name}' says where each answered row is in it."
    if source.name.startswith("file"):
        said = f"The column '{source.name}' says which picture each answer belongs to."
    return Problem(where=file, what=said, fix="Look there to match the answers with your own rows.", level="info")


def match(known: Sequence[Column], names: Sequence[str], optional: Sequence[str] = ()) -> tuple[list[tuple[Column, int]], list[Problem]]:
    """Which column of the file (by position) each known one is: by its name, else by its name without regard to capitals and blanks."""
    exact = {name: place for place, name in enumerate(names)}
    loose: dict[str, int] = {}
    for name, place in exact.items():
        loose.setdefault(_plain(name), place)
    found: list[tuple[Column, int]] = []
    problems: list[Problem] = []
    missing: list[str] = []
    for column in known:
        place = exact.get(column.name, loose.get(_plain(column.name), exact.get(column.origin, loose.get(_plain(column.origin), -1))))
        if place < 0:
            missing += [] if column.id in optional else [column.name]
            continue
        if names[place] not in (column.name, column.origin):
            said = f"The file's column '{names[place]}' was taken for '{column.name}'."
            problems.append(Problem(where=column.name, what=said, fix="Check that they mean the same.", level="info", column=column.id))
        found.append((column, place))
    if missing:
        raise _missing(missing, names)
    return found, problems


def read_as(column: Column, texts: pa.Array) -> tuple[Column, list[Problem]]:
    """How to read the text: as the known column says; written another way here (such as with a decimal comma), as it is written here."""
    _, failed = values.typed(texts, column)
    present = len(texts) - texts.null_count
    if column.type in _KINDS and failed.sum() >= 0.5 * max(1, present):
        here = values.reading_of(texts, column, column.type)
        _, still = values.typed(texts, here)
        if still.sum() < failed.sum():
            said = "Values are written another way here than in the training data, and were read as they are written here."
            told = Problem(where=column.name, what=said, fix="Check some of them.", level="info", column=column.id)
            return here, [told, *_failures(column, texts, still)]
    return column, _failures(column, texts, failed)


def _failures(column: Column, texts: pa.Array, failed: "np.ndarray[Any, Any]") -> list[Problem]:
    if not failed.any():
        return []
    rows = np.flatnonzero(failed)
    places = ", ".join(f"row {row + 1:,} ('{texts[int(row)].as_py()[:30]}')" for row in rows[:_SHOWN])
    more = " and more" if len(rows) > _SHOWN else ""
    one, several = _KINDS[column.type]
    values_are = f"1 value is {one} and counts" if len(rows) == 1 else f"{len(rows):,} values are {several} and count"
    said = f"{values_are} as missing: {places}{more}."
    return [Problem(where=column.name, what=said, fix=_mend(len(rows)), column=column.id)]


def _mend(many: int) -> str:
    return f"Mend {'it' if many == 1 else 'them'} in the file and try again."


def _changed(file: str, change: Change) -> Problem:
    if change.loses:
        return Problem(where=file, what=change.words(most=8), fix="They get no answer: mend them in the file and try again.")
    return Problem(where=file, what=change.words(), fix="Check that this is meant so.", level="info")


def _missing(missing: Sequence[str], names: Sequence[str]) -> UnreadableFile:
    wanted = ", ".join(f"'{name}'" for name in missing[:8]) + (f" and {len(missing) - 8} more" if len(missing) > 8 else "")
    there = ", ".join(f"'{name}'" for name in names[:12]) + (" and more" if len(names) > 12 else "")
    return UnreadableFile(
        f"The file has no column {wanted}, which the model needs.",
        f"Add what is missing, or give its columns the names used in training; it has {there}.",
    )


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-.]+", "", name).casefold()
