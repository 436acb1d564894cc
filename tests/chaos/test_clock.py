"""The clock is set a day forward or back, in the workers, in the supervisors or in both, also in the middle: nobody is taken for dead."""

import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from engine.store import runs
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import ToyPlan
from tests.flow.watching import until, until_measured, until_state

pytestmark = pytest.mark.slow
STEPS = 150
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
JUMPS = ["+1d", "-1d"]


@pytest.fixture
def clock(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that says how far the clock is off, for every process started from now on; how time passes is not changed."""
    if LIBRARY is None:
        pytest.skip("A clock can only be set wrong with libfaketime. On Debian and Ubuntu: apt-get install libfaketime")
    told = workspace.path.parent / "clock"
    told.write_text("+0")
    monkeypatch.setenv("LD_PRELOAD", str(LIBRARY))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(told))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    return told


def set_clock(clock: Path, jump: str) -> None:
    unfinished = clock.with_suffix(".tmp")
    unfinished.write_text(jump)
    unfinished.replace(clock)


@pytest.mark.parametrize("jump", JUMPS)
def test_the_clock_jumps_during_a_training(workspace: Workspace, clock: Path, jump: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.01, keeps=True)).id
    with fire.supervised(workspace):
        monkeypatch.delenv("LD_PRELOAD")
        until_measured(workspace, run)
        set_clock(clock, jump)
        done = until_state(workspace, run, "succeeded", "failed")
    assert done.attempt == 1 and 0 < done.facts["seconds"] < 60
    assert abs(_seconds(done.ended) - time.time()) > 80_000, "the clock was not wrong at all"
    fire.assert_right(workspace, [run], STEPS)


@pytest.mark.parametrize("jump", ["-1d", fire.many("+1d")])
def test_a_worker_dies_under_a_clock_that_was_set(workspace: Workspace, clock: Path, jump: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noticed as ever, and goes on where it was."""
    run = runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.01, keeps=True)).id
    with fire.supervised(workspace):
        monkeypatch.delenv("LD_PRELOAD")
        until_measured(workspace, run)
        set_clock(clock, jump)
        assert fire.kill(*fire.at_work(workspace))
        took = until(lambda: runs.get(workspace, run).attempt == 2, "it is started again")
        done = until_state(workspace, run, "succeeded", "failed")
    assert took < 10 and done.attempt == 2
    fire.assert_right(workspace, [run], STEPS)


@pytest.mark.parametrize("wrong", ["workers", "supervisors"])
@pytest.mark.parametrize("jump", [fire.many(jump) for jump in JUMPS])
def test_only_one_kind_of_process_has_the_wrong_time(workspace: Workspace, clock: Path, wrong: str, jump: str) -> None:
    """Each sees the other's times as a day off; none of them decides anything by them."""
    ids = [runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.01)).id for _ in range(6)]
    set_clock(clock, jump)
    environment = {"TOY_CLOCK": "right"} if wrong == "supervisors" else {}
    if wrong == "workers":
        environment = {"LD_PRELOAD": "", "TOY_CLOCK": os.environ["LD_PRELOAD"]}
    with fire.supervised(workspace, **environment):
        until(lambda: all(run.is_done for run in runs.all(workspace)), "every run ends", 60)
    assert [run.attempt for run in runs.all(workspace)] == [1] * len(ids)
    assert all(0 < run.facts["seconds"] < 60 for run in runs.all(workspace))
    fire.assert_right(workspace, ids, STEPS)


def _seconds(when: str | None) -> float:
    assert when
    return datetime.fromisoformat(when).timestamp()
