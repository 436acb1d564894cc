"""Telling: what training says arrives soon, not too often, and whole."""

import math
import threading
import time
from collections.abc import Iterator

import pytest

from engine.jobs import sampling
from engine.jobs.telling import Telling
from engine.store import db, metrics, runs, transitions, usage
from engine.store.runs import Run
from engine.store.workspace import Workspace
from tests.flow.toy import ToyPlan
from tests.flow.watching import until


@pytest.fixture
def run(workspace: Workspace) -> Run:
    added = runs.add(workspace, ToyPlan())
    assert transitions.claim(workspace, added.id, 0) == 1
    assert transitions.begin(workspace, added.id, 1, transitions.Identity(4, 5, "a boot"))
    return runs.get(workspace, added.id)


@pytest.fixture
def tell(workspace: Workspace, run: Run) -> Iterator[Telling]:
    made = Telling(workspace, run.id, 1)
    yield made
    made.close()


def test_the_first_measure_is_written_at_once(workspace: Workspace, run: Run, tell: Telling) -> None:
    time.sleep(0.6)
    tell.metrics(0.1, {"running_loss": 2.0})
    until(lambda: metrics.after(workspace, run.id)[1], "the measure is there", 1)


def test_measures_are_written_at_most_four_times_a_second(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[float] = []
    report = transitions.report
    monkeypatch.setattr(transitions, "report", lambda *said: writes.append(time.monotonic()) or report(*said))
    tell = Telling(workspace, run.id, 1)
    until_end = time.monotonic() + 1.0
    step = 0
    while time.monotonic() < until_end:
        step += 1
        tell.metrics(step, {"loss": 1.0})
        time.sleep(0.001)
    tell.close()
    assert len(writes) <= 6
    assert len(metrics.series(workspace, run.id)["loss"][0]) == step


def test_training_is_not_kept_waiting_by_a_slow_database(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    written = threading.Event()
    report = transitions.report
    monkeypatch.setattr(transitions, "report", lambda *said: written.wait(10) and report(*said))
    tell = Telling(workspace, run.id, 1)
    for step in range(1000):
        tell.metrics(step, {"loss": 1.0})
    assert not metrics.series(workspace, run.id)
    written.set()
    tell.close()
    assert len(metrics.series(workspace, run.id)["loss"][0]) == 1000


def test_what_is_no_number_arrives(workspace: Workspace, run: Run, tell: Telling) -> None:
    tell.metrics(1, {"loss": math.nan})
    tell.close()
    assert math.isnan(metrics.series(workspace, run.id)["loss"][1][0])


def test_a_wish_comes_back_soon(workspace: Workspace, run: Run, tell: Telling) -> None:
    assert tell.metrics(1, {"loss": 1.0}) == "go on"
    runs.wish(workspace, run.id, "stop")
    until(lambda: tell.stage("Learning", 0.5) == "stop", "the wish is heard", 2)
    runs.wish(workspace, run.id, "cancel")
    until(lambda: tell.metrics(2, {"loss": 1.0}) == "cancel", "the later wish is heard", 2)


def test_facts_and_the_stage_are_kept_together(workspace: Workspace, run: Run, tell: Telling) -> None:
    tell.facts({"baseline": {"accuracy": 0.7}})
    tell.stage("Learning", 0.25)
    tell.close()
    facts = runs.get(workspace, run.id).facts
    assert (facts["baseline"], facts["stage"], facts["done"]) == ({"accuracy": 0.7}, "Learning", 0.25)


def test_nothing_is_lost_while_the_database_is_out_of_reach(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    report = transitions.report
    failing = threading.Event()
    failing.set()

    def sometimes(*said: object) -> bool:
        if failing.is_set():
            raise db.Busy("database is locked")
        return report(*said)

    monkeypatch.setattr(transitions, "report", sometimes)
    tell = Telling(workspace, run.id, 1)
    for step in range(1, 11):
        tell.metrics(step, {"loss": step})
        time.sleep(0.05)
    tell.stage("Learning")
    failing.clear()
    tell.close()
    assert metrics.series(workspace, run.id)["loss"] == (list(range(1, 11)), list(range(1, 11)))
    assert runs.get(workspace, run.id).facts["stage"] == "Learning"


def test_a_replaced_worker_is_told_to_leave(workspace: Workspace, run: Run, tell: Telling) -> None:
    runs.move(workspace, run.id, 1, "running", "interrupted", "worker_crash")
    until(lambda: tell.metrics(1, {"loss": 1.0}) == "cancel", "it is told", 5)
    assert tell.is_replaced


def test_what_the_process_uses_is_told(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "SAMPLE_SECONDS", 0.1)
    tell = Telling(workspace, run.id, 1)
    until(lambda: "ram" in runs.get(workspace, run.id).facts, "the memory is told", 5)
    tell.close()
    facts = runs.get(workspace, run.id).facts
    assert facts["ram"] > 10 * 2**20 and facts["cpu"] >= 0


def test_what_was_used_is_stored_without_a_write_of_its_own(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[float] = []
    write = db.write
    monkeypatch.setattr(db, "write", lambda *how, **more: writes.append(time.monotonic()) or write(*how, **more))
    tell = Telling(workspace, run.id, 1)
    time.sleep(2.5)
    tell.close()
    spent = usage.spent(workspace, run.id)
    assert 2.4 < spent.seconds < 4 and spent.processor_seconds >= 0
    stored = db.rows(workspace, "SELECT count(*) AS n FROM usage")[0]["n"]
    assert stored == len(writes) == 3


def test_what_was_used_while_the_database_was_out_of_reach_is_not_lost(
    workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "SAMPLE_SECONDS", 0.05)
    report, until_free = transitions.report, time.monotonic() + 1

    def busy(*said: object) -> bool:
        if time.monotonic() < until_free:
            raise db.Busy("database is locked")
        return report(*said)

    monkeypatch.setattr(transitions, "report", busy)
    tell = Telling(workspace, run.id, 1)
    time.sleep(1.5)
    tell.close()
    assert usage.spent(workspace, run.id).seconds > 1.4
