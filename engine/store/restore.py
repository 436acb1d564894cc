"""A damaged database gives way to its newest sound copy; it is kept aside, and what the copy does not know is brought back
from it and from the folders of the runs as far as that goes."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError
from engine.jobs import locks, supervisor
from engine.store import backup, db, relist
from engine.store.backup import Copy
from engine.store.datasets import Dataset
from engine.store.records import now
from engine.store.workspace import Workspace


@dataclass(frozen=True)
class Restored:
    """What became of it: the copy in use, where the damaged files are, and what was brought back beside the copy."""

    copy: Copy
    aside: Path
    runs: int
    projects: int
    datasets: int

    @property
    def words(self) -> str:
        """The whole in sentences."""
        when = f"{self.copy.made[:10]} {self.copy.made[11:16]} UTC"
        brought = [
            f"{count} {one}{'' if count == 1 else 's'}"
            for count, one in ((self.projects, "project"), (self.datasets, "dataset"), (self.runs, "run"))
            if count
        ]
        back = f" {', '.join(brought)} made since then could be brought back." if brought else ""
        return (
            f"The database is again as it was on {when}.{back} What else was changed after that may be missing, such as names and choices."
            f" The damaged files are kept in {self.aside}."
        )


def newest(workspace: Workspace) -> Restored:
    """Puts the newest sound copy in the place of the database. Raises EngineError if there is none, or something still uses it."""
    copy = backup.newest_sound(workspace)
    if copy is None:
        raise EngineError(
            "There is no sound copy of the database.",
            "Move workspace.db out of the way to begin with a new one; finished runs can then be listed again from their folders.",
        )
    supervisor.stop(workspace)
    keeper = locks.take(workspace.path / "supervisor.lock")
    if keeper is None:
        raise EngineError("Another program looks after this workspace at the moment.", "Close it, and try again.")
    try:
        _refuse_at_work(workspace)
        aside = _exchange(workspace, copy.path)
        workspace.mark.unlink(missing_ok=True)
        Workspace.open(workspace.path, check=True)
        projects, datasets = _salvage(workspace, aside / workspace.database.name)
        return Restored(copy, aside, relist.everything(workspace), projects, datasets)
    finally:
        os.close(keeper)


def _refuse_at_work(workspace: Workspace) -> None:
    for folder in workspace.runs.iterdir():
        if not locks.is_free(folder / "lock"):
            raise EngineError("A training is at work in this workspace.", "Wait until it has ended, or end its process, and try again.")


def _exchange(workspace: Workspace, copy: Path) -> Path:
    """The database is never absent: a crash leaves the damaged or the sound one in place, and the next try goes on."""
    aside = backup.folder(workspace) / f"damaged-{now()[:19].replace(':', '')}"
    aside.mkdir(parents=True, exist_ok=True)
    fresh = workspace.database.with_suffix(".tmp")
    shutil.copyfile(copy, fresh)
    _sync(fresh)
    db.forget(workspace)
    for part in ("-wal", "-shm"):
        beside = workspace.database.with_name(workspace.database.name + part)
        if beside.exists():
            beside.replace(aside / beside.name)
    if workspace.database.exists():
        shutil.copyfile(workspace.database, aside / workspace.database.name)
        _sync(aside / workspace.database.name)
    fresh.replace(workspace.database)
    _sync(workspace.path)
    return aside


def _salvage(workspace: Workspace, damaged: Path) -> tuple[int, int]:
    """Projects and datasets that the damaged file still tells of and the copy does not: how many of each came back."""
    datasets = [row for row in _readable(damaged, "datasets", ("id", "record", "sha256", "created")) if _is_whole(workspace, row)]
    projects = [
        row for row in _readable(damaged, "projects", ("id", "name", "dataset", "draft", "created", "changed")) if _is_json(row["draft"])
    ]
    with db.write(workspace, durable=True) as database:
        return (
            sum(_insert(database, "projects", row) for row in projects),
            sum(_insert(database, "datasets", row) for row in datasets),
        )


def _readable(path: Path, table: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    try:
        with db.reading(path) as damaged:
            for row in damaged.execute(f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED"):
                found.append(dict(zip(columns, row, strict=True)))
    except (db.DatabaseError, UnicodeDecodeError):
        pass
    return found


def _insert(database: db.Database, table: str, row: dict[str, str]) -> int:
    marks = ", ".join("?" for _ in row)
    try:
        return database.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values())).rowcount
    except db.DatabaseError:
        return 0


def _is_whole(workspace: Workspace, row: dict[str, str]) -> bool:
    try:
        return Dataset.model_validate(json.loads(row["record"])).id == row["id"] and workspace.dataset(row["id"]).is_dir()
    except (ValueError, TypeError):
        return False


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, TypeError):
        return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
