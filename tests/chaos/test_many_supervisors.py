"""Several supervisors on one long queue: each run is started once an attempt, never two at one place, never more than places."""

import pytest

from engine.store import db, runs
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
PLACES, STEPS = 3, 3


@pytest.mark.parametrize("queued", fire.counts(8, 500))
def test_a_long_queue_under_four_supervisors(workspace: Workspace, queued: int) -> None:
    ids = [runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.005)).id for _ in range(queued)]
    with fire.supervised(workspace, 4, TOY_PLACES=str(PLACES)):
        until(lambda: all(run.is_done for run in runs.all(workspace)), "every run ends", 30 + 3 * queued)
    fire.assert_right(workspace, ids, STEPS)
    assert [run.attempt for run in runs.all(workspace)] == [1] * queued
    assert busiest(workspace) == PLACES


def busiest(workspace: Workspace) -> int:
    """How many were at work at the same time at most, by the order of the events, and never two of one run or at one place."""
    places = {row["id"]: row["place"] for row in db.rows(workspace, "SELECT id, place FROM runs")}
    working: dict[str, str] = {}
    most = 0
    for event in db.rows(workspace, "SELECT run, after FROM events ORDER BY seq"):
        if event["after"] == "starting":
            assert event["run"] not in working and places[event["run"]] not in working.values()
            working[event["run"]] = places[event["run"]]
            most = max(most, len(working))
        elif event["after"] not in {"running", "queued"}:
            working.pop(event["run"])
    return most
