"""A file lock the kernel gives back when its holder dies: the proof that a process lives, blind to clocks and process numbers."""

import fcntl
import os
from pathlib import Path


def take(path: Path) -> int | None:
    """The lock as an open file descriptor, or None if somebody holds it. Closing every copy of it gives it back.

    The folder that it lies in is made, but none above. Raises OSError where that is not there or may not be written.
    """
    path.parent.mkdir(exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    if is_of(lock, path):
        return lock
    os.close(lock)
    return None


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock at this moment."""
    if not path.exists():
        return True
    lock = take(path)
    if lock is None:
        return False
    os.close(lock)
    return True


def is_of(lock: int, path: Path) -> bool:
    """Whether the descriptor is open on the file that now lies at `path`."""
    try:
        return os.path.samestat(os.fstat(lock), os.stat(path))
    except OSError:
        return False
