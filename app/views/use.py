"""Use: ask the model about one case, answer a whole file, or take the model away."""

from pathlib import Path
from typing import Any

import streamlit as st

from app import answer_card, case_form, meanwhile, parts, state, taking, trained
from app.text import md
from engine import bundle, verdicts
from engine.columns import Column
from engine.errors import EngineError
from engine.form import FormField
from engine.jobs import desk
from engine.store import models
from engine.store.records import to_json
from engine.store.runs import Run

ONE, MANY, AWAY = "One case", "A whole file", "Take it away"


def page() -> None:
    """The project's model at work."""
    if not parts.need_project() and state.current_run() is None:
        return
    run = trained.need(":material/bolt:", "You can ask the model here, about one case or a whole file.")
    if run is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="page-head"):
        with st.container(gap=None, width="stretch"):
            st.header("Use", anchor=False)
            st.caption("Ask the model about new cases. It answers, and says how sure it is.")
        trained.choose(run)
    _warn(run)
    folder = models.folder(state.workspace(), run.id)
    try:
        fields, target = bundle.form(folder), bundle.columns(folder)[-1]
    except EngineError as error:
        parts.error_box(error, "bundle")
        return
    parts.step_bar("use")
    one, many, away = st.tabs([ONE, MANY, AWAY], default=_first_shown(run), key="use-tabs", on_change="rerun", bind="query-params")
    if one.open:
        with one:
            _one(run, folder, fields, target)
    if many.open:
        with many:
            taking.file(run, folder)
    if away.open:
        with away:
            taking.away(run, folder)


def _first_shown(run: Run) -> str:
    """Where something is under way, if it is: a person who comes back finds it at once."""
    if state.recall("use-first", ("", ONE))[0] != run.id:
        at_work = taking.under_way(run)
        state.keep("use-first", (run.id, {"file": MANY, "away": AWAY}.get(at_work, ONE)))
    return str(state.recall("use-first")[1])


def _warn(run: Run) -> None:
    """A model that is poor, or not shown to be better than that, is not hidden, and not flattered."""
    score = run.score or {}
    if score.get("verdict") in verdicts.UNPROVEN:
        with st.container(key="problem-warn-poor"):
            st.markdown(f":orange[:material/warning: **Think twice before using it.**] {md(score.get('headline', ''))}")


def _one(run: Run, folder: Path, fields: list[FormField], target: Column) -> None:
    with st.container(key="use-one"):
        left, right = st.columns([5, 3], gap="medium")
    with left:
        question = _question(run, folder, fields)
    with right, parts.card("answer"):
        _answer(run, folder, question, target)


def _question(run: Run, folder: Path, fields: list[FormField]) -> dict[str, Any]:
    """What to ask: {"rows": [...]} or {"path": ...}; {} while there is nothing to ask about."""
    if any(field.image for field in fields):
        path = taking.picture(run, folder)
        return {"path": path} if path else {}
    return {"rows": [case_form.ask(fields, run.id, folder)]}


def _answer(run: Run, folder: Path, question: dict[str, Any], target: Column) -> None:
    if not question:
        st.markdown(":gray[:material/bolt: The answer will be here. Give it a picture first.]")
        return
    if "path" in question:
        taking.show(Path(question["path"]))
    key = ("answer", str(folder), run.ended, to_json(question))
    try:
        with st.skeleton(height=180):
            got = meanwhile.get(key, lambda: _asked(str(folder), question))
    except EngineError as error:
        parts.error_box(error, key="answer")
        return
    if got is None:
        meanwhile.wait(180, key)
        return
    answer_card.draw(got, target)


def _asked(folder: str, question: dict[str, Any]) -> dict[str, Any]:
    ask = desk.for_workspace(state.workspace()).ask
    kind = "predict_picture" if "path" in question else "predict"
    return ask(kind, bundle=folder, **question)  # type: ignore[no-any-return]


page()
