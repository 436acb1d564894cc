"""Datasets: what is known about each uploaded table. The values lie in its folder."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.columns import Column
from engine.doubts import Doubt, options_of
from engine.edits import Edit
from engine.errors import EngineError, NotFound
from engine.readers.base import Change
from engine.store import db, trash
from engine.store.records import to_json
from engine.store.workspace import Workspace


class Dataset(BaseModel):
    """One dataset. `version` counts up with every change of its types or names.

    `reader` is the reader with the options in use, `options` those a person gave; `sample` names a sample project.
    `doubts` are the questions its file raised, `settled` the answers given: the key of each and the label of the choice.
    `has_original` says that the upload is kept; `is_wiped` is false while values from before a treatment may still be on the disk.
    `source` and `typed` are part of the names of its files (see `engine.datasets`), so that a changed dataset never overwrites files
    in use. `edits` are what a person changed in its rows; `source` is then the text with them, and `unedited` the text as it was read.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    file_name: str
    bytes: int
    sha256: str
    rows: int
    columns: tuple[Column, ...]
    reader: dict[str, Any]
    options: dict[str, Any] = {}
    changes: tuple[Change, ...] = ()
    created: str
    version: int = 1
    source: str
    typed: str
    sample: str | None = None
    has_pictures: bool = False
    has_original: bool = True
    is_wiped: bool = True
    doubts: tuple[Doubt, ...] = ()
    settled: dict[str, str] = {}
    edits: tuple[Edit, ...] = ()
    unedited: str = ""

    @property
    def open_doubts(self) -> tuple[Doubt, ...]:
        """Those nobody has answered yet."""
        return tuple(doubt for doubt in self.doubts if doubt.key not in self.settled)

    def column(self, id: str) -> Column:
        """The column with that id. Raises NotFound."""
        for column in self.columns:
            if column.id == id:
                return column
        raise NotFound(f"There is no column '{id}' in the dataset '{self.name}'.", "Choose one of its columns.")


def add(workspace: Workspace, dataset: Dataset) -> Dataset:
    """Keeps a new dataset."""
    with db.write(workspace, durable=True) as database:
        database.execute(
            "INSERT INTO datasets (id, record, sha256, created) VALUES (?, ?, ?, ?)",
            (dataset.id, to_json(dataset.model_dump()), dataset.sha256, dataset.created),
        )
    return dataset


def get(workspace: Workspace, id: str) -> Dataset:
    """The dataset with that id. Raises NotFound."""
    found = db.rows(workspace, "SELECT record FROM datasets WHERE id = ?", (id,))
    if not found:
        raise NotFound("This dataset does not exist any more.", "Go back to Home and choose or upload another one.")
    return _dataset(found[0])


def all(workspace: Workspace) -> list[Dataset]:
    """All datasets, the newest first."""
    return [_dataset(row) for row in db.rows(workspace, "SELECT record FROM datasets ORDER BY created DESC, rowid DESC")]


def same(workspace: Workspace, sha256: str, options: dict[str, Any]) -> Dataset | None:
    """The dataset made from the same bytes with the same options, answers to its own doubts aside, if there is one."""
    found = db.rows(workspace, "SELECT record FROM datasets WHERE sha256 = ? ORDER BY created", (sha256,))
    made = (dataset for dataset in map(_dataset, found) if options in (dataset.options, _without_answers(dataset)))
    return next((dataset for dataset in made if dataset.has_original), None)


def replace(workspace: Workspace, before: Dataset, after: Dataset) -> Dataset:
    """Puts a changed dataset in the place of the one it was made from. Raises EngineError if somebody else was quicker."""
    with db.write(workspace, durable=True) as database:
        found = db.select(database, "SELECT record FROM datasets WHERE id = ?", (before.id,))
        if not found:
            raise NotFound("This dataset does not exist any more.", "Go back to Home and choose or upload another one.")
        if _dataset(found[0]).version != before.version:
            raise EngineError(
                "This dataset was changed in another window at the same time.",
                "Look at it again and repeat your change if it is still needed.",
            )
        database.execute("UPDATE datasets SET record = ? WHERE id = ?", (to_json(after.model_dump()), after.id))
    return after


def remove(workspace: Workspace, id: str) -> None:
    """Takes the dataset and its files away for good, at once however large."""
    with db.write(workspace, durable=True) as database:
        database.execute("DELETE FROM datasets WHERE id = ?", (id,))
        trash.promise(database, f"datasets/{id}")
    trash.keep_promise(workspace, f"datasets/{id}")


def _without_answers(dataset: Dataset) -> dict[str, Any]:
    """The options a person gave other than by answering a doubt."""
    answers = options_of(dataset.doubts, dataset.settled)
    return {name: value for name, value in dataset.options.items() if answers.get(name) != value}


def _dataset(row: dict[str, Any]) -> Dataset:
    return Dataset.model_validate(json.loads(row["record"]))
