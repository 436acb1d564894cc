"""A folder that is either whole or not there: written beside its place, listed with SHA-256 sums, made durable, then renamed."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from engine.errors import EngineError, NotFound
from engine.jobs import failpoints

FILE = "manifest.json"


def write(folder: Path, fill: Callable[[Path], None]) -> None:
    """Lets `fill` write into a new folder and puts it in the place of `folder`, complete or not at all.

    The one above is made if need be, but none further up: a workspace that was taken away must not come back with little in it.
    """
    unfinished = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    unfinished.mkdir()
    try:
        fill(unfinished)
        files = [path for path in sorted(unfinished.rglob("*")) if path.is_file()]
        sums = {str(path.relative_to(unfinished)): {"sha256": _sum(path), "bytes": path.stat().st_size} for path in files}
        (unfinished / FILE).write_text(json.dumps({"version": 1, "files": sums}, indent=1), "utf-8")
        for path in (*files, unfinished / FILE, *(p for p in unfinished.rglob("*") if p.is_dir()), unfinished):
            _sync(path)
        failpoints.reach("before-rename")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def check(folder: Path) -> None:
    """Raises NotFound if no bundle is there, EngineError if a file is missing, changed or not listed."""
    if not (folder / FILE).is_file():
        raise NotFound(f"There is no model in '{folder}'.", "Name the folder of a model, the one with manifest.json in it.")
    listed = json.loads((folder / FILE).read_text("utf-8"))["files"]
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {FILE}
    for name in sorted(there ^ set(listed)):
        raise _broken(f"'{name}' is {'missing' if name in listed else 'not part of it'}")
    for name, said in listed.items():
        path = folder / name
        if path.is_symlink() or path.stat().st_size != said["bytes"] or _sum(path) != said["sha256"]:
            raise _broken(f"'{name}' was changed")


def _broken(why: str) -> EngineError:
    return EngineError(f"This model is not as it was written: {why}.", "Take a fresh copy of the model.")


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
