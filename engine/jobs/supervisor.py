"""The supervisor starts queued runs, notices dead workers and enforces cancelling. `python -m engine.jobs.supervisor WORKSPACE`

It is a process of its own beside the app, one a workspace, and keeps nothing in memory that matters: it may be killed at
any time, workers go on without it, and the next one finds their locks held. Any number of them would do no harm.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import engine
from engine import journal
from engine.errors import EngineError
from engine.jobs import aftermath, locks, processes, webhook
from engine.jobs.courier import Courier
from engine.jobs.keeping import Keeper
from engine.jobs.rounds import WORKER, Rounds
from engine.jobs.spare import Spare
from engine.jobs.studying import Studies
from engine.store import db, migrations, preparing, relist, runs, studies, transitions, trash
from engine.store.preparing import Looked
from engine.store.records import now
from engine.store.runs import Run
from engine.store.transitions import Identity
from engine.store.workspace import Workspace, notice

# sqlite-utils imports pandas if it is there. Without it this process starts 1.5 s sooner and is 80 MB smaller.
_LIGHT = "import sys; sys.modules.update(pandas=None, numpy=None); from engine.jobs import supervisor; sys.exit(supervisor.main())"
SUPERVISOR = (sys.executable, "-c", _LIGHT)
TICK, GLANCE = 0.1, 0.02
QUIET_AFTER_SECONDS, QUIET_TICK, QUIET_GLANCE = 5.0, 0.5, 0.1
IDLE_SECONDS = 600.0
SPARE_AFTER_SECONDS, SPARE_SOON_SECONDS, SPARE_UNUSED_SECONDS = 8.0, 1.0, 60.0
MEMORY_SECONDS = 1.0
LARGE_LOG = 2**20


class Here:
    """One run looked after from this process, as the command line does."""

    def __init__(self, workspace: Workspace, id: str, program: Sequence[str] = WORKER) -> None:
        self._rounds = Rounds(workspace, only={id}, places=None, program=program)
        self.id = id

    def poll(self) -> Run:
        """Does what is due and gives the run as it is now. Call it a few times a second."""
        self._rounds.step()
        return runs.get(self._rounds.workspace, self.id)

    def wait(self) -> Run:
        """The run when it has ended."""
        while not (run := self.poll()).is_done:
            time.sleep(TICK)
        return run


def run_here(workspace: Workspace, run_id: str) -> Here:
    """Starts that queued run at once, also when others are at work, and gives a handle to wait on."""
    here = Here(workspace, run_id)
    here.poll()
    return here


def ensure(workspace: Workspace) -> None:
    """Sees to it that a supervisor looks after the workspace, and tells it that the app is in use. Cheap: call it every few seconds.

    One of another version of the program, left over from before an update, or that may tell other hosts, is replaced; trainings go on.
    """
    if workspace.mark.exists() or not workspace.database.exists():
        return
    lock = locks.take(_lock_file(workspace))
    if lock is None and _version(workspace) not in {"", _own_version()}:
        stop(workspace)
        lock = locks.take(_lock_file(workspace))
    os.utime(_lock_file(workspace))
    if lock is None:
        return
    try:
        log = workspace.logs / "supervisor.log"
        if log.exists() and log.stat().st_size > LARGE_LOG:
            log.unlink()
        processes.start(SUPERVISOR, [workspace.path, lock], log, lock)
    finally:
        os.close(lock)


def stop(workspace: Workspace) -> None:
    """Ends the workspace's supervisor, if there is one, and waits for it. Workers go on."""
    process = _read_identity(workspace)
    if process and processes.signal_group(process, signal.SIGTERM):
        for _ in range(100):
            if locks.is_free(_lock_file(workspace)):
                return
            time.sleep(0.05)


def main(arguments: Sequence[str] | None = None, rounds: Rounds | None = None) -> int:
    """Looks after the workspace until nobody has needed it for ten minutes."""
    path, *inherited = sys.argv[1:] if arguments is None else arguments
    try:
        workspace = Workspace.open(path, check=True)
    except EngineError as error:
        journal.say(f"{now()} {error}")
        return 1
    lock = int(inherited[0]) if inherited else locks.take(_lock_file(workspace))
    if lock is None or not locks.is_of(lock, _lock_file(workspace)):
        return 0
    os.set_inheritable(lock, False)
    _write_identity(workspace)
    _clear_leftovers(workspace)
    _Service(rounds or Rounds(workspace, spare=Spare(workspace)), lock).run()
    return 0


class _Service:
    """The loop of the process: steps, house-keeping, and the decision to end."""

    def __init__(self, rounds: Rounds, lock: int) -> None:
        self.rounds = rounds
        self.workspace = rounds.workspace
        self.lock: int | None = lock
        self.is_told_to_end = False
        self.touched = 0
        self.began = self.used_at = self.busy_at = self.full_at = time.monotonic()
        self.courier = Courier(self.workspace)
        self.studies = Studies(self.workspace)
        self.next_look = 0.0
        self.looked: Looked | None = None
        self.seen = 0

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        keeper = Keeper(self.workspace)
        keeper.start()
        self.courier.start()
        while not self.is_told_to_end and self.workspace.database.exists() and not self.workspace.mark.exists():
            before = self._version()
            self._notice(self._step())
            if self._is_unused() and self._leave():
                break
            self._care_for_spare()
            self._wait(before)
        self.courier.stop()
        keeper.stop()
        if self.rounds.spare:
            self.rounds.spare.drop()

    def _step(self) -> bool:
        try:
            is_busy = self.rounds.step() | self.studies.step()
            db.tidy(self.workspace)
            return is_busy
        except (db.DatabaseError, OSError) as error:
            if not notice(self.workspace, error) and isinstance(error, db.DatabaseError) and not isinstance(error, db.Busy):
                raise
            journal.say(f"{now()} {type(error).__name__}: {error}")
            time.sleep(1.0)
            return True

    def _notice(self, is_busy: bool) -> None:
        """Uses are seen by the file's time changing, so that a wrong clock does no harm."""
        try:
            touched = _lock_file(self.workspace).stat().st_mtime_ns
        except FileNotFoundError:
            return
        if touched != self.touched:
            self.touched, self.used_at = touched, time.monotonic()
        if is_busy:
            self.busy_at = time.monotonic()
        if not self.rounds.has_room:
            self.full_at = time.monotonic()

    def _is_unused(self) -> bool:
        return not self.courier.is_at_work and time.monotonic() - max(self.used_at, self.busy_at) > IDLE_SECONDS

    def _care_for_spare(self) -> None:
        """A spare worker is kept while the app is in use and another training could start; it prepares the plan looked at last. It
        gives way to the app's start, and to everything else when memory is short.
        """
        spare, now = self.rounds.spare, time.monotonic()
        if spare is None:
            return
        if now > self.next_look:
            self.next_look = now + MEMORY_SECONDS
            spare.give_way()
        if now - self.used_at > SPARE_UNUSED_SECONDS:
            spare.drop()
        elif self.rounds.has_room and now - self.began > SPARE_AFTER_SECONDS:
            self._prepare(spare, now - self.full_at)

    def _prepare(self, spare: Spare, quiet: float) -> None:
        """`quiet` are the seconds since a training could not have started."""
        with suppress(db.Busy):
            if (version := self._version()) != self.seen:
                self.seen, self.looked = version, preparing.latest(self.workspace)
        is_wanted = self.looked is not None and spare.wants(self.looked)
        if quiet > (SPARE_SOON_SECONDS if is_wanted else SPARE_AFTER_SECONDS):
            spare.keep()
        if self.looked is not None:
            spare.prepare(self.looked)

    def _wait(self, before: int) -> None:
        """Until the next round: at once when somebody has written since `before`, for it may be a click."""
        tick, glance = (QUIET_TICK, QUIET_GLANCE) if self._is_quiet() else (TICK, GLANCE)
        until, trace = time.monotonic() + tick, None
        time.sleep(glance)
        while time.monotonic() < until and not self.is_told_to_end:
            seen, trace = trace, db.trace(self.workspace)
            if (trace is None or trace != seen) and self._version() != before:
                return
            time.sleep(glance)

    def _is_quiet(self) -> bool:
        """Nothing has been there to look after for a while: looking less often then spares half of what an idle supervisor costs."""
        is_preparing = self.rounds.spare is not None and self.rounds.spare.is_preparing
        return not is_preparing and time.monotonic() - self.busy_at > QUIET_AFTER_SECONDS

    def _version(self) -> int:
        """A number that changes when somebody else writes; -1 where that cannot be seen."""
        with suppress(db.DatabaseError):
            if self.workspace.database.exists():
                return db.data_version(self.workspace)
        return -1

    def _leave(self) -> bool:
        """Gives the lock back, then looks once more: a run queued just before would otherwise wait for nobody."""
        if self.lock is not None:
            os.close(self.lock)
        self.lock = None
        if not self.workspace.database.exists():
            return True
        if not transitions.unfinished(self.workspace) and not studies.unfinished(self.workspace):
            return True
        self.lock = locks.take(_lock_file(self.workspace))
        return self.lock is None

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.is_told_to_end = True


def _lock_file(workspace: Workspace) -> Path:
    return workspace.path / "supervisor.lock"


def _identity_file(workspace: Workspace) -> Path:
    return workspace.path / "supervisor.json"


def _write_identity(workspace: Workspace) -> None:
    identity = processes.of(os.getpid())
    if identity:
        temporary = _identity_file(workspace).with_suffix(".tmp")
        temporary.write_text(json.dumps({"process": asdict(identity), "version": _own_version()}), "utf-8")
        temporary.replace(_identity_file(workspace))


def _read_identity(workspace: Workspace) -> Identity | None:
    try:
        return Identity(**_told(workspace)["process"])
    except (KeyError, TypeError):
        return None


def _own_version() -> str:
    """The program's version, the form of the database it knows, and the hosts it may tell."""
    return f"{engine.__version__} {migrations.latest()} {os.environ.get(webhook.VARIABLE, '')}".strip()


def _version(workspace: Workspace) -> str:
    return str(_told(workspace).get("version", ""))


def _told(workspace: Workspace) -> dict[str, Any]:
    """What the supervisor wrote about itself; {} before it has."""
    try:
        return dict(json.loads(_identity_file(workspace).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _clear_leftovers(workspace: Workspace) -> None:
    """Takes away folders of deleted runs, half-written bundles of runs nobody works on, and the checkpoints of runs that have ended.

    The folder of an unknown run with a plan stays.
    """
    for folder in [path for path in workspace.runs.iterdir() if path.is_dir()]:
        lock = locks.take(folder / "lock")
        if lock is None:
            continue
        is_known = transitions.look(workspace, folder.name) is not None
        if is_known or relist.plan(folder) is None:
            for left in [folder] if not is_known else [*folder.glob("*.tmp")]:
                trash.put(workspace, left)
            aftermath.tidy(workspace, folder.name)
        os.close(lock)


if __name__ == "__main__":
    sys.exit(main())
