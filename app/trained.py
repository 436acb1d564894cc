"""Which trained model a page is about: the open run's, else the project's newest; and a way to another one."""

import streamlit as st

from app import parts, state, words
from app.text import md, short
from engine import names
from engine.store import runs
from engine.store.runs import Run


def current() -> Run | None:
    """The open run if it has a model, else the newest one of its project that has."""
    run = state.current_run()
    if run is None or run.state == "succeeded":
        return run
    return next((other for other in _trained(run) if other.state == "succeeded"), None)


def choose(run: Run) -> None:
    """A choice between the project's models, where there are several."""
    others = _trained(run)
    if len(others) < 2:
        return
    short_names = names.without_shared([other.name or other.id for other in others])
    named = {other.id: _named(other, name) for other, name in zip(others, short_names, strict=True)}
    st.session_state["model"] = run.id
    st.selectbox(
        "Model", list(named), format_func=lambda id: named[id], key="model", on_change=_open, label_visibility="collapsed", width=420
    )


def is_older(run: Run) -> None:
    """Says so where the page is about an older model, because the one that was started last has not ended yet."""
    newest = next(iter(runs.all(state.workspace(), project=run.project, limit=1)), None) if run.project else None
    if newest is not None and newest.id != run.id and not newest.is_done:
        shown, coming = (md(short(one.name or one.id, 60)) for one in (run, newest))
        st.markdown(f":gray[:material/hourglass_empty: **{coming}** has not ended yet. This is **{shown}**, trained before it.]")


def need(icon: str, what: str) -> Run | None:
    """The model to show, or the empty state that says what will be here."""
    run = current()
    if run is None:
        waiting = state.current_run()
        said = "It is still learning; its model will be here." if waiting and not waiting.is_done else "Train one first."
        parts.empty(icon, "No model yet", f"{what} {said}", "Go to Train", "train")
    return run


def _trained(run: Run) -> list[Run]:
    found = runs.all(state.workspace(), project=run.project) if run.project else [run]
    found = found if any(other.id == run.id for other in found) else [run, *found]
    return [other for other in found if other.state == "succeeded"]


def _named(run: Run, name: str) -> str:
    score = run.score or {}
    told = words.measure(score.get("value"), score.get("unit", ""))
    return f"{short(name, 44)} · {told} · {words.ago(run.ended or run.created)}"


def _open() -> None:
    state.open_run(st.session_state["model"])
