"""A person's whole way with a table: from a dropped file to a model in use, with everything that may happen in between."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from engine.store import runs
from tests.browser import person
from tests.browser.conftest import Served, settled, shoot

pytestmark = pytest.mark.browser
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Patients of whom it is known who fell ill: age and dose matter, the rest is noise."""
    path = tmp_path_factory.mktemp("files") / "clinic.csv"
    patients(500, seed=1).to_csv(path, index=False)
    return path


def patients(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    age, dose = random.integers(20, 90, rows), random.uniform(0, 5, rows).round(2)
    ill = age / 90 - dose / 6 + random.normal(0, 0.25, rows) > 0.1
    frame = pd.DataFrame({"age": age, "dose": dose, "ward": random.choice(["north", "south", "east"], rows)})
    frame[NASTY] = random.normal(0, 1, rows).round(3)
    frame["ill"] = np.where(ill, "yes", "no")
    return frame


@pytest.fixture(scope="module")
def trained(served: Served, new_page: Callable[[], Page], clinic: Path) -> str:
    """The whole way to a trained model, played once; gives the address of its run."""
    page = new_page()
    page.goto(served.url)
    person.bring(page, clinic)
    expect(page.get_by_text("Yes/No question: will ill be yes?")).to_be_visible()
    person.go_on(page, "Rows kept aside")
    person.go_on(page, "What it looks like")
    _design(page)
    person.go_on(page, "Ready to train")
    shoot(page, "ready")
    person.start(page)
    _watch(page, served)
    person.press(page, "stop")
    expect(person.heading(page, "Trained")).to_be_visible(timeout=person.LEARNED)
    settled(page)
    shoot(page, "trained")
    return page.url


def _design(page: Page) -> None:
    """The neural network with two small layers and a training without end; the picture follows."""
    if page.locator(".st-key-use-mlp button").is_enabled():
        person.press(page, "use-mlp")
    expect(page.locator(".mw-net").first).to_be_visible(timeout=person.LEARNED)
    person.write(page, "Neurons in each layer", "24, 12")
    expect(page.locator(".mw-net:not(.mw-old)").get_by_text("24", exact=True).first).to_be_visible(timeout=60_000)
    person.write(page, "Epochs", "50000")
    person.write(page, "Patience (epochs)", "0")
    shoot(page, "design")


def _examples_move(page: Page) -> None:
    """Eight rows are answered, and answered anew as epochs pass."""
    expect(page.locator(".mw-example-said")).to_have_count(8)
    when = page.get_by_text("but they steer the training")
    before = when.inner_text()
    expect(when).not_to_have_text(before)


def _watch(page: Page, served: Served) -> None:
    """Zoom, a hidden line and the theme survive what comes in; a reload and a second tab find the run again."""
    person.grow(page, 5)
    _examples_move(page)
    shoot(page, "live")
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 120, steps=4)
    page.mouse.up()
    page.locator(".js-plotly-plot .legendtoggle").first.click()
    page.wait_for_timeout(700)
    before = page.evaluate(person.VIEW)
    assert before["hidden"][0] == "legendonly"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => ({person.VIEW})().colour !== '{before['colour']}'")
    person.grow(page, 5)
    after = page.evaluate(person.VIEW)
    assert (after["range"], after["hidden"]) == (before["range"], before["hidden"])
    page.emulate_media(color_scheme="light")
    second = page.context.new_page()
    second.goto(page.url)
    person.watch(second)
    person.grow(second)
    second.close()
    page.reload()
    person.watch(page)
    person.grow(page)
    assert len(runs.all(served.workspace)) == 1


def test_the_run_ended_where_it_was_stopped_and_kept_its_best(trained: str, served: Served) -> None:
    (run,) = runs.all(served.workspace)
    assert run.state == "succeeded" and 0 < run.facts["epoch"] < 50_000
    assert run.facts["best"]["epoch"] <= run.facts["epoch"]


def test_the_judgement_says_first_how_good_it_is(trained: str, page: Page) -> None:
    page.goto(trained)
    person.press(page, "judge")
    expect(page.get_by_text("rows it never saw").first).to_be_visible()
    expect(page.locator(".mw-scores").first).to_contain_text("Always saying")
    expect(page.locator(".js-plotly-plot")).to_have_count(6)
    page.locator("[class*=st-key-numbers-] summary").first.click()
    expect(page.locator("[class*=st-key-numbers-] [data-testid=stDataFrame]").first).to_be_visible()
    settled(page)
    shoot(page, "evaluate")
    assert page.locator(".stMain img[onerror]").count() == 0


def test_finished_charts_follow_the_theme_while_the_page_is_open(trained: str, page: Page) -> None:
    page.goto(trained.replace("/train", "/evaluate"))
    expect(page.locator(".js-plotly-plot")).to_have_count(6)
    settled(page)
    before = page.evaluate(person.VIEW)["colour"]
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => ({person.VIEW})().colour !== '{before}'")


def test_a_threshold_can_be_tried(trained: str, page: Page) -> None:
    page.goto(trained.replace("/train", "/evaluate"))
    slider = page.get_by_role("slider").first
    slider.focus()
    for _ in range(12):
        slider.press("ArrowLeft")
    expect(page.get_by_text("The model in use says it from")).to_be_visible()


def test_one_case_is_answered_as_the_form_changes(trained: str, page: Page) -> None:
    page.goto(trained.replace("/train", "/use"))
    answer = page.locator(".st-key-card-answer")
    expect(answer).to_contain_text("sure:", timeout=person.LEARNED)
    person.write(page, "age", "85")
    person.write(page, "dose", "0.1")
    expect(answer.get_by_role("heading")).to_have_text("yes")
    person.write(page, "age", "22")
    person.write(page, "dose", "4.9")
    expect(answer.get_by_role("heading")).to_have_text("no")
    shoot(page, "use")


def test_a_file_goes_in_and_comes_out_with_answers(trained: str, page: Page, tmp_path: Path) -> None:
    rows = patients(60, seed=2)
    rows.drop(columns="ill").to_csv(tmp_path / "new patients.csv", index=False)
    page.goto(trained.replace("/train", "/use"))
    page.get_by_role("tab", name="A whole file").click()
    person.choose(page, tmp_path / "new patients.csv")
    expect(page.get_by_text("60 rows answered")).to_be_visible(timeout=person.LEARNED)
    with page.expect_download() as download:
        person.press(page, "download-answers")
    assert download.value.suggested_filename == "new patients-answers.csv"
    answered = pd.read_csv(download.value.path())
    assert list(answered["age"]) == list(rows["age"])
    assert (answered["prediction"] == rows["ill"]).mean() > 0.7
    shoot(page, "file")


def test_a_file_that_lacks_a_column_is_answered_with_a_sentence(trained: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("height,weight\n1.8,80\n1.7,60\n")
    page.goto(trained.replace("/train", "/use"))
    page.get_by_role("tab", name="A whole file").click()
    person.choose(page, tmp_path / "other.csv")
    expect(page.locator("[class*=st-key-error-answers-]")).to_contain_text("age", timeout=60_000)


def test_the_model_can_be_taken_away(trained: str, page: Page) -> None:
    page.goto(trained.replace("/train", "/use"))
    page.get_by_role("tab", name="Take it away").click()
    person.press(page, "prepare-bundle_zip")
    page.locator(".st-key-download-bundle_zip button").wait_for(timeout=60_000)
    with page.expect_download() as download:
        person.press(page, "download-bundle_zip")
    names = zipfile.ZipFile(download.value.path()).namelist()
    assert {"manifest.json", "report.json", "model.keras"} <= set(names)


def test_a_run_is_duplicated_with_one_change_and_compared(trained: str, page: Page, served: Served) -> None:
    page.goto(f"{served.url}/runs")
    person.tick(page, 0)
    person.press(page, "duplicate")
    expect(page.get_by_text("What it looks like")).to_be_visible()
    settled(page)
    person.write(page, "Epochs", "15")
    person.go_on(page, "Ready to train")
    person.start(page)
    expect(person.heading(page, "Trained")).to_be_visible(timeout=person.LEARNED)
    page.goto(f"{served.url}/runs")
    person.tick(page, 0, 1)
    expect(page.get_by_role("heading", name="Compared")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    settled(page)
    shoot(page, "runs")
    changed, first = (run.plan["training"] for run in runs.all(served.workspace))
    assert {name for name in first if first[name] != changed[name]} == {"epochs"}
