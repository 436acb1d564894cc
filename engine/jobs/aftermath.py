"""What becomes of a run whose worker is gone. Whoever calls this holds the run's lock."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass

from engine import checkpoints
from engine.jobs import failpoints, processes
from engine.store import transitions
from engine.store.transitions import ACTIVE, DONE, Cause, Unfinished
from engine.store.workspace import Workspace

ATTEMPTS = 3
_ATTEMPTS_FOR: Mapping[str, int] = {"out_of_memory": 2}
_WHAT = {
    "worker_crash": "The training ended unexpectedly.",
    "killed_by_signal": "The training was ended from outside.",
    "out_of_memory": "The computer ran out of memory, so the system ended the training.",
    "host_restart": "The computer was restarted during the training.",
    "disk_full": "The disk was full.",
}
_FIX = {
    "out_of_memory": "Use a smaller batch, smaller pictures or fewer rows.",
    "disk_full": "Delete files you no longer need, then train again.",
}
_LOG = "The run's log says what happened last."


@dataclass(frozen=True)
class Exit:
    """How the process ended, if we were the one to see it: its return code, and whether memory had run out meanwhile."""

    code: int | None = None
    memory_ran_out: bool = False


def settle(workspace: Workspace, run: Unfinished, exit: Exit, attempts: int = ATTEMPTS) -> str:
    """Moves the run to where it belongs: back into the queue, paused, cancelled, or failed when it has died too often. The new state."""
    at = checkpoints.newest(workspace.checkpoints(run.id))
    if run.state in ACTIVE:
        if run.wish == "cancel" or (run.wish == "stop" and at is None):
            return _cancelled(workspace, run)
        reason, what = _reason(run, exit)
        cause = Cause(reason, what, at.step if at else 0.0)
        if not transitions.interrupt(workspace, run.id, run.attempt, run.state, cause):
            return ""
        run = run.interrupted(reason)
        failpoints.reach("half-buried")
    if run.wish == "pause":
        return _moved(workspace, run, "paused", "", checkpoints.goes_on(at))
    return _again_or_not(workspace, run, attempts, checkpoints.goes_on(at))


def tidy(workspace: Workspace, id: str) -> None:
    """Takes away what a run that has ended could have gone on from."""
    found = transitions.look(workspace, id)
    if found is None or found.state in DONE:
        checkpoints.remove(workspace.checkpoints(id))


def _cancelled(workspace: Workspace, run: Unfinished) -> str:
    said = "Cancelled." if run.wish == "cancel" else "The training ended before it could keep its best model."
    return _moved(workspace, run, "cancelled", "user_cancel", said)


def _again_or_not(workspace: Workspace, run: Unfinished, attempts: int, goes_on: str) -> str:
    died = transitions.interruptions(workspace, run.id, run.reason)
    what = _WHAT.get(run.reason, _WHAT["worker_crash"])
    limit = min(attempts, _ATTEMPTS_FOR.get(run.reason, attempts))
    if died >= limit:
        said = f"{what} It was started {died} times, so it is not started again. {_FIX.get(run.reason, _LOG)}"
        return _moved(workspace, run, "failed", run.reason, said)
    return _moved(workspace, run, "queued", run.reason, f"{what} {goes_on}")


def _moved(workspace: Workspace, run: Unfinished, state: str, reason: str, message: str) -> str:
    """The state if the move was made, else ""; what an ended run kept goes."""
    if not transitions.move(workspace, run.id, run.attempt, run.state, state, reason, message):
        return ""
    if state in DONE:
        checkpoints.remove(workspace.checkpoints(run.id))
    return state


def _reason(run: Unfinished, exit: Exit) -> tuple[str, str]:
    if run.process and run.process.boot != processes.boot():
        return "host_restart", _WHAT["host_restart"]
    if exit.code is None or exit.code >= 0:
        return "worker_crash", _WHAT["worker_crash"]
    if exit.code == -signal.SIGKILL and exit.memory_ran_out:
        return "out_of_memory", _WHAT["out_of_memory"]
    if exit.code in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}:
        return "killed_by_signal", f"{_WHAT['killed_by_signal']} (Signal {-exit.code}.)"
    return "worker_crash", f"{_WHAT['worker_crash']} (Signal {-exit.code}.)"
