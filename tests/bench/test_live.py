"""How long a person waits: from the click to the first measure, and from a measure to its being visible.

Prints tables; asserts nothing about time. Run: make bench ARGS=tests/bench/test_live.py
"""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from engine import advice, datasets
from engine import plan as plans
from engine.architectures import ARCHITECTURES
from engine.jobs import supervisor
from engine.jobs.rounds import Rounds
from engine.jobs.spare import SWITCH, Spare
from engine.jobs.telling import Telling
from engine.plan import Plan
from engine.store import db, metrics, runs, transitions
from engine.store.transitions import Identity
from engine.store.workspace import Workspace
from tests.bench.tables import ms, ratio, scaled, seconds, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
SAMPLES = Path(__file__).parents[2] / "sample_data"
ROUNDS = scaled(3)


class AnyPlan:
    """What `runs.add` needs of a plan."""

    dataset, name = "d0000000000", "Any"

    def model_dump_json(self) -> str:
        return json.dumps({"dataset": self.dataset})


@pytest.mark.parametrize(("sample", "kind"), [("breast_cancer.csv", "mlp"), ("steel_defects.zip", "cnn")])
def test_click_to_first_measure(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, sample: str, kind: str) -> None:
    """With an idle supervisor: the run is queued, and the first row is in the store."""
    monkeypatch.delenv(SWITCH, raising=False)
    plan = _plan(workspace, SAMPLES / sample, kind)
    cold = [_first_measure(workspace, plan, None) for _ in range(ROUNDS)]
    warm = [_first_measure(workspace, plan, _warm_spare(workspace)) for _ in range(ROUNDS)]
    show(
        f"Click to first measure, {kind}, {sample} (median of {ROUNDS})",
        ["worker", "to 'running'", "to first measure", "ratio"],
        [
            ["cold", seconds([c[0] for c in cold]), seconds([c[1] for c in cold]), "1.00"],
            ["spare", seconds([w[0] for w in warm]), seconds([w[1] for w in warm]), ratio(_middle(warm), _middle(cold))],
        ],
    )


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


def _plan(workspace: Workspace, path: Path, kind: str) -> Plan:
    dataset = datasets.add(workspace, path, path.name)
    table, profile = datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, table, profile)
    wanted = ARCHITECTURES.get(kind)
    shape = next(c.architecture for c in advice.architectures(profile, plan.inputs, plan.task) if isinstance(c.architecture, wanted))
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, shape))
    plan = plan.model_copy(update={"architecture": shape, "recipe": steps, "training": advice.training(profile, shape)})
    return plans.with_setting(plan, "training.epochs", "3")


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


def _warm_spare(workspace: Workspace) -> Spare:
    """A spare worker that has finished its imports: it uses no more processor time."""
    import psutil

    spare = Spare(workspace)
    spare.keep()
    assert spare._process is not None
    process = psutil.Process(spare._process.pid)
    used = -1.0
    while (now := sum(process.cpu_times()[:2])) > used or now < 1.0:
        used = now
        time.sleep(1.0)
    return spare


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


def _middle(pairs: list[tuple[float, float]]) -> float:
    return median(first for _, first in pairs)
