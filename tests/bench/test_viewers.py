"""What people who watch a training cost, and how soon they see a new measure: 1, 5 and 20 viewers of one run.

Viewers are light clients that speak the protocol of the page and of the curves' socket; in the second table one of them is a real
Chromium, where the time from a row's being written to its pixels being drawn is taken. Asserts nothing
about time. Run: make bench ARGS=tests/bench/test_viewers.py
"""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress

import pytest
from playwright.sync_api import Browser, Page

from engine.store.workspace import Workspace
from tests.bench import drawing
from tests.bench.live_run import A_SECOND, LiveRun, live_run
from tests.bench.serving import App
from tests.bench.tab import Tab
from tests.bench.tables import ms, scaled, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
VIEWERS = (1, 5, 20)
WINDOW = scaled(15, 4)
POINTS = scaled(60, 8)


def test_processor_share_of_viewers(workspace: Workspace) -> None:
    """Curves: only the sockets. Pages: each with its socket and the numbers beside it, drawn anew every second."""
    with live_run(workspace) as run, App(workspace) as app, run.busy():
        time.sleep(3)
        nobody = _percent(_share(app))
        rows = [["0", nobody, nobody, "–"]]
        for count in VIEWERS:
            shares = []
            for whole in (False, True):
                with _viewers(app, run, count, whole):
                    shares.append(_share(app))
            rows.append([str(count), *map(_percent, shares), _percent(shares[1] / count)])
    title = f"Server: share of one core of the app's process, {A_SECOND} points a second, over {WINDOW} s"
    show(title, ["viewers", "curves only", "whole page", "whole page, each"], rows)


def test_row_written_to_pixels_drawn(workspace: Workspace, browser: Browser) -> None:
    """Single rows, written at random moments; drawn means that the browser has painted the frame with the point in it."""
    rows = []
    with live_run(workspace) as run, App(workspace) as app:
        page = drawing.watched(browser.new_page(viewport={"width": 1360, "height": 900}))
        page.goto(f"{app.url}/train?project={run.project}&run={run.id}")
        drawing.until(lambda: page.evaluate(drawing.AFTER_PLOT), "the curves are drawn")
        for count in VIEWERS:
            with _viewers(app, run, count - 1, whole=True):
                waited = _latencies(page, run)
            rows.append([str(count), str(len(waited)), ms(waited), ms([_p95(waited)]), ms([max(waited)])])
        page.close()
    show("A row written to its pixels drawn, Chromium", ["viewers", "points", "median", "95 %", "slowest"], rows)


def _latencies(page: Page, run: LiveRun) -> list[float]:
    page.wait_for_timeout(2000)
    written = {}
    for _ in range(POINTS):
        step, at = run.point()
        written[step] = at
        page.wait_for_timeout(300 + 600 * random.random())
    page.wait_for_timeout(1000)
    drawn = {round(step, 4): at / 1000 for step, at in page.evaluate("mw.points")}
    return [drawn[step] - at for step, at in written.items() if step in drawn]


def _share(app: App) -> float:
    """Percent of one core over the window."""
    used, began = app.processor, time.monotonic()
    time.sleep(WINDOW)
    return 100 * (app.processor - used) / (time.monotonic() - began)


def _percent(share: float) -> str:
    return f"{share:.1f} %"


async def _watching(app: App, run: LiveRun, count: int, whole: bool, ready: threading.Event) -> None:
    """So many viewers, until it is cancelled. With `whole` they keep their pages, else only the sockets of the curves."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tab = await stack.enter_async_context(Tab(app.url, "train", project=run.project, run=run.id))
            await tab.draw()
            tasks.create_task(tab.listen(run.id))
            if whole:
                tasks.create_task(tab.watch())
        if not whole:
            await stack.aclose()
        await asyncio.sleep(2)
        ready.set()
        await asyncio.Event().wait()


@contextmanager
def _viewers(app: App, run: LiveRun, count: int, whole: bool) -> Iterator[None]:
    """They watch from a thread of their own, from when they are all there."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    task = loop.create_task(_watching(app, run, count, whole, ready))

    def work() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(120), "The viewers did not all come."
    yield
    assert not task.done(), "A viewer was turned away."
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]
