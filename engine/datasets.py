"""Datasets: a file goes in, a typed table with a profile and an import report comes out. This process never reads the upload itself.

A dataset's folder holds `original` (the upload), `source-*.parquet` (its text), `files-*` (its pictures), `table-*.parquet` (typed) and
`profile-*.json`. A change writes new files and then puts their names into the database, so it happens completely or not at all.
"""

import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np

from engine import dataset_files, editing, importing, names, numbers, quarantine, tables, two_numbers, values
from engine.columns import Column, ColumnType, Table
from engine.doubts import Choice, after_reading, answered_by, options_of
from engine.errors import EngineError, NotFound, UnreadableFile
from engine.problems import Problem
from engine.profile import Profile
from engine.quarantine import Progress
from engine.readers.base import Change
from engine.store import datasets as store
from engine.store import keys, settings
from engine.store.datasets import Dataset
from engine.store.records import new_id, now
from engine.store.workspace import Workspace
from engine.tables import Stored

__all__ = [
    "Change", "Dataset", "add", "all", "count_as_missing", "delete", "exchange", "get", "head", "pictures", "profile",
    "read_new", "rename", "rename_column", "reread", "retype", "settle", "size", "some", "store_new", "table", "undo",
]

get = store.get
all = store.all
SOME = 1_000_000
_SMALL = 2_000_000
_FEWEST = 1000


def add(
    workspace: Workspace,
    path: Path,
    name: str,
    *,
    sample: str | None = None,
    on_progress: Progress | None = None,
    options: dict[str, Any] | None = None,
) -> Dataset:
    """Reads the file into a new dataset. `name` is what the user calls the file; `options` are fields of its reader.

    A file that is there already gives that dataset, with a line in its report that says so. `on_progress(part from 0 to 1, words)` is
    called often; what it raises stops the reading and leaves nothing behind. Raises UnreadableFile with the place and the fix.
    """
    path = Path(path)
    if not path.is_file():
        raise UnreadableFile(f"There is no file '{names.clean(name)}' to read.", "Check its name, or upload it again.")
    digest = dataset_files.digest(path)
    if known := store.same(workspace, digest, options or {}):
        said = Change(what=f"The same file was uploaded before, on {known.created[:10]}: this is that dataset, '{known.name}'.")
        return known.model_copy(update={"changes": (said, *known.changes)})
    id = new_id("d")
    label = names.clean(Path(name.replace("\\", "/")).name) or "upload"
    folder = workspace.datasets / f"{id}.new"
    dataset_files.sweep(workspace)
    folder.mkdir()
    try:
        original = dataset_files.keep(workspace, path, folder / "original")
        request = importing.Request(
            path=str(original), name=label, folder=str(folder), source=token_hex(4), typed=token_hex(4), options=options or {}
        ).model_copy(update={"key": keys.perhaps(workspace, keys.PSEUDONYMS)})
        if sample is None and settings.get(workspace).treat_personal:
            request = request.model_copy(update={"treats": True, "key": keys.made(workspace, keys.PSEUDONYMS)})
        answer = _read(workspace, request, on_progress)
        is_treated = answer.pop("is_treated")
        dataset = Dataset(
            id=id,
            name=names.clean(Path(label).stem) or label,
            file_name=label,
            bytes=original.stat().st_size,
            sha256=digest,
            options=options or {},
            created=now(),
            source=request.source,
            typed=request.typed,
            sample=sample,
            has_original=not is_treated,
            **answer,
        )
        if is_treated:
            dataset_files.shred([original])
        folder.rename(workspace.dataset(id))
        return store.add(workspace, dataset)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(workspace.dataset(id), ignore_errors=True)
        raise


def table(workspace: Workspace, id: str, columns: Sequence[str] | None = None, rows: "int | np.ndarray[Any, Any] | None" = None) -> Table:
    """The typed rows: all, the first `rows`, or those at the positions `rows`; with `columns` (ids) only these."""
    for _ in range(2):
        dataset = get(workspace, id)
        wanted = dataset.columns if columns is None else tuple(dataset.column(column) for column in columns)
        _, folder, path, _ = _files(workspace, dataset)
        try:
            return tables.read_table(path, wanted, rows, folder if dataset.has_pictures else None)
        except FileNotFoundError:
            continue
    raise EngineError(f"The values of the dataset '{dataset.name}' are gone from the disk.", "Delete it and upload the file again.")


def some(workspace: Workspace, id: str, cells: int = SOME) -> Table:
    """The rows that advice and checks look at: all, or of a very large table some, evenly spread."""
    dataset = get(workspace, id)
    most = max(_FEWEST, cells // len(dataset.columns))
    if dataset.rows <= most:
        return table(workspace, id)
    return table(workspace, id, rows=np.linspace(0, dataset.rows - 1, most).astype(np.int64))


def head(workspace: Workspace, id: str, n: int = 50) -> Table:
    """The first rows; cheap up to a thousand."""
    return table(workspace, id, rows=n)


def profile(workspace: Workspace, id: str) -> Profile:
    """The statistics computed when the file was read; cheap."""
    for _ in range(2):
        try:
            return _profile(_files(workspace, get(workspace, id))[3])
        except FileNotFoundError:
            continue
    raise EngineError("The statistics of this dataset are gone from the disk.", "Delete it and upload the file again.")


def pictures(workspace: Workspace, id: str) -> Path:
    """The folder that picture names are relative to."""
    return _files(workspace, get(workspace, id))[1]


def retype(workspace: Workspace, id: str, column_id: str, type: ColumnType, **reading: Any) -> Dataset:
    """Reads a column's text anew as another type. `reading`: decimal, thousands, unit, date_format, missing; what is not given is found.

    Values that cannot be read so become missing and are listed in the import report; the text is kept, so the way back is open.
    """
    before = get(workspace, id)
    column = before.column(column_id)
    if "image" in (type, column.type):
        raise EngineError(f"'{column.name}' cannot change from {column.type} to {type}.", "Pictures stay pictures; choose another column.")
    source = _files(workspace, before)[0]
    kept = {"treatment": column.treatment, "untreated": column.untreated}
    wanted = values.reading_of(tables.source_column(source, column_id), column, type).model_copy(update={**kept, **reading})
    doubts = tuple(doubt for doubt in before.doubts if doubt.column != column_id or doubt.key in before.settled)
    return _put(workspace, before, _with_column(workspace, before, wanted).model_copy(update={"doubts": doubts}))


def settle(workspace: Workspace, id: str, key: str, choice: int, on_progress: Progress | None = None) -> Dataset:
    """Answers the doubt with that key by its choice at that place: it is not asked again, and another choice than the one applied is
    applied now: the file read again, or the column's text. Raises NotFound if there is no such doubt, and what reading raises."""
    before = get(workspace, id)
    doubt = next((doubt for doubt in before.doubts if doubt.key == key), None)
    if doubt is None or not 0 <= choice < len(doubt.choices):
        raise NotFound("This question is not asked any more.", "Look at the data again.")
    picked = doubt.choices[choice]
    answered = before.model_copy(update={"settled": {**before.settled, key: picked.label}})
    if picked.options and choice != doubt.chosen:
        wanted = options_of(answered.doubts, answered.settled) | before.options | picked.options
        return _settled_columns(workspace, _reread(workspace, answered, wanted, on_progress))
    now = doubt.model_copy(update={"chosen": choice})
    after = answered.model_copy(update={"doubts": tuple(now if d.key == key else d for d in before.doubts)})
    if picked.reading and choice != doubt.chosen and doubt.column:
        after = _with_choice(workspace, after, doubt.column, picked)
    return _put(workspace, before, after)


def undo(workspace: Workspace, id: str, change: Change, on_progress: Progress | None = None) -> Dataset:
    """Takes back what a line of the import report did. Raises EngineError if it cannot be taken back (any more)."""
    before = get(workspace, id)
    if change.undo is None or change not in before.changes:
        raise EngineError("This line has no way back any more.", "Look at the report again.")
    if change.undo.options:
        return _settled_columns(workspace, _reread(workspace, before, before.options | change.undo.options, on_progress))
    if answer := answered_by(before.open_doubts, change.column, change.undo):
        return settle(workspace, id, *answer)
    return _put(workspace, before, _with_choice(workspace, before, change.column or "", change.undo))


def count_as_missing(workspace: Workspace, id: str, column_id: str, value: float) -> Dataset:
    """Reads a column of numbers anew, that number counting as missing however it is written: -999, -999.0, -9.99e2."""
    dataset = get(workspace, id)
    column = dataset.column(column_id)
    texts = tables.source_column(_files(workspace, dataset)[0], column_id).unique().drop_null().to_pylist()
    written = [text.strip() for text in texts if numbers.one(text.strip(), column.decimal, column.thousands, column.unit) == value]
    return retype(workspace, id, column_id, column.type, missing=tuple(dict.fromkeys((*column.missing, *written))))


def rename_column(workspace: Workspace, id: str, column_id: str, name: str) -> Dataset:
    """Gives a column another name. Raises EngineError if it is blank or taken."""
    before = get(workspace, id)
    column, wanted = before.column(column_id), names.clean(name)
    if not wanted:
        raise EngineError("A column needs a name.", "Write at least one letter.")
    if any(c.name == wanted and c.id != column_id for c in before.columns):
        raise EngineError(f"There is another column called '{wanted}'.", "Choose a different name.")
    renamed = column.model_copy(update={"name": wanted})
    new = token_hex(4)
    _, _, table_at, summary_at = _files(workspace, before)
    _, _, new_table, new_summary = dataset_files.files(workspace.dataset(id), before.source, new)
    dataset_files.double(table_at, new_table)
    summary = _profile(summary_at)
    about = summary.column(column_id)
    problems = tuple(problem.model_copy(update={"where": wanted}) for problem in about.problems)
    about = about.model_copy(update={"column": renamed, "problems": problems})
    changed = summary.model_copy(update={"columns": tuple(about if c.id == column_id else c for c in summary.columns)})
    new_summary.write_text(changed.model_dump_json(), "utf-8")
    said = Change(what=f"You renamed column '{column.name}' to '{wanted}'.", column=column_id)
    columns = tuple(renamed if c.id == column_id else c for c in before.columns)
    return _put(workspace, before, before.model_copy(update={"columns": columns, "changes": (*before.changes, said), "typed": new}))


def rename(workspace: Workspace, id: str, name: str) -> Dataset:
    """Gives the dataset another name."""
    before = get(workspace, id)
    after = before.model_copy(update={"name": names.clean(name) or before.name, "version": before.version + 1})
    return store.replace(workspace, before, after)


def reread(workspace: Workspace, id: str, options: dict[str, Any], on_progress: Progress | None = None) -> Dataset:
    """Reads the original file again with other options (fields of its reader), such as {"header": "no"}. Types are proposed anew."""
    return _reread(workspace, get(workspace, id), options, on_progress)


def _reread(workspace: Workspace, before: Dataset, options: dict[str, Any], on_progress: Progress | None) -> Dataset:
    if not before.has_original:
        raise EngineError("The file is not kept, because its personal data was treated.", "Upload it again to read it differently.")
    folder = workspace.dataset(before.id)
    dataset_files.check_same(folder / "original", before.sha256)
    request = importing.Request(
        path=str(folder / "original"), name=before.file_name, folder=str(folder), source=token_hex(4), typed=token_hex(4), options=options
    ).model_copy(update={"key": keys.perhaps(workspace, keys.PSEUDONYMS)})
    try:
        answer = _read(workspace, request, on_progress)
    except BaseException:
        dataset_files.remove(dataset_files.files(folder, request.source, request.typed))
        raise
    doubts = after_reading(list(answer["doubts"]), before.doubts, before.settled, options)
    found = {"options": options, "source": request.source, "typed": request.typed, **answer, "doubts": doubts}
    return _put(workspace, before, editing.repeated(folder, before, Dataset.model_validate({**before.model_dump(), **found})))


def exchange(workspace: Workspace, before: Dataset, after: Dataset) -> Dataset:
    """Stores a changed dataset whose new files are written already, and removes those it does not need any more."""
    return _put(workspace, before, after)


def delete(workspace: Workspace, id: str) -> None:
    """Deletes the dataset with all its files. Raises EngineError while a run uses it."""
    from engine.store import runs, studies

    dataset = get(workspace, id)
    studies.refuse_use(workspace, id, dataset.name)
    if using := runs.active(workspace, dataset=id, with_paused=True):
        raise EngineError(
            f"The dataset '{dataset.name}' is in use by a run ('{using[0].name}').", "Wait until it has ended, or cancel it first."
        )
    store.remove(workspace, id)


def size(workspace: Workspace, id: str) -> int:
    """Bytes on the disk."""
    get(workspace, id)
    return sum(file.stat().st_size for file in workspace.dataset(id).rglob("*") if file.is_file())


def read_new(
    columns: Sequence[Column], path: Path, name: str, *, optional: Sequence[str] = (), folder: Path | None = None, key: str = ""
) -> tuple[Table, list[Problem]]:
    """A file to predict on, as `store_new` reads it, as a whole; without a `folder` in one removed when the program ends."""
    stored, problems = store_new(columns, path, name, optional=optional, folder=folder or dataset_files.temporary(), key=key)
    return stored.table(), problems


def store_new(
    columns: Sequence[Column],
    path: Path,
    name: str,
    *,
    folder: Path,
    optional: Sequence[str] = (),
    key: str = "",
    on_progress: Progress | None = None,
) -> tuple[Stored, list[Problem]]:
    """A file to predict on: its columns found by name, typed as `columns` say, in files in `folder`; what was odd comes as problems.

    Columns in `optional` (ids) may be absent (such as the target) and are then left out of the table. `key` is the
    one for pseudonyms, where a column has them. What `on_progress` raises stops
    the reading. Raises UnreadableFile if the file cannot be read or a column is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    request = importing.Request(
        path=str(Path(path).resolve()),
        name=names.clean(name),
        folder=str(folder.resolve()),
        source=token_hex(4),
        typed=token_hex(4),
        known=tuple(columns),
        optional=tuple(optional),
        key=key,
    )
    answer = quarantine.run(request.model_dump(mode="json"), folder / "intake.log", on_progress)
    found = tuple(Column.model_validate(column) for column in answer["columns"])
    _, files, table_at, _ = dataset_files.files(folder, request.source, request.typed)
    stored = Stored(table_at, found, int(answer["rows"]), files if any(c.type == "image" for c in found) else None)
    return stored, [Problem.model_validate(problem) for problem in answer["problems"]]


def _read(workspace: Workspace, request: importing.Request, on_progress: Progress | None) -> dict[str, Any]:
    with dataset_files.unchanging(Path(request.path)):
        answer = quarantine.run(request.model_dump(mode="json"), workspace.logs / "intake.log", on_progress)
    return dict(importing.Answer.model_validate(answer))


def _settled_columns(workspace: Workspace, dataset: Dataset) -> Dataset:
    """The dataset after it was read again, with the answers given about its columns before."""
    for doubt in dataset.doubts:
        place = doubt.labelled(dataset.settled.get(doubt.key, ""))
        if place is not None and place != doubt.chosen and doubt.choices[place].reading:
            dataset = settle(workspace, dataset.id, doubt.key, place)
    return dataset


def _with_choice(workspace: Workspace, dataset: Dataset, column_id: str, choice: Choice) -> Dataset:
    """The column's text read as the choice says; what the choice leaves open stays as it is while the type does."""
    column = dataset.column(column_id)
    if two_numbers.is_about(dataset, column, choice):
        return two_numbers.settled(workspace.dataset(dataset.id), dataset, column, choice)
    type = choice.reading.get("type", column.type)
    if type == column.type:
        return _with_column(workspace, dataset, column.read_so(choice.reading))
    texts = tables.source_column(_files(workspace, dataset)[0], column_id)
    kept = {"treatment": column.treatment, "untreated": column.untreated}
    wanted = values.reading_of(texts, column, type).read_so(kept | choice.reading)
    doubts = tuple(doubt for doubt in dataset.doubts if doubt.column != column_id or doubt.key in dataset.settled)
    return _with_column(workspace, dataset, wanted).model_copy(update={"doubts": doubts})


def _with_column(workspace: Workspace, dataset: Dataset, column: Column) -> Dataset:
    """The dataset with that column read so, and new files that hold it; not stored yet."""
    new = token_hex(4)
    changes = _retype(workspace, dataset, column, new)
    kept = [change for change in dataset.changes if not (change.typing and change.column == column.id)]
    columns = tuple(column if c.id == column.id else c for c in dataset.columns)
    return dataset.model_copy(update={"columns": columns, "changes": (*kept, *changes), "typed": new})


def _retype(workspace: Workspace, dataset: Dataset, column: Column, new: str) -> list[Change]:
    """Here if the table is small, else in a process of its own, so that memory goes back."""
    folder = workspace.dataset(dataset.id)
    if dataset.rows * len(dataset.columns) <= _SMALL:
        return importing.retype(folder, dataset.source, dataset.typed, new, column)
    request = {"folder": str(folder), "source": dataset.source, "old": dataset.typed, "new": new, "column": column.model_dump(mode="json")}
    answer = quarantine.run(request, workspace.logs / "intake.log")
    return [Change.model_validate(change) for change in answer["changes"]]


def _put(workspace: Workspace, before: Dataset, after: Dataset) -> Dataset:
    """The swap: the row now names the new files; then those that nothing names any more are removed."""
    after = after.model_copy(update={"version": before.version + 1})
    old, new = _named(workspace, before), _named(workspace, after)
    try:
        store.replace(workspace, before, after)
    except BaseException:
        dataset_files.remove(new - old)
        raise
    dataset_files.remove(old - new)
    return after


def _files(workspace: Workspace, dataset: Dataset) -> tuple[Path, Path, Path, Path]:
    return dataset_files.files(workspace.dataset(dataset.id), dataset.source, dataset.typed)


def _named(workspace: Workspace, dataset: Dataset) -> set[Path]:
    """All files that the dataset needs, those as they were read before any edit included."""
    read = dataset_files.files(workspace.dataset(dataset.id), dataset.unedited or dataset.source, dataset.typed)
    return {*read, *_files(workspace, dataset)}


@lru_cache(maxsize=32)
def _profile(path: Path) -> Profile:
    return Profile.model_validate_json(path.read_bytes())
