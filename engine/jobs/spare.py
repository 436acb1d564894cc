"""A spare worker has imported the heavy libraries and waits for a run, so that training begins seconds sooner.

`Spare` is the supervisor's end; `python -m engine.jobs.spare WORKSPACE SOCKET` is the process. It is handed a run with the
run's lock through the socket and then is that run's worker, like any other. It ends when the supervisor does.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

import engine
from engine.jobs import processes, worker
from engine.jobs.worker import Work
from engine.store.workspace import Workspace

SPARE = (sys.executable, "-m", "engine.jobs.spare")
MEMORY_NEEDED = 3 * 2**30
LONGEST = 4096
SWITCH = "MODELWRIGHT_SPARE"


class Spare:
    """At most one waiting process."""

    def __init__(self, workspace: Workspace, program: tuple[str, ...] = SPARE) -> None:
        self._workspace = workspace
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._code = 0

    def keep(self) -> None:
        """Starts one if there is none, memory is plentiful and nobody has switched it off."""
        if os.environ.get(SWITCH) == "0":
            return
        if self._process is not None and self._process.poll() is None:
            return
        self.drop()
        if psutil.virtual_memory().available < MEMORY_NEEDED:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [self._workspace.path, theirs.fileno()]
            self._process = processes.start(self._program, arguments, self._workspace.logs / "spare.log", theirs.fileno())
        self._line, self._code = ours, _age_of_code()

    def hand(self, run: str, attempt: int, lock: int) -> "subprocess.Popen[bytes] | None":
        """Makes it the worker of that run; None if there is none, or if the program has changed since it was started."""
        process, line = self._process, self._line
        if process is None or line is None or process.poll() is not None or self._code != _age_of_code():
            self.drop()
            return None
        try:
            socket.send_fds(line, [json.dumps([run, attempt]).encode()], [lock])
        except OSError:
            self.drop()
            return None
        line.close()
        self._process = self._line = None
        return process

    def drop(self) -> None:
        """Ends it."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None


def _age_of_code() -> int:
    return max(path.stat().st_mtime_ns for path in Path(engine.__file__).parent.rglob("*.py"))


def main(arguments: Sequence[str] | None = None, prepare: Callable[[], None] | None = None, work: Work | None = None) -> int:
    """The process: imports, waits, works. `prepare` and `work` stand in for that in tests."""
    path, number = sys.argv[1:] if arguments is None else arguments
    workspace, line = Workspace(Path(path)), socket.socket(fileno=int(number))
    line.set_inheritable(False)
    worker.be_kind()
    (prepare or _import_heavy_libraries)()
    with line:
        said, locks, _, _ = socket.recv_fds(line, LONGEST, 1)
    if not said or not locks:
        return 0
    run, attempt = json.loads(said)
    with (workspace.run(run) / "log.txt").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    return worker.main([str(workspace.path), run, str(attempt), str(locks[0])], work)


def _import_heavy_libraries() -> None:
    """Nothing is computed: that would take hold of a graphics card's memory."""
    import sklearn.linear_model  # noqa: F401

    from engine import datasets, training  # noqa: F401
    from engine.lazy import keras, tensorflow

    _ = tensorflow.__version__, keras.__version__


if __name__ == "__main__":
    sys.exit(main())
