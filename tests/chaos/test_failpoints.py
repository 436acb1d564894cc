"""Whatever dies at whatever place, the run ends well and once, and the doctor finds nothing.

Under `chaos` each place twenty times, coming by it for another time, in trainings of other lengths and paces.
"""

import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.jobs import failpoints, rounds, supervisor
from engine.jobs.rounds import Rounds
from engine.store import runs, transitions
from engine.store.workspace import Workspace
from tests.chaos import fire
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
SEEDS = range(1, fire.full(20) + 1)


@dataclass(frozen=True)
class Case:
    """Where something dies, in what training."""

    failpoint: str
    steps: int = STEPS
    seconds: float = 0.01

    def __str__(self) -> str:
        return f"{self.failpoint}-{self.steps}"


def cases(failpoints: list[str]) -> list:
    """Each place once as it stands, and under `chaos` with every seed."""
    return [pytest.param(Case(place), id=place) for place in failpoints] + [
        pytest.param(_other(place, seed), id=f"{place}-seed{seed}", marks=pytest.mark.chaos) for place in failpoints for seed in SEEDS
    ]


def _other(place: str, seed: int) -> Case:
    """What is come by once for each checkpoint is come by another number of times."""
    chance = random.Random(f"{place} {seed}")
    name, _, _ = place.partition(":")
    steps = chance.randint(4, 40)
    often = f"{name}:{chance.randint(1, steps - 2)}" if name.startswith("checkpoint") or name == "before-rename" else place
    return Case(often, steps, chance.choice([0.0, 0.002, 0.01, 0.02]))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))
    monkeypatch.setenv("TOY_SHARE", "inf")


def queued(workspace: Workspace, case: Case) -> str:
    return runs.add(workspace, ToyPlan(steps=case.steps, seconds=case.seconds, keeps=True)).id


def finish(workspace: Workspace, id: str, steps: int = STEPS) -> None:
    """Looks after the run until it has ended, as the next supervisor would, and looks at what is left."""
    looking = Rounds(workspace, places=None, program=TOY)
    until(lambda: not looking.step(), "the run ends", 60)
    found = runs.get(workspace, id)
    until(lambda: looking.step() or not _at_work(workspace, found.pid), "its process is gone")
    supervisor._clear_leftovers(workspace)
    fire.assert_right(workspace, [id], steps)
    left = {path.name for path in workspace.run(id).iterdir()}
    assert left <= {"lock", "alone", "log.txt", "plan.json", "bundle"}


def _at_work(workspace: Workspace, pid: int | None) -> bool:
    return Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def looked_after(workspace: Workspace, failpoint: str) -> "subprocess.Popen[bytes]":
    environment = os.environ | {failpoints.VARIABLE: failpoint}
    return subprocess.Popen([*ROUNDS, str(workspace.path)], env=environment, start_new_session=True)


@pytest.mark.parametrize("case", cases(IN_THE_SUPERVISOR))
def test_a_supervisor_that_dies_there(workspace: Workspace, case: Case) -> None:
    run = queued(workspace, case)
    assert looked_after(workspace, case.failpoint).wait(30) == failpoints.CODE
    finish(workspace, run, case.steps)


@pytest.mark.parametrize("case", cases(WHILE_BURYING))
def test_a_supervisor_that_dies_while_it_buries(workspace: Workspace, case: Case) -> None:
    run = queued(workspace, case)
    assert transitions.claim(workspace, run, 0) == 1
    assert looked_after(workspace, case.failpoint).wait(30) == failpoints.CODE
    finish(workspace, run, case.steps)


@pytest.mark.parametrize("case", cases(IN_THE_WORKER))
def test_a_worker_that_dies_there(workspace: Workspace, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    run, looking = queued(workspace, case), Rounds(workspace, program=TOY)
    monkeypatch.setenv(failpoints.VARIABLE, case.failpoint)
    until(lambda: looking.step() and looking._children, "the worker is started")
    monkeypatch.delenv(failpoints.VARIABLE)
    (child,) = looking._children.values()
    assert child.process.wait(30) == failpoints.CODE
    finish(workspace, run, case.steps)


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
