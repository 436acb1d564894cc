"""The supervisor's end of studies: a driver for each that is under way, started again when it has died. Imports nothing heavy."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from engine.jobs import locks, processes, study
from engine.store import studies
from engine.store.workspace import Workspace

DRIVER = (sys.executable, "-m", "engine.jobs.study")
MOST_DEATHS = 5
BACK_OFF = 3.0
EVERY = 1.0


class Studies:
    """Looks after the drivers. `program` stands in for them in tests."""

    def __init__(self, workspace: Workspace, program: Sequence[str] = DRIVER) -> None:
        self.workspace = workspace
        self._program = program
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, int] = {}
        self._not_before: dict[str, float] = {}

    def step(self) -> bool:
        """Starts what is not driven; whether there is a study under way."""
        found = studies.unfinished(self.workspace)
        for id in found:
            if time.monotonic() >= self._not_before.get(id, 0.0):
                self._not_before[id] = time.monotonic() + EVERY
                self._see_to(id)
        for id in [id for id in self._children if id not in found]:
            if self._children[id].poll() is not None:
                del self._children[id]
        return bool(found)

    def _see_to(self, id: str) -> None:
        """A driver that dies again and again ends its study; one that was killed from outside is started again."""
        lock = locks.take(study.lock_file(self.workspace, id))
        if lock is None:
            return
        try:
            if (died := self._children.pop(id, None)) is not None and (died.wait() or 0) > 0:
                self._deaths[id] = self._deaths.get(id, 0) + 1
                self._not_before[id] = time.monotonic() + BACK_OFF
                if self._deaths[id] >= MOST_DEATHS:
                    studies.end(self.workspace, id, "failed", "It ended unexpectedly several times; logs/studies.log has the details.")
                return
            log = self.workspace.logs / "studies.log"
            self._children[id] = processes.start(self._program, [self.workspace.path, id, lock], log, lock)
        finally:
            os.close(lock)
