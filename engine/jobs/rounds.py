"""One look after another at the runs of a workspace: start what waits, bury the dead, press on with cancelling.

Keeps nothing in memory that matters. Any number of these may look after one workspace: a run belongs to whom its lock is.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.jobs import aftermath, failpoints, locks, processes, slots, waiting
from engine.jobs.aftermath import Exit
from engine.jobs.spare import Spare
from engine.store import disk, transitions
from engine.store.transitions import ACTIVE, Cause, Unfinished
from engine.store.workspace import Workspace

Places = Callable[[Workspace], Sequence[str]]
WORKER = (sys.executable, "-m", "engine.jobs.worker")
TERM_AFTER, KILL_AFTER = 10.0, 20.0
BACK_OFF = (1.0, 10.0, 60.0)


@dataclass
class _Child:
    """A worker that this process started."""

    process: "subprocess.Popen[bytes]"
    memory_kills: int


class Rounds:
    """Looks after all runs of a workspace, or `only` after some. Call `step` a few times a second.

    `places` says where runs can be trained; None: wherever and however many.
    """

    def __init__(
        self,
        workspace: Workspace,
        only: Collection[str] | None = None,
        places: Places | None = slots.names,
        attempts: int = aftermath.ATTEMPTS,
        program: Sequence[str] = WORKER,
        spare: Spare | None = None,
    ) -> None:
        self.workspace = workspace
        self.only = only
        self.places = places
        self.attempts = attempts
        self.program = program
        self.spare = spare
        self.has_room = True
        self._children: dict[tuple[str, int], _Child] = {}
        self._cancelling: dict[tuple[str, int], float] = {}
        self._not_before: dict[str, float] = {}

    def step(self) -> bool:
        """One round: bury the dead, press on with cancelling, start what waits. Whether there is anything to look after."""
        found = [run for run in transitions.unfinished(self.workspace) if self.only is None or run.id in self.only]
        for run in found:
            if run.state != "queued" and self._is_dead(run):
                self._bury(run)
            elif run.state in ACTIVE and run.wish == "cancel":
                self._press(run)
        for run in [run for run in found if run.state == "queued"]:
            self._start(run)
        self._forget(found)
        self.has_room = self.places is None or len(found) < len(self.places(self.workspace))
        return bool(found)

    def _is_dead(self, run: Unfinished) -> bool:
        child = self._children.get((run.id, run.attempt))
        if child:
            child.process.poll()
        return locks.is_free(self._lock(run))

    def _bury(self, run: Unfinished) -> None:
        lock = locks.take(self._lock(run))
        if lock is None:
            return
        try:
            now = transitions.look(self.workspace, run.id)
            failpoints.reach("burying")
            if now is None or now.attempt != run.attempt or now.state not in {*ACTIVE, "interrupted"}:
                return
            if aftermath.settle(self.workspace, now, self._exit(now), self.attempts) == "queued":
                lost = min(transitions.interruptions(self.workspace, now.id), len(BACK_OFF)) - 1
                self._not_before[now.id] = time.monotonic() + BACK_OFF[max(lost, 0)]
            failpoints.reach("buried")
        finally:
            os.close(lock)

    def _exit(self, run: Unfinished) -> Exit:
        child = self._children.get((run.id, run.attempt))
        if child is None:
            return Exit()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(1.0)
        return Exit(child.process.returncode, processes.memory_kills() > child.memory_kills)

    def _press(self, run: Unfinished) -> None:
        waited = time.monotonic() - self._cancelling.setdefault((run.id, run.attempt), time.monotonic())
        if run.process and waited > TERM_AFTER:
            processes.signal_group(run.process, signal.SIGKILL if waited > KILL_AFTER else signal.SIGTERM)

    def _start(self, run: Unfinished) -> None:
        if time.monotonic() < self._not_before.get(run.id, 0.0) or not waiting.is_due(run.terms):
            return
        if what := waiting.refusal(run.terms):
            transitions.refuse(self.workspace, run.id, run.attempt, "out_of_memory", what)
            return
        if what := disk.shortage(self.workspace.path) or waiting.shortage(run.terms):
            transitions.say(self.workspace, run.id, what)
            return
        lock = locks.take(self._lock(run))
        if lock is None:
            return
        try:
            failpoints.reach("locked")
            attempt = transitions.claim(self.workspace, run.id, run.attempt, self.places and self.places(self.workspace))
            if attempt is not None:
                failpoints.reach("claimed")
                self._spawn(run.id, attempt, lock)
        finally:
            os.close(lock)

    def _spawn(self, id: str, attempt: int, lock: int) -> None:
        kills = processes.memory_kills()
        place = slots.environment(self.workspace, transitions.place(self.workspace, id))
        arguments = [self.workspace.path, id, attempt, lock]
        try:
            process = self.spare.hand(id, attempt, lock) if self.spare else None
            process = process or processes.start(self.program, arguments, self._log(id), lock, place)
        except OSError as error:
            cause = Cause("worker_crash", f"It could not be started: {error}.")
            transitions.interrupt(self.workspace, id, attempt, "starting", cause)
            return
        failpoints.reach("spawned")
        self._children[id, attempt] = _Child(process, kills)
        if identity := processes.of(process.pid):
            transitions.spawned(self.workspace, id, attempt, identity)
        failpoints.reach("known")

    def _forget(self, found: Sequence[Unfinished]) -> None:
        known = {(run.id, run.attempt) for run in found}
        for key, child in list(self._children.items()):
            if key not in known and child.process.poll() is not None:
                del self._children[key]
                aftermath.tidy(self.workspace, key[0])
        self._cancelling = {key: since for key, since in self._cancelling.items() if key in known}
        self._not_before = {id: at for id, at in self._not_before.items() if any(id == run.id for run in found)}

    def _log(self, id: str) -> Path:
        return self.workspace.run(id) / "log.txt"

    def _lock(self, run: Unfinished) -> Path:
        return self.workspace.run(run.id) / "lock"
