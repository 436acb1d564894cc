"""Deleting much without waiting: a folder is renamed into the workspace's `trash` at once and removed later, beside the pages.

What is to go is written down in the same transaction in which it is forgotten, so a crash at any moment only delays it: whoever
calls `empty` next goes on. Nothing comes back from the trash.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from engine.store import db
from engine.store.db import Database
from engine.store.records import now
from engine.store.workspace import Workspace


def promise(database: Database, place: str) -> None:
    """Inside an open write: that place (such as "runs/r0123456789") goes. Call `keep_promise` after the write."""
    database.execute("INSERT OR IGNORE INTO deletions (place, asked) VALUES (?, ?)", (place, now()))
    database.execute("DELETE FROM sizes WHERE place = ?", (place,))


def keep_promise(workspace: Workspace, place: str) -> None:
    """Moves it out of sight, however large it is."""
    put(workspace, workspace.path / place)


def put(workspace: Workspace, path: Path) -> None:
    """Renames a file or folder of the workspace into the trash. One on another disk (a link, a mount) is removed where it is."""
    if not path.exists() and not path.is_symlink():
        return
    folder(workspace).mkdir(exist_ok=True)
    try:
        path.rename(folder(workspace) / f"{path.parent.name}-{path.name}-{token_hex(4)}")
    except FileNotFoundError:
        return
    except OSError:
        _remove(path)


def folder(workspace: Workspace) -> Path:
    """Where things wait for their removal."""
    return workspace.path / "trash"


def pending(workspace: Workspace) -> list[str]:
    """Places that were deleted and are not all gone yet."""
    return [row["place"] for row in db.rows(workspace, "SELECT place FROM deletions ORDER BY asked, place")]


def empty(workspace: Workspace, is_enough: Callable[[], bool] = lambda: False) -> bool:
    """Removes everything in the trash and what still waits to get there, until `is_enough`. Whether nothing is left."""
    promised = pending(workspace)
    for place in promised:
        keep_promise(workspace, place)
    for path in sorted(folder(workspace).glob("*")):
        _remove(path, is_enough)
    if any(folder(workspace).glob("*")):
        return False
    gone = [(place,) for place in promised if not (workspace.path / place).exists()]
    if gone:
        with db.write(workspace) as database:
            database.conn.executemany("DELETE FROM deletions WHERE place = ?", gone)
    return len(gone) == len(promised)


def _remove(path: Path, is_enough: Callable[[], bool] = lambda: False) -> bool:
    """False if it was interrupted, or something could not be removed; the rest goes all the same."""
    if path.is_symlink() or not path.is_dir():
        with suppress(OSError):
            path.unlink(missing_ok=True)
        return not path.is_symlink() and not path.exists()
    for child in list(path.iterdir()):
        if is_enough():
            return False
        _remove(child, is_enough)
    if not is_enough():
        shutil.rmtree(path, ignore_errors=True)
    return not path.exists()
