"""From one page to the next: the page just left does not come back, and on a phone the list of pages makes way."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from engine.store import datasets
from tests.bench.tab import Tab
from tests.browser.conftest import Served, settled, until

pytestmark = pytest.mark.browser
QUIET = 2.0


def test_a_late_wish_of_the_page_before_does_not_bring_that_page_back(served: Served) -> None:
    with ThreadPoolExecutor(1) as apart:  # the browser of other tests keeps an event loop in this thread
        wanted, drawn = apart.submit(lambda: asyncio.run(_left_and_asked_again(served.url))).result()
    assert drawn == [wanted]


def test_a_click_within_a_part_before_the_page_is_drawn_for_a_new_session_is_not_lost(served: Served) -> None:
    with ThreadPoolExecutor(1) as apart:
        ends = apart.submit(lambda: asyncio.run(_asked_before_it_was_drawn(served.url))).result()
    assert ends == [ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]


async def _asked_before_it_was_drawn(url: str) -> list[Any]:
    """How each drawing of the new session ended: that of the page, and that of a part asked for at once."""
    async with Tab(url, "home") as tab:
        await tab.ask()
        first = await tab.said(QUIET)
        part = next(message.auto_rerun.fragment_id for message in first if message.WhichOneof("type") == "auto_rerun")
        here = next(message.navigation.page_script_hash for message in first if message.WhichOneof("type") == "navigation")
    async with Tab(url, "home") as tab:
        await tab.ask(hash=here)
        await tab.ask(part, hash=here, is_click=True)
        then = await tab.said(QUIET)
        return [message.script_finished for message in then if message.WhichOneof("type") == "script_finished"]


def test_a_button_pressed_before_the_page_is_drawn_for_a_new_session_does_what_it_says(served: Served) -> None:
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(_pressed_before_it_was_drawn(served.url, "look-"))).result()
    until(lambda: datasets.all(served.workspace), 60, "the sample is brought in")


async def _pressed_before_it_was_drawn(url: str, key: str) -> None:
    """In a session that has only begun to draw the page, presses the first button whose key begins so."""
    async with Tab(url, "home") as tab:
        await tab.ask()
        first = await tab.said(QUIET)
        drawn = [message.delta.new_element.button.id for message in first if message.delta.new_element.WhichOneof("type") == "button"]
        button = next(id for id in drawn if f"-{key}" in id)
        here = next(message.navigation.page_script_hash for message in first if message.WhichOneof("type") == "navigation")
    async with Tab(url, "home") as tab:
        await tab.ask(hash=here)
        await tab.ask(hash=here, button=button)
        await tab.said(QUIET)


async def _left_and_asked_again(url: str) -> tuple[str, list[str]]:
    """The page that was asked for, and those that the browser was told of from then on."""
    async with Tab(url, "home") as tab:
        await tab.ask()
        first = await tab.said(QUIET)
        part = next(message.auto_rerun.fragment_id for message in first if message.WhichOneof("type") == "auto_rerun")
        navigation = next(message.navigation for message in first if message.WhichOneof("type") == "navigation")
        hashes = {page.url_pathname: page.page_script_hash for page in navigation.app_pages}
        await tab.ask(hash=hashes["runs"])
        await tab.ask(part, hash=navigation.page_script_hash)
        then = await tab.said(QUIET)
        return hashes["runs"], [message.new_session.page_script_hash for message in then if message.WhichOneof("type") == "new_session"]


def test_on_a_narrow_screen_the_sidebar_makes_way_for_the_page_asked_for(served: Served, page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 860})
    page.goto(served.url)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.locator(".st-key-nav-runs a").click()
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_on_a_wide_screen_the_sidebar_stays(served: Served, page: Page) -> None:
    page.goto(served.url)
    page.locator(".st-key-nav-runs a").click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
