"""Deleting: the one thing that is asked about first, because it cannot be undone. Says what goes and what stays."""

import streamlit as st

from app import arriving, data_deletion, errands, parts, run_deletion, state, words
from app.text import md
from engine.errors import EngineError, NotFound
from engine.store import datasets as stored
from engine.store import projects, runs, studies


def ask_project(id: str) -> None:
    """A callback: opens the question whether to delete the project."""
    state.keep("delete-project", id)


def dialogs() -> None:
    """Shows the question that is open, if any. Called once a page."""
    id = state.recall("delete-project")
    if id:
        _project_dialog(id)


@st.dialog("Delete this project?", icon=":material/delete:", on_dismiss=lambda: state.keep("delete-project", None))
def _project_dialog(id: str) -> None:
    if state.recall("delete-project") != id:
        st.rerun()
    try:
        project = projects.get(state.workspace(), id)
    except NotFound as error:
        parts.error_box(error, "delete")
        return
    own = runs.all(state.workspace(), project=id, of_studies=True)
    st.markdown(f"The project **{md(project.name)}** and the choices made in it will be deleted. That cannot be undone.")
    if own:
        st.toggle(
            f"Also delete its {run_deletion.what_goes(own)}",
            key="delete-runs",
            help="Otherwise they stay under Runs.",
        )
    if _only_here(project):
        st.toggle(
            f"Also delete its data ({_size(project.dataset or '')})",
            value=True,
            key="delete-data",
            help="Otherwise the data stays for other projects.",
        )
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Keep it", key="delete-no", on_click=state.keep, args=("delete-project", None))
        st.button("Delete", key="delete-yes", type="primary", icon=":material/delete:", on_click=_delete, args=(id,))


def _only_here(project: projects.Project) -> bool:
    others = projects.all(state.workspace())
    return project.dataset is not None and not any(other.dataset == project.dataset for other in others if other.id != project.id)


def _size(dataset: str) -> str:
    try:
        found = stored.get(state.workspace(), dataset)
    except NotFound:
        return "nothing left"
    return f"{words.things(found.rows, 'row')}, {words.size(data_deletion.room([found]))}"


def _delete(id: str) -> None:
    """Runs first, then the data, then the project: what is refused leaves everything after it in place."""
    from engine import datasets

    workspace, project = state.workspace(), projects.get(state.workspace(), id)
    state.keep("delete-project", None)
    try:
        if st.session_state.get("delete-runs"):
            for study in studies.all(workspace, project=id):
                studies.delete(workspace, study.id)
            for run in runs.all(workspace, project=id):
                runs.delete(workspace, run.id)
                errands.drop(run.id)
        if project.dataset and st.session_state.get("delete-data"):
            datasets.delete(workspace, project.dataset)
        arriving.drop(id)
        projects.delete(workspace, id)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")
        return
    if st.session_state.get(state.PROJECT) == id:
        state.forget_project()
    state.say_next("The project is deleted.")
