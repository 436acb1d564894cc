"""The workspace's key for pseudonyms: a file that only its owner may read, and that goes into no database, copy or bundle."""

import os
import re
import secrets

from engine.errors import EngineError
from engine.store.workspace import Workspace

FILE = "pseudonyms.key"


def made(workspace: Workspace) -> str:
    """The key, as hexadecimal digits; made where there is none yet."""
    path = workspace.path / FILE
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return known(workspace)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    return known(workspace)


def known(workspace: Workspace) -> str:
    """The key, or "" if there is none. Raises EngineError if the file does not hold one."""
    path = workspace.path / FILE
    if not path.is_file():
        return ""
    key = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise EngineError(f"The file {path} does not hold a key.", "Put the one back that you have kept, or treat the data anew.")
    return key
