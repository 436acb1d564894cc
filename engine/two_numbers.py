"""A column whose cells hold two numbers, such as a blood pressure of 120/80, made two columns of one number each, and one again."""

import os
import re
import shutil
from pathlib import Path
from secrets import token_hex

import pyarrow.parquet as pq

from engine import editing, tables
from engine.columns import Column
from engine.dataset_files import files, remove
from engine.doubts import Choice, Doubt
from engine.edits import Edit
from engine.readers.base import Change, column_id
from engine.store.datasets import Dataset

BOTH = "both"
"""What a choice says under "part" for two columns."""

_EXAMPLES = 3
_PRESSURE = re.compile(r"blood.?pressure|\bbp\b|\brr\b|blutdruck|tensi[oó]n|\bnibp\b", re.I)


def is_about(dataset: Dataset, column: Column, choice: Choice) -> bool:
    """Whether the choice makes two columns of one, or of two that were made so one again."""
    part = choice.reading.get("part")
    return part is not None and (part == BOTH) != (_second(dataset, column) is not None)


def settled(folder: Path, dataset: Dataset, column: Column, choice: Choice) -> Dataset:
    """The dataset with two columns in place of one, or with one again, and new files that hold it; not stored yet."""
    return _apart(folder, dataset, column, choice) if choice.reading["part"] == BOTH else _together(folder, dataset, column, choice)


def _apart(folder: Path, dataset: Dataset, column: Column, choice: Choice) -> Dataset:
    names = [_free(f"{column.name} ({which})", dataset) for which in _words(column.name)]
    first = column.read_so({**choice.reading, "part": "first", "name": names[0], "origin": column.name})
    second = first.model_copy(update={"id": _next(folder, dataset), "part": "second", "name": names[1]})
    place = dataset.columns.index(column)
    columns = (*dataset.columns[:place], first, second, *dataset.columns[place + 1 :])
    edits = [*dataset.edits, *(edit.model_copy(update={"column": second.id}) for edit in dataset.edits if edit.column == column.id)]
    back = Choice(label="Make them one column again", reading={"type": column.type, "part": ""})
    what = f"Each cell of '{column.name}' holds two numbers; they became the columns '{names[0]}' and '{names[1]}'."
    kept = [change for change in dataset.changes if not (change.typing and change.column == column.id)]
    count, shown = _shown(files(folder, dataset.source, dataset.typed)[0], column.id)
    line = Change(what=what, column=column.id, count=count, examples=shown, undo=back)
    changed = dataset.model_copy(update={"columns": columns, "changes": (*kept, line)})
    return _written(folder, changed, edits, second.id, is_added=True)


def _together(folder: Path, dataset: Dataset, column: Column, choice: Choice) -> Dataset:
    second = _second(dataset, column)
    assert second is not None
    plain = {"decimal": ".", "thousands": "", "unit": "", "limits": False}
    one = column.read_so({**plain, **choice.reading, "name": column.origin, "origin": ""})
    columns = tuple(one if c.id == column.id else c for c in dataset.columns if c.id != second.id)
    edits = [edit for edit in dataset.edits if edit.column != second.id]
    kept = [c for c in dataset.changes if c.column != second.id and not (c.column == column.id and (c.typing or _is_split(c)))]
    doubts = tuple(_answered(doubt, choice) if doubt.column == column.id else doubt for doubt in dataset.doubts)
    changed = dataset.model_copy(update={"columns": columns, "changes": tuple(kept), "doubts": doubts})
    return _written(folder, changed, edits, second.id, is_added=False)


def _answered(doubt: Doubt, choice: Choice) -> Doubt:
    """The question with the answer that holds again, so that the other one can be chosen once more."""
    place = next((i for i, one in enumerate(doubt.choices) if one.reading.get("part") == choice.reading["part"]), doubt.chosen)
    return doubt.model_copy(update={"chosen": place})


def _written(folder: Path, dataset: Dataset, edits: list[Edit], id: str, is_added: bool) -> Dataset:
    """New text with the column of that id as a copy of the one before it, or without it; over it the edits, and the typed table."""
    read, new = dataset.unedited or dataset.source, token_hex(4)
    old_text, old_pictures, _, _ = files(folder, read, dataset.typed)
    text, pictures, _, _ = files(folder, new, dataset.typed)
    try:
        if is_added:
            place = next(i for i, column in enumerate(dataset.columns) if column.id == id)
            _copied(old_text, text, dataset.columns[place - 1].id, id)
        else:
            tables.exchange_source(text, old_text, {id: None})
        if old_pictures.is_dir():
            shutil.copytree(old_pictures, pictures, copy_function=os.link)
        plain = dataset.model_copy(update={"source": new, "unedited": "", "edits": ()})
        return editing.with_edits(folder, plain, edits, lambda done, words: None)
    except BaseException:
        remove([text, pictures])
        raise


def _copied(old: Path, new: Path, id: str, copy: str) -> None:
    """The text with one column twice."""
    file = pq.ParquetFile(old)
    schema = file.schema_arrow.append(file.schema_arrow.field(id).with_name(copy))
    with pq.ParquetWriter(new, schema, compression="lz4", write_statistics=False) as writer:
        for group in range(file.num_row_groups):
            piece = file.read_row_group(group)
            writer.write_table(piece.append_column(schema.field(copy), piece.column(id)), row_group_size=max(1, piece.num_rows))


def _shown(text: Path, id: str) -> tuple[int, tuple[str, ...]]:
    """How many cells have a value, and some of them with what they became."""
    values = tables.source_column(text, id).drop_null()
    some = values.slice(0, _EXAMPLES).to_pylist()
    return len(values), tuple(f"{value} became {' and '.join(part.strip() for part in value.split('/', 1))}" for value in some)


def _second(dataset: Dataset, column: Column) -> Column | None:
    """The column that was made of the other number in this one's cells, if it still is there."""
    if not column.origin or column.part != "first":
        return None
    return next((c for c in dataset.columns if c.origin == column.origin and c.part == "second"), None)


def _is_split(change: Change) -> bool:
    return change.undo is not None and change.undo.reading.get("part") == ""


def _words(name: str) -> tuple[str, str]:
    return ("systolic", "diastolic") if _PRESSURE.search(name) else ("first", "second")


def _free(name: str, dataset: Dataset) -> str:
    taken = {column.name for column in dataset.columns}
    return next(one for one in (name, *(f"{name} {i}" for i in range(2, len(taken) + 3))) if one not in taken)


def _next(folder: Path, dataset: Dataset) -> str:
    """An id that no column of the text has."""
    taken = {*pq.ParquetFile(editing.as_read(folder, dataset)).schema_arrow.names, *(column.id for column in dataset.columns)}
    return next(id for id in map(column_id, range(len(taken), 2 * len(taken) + 2)) if id not in taken)
