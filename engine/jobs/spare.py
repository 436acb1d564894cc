"""A spare worker has imported the heavy libraries and waits for a run, so that training begins seconds sooner.

`Spare` is the supervisor's end; `python -m engine.jobs.spare WORKSPACE SOCKET` is the process. Meanwhile it prepares the plan
that somebody looks at. It is handed a run with the run's lock through the socket and then is that run's worker, like any other.
It ends when the supervisor does.
"""

import functools
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

import engine
from engine.errors import NotFound
from engine.jobs import processes, slots, worker
from engine.jobs.early import Early
from engine.jobs.worker import Work
from engine.store import preparing, runs
from engine.store.preparing import Looked
from engine.store.workspace import Workspace

SPARE = (sys.executable, "-m", "engine.jobs.spare")
MEMORY_NEEDED, MEMORY_LEFT = 3 * 2**30, 1.5 * 2**30
LONGEST = 4096
SWITCH = "MODELWRIGHT_SPARE"
PATIENCE = 3.0
MOST_PLANS = 30
IMPORTING = -1


@dataclass(frozen=True)
class _Asked:
    """What one process was asked to prepare last, since when, which number it has answered, and how many plans it was given."""

    number: int = 0
    looked: Looked | None = None
    since: float = 0.0
    answered: int = IMPORTING
    plans: int = 0


def is_kept() -> bool:
    """Whether a spare is kept here: it is not switched off, and memory is plentiful."""
    return os.environ.get(SWITCH) != "0" and bool(psutil.virtual_memory().available >= MEMORY_NEEDED)


class Spare:
    """At most one waiting process, with at most one plan prepared in it."""

    def __init__(self, workspace: Workspace, program: tuple[str, ...] = SPARE) -> None:
        self._workspace = workspace
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._code = 0
        self._spent = 0
        self._asked = _Asked()

    def keep(self) -> None:
        """Starts one if there is none, memory is plentiful and nobody has switched it off."""
        if os.environ.get(SWITCH) == "0" or self._lives():
            return
        self._note_death()
        self.drop()
        if not is_kept():
            return
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [self._workspace.path, theirs.fileno()]
            place = slots.environment(self._workspace, "cpu:0")
            self._process = processes.start(self._program, arguments, self._workspace.logs / "spare.log", theirs.fileno(), place)
        self._line, self._code = ours, _age_of_code()

    def wants(self, looked: Looked) -> bool:
        """Whether that plan is still to be prepared. One that was trained, or at which a process has died, is not prepared again."""
        return looked.number not in (self._spent, self._asked.number)

    def prepare(self, looked: Looked) -> None:
        """Has that plan prepared, once. What was prepared before is thrown away."""
        if not self.wants(looked) or self._line is None or not self._lives():
            return
        if self._asked.plans >= MOST_PLANS:
            self.drop()
            return
        try:
            self._line.sendall(_line(looked.number))
        except OSError:
            self.drop()
            return
        self._asked = replace(self._asked, number=looked.number, looked=looked, plans=self._asked.plans + 1, since=time.monotonic())

    def give_way(self) -> None:
        """Ends it when memory becomes short, the first of all."""
        if self._process is not None and psutil.virtual_memory().available < MEMORY_LEFT:
            self._spent = self._asked.number or self._spent
            self.drop()

    def hand(self, run: str, attempt: int, lock: int) -> "subprocess.Popen[bytes] | None":
        """Makes it the worker of that run; None if there is none, if the program has changed since it was started, or if it is so
        long at work on another plan that a new process is likely to be quicker.
        """
        process, line = self._process, self._line
        if process is None or line is None:
            return None
        self._note_death()
        is_for_it = self._is_for(run)
        is_stuck = not is_for_it and self.is_preparing and time.monotonic() - self._asked.since > PATIENCE
        if process.poll() is not None or is_stuck or self._code != _age_of_code():
            self.drop()
            return None
        try:
            socket.send_fds(line, [_line([run, attempt])], [lock])
        except OSError:
            self.drop()
            return None
        line.close()
        self._spent = self._asked.number if is_for_it else self._spent
        self._process = self._line = None
        self._asked = _Asked()
        return process

    @property
    def is_preparing(self) -> bool:
        """Whether it is at work on a plan at this moment."""
        self._listen()
        return self._asked.answered not in (IMPORTING, self._asked.number)

    @property
    def is_ready(self) -> bool:
        """Whether it has nothing left to do but wait for a run."""
        self._listen()
        return self._lives() and self._asked.answered == self._asked.number

    def drop(self) -> None:
        """Ends it."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None
        self._asked = _Asked()

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _is_for(self, run: str) -> bool:
        """Whether the plan it was asked to prepare is the run's."""
        with suppress(NotFound):
            return self._asked.looked is not None and self._asked.looked.is_for(runs.get(self._workspace, run).plan)
        return False

    def _note_death(self) -> None:
        """A plan that a process died of is not tried again."""
        if self._process is not None and not self._lives():
            self._spent = self._asked.number or self._spent

    def _listen(self) -> None:
        """It says the number of each plan when it is done with it, and 0 when it has imported everything."""
        if self._line is None:
            return
        try:
            said = self._line.recv(LONGEST, socket.MSG_DONTWAIT).split()
        except OSError:
            return
        if said:
            self._asked = replace(self._asked, answered=int(said[-1]))


def _line(order: Any) -> bytes:
    return json.dumps(order).encode() + b"\n"


def _age_of_code() -> int:
    return max(path.stat().st_mtime_ns for path in Path(engine.__file__).parent.rglob("*.py"))


def main(
    arguments: Sequence[str] | None = None,
    imports: Callable[[], None] | None = None,
    work: Work | None = None,
    early: Early | None = None,
) -> int:
    """The process: imports, prepares, waits, works. `imports`, `work` and `early` stand in for that in tests."""
    path, number = sys.argv[1:] if arguments is None else arguments
    workspace, line = Workspace(Path(path)), socket.socket(fileno=int(number))
    line.set_inheritable(False)
    worker.be_kind()
    processes.go_first(before_all=True)
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    early = early or Early(workspace)
    (imports or _import_heavy_libraries)()
    with line:
        orders = _Orders(line)
        orders.answer(0)
        while isinstance(order := orders.next(), int):
            looked = preparing.latest(workspace)
            if looked is not None and looked.number == order:
                early.prepare(looked.plan, orders.is_waiting)
            orders.answer(order)
    if order is None or orders.lock is None:
        return 0
    run, attempt = order
    with (workspace.run(run) / "log.txt").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    work = work or functools.partial(worker.learn, early=early)
    return worker.main([str(workspace.path), run, str(attempt), str(orders.lock)], work)


class _Orders:
    """What the supervisor says, a line each: the number of a plan to prepare, or at last the run, with its lock."""

    def __init__(self, line: socket.socket) -> None:
        self.lock: int | None = None
        self._line = line
        self._said = b""

    def next(self) -> Any:
        """The next order, waited for; None when the supervisor is gone."""
        while b"\n" not in self._said:
            try:
                said, locks, _, _ = socket.recv_fds(self._line, LONGEST, 1)
            except ConnectionResetError:
                return None
            if not said:
                return None
            self._said += said
            self.lock = locks[0] if locks else self.lock
        order, _, self._said = self._said.partition(b"\n")
        return json.loads(order)

    def is_waiting(self) -> bool:
        """Whether there is another order, or the supervisor is gone."""
        waiting = select.poll()
        waiting.register(self._line, select.POLLIN)
        return b"\n" in self._said or bool(waiting.poll(0))

    def answer(self, number: int) -> None:
        """Says that it is done with that plan."""
        try:
            self._line.sendall(_line(number))
        except OSError:
            return


def _import_heavy_libraries() -> None:
    """Nothing is computed yet."""
    import sklearn.linear_model  # noqa: F401

    from engine import datasets, training  # noqa: F401
    from engine.lazy import keras, tensorflow

    _ = tensorflow.__version__, keras.__version__


if __name__ == "__main__":
    sys.exit(main())
