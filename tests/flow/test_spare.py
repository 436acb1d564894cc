"""The spare worker: handed a run it is a worker like any other, and otherwise it leaves no trace."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from engine.jobs import locks, spare
from engine.jobs.rounds import Rounds
from engine.jobs.spare import Spare
from engine.store import runs
from engine.store.workspace import Workspace
from tests.flow.toy import SPARE, TOY, ToyPlan
from tests.flow.watching import until, until_measured, until_state

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(spare.SWITCH, raising=False)


@pytest.fixture
def waiting(workspace: Workspace) -> Iterator[Spare]:
    made = Spare(workspace, SPARE)
    made.keep()
    yield made
    made.drop()


def test_a_spare_worker_trains_the_run_it_is_handed(workspace: Workspace, waiting: Spare) -> None:
    assert waiting._process is not None
    pid = waiting._process.pid
    rounds = Rounds(workspace, program=("false",), spare=waiting)
    run = runs.add(workspace, ToyPlan(steps=20))
    until(lambda: not rounds.step(), "the run ends")
    done = runs.get(workspace, run.id)
    assert (done.state, done.attempt, done.pid) == ("succeeded", 1, pid)
    assert "--- attempt 1" in (workspace.run(run.id) / "log.txt").read_text()


def test_it_is_noticed_when_a_spare_worker_dies_at_work(workspace: Workspace, waiting: Spare) -> None:
    rounds = Rounds(workspace, program=TOY, spare=waiting)
    run = runs.add(workspace, ToyPlan(steps=50, seconds=0.02))
    until(lambda: rounds.step() and runs.get(workspace, run.id).state == "running", "the run is at work")
    pid = until_measured(workspace, run.id).pid
    assert pid is not None
    os.kill(pid, 9)
    until(lambda: not rounds.step(), "the run ends")
    assert (runs.get(workspace, run.id).state, runs.get(workspace, run.id).attempt) == ("succeeded", 2)


def test_a_spare_worker_that_died_while_waiting_is_not_counted_on(workspace: Workspace, waiting: Spare) -> None:
    assert waiting._process is not None
    waiting._process.kill()
    waiting._process.wait()
    rounds = Rounds(workspace, program=TOY, spare=waiting)
    run = runs.add(workspace, ToyPlan())
    until(lambda: not rounds.step(), "the run ends")
    assert (runs.get(workspace, run.id).state, runs.get(workspace, run.id).attempt) == ("succeeded", 1)


def test_a_spare_worker_of_older_code_is_not_used(workspace: Workspace, waiting: Spare, monkeypatch: pytest.MonkeyPatch) -> None:
    process = waiting._process
    monkeypatch.setattr(spare, "_age_of_code", lambda: time.time_ns())
    assert waiting.hand("r0", 1, 0) is None
    assert process is not None and process.poll() is not None


def test_a_spare_worker_ends_with_its_supervisor(workspace: Workspace) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen([*SPARE, str(workspace.path), str(theirs.fileno())], pass_fds=[theirs.fileno()])
    ours.close()
    assert process.wait(30) == 0


def test_the_lock_is_free_when_a_spare_worker_dies_before_it_has_read_its_run(workspace: Workspace) -> None:
    ours, theirs = socket.socketpair()
    lock = locks.take(workspace.path / "a lock")
    assert lock is not None
    socket.send_fds(ours, [b"x"], [lock])
    os.close(lock)
    assert not locks.is_free(workspace.path / "a lock")
    theirs.close()
    assert locks.is_free(workspace.path / "a lock")
    ours.close()


def test_none_is_kept_when_it_is_switched_off(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(spare.SWITCH, "0")
    off = Spare(workspace, SPARE)
    off.keep()
    assert off._process is None


def test_what_a_spare_worker_imports_is_there() -> None:
    spare._import_heavy_libraries()


def test_none_is_kept_where_memory_is_short(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare, "MEMORY_NEEDED", 2**60)
    poor = Spare(workspace, SPARE)
    poor.keep()
    assert poor._process is None


def test_a_run_is_handed_over_while_the_spare_worker_still_starts(workspace: Workspace) -> None:
    early = Spare(workspace, SPARE)
    rounds = Rounds(workspace, program=("false",), spare=early)
    early.keep()
    run = runs.add(workspace, ToyPlan(steps=5))
    rounds.step()
    assert runs.get(workspace, run.id).state == "starting"
    assert until_state(workspace, run.id, "succeeded").attempt == 1
