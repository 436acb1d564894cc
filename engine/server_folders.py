"""Files of this computer that may be read where they lie: those in the folders that its owner has listed, and no others.

The list is the environment variable MODELWRIGHT_FOLDERS, colon separated. A link that leads out of its folder is as good as not there.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UnreadableFile

VARIABLE = "MODELWRIGHT_FOLDERS"
MOST_FILES, MOST_ENTRIES, DEEPEST = 2_000, 50_000, 8


@dataclass(frozen=True)
class File:
    """One file on offer: where it really lies, what it is called from its folder on, and how large it is."""

    path: Path
    name: str
    bytes: int


@dataclass(frozen=True)
class Offer:
    """The files on offer by name, and whether there are more than are listed."""

    files: tuple[File, ...]
    is_all: bool


def folders() -> list[Path]:
    """The listed folders that are there, each where it really lies."""
    named = [Path(entry) for entry in os.environ.get(VARIABLE, "").split(os.pathsep) if entry.strip()]
    found = [path.resolve() for path in named if path.is_absolute() and path.is_dir()]
    return list(dict.fromkeys(found))


def offered() -> Offer:
    """What can be read. Hidden files and folders, empty files and links that lead outside are left out."""
    seen: dict[Path, File] = {}
    budget = [MOST_ENTRIES]
    for folder in folders():
        for path in _walk(folder, DEEPEST, budget):
            real = path.resolve()
            if len(seen) < MOST_FILES and real not in seen and (size := _size(real)) and real.is_relative_to(folder):
                seen[real] = File(real, f"{folder.name}/{path.relative_to(folder)}", size)
    is_all = budget[0] > 0 and len(seen) < MOST_FILES
    return Offer(tuple(sorted(seen.values(), key=lambda file: file.name.casefold())), is_all)


def holds(path: Path) -> bool:
    """Whether the file, where it really lies, is in one of the listed folders."""
    real = path.resolve()
    return bool(_size(real)) and any(real.is_relative_to(folder) for folder in folders())


def allowed(path: Path) -> Path:
    """Where the file really lies. Raises UnreadableFile unless it is in one of the listed folders."""
    if not holds(path):
        raise UnreadableFile(
            f"The file '{path.name}' is not (any more) in a folder that may be read.",
            f"Upload it, or let the owner of this computer list its folder in {VARIABLE}.",
        )
    return path.resolve()


def _walk(folder: Path, depth: int, budget: list[int]) -> Iterator[Path]:
    """The files below, without going through links to folders; no more entries are looked at than the budget allows."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        budget[0] -= 1
        if budget[0] <= 0:
            return
        if entry.name.startswith("."):
            continue
        if not entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)
        elif depth > 1:
            yield from _walk(Path(entry.path), depth - 1, budget)


def _size(real: Path) -> int:
    """Bytes of a plain file that can be read; 0 for everything else."""
    try:
        found = real.stat()
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) and os.access(real, os.R_OK) else 0
