"""Keys of a workspace: made by chance on first use, readable by its owner only, and in no database, copy or bundle."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from engine.errors import EngineError
from engine.store.workspace import Workspace

PAGE, PSEUDONYMS = "page", "pseudonyms"


def made(workspace: Workspace, name: str) -> str:
    """The key of that name, as 64 hexadecimal digits; made where there is none yet. The same for every process, and after every start.

    Raises OSError if it cannot be kept, and what `known` raises.
    """
    path = file(workspace, name)
    if not path.is_file():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        new = path.with_name(f"{name}.{os.getpid()}.{secrets.token_hex(4)}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(new, path)
        new.unlink()
    return known(workspace, name)


def perhaps(workspace: Workspace, name: str) -> str:
    """The same, or "" where it cannot be kept: for what can do without."""
    with suppress(OSError, EngineError):
        return made(workspace, name)
    return ""


def known(workspace: Workspace, name: str) -> str:
    """The key, or "" if there is none. Raises EngineError if its file does not hold one."""
    path = file(workspace, name)
    if not path.is_file():
        return ""
    key = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise EngineError(f"The file {path} does not hold a key.", "Put the one back that you have kept, or delete the file.")
    return key


def file(workspace: Workspace, name: str) -> Path:
    """Where it lies."""
    return workspace.path / "keys" / name
