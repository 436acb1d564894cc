"""Waiting for other processes, with a limit and a sentence when it takes too long."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psutil

from engine.store import metrics, runs
from engine.store.runs import Run
from engine.store.workspace import Workspace


def until(holds: Callable[[], object], what: str, seconds: float = 60.0) -> float:
    """Waits until it holds; the seconds that took. Fails with `what` when it does not."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"Waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.01)
    return time.monotonic() - began


def until_state(workspace: Workspace, id: str, *states: str, seconds: float = 30.0) -> Run:
    until(lambda: runs.get(workspace, id).state in states, f"the run is {' or '.join(states)}", seconds)
    return runs.get(workspace, id)


def until_measured(workspace: Workspace, id: str, attempt: int = 1, seconds: float = 30.0) -> Run:
    """Waits for the first measure of an attempt."""
    until(lambda: runs.get(workspace, id).attempt >= attempt and metrics.after(workspace, id)[1], "the run measures something", seconds)
    return runs.get(workspace, id)


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended, also where nobody has asked for its end yet."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def started(*program: Sequence[str] | object) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is killed at the end whatever happens."""
    process = subprocess.Popen([str(part) for part in program], start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
