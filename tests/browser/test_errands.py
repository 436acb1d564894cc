"""Long things in a real browser: a file answered with a reload in the middle, another one cancelled, a sample started and reloaded."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from engine.jobs import errands
from engine.store import projects, runs
from tests.browser import person
from tests.browser.conftest import Served, settled, shoot, until

pytestmark = pytest.mark.browser
ROWS = 400_000
LONG = 120_000


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    settled(page)


def write(path: Path, rows: int) -> Path:
    """New parts, without the answer."""
    random = np.random.default_rng(4)
    pd.DataFrame({"length": random.normal(size=rows).round(4), "weight": random.normal(size=rows).round(4)}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def model(served: Served, new_page, tmp_path_factory) -> str:
    """The address of the Use page of a trained linear model."""
    random = np.random.default_rng(2)
    frame = pd.DataFrame({"length": random.normal(size=300), "weight": random.normal(size=300)})
    frame["passed"] = np.where(frame["length"] + random.normal(0, 0.5, 300) > 0, "yes", "no")
    frame.to_csv(tmp_path_factory.mktemp("parts") / "parts.csv", index=False)
    page = new_page()
    page.goto(served.url)
    person.bring(page, sorted(tmp_path_factory.getbasetemp().glob("parts*/parts.csv"))[-1])
    person.go_on(page, "Rows kept aside")
    person.go_on(page, "What it looks like")
    person.write(page, "Epochs", "5")
    person.go_on(page, "Ready to train")
    person.start(page)
    expect(person.heading(page, "Trained")).to_be_visible(timeout=person.LEARNED)
    (run,) = runs.all(served.workspace)
    return f"{served.url}/use?project={run.project}&run={run.id}"


def test_a_file_being_answered_survives_a_reload_and_another_page(served: Served, page: Page, model: str, tmp_path: Path) -> None:
    page.goto(model)
    expect(page.get_by_text("The model's answer for passed")).to_be_visible(timeout=LONG)
    tab(page, "A whole file")
    person.choose(page, write(tmp_path / "new parts.csv", ROWS))
    expect(page.get_by_text("Answering new parts.csv")).to_be_visible()
    shoot(page, "answering")
    page.reload()
    expect(page.get_by_text("Answering new parts.csv")).to_be_visible()
    page.goto(f"{served.url}/runs")
    page.goto(model)
    expect(page.get_by_text(f"{ROWS:,} rows answered")).to_be_visible(timeout=LONG)
    settled(page)
    shoot(page, "answered")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the answers").click()
    with Path(download.value.path()).open() as file:
        lines = list(csv.reader(file))
    assert download.value.suggested_filename == "new parts-answers.csv"
    assert len(lines) == ROWS + 1 and "prediction" in lines[0]


def test_answering_a_file_can_be_cancelled_and_the_page_is_as_before(served: Served, page: Page, model: str, tmp_path: Path) -> None:
    page.goto(model)
    tab(page, "A whole file")
    person.choose(page, write(tmp_path / "unwanted.csv", ROWS))
    expect(page.get_by_text("Answering unwanted.csv")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Answering unwanted.csv")).to_have_count(0)
    expect(page.get_by_text("The file was not answered")).to_be_visible()
    until(lambda: errands.all(served.workspace) == [], 20, "nothing is left of it")
    assert list(served.workspace.uploads.iterdir()) == []


def test_a_sample_that_is_being_started_survives_a_reload_and_the_way_back(served: Served, page: Page) -> None:
    before = len(projects.all(served.workspace))
    page.goto(served.url)
    person.press(page, "look-loan_risk")
    expect(page.get_by_text("Starting “")).to_be_visible()
    shoot(page, "sample-starting")
    page.reload()
    expect(person.heading(page, "Your data")).to_be_visible(timeout=LONG)
    settled(page)
    page.go_back()
    expect(page.locator(".st-key-look-loan_risk button")).to_be_visible()
    assert len(projects.all(served.workspace)) == before + 1
