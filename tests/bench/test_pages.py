"""How long a page takes to be drawn again, for each view, with a table of 50 columns and 100,000 rows and a trained model.

The time from asking a running app for the page until all of it has come, without the browser's share. Asserts nothing about time.
Run: make bench ARGS=tests/bench/test_pages.py
"""

import asyncio
import time
from statistics import median

import pytest

from app.state import VIEWS
from tests.bench.filled import COLUMNS, ROWS, Filled
from tests.bench.serving import App
from tests.bench.tab import Tab
from tests.bench.tables import ms, ratio, scaled, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
GOAL = 0.150
AGAIN = scaled(15, 3)
POLLING = 1.0
SETTLED_WITHIN = 180.0


def test_each_page_drawn_again(big: Filled) -> None:
    """First: the very first time in a new app, when nothing is kept yet. Answered: until what is computed beside the page is there too.

    Processor: what the app's process used for one drawing, which says more than the time on a computer that is busy otherwise.
    """
    with App(big.workspace) as app:
        rows = asyncio.run(_all(app, big))
    show(
        f"Pages drawn again, {COLUMNS} columns, {ROWS:,} rows (median of {AGAIN}; goal {GOAL * 1000:.0f} ms)",
        ["page", "first", "answered", "again", "slowest", "of goal", "processor", "size"],
        rows,
    )


async def _all(app: App, big: Filled) -> list[list[str]]:
    rows = [await _page(app, view, view, project=big.project, run=big.run) for view in VIEWS]
    rows.append(await _page(app, "train (ready to start)", "train", project=big.untrained))
    return [*rows, await _page(app, "design (not trained)", "design", project=big.untrained)]


async def _page(app: App, title: str, view: str, **query: str) -> list[str]:
    async with Tab(app.url, view, **query) as tab:
        began = time.perf_counter()
        first = await tab.draw()
        while _is_waiting(tab) and time.perf_counter() - began < SETTLED_WITHIN:
            await asyncio.sleep(0.3)
            await tab.draw()
        answered = time.perf_counter() - began
        bytes_, used = tab.bytes, app.processor
        spent = [await _after_a_breath(tab) for _ in range(AGAIN)]
        size, work = (tab.bytes - bytes_) / AGAIN, (app.processor - used) / AGAIN
    share = ratio(median(spent), GOAL)
    return [title, ms([first]), ms([answered]), ms(spent), ms([max(spent)]), share, ms([work]), f"{size / 1000:.0f} kB"]


async def _after_a_breath(tab: Tab) -> float:
    await asyncio.sleep(0.15)
    return await tab.draw()


def _is_waiting(tab: Tab) -> bool:
    """The page asks to be drawn again within the second: it waits for an answer."""
    return any(every < POLLING for every in tab.timers.values())
