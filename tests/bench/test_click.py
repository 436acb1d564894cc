"""How long a person waits after clicking "Start training" until the first point of the curve is on the screen.

With and without a spare worker. A real Chromium, a real worker, the sample "breast_cancer". Asserts nothing about time.
Run: make bench ARGS=tests/bench/test_click.py
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import samples
from engine.store import metrics, runs
from engine.store.workspace import Workspace
from tests.bench import drawing
from tests.bench.serving import App
from tests.bench.tables import ratio, scaled, seconds, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
ROUNDS = scaled(5, 1)
START = 'button:has-text("Start training")'


def test_click_to_first_live_point(tmp_path: Path, browser: Browser) -> None:
    """The page answers; the run is at work; its first measures are stored; its first point is painted. All from the click on."""
    cold = _rounds(Workspace.open(tmp_path / "cold"), browser, with_spare=False)
    warm = _rounds(Workspace.open(tmp_path / "warm"), browser, with_spare=True)
    rows = []
    for name, waits in (("none", cold), ("waiting", warm)):
        stages = list(zip(*waits, strict=True))
        rows.append([name, *map(seconds, stages), ratio(_middle(waits), _middle(cold))])
    heads = ["spare worker", "page answers", "at work", "first measure", "first epoch", "first point drawn", "ratio"]
    show(f"Click on Start training to the first live point (median of {ROUNDS})", heads, rows)


def _rounds(workspace: Workspace, browser: Browser, with_spare: bool) -> list[tuple[float, ...]]:
    with App(workspace, with_spare=with_spare) as app:
        return [_round(app, browser) for _ in range(ROUNDS)]


def _round(app: App, browser: Browser) -> tuple[float, ...]:
    """A project of its own each time, so that each run is a first one; the measured times of the desk are on the page before the click."""
    project = samples.open_sample(app.workspace, samples.get("breast_cancer"))
    page = drawing.watched(browser.new_page(viewport={"width": 1360, "height": 900}))
    page.goto(f"{app.url}/train?project={project.id}")
    page.get_by_text("on this computer, at most").wait_for(timeout=300_000)
    if app.with_spare:
        drawing.until(lambda: _is_warm(app), "the spare worker is warm", every=0.5)
    noted = _Noted(app.workspace, project.id)
    page.evaluate(drawing.FIRST_POINT)
    page.locator(START).click()
    drawing.until(lambda: page.evaluate("mw.seen"), "the first point is painted")
    noted.join(60)
    clicked, left, seen = (at / 1000 for at in page.evaluate("[mw.clicked, mw.left, mw.seen]"))
    _end(app, noted.run_id, page)
    return left - clicked, noted.working - clicked, noted.measured - clicked, noted.judged - clicked, seen - clicked


class _Noted(threading.Thread):
    """Looks into the store every few milliseconds: when the project's run is at work, when its first measure is there (within the first
    epoch: a line needs two), and when the first epoch is judged."""

    def __init__(self, workspace: Workspace, project: str) -> None:
        super().__init__(daemon=True)
        self.workspace, self.project = workspace, project
        self.run_id, self.working, self.measured, self.judged = "", 0.0, 0.0, 0.0
        self.start()

    def run(self) -> None:
        self.run_id = self._when(lambda: next((run.id for run in runs.all(self.workspace, project=self.project)), ""))[0]
        self.working = self._when(lambda: runs.get(self.workspace, self.run_id).state == "running")[1]
        self.measured = self._when(lambda: metrics.after(self.workspace, self.run_id, limit=1)[1])[1]
        self.judged = self._when(lambda: "val_loss" in metrics.series(self.workspace, self.run_id))[1]

    def _when(self, holds: Callable[[], object]) -> tuple[object, float]:
        while not (found := holds()):
            time.sleep(0.005)
        return found, time.time()


def _is_warm(app: App) -> bool:
    """It has imported everything: it uses no more processor time."""
    spares = app.others("engine.jobs.spare")
    if not spares:
        return False
    before = sum(spares[0].cpu_times()[:2])
    time.sleep(1.5)
    return bool(before > 1.0 and sum(spares[0].cpu_times()[:2]) - before < 0.01)


def _end(app: App, run: str, page: Page) -> None:
    """Also waits for the processes to go: one that was the spare keeps its name while it works."""
    workers = [*app.others("engine.jobs.spare"), *app.others("engine.jobs.worker")]
    page.close()
    runs.wish(app.workspace, run, "cancel")
    drawing.until(lambda: runs.get(app.workspace, run).is_done, "the run is cancelled")
    drawing.until(lambda: not any(worker.is_running() for worker in workers), "its worker is gone")


def _middle(waits: list[tuple[float, ...]]) -> float:
    return sorted(wait[-1] for wait in waits)[len(waits) // 2]
