"""Workers and supervisors that are stopped for longer than anybody waits for anything: nobody is taken for dead.

As when a laptop sleeps. The one wait there is, 30 s for the database, is scaled down: to 0.3 s, for stops of 1.2 s.
"""

import random
import time

import pytest

from engine.jobs import processes
from engine.store import runs, transitions
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
STEPS, WAIT, STOPPED, AT_A_TIME = 60, "0.3", 1.2, 4


@pytest.mark.parametrize("stops", fire.counts(3, 60))
def test_stopped_processes_are_not_taken_for_dead(workspace: Workspace, stops: int) -> None:
    chance, ids, hit = random.Random(7), [], {"worker": 0, "supervisor": 0}
    with fire.supervised(workspace, 2, TOY_WAIT=WAIT) as supervisors:
        while sum(hit.values()) < stops:
            while len(transitions.unfinished(workspace)) < AT_A_TIME:
                ids.append(runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.02, keeps=len(ids) % 2 == 0)).id)
            time.sleep(chance.uniform(0.05, 0.5))
            workers = fire.at_work(workspace)
            watchers = [found for process in supervisors.all if (found := processes.of(process.pid))]
            if not workers or not watchers:
                continue
            kind = chance.choice(["worker", "worker", "supervisor"])
            frozen = [one for one in (workers if kind == "worker" else watchers) if fire.freeze(one)]
            time.sleep(STOPPED)
            for one in frozen:
                fire.thaw(one)
            hit[kind] += bool(frozen)
        until(lambda: all(run.is_done for run in runs.all(workspace)), "every run ends", 120)
    print(f"\nstopped workers {hit['worker']} times and supervisors {hit['supervisor']} times, {len(ids)} runs")
    fire.assert_right(workspace, ids, STEPS)
    assert [run.attempt for run in runs.all(workspace)] == [1] * len(ids), "something was started again without need"
