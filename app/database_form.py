"""Rows from a database: where it is, who asks, and the query. The password stays in the open page unless a person wishes it kept."""

from typing import Any

import streamlit as st

from app import arriving, errands, forms, parts, state
from app.text import md, short
from engine import connections, querying
from engine.errors import EngineError
from engine.querying import Query
from engine.sources import SOURCES, Source
from engine.store import projects

KIND, SPEC, KEPT, REFUSED = "database-kind", "database-spec", "database-kept", "database-refused"
PASSWORD, STATEMENT, MOST, REMEMBER = "database-password", "database-statement", "database-most", "database-remember"
EXAMPLE = "SELECT age, ward, outcome FROM patients WHERE year >= 2020"


def fold(into_current: bool) -> None:
    """The form, folded. What comes goes into the current project, or into a new one."""
    with st.expander("Or from a database", icon=":material/database:", key="database-form"):
        _form(into_current)


def _form(into_current: bool) -> None:
    """The password and the query are a form of their own: so every letter counts, wherever the focus goes from there."""
    st.caption("One query that only reads: nothing in the database can be changed from here. It takes up to a minute.")
    _kept()
    titles = {kind: member.title for kind, member in SOURCES.members.items()}
    kind = st.segmented_control("Kind", list(titles), format_func=lambda kind: titles[kind], default=_spec().kind, required=True, key=KIND)
    source = _spec()
    if source.kind != kind:
        source = SOURCES.get(kind)(kind=kind)
    new = forms.edit(source, f"database-{kind}")
    state.keep(SPEC, new.model_dump())
    with st.form("database", border=False, enter_to_submit=False):
        if new.asks_password:
            st.text_input("Password", type="password", key=PASSWORD, autocomplete="off", help="Used once, and not written down.")
        st.text_area("Query", key=STATEMENT, placeholder=EXAMPLE, height=120, help="One SELECT, as your database understands it.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input("At most so many rows", 1, querying.MOST_ROWS, 100_000, step=10_000, key=MOST, width=220)
            ask: dict[str, Any] = {"on_click": _ask, "args": (into_current,)}
            st.form_submit_button("Ask the database", key="database-ask", icon=":material/play_arrow:", **ask)
        if new.asks_password:
            st.checkbox(
                "Keep this connection on this computer",
                key=REMEMBER,
                help="With its password, in a file of the workspace that only your user account may read. Without this, nothing is kept.",
            )
    if refused := state.recall(REFUSED):
        parts.error_box(EngineError(*refused), "database")


def _kept() -> None:
    """Connections kept on wish: each can be used with one click, or forgotten."""
    for place, (source, password) in enumerate(connections.all(state.workspace())):
        with st.container(horizontal=True, vertical_alignment="center", key=f"database-kept-{place}", gap="small"):
            st.markdown(f":material/key: {md(short(source.place, 70))}", width="stretch")
            st.button("Use it", key=f"database-use-{place}", on_click=_use, args=(source, password))
            forget = {"on_click": connections.forget, "args": (state.workspace(), source)}
            st.button("Forget it", key=f"database-forget-{place}", type="tertiary", **forget)


def _spec() -> Source:
    first = next(iter(SOURCES.members))
    try:
        return SOURCES.parse(state.recall(SPEC) or {"kind": first})
    except EngineError:
        return SOURCES.parse({"kind": first})


def _use(source: Source, password: str) -> None:
    state.keep(SPEC, source.model_dump())
    st.session_state[KIND] = source.kind
    st.session_state[PASSWORD] = password


def _ask(into_current: bool) -> None:
    """A callback: the query is asked beside the page; what is wrong with it is said before."""
    source, password = _spec(), str(st.session_state.get(PASSWORD) or "")
    query = Query(source, str(st.session_state.get(STATEMENT) or ""), int(st.session_state.get(MOST) or 100_000))
    try:
        querying.check(query)
    except EngineError as error:
        state.keep(REFUSED, (error.what, error.fix))
        return
    state.keep(REFUSED, None)
    if source.asks_password and st.session_state.get(REMEMBER):
        connections.keep(state.workspace(), source, password)
    project = _project(into_current, source.label)
    asked: dict[str, Any] = {"source": source.model_dump(), "statement": query.statement, "most_rows": query.most_rows}
    asked |= {"seconds": query.seconds, "project": project, "name": f"Rows of {source.place}"}
    errands.start(arriving.key_of(project), "query", replace=True, secret=password, **asked)
    if not into_current:
        state.go_next("data", project=project, run=None)


def _project(into_current: bool, label: str) -> str:
    project = state.current_project() if into_current else None
    if project is None:
        project = projects.add(state.workspace(), arriving.named(label))
        if into_current:
            state.open_project(project.id)
    return project.id
