"""Parts of a page that are drawn again by themselves, kept from spoiling a page that is on its way.

Streamlit 1.67 loses its place in three ways while parts with `run_every` ask to be drawn again; each leaves the browser with a page that is
white or half there ("Bad delta path index"). All three are races of milliseconds, seen on busy computers; a fourth loses a click:

- A part of the page just left asks while the next page is being drawn. Its wish waits, and is then granted in the name of the old page:
  the browser throws away the new page's content. Such a wish is dropped here.
- A part asks when a run of the script has ended but the server has not yet read what it said. A new run is begun and the rest of the old
  one's messages are thrown away. The wish is put off here until they are read.
- What a page's run said about a part is taken out of the queue when that part's own run begins, but what stands behind it in the page
  stays, without the place before it. Everything that was said is sent here.
- After a restart of the server a person clicks before the page has been drawn for the new session: it does not know that part, or what a
  click on that button does, and the click is dropped. It waits here until the page is there.
"""

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner

PUT_OFF = 0.005


def install() -> None:
    """Mends the four, once a process. A Streamlit that no longer has such a method is left as it is; the tests then say so."""
    for owner, name, mended in (
        (ScriptRunner, "_run_script", _only_of_this_page),
        (AppSession, "request_rerun", _once_all_is_read),
        (ForwardMsgQueue, "clear", _with_all_that_was_said),
    ):
        method = getattr(owner, name, None)
        if method and not hasattr(method, "__wrapped__"):
            setattr(owner, name, wraps(method)(mended(method)))


def _only_of_this_page(run: Callable[..., None]) -> Callable[..., None]:
    def run_script(runner: ScriptRunner, wish: RerunData) -> None:
        if not (wish.fragment_id_queue and _is_of_another_page(runner, wish)):
            run(runner, wish)

    return run_script


def _once_all_is_read(request: Callable[..., None]) -> Callable[..., None]:
    def request_rerun(session: AppSession, wish: ClientState | None) -> None:
        if wish is not None:
            if (wish.fragment_id and _is_unread(session)) or _is_too_early(session, wish):
                asyncio.get_running_loop().call_later(PUT_OFF, request_rerun, session, wish)
                return
            if wish.fragment_id and session._scriptrunner is None and _is_of_another_page(session, wish):
                return
        request(session, wish)

    return request_rerun


def _is_of_another_page(drawing: ScriptRunner | AppSession, wish: RerunData | ClientState) -> bool:
    """Whether a page that was left has it; before the first page no one can tell."""
    here = drawing._pages_manager.current_page_script_hash
    return bool(here) and wish.page_script_hash != here


def _is_unread(session: AppSession) -> bool:
    """Whether the session's script has ended and something that it said still waits to be read."""
    runner = session._scriptrunner
    return runner is not None and runner._requests._state.name == "STOP"


def _is_too_early(session: AppSession, wish: ClientState) -> bool:
    """Whether a person did something with what the script, still at work on that page, has not come to."""
    if session._scriptrunner is None or wish.is_auto_rerun or _is_of_another_page(session, wish):
        return False
    drawn = session.session_state._new_widget_state.widget_metadata
    has_part = not wish.fragment_id or session.has_fragment(wish.fragment_id)
    return not has_part or any(widget.id not in drawn for widget in wish.widget_states.widgets)


def _with_all_that_was_said(clear: Callable[..., None]) -> Callable[..., None]:
    def clear_queue(queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: Any = None) -> None:
        if retain_lifecycle_msgs and fragment_ids_this_run:
            queue._delta_index_map = {}
        else:
            clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)

    return clear_queue
