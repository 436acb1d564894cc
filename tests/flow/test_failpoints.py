"""Whatever dies at whatever place, the run ends well and once, and the doctor finds nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from engine.jobs import failpoints, rounds, supervisor
from engine.jobs.rounds import Rounds
from engine.store import doctor, metrics, runs, transitions
from engine.store.workspace import Workspace
from tests.flow.toy import ROUNDS, TOY, ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
STEPS = 12
IN_THE_SUPERVISOR = ["locked", "claimed", "spawned", "known"]
WHILE_BURYING = ["burying", "half-buried", "buried"]
IN_THE_WORKER = [
    "before-begin",
    "begun",
    "checkpoint-begun",
    "checkpoint-arrays",
    "checkpoint-files:3",
    "before-rename",
    "before-rename:4",
    "checkpoint-there:2",
    "checkpoint-done:3",
    "before-commit",
    "committed",
]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))


@pytest.fixture
def run(workspace: Workspace) -> str:
    return runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.01, keeps=True)).id


def finish(workspace: Workspace, id: str) -> None:
    """Looks after the run until it has ended, as the next supervisor would, and looks at what is left."""
    looking = Rounds(workspace, places=None, program=TOY)
    until(lambda: not looking.step(), "the run ends", 60)
    found, events = runs.get(workspace, id), [event.after for event in runs.events(workspace, id)]
    assert (found.state, found.score) == ("succeeded", {"label": "Loss", "value": 1 / STEPS, "headline": f"{STEPS} steps"})
    assert events.count("succeeded") == 1 and not (workspace.run(id) / "twice").exists()
    assert metrics.series(workspace, id) == {"loss": (list(range(1, STEPS + 1)), [1 / step for step in range(1, STEPS + 1)])}
    until(lambda: looking.step() or not _at_work(workspace, found.pid), "its process is gone")
    supervisor._clear_leftovers(workspace)
    assert [problem for problem in doctor.examine(workspace) if problem.where not in {"Disk", "SQLite"}] == []
    left = {path.name for path in workspace.run(id).iterdir()}
    assert left <= {"lock", "alone", "log.txt", "plan.json", "bundle"}


def _at_work(workspace: Workspace, pid: int | None) -> bool:
    return Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def looked_after(workspace: Workspace, failpoint: str) -> "subprocess.Popen[bytes]":
    environment = os.environ | {failpoints.VARIABLE: failpoint}
    return subprocess.Popen([*ROUNDS, str(workspace.path)], env=environment, start_new_session=True)


@pytest.mark.parametrize("failpoint", IN_THE_SUPERVISOR)
def test_a_supervisor_that_dies_there(workspace: Workspace, run: str, failpoint: str) -> None:
    assert looked_after(workspace, failpoint).wait(30) == failpoints.CODE
    finish(workspace, run)


@pytest.mark.parametrize("failpoint", WHILE_BURYING)
def test_a_supervisor_that_dies_while_it_buries(workspace: Workspace, run: str, failpoint: str) -> None:
    assert transitions.claim(workspace, run, 0) == 1
    assert looked_after(workspace, failpoint).wait(30) == failpoints.CODE
    finish(workspace, run)


@pytest.mark.parametrize("failpoint", IN_THE_WORKER)
def test_a_worker_that_dies_there(workspace: Workspace, run: str, failpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Rounds(workspace, program=TOY)
    monkeypatch.setenv(failpoints.VARIABLE, failpoint)
    until(lambda: looking.step() and looking._children, "the worker is started")
    monkeypatch.delenv(failpoints.VARIABLE)
    (child,) = looking._children.values()
    assert child.process.wait(30) == failpoints.CODE
    finish(workspace, run)


@pytest.mark.parametrize("failpoint", ["before-commit", "committed"])
def test_a_worker_that_dies_while_it_is_paused(workspace: Workspace, failpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.1, keeps=True)).id
    looking = Rounds(workspace, program=TOY)
    monkeypatch.setenv(failpoints.VARIABLE, failpoint)
    until(lambda: looking.step() and looking._children, "the worker is started")
    monkeypatch.delenv(failpoints.VARIABLE)
    runs.wish(workspace, run, "pause")
    (child,) = looking._children.values()
    assert child.process.wait(30) == failpoints.CODE
    until(lambda: looking.step() or runs.get(workspace, run).state == "paused", "the run is paused")
    assert runs.get(workspace, run).state == "paused"
    runs.resume(workspace, run)
    finish(workspace, run)


def test_without_the_variable_nothing_dies() -> None:
    failpoints.reach("committed")
    failpoints.reach("")
