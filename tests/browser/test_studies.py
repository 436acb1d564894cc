"""A person who asks for more than one training: a search stopped and gone on, and its best model beside another one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.store import studies
from engine.store.studies import WINNER
from tests.browser import person
from tests.browser.conftest import Served, settled, shoot
from tests.browser.test_table import patients

pytestmark = pytest.mark.browser
TRAININGS = 2
MINUTES = "Have it ready in so many minutes (optional)"


@pytest.fixture(scope="module")
def searched(served: Served, new_page: Callable[[], Page], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A search for better settings, chosen as an effort and played once to its end; gives the address of its page."""
    path = tmp_path_factory.mktemp("files") / "clinic.csv"
    patients(300, seed=1).to_csv(path, index=False)
    page = new_page()
    page.goto(served.url)
    person.bring(page, path)
    person.go_on(page, "Rows kept aside")
    person.go_on(page, "How much effort?")
    if page.locator(".st-key-use-mlp button").is_enabled():
        person.press(page, "use-mlp")
        settled(page)
    person.write(page, "Epochs", "6")
    _limit_and_take_it_back(page)
    page.get_by_role("radio", name="Search").click()
    expect(page.get_by_text("The effort is Search").first).to_be_visible()
    person.write(page, "Trainings at most", str(TRAININGS))
    person.go_on(page, "Ready to train")
    expect(page.get_by_text(f"up to {TRAININGS} trainings").first).to_be_visible()
    person.press(page, "start")
    _stop_and_go_on(page, served)
    expect(page.locator(".st-key-card-study-winner")).to_be_visible(timeout=person.LEARNED)
    expect(page.locator(".st-key-study-stop")).to_have_count(0, timeout=person.LEARNED)
    settled(page)
    shoot(page, "search")
    return page.url


def _limit_and_take_it_back(page: Page) -> None:
    """An emptied field is no limit, not one of 0 minutes."""
    page.get_by_role("radio", name="Good").click()
    settled(page)
    for minutes in ("2", ""):
        person.write(page, MINUTES, minutes)
        expect(page.get_by_label(MINUTES, exact=True).first).to_have_value(minutes)
    expect(page.get_by_text("cannot be had")).to_have_count(0)


def _stop_and_go_on(page: Page, served: Served) -> None:
    """It is stopped once a training has ended; what there is stays, and it goes on from there."""
    expect(page.get_by_text("The trainings", exact=True)).to_be_visible(timeout=person.LEARNED)
    person.press(page, "study-stop")
    expect(page.locator(".st-key-study-go-on")).to_be_visible(timeout=person.LEARNED)
    (study,) = studies.all(served.workspace)
    assert study.was_stopped
    person.press(page, "study-go-on")
    expect(page.locator(".st-key-study-stop")).to_be_visible(timeout=person.LEARNED)


def test_a_stopped_search_goes_on_and_ends_with_one_best_model(searched: str, served: Served) -> None:
    (study,) = studies.all(served.workspace)
    children = studies.children(served.workspace, study.id)
    assert study.state == "done"
    assert [child.run.state for child in children if child.role == WINNER][-1] == "succeeded"
    assert sum(child.has_ended for child in children if child.role != WINNER) >= TRAININGS


def test_its_page_shows_what_was_found_and_leads_to_the_model(searched: str, page: Page) -> None:
    page.goto(searched)
    expect(page.locator(".st-key-card-search-history .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text("judged once on rows that no training saw").first).to_be_visible()
    person.press(page, "winner-open")
    expect(page.get_by_text("rows it never saw").first).to_be_visible()


def test_the_settings_found_can_be_trained_again_otherwise_and_stand_on_one_board(searched: str, page: Page, served: Served) -> None:
    page.goto(searched)
    person.press(page, "winner-use")
    expect(page.get_by_text("How much effort?").first).to_be_visible()
    settled(page)
    person.go_on(page, "Ready to train")
    person.start(page)
    expect(person.heading(page, "Trained")).to_be_visible(timeout=person.LEARNED)
    page.goto(f"{served.url}/runs")
    person.tick(page, 0, 1)
    expect(page.locator(".st-key-card-board")).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-card-board [data-testid=stDataFrame]")).to_be_visible()
    expect(page.locator(".st-key-card-board-chart .js-plotly-plot")).to_be_visible()
    settled(page)
    shoot(page, "board")
