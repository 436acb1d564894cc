"""How long a person waits: from the click to the first measure, and from a measure to its being visible.

Prints tables; asserts nothing about time. Run: make bench ARGS=tests/bench/test_live.py
"""

import json
import threading
import time
from collections.abc import Callable

import pytest

from app import samples
from engine import plan as plans
from engine.jobs import supervisor
from engine.jobs.rounds import Rounds
from engine.jobs.spare import SWITCH, Spare
from engine.jobs.telling import Telling
from engine.plan import Plan
from engine.store import db, metrics, preparing, runs, transitions
from engine.store.transitions import Identity
from engine.store.workspace import Workspace
from tests.bench.tables import ms, scaled, seconds, show, tail
from tests.flow.watching import until

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
ROUNDS = scaled(3)


class AnyPlan:
    """What `runs.add` needs of a plan."""

    dataset, name = "d0000000000", "Any"

    def model_dump_json(self) -> str:
        return json.dumps({"dataset": self.dataset})


def test_queued_to_first_measure(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """All samples as they are proposed, each in a new process, in one that has imported everything, and in one that has prepared it."""
    monkeypatch.delenv(SWITCH, raising=False)
    rows, all = [], {way: list[tuple[float, float]]() for way in WAYS}
    for sample in samples.all():
        project = samples.open_sample(workspace, sample)
        plan = plans.with_setting(Plan.model_validate(project.draft["plan"]), "training.epochs", "3")
        for way in WAYS:
            took = [_first_measure(workspace, plan, WAYS[way](workspace, plan)) for _ in range(ROUNDS)]
            all[way] += took
            rows.append([f"{sample.id} ({plan.architecture.kind})", way, *_shown(took)])
    rows += [["all", way, *_shown(took)] for way, took in all.items()]
    show(f"From the queue to the first measure in the store ({ROUNDS} rounds)", ["sample", "worker", *HEADS], rows)


def test_measure_to_visible(workspace: Workspace) -> None:
    """A reader asks every 5 ms whether something changed, as the live route does less often; this is the store's own share."""
    run = _at_work(workspace)
    direct = [_seen_after(workspace, run, lambda step: metrics.add(workspace, run, 1, step, {"direct": 1.0}), step) for step in range(100)]
    tell = Telling(workspace, run, 1)
    told = []
    for step in range(40):
        told.append(_seen_after(workspace, run, lambda step: tell.metrics(step, {"told": 1.0}), 1000 + step))
        time.sleep(0.011 * (step % 10))
    tell.close()
    show(
        "From a measure to its row being read",
        ["way", "median", "slowest"],
        [["written to the store", ms(direct), ms([max(direct)])], ["said by training (4 writes a second)", ms(told), ms([max(told)])]],
    )


def test_small_questions_to_the_store(workspace: Workspace) -> None:
    """What pages ask several times a second, with 20 runs of 2,000 rows each."""
    ids = [_at_work(workspace) for _ in range(20)]
    for id in ids:
        transitions.report(workspace, id, 1, [transitions.Point("loss", step, 1.0) for step in range(2000)], {"epoch": 1})
    last, _ = metrics.after(workspace, ids[0])
    supervisor.ensure(workspace)
    asked: dict[str, Callable[[], object]] = {
        "runs.get": lambda: runs.get(workspace, ids[0]),
        "runs.all (20)": lambda: runs.all(workspace),
        "metrics.after, nothing new": lambda: metrics.after(workspace, ids[0], last),
        "metrics.after, all 2,000": lambda: metrics.after(workspace, ids[0]),
        "metrics.series, 2,000": lambda: metrics.series(workspace, ids[0]),
        "db.data_version": lambda: db.data_version(workspace),
        "Workspace.open": lambda: Workspace.open(workspace.path),
        "supervisor.ensure": lambda: supervisor.ensure(workspace),
    }
    rows = [[name, ms([_timed(ask) for _ in range(50)])] for name, ask in asked.items()]
    supervisor.stop(workspace)
    show("Small questions to the store (median of 50)", ["question", "time"], rows)


def _first_measure(workspace: Workspace, plan: Plan, spare: Spare | None) -> tuple[float, float]:
    run = runs.add(workspace, plan)
    rounds = Rounds(workspace, only=run.id, places=None, spare=spare)
    began, running, first = time.monotonic(), 0.0, 0.0
    while rounds.step():
        if not running and runs.get(workspace, run.id).state == "running":
            running = time.monotonic() - began
        if not first and metrics.after(workspace, run.id)[1]:
            first = time.monotonic() - began
        time.sleep(0.005)
    assert runs.get(workspace, run.id).state == "succeeded"
    return running, first


def _none(workspace: Workspace, plan: Plan) -> None:
    """No spare worker."""


def _imported(workspace: Workspace, plan: Plan) -> Spare:
    """A spare worker that has finished its imports."""
    spare = Spare(workspace)
    spare.keep()
    until(lambda: spare.is_ready, "it has imported everything", 300)
    return spare


def _prepared(workspace: Workspace, plan: Plan) -> Spare:
    """One that has prepared that plan as well."""
    spare = _imported(workspace, plan)
    preparing.look_at(workspace, plan)
    looked = preparing.latest(workspace)
    assert looked is not None
    spare.prepare(looked)
    until(lambda: spare.is_ready, "it has prepared the plan", 300)
    return spare


WAYS: dict[str, Callable[[Workspace, Plan], Spare | None]] = {"new": _none, "imported": _imported, "prepared": _prepared}
HEADS = ("to 'running'", "p95", "to first measure", "p95")


def _shown(took: list[tuple[float, float]]) -> list[str]:
    running, first = zip(*took, strict=True)
    return [seconds(running), tail(running), seconds(first), tail(first)]


def _at_work(workspace: Workspace) -> str:
    run = runs.add(workspace, AnyPlan())
    transitions.claim(workspace, run.id, 0)
    transitions.begin(workspace, run.id, 1, Identity(4, 5, "a boot"))
    return run.id


def _seen_after(workspace: Workspace, run: str, say: Callable[[int], object], step: int) -> float:
    """Seconds from before it is said until another thread has read it."""
    seen: list[float] = []
    last, _ = metrics.after(workspace, run)
    ready = threading.Event()

    def read() -> None:
        version = db.data_version(workspace)
        ready.set()
        while not seen:
            if (now := db.data_version(workspace)) != version and metrics.after(workspace, run, last)[1]:
                seen.append(time.monotonic())
            version = now
            time.sleep(0.005)

    reader = threading.Thread(target=read)
    reader.start()
    ready.wait()
    began = time.monotonic()
    say(step)
    reader.join()
    return seen[0] - began


def _timed(ask: Callable[[], object]) -> float:
    began = time.monotonic()
    ask()
    return time.monotonic() - began
