"""Evaluate: one headline, then one picture a question, from rows never seen in training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app import charts, parts, state, words
from app.pictures import draw, look
from app.text import md, short
from engine.panels import Mistakes, Notes, Report, Score, Scores, Thresholds
from engine.store.runs import Run

VERDICT = {"good": ("check_circle", "green", "Good"), "fair": ("error", "orange", "Fair"), "poor": ("cancel", "red", "Poor")}
PICTURES_A_ROW = 6


def page() -> None:
    """The report of the project's current run, or the way to one."""
    run = state.current_run()
    parts.head("Evaluate", "How good the model is, on rows it never saw in training.")
    if run is None:
        parts.empty(":material/insights:", "No model to judge yet", "Train one first; its report will be here.", "Go to Train", "train")
        return
    report = _report(run)
    if report is None:
        parts.empty(":material/hourglass_top:", "This run has no report", f"Its state is: {parts.RUN_STATES.get(run.state, (run.state,))[0].lower()}.", "Go to Train", "train")
        return
    _headline(run, report)
    _panels(run, report)
    parts.step_bar("evaluate")


def _report(run: Run) -> Report | None:
    path = state.workspace().run(run.id) / "bundle" / "report.json"
    return _read(str(path), path.stat().st_mtime) if path.exists() else None


@st.cache_data(max_entries=20, show_spinner=False)
def _read(path: str, _changed: float) -> Report:
    return Report.model_validate_json(Path(path).read_text())


def _headline(run: Run, report: Report) -> None:
    icon, colour, word = VERDICT[report.verdict]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(word, icon=f":material/{icon}:", color=colour)
            st.caption(f"{md(run.name or run.id)} · {words.things(report.rows_test, 'row')} never seen in training, {words.count(report.rows_training)} learned from, {words.count(report.rows_validation)} steered it")
        st.markdown(f"### {md(report.headline)}")
        if report.detail:
            st.markdown(md(report.detail))


def _panels(run: Run, report: Report) -> None:
    """Tables and words over the full width, charts two a row, in the report's order."""
    waiting: list[Any] = []
    for panel in report.panels:
        if charts.is_chart(panel) and not isinstance(panel, Thresholds):
            waiting.append(panel)
            continue
        _charts(waiting)
        waiting = []
        _TABLES[type(panel)](panel, run)
    _charts(waiting)


def _charts(panels: Sequence[Any]) -> None:
    for i in range(0, len(panels), 2):
        for column, panel in zip(st.columns(2 if len(panels) > 1 else 1), panels[i : i + 2], strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{md(panel.title)}**")
                draw(charts.figure(panel, look()), key=f"{panel.kind}_{panel.title}")
                if panel.note:
                    st.caption(md(panel.note))


def _scores(panel: Scores, run: Run) -> None:
    import pandas as pd

    rows = [
        {
            "Measure": m.label,
            "This model": _said(m.model, m.unit),
            panel.baseline_name: _said(m.baseline, m.unit),
            "A simple formula (linear)": _said(m.linear, m.unit),
            "Better is": m.better,
            "What it means": m.help,
        }
        for m in panel.measures
    ]
    with st.container(border=True):
        st.markdown(f"**{md(panel.title)}**")
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
        st.caption(md(panel.note) if panel.note else "In brackets: the range that holds with 95 % certainty, given so many rows.")


def _said(score: Score | None, unit: str) -> str:
    if score is None or score.value is None:
        return "–"
    value = words.measure(score.value, unit)
    return value if score.low is None else f"{value}  ({words.measure(score.low)} to {words.measure(score.high)})"


def _thresholds(panel: Thresholds, run: Run) -> None:
    with st.container(border=True):
        st.markdown(f"**{md(panel.title)}**")
        left, right = st.columns([3, 2], gap="medium")
        chosen = right.slider(
            f"Say {md(panel.positive)} from this chance on", 0, 100, round(100 * panel.chosen), format="%d %%", key=f"threshold_{run.id}", help="Try other values; the model in use keeps its own."
        )
        i = min(range(len(panel.thresholds)), key=lambda k: abs(panel.thresholds[k] - chosen / 100))
        with right:
            _outcome(panel, i)
        left.plotly_chart(charts.figure(panel, look()), theme=None, config=charts.CONFIG, key="thresholds")
        if panel.note:
            st.caption(md(panel.note))


def _outcome(panel: Thresholds, i: int) -> None:
    tp, fp, fn, tn = panel.true_positive[i], panel.false_positive[i], panel.false_negative[i], panel.true_negative[i]
    yes, no = md(panel.positive), md(panel.negative)
    st.markdown(f":material/check_circle: Finds **{tp}** of the **{tp + fn}** rows that are really {yes}; misses {fn}.")
    st.markdown(f":material/notifications: Raises **{fp}** false alarms among {fp + tn} rows that are really {no}.")
    if tp + fp:
        st.markdown(f":material/percent: When it says {yes}, it is right {words.share(tp / (tp + fp))} of the time.")


def _mistakes(panel: Mistakes, run: Run) -> None:
    with st.container(border=True):
        st.markdown(f"**{md(panel.title)}**")
        if not panel.rows:
            st.caption("No mistakes on the rows it never saw.")
        elif any("image" in row for row in panel.rows):
            _gallery(panel, run)
        else:
            st.dataframe(_frame(panel), hide_index=True, width="stretch", height=min(420, 40 + 35 * len(panel.rows)))
        if panel.note:
            st.caption(md(panel.note))


def _frame(panel: Mistakes) -> Any:
    import pandas as pd

    fixed = ["Row", "Truth", "Answer", "Remark"]
    labels = [c if c not in fixed else f"{c} (column)" for c in panel.columns]
    rows = [[r["row"], r["truth"], r["prediction"], r.get("detail", ""), *r.get("values", [])] for r in panel.rows]
    return pd.DataFrame(rows, columns=pd.Index([*fixed, *_distinct(labels)]))


def _distinct(labels: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found


def _gallery(panel: Mistakes, run: Run) -> None:
    folder = state.workspace().dataset(run.dataset) / "files"
    shown = panel.rows[: 3 * PICTURES_A_ROW]
    for i in range(0, len(shown), PICTURES_A_ROW):
        for column, row in zip(st.columns(PICTURES_A_ROW), shown[i : i + PICTURES_A_ROW], strict=False):
            path = folder / row["image"]
            if path.exists():
                column.image(str(path), width="stretch")
            column.markdown(f"**{md(short(row['prediction'], 18))}**  \nreally {md(short(row['truth'], 18))}")
            column.caption(md(row.get("detail", "")))


def _notes(panel: Notes, run: Run) -> None:
    with st.container(border=True):
        st.markdown(f"**{md(panel.title)}**")
        for line in panel.lines:
            st.markdown(f"- {md(line)}")


_TABLES = {Scores: _scores, Thresholds: _thresholds, Mistakes: _mistakes, Notes: _notes}

page()
