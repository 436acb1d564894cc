"""The app as its users get it: a real process on a free port, and a real Chromium in front of it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from engine.jobs import supervisor
from engine.store import runs
from engine.store.workspace import Workspace

SHOTS = Path(os.environ.get("SHOTS", Path(__file__).parents[1] / "output"))
QUIET = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", *QUIET]
SERVE = """
import sys
from pathlib import Path
from app.launch import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False)
"""


@dataclass
class Served:
    """A running app. `kill` and `start` let a test play a crash of the server."""

    workspace: Workspace
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = (self.workspace.path / "app.log").open("ab")
        command = [sys.executable, "-c", SERVE, str(self.workspace.path), str(self.port)]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        until(lambda: _healthy(self.url), 60, "the app answers")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app with an empty workspace, one for each test module."""
    app = Served(Workspace.open(tmp_path_factory.mktemp("served") / "workspace"), _free_port())
    app.start()
    yield app
    for run in runs.all(app.workspace):
        if not run.is_done:
            runs.wish(app.workspace, run.id, "cancel")
    until(lambda: all(run.is_done for run in runs.all(app.workspace)), 40, "the runs end")
    app.process and app.process.terminate()
    app.process and app.process.wait(20)
    supervisor.stop(app.workspace)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A tab of its own. A script error in the page fails the test."""
    with _tab(browser) as tab:
        yield tab


@pytest.fixture(scope="module")
def new_page(browser: Browser, served: Served) -> Iterator[Callable[[], Page]]:
    """Opens tabs for what a module plays only once."""
    with ExitStack() as tabs:
        yield lambda: tabs.enter_context(_tab(browser))


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    expect.set_options(timeout=15_000)
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    shoot(tab, "last")
    context.close()
    assert not errors, errors


def shoot(page: Page, name: str) -> None:
    """Keeps a picture of the page as it is, for a person to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def settled(page: Page) -> None:
    """Waits until the server has answered and nothing is being drawn."""
    page.wait_for_timeout(250)
    busy = "[data-test-script-state='running'], [data-testid='stSkeleton']"
    page.wait_for_function("selector => !document.querySelector(selector)", arg=busy)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def until(true: object, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, f"Not within {seconds} s: {what}"
        time.sleep(0.1)
