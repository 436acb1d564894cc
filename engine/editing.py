"""A dataset's rows mended and dropped: edits are noted, the table is written anew with them, and each can be taken back by itself."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

import pyarrow.parquet as pq

from engine import edits as over
from engine import profile, tables, values
from engine.dataset_files import files, remove
from engine.edits import Edit
from engine.errors import EngineError
from engine.readers.base import Change
from engine.store.datasets import Dataset
from engine.store.records import now

Tell = Callable[[float, str], None]


def noted(folder: Path, dataset: Dataset, mends: Mapping[tuple[int, str], Any], drops: Sequence[int], who: str) -> tuple[Edit, ...]:
    """Edits for the cells (row of the table, column id) and rows of the table, from 0. Raises EngineError for a value that cannot be."""
    source = as_read(folder, dataset)
    rows = over.kept(dataset.edits, pq.ParquetFile(source).metadata.num_rows)
    if any(not 0 <= row < len(rows) for row in [*drops, *(row for row, _ in mends)]):
        raise EngineError("A row is not there any more.", "Look at the rows again and repeat your change.")
    if len(drops) > over.MOST_ROWS:
        raise EngineError(f"{len(drops):,} rows are too many to drop at once.", f"Drop at most {over.MOST_ROWS:,}.")
    texts = {(int(rows[row]), id): over.text_for(value, dataset.column(id)) for (row, id), value in mends.items()}
    gone = sorted(int(rows[row]) for row in set(drops))
    cells, digests = over.read(source, texts, gone)
    when = now()
    mended = [
        Edit(rows=(row,), column=id, before=(cells[row, id],), after=text, who=who, when=when) for (row, id), text in sorted(texts.items())
    ]
    dropped = [Edit(rows=tuple(gone), before=tuple(digests[row] for row in gone), who=who, when=when)] if gone else []
    return (*mended, *dropped)


def with_edits(folder: Path, dataset: Dataset, edits: Sequence[Edit], tell: Tell) -> Dataset:
    """The dataset with exactly these edits, and new files that hold it; not stored yet."""
    read = dataset.unedited or dataset.source
    source, typed = token_hex(4) if edits else read, token_hex(4)
    try:
        rows = _write(folder, dataset, edits, (read, source, typed), tell)
    except BaseException:
        made = files(folder, source, typed)
        remove(made if edits else made[2:])
        raise
    changes = (*(change for change in dataset.changes if not change.edited), *over.lines(edits, dataset.columns))
    new = {"source": source, "typed": typed, "unedited": read if edits else "", "edits": tuple(edits), "rows": rows, "changes": changes}
    return dataset.model_copy(update=new)


def repeated(folder: Path, before: Dataset, after: Dataset) -> Dataset:
    """The dataset read anew, with the edits it had before wherever the same still stands in their place; the others are told."""
    plain = after.model_copy(update={"edits": (), "unedited": ""})
    if not before.edits:
        return plain
    source = files(folder, after.source, after.typed)[0]
    holds = over.still_hold(source, before.edits)
    good = [edit for edit, is_there in zip(before.edits, holds, strict=True) if is_there]
    lost = [edit for edit, is_there in zip(before.edits, holds, strict=True) if not is_there]
    try:
        new = with_edits(folder, plain, good, lambda done, words: None) if good else plain
    except EngineError:
        new, lost = plain, list(before.edits)
    if lost:
        places = tuple(f"row {edit.rows[0] + 1:,}" for edit in lost[:5])
        what = "Changes of yours were not made again, because something else stands in their place now."
        new = new.model_copy(update={"changes": (*new.changes, Change(what=what, count=len(lost), examples=places))})
    if new.typed != after.typed:
        _, _, table, summary = files(folder, after.source, after.typed)
        table.unlink(missing_ok=True)
        summary.unlink(missing_ok=True)
    return new


def as_read(folder: Path, dataset: Dataset) -> Path:
    """The text as it was read, without edits."""
    return files(folder, dataset.unedited or dataset.source, dataset.typed)[0]


def _write(folder: Path, dataset: Dataset, edits: Sequence[Edit], names: tuple[str, str, str], tell: Tell) -> int:
    """The files named by the text as it was read, the text with the edits, and the typed table; gives the number of rows."""
    read, source, typed = names
    texts, pictures, table, summary = files(folder, source, typed)
    tell(0.0, "Writing your changes")
    if edits:
        before, before_pictures, _, _ = files(folder, read, typed)
        over.overlay(before, texts, edits)
        if before_pictures.is_dir():
            shutil.copytree(before_pictures, pictures, copy_function=os.link)
    tables.write_table(table, texts, dataset.columns, lambda done: tell(0.2 + 0.4 * done, "Writing the table"))
    rows = pq.ParquetFile(texts).metadata.num_rows
    found = _profile(dataset, texts, pictures, rows, lambda done: tell(0.6 + 0.4 * done, "Counting anew"))
    summary.write_text(found.model_dump_json(), "utf-8")
    return int(rows)


def _profile(dataset: Dataset, texts: Path, pictures: Path, rows: int, tell: Callable[[float], None]) -> profile.Profile:
    codes, columns = profile.RowCodes(rows), []
    for place, column in enumerate(dataset.columns):
        typed = values.to_pandas(values.typed(tables.source_column(texts, column.id), column)[0], column.type)
        columns.append(profile.of_column(column, typed, pictures))
        codes.add(column, typed)
        tell((place + 1) / len(dataset.columns))
    return profile.of_table(rows, columns, codes.duplicates())
