"""A worker trains one run: `python -m engine.jobs.worker WORKSPACE RUN [ATTEMPT LOCK]`.

It holds the run's lock from its first to its last moment. ATTEMPT and LOCK come from the supervisor; without them the
worker takes the lock and the run itself. What it prints goes to the run's log.
"""

import errno
import hashlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from engine import checkpoints, journal
from engine.checkpoints import Checkpoints
from engine.errors import Diverged, EngineError
from engine.jobs import failpoints, locks, processes, resumption, slots
from engine.jobs.early import Early, prepare
from engine.jobs.limits import Limits
from engine.jobs.telling import Telling
from engine.keep import Keep, Unfit
from engine.store import db, experience, looks, models, runs, transitions
from engine.store.records import now, to_json
from engine.store.runs import Run
from engine.store.transitions import Cause
from engine.store.workspace import Workspace
from engine.tell import Cancelled, Paused
from engine.wording import number

T = TypeVar("T")
Work = Callable[[Workspace, Run, Telling, Keep], dict[str, Any]]
NICENESS = 5
PATIENCE = 600.0
NOT_MINE = 3
_MEMORY = "There was not enough memory for this training."
_SMALLER = "Use a smaller batch, smaller pictures or fewer rows."


@dataclass(frozen=True)
class _End:
    """How the training ended."""

    state: str
    reason: str = ""
    message: str = ""


def main(arguments: Sequence[str] | None = None, work: Work | None = None) -> int:
    """Trains the run and records how it ended. `work` stands in for the training itself, for tests of everything around it."""
    path, id, *claimed = sys.argv[1:] if arguments is None else arguments
    workspace = Workspace(Path(path))
    attempt, lock = (int(claimed[0]), int(claimed[1])) if claimed else _claim(workspace, id)
    if lock is None or not locks.is_of(lock, workspace.run(id) / "lock"):
        return NOT_MINE
    os.set_inheritable(lock, False)
    be_kind()
    process = processes.of(os.getpid())
    if process is None:
        return NOT_MINE
    journal.say(f"--- attempt {attempt}, {now()}")
    keep = resumption.checkpoints(workspace, runs.get(workspace, id))
    place = resumption.place(keep)
    failpoints.reach("before-begin")
    if not _insist(lambda: transitions.begin(workspace, id, attempt, process, place)):
        return NOT_MINE
    failpoints.reach("begun")
    tell = Telling(workspace, id, attempt, place.facts, Limits(keep.seconds))
    keep.beside = tell.beside
    signal.signal(signal.SIGTERM, lambda number, frame: _terminate(tell, keep))
    return _Attempt(workspace, id, attempt, tell, keep).train(work or learn)


def be_kind() -> None:
    """The training gives way to the page, and to everything else when memory runs out."""
    processes.go_first()
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    for variable in slots.THREADS:
        os.environ.setdefault(variable, str(slots.cores()))


def learn(workspace: Workspace, run: Run, tell: Telling, keep: Keep, early: Early | None = None) -> dict[str, Any]:
    """The real work: the plan and the table go in, a bundle in the run's folder and its score come out.

    What was prepared `early` is used if it is for this run.
    """
    from engine import training
    from engine.plan import Plan

    if early and (prepared := early.take(run)):
        tell.facts(prepared.facts)
    else:
        prepared = prepare(workspace, Plan.model_validate(run.plan), tell)
    seen = looks.count(workspace, run.dataset, str(prepared.facts["unseen"]), besides=run.id)
    went = experience.of(workspace, prepared.plan)
    return training.learn(prepared, tell, models.folder(workspace, run.id), keep, seen, went.epochs if went else 0).report.score()


@dataclass(frozen=True)
class _Attempt:
    """The training itself, and how its end is recorded."""

    workspace: Workspace
    id: str
    number: int
    tell: Telling
    keep: Checkpoints

    def train(self, work: Work) -> int:
        folder = models.folder(self.workspace, self.id)
        _clear(folder)
        began = time.monotonic() - self.keep.seconds
        score: dict[str, Any] = {}
        try:
            run = runs.get(self.workspace, self.id)
            (self.workspace.run(self.id) / "plan.json").write_text(to_json(run.plan), "utf-8")
            score = work(self.workspace, run, self.tell, self.keep)
            end = _End("succeeded")
        except Unfit as error:
            journal.say(f"{error} It is thrown away.")
            checkpoints.remove(self.keep.folder)
            end = _End("interrupted", "worker_crash", "What was kept of the training could not be used.")
        except BaseException as error:
            end = _end_of(error)
        if "seconds" not in self.tell.told:
            self.tell.facts({"seconds": time.monotonic() - began})
        self.tell.close()
        if self.tell.is_replaced:
            return NOT_MINE
        if self.tell.asked == "cancel":
            end = _cancelled()
        elif self.tell.limits.over and end.state in ("succeeded", "cancelled"):
            end = self._over(end)
        elif self.tell.is_terminated and end.state != "succeeded":
            end = _End("interrupted", "killed_by_signal", "The training was ended from outside.")
        if end.state != "succeeded":
            _clear(folder)
        failpoints.reach("before-commit")
        if not _insist(lambda: self._record(end, score)):
            return NOT_MINE
        failpoints.reach("committed")
        if end.state in transitions.DONE:
            checkpoints.remove(self.keep.folder)
        return 0

    def _over(self, end: _End) -> _End:
        """What it was given has run out: without memory there is no model, with time over there is the best so far."""
        terms = runs.get(self.workspace, self.id).terms
        if end.state == "succeeded":
            return _End("succeeded", "time_limit", f"It was stopped after the {number(terms.minutes)} minutes it was given.")
        return _End("failed", "out_of_memory", f"It grew beyond the {number(terms.gigabytes)} GB of memory it was given. {_SMALLER}")

    def _record(self, end: _End, score: dict[str, Any]) -> bool:
        place = (self.workspace, self.id, self.number)
        if end.state == "succeeded":
            early = Cause(end.reason, end.message)
            return transitions.succeed(*place, score, *_manifest(models.folder(self.workspace, self.id)), early)
        at = checkpoints.newest(self.keep.folder)
        if end.state == "paused":
            return transitions.pause(*place, checkpoints.goes_on(at))
        if end.state == "interrupted":
            return transitions.interrupt(*place, "running", Cause(end.reason, end.message, at.step if at else 0.0))
        return transitions.move(*place, "running", end.state, end.reason, end.message)


def _terminate(tell: Telling, keep: Checkpoints) -> None:
    """What can be kept quickly is kept before the process ends."""
    keep.is_in_haste = True
    tell.terminate()


def _end_of(error: BaseException) -> _End:
    if isinstance(error, Cancelled):
        return _cancelled()
    if isinstance(error, Paused):
        return _End("paused")
    if isinstance(error, EngineError):
        return _End("failed", "diverged" if isinstance(error, Diverged) else "invalid_data", str(error))
    journal.trace(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _End("interrupted", "disk_full", "The disk was full.")
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return _End("failed", "out_of_memory", f"{_MEMORY} {_SMALLER}")
    said = f"Something went wrong inside Modelwright ({type(error).__name__}). This is not your mistake; the run's log has the details."
    return _End("failed", "internal", said)


def _cancelled() -> _End:
    return _End("cancelled", "user_cancel", "Cancelled.")


def _claim(workspace: Workspace, id: str) -> tuple[int, int | None]:
    lock = locks.take(workspace.run(id) / "lock")
    attempt = transitions.claim(workspace, id, runs.get(workspace, id).attempt) if lock is not None else None
    return (attempt, lock) if attempt is not None else (0, None)


def _clear(folder: Path) -> None:
    for left in [folder, *folder.parent.glob("*.tmp")]:
        shutil.rmtree(left, ignore_errors=True)


def _manifest(folder: Path) -> tuple[str, int]:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest(), size


def _insist(write: Callable[[], T]) -> T:
    """Does a write that must not be lost, for ten minutes if another program holds the database."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return write()
        except db.Busy:
            if time.monotonic() > until:
                raise
            time.sleep(1.0)


if __name__ == "__main__":
    sys.exit(main())
