"""Copies of the database in the workspace's folder `backups`: one for each day of the last week it was used, and, apart from
those, one from before each change of its form."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine import dataset_files
from engine.store import db
from engine.store.records import now
from engine.store.workspace import Workspace

KEPT = 7
KEPT_FROM_BEFORE_CHANGES = 5


@dataclass(frozen=True)
class Copy:
    """A copy, when it was made (ISO-8601 UTC), and what is in it."""

    path: Path
    made: str
    projects: int
    runs: int


def folder(workspace: Workspace) -> Path:
    """Where the copies are; each is a whole database that can take the place of workspace.db."""
    return workspace.path / "backups"


def keep_daily(workspace: Workspace) -> Path | None:
    """Makes today's copy if there is none yet, and removes the oldest beyond seven. A damaged database is not copied."""
    today = folder(workspace) / f"workspace-{now()[:10]}.db"
    if today.exists() or db.damage(workspace):
        return None
    _copy(workspace, today)
    for old in sorted(today.parent.glob("workspace-*.db"))[:-KEPT]:
        old.unlink()
    return today


def before_change(workspace: Workspace) -> Path:
    """A copy from before the tables change their form, kept apart; the oldest beyond five go."""
    stamp = now().replace(":", "").replace("-", "").replace(".", "")[:18]
    copy = folder(workspace) / "before-changes" / f"workspace-{stamp}.db"
    if not copy.exists():
        _copy(workspace, copy)
    for old in sorted(copy.parent.glob("workspace-*.db"))[:-KEPT_FROM_BEFORE_CHANGES]:
        old.unlink(missing_ok=True)
    return copy


def paths(workspace: Workspace) -> list[Path]:
    """All copies, the newest first."""
    found = [*folder(workspace).glob("workspace-*.db"), *folder(workspace).glob("before-changes/workspace-*.db")]
    return sorted(found, key=lambda path: (path.stat().st_mtime, path.name), reverse=True)


def newest_sound(workspace: Workspace) -> Copy | None:
    """The newest copy that is not damaged itself."""
    return next((copy for path in paths(workspace) if (copy := read(path))), None)


def read(path: Path) -> Copy | None:
    """What is in a copy; None if it is damaged or no copy of a workspace."""
    if db.damage_of(path):
        return None
    try:
        with db.reading(path) as copy:
            counts = [int(copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in ("projects", "runs")]
    except db.DatabaseError:
        return None
    return Copy(path, made(path), *counts)


def made(path: Path) -> str:
    """When a copy was made."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="milliseconds")


def exchange_dataset(workspace: Workspace, id: str, record: str) -> None:
    """Puts this record of a dataset into every copy that knows it, because what the copies still say of it must not be kept.

    Choices made with it start afresh there, and the plan looked at last is forgotten.
    """
    for path in paths(workspace):
        unfinished = path.with_suffix(".tmp")
        shutil.copyfile(path, unfinished)
        db.rewrite(unfinished, _without(unfinished, id, record))
        shutil.copystat(path, unfinished)
        dataset_files.shred([path])
        unfinished.replace(path)


def _without(path: Path, id: str, record: str) -> list[tuple[str, tuple[str, ...]]]:
    with db.reading(path) as copy:
        tables = {row["name"] for row in db.select(copy, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
    wanted: dict[str, tuple[str, tuple[str, ...]]] = {
        "datasets": ("UPDATE datasets SET record = ? WHERE id = ?", (record, id)),
        "projects": ("UPDATE projects SET draft = '{}' WHERE dataset = ?", (id,)),
        "preparing": ("DELETE FROM preparing", ()),
    }
    return [statement for table, statement in wanted.items() if table in tables]


def _copy(workspace: Workspace, path: Path) -> None:
    folder(workspace).mkdir(exist_ok=True)  # Never the workspace itself, which may just have been taken away.
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    db.copy(workspace, unfinished)
    unfinished.replace(path)
