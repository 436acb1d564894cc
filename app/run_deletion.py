"""Deleting runs: asked about first, because a model cannot be brought back. Says what goes and what stays."""

from collections.abc import Sequence

import streamlit as st

from app import errands, parts, state, words
from app.text import md, short
from engine.errors import EngineError, NotFound
from engine.store import runs, sizes
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
    if not state.recall(ASKED):
        st.rerun()
    found = [run for id in state.recall(ASKED) or [] if (run := _run(id))]
    if not found:
        parts.error_box(EngineError("These runs do not exist any more.", "Close this."), "delete")
        return
    if len(found) == 1:
        size = words.size(bytes) if (bytes := sizes.of_runs(state.workspace(), [found[0].id])) is not None else "size not measured yet"
        st.markdown(f"The run **{md(short(found[0].name or found[0].id, 60))}** goes, with its model, report and curves ({size}).")
    else:
        st.markdown(f"**{what_goes(found)}** go, with reports and curves.")
    st.markdown("That cannot be undone. The data and the projects stay.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Keep" if len(found) > 1 else "Keep it", key="delete-runs-no", on_click=state.keep, args=(ASKED, None))
        st.button("Delete", key="delete-runs-yes", type="primary", icon=":material/delete:", on_click=_delete)


def what_goes(found: Sequence[Run]) -> str:
    """ "3 runs, 1 model, 120 MB"; the size only when all were measured."""
    models = sum(run.state == "succeeded" for run in found)
    size = sizes.of_runs(state.workspace(), [run.id for run in found])
    told = [words.things(len(found), "run"), words.things(models, "model") if models else "no model"]
    return ", ".join([*told, *([] if size is None else [words.size(size)])])


def _run(id: str) -> Run | None:
    try:
        return runs.get(state.workspace(), id)
    except NotFound:
        return None


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
    state.forget_runs(ids)
    state.say_next("The run is deleted." if len(ids) == 1 else f"{len(ids)} runs are deleted.", ":material/delete:")
