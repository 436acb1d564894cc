"""What is worked out beside a page: once, kept, and with a skeleton in its place until it is there."""

import threading
import time
from collections.abc import Callable

import pytest

from app import choices, meanwhile, reads
from engine.errors import InvalidPlan
from engine.store import projects
from tests.app.conftest import Filled, Page


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile._known.clear()
    monkeypatch.setattr(meanwhile, "PATIENCE", 0.05)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_quick_answer_is_there_at_once_and_kept() -> None:
    asked: list[int] = []
    assert meanwhile.get("quick", lambda: asked.append(1) or "answer") == "answer"
    assert meanwhile.get("quick", lambda: asked.append(1) or "answer") == "answer"
    assert asked == [1]


def test_a_slow_one_comes_later_and_is_worked_out_once() -> None:
    may_end, asked = threading.Event(), []

    def work() -> str:
        asked.append(1)
        may_end.wait(10)
        return "answer"

    assert [meanwhile.get("slow", work) for _ in range(3)] == [None, None, None]
    may_end.set()
    until(lambda: meanwhile.get("slow", work) == "answer")
    assert asked == [1]


def test_a_mistake_is_raised_and_tried_again() -> None:
    def refuse() -> str:
        raise InvalidPlan("No column here can be predicted.")

    with pytest.raises(InvalidPlan):
        meanwhile.get("refused", refuse)
    assert meanwhile.get("refused", lambda: "mended") == "mended"


def test_only_so_much_is_kept() -> None:
    for i in range(meanwhile.KEPT + 20):
        meanwhile.get(i, lambda: True)
    assert len(meanwhile._known) <= meanwhile.KEPT + 1 and meanwhile.KEPT + 19 in meanwhile._known


def test_fresh_data_is_proposed_beside_the_page(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, first = threading.Event(), choices.first

    def slow(data: choices.Data) -> object:
        may_end.wait(20)
        return first(data)

    monkeypatch.setattr(choices, "first", slow)
    page = Page("data", project=filled.project)
    assert page.at.get("skeleton") and "What should the model predict?" not in page.words
    assert projects.get(filled.workspace, filled.project).draft == {}
    may_end.set()
    page.until(lambda: "What should the model predict?" in page.words)
    assert projects.get(filled.workspace, filled.project).draft["target"] == filled.column("ill")


def test_what_the_steps_do_is_worked_out_beside_the_page(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanwhile, "PATIENCE", 30.0)
    Page("data", project=filled.project)
    monkeypatch.setattr(meanwhile, "PATIENCE", 0.05)
    may_end, preview = threading.Event(), reads.preview

    def slow(*asked: object) -> object:
        may_end.wait(20)
        return preview(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(reads, "preview", slow)
    page = Page("prepare", project=filled.project)
    assert "1. " in page.words and "Before" not in page.words and page.at.get("skeleton")
    may_end.set()
    page.until(lambda: "Before" in page.words)
