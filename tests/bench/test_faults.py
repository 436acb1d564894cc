"""How soon a dead worker is noticed, how soon a wish is followed, what a supervisor costs that has nothing to do, and what it costs a
training that its measures are told.

The workers count instead of learning (tests/flow/toy.py), the supervisor is the real one; the last table trains a real network whose
steps are as small as they get. Asserts nothing about time. Run: make bench ARGS=tests/bench/test_faults.py
"""

import random
import time
from collections.abc import Callable
from statistics import median

import psutil
import pytest

from engine.jobs import locks, supervisor
from engine.jobs.telling import Telling
from engine.store import runs
from engine.store.workspace import Workspace
from tests.bench.tables import ms, scaled, show
from tests.bench.test_sampling import _at_work, _network
from tests.chaos import fire
from tests.flow.toy import SUPERVISE, ToyPlan
from tests.flow.watching import started, until, until_measured
from tests.lessons import Heard

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
ROUNDS, IDLE_SECONDS = scaled(20, 3), scaled(60, 5)
PAIRS, WINDOW = scaled(8, 2), 6.0
HEADS = ("what", "median", "p95", "slowest", "goal (p95)")
STEP = 0.01


def test_noticing_and_following(workspace: Workspace) -> None:
    rows = []
    with started(*SUPERVISE, workspace.path):
        for name, goal, act, is_over in (
            ("a killed worker is noticed", "3 s", _kill, _is_interrupted),
            ("a run is cancelled", "2 s", _wish("cancel"), _is("cancelled")),
            ("a run is paused", "2 s", _wish("pause"), _is("paused")),
            ("a run is stopped, its best kept", "–", _wish("stop"), _is("succeeded")),
        ):
            took = [_timed(workspace, act, is_over) for _ in range(ROUNDS)]
            rows.append([name, ms([median(took)]), ms([sorted(took)[round(0.95 * (len(took) - 1))]]), ms([max(took)]), goal])
    show(f"From the fault or the click until the store says so ({ROUNDS} times, steps of {STEP * 1000:.0f} ms)", HEADS, rows)


def test_an_idle_supervisor(workspace: Workspace) -> None:
    rows = []
    for name, prepare in (("nothing to look after", lambda: None), ("one paused and twenty cancelled runs", lambda: _filled(workspace))):
        prepare()
        supervisor.ensure(workspace)
        until(lambda: not locks.is_free(workspace.path / "supervisor.lock") and supervisor._read_identity(workspace), "it runs")
        time.sleep(7.0)
        found = supervisor._read_identity(workspace)
        assert found is not None
        process = psutil.Process(found.pid)
        before, began = process.cpu_times(), time.monotonic()
        time.sleep(IDLE_SECONDS)
        used = sum(process.cpu_times()[:2]) - sum(before[:2])
        share = 100 * used / (time.monotonic() - began)
        rows.append([name, f"{share:.2f} %", f"{process.memory_info().rss / 1e6:.0f} MB", "0.5 %"])
        supervisor.stop(workspace)
    show(f"A supervisor with nothing to do, over {IDLE_SECONDS:.0f} s", ("state", "of a core", "memory", "goal"), rows)


def test_what_telling_costs(workspace: Workspace) -> None:
    """Windows with measures written to the store and with measures dropped, in turn; processor time of the whole process."""
    epoch, run = _network(), _at_work(workspace)
    epoch(Telling(workspace, run, 1))
    pairs = [_pair(workspace, run, epoch, i % 2 == 0) for i in range(PAIRS)]
    more = [100 * (told / dropped - 1) for told, dropped in pairs]
    rows = [
        ["processor time of an epoch of 100 steps, measures written", ms([pair[0] for pair in pairs])],
        ["the same, measures dropped", ms([pair[1] for pair in pairs])],
        ["more by (median of pairs; smallest, largest)", f"{median(more):.1f} % ({min(more):.1f}, {max(more):.1f})"],
    ]
    show("Telling measures, network of 4 neurons, batch 8, 800 rows", ("what", "value"), rows)


def _pair(workspace: Workspace, run: str, epoch: Callable[[object], None], told_first: bool) -> tuple[float, float]:
    took = {}
    for is_told in (told_first, not told_first):
        tell = Telling(workspace, run, 1) if is_told else Heard()
        took[is_told] = _per_epoch(epoch, tell)
        if isinstance(tell, Telling):
            tell.close()
    return took[True], took[False]


def _per_epoch(epoch: Callable[[object], None], tell: object) -> float:
    count, began, until = 0, time.process_time(), time.monotonic() + WINDOW
    while time.monotonic() < until:
        epoch(tell)
        count += 1
    return (time.process_time() - began) / count


def _timed(workspace: Workspace, act: Callable[[Workspace, str], None], is_over: Callable[[Workspace, str], bool]) -> float:
    """A run is brought to work, something is done to it at a random moment, and the seconds are counted until that shows."""
    run = runs.add(workspace, ToyPlan(steps=100_000, seconds=STEP, keeps=True)).id
    until_measured(workspace, run)
    time.sleep(random.uniform(0.2, 0.7))
    act(workspace, run)
    took = until(lambda: is_over(workspace, run), "it shows")
    if not runs.get(workspace, run).is_done:
        runs.wish(workspace, run, "cancel")
        until(lambda: runs.get(workspace, run).is_done, "it ends")
    return took


def _kill(workspace: Workspace, run: str) -> None:
    assert fire.kill(*fire.at_work(workspace))


def _is_interrupted(workspace: Workspace, run: str) -> bool:
    return any(event.after == "interrupted" for event in runs.events(workspace, run))


def _wish(what: str) -> Callable[[Workspace, str], None]:
    return lambda workspace, run: runs.wish(workspace, run, what) and None  # type: ignore[arg-type, func-returns-value]


def _is(state: str) -> Callable[[Workspace, str], bool]:
    return lambda workspace, run: runs.get(workspace, run).state == state


def _filled(workspace: Workspace) -> None:
    """Some history, as after a week of use."""
    for number in range(21):
        run = runs.add(workspace, ToyPlan()).id
        runs.wish(workspace, run, "pause" if number == 0 else "cancel")
    assert all(run.is_done or run.state == "paused" for run in runs.all(workspace)), [run.state for run in runs.all(workspace)]
