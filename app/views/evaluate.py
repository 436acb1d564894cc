"""Evaluate: one headline, then one picture a question, all from rows never seen in training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app import charts, check_list, judgement, parts, pictures, run_page, state, study_list, trained
from app.text import md
from engine import bundle
from engine.errors import EngineError
from engine.panels import Mistakes, Notes, Report, Scores, Thresholds
from engine.store import models
from engine.store.runs import Run

KINDS = 12
LEAD = "How good the model is, on rows it never saw in training."
COMPARING = "One of several models made to compare settings, judged on the rows that steered it: how good the best is says its own page."


def page() -> None:
    """The report of the project's model, or the way to one."""
    if not parts.need_project() and state.current_run() is None:
        return
    run = trained.need(":material/fact_check:", "How good it is will be said here, with pictures.")
    if run is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="page-head"):
        with st.container(gap=None, width="stretch"):
            st.header("Evaluate", anchor=False)
            st.caption(COMPARING if judgement.spares_unseen(run) else LEAD)
        trained.choose(run)
    study_list.back(run)
    trained.is_older(run)
    try:
        report = _report(run)
    except EngineError as error:
        parts.error_box(error, "report")
        return
    plan = run_page.plan_of(run)
    judgement.headline(run, report, check_list.is_flattered(plan, run.dataset))
    check_list.doubts(plan, run.dataset)
    judgement.looked_at(run)
    _panels(report, run)
    parts.step_bar("evaluate")


def _report(run: Run) -> Report:
    folder = models.folder(state.workspace(), run.id)
    return _read(str(folder), run.ended or "")


@st.cache_data(max_entries=20, show_spinner=False)
def _read(folder: str, _written: str) -> Report:
    return bundle.report(Path(folder))


def _panels(report: Report, run: Run) -> None:
    """Words and the comparison first, then the charts two a row, then what can be tried, then the mistakes."""
    of = {kind: [panel for panel in report.panels if isinstance(panel, kind)] for kind in (Scores, Notes, Thresholds, Mistakes)}
    for i, panel in enumerate(of[Notes]):
        judgement.notes(panel, f"{i}")
    for panel in of[Scores][:1]:
        judgement.scores(panel, "main")
    _charts([panel for panel in report.panels if charts.is_chart(panel)])
    for panel in of[Thresholds]:
        judgement.thresholds(panel, run.id)
    for i, panel in enumerate(of[Scores][1:]):
        judgement.scores(panel, f"{i}", main=KINDS)
    for panel in of[Mistakes]:
        judgement.mistakes(panel, run)


def _charts(panels: Sequence[Any]) -> None:
    for i in range(0, len(panels), 2):
        pair = panels[i : i + 2]
        for j, column in enumerate(st.columns(len(pair), gap="small")):
            with column:
                _chart(pair[j], f"{i + j}")


@st.fragment
def _chart(panel: Any, key: str) -> None:
    with parts.card(f"chart-{key}", height="stretch", gap="small"):
        st.markdown(f"**{md(panel.title)}**")
        pictures.draw(charts.figure(panel, pictures.look()), key=f"chart-{key}")
        if panel.note:
            st.caption(md(panel.note))
        st.space("stretch")
        judgement.numbers(panel, key)


page()
