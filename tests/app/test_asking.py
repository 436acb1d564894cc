"""Questions to the desk in the background: remembered, the urgent first, dropped when nobody waits any more."""

import threading
import time

import pytest

from app import asking
from app.asking import Asking
from engine.errors import EngineError
from engine.plan import Plan


def plan(seed: int = 0, name: str = "") -> Plan:
    return Plan.model_construct(version=1, name=name, dataset="d", target="c", inputs=(), confirmed=(), recipe=(), seed=seed)


class Desk:
    """Answers with the plan's seed; what it was asked is in `heard`."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.open = threading.Event()
        self.open.set()

    def ask(self, question: str, plan: dict) -> dict:
        self.open.wait(5)
        self.heard.append((question, plan["seed"]))
        if plan["seed"] == 13:
            raise EngineError("It cannot be built.", "Make it smaller.")
        return {"seed": plan["seed"]}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(asking, "CALM", 0.05)
    return Desk()


def test_an_answer_comes_while_waiting(desk: Desk) -> None:
    assert Asking(desk.ask).about("layers", plan(3), 1, wait=5) == {"seed": 3}


def test_nothing_blocks_while_the_desk_is_slow(desk: Desk) -> None:
    desk.open.clear()
    asked = Asking(desk.ask)
    began = time.monotonic()
    assert asked.about("layers", plan(), 1) is None
    assert time.monotonic() - began < 0.5
    desk.open.set()
    assert asked.about("layers", plan(), 1, wait=5) == {"seed": 0}


def test_a_plan_is_asked_about_once_whatever_its_name(desk: Desk) -> None:
    asked = Asking(desk.ask)
    asked.about("layers", plan(1, "One"), 1, wait=5)
    asked.about("layers", plan(1, "Two"), 1, wait=5)
    assert desk.heard == [("layers", 1)]


def test_changed_data_is_asked_about_again(desk: Desk) -> None:
    asked = Asking(desk.ask)
    asked.about("layers", plan(1), 1, wait=5)
    asked.about("layers", plan(1), 2, wait=5)
    assert len(desk.heard) == 2


def test_the_picture_comes_before_the_costs(desk: Desk) -> None:
    asked = Asking(desk.ask)
    desk.open.clear()
    asked.about("layers", plan(9), 1)
    time.sleep(0.05)
    asked.about("estimate", plan(1), 1)
    asked.about("layers", plan(2), 1)
    desk.open.set()
    assert asked.about("estimate", plan(1), 1, wait=5) == {"seed": 1}
    assert desk.heard == [("layers", 9), ("layers", 2), ("estimate", 1)]


def test_a_mistake_is_an_answer_and_is_asked_again_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asking(desk.ask)
    answer = asked.about("layers", plan(13), 1, wait=5)
    assert isinstance(answer, EngineError) and answer.what == "It cannot be built."
    asked.about("layers", plan(13), 1, wait=5)
    assert len(desk.heard) == 1
    monkeypatch.setattr(asking, "ERROR_LASTS", 0.0)
    asked.about("layers", plan(13), 1, wait=5)
    assert len(desk.heard) == 2


def test_what_nobody_waits_for_is_dropped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FORGOTTEN_AFTER", 0.2)
    asked = Asking(desk.ask)
    desk.open.clear()
    asked.about("layers", plan(1), 1)
    asked.about("layers", plan(2), 1)
    time.sleep(0.4)
    desk.open.set()
    asked.about("layers", plan(3), 1, wait=5)
    assert desk.heard == [("layers", 1), ("layers", 3)]
