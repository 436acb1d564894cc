"""Changes of rows that a person has made and not yet written: kept in the project's draft, so that a reload loses none of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app import errands, state
from app.text import md
from engine.datasets import Dataset
from engine.edits import Edit, text_for
from engine.errors import EngineError


@dataclass(frozen=True)
class Waiting:
    """Cells by row of the table (from 0) and column id, and rows to drop."""

    mends: Mapping[tuple[int, str], Any] = field(default_factory=dict)
    drops: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.mends) + len(self.drops)


def key_of(project: str) -> str:
    """The key of the errand that writes them."""
    return f"rows-{project}"


def waiting(dataset: Dataset) -> Waiting:
    """What waits to be written; rows of an older version of the data are not meant any more."""
    kept = state.draft().edits
    if (kept.get("dataset"), kept.get("version")) != (dataset.id, dataset.version):
        return Waiting()
    return Waiting({(one["row"], one["column"]): one["value"] for one in kept["mends"]}, frozenset(kept["drops"]))


def note(dataset: Dataset, cells: Mapping[tuple[int, str], Any], dropped: Mapping[int, bool]) -> None:
    """A callback's way to add cells and rows to drop, or to keep after all. What a column cannot hold is said and left out."""
    now = waiting(dataset)
    mends, drops = dict(now.mends), set(now.drops)
    for (row, id), value in cells.items():
        try:
            text_for(value, dataset.column(id))
        except EngineError as error:
            column = dataset.column(id)
            stays = f"Row {row + 1:,} of the column '{column.name}' is as it was."
            state.say_next(f"{md(error.what)} {md(stays)} {md(error.fix)}", ":material/error:")
            continue
        mends[row, id] = value
    for row, is_dropped in dropped.items():
        drops.add(row) if is_dropped else drops.discard(row)
    _keep(dataset, Waiting(mends, frozenset(drops)))


def drop_all(dataset: Dataset, rows: list[int]) -> None:
    """A callback: all these rows are to be dropped."""
    now = waiting(dataset)
    _keep(dataset, Waiting(now.mends, now.drops | set(rows)))


def discard(dataset: Dataset) -> None:
    """A callback: nothing of it is wanted."""
    _keep(dataset, Waiting())


def write(dataset: Dataset) -> None:
    """A callback: the table is written anew with them, beside the page."""
    project, now = state.current_project(), waiting(dataset)
    if project is None or not now:
        return
    mends = [{"row": row, "column": id, "value": value} for (row, id), value in now.mends.items() if row not in now.drops]
    asked = {"dataset": dataset.id, "version": dataset.version, "mends": mends, "drops": sorted(now.drops), "who": _who()}
    errands.start(key_of(project.id), "edit_rows", replace=True, **asked)


def take_back(dataset: Dataset, edit: Edit) -> None:
    """A callback: one change that was written is taken back."""
    project = state.current_project()
    if project:
        errands.start(key_of(project.id), "undo_edit", replace=True, dataset=dataset.id, edit=edit.model_dump())


def _keep(dataset: Dataset, new: Waiting) -> None:
    mends = [{"row": row, "column": id, "value": value} for (row, id), value in new.mends.items()]
    kept = {"dataset": dataset.id, "version": dataset.version, "mends": mends, "drops": sorted(new.drops)} if new else {}
    state.save_draft(edits=kept)


def _who() -> str:
    """Who is at work, as the computer calls them: there is no login."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
