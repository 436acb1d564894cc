"""Another program holds the database: trainings go on, and what they measure meanwhile is written when it is free again."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.store import runs
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import SUPERVISE, ToyPlan
from tests.flow.watching import started, until, until_measured

pytestmark = pytest.mark.slow
STEPS, SECONDS = 120, 0.01
STRANGER = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextmanager
def held(workspace: Workspace, seconds: float) -> Iterator["subprocess.Popen[str]"]:
    """A program that has nothing to do with us holds it for so long."""
    command = [sys.executable, "-c", STRANGER, str(workspace.database), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("seconds", "patience"), [pytest.param(4, "0.5", id="few"), fire.many(60, "30")])
def test_trainings_go_on_and_lose_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, seconds: float, patience: str) -> None:
    """`patience`: how long everybody waits for the database before trying again."""
    monkeypatch.setenv("TOY_WAIT", patience)
    monkeypatch.setenv("MODELWRIGHT_SLOTS", "2")
    plans = [ToyPlan(steps=STEPS, seconds=SECONDS, keeps=True), *[ToyPlan(steps=STEPS, seconds=SECONDS)] * 3]
    ids = [runs.add(workspace, plan).id for plan in plans]
    with started(*SUPERVISE, workspace.path) as supervisor:
        for id in ids[:2]:
            until_measured(workspace, id)
        with held(workspace, seconds) as stranger:
            until(lambda: stranger.poll() is not None, "the other program lets go", seconds + 10)
        until(lambda: all(run.is_done for run in runs.all(workspace)), "every run ends", 60)
        assert supervisor.poll() is None
    assert [run.attempt for run in runs.all(workspace)] == [1] * len(ids)
    assert all(runs.get(workspace, id).facts["seconds"] < 4 for id in ids[:2]), "the training itself had to wait"
    fire.assert_right(workspace, ids, STEPS)
