"""What the measurements share: one Chromium, and one workspace with a large table and a model trained on it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.bench import filled
from tests.bench.filled import Filled

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


@pytest.fixture(scope="session")
def big(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """50 columns and 100,000 rows, made once for all measurements."""
    return filled.workspace(tmp_path_factory.mktemp("big"))


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()
