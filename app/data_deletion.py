"""Deleting data that no project uses: asked about first. Says what goes, and which runs were trained on it."""

from typing import Any

import streamlit as st

from app import parts, state, words
from app.text import md, short
from engine.errors import EngineError
from engine.store import datasets as stored
from engine.store import projects, runs, sizes, studies
from engine.store.datasets import Dataset

ASKED = "delete-datasets"


def unused() -> list[Dataset]:
    """The datasets that no project uses, not for its unseen rows either, and no run waits for, the newest first."""
    every = projects.all(state.workspace())
    used = {project.dataset for project in every} | {_outside(project.draft) for project in every}
    used |= {run.dataset for run in runs.active(state.workspace())}
    used |= {study.dataset for study in studies.all(state.workspace()) if not study.is_done}
    return [dataset for dataset in stored.all(state.workspace()) if dataset.id not in used]


def _outside(draft: dict[str, Any]) -> str | None:
    """The dataset with the unseen rows that a draft names."""
    return ((draft.get("plan") or {}).get("split") or {}).get("outside")


def room(found: list[Dataset]) -> int:
    """The bytes they take; the size of the uploaded file where that was not measured yet."""
    known = sizes.all(state.workspace())
    return sum(known.get(f"datasets/{dataset.id}", dataset.bytes) for dataset in found)


def ask(ids: list[str]) -> None:
    """A callback: opens the question whether to delete these."""
    state.keep(ASKED, ids)


def dialog() -> None:
    """Shows the question that is open, if any. Called once a page."""
    if state.recall(ASKED):
        _dialog()


@st.dialog("Delete this data?", icon=":material/delete:", on_dismiss=lambda: state.keep(ASKED, None))
def _dialog() -> None:
    if not state.recall(ASKED):
        st.rerun()
    found = _asked()
    if not found:
        parts.error_box(EngineError("This data is in use or gone meanwhile.", "Close this."), "delete")
        return
    ids = {dataset.id for dataset in found}
    trained = sum(run.dataset in ids for run in runs.all(state.workspace(), of_studies=True))
    if len(found) == 1:
        rows = words.things(found[0].rows, "row")
        st.markdown(f"The data **{md(short(found[0].name, 60))}** goes ({rows}, {words.size(room(found))}). That cannot be undone.")
    else:
        st.markdown(f"**{words.things(len(found), 'dataset')}, {words.size(room(found))}** go. That cannot be undone.")
    if trained:
        st.markdown(f"{words.things(trained, 'run')} learned from it: models stay and can be used, but not be trained again.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Keep it", key="delete-data-no", on_click=state.keep, args=(ASKED, None))
        st.button("Delete", key="delete-data-yes", type="primary", icon=":material/delete:", on_click=_delete)


def _asked() -> list[Dataset]:
    wanted = set(state.recall(ASKED) or [])
    return [dataset for dataset in unused() if dataset.id in wanted]


def _delete() -> None:
    from engine import datasets

    found = _asked()
    state.keep(ASKED, None)
    try:
        for dataset in found:
            datasets.delete(state.workspace(), dataset.id)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")
        return
    state.say_next("The data is deleted.", ":material/delete:")
