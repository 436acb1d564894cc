"""Checkpoints of a training in its folder `checkpoints/<number>/`: whole or not there at all, the last two of them, nothing pickled.

Each holds arrays.npz, state.json (NaN and infinities as they are) and manifest.json with the sums of both. What is kept only
has to belong to the same `identity`: the plan, the rows and the libraries. Reading states needs no NumPy, so a supervisor can.
"""

import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import journal, manifest
from engine.errors import EngineError
from engine.jobs import failpoints
from engine.keep import MEMBER, READY, Arrays, Keep, Kept

ARRAYS, STATE = "arrays.npz", "state.json"
NUMBER_KEPT = 2
SHARE = 0.03
LEAST_SECONDS = 1.0
FEW_SECONDS = 3.0


@dataclass(frozen=True)
class Found:
    """A whole checkpoint: how far the training was (in epochs), and what stood beside it when it was written."""

    folder: Path
    identity: str
    step: float
    seconds: float
    beside: Mapping[str, Any]
    values: Mapping[str, Any]


class Checkpoints(Keep):
    """Keeps a training in a folder, a second after the first offer. Writing takes under 3 % of the time: the longer, the rarer.

    `beside` gives what else is to be kept at that moment, and `is_in_haste` says that there is no time for a long write.
    """

    folder: Path

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder = folder
        self.identity = identity
        self.is_in_haste = False
        self.beside: Callable[[], Mapping[str, Any]] = dict
        _clear_unfinished(folder)
        self.newest = newest(folder, identity)
        if self.newest is None:
            remove(folder)
        self.seconds = self.newest.seconds if self.newest else 0.0
        self._began = time.monotonic()
        self._cost = 0.0
        self._due = math.inf

    def found(self) -> Kept | None:
        if self.newest is None:
            return None
        return Kept(self.newest.step, self.newest.values, _read_arrays(self.newest.folder))

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        """Raises OSError when the disk is full; what was kept before stays."""
        now = time.monotonic()
        if self._due == math.inf:
            self._due = now + LEAST_SECONDS
        if not must and now < self._due:
            return
        if self.is_in_haste and self._cost > FEW_SECONDS:
            return
        self._write(make())
        self._cost = time.monotonic() - now
        self._due = time.monotonic() + max(LEAST_SECONDS, self._cost / SHARE)

    def _write(self, kept: Kept) -> None:
        state = {
            "identity": self.identity,
            "step": kept.step,
            "seconds": self.seconds + time.monotonic() - self._began,
            "values": kept.values,
            "beside": self.beside(),
        }

        def fill(place: Path) -> None:
            failpoints.reach("checkpoint-begun")
            if kept.arrays:
                _write_arrays(place, kept.arrays)
            failpoints.reach("checkpoint-arrays")
            (place / STATE).write_text(json.dumps(state, default=_plain), "utf-8")
            failpoints.reach("checkpoint-files")

        number = max(_numbers(self.folder), default=0) + 1
        manifest.write(self.folder / str(number), fill)
        failpoints.reach("checkpoint-there")
        for old in sorted(_numbers(self.folder))[:-NUMBER_KEPT]:
            shutil.rmtree(self.folder / str(old), ignore_errors=True)
        failpoints.reach("checkpoint-done")


def newest(folder: Path, identity: str | None = None) -> Found | None:
    """The newest checkpoint that is exactly as it was written (and of that identity); broken ones are passed over."""
    return next((found for found in _whole(folder) if identity in (None, found.identity)), None)


def exist(folder: Path) -> bool:
    """Whether there is any, looked at in no time."""
    return bool(_numbers(folder))


def goes_on(found: Found | None) -> str:
    """Where a training would go on, as a sentence. Of a team the model at hand is told, not an epoch."""
    if found is None:
        return "It starts again from the beginning."
    if MEMBER in found.values:
        at = int(found.values.get(READY, found.values[MEMBER]))
        return f"It goes on with model {at + 1}; those before it stay." if at else "It goes on with its first model."
    return f"It goes on from epoch {int(found.step)}." if found.step >= 1 else "It goes on within its first epoch."


def remove(folder: Path) -> None:
    """Takes all checkpoints away."""
    shutil.rmtree(folder, ignore_errors=True)


def _whole(folder: Path) -> Iterator[Found]:
    for number in sorted(_numbers(folder), reverse=True):
        if found := _read(folder / str(number)):
            yield found


def _read(folder: Path) -> Found | None:
    try:
        manifest.check(folder)
        state = json.loads((folder / STATE).read_text("utf-8"))
        return Found(folder, state["identity"], state["step"], state["seconds"], state["beside"], state["values"])
    except (EngineError, OSError, ValueError, KeyError, TypeError) as error:
        journal.say(f"Checkpoint {folder.name} cannot be used: {error}")
        return None


def _numbers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.glob("[0-9]*") if path.name.isdecimal()]


def _clear_unfinished(folder: Path) -> None:
    for left in folder.glob("*.tmp"):
        shutil.rmtree(left, ignore_errors=True)


def _plain(number: Any) -> Any:
    """NumPy's numbers among the values."""
    return number.item()


def _write_arrays(place: Path, arrays: Arrays) -> None:
    import numpy as np

    np.savez(place / ARRAYS, allow_pickle=False, **arrays)


def _read_arrays(folder: Path) -> Arrays:
    if not (folder / ARRAYS).exists():
        return {}
    import numpy as np

    with np.load(folder / ARRAYS, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
