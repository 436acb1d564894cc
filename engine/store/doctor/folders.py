"""The folders: nothing on the disk that the database does not know, nothing half-written, nothing left over."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from engine.jobs import locks
from engine.problems import Problem
from engine.store import backup, datasets, db, relist, trash
from engine.store.doctor.repairs import Repair, offer, run_named
from engine.store.transitions import DONE
from engine.store.workspace import Workspace

DAY = 24 * 3600
HOUR = 3600
_TO_TRASH = "Put it into the trash."


def look(workspace: Workspace) -> Iterator[Problem]:
    promised = trash.pending(workspace)
    yield from _unknown_runs(workspace, promised)
    yield from _datasets(workspace, promised)
    yield from _unfinished(workspace)
    yield from _checkpoints(workspace)
    if (promised or any(trash.folder(workspace).glob("*"))) and not _is_being_emptied(workspace):
        what = "Things that were deleted are still on the disk."
        yield Problem(where="Trash", what=what, fix="They go while the app is open.", level="info", action=offer(_EMPTY))


def _is_being_emptied(workspace: Workspace) -> bool:
    """A supervisor is at work here, and nothing has been waiting for long."""
    waiting = [time.time() - path.lstat().st_ctime for path in trash.folder(workspace).glob("*")]
    return not locks.is_free(workspace.path / "supervisor.lock") and max(waiting, default=0.0) < HOUR


def _unknown_runs(workspace: Workspace, promised: list[str]) -> Iterator[Problem]:
    known = {row["id"] for row in db.rows(workspace, "SELECT id FROM runs")}
    lost = set(relist.lost(workspace))
    for folder in sorted(path for path in workspace.runs.iterdir() if path.is_dir() and path.name not in known):
        if folder.name in lost:
            what = "This folder holds a run that the database does not know."
            yield Problem(where=_place(workspace, folder), what=what, fix="List it again.", action=offer(_RELIST, folder.name))
        elif f"runs/{folder.name}" not in promised:
            what = "This folder belongs to a run that was deleted."
            yield _for_trash(workspace, folder, what)


def _datasets(workspace: Workspace, promised: list[str]) -> Iterator[Problem]:
    known = {dataset.id: dataset.name for dataset in datasets.all(workspace)}
    for folder in sorted(path for path in workspace.datasets.iterdir() if path.is_dir() and path.name not in known):
        is_new = folder.suffix == ".new"
        if f"datasets/{folder.name}" in promised or _age(folder) < (DAY if is_new else HOUR):
            continue
        what = "This upload was never finished." if is_new else "This folder belongs to data that the database does not know."
        action = offer(_DROP if is_new else _DROP_DATA, _place(workspace, folder))
        yield Problem(where=_place(workspace, folder), what=what, fix=_TO_TRASH, level="info" if is_new else "warn", action=action)
    for id, name in known.items():
        if not workspace.dataset(id).is_dir():
            what = "Its values are gone from the disk."
            yield Problem(where=f"Data '{name}' ({id})", what=what, fix="Upload the file again.", action=offer(_FORGET, id))


def _unfinished(workspace: Workspace) -> Iterator[Problem]:
    """Half-written things whose writer is gone."""
    for path in sorted([*workspace.path.glob("*.tmp"), *backup.folder(workspace).glob("**/*.tmp")]):
        if _age(path) > HOUR:
            yield _half_written(workspace, path)
    for path in sorted([*workspace.runs.glob("*/*.tmp"), *workspace.runs.glob("*/checkpoints/*.tmp")]):
        if locks.is_free(workspace.runs / path.relative_to(workspace.runs).parts[0] / "lock"):
            yield _half_written(workspace, path)
    for path in sorted(workspace.uploads.glob("*")):
        if _age(path) > DAY:
            what = "This upload was broken off more than a day ago."
            yield _for_trash(workspace, path, what)


def _half_written(workspace: Workspace, path: Path) -> Problem:
    return _for_trash(workspace, path, "This was being written when the program ended.")


def _for_trash(workspace: Workspace, path: Path, what: str) -> Problem:
    place = _place(workspace, path)
    return Problem(where=place, what=what, fix=_TO_TRASH, level="info", action=offer(_DROP, place))


def _checkpoints(workspace: Workspace) -> Iterator[Problem]:
    marks = ", ".join("?" for _ in DONE)
    for row in db.rows(workspace, f"SELECT id, name FROM runs WHERE state IN ({marks})", sorted(DONE)):
        folder = workspace.run(row["id"])
        if (folder / "checkpoints").is_dir() and locks.is_free(folder / "lock"):
            what = "It has ended, but what it would have gone on from is still there."
            action = offer(_DROP, _place(workspace, folder / "checkpoints"))
            yield Problem(where=run_named(row), what=what, fix=_TO_TRASH, level="info", action=action)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _place(workspace: Workspace, path: Path) -> str:
    return str(path.relative_to(workspace.path))


def _drop(workspace: Workspace, place: str) -> str:
    """Looks again first: what was reported a while ago may be in use now."""
    if place not in {(problem.action or {}).get("about") for problem in look(workspace)}:
        return "It is in use or gone meanwhile; nothing was done."
    path = workspace.path / place
    lock = locks.take(workspace.path / "/".join(Path(place).parts[:2]) / "lock") if place.startswith("runs/") else None
    try:
        trash.put(workspace, path)
    finally:
        if lock is not None:
            os.close(lock)
    return f"{place} is in the trash."


def _relist(workspace: Workspace, id: str) -> str:
    state = relist.one(workspace, id)
    return {"": "It is listed already.", "succeeded": "It is listed again, with its model."}.get(state, "It is listed, without a model.")


def _forget(workspace: Workspace, id: str) -> str:
    if not workspace.dataset(id).is_dir():
        datasets.remove(workspace, id)
    return "The data is not listed any more."


def _empty(workspace: Workspace, about: str) -> str:
    return "The trash is empty." if trash.empty(workspace) else "Something in the trash could not be removed."


_DROP = Repair("drop", "Put it into the trash", _drop)
_DROP_DATA = Repair("drop_data", "Put it into the trash", _drop, "The uploaded file in that folder.")
_RELIST = Repair("relist", "List it again", _relist)
_FORGET = Repair("forget_data", "Take it off the list", _forget, "The names and types that were chosen for its columns.")
_EMPTY = Repair("empty_trash", "Empty the trash", _empty)
REPAIRS = (_DROP, _DROP_DATA, _RELIST, _FORGET, _EMPTY)
