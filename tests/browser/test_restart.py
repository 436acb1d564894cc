"""The server dies while a model learns: the training goes on, and the page finds it again."""

import os
import signal
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from engine.store import runs
from tests.browser import person
from tests.browser.conftest import Served, shoot, until

pytestmark = pytest.mark.browser
NEVER_ENDING = "100000"
ROWS, BATCH = 6_000, "16"
AGAIN, SOON = 10, 3.0


@pytest.fixture
def learning(served: Served, page: Page, tmp_path) -> Iterator[Page]:
    """A page on which a model learns until the test ends, and not so quickly that the chart has soon all the points it ever draws."""
    random = np.random.default_rng(2)
    frame = pd.DataFrame({"length": random.normal(size=ROWS), "weight": random.normal(size=ROWS)})
    frame["passed"] = np.where(frame["length"] + random.normal(0, 0.5, ROWS) > 0, "yes", "no")
    frame.to_csv(tmp_path / "parts.csv", index=False)
    page.goto(served.url)
    person.bring(page, tmp_path / "parts.csv")
    person.go_on(page, "Rows kept aside")
    person.go_on(page, "What it looks like")
    if page.locator(".st-key-use-linear button").first.is_enabled():
        person.press(page, "use-linear")
        expect(page.get_by_text("Settings of the linear model")).to_be_visible()
    person.write(page, "Epochs", NEVER_ENDING)
    person.write(page, "Rows in a step (batch size)", BATCH)
    person.write(page, "Patience (epochs)", "0")
    person.go_on(page, "Ready to train")
    person.start(page)
    yield page
    for run in runs.all(served.workspace):
        if run.is_active:
            runs.wish(served.workspace, run.id, "cancel")


def test_a_killed_server_changes_nothing_about_a_run(served: Served, learning: Page) -> None:
    page = learning
    person.grow(page, 3)
    (run,) = runs.all(served.workspace)
    assert run.pid
    served.kill()
    os.kill(run.pid, 0)
    served.start()
    person.grow(page, 20)
    steps = page.evaluate("() => document.querySelectorAll('.js-plotly-plot')[0].data[1].x")
    assert steps == [float(step) for step in range(1, len(steps) + 1)]
    expect(page.locator(".st-key-stop button").first).to_be_enabled(timeout=60_000)
    shoot(page, "restarted")
    person.press(page, "stop")
    expect(person.heading(page, "Trained")).to_be_visible(timeout=person.LEARNED)
    after = runs.get(served.workspace, run.id)
    assert (after.state, after.attempt, after.pid) == ("succeeded", 1, run.pid)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_the_curve_grows_again_soon_after_the_server_answers(served: Served, learning: Page) -> None:
    """The curve has a line of its own and does not wait until the rest of the page is connected again."""
    page, took = learning, []
    person.grow(page, 3)
    for _ in range(AGAIN):
        served.kill()
        page.wait_for_timeout(1_000)
        served.start()
        up = time.monotonic()
        person.grow(page, 1)
        took.append(time.monotonic() - up)
    print(f"\ncurve again after the server answered: {', '.join(f'{one:.1f}' for one in took)} s")
    person.press(page, "cancel")
    expect(person.heading(page, "Cancelled")).to_be_visible(timeout=60_000)
    assert max(took) < SOON


def test_a_killed_worker_is_started_again_and_said(served: Served, learning: Page) -> None:
    page = learning
    person.grow(page, 3)
    run = next(run for run in runs.all(served.workspace) if run.is_active)
    assert run.pid
    os.kill(run.pid, signal.SIGKILL)
    until(lambda: runs.get(served.workspace, run.id).attempt == 2, 120, "it is started again")
    page.wait_for_timeout(3_000)
    expect(page.locator(".st-key-stop button").first).to_be_enabled(timeout=person.LEARNED)
    person.watch(page)
    person.grow(page, 3)
    assert runs.get(served.workspace, run.id).attempt == 2
    person.press(page, "cancel")
    expect(person.heading(page, "Cancelled")).to_be_visible(timeout=60_000)
