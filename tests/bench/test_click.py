"""How long a person waits after clicking "Start training" until the first point of the curve is on the screen.

Without a spare worker, with one that has imported everything, and with one that has prepared the plan. A real Chromium, real
workers, all samples (BENCH_SAMPLES="digits loan_risk": only those). Asserts nothing about time.
Run: make bench ARGS=tests/bench/test_click.py
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import samples
from app.samples import Sample
from engine.store import db, metrics, runs
from engine.store.workspace import Workspace
from tests.bench import drawing
from tests.bench.serving import App
from tests.bench.tables import scaled, seconds, show, tail

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
ROUNDS = scaled(5, 1)
WAYS = ("new", "imported", "prepared")
CHOSEN = [sample for sample in samples.all() if sample.id in os.environ.get("BENCH_SAMPLES", sample.id)]
STAGES = ("page answers", "at work", "first measure", "first epoch", "first point drawn")
HEADS = [head for stage in STAGES for head in (stage, "p95")]
START = 'button:has-text("Start training")'


def test_click_to_first_live_point(tmp_path: Path, browser: Browser) -> None:
    """The page answers; the run is at work; its first measures are stored; its first point is painted. All from the click on."""
    rows = []
    for way in WAYS:
        workspace = Workspace.open(tmp_path / way)
        if way == "imported":
            _prepare_nothing(workspace)
        with App(workspace, with_spare=way != "new") as app:
            by_sample = {sample.id: [_round(app, browser, sample) for _ in range(ROUNDS)] for sample in CHOSEN}
        rows += [[id, way, *_shown(waits)] for id, waits in by_sample.items()]
        rows.append(["all", way, *_shown([wait for waits in by_sample.values() for wait in waits])])
    show(f"Click on Start training to the first live point (median, p95; {ROUNDS} rounds)", ["sample", "worker", *HEADS], rows)


def _shown(waits: list[tuple[float, ...]]) -> list[str]:
    return [cell for stage in zip(*waits, strict=True) for cell in (seconds(stage), tail(stage))]


def _prepare_nothing(workspace: Workspace) -> None:
    """The spare worker imports everything, and no plan that is looked at reaches it."""
    with db.write(workspace) as database:
        database.execute("CREATE TRIGGER nothing_is_prepared BEFORE INSERT ON preparing BEGIN SELECT RAISE(IGNORE); END")


def _round(app: App, browser: Browser, sample: Sample) -> tuple[float, ...]:
    """A project of its own each time, so that each run is a first one; the measured times of the desk are on the page before the click."""
    project = samples.open_sample(app.workspace, sample)
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
    """It has imported, and prepared, everything: it uses no more processor time."""
    spares = app.others("engine.jobs.spare")
    if not spares:
        return False
    before = sum(spares[0].cpu_times()[:2])
    time.sleep(2.5)
    return bool(before > 1.0 and sum(spares[0].cpu_times()[:2]) - before < 0.01)


def _end(app: App, run: str, page: Page) -> None:
    """Also waits for the processes to go: one that was the spare keeps its name while it works."""
    workers = [*app.others("engine.jobs.spare"), *app.others("engine.jobs.worker")]
    page.close()
    runs.wish(app.workspace, run, "cancel")
    drawing.until(lambda: runs.get(app.workspace, run).is_done, "the run is cancelled")
    drawing.until(lambda: not any(worker.is_running() for worker in workers), "its worker is gone")
