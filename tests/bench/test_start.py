"""How long the app takes to be there, how long a click from page to page takes in a browser, and what the app's process holds afterwards.

Asserts nothing about time or memory, only that the app's own process never loads TensorFlow. Run: make bench ARGS=tests/bench/test_start.py
"""

from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page

from app.state import VIEWS
from engine.store.workspace import Workspace
from tests.bench import drawing
from tests.bench.filled import COLUMNS, ROWS, Filled
from tests.bench.serving import App
from tests.bench.tables import megabytes, ms, scaled, seconds, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
STARTS = scaled(5, 2)
VISITS = scaled(6, 2)


def test_start_to_first_page(workspace: Workspace, big: Filled, browser: Browser) -> None:
    """The browser is open already, with nothing of the app in its cache; then the page is loaded once more.

    Processor: what the app's process used from its start until the page was whole.
    """
    rows = []
    for title, place in (("empty workspace", workspace), ("two projects, one large table", big.workspace)):
        starts = [_start(place, browser) for _ in range(STARTS)]
        answers, heads, pages, again, work = zip(*starts, strict=True)
        total = [a + b for a, b in zip(answers, pages, strict=True)]
        rows.append([title, seconds(answers), seconds(heads), seconds(pages), seconds(total), seconds(again), seconds(work)])
    heads_ = ["start", "to health", "address to heading", "to whole page", "process to whole page", "page loaded again", "processor"]
    show(f"App start to first page (median of {STARTS})", heads_, rows)


def test_pages_in_a_browser_and_memory(big: Filled, browser: Browser, tmp_path: Path) -> None:
    """Each page is opened by a click in the sidebar, several times round; the memory is that of the app's process alone."""
    with App(big.workspace) as app:
        memory = [("started", app.memory)]
        page = drawing.watched(browser.new_page(viewport={"width": 1360, "height": 900}))
        drawing.opened(page, f"{app.url}/?project={big.project}&run={big.run}")
        memory.append(("first page", app.memory))
        spent: dict[str, list[float]] = {view: [] for view in VIEWS}
        for turn in range(VISITS):
            for view in (*VIEWS[1:], "home"):
                spent[view].append(drawing.clicked(page, _link(view)))
            memory.append((f"all pages, {turn + 1}x", app.memory))
        _play(page, app, big)
        memory.append(("tabs and tables played", app.memory))
        assert not app.has_tensorflow, "The app's process has loaded TensorFlow."
        children = [(_name(child), child.memory_info().rss) for child in psutil.Process(app.process.pid).children(recursive=True)]
        page.close()
    _print(spent, memory, children)


def _start(workspace: Workspace, browser: Browser) -> tuple[float, ...]:
    with App(workspace) as app:
        context = browser.new_context(viewport={"width": 1360, "height": 900})
        page = drawing.watched(context.new_page())
        head, whole = drawing.opened(page, app.url)
        work = app.processor
        _, again = drawing.opened(page, app.url)
        context.close()
        return app.started, head, whole, again, work


def _play(page: Page, app: App, big: Filled) -> None:
    """What a person opens on the pages: the first rows, the import report, the other tabs."""
    for view, words in (("data", ("First rows", "What was done", "Columns")), ("use", ("A whole file", "Take it away", "One case"))):
        drawing.opened(page, f"{app.url}/{view}?project={big.project}&run={big.run}")
        for word in words:
            drawing.clicked(page, f':is(button, [role="tab"]):has-text("{word}")')
    drawing.opened(page, f"{app.url}/train?project={big.untrained}")


def _print(spent: dict[str, list[float]], memory: list[tuple[str, int]], children: list[tuple[str, int]]) -> None:
    size = f"{COLUMNS} columns, {ROWS:,} rows"
    rows = [[view, ms(times[:1]), ms(times[1:]), ms([max(times[1:])])] for view, times in spent.items()]
    show(f"A click in the sidebar to the last change of the page, Chromium, {size}", ["page", "first", "again", "slowest"], rows)
    show(f"Memory of the app's process, {size}", ["after", "memory"], [[name, megabytes(held)] for name, held in memory])
    loaded = [["TensorFlow in the app's process", "no"]]
    show("Beside it", ["process", "memory"], [*[[name, megabytes(held)] for name, held in children], *loaded])


def _link(view: str) -> str:
    address = '=""' if view == "home" else f'^="{view}"'
    return f'[data-testid="stSidebar"] a[href{address}]:visible'


def _name(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    known = ("desk", "supervisor", "worker", "spare")
    return next((word for word in known if f"jobs.{word}" in command or f"import {word}" in command), command[:40])
