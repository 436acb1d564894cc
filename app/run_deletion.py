"""Deleting runs: asked about first, because a model cannot be brought back. Says what goes and what stays."""

from collections.abc import Sequence

import streamlit as st

from app import errands, parts, state, words
from app.text import md, short
from engine.errors import EngineError, NotFound
from engine.store import runs
from engine.store.runs import Run

ASKED = "delete-runs"


def ask(ids: Sequence[str]) -> None:
    """A callback: opens the question whether to delete these runs."""
    state.keep(ASKED, list(ids))


def dialog() -> None:
    """Shows the question that is open, if any. Called once a page."""
    if state.recall(ASKED):
        _dialog()


@st.dialog("Delete for good?", icon=":material/delete:", on_dismiss=lambda: state.keep(ASKED, None))
def _dialog() -> None:
    found = [run for id in state.recall(ASKED) or [] if (run := _run(id))]
    if not found:
        parts.error_box(EngineError("These runs do not exist any more.", "Close this."), "delete")
        return
    size = words.size(sum(_size(run) for run in found))
    if len(found) == 1:
        st.markdown(f"The run **{md(short(found[0].name or found[0].id, 60))}** goes, with its model, report and curves ({size}).")
    else:
        st.markdown(f"**{len(found)} runs** go, with their models, reports and curves ({size}).")
    st.markdown("That cannot be undone. The data and the projects stay.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Keep" if len(found) > 1 else "Keep it", key="delete-runs-no", on_click=state.keep, args=(ASKED, None))
        st.button("Delete", key="delete-runs-yes", type="primary", icon=":material/delete:", on_click=_delete)


def _run(id: str) -> Run | None:
    try:
        return runs.get(state.workspace(), id)
    except NotFound:
        return None


def _size(run: Run) -> int:
    folder = state.workspace().run(run.id)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _delete() -> None:
    ids = state.recall(ASKED) or []
    state.keep(ASKED, None)
    try:
        for id in ids:
            runs.delete(state.workspace(), id)
            errands.drop(id)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")
        return
    state.say_next("The run is deleted." if len(ids) == 1 else f"{len(ids)} runs are deleted.", ":material/delete:")
