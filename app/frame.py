"""The sidebar (project, its line of steps, runs) and the line at the top of each page."""

import streamlit as st

from app import component, notices, state, steps
from app.text import md, short
from engine.store import projects, runs, studies

MARKS = {
    "done": ":material/check_circle:",
    "needs you": ":material/error:",
    "ready": ":material/adjust:",
    "running": ":material/progress_activity:",
    "not yet": ":material/radio_button_unchecked:",
}
LOST = {
    state.PROJECT: ("project", "home", "Your projects"),
    state.RUN: ("run", "runs", "All runs"),
    state.STUDY: ("study", "runs", "All runs"),
}
IN_PROJECT = (*steps.LINE, "runs")


def sidebar(here: str) -> None:
    """Home, the project's steps with their states, and the runs."""
    with st.sidebar:
        st.html('<div class="mw-brand"><span class="mw-logo"></span>Modelwright</div>')
        _link("home", here, project=None, run=None)
        _link("runs", here)
        project = state.current_project()
        if project is None:
            st.html('<div class="mw-nav-note">Open a project to see its steps here.</div>')
        else:
            _line(project, here)
        with st.container(key="sidebar-watch"):
            component.named("sidebar", html="<i></i>")(key="sidebar")


def top(here: str) -> None:
    """The project's name with its menu, and what trains now."""
    project = state.current_project()
    has_menu = project is not None and here in steps.LINE
    place = "distribute" if has_menu else "right"
    with st.container(horizontal=True, horizontal_alignment=place, vertical_alignment="center", key="top-line"):
        if has_menu:
            with st.popover(md(short(project.name, 60)), type="tertiary", key="project-menu"):
                _project_menu(project)
        _training_now()


def lost(here: str) -> None:
    """One sentence where a link led to something that is gone, with the way on. Called after the page has looked for it."""
    what = state.lost(here)
    if not what:
        return
    thing, view, label = LOST[what]
    path, query = state.link(view)
    with st.container(key="problem-warn-lost", horizontal=True, vertical_alignment="center", gap="small"):
        said = f"The {thing} that this page was opened with is not there any more."
        st.markdown(f":orange[:material/link_off: **{said}**] It was deleted, or the link is not complete.", width="stretch")
        if view != here:
            st.page_link(path, label=label, icon=":material/arrow_forward:", query_params=query)


@st.fragment(run_every=4)
def _training_now() -> None:
    """A badge for each run under way; a click leads to it."""
    under_way = [run for run in runs.all(state.workspace(), limit=20) if run.state in {"starting", "running", "queued"}]
    asked = [study for study in studies.all(state.workspace()) if not study.is_done]
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small", key="under-way"):
        notices.follow(len(under_way) + len(asked), [study.id for study in asked])
        for study in asked[:2]:
            path, query = state.link("runs", project=study.project, run=None, study=study.id)
            done = f"{study.facts.get('finished', 0)} of {study.facts['total']}" if study.facts.get("total") else "starting"
            st.page_link(path, label=f"{md(short(study.name, 30))} · {done}", icon=":material/progress_activity:", query_params=query)
        for run in under_way[:3]:
            stage = {"queued": "waiting", "starting": "starting"}.get(run.state, "training")
            path, query = state.link("train", project=run.project, run=run.id)
            st.page_link(path, label=f"{md(short(run.name, 30))} · {stage}", icon=":material/progress_activity:", query_params=query)


def _link(view: str, here: str, **changes: str | None) -> None:
    path, query = state.link(view, **changes)
    with st.container(key=f"nav-{view}{'-here' if view == here else ''}"):
        st.page_link(path, label=steps.TITLES[view], icon=steps.ICONS[view], query_params=query, width="stretch")


def _line(project: projects.Project, here: str) -> None:
    with st.container(key="project-name"):
        st.markdown(md(short(project.name, 44)))
    draft = state.draft()
    line = steps.line(project, draft.seen, bool(draft.target), draft.plan is not None, state.project_runs())
    with st.container(key="steps", gap=None):
        for step in line:
            _step(step, here)


def _step(step: steps.Step, here: str) -> None:
    path, query = state.link(step.view)
    mark = MARKS[step.state]
    kind = step.state.replace(" ", "-")
    with st.container(key=f"line-{step.view}-{kind}{'-here' if step.view == here else ''}"):
        st.page_link(path, label=step.title, icon=mark, help=step.why, disabled=not step.is_open, query_params=query, width="stretch")


def _project_menu(project: projects.Project) -> None:
    st.text_input("Project name", project.name, key=f"rename-{project.id}", max_chars=80, on_change=_rename, args=(project.id,))
    st.button("Close the project", icon=":material/logout:", key="close-project", on_click=_close, width="stretch")


def _rename(id: str) -> None:
    name = str(st.session_state[f"rename-{id}"]).strip()
    if name:
        projects.save(state.workspace(), id, name=name)


def _close() -> None:
    state.forget_project()
    state.go_next("home")
