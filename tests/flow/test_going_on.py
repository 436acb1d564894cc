"""A run that is interrupted or paused goes on where it was: nothing is lost, doubled or counted against it."""

import os
import signal
import time
from pathlib import Path

import pytest

from engine.jobs import rounds
from engine.jobs.supervisor import Here
from engine.store import db, doctor, metrics, runs
from engine.store.runs import Run
from engine.store.workspace import Workspace
from tests.flow.toy import TOY, ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
STEPS = 120


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))


def begin(workspace: Workspace, steps: int = STEPS, ends: str = "well") -> Here:
    """A run at work that has kept something."""
    here = Here(workspace, runs.add(workspace, ToyPlan(steps=steps, seconds=0.01, ends=ends, keeps=True)).id, TOY)
    until(lambda: here.poll() and _reached(workspace, here.id), "the run keeps something")
    return here


def kill(workspace: Workspace, id: str, number: int = signal.SIGKILL) -> None:
    pid = runs.get(workspace, id).pid
    assert pid is not None
    os.kill(pid, number)


def assert_whole(workspace: Workspace, run: Run, steps: int = STEPS) -> None:
    assert (run.state, run.score) == ("succeeded", {"label": "Loss", "value": 1 / steps, "headline": f"{steps} steps"})
    assert metrics.series(workspace, run.id) == {"loss": (list(range(1, steps + 1)), [1 / step for step in range(1, steps + 1)])}
    assert [problem for problem in doctor.examine(workspace) if problem.where not in {"Disk", "SQLite"}] == []
    until(lambda: not workspace.checkpoints(run.id).exists(), "the checkpoints are gone", 5)


def _reached(workspace: Workspace, id: str) -> list[Path]:
    return [path for path in workspace.checkpoints(id).glob("*") if path.name.isdecimal()]


def test_a_killed_worker_goes_on_from_its_checkpoint(workspace: Workspace) -> None:
    here = begin(workspace)
    kill(workspace, here.id)
    until(lambda: here.poll().state == "queued", "the dead worker is noticed", 5)
    assert runs.get(workspace, here.id).message.startswith("The training was ended from outside. It goes on from epoch ")
    run = here.wait()
    assert run.attempt == 2 and run.resumed >= 1
    assert_whole(workspace, run)


def test_attempts_that_get_further_are_never_too_many(workspace: Workspace) -> None:
    here = begin(workspace, 400)
    for attempt in range(1, 7):
        until(lambda a=attempt: here.poll().begun == a and _further(workspace, here.id), "the attempt gets further")
        kill(workspace, here.id)
    run = here.wait()
    assert run.attempt >= 7
    assert_whole(workspace, run, 400)


def _further(workspace: Workspace, id: str) -> bool:
    run, newest = runs.get(workspace, id), max(_reached(workspace, id), key=lambda path: int(path.name))
    with_step = (newest / "state.json").read_text() if (newest / "state.json").exists() else ""
    return bool(with_step) and float(with_step.partition('"step": ')[2].split(",")[0]) > run.resumed


def test_a_worker_told_to_end_by_the_system_keeps_where_it_is(workspace: Workspace) -> None:
    here = begin(workspace)
    kill(workspace, here.id, signal.SIGTERM)
    until(lambda: here.poll().state == "queued", "the run waits again", 5)
    told = [event for event in runs.events(workspace, here.id) if event.after == "interrupted"]
    last = metrics.series(workspace, here.id)["loss"][0][-1]
    run = here.wait()
    assert [event.progress for event in told] == [True] and run.resumed == last
    assert_whole(workspace, run)


def test_a_paused_run_waits_and_goes_on_when_it_is_told_to(workspace: Workspace) -> None:
    here = begin(workspace)
    runs.wish(workspace, here.id, "pause")
    took = until(lambda: here.poll().state == "paused", "the run is paused", 5)
    assert took < 2
    last = metrics.series(workspace, here.id)["loss"][0][-1]
    for _ in range(5):
        assert here.poll().state == "paused"
        time.sleep(0.05)
    assert runs.get(workspace, here.id).message == f"It goes on from epoch {int(last)}."
    runs.resume(workspace, here.id)
    run = here.wait()
    assert (run.attempt, run.resumed) == (2, last)
    assert_whole(workspace, run)


def test_stopping_a_paused_run_keeps_its_best(workspace: Workspace) -> None:
    here = begin(workspace)
    runs.wish(workspace, here.id, "pause")
    until(lambda: here.poll().state == "paused", "the run is paused", 5)
    last = int(metrics.series(workspace, here.id)["loss"][0][-1])
    runs.wish(workspace, here.id, "stop")
    run = here.wait()
    assert run.state == "succeeded" and run.score is not None
    assert last < 1 / run.score["value"] < STEPS


def test_a_worker_that_dies_while_it_is_being_paused_leaves_a_paused_run(workspace: Workspace) -> None:
    here = begin(workspace)
    pid = runs.get(workspace, here.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    runs.wish(workspace, here.id, "pause")
    os.kill(pid, signal.SIGKILL)
    until(lambda: here.poll().state == "paused", "the run is paused", 5)
    runs.resume(workspace, here.id)
    assert_whole(workspace, here.wait())


def test_a_worker_that_dies_while_stopping_is_started_again_to_judge(workspace: Workspace) -> None:
    here = begin(workspace)
    pid = runs.get(workspace, here.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    runs.wish(workspace, here.id, "stop")
    os.kill(pid, signal.SIGKILL)
    run = here.wait()
    assert (run.state, run.attempt) == ("succeeded", 2) and run.score is not None and run.score["value"] > 1 / STEPS


@pytest.mark.parametrize("harm", ["truncated", "flipped", "emptied"])
def test_a_broken_checkpoint_is_passed_over(workspace: Workspace, harm: str) -> None:
    here = begin(workspace)
    until(lambda: len(_reached(workspace, here.id)) == 2, "it keeps two")
    pid = runs.get(workspace, here.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: runs.get(workspace, here.id).state == "running" and _gone(pid), "it is dead")
    newest = max(_reached(workspace, here.id), key=lambda path: int(path.name)) / "state.json"
    data = bytearray(newest.read_bytes())
    if harm == "flipped":
        data[len(data) // 2] ^= 4
    newest.write_bytes(data[: {"truncated": len(data) // 2, "emptied": 0}.get(harm, len(data))])
    run = here.wait()
    assert run.resumed > 0
    assert_whole(workspace, run)


def _gone(pid: int) -> bool:
    return (Path("/proc") / str(pid) / "stat").read_text().split()[2] == "Z" if Path(f"/proc/{pid}").exists() else True


def test_a_disk_that_fills_up_costs_nothing_once_there_is_room(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FULL_AT", "40")
    here = begin(workspace)
    until(lambda: here.poll().state == "queued", "the disk is full", 10)
    run = runs.get(workspace, here.id)
    assert run.reason == "disk_full" and run.message.startswith("The disk was full. It goes on from epoch ")
    assert not list(workspace.checkpoints(here.id).glob("*.tmp"))
    monkeypatch.setattr(rounds.disk, "free", lambda path: 2**29)
    assert here.poll().state == "queued" and here.poll().message.startswith("Waiting for room on the disk")
    monkeypatch.setattr(rounds.disk, "free", lambda path: 2**40)
    monkeypatch.delenv("TOY_FULL_AT")
    run = here.wait()
    assert run.resumed > 1
    assert_whole(workspace, run)


def test_checkpoints_go_when_a_run_fails_for_good(workspace: Workspace) -> None:
    run = Here(workspace, begin(workspace, ends="crash").id, TOY).wait()
    assert (run.state, run.reason) == ("failed", "worker_crash")
    assert not workspace.checkpoints(run.id).exists()


@pytest.mark.timeout(60)
def test_attempts_that_never_begin_are_counted_however_far_an_earlier_one_got(workspace: Workspace) -> None:
    here = begin(workspace)
    kill(workspace, here.id)
    until(lambda: here.poll().state == "queued", "the dead worker is noticed", 5)
    broken = Here(workspace, here.id, ("false",)).wait()
    assert (broken.state, broken.reason, broken.attempt) == ("failed", "worker_crash", 4)


def test_what_belongs_to_other_rows_is_thrown_away(workspace: Workspace) -> None:
    here = begin(workspace)
    kill(workspace, here.id)
    until(lambda: here.poll().state == "queued", "the dead worker is noticed", 5)
    with db.write(workspace) as database:
        sql = "INSERT INTO datasets (id, record, sha256, created) VALUES (?, '{\"source\": \"another file\"}', '', '')"
        database.execute(sql, (ToyPlan.dataset,))
    run = here.wait()
    assert (run.attempt, run.resumed) == (2, 0.0)
    with db.write(workspace) as database:
        database.execute("DELETE FROM datasets")
    assert_whole(workspace, run)
