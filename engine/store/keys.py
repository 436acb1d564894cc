"""Keys of a workspace: made by chance on first use, readable by its owner only, never in the database, a backup or a bundle."""

import os
import secrets
from contextlib import suppress

from engine.store.workspace import Workspace

BYTES = 32


def get(workspace: Workspace, name: str) -> bytes:
    """The key of that name (32 bytes); the same for every process, and after every start. Raises OSError if it cannot be kept."""
    folder = workspace.path / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    with suppress(FileNotFoundError):
        return path.read_bytes()
    new = folder / f"{name}.{os.getpid()}.{secrets.token_hex(4)}.new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(new, path)
    new.unlink()
    return path.read_bytes()
