"""A file comes in through the browser: dropped, in pieces, through a broken connection; hostile names stay names."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from engine import datasets
from engine.store import projects
from tests.browser.conftest import Served, settled, shoot

pytestmark = pytest.mark.browser
QUESTION = "What should the model predict?"
NASTY = ("<img src=x onerror=alert(1)>", "**x**", ":red[hot]", "[l](javascript:alert(1))")


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(".pick").first.click()
    chooser.value.set_files(path)


def write(path: Path, rows: int = 300, names: tuple[str, ...] = ("age", "dose", "ward", "blood")) -> Path:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({name: random.normal(size=rows).round(4) for name in names})
    frame["outcome"] = np.where(frame.iloc[:, 0] + random.normal(0, 0.7, rows) > 0.4, "yes", "no")
    frame.to_csv(path, index=False)
    return path


def test_a_chosen_file_is_read_and_the_question_asked(served: Served, page: Page, tmp_path: Path) -> None:
    page.goto(served.url)
    choose(page, write(tmp_path / "clinic visits.csv"))
    expect(page.get_by_text(QUESTION)).to_be_visible()
    expect(page.get_by_text("Yes/No question: will outcome be yes?")).to_be_visible()
    settled(page)
    shoot(page, "data")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Rows kept aside")).to_be_visible()
    settled(page)
    shoot(page, "prepare")
    assert projects.all(served.workspace)[0].name == "clinic visits"


def test_a_broken_connection_does_not_lose_the_upload(served: Served, page: Page, tmp_path: Path) -> None:
    path = write(tmp_path / "large.csv", rows=700_000)
    assert path.stat().st_size > 20_000_000
    page.goto(served.url)
    choose(page, path)
    expect(page.locator(".busy .told").first).to_contain_text("of")
    page.context.set_offline(True)
    expect(page.locator(".busy .told").first).to_contain_text("Trying again")
    page.context.set_offline(False)
    expect(page.get_by_text(QUESTION)).to_be_visible(timeout=120_000)
    newest = projects.all(served.workspace)[0]
    assert newest.dataset is not None
    assert datasets.get(served.workspace, newest.dataset).rows == 700_000


def test_a_second_file_is_chosen_where_the_unseen_rows_are_asked_about(served: Served, page: Page, tmp_path: Path) -> None:
    page.goto(served.url)
    choose(page, write(tmp_path / "first.csv"))
    expect(page.get_by_text(QUESTION)).to_be_visible()
    settled(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Rows kept aside")).to_be_visible()
    settled(page)
    page.get_by_text("Unseen rows chosen beforehand").click()
    settled(page)
    choose(page, write(tmp_path / "lacking.csv", names=("age", "dose")))
    expect(page.get_by_text("cannot hold the unseen rows")).to_contain_text("ward")
    page.locator(".st-key-outside-again button").click()
    choose(page, write(tmp_path / "next year.csv", rows=120))
    expect(page.get_by_text("then those of the second file").first).to_be_visible()
    settled(page)
    shoot(page, "second-file")


def test_a_dropped_file_is_taken_too(served: Served, page: Page, tmp_path: Path) -> None:
    page.goto(served.url)
    page.locator(".zone").first.wait_for()
    text = write(tmp_path / "dropped.csv", rows=200).read_text()
    transfer = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'dropped.csv')); return data }", text
    )
    page.dispatch_event(".zone", "drop", {"dataTransfer": transfer})
    expect(page.get_by_text(QUESTION)).to_be_visible()


def test_several_files_at_once_are_answered_with_a_sentence(served: Served, page: Page) -> None:
    page.goto(served.url)
    page.locator(".zone").first.wait_for()
    transfer = page.evaluate_handle(
        "() => { const data = new DataTransfer(); for (const n of ['a.csv', 'b.csv']) data.items.add(new File(['x'], n)); return data }"
    )
    page.dispatch_event(".zone", "drop", {"dataTransfer": transfer})
    expect(page.get_by_role("alert")).to_contain_text("Please choose one file.")


def test_a_picture_named_csv_is_refused_and_the_page_lives(served: Served, page: Page, tmp_path: Path) -> None:
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.goto(served.url)
    choose(page, tmp_path / "photo.csv")
    expect(page.get_by_text("This file could not be read")).to_be_visible()
    shoot(page, "unreadable")
    choose(page, write(tmp_path / "mended.csv"))
    expect(page.get_by_text(QUESTION)).to_be_visible()


def test_hostile_names_stay_names_and_nothing_leaves_the_computer(served: Served, page: Page, tmp_path: Path) -> None:
    opened: list[str] = []
    elsewhere: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: None if request.url.startswith((served.url, "data:", "blob:")) else elsewhere.append(request.url))
    page.goto(served.url)
    choose(page, write(tmp_path / "nasty <b>name.csv", names=NASTY))
    expect(page.get_by_text(QUESTION)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Next: Prepare").first.click()
    expect(page.get_by_text("Rows kept aside")).to_be_visible()
    settled(page)
    shoot(page, "hostile")
    assert page.locator(".stMain img[onerror], .stMain a[href^=javascript]").count() == 0
    assert (opened, elsewhere) == ([], [])


def test_a_reload_and_a_second_tab_show_the_same_choices(served: Served, page: Page, tmp_path: Path) -> None:
    page.goto(served.url)
    choose(page, write(tmp_path / "shared.csv"))
    expect(page.get_by_text(QUESTION)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Next: Prepare").first.click()
    expect(page.get_by_text("Rows kept aside")).to_be_visible()
    settled(page)
    page.locator(".st-key-remove-0 button:visible").first.click()
    expect(page.locator(".st-key-undo button")).to_be_visible()
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator(".st-key-undo button")).to_be_visible()
    second.locator(".st-key-undo button").click()
    expect(second.locator(".st-key-undo button")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Rows kept aside")).to_be_visible()
    expect(page.locator(".st-key-undo button")).to_have_count(0)
