"""The buttons of a run that has not ended: pause, go on, stop and keep the best, cancel. Each click is a wish, said at most once."""

import streamlit as st

from app import state
from app.text import md
from engine import checkpoints
from engine.errors import EngineError
from engine.store import runs
from engine.store.runs import Asked, Run

GOES_ON = "Everything is kept, and it goes on at this very place whenever you like."
ANEW = "This kind of training is quick: when it goes on, it starts again from the beginning."
STOP = "It ends now; the best model so far is judged and kept."


def draw(run: Run, can_go_on: bool) -> None:
    """What can be asked of the run now. `can_go_on` says whether its learner keeps its place while it is paused."""
    asked = run.wish or ""
    if run.state == "paused":
        st.button("Go on", key="go-on", type="primary", icon=":material/play_arrow:", on_click=_resume, args=(run.id,))
    elif asked in {"", "pause"}:
        told = GOES_ON if can_go_on else ANEW
        label = "Pausing…" if asked else "Pause"
        click = {"on_click": _wish, "args": (run.id, "pause")}
        st.button(label, key="pause", icon=":material/pause:", disabled=bool(asked), help=told, **click)
    if run.state == "running" or _has_something(run):
        label, click = "Stopping…" if asked == "stop" else "Stop and keep the best", {"on_click": _wish, "args": (run.id, "stop")}
        st.button(label, key="stop", icon=":material/stop_circle:", disabled=asked in {"stop", "cancel"}, help=STOP, **click)
    label, click = "Cancelling…" if asked == "cancel" else "Cancel", {"on_click": _wish, "args": (run.id, "cancel")}
    st.button(label, key="cancel", icon=":material/close:", disabled=asked == "cancel", help="It ends now, and nothing is kept.", **click)


def _has_something(run: Run) -> bool:
    """Whether a run that no process works on could still be judged."""
    return run.state in {"queued", "interrupted", "paused"} and checkpoints.exist(state.workspace().checkpoints(run.id))


def _wish(run: str, asked: Asked) -> None:
    try:
        runs.wish(state.workspace(), run, asked)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _resume(run: str) -> None:
    runs.resume(state.workspace(), run)
