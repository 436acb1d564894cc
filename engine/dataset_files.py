"""A dataset's folder: where its files lie, how an upload gets there, and what is cleared away."""

import atexit
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine import server_folders
from engine.errors import UnreadableFile

if TYPE_CHECKING:
    from engine.store.workspace import Workspace

DAY = 24 * 3600
MEGABYTE = 2**20


def files(folder: Path, source: str, typed: str) -> tuple[Path, Path, Path, Path]:
    """Where a dataset's text, pictures, typed table and profile lie."""
    return (
        folder / f"source-{source}.parquet",
        folder / f"files-{source}",
        folder / f"table-{typed}.parquet",
        folder / f"profile-{typed}.json",
    )


def sweep(workspace: "Workspace") -> None:
    """Takes away what is left of uploads that broke off with the program more than a day ago."""
    for left in workspace.datasets.glob("*.new"):
        if time.time() - left.stat().st_mtime > DAY:
            shutil.rmtree(left, ignore_errors=True)


def digest(path: Path) -> str:
    """The SHA-256 of the file, read in small pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(workspace: "Workspace", path: Path, target: Path) -> Path:
    """The upload in the dataset's folder: without copying if it lies in the workspace already, where nobody changes it.

    A file of a listed server folder stays where it is, and a link leads to it: `unchanged` says whether it still is the same.
    """
    if server_folders.holds(path):
        target.symlink_to(path.resolve())
    elif path.resolve().is_relative_to(workspace.path.resolve()):
        double(path, target)
    else:
        shutil.copyfile(path, target)
    return target


@contextmanager
def unchanging(original: Path) -> Iterator[None]:
    """While a file is read that stays where it is. Raises UnreadableFile if somebody else wrote to it meanwhile, or took it away."""
    before = _stamp(original)
    yield
    if original.is_symlink() and _stamp(original) != before:
        raise UnreadableFile("The file was changed while it was being read.", "Read it again when nothing writes to it any more.")


def check_same(original: Path, sha256: str) -> None:
    """Raises UnreadableFile if a file that stayed where it was is gone, may not be read any more or holds something else by now."""
    if original.is_symlink() and digest(server_folders.allowed(original)) != sha256:
        raise UnreadableFile(f"The file '{original.resolve().name}' was changed since it was read.", "Add it as a new file.")


def double(path: Path, target: Path) -> None:
    """The same unchanging file under a second name, without copying where the disk can do that."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def remove(paths: Iterable[Path]) -> None:
    """Files and folders that nothing names any more."""
    for path in paths:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def shred(paths: Iterable[Path]) -> None:
    """Files and folders that hold what nobody may read any more: overwritten, then removed.

    A disk with a journal, snapshots or copies of its own may still keep what was there: only its owner can see to that.
    """
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not file.is_symlink():
                _overwrite(file)
        remove([path])


def _overwrite(path: Path) -> None:
    """The name goes first, so that nobody opens the file and finds nothing but zeros in it. What has another name stays under that."""
    if path.stat().st_nlink > 1:
        return
    with path.open("r+b") as file:
        left = path.stat().st_size
        path.unlink()
        while left > 0:
            left -= file.write(bytes(min(left, MEGABYTE)))
        file.flush()
        os.fsync(file.fileno())


def temporary() -> Path:
    """A folder that is removed when the program ends."""

    folder = Path(tempfile.mkdtemp(prefix="modelwright-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_size, found.st_mtime_ns
