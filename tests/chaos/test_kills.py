"""The protocol under fire: two restless supervisors, and somebody who kills both them and the workers at random."""

import random
import time

import pytest

from engine.store import runs, transitions
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
STEPS, SEED, AT_A_TIME = 12, 20, 6


@pytest.mark.parametrize("kills", fire.counts(40, 250))
def test_random_kills_lose_nothing_and_double_nothing(workspace: Workspace, kills: int) -> None:
    chance, ids, hit = random.Random(SEED), [], {"worker": 0, "supervisor": 0}
    with fire.supervised(workspace) as supervisors:
        while sum(hit.values()) < kills:
            if len(transitions.unfinished(workspace)) < AT_A_TIME:
                ids.append(runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.02, keeps=len(ids) % 2 == 0)).id)
            time.sleep(chance.uniform(0.01, 0.2))
            alive = fire.at_work(workspace)
            if alive and chance.random() < 0.2:
                supervisors.kill(chance.randrange(2))
                hit["supervisor"] += 1
            elif alive and fire.kill(chance.choice(alive)):
                hit["worker"] += 1
        until(lambda: all(run.is_done for run in runs.all(workspace)), "every run ends", 120)
    print(f"\n{hit['worker']} workers and {hit['supervisor']} supervisors killed, {len(ids)} runs")
    assert hit["worker"] >= kills // 2, "too few workers were killed for this to mean anything"
    fire.assert_right(workspace, ids, STEPS)
