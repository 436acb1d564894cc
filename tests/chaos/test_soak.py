"""Everything at once, for long: eight trainings at a time, two supervisors, three viewers, and nothing may grow, hang or get lost.

`make soak`; SOAK_MINUTES says how long (60).
"""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from websockets.asyncio.client import connect

from app import samples
from engine.store import runs, transitions
from engine.store.workspace import Workspace
from tests.bench.serving import App
from tests.bench.tab import Tab
from tests.chaos import fire
from tests.flow.toy import SUPERVISE, ToyPlan
from tests.flow.watching import started, until

MINUTES = float(os.environ.get("SOAK_MINUTES", "60"))
pytestmark = [pytest.mark.soak, pytest.mark.timeout(60 * (MINUTES + 10))]
AT_A_TIME, VIEWERS, PACE = 8, 3, 0.05
STEPS = 1200
SOON, LARGEST_LOG = 0.5, 128 * 2**20
A_SESSION, SESSIONS_KEPT, MORE = 3, 128, 24
"""Streamlit keeps the sessions of the last 128 closed pages, each with three descriptors. `MORE` are the connections to the database of
threads that had not been needed before."""


def test_everything_at_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWRIGHT_SLOTS", str(AT_A_TIME))
    seen, largest = Seen(), 0
    with started(*SUPERVISE, workspace.path) as first:
        until(lambda: (workspace.path / "supervisor.json").exists(), "the first supervisor runs")
        with fire.supervised(workspace, 1, TOY_PLACES=str(AT_A_TIME)) as second, App(workspace) as app:
            watched = [app.process.pid, first.pid, second.all[0].pid]
            ids, largest = asyncio.run(_soak(workspace, app, seen, lambda: _open(watched)))
            until(lambda: not transitions.unfinished(workspace), "every run ends", 60 + STEPS * PACE)
            most = seen.descriptors + MORE + A_SESSION * min(seen.sessions, SESSIONS_KEPT)
            until(lambda: _open(watched) <= most, f"at most {most} descriptors are open", 30)
            until(lambda: not _workers(workspace), "the workers have ended", 10)
            assert app.process.poll() is first.poll() is second.all[0].poll() is None
    late = statistics.quantiles(seen.late, n=20)[-1]
    print(f"\n{MINUTES:g} min, {len(ids)} runs, {len(seen.late)} measures seen, p95 after {late * 1000:.0f} ms,")
    print(f"median {statistics.median(seen.late) * 1000:.0f} ms, largest log {largest / 2**20:.1f} MB, load {os.getloadavg()}")
    until(lambda: not _processes(workspace), "nothing is left over", 30)
    assert _complaints(workspace) == []
    assert largest < LARGEST_LOG and late < SOON
    for id in ids:
        run = runs.get(workspace, id)
        assert (run.state, run.attempt, run.score) == ("succeeded", 1, {"label": "Loss", "value": 1 / STEPS, "headline": f"{STEPS} steps"})
    fire.assert_sound(workspace)


class Seen:
    """What the viewers saw: how late each measure of the time came, in seconds; how many pages were
    opened for it, and how many descriptors were open at first.
    """

    def __init__(self) -> None:
        self.late: list[float] = []
        self.descriptors = self.sessions = 0


async def _soak(workspace: Workspace, app: App, seen: Seen, descriptors: Callable[[], int]) -> tuple[list[str], int]:
    """Keeps eight at work and three watched; the runs, and how large the database's log became."""
    end, ids, largest = time.monotonic() + 60 * MINUTES, [], 0
    project = samples.open_sample(workspace, samples.get("breast_cancer")).id
    viewers = [asyncio.create_task(_view(workspace, app, seen, number, end)) for number in range(VIEWERS)]
    while time.monotonic() < end:
        while len(transitions.unfinished(workspace)) < AT_A_TIME:
            plan = ToyPlan(steps=STEPS, seconds=PACE, keeps=len(ids) % 2 == 0, clock=True)
            ids.append(runs.add(workspace, plan, project=project).id)
        await asyncio.sleep(1.0)
        log = workspace.database.with_name(workspace.database.name + "-wal")
        largest = max(largest, log.stat().st_size if log.exists() else 0)
        seen.descriptors = seen.descriptors or (descriptors() if len(seen.late) > 100 else 0)
    await asyncio.gather(*viewers)
    return ids, largest


async def _view(workspace: Workspace, app: App, seen: Seen, number: int, end: float) -> None:
    """One viewer: opens the page of a run and watches its curve to the end, then that of another run."""
    while time.monotonic() < end - 5:
        found = [run for run in transitions.unfinished(workspace) if run.state == "running"]
        if not found:
            await asyncio.sleep(0.5)
            continue
        run = found[number % len(found)].id
        async with Tab(app.url, "train", project=str(runs.get(workspace, run).project), run=run) as tab:
            seen.sessions += 1
            await tab.draw()
            await _watch(app, tab.token, run, seen, end)


async def _watch(app: App, token: str, run: str, seen: Seen, end: float) -> None:
    address = f"{app.url.replace('http', 'ws', 1)}/api/runs/{run}/ws?after=0&token={token}"
    async with connect(address, origin=app.url, max_size=None) as line:  # type: ignore[arg-type]
        is_history = True
        async for text in line:
            if not is_history:
                told = json.loads(text)["rows"].get("at", ((), ()))[1]
                seen.late += [time.time() - when for when in told]
            is_history = False
            if time.monotonic() > end:
                return


def _processes(workspace: Workspace) -> list[str]:
    found = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]) if process.pid != os.getpid()]
    return [command for command in found if str(workspace.path) in command]


def _workers(workspace: Workspace) -> list[str]:
    return [command for command in _processes(workspace) if " work " in command]


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _open(pids: list[int]) -> int:
    return sum(map(_descriptors, pids))


def _complaints(workspace: Workspace) -> list[str]:
    """Lines of any log that speak of a locked database."""
    logs = [*workspace.logs.glob("*"), *workspace.runs.glob("*/log.txt")]
    return [line for log in logs for line in log.read_text("utf-8", "replace").splitlines() if "locked" in line]
