"""Database connections that a person wished to keep: in one file that only this user may read (mode 0600), apart from the database.

Without that wish nothing of a connection is kept anywhere but in the open page.
"""

import contextlib
import json
import os
from pathlib import Path
from secrets import token_hex
from typing import Any

from engine.errors import EngineError
from engine.sources import SOURCES, Source
from engine.store.workspace import Workspace

FILE = "connections.json"
_MODE = 0o600


def keep(workspace: Workspace, source: Source, password: str) -> None:
    """Keeps the connection, in the place of one to the same database by the same user."""
    others = [one for one in _read(workspace) if one["source"] != source.model_dump()]
    _write(workspace, [*others, {"source": source.model_dump(), "password": password}])


def all(workspace: Workspace) -> list[tuple[Source, str]]:
    """The connections kept, each with its password; those that cannot be understood are left out."""
    found = []
    for one in _read(workspace):
        with contextlib.suppress(EngineError):
            found.append((SOURCES.parse(one["source"]), str(one["password"])))
    return found


def forget(workspace: Workspace, source: Source) -> None:
    """Takes one away."""
    left = [one for one in _read(workspace) if one["source"] != source.model_dump()]
    _write(workspace, left) if left else _path(workspace).unlink(missing_ok=True)


def _path(workspace: Workspace) -> Path:
    return workspace.path / FILE


def _read(workspace: Workspace) -> list[dict[str, Any]]:
    try:
        return [dict(one) for one in json.loads(_path(workspace).read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _write(workspace: Workspace, kept: list[dict[str, Any]]) -> None:
    new = _path(workspace).with_suffix(f".{token_hex(4)}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file)
    os.replace(new, _path(workspace))
