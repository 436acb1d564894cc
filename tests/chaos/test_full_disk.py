"""The disk fills up at any moment: nothing is spoilt, the reason is named, and with room again everything goes on.

In the default suite the full disk is /dev/full in the place of the logs, and an fsync that fails. Under `chaos` it is a file system of
64 MiB that is filled and emptied again; it is mounted by whoever may (root).
"""

import errno
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from engine import checkpoints
from engine.jobs import locks, rounds, supervisor
from engine.jobs.keeping import Keeper
from engine.jobs.supervisor import Here
from engine.store import runs
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import SUPERVISE, TOY, ToyPlan
from tests.flow.watching import until, until_measured, until_state

pytestmark = pytest.mark.slow
FULL = Path("/dev/full")
STEPS = 100
SIZE = "64m"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))


def test_a_log_that_takes_nothing_hides_no_reason(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.01, keeps=True)).id
    workspace.run(run).mkdir()
    (workspace.run(run) / "log.txt").symlink_to(FULL)
    monkeypatch.setenv("TOY_FULL_AT", "40")
    here = Here(workspace, run, TOY)
    until(lambda: here.poll().reason, "the attempt ends")
    assert runs.get(workspace, run).reason == "disk_full"
    monkeypatch.delenv("TOY_FULL_AT")
    assert here.wait().resumed > 1
    fire.assert_right(workspace, [run], STEPS)


def test_a_bug_is_still_a_bug_when_the_log_takes_nothing(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan(steps=1, ends="badly")).id
    workspace.run(run).mkdir()
    (workspace.run(run) / "log.txt").symlink_to(FULL)
    done = Here(workspace, run, TOY).wait()
    assert (done.state, done.reason, done.attempt) == ("failed", "internal", 1)


def test_a_supervisor_outlives_a_full_disk(workspace: Workspace) -> None:
    """What it cannot do, and cannot even write down, it tries again."""
    run = runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.01)).id
    workspace.run(run).write_text("a file in the place of the folder: nothing can be made in it")
    with FULL.open("w") as full, subprocess.Popen([*SUPERVISE, str(workspace.path)], stderr=full, start_new_session=True) as process:
        try:
            until(lambda: not locks.is_free(workspace.path / "supervisor.lock"), "it runs")
            time.sleep(2.5)
            assert process.poll() is None, "it died of what it could not write down"
            workspace.run(run).unlink()
            until_state(workspace, run, "succeeded")
        finally:
            process.kill()
    fire.assert_right(workspace, [run], STEPS)


def test_housekeeping_outlives_a_full_disk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.jobs.keeping.sizes.measure", full)
    with FULL.open("w") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        Keeper(workspace).round()
        with suppress(OSError):
            stream.close()


@pytest.mark.chaos
@pytest.mark.timeout(fire.HOURS)
def test_a_real_disk_that_is_filled_at_random(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, reasons = random.Random(11), []
    monkeypatch.setenv("TOY_NEEDED", str(2**20))
    with mounted(tmp_path / "small") as place:
        workspace = Workspace.open(place / "workspace")
        with fire.supervised(workspace) as supervisors:
            for number in range(fire.full(20)):
                run = runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.02, keeps=number % 4 != 0)).id
                if number % 2:
                    until_measured(workspace, run)
                time.sleep(chance.uniform(0, 1.5))
                with filled(place):
                    time.sleep(chance.uniform(0.5, 2.5))
                    for path in checkpoints_of(workspace, run):
                        assert path.name.endswith(".tmp") or checkpoints._read(path) is not None, "a broken checkpoint"
                done = until_state(workspace, run, "succeeded", "failed", "cancelled", seconds=60)
                told = [event for event in runs.events(workspace, run) if event.after == "interrupted"]
                reasons.append([event.reason for event in told])
                assert done.state == "succeeded", (done.message, reasons)
                assert {event.message for event in told} <= {"The disk was full."}, reasons
                fire.assert_right(workspace, [run], STEPS)
            assert all(process.poll() is None for process in supervisors.all), "a supervisor died of it"
        supervisor._clear_leftovers(workspace)
        assert not list(workspace.runs.rglob("*.tmp"))
    print(f"\ninterrupted: {reasons}")
    assert sum(map(len, reasons)) >= fire.full(20) // 4, "the disk was hardly ever full when it mattered"


def checkpoints_of(workspace: Workspace, run: str) -> list[Path]:
    return [path for path in workspace.checkpoints(run).glob("*") if path.is_dir()]


@contextmanager
def mounted(place: Path) -> Iterator[Path]:
    """A file system of 64 MiB in memory."""
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"Only root may mount the small disk that is filled here, and not in every container: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """Meanwhile not one more byte fits on it."""
    ballast = place / "ballast"
    stuff = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    try:
        for size in (2**20, 4096, 1):
            with suppress(OSError):
                while True:
                    os.write(stuff, bytes(size))
        yield
    finally:
        os.close(stuff)
        ballast.unlink()
