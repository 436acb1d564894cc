"""Large arrays that lie in a file and are mapped into memory: the system keeps there of them what it has room for.

The files have no names (or are removed with the program), so nothing is left behind by a process that was killed.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LARGE = 64 * 2**20
PLACE = "MODELWRIGHT_SCRATCH"
"""The variable with the folder for files that have no place of their own; the system's folder for passing files may lie in memory."""


def use(folder: Path) -> None:
    """The files of this process and its children go there, unless a place was said before."""
    os.environ.setdefault(PLACE, str(folder))


def empty(shape: Sequence[int], dtype: Any, folder: Path | None = None) -> Array:
    """As `numpy.empty`; from 64 MB on mapped from a file, in `folder` if it is given, unless there is no room for it."""
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size < LARGE:
        return np.empty(shape, dtype)
    try:
        return _on_disk(tuple(shape), np.dtype(dtype), size, folder or os.environ.get(PLACE))
    except OSError:
        return np.empty(shape, dtype)


def is_mapped(x: Array) -> bool:
    """Whether the array, or what it is a part of, lies in a file."""
    while isinstance(x, np.ndarray):
        if isinstance(x, np.memmap):
            return True
        x = x.base  # type: ignore[assignment]
    return False


def _on_disk(shape: tuple[int, ...], dtype: np.dtype[Any], size: int, folder: Path | str | None) -> Array:
    """The room is taken at once: a disk that is full when a page is written out would end the process."""
    with tempfile.TemporaryFile(dir=folder, prefix="modelwright-") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
        kind = np.dtype(np.int64) if dtype.kind in "mM" else dtype
        return np.memmap(file, kind, "r+", shape=shape).view(dtype)
