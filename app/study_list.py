"""The studies on the Runs page: what was asked, how it stands, and the way to it."""

from collections.abc import Mapping

import streamlit as st

from app import parts, state, words
from app.text import md, short
from engine.errors import EngineError
from engine.store import studies
from engine.store.runs import Run
from engine.store.studies import Record
from engine.studies import STUDIES

SHOWN = 6
STATES = {
    "running": ("Training", ":material/progress_activity:", "blue"),
    "done": ("Answered", ":material/check_circle:", "green"),
    "failed": ("Failed", ":material/error:", "red"),
}


def found() -> bool:
    """Whether there is any."""
    return bool(studies.all(state.workspace()))


def draw(titles: Mapping[str, str]) -> None:
    """The newest studies, a line each; nothing where there are none."""
    known = studies.all(state.workspace())
    if not known:
        return
    what = "Their trainings are listed with them; among the runs below is only the model that came out of one."
    parts.section("Questions that took more than one training", what)
    everything = state.recall("all-studies", False)
    with parts.card("study-list", gap="small"):
        for record in known if everything else known[:SHOWN]:
            _line(record, titles)
    if len(known) > SHOWN and not everything:
        st.button(f"Show all {len(known)}", key="all-studies", type="tertiary", on_click=state.keep, args=("all-studies", True))


def question(record: Record) -> str:
    """What was asked, in the words of the choice."""
    kind = str(record.spec.get("kind"))
    return STUDIES.members[kind].title if kind in STUDIES.members else kind


def badge(record: Record) -> None:
    """The study's state as icon and word."""
    word, icon, colour = STATES[record.state]
    st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]


def back(run: Run) -> None:
    """The way from a training to the study that it belongs to, if any."""
    id = studies.of_run(state.workspace(), run.id)
    if id is None:
        return
    record = studies.get(state.workspace(), id)
    path, query = state.link("runs", project=record.project, run=None, study=id)
    st.page_link(path, label=f"Part of: {md(question(record))}", icon=":material/stacks:", query_params=query)


def delete(id: str) -> None:
    """A callback: the study and its trainings go."""
    try:
        studies.delete(state.workspace(), id)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")
        return
    state.forget_study()
    state.say_next("The study is deleted, with its trainings.", ":material/delete:")


def _line(record: Record, titles: Mapping[str, str]) -> None:
    path, query = state.link("runs", project=record.project, run=None, study=record.id)
    with st.container(key=f"asked-study-{record.id}", horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.page_link(path, label=f"**{md(question(record))}** · {md(short(record.name, 60))}", query_params=query)
            said = record.facts.get("said") or record.message or "It begins."
            st.caption(f"{md(titles.get(record.project or '', 'No project'))} · {md(said)} · {words.ago(record.created)}")
        badge(record)
