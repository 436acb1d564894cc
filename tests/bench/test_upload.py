"""A CSV of 200 MB from the browser to a page that shows it: sent in pieces to the disk, read in a process of its own, and drawn.

A real Chromium and the real drop zone. Asserts nothing about time or memory. Run: make bench ARGS=tests/bench/test_upload.py
"""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page

from engine import datasets
from engine.store import projects
from engine.store.workspace import Workspace
from tests.bench import drawing, filled
from tests.bench.serving import App
from tests.bench.tables import MEGABYTE, SCALE, megabytes, seconds, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
SIZE = 200 * min(1.0, SCALE)
EVERY = 0.02
SENDING, READING, DRAWING = "sent to the disk", "typed and profiled", "proposed and drawn"


def test_a_large_file_from_the_browser_to_the_page(workspace: Workspace, browser: Browser, tmp_path: Path) -> None:
    """Growth is that of the app's process over what it held before the file came."""
    path = filled.csv(tmp_path / "orders.csv", SIZE)
    with App(workspace) as app:
        phases = _dropped(app, drawing.watched(browser.new_page(viewport={"width": 1360, "height": 900})), path)
    _print(path.stat().st_size, datasets.all(workspace)[0], phases)


def _dropped(app: App, page: Page, path: Path) -> list["_Phase"]:
    """Drops the file on Home and waits for each stage."""
    drawing.opened(page, app.url)
    look = _Look(app)
    try:
        page.locator('input[type="file"]').first.set_input_files(path)
        drawing.until(lambda: look.arrived(path.stat().st_size), "the file is on the disk")
        phases = [look.phase(SENDING)]
        drawing.until(lambda: _read(app.workspace), "the file is read", 600)
        phases.append(look.phase(READING))
        page.get_by_role("heading", name="Your data").wait_for(timeout=300_000)
        drawing.until(lambda: page.evaluate(f"Date.now() - mw.last > {drawing.QUIET_MS}"), "the page is drawn")
        return [*phases, look.phase(DRAWING, page.evaluate("mw.last") / 1000)]
    finally:
        look.close()
        page.close()


def _print(size: int, dataset: datasets.Dataset, phases: list["_Phase"]) -> None:
    rows = [
        [p.name, seconds([p.took]), f"{size / MEGABYTE / p.took:.0f} MB/s", megabytes(p.grown), f"{p.grown / size:.2f}", _peak(p)]
        for p in phases
    ]
    rows.append(["all of it", seconds([sum(p.took for p in phases)]), "", megabytes(max(p.grown for p in phases)), "", ""])
    title = f"A CSV of {megabytes(size)}, {dataset.rows:,} rows, {len(dataset.columns)} columns, dropped on Home"
    show(title, ["stage", "time", "speed", "app grows by", "of the file", "reader's peak"], rows)


@dataclass
class _Phase:
    """How long a stage took, and the most that was held meanwhile, in bytes."""

    name: str = ""
    took: float = 0.0
    grown: int = 0
    reader: int = 0


@dataclass
class _Look:
    """Looks at memory and at the upload's size many times a second."""

    app: App
    before: int = 0
    since: float = field(default_factory=time.time)
    now: _Phase = field(default_factory=_Phase)
    most: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.before = self.app.memory
        self.thread = threading.Thread(target=self._loop)
        self.thread.start()

    def arrived(self, size: int) -> bool:
        """The upload is complete on the disk. It may be read and removed right after, so the largest size seen counts."""
        return self.most >= size

    def phase(self, name: str, ended: float | None = None) -> _Phase:
        """The stage that ends now, or ended at that time; the next one begins with its end."""
        phase, self.now = self.now, _Phase()
        end = ended or time.time()
        phase.name, phase.took, self.since = name, end - self.since, end
        return phase

    def close(self) -> None:
        self.over.set()
        self.thread.join()

    def _loop(self) -> None:
        uploads = self.app.workspace.uploads
        while not self.over.wait(EVERY):
            self.now.grown = max(self.now.grown, self.app.memory - self.before)
            self.now.reader = max([self.now.reader, *map(_held, self.app.known.children())])
            self.most = max([self.most, *(path.stat().st_size for path in uploads.glob("*.part") if path.exists())])


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss) if "engine.intake" in process.cmdline() else 0
    except psutil.Error:
        return 0


def _read(workspace: Workspace) -> bool:
    return any(project.dataset for project in projects.all(workspace))


def _peak(phase: _Phase) -> str:
    return megabytes(phase.reader) if phase.name == READING else "–"
