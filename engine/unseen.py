"""What a model said of its unseen rows, kept with its bundle so that models can be compared later on the very same rows.

unseen.npz holds plain arrays only: which rows, the truth as the task encodes it, what was answered, and which rows belong together.
"""

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

FILE = "unseen.npz"
MOST_CELLS = 5_000_000
"""So many numbers (20 MB) are kept of answers with very many classes; then of fewer rows, evenly spread."""


@dataclass(frozen=True)
class Unseen:
    """`rows` are positions (0-based), `y` encoded targets, `outputs` (rows, outputs), `groups` numbers of what belongs together or None.

    `digest` tells which rows were kept unseen (see `split.digest`), `truth` what the true answers among those kept here are.
    """

    rows: Array
    y: Array
    outputs: Array
    groups: Array | None
    digest: str
    truth: str


def kept(rows: Array, values: Array, y: Array, outputs: Array, groups: Array | None, digest: str) -> Unseen:
    """What is worth keeping. `values` are the true answers as the table has them, which no task has touched."""
    most = max(1, MOST_CELLS // max(1, outputs.shape[1]))
    at = np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.int64)
    return Unseen(
        rows[at].astype(np.int64),
        y[at],
        outputs[at].astype(np.float32),
        None if groups is None else groups[at].astype(np.int64),
        digest,
        truth_of(rows[at], values[at]),
    )


def truth_of(rows: Array, values: Array) -> str:
    """What tells one set of true answers of those rows from another."""
    told = hashlib.sha256(np.ascontiguousarray(rows, dtype="<i8").tobytes())
    told.update("\0".join(map(str, values.tolist())).encode())
    return told.hexdigest()


def write(folder: Path, unseen: Unseen) -> None:
    """Puts it into the bundle's folder."""
    groups = {} if unseen.groups is None else {"groups": unseen.groups}
    told = {"digest": np.array(unseen.digest), "truth": np.array(unseen.truth)}
    arrays = {"rows": unseen.rows, "y": unseen.y, "outputs": unseen.outputs, **groups, **told}
    np.savez_compressed(folder / FILE, allow_pickle=False, **arrays)


def read(folder: Path) -> Unseen | None:
    """What `write` wrote; None where an earlier version kept nothing, or where it cannot be read."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as there:
            found = Unseen(
                there["rows"],
                there["y"],
                there["outputs"],
                there.get("groups"),
                str(there["digest"]),
                str(there["truth"]),
            )
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    is_sound = found.outputs.ndim == 2 and len(found.rows) == len(found.y) == len(found.outputs) > 0
    return found if is_sound and (found.groups is None or len(found.groups) == len(found.rows)) else None


def size(folder: Path) -> int:
    """Its bytes, which are no part of the model."""
    return (folder / FILE).stat().st_size if (folder / FILE).is_file() else 0
