"""What the chaos tests share: two counts for each fault, supervisors that do not mind each other, and what must hold afterwards.

CHAOS_SCALE=0.1 makes the full counts that much smaller.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from engine.jobs import processes
from engine.store import doctor, metrics, runs, transitions
from engine.store.transitions import Identity
from engine.store.workspace import Workspace
from tests.flow.toy import ROUNDS

SCALE = float(os.environ.get("CHAOS_SCALE", "1"))
SURROUNDINGS = {"Disk", "SQLite"}
HOURS = 4 * 3600


def full(count: int) -> int:
    """That many, or fewer in a small try."""
    return max(1, round(count * SCALE))


def counts(few: int, many: int) -> list[Any]:
    """For `parametrize`: few in the default suite, many under the marker `chaos`."""
    return [pytest.param(few, id="few"), pytest.param(full(many), id="many", marks=[pytest.mark.chaos, pytest.mark.timeout(HOURS)])]


def many(*values: object) -> Any:
    """The same for values of other kinds: these only under the marker `chaos`."""
    return pytest.param(*values, marks=[pytest.mark.chaos, pytest.mark.timeout(HOURS)])


class Supervisors:
    """Some that look after one workspace at the same time, each replaced when it is killed."""

    def __init__(self, workspace: Workspace, number: int, environment: Mapping[str, str] | None = None) -> None:
        self.workspace = workspace
        self.environment = {**os.environ, **(environment or {})}
        self.all = [self._start() for _ in range(number)]

    def kill(self, position: int) -> None:
        """Kills that one; another takes its place."""
        self.all[position].kill()
        self.all[position].wait()
        self.all[position] = self._start()

    def end(self) -> None:
        for process in self.all:
            process.kill()
            process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        with (self.workspace.logs / "supervisors.log").open("ab") as log:
            return subprocess.Popen([*ROUNDS, str(self.workspace.path)], env=self.environment, start_new_session=True, stderr=log)


@contextmanager
def supervised(workspace: Workspace, number: int = 2, **environment: str) -> Iterator[Supervisors]:
    """Meanwhile that many look after the workspace."""
    with ExitStack() as stack:
        found = Supervisors(workspace, number, environment)
        stack.callback(found.end)
        yield found


def at_work(workspace: Workspace) -> list[Identity]:
    """The workers of this moment."""
    return [run.process for run in transitions.unfinished(workspace) if run.state in transitions.ACTIVE and run.process]


def kill(process: Identity) -> bool:
    """Ends that very process at once; False if it has gone before."""
    return processes.signal_group(process, signal.SIGKILL)


def expected(steps: int) -> dict[str, tuple[list[int], list[float]]]:
    """All measures of a toy training."""
    return {"loss": (list(range(1, steps + 1)), [1 / step for step in range(1, steps + 1)])}


def assert_right(workspace: Workspace, ids: Sequence[str], steps: int) -> None:
    """Each toy run has ended well and once, with the right result and every measure once, and never two worked on it."""
    for id in ids:
        run, events = runs.get(workspace, id), runs.events(workspace, id)
        assert (run.state, run.score) == ("succeeded", {"label": "Loss", "value": 1 / steps, "headline": f"{steps} steps"}), run.message
        assert [event.after for event in events].count("succeeded") == 1
        assert [event.attempt for event in events if event.after == "starting"] == list(range(1, run.attempt + 1))
        assert metrics.series(workspace, id) == expected(steps)
        assert not (workspace.run(id) / "twice").exists()
    assert_sound(workspace)


def assert_sound(workspace: Workspace) -> None:
    """The doctor finds nothing."""
    assert [problem for problem in doctor.examine(workspace) if problem.where not in SURROUNDINGS] == []


def freeze(process: Identity) -> bool:
    return processes.signal_group(process, signal.SIGSTOP)


def thaw(process: Identity) -> None:
    with suppress(ProcessLookupError):
        processes.signal_group(process, signal.SIGCONT)
