"""A run that waits: its place, when it is expected to start, and what can be done about it."""

from datetime import UTC, datetime

import streamlit as st

from app import local_time, state, words
from engine.jobs import waiting
from engine.store import outlook, runs
from engine.store.outlook import Outlook
from engine.store.runs import Run


def told(run: Run) -> str:
    """Why it waits and for how long, in plain words (not escaped)."""
    if not waiting.is_due(run.terms):
        left = (datetime.fromisoformat(run.terms.not_before) - datetime.now(UTC)).total_seconds()
        return f"It starts {local_time.of(run.terms.not_before)}, in about {words.duration(left)}"
    ahead = outlook.of(state.workspace(), run.id)
    return ". ".join(filter(None, [run.message.rstrip("."), _line(ahead)]))


def buttons(run: Run) -> None:
    """Start sooner: before others that wait, or before the time it was put off to."""
    if run.state != "queued":
        return
    if not waiting.is_due(run.terms):
        st.button("Start now", key="start-now", icon=":material/play_arrow:", on_click=_start_now, args=(run.id,))
    elif _waits_behind(run):
        st.button("Put it first", key="put-first", icon=":material/vertical_align_top:", on_click=_put_first, args=(run.id,))


def _line(ahead: Outlook) -> str:
    if not ahead.ahead:
        return "It is next"
    first = f"{words.things(ahead.ahead, 'other training')} first"
    return f"{first}; it starts in about {words.duration(ahead.seconds)}" if ahead.seconds else first


def _waits_behind(run: Run) -> bool:
    """Whether another one that waits would start before it."""
    others = [other for other in runs.active(state.workspace()) if not other.is_active and waiting.is_due(other.terms)]
    return bool(others) and others[0].id != run.id


def _start_now(id: str) -> None:
    run = runs.get(state.workspace(), id)
    runs.set_terms(state.workspace(), id, run.terms.with_(not_before=""))


def _put_first(id: str) -> None:
    runs.put_first(state.workspace(), id)
