"""Telling another program: what a person sees, may do, and reads of what came of it."""

import pytest

from engine.jobs import webhook
from engine.store import webhooks
from engine.store.workspace import Workspace
from tests.app.conftest import NASTY, Page
from tests.engine.receiver import Receiver, receiving

SECRET = "https://hooks.example.com/secret-path"


def opened() -> Page:
    return Page("runs").click("webhook")


def entered(page: Page, address: str) -> Page:
    page.at.text_input(key="webhook-address").set_value(address)
    return page.run()


def is_off(page: Page, key: str) -> bool:
    return page.at.button(key=key).disabled


def allow(monkeypatch: pytest.MonkeyPatch, server: Receiver) -> None:
    monkeypatch.setenv(webhook.VARIABLE, f"127.0.0.1:{server.port}!")


def test_it_is_off_and_says_how_a_host_is_allowed(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(webhook.VARIABLE, raising=False)
    page = opened()
    assert "No host is allowed yet, so nothing can be sent." in page.words
    assert is_off(page, "webhook-test") and is_off(page, "webhook-on")
    entered(page, SECRET)
    assert "hooks.example.com is not among the hosts that this computer may tell." in page.words
    assert page.at.code[0].value == "MODELWRIGHT_WEBHOOK_HOSTS='hooks.example.com' make run"
    assert is_off(page, "webhook-test") and is_off(page, "webhook-on")
    assert webhooks.get(empty) is None


def test_a_host_to_add_stands_behind_those_there_are(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.VARIABLE, "other.example,10.0.0.1!,https://wrong")
    page = entered(opened(), SECRET)
    assert "other.example and 10.0.0.1" in page.words
    assert "https://wrong in MODELWRIGHT_WEBHOOK_HOSTS is neither a name nor an address." in page.words
    assert page.at.code[0].value == "MODELWRIGHT_WEBHOOK_HOSTS='other.example,10.0.0.1!,https://wrong,hooks.example.com' make run"


def test_it_is_switched_on_for_a_listed_host_and_off_again(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.VARIABLE, "hooks.example.com")
    page = entered(opened(), f" {SECRET} ").click("webhook-on")
    hook = webhooks.get(empty)
    assert hook is not None and hook.address == SECRET
    assert "**On.**] hooks.example.com is told when a training ends." in page.words
    assert "Your data stays on this computer." in Page("home").words
    page.click("webhook-off")
    assert webhooks.get(empty) is None
    assert page.at.text_input(key="webhook-address").value == ""
    assert "Nothing leaves this computer." in Page("home").words


def test_a_test_says_that_it_arrived(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(204) as server:
        allow(monkeypatch, server)
        page = entered(opened(), server.url).click("webhook-test")
        assert "The test arrived." in page.words and f"127.0.0.1:{server.port} answered 204." in page.words
        assert [told["event"] for told in server.got] == ["test"]
    assert webhooks.get(empty) is None


def test_a_test_says_what_went_wrong(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(302) as server:
        allow(monkeypatch, server)
        page = entered(opened(), server.url).click("webhook-test")
        assert "answered with another address to go to (302), and Modelwright does not follow." in page.words


@pytest.mark.parametrize(("state", "said"), [("waiting", "did not arrive yet; it is tried again"), ("given up", "is not tried again")])
def test_what_did_not_arrive_is_said_on_the_page_without_the_secret(empty: Workspace, state: str, said: str) -> None:
    webhooks.switch_on(empty, SECRET)
    hook = webhooks.get(empty)
    assert hook is not None
    told = webhooks.Outcome(seq=1, name=f"**{NASTY}**", state=state, why="hooks.example.com did not answer.", at="2026-01-01T00:00:00Z")
    webhooks.note(empty, hook, told)
    page = Page("runs")
    (line,) = [markdown.value for markdown in page.at.markdown if said.split(";")[0] in markdown.value]
    assert "\\*\\*\\<img src\\=x" in line and "did not answer" in line
    assert "hooks.example.com" in page.words and "secret" not in page.words
