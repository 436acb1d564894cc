"""A copy of the database for each day of the last week it was used, in the workspace's folder `backups`."""

from pathlib import Path

from engine.store import db
from engine.store.records import now
from engine.store.workspace import Workspace

KEPT = 7


def folder(workspace: Workspace) -> Path:
    """Where the copies are; each is a whole database that can take the place of workspace.db."""
    return workspace.path / "backups"


def keep_daily(workspace: Workspace) -> Path | None:
    """Makes today's copy if there is none yet, and removes the oldest beyond seven. A damaged database is not copied."""
    today = folder(workspace) / f"workspace-{now()[:10]}.db"
    if today.exists() or db.damage(workspace):
        return None
    today.parent.mkdir(exist_ok=True)
    unfinished = today.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    db.copy(workspace, unfinished)
    unfinished.replace(today)
    for old in sorted(today.parent.glob("workspace-*.db"))[:-KEPT]:
        old.unlink()
    return today
