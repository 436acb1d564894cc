"""The app's side of an errand: it is started by a click, watched by whoever has the page open, and found again by its key."""

from typing import Any

import streamlit as st

from app import parts, state, words
from app.text import md
from engine.errors import EngineError
from engine.jobs import errands
from engine.jobs.errands import Errand

EVERY = 0.5


def find(key: str) -> Errand | None:
    """The errand with that key, if there is one that nobody has cancelled."""
    return errands.find(state.workspace(), key)


def waiting(prefix: str) -> list[Errand]:
    """Those whose key begins so and that are under way or failed."""
    return [errand for errand in errands.all(state.workspace(), prefix) if errand.state != "done"]


def start(key: str, question: str, **asked: Any) -> bool:
    """A callback's way to begin one; False, with a word to the person, when the computer is not free for it. See `jobs.errands`."""
    try:
        errands.start(state.workspace(), key, question, **asked)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")
        return False
    return True


def cancel(key: str) -> None:
    """Nobody wants it any more."""
    errands.cancel(state.workspace(), key)


def forget(key: str) -> None:
    """What became of it has been seen."""
    errands.forget(state.workspace(), key)


def once_more(errand: Errand, **changed: Any) -> None:
    """A callback's way to begin a failed one again, perhaps with other arguments."""
    try:
        errands.once_more(state.workspace(), errand, **changed)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def drop(run: str) -> None:
    """The run is deleted: what is being made with its model, and what was answered with it, goes too."""
    for errand in [*errands.all(state.workspace(), f"answers-{run}"), *errands.all(state.workspace(), f"export-{run}-")]:
        errands.cancel(state.workspace(), errand.key)


@st.fragment(run_every=EVERY)
def watch(key: str, title: str, said: str) -> None:
    """How far it is and how long it still takes, with a cancel. `title` is escaped; `said` is the word to give when it was cancelled."""
    errand = find(key)
    if errand is None or errand.is_over:
        st.rerun()
    with st.container(key=f"errand-{key}", horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(width="stretch", gap="small"):
            st.markdown(f"**{title}**")
            st.progress(errand.part, text=told(errand))
        st.button("Cancel", key=f"cancel-{key}", icon=":material/close:", on_click=_cancel, args=(key, said))


def told(errand: Errand) -> str:
    """The stage, and the time left once that can be said."""
    left = f" · {words.duration(errand.left)} left" if errand.left else ""
    return f"{md(errand.stage)}{left}"


def failure(errand: Errand, title: str) -> None:
    """That it failed and why, and a way to put the message away. `title` is escaped."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"failed-{errand.key}"):
        st.markdown(f"**{title}**", width="stretch")
        st.button("Close", key=f"close-{errand.key}", type="tertiary", icon=":material/close:", on_click=forget, args=(errand.key,))
    if errand.error:
        parts.error_box(errand.error, errand.key)


def _cancel(key: str, said: str) -> None:
    errands.cancel(state.workspace(), key)
    state.say_next(said, ":material/cancel:")
