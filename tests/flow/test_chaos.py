"""The protocol under fire: two restless supervisors, and somebody who kills both them and the workers at random."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress

import pytest

from engine.store import doctor, metrics, runs, transitions
from engine.store.workspace import Workspace
from tests.flow.toy import ROUNDS, ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
RUNS, STEPS, KILLS = 10, 12, 40
SEED = 20


@pytest.mark.timeout(240)
def test_forty_random_kills_lose_nothing_and_double_nothing(workspace: Workspace) -> None:
    chance = random.Random(SEED)
    ids = [runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.02, keeps=number % 2 == 0)).id for number in range(RUNS)]
    supervisors = [_supervise(workspace) for _ in range(2)]
    try:
        killed = _kill_at_random(workspace, supervisors, chance)
        until(lambda: all(run.is_done for run in runs.all(workspace)), "every run ends", 120)
    finally:
        for process in supervisors:
            process.kill()
            process.wait()
    assert killed >= KILLS // 2, "too few workers were killed for this to mean anything"
    for id in ids:
        run = runs.get(workspace, id)
        events = runs.events(workspace, id)
        assert (run.state, run.score) == ("succeeded", {"label": "Loss", "value": 1 / STEPS, "headline": f"{STEPS} steps"})
        assert [event.after for event in events].count("succeeded") == 1
        assert [event.attempt for event in events if event.after == "starting"] == list(range(1, run.attempt + 1))
        assert metrics.series(workspace, id) == {"loss": (list(range(1, STEPS + 1)), [1 / step for step in range(1, STEPS + 1)])}
        assert not (workspace.run(id) / "twice").exists()
    assert [problem for problem in doctor.examine(workspace) if problem.where != "Disk" and problem.where != "SQLite"] == []


def _supervise(workspace: Workspace) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([*ROUNDS, str(workspace.path)], start_new_session=True)


def _kill_at_random(workspace: Workspace, supervisors: list["subprocess.Popen[bytes]"], chance: random.Random) -> int:
    """Forty kills while a worker lives, one in five of a supervisor (which is replaced); how many workers were hit."""
    workers = 0
    kills = 0
    while kills < KILLS and not all(run.is_done for run in runs.all(workspace)):
        time.sleep(chance.uniform(0.01, 0.09))
        alive = [run for run in transitions.unfinished(workspace) if run.state in transitions.ACTIVE and run.process]
        if not alive:
            continue
        if chance.random() < 0.2:
            position = chance.randrange(len(supervisors))
            supervisors[position].kill()
            supervisors[position].wait()
            supervisors[position] = _supervise(workspace)
            kills += 1
            continue
        if victim := chance.choice(alive).process:
            with suppress(ProcessLookupError):
                os.kill(victim.pid, signal.SIGKILL)
                workers += 1
                kills += 1
    return workers
