"""Parts that are drawn again by themselves never cost a page what stands around them."""

import asyncio
import inspect
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.state import SessionState

from app import redrawing

PART, BUTTON = "part", "button"


def _said(place: int, part: str = "", text: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = [0, place]
    message.delta.fragment_id = part
    message.delta.new_element.markdown.body = text
    return message


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> ForwardMsgQueue:
    monkeypatch.setattr(ForwardMsgQueue, "clear", redrawing._with_all_that_was_said(ForwardMsgQueue.clear))
    return ForwardMsgQueue()


def _texts(messages: list[ForwardMsg]) -> list[tuple[int, str]]:
    return [(message.metadata.delta_path[1], message.delta.new_element.markdown.body) for message in messages]


def test_what_stands_behind_a_part_keeps_the_place_before_it(queue: ForwardMsgQueue) -> None:
    for message in (_said(0, text="head"), _said(1, PART, "old"), _said(2, text="foot")):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[PART])
    queue.enqueue(_said(1, PART, "new"))
    assert _texts(queue.flush()) == [(0, "head"), (1, "old"), (2, "foot"), (1, "new")]


def test_a_whole_page_still_replaces_what_was_not_sent(queue: ForwardMsgQueue) -> None:
    queue.enqueue(_said(0, text="head"))
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty()
    queue.enqueue(_said(0, text="head"))
    queue.flush()
    assert queue.is_empty()


class _Session(SimpleNamespace):
    """What is looked at of a session: its runner, if any, the page that it drew last, and which parts and buttons of it it knows."""

    def __init__(self, state: str = "", parts: tuple[str, ...] = (PART,), buttons: tuple[str, ...] = (BUTTON,)) -> None:
        runner = SimpleNamespace(_requests=SimpleNamespace(_state=SimpleNamespace(name=state))) if state else None
        page = SimpleNamespace(current_page_script_hash="here")
        drawn = SimpleNamespace(_new_widget_state=SimpleNamespace(widget_metadata=dict.fromkeys(buttons)))
        super().__init__(_scriptrunner=runner, _pages_manager=page, has_fragment=lambda part: part in parts, session_state=drawn)


def _granted(session: _Session, *wishes: ClientState, meanwhile: Any = lambda: None) -> list[ClientState]:
    granted: list[ClientState] = []

    async def play() -> None:
        request = redrawing._once_all_is_read(lambda _session, wish: granted.append(wish))
        for wish in wishes:
            request(session, wish)
        at_once.extend(granted)
        meanwhile()
        await asyncio.sleep(4 * redrawing.PUT_OFF)

    at_once: list[ClientState] = []
    asyncio.run(play())
    assert not at_once or at_once == granted, "either at once or put off"
    return granted


def _wish(part: str = PART, page: str = "here") -> ClientState:
    return ClientState(fragment_id=part, page_script_hash=page, is_auto_rerun=bool(part))


def _pressed(page: str = "here") -> ClientState:
    wish = ClientState(page_script_hash=page)
    wish.widget_states.widgets.add(id=BUTTON, trigger_value=True)
    return wish


def test_a_part_waits_until_all_that_an_ended_run_said_is_read() -> None:
    assert _granted(_Session("STOP"), _wish()) == []
    session = _Session("STOP")
    assert _granted(session, _wish(), meanwhile=lambda: setattr(session, "_scriptrunner", None)) == [_wish()]


def test_a_click_on_a_part_that_a_new_session_has_not_drawn_yet_waits_for_it() -> None:
    click = _wish()
    click.is_auto_rerun = False
    assert _granted(_Session("CONTINUE", parts=()), click) == []
    session = _Session("CONTINUE", parts=())
    assert _granted(session, click, meanwhile=lambda: setattr(session, "has_fragment", lambda part: True)) == [click]
    assert _granted(_Session("", parts=()), click) == [click], "without a script at work Streamlit says that there is no such part"
    assert _granted(_Session("CONTINUE", parts=()), _wish()) == [_wish()], "what asks by itself will ask again"


def test_a_button_that_a_new_session_has_not_drawn_yet_waits_for_it() -> None:
    click = _pressed()
    assert _granted(_Session("CONTINUE", buttons=()), click) == []
    session = _Session("CONTINUE", buttons=())
    drawn = session.session_state._new_widget_state.widget_metadata
    assert _granted(session, click, meanwhile=lambda: drawn.update({BUTTON: None})) == [click]
    session = _Session("CONTINUE", buttons=())
    assert _granted(session, click, meanwhile=lambda: setattr(session, "_scriptrunner", None)) == [click], "the page is whole without it"


def test_a_button_that_is_drawn_need_not_wait() -> None:
    assert _granted(_Session("CONTINUE"), _pressed()) == [_pressed()]
    elsewhere = _pressed(page="elsewhere")
    assert _granted(_Session("CONTINUE", buttons=()), elsewhere) == [elsewhere], "who leaves the page need not wait for it"


@pytest.mark.parametrize("state", ["", "CONTINUE", "RERUN"])
def test_otherwise_a_part_need_not_wait(state: str) -> None:
    assert _granted(_Session(state), _wish()) == [_wish()]


def test_a_part_of_a_page_that_was_left_is_not_drawn_again() -> None:
    assert _granted(_Session(), _wish(page="elsewhere")) == []


@pytest.mark.parametrize("state", ["", "STOP", "CONTINUE"])
def test_a_whole_page_is_never_put_off(state: str) -> None:
    assert _granted(_Session(state), _wish(part="", page="elsewhere")) == [_wish(part="", page="elsewhere")]


@pytest.mark.parametrize(("page", "runs"), [("here", True), ("elsewhere", False)])
def test_a_waiting_wish_is_only_granted_on_its_own_page(page: str, runs: bool) -> None:
    ran: list[Any] = []
    run = redrawing._only_of_this_page(lambda _runner, wish: ran.append(wish))
    run(_Session(), SimpleNamespace(fragment_id_queue=[PART], page_script_hash=page))
    assert bool(ran) == runs
    run(_Session(), SimpleNamespace(fragment_id_queue=[], page_script_hash="elsewhere"))
    assert len(ran) == runs + 1, "a whole page always runs"


def test_what_is_mended_is_still_there_to_mend() -> None:
    for owner, names in (
        (ScriptRunner, {"_run_script", "_requests"}),
        (AppSession, {"request_rerun", "_scriptrunner", "_pages_manager", "has_fragment", "session_state"}),
        (SessionState, {"_new_widget_state", "widget_metadata"}),
        (ForwardMsgQueue, {"clear", "_delta_index_map"}),
    ):
        assert all(name in inspect.getsource(owner) for name in names), f"Streamlit changed: look at {redrawing.__name__} again"
