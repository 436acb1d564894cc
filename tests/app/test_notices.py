"""News: whoever has a page open hears that a training has ended, once, whichever page it is."""

from app import notices
from engine.store import runs, transitions
from tests.app.conftest import NASTY, Filled, Page
from tests.engine.waiting import AnyPlan, at_work


def test_an_end_is_said_on_an_open_page_once_and_not_to_those_who_come_later(filled: Filled) -> None:
    run = at_work(filled.workspace)
    page = Page("runs")
    assert not page.at.toast
    transitions.move(filled.workspace, run.id, 1, "running", "failed", "diverged", "The loss became infinite.")
    page.at.run()
    (toast,) = page.at.toast
    assert "could not be trained" in toast.value and "The loss became infinite" in toast.value
    page.at.run()
    assert not page.at.toast
    late = Page("home")
    assert not late.at.toast


def test_a_hostile_name_stays_text(filled: Filled) -> None:
    run = runs.add(filled.workspace, AnyPlan(name=f"**{NASTY}**"))
    page = Page("home")
    runs.wish(filled.workspace, run.id, "cancel")
    page.at.run()
    (toast,) = page.at.toast
    assert "\\*\\*\\<img src\\=x" in toast.value


def test_the_piece_for_the_tab_says_what_was_found() -> None:
    end = runs.Ended(seq=4, run="r1", name="Ill", state="succeeded", message="", headline="Right for 9 of 10.", at="2026-01-01T00:00:00Z")
    assert notices._piece(end) == {"id": "r1-4", "title": "Ill is trained", "body": "Right for 9 of 10.", "good": True}
