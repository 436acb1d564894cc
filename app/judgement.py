"""The parts of a report that are not plain charts: the headline, the comparison, the threshold to try, the worst mistakes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app import charts, comparison, parts, pictures, state, words
from app.text import md, short
from engine import card, verdicts
from engine.panels import Mistakes, Notes, Report, Scores, Thresholds
from engine.store import looks
from engine.store.runs import Run

VERDICTS = {
    "good": (":material/check_circle:", "green", "Good"),
    "fair": (":material/error:", "orange", "Fair"),
    "poor": (":material/cancel:", "red", "Poor"),
    "unclear": (":material/help:", "gray", "Cannot be told yet"),
}
FLATTERED = (":material/warning:", "orange", "{}, but flattered")
MAIN = 4
A_ROW, ROWS = 6, 3


def headline(run: Run, report: Report, is_flattered: bool = False) -> None:
    """What it comes to, in words, first. A result that `is_flattered` by how the rows were divided is not called good without saying so."""
    icon, colour, word = VERDICTS[report.verdict]
    shown, is_spared = report.verdict, spares_unseen(run)
    if is_flattered and report.verdict not in verdicts.UNPROVEN:
        shown, (icon, colour, word) = "fair", (*FLATTERED[:2], FLATTERED[2].format(word))
    with parts.card(f"verdict-{shown}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
            st.caption(
                f"judged on {words.things(report.rows_test, 'row')} {'that steered it' if is_spared else 'it never saw'}; "
                f"it learned from {words.count(report.rows_training)}, {card.steering(report)}"
            )
        st.markdown(f"### {md(report.headline)}")
        if report.detail:
            st.markdown(md(report.detail))


def spares_unseen(run: Run) -> bool:
    """Whether it was made to compare settings, and judged on the rows that steered it."""
    return bool((run.plan.get("split") or {}).get("spares_unseen"))


def looked_at(run: Run) -> None:
    """This is a look at the rows kept unseen: it is counted, once for each run, and said."""
    unseen = run.facts.get("unseen")
    if not unseen or spares_unseen(run):
        return
    looks.add_said(state.workspace(), run.dataset, str(unseen))
    many = looks.count(state.workspace(), run.dataset, str(unseen))
    if warning := verdicts.chosen_by(many):
        st.markdown(f":orange[:material/visibility: **Looked at often**] · {md(warning)}")
    else:
        others = not (run.plan.get("split") or {}).get("outside") and looks.had_others(state.workspace(), run.dataset, str(unseen))
        st.caption(f":material/visibility: {md(verdicts.first_looks(many, others))}")


def notes(panel: Notes, key: str) -> None:
    """Sentences to know before believing the numbers."""
    mark = ":orange[:material/warning:]" if panel.is_warning else ":gray[:material/info:]"
    with parts.card(f"notes-{key}", gap="small"):
        st.markdown(f"**{md(panel.title)}**")
        for line in panel.lines:
            st.markdown(f"{mark} {md(line)}")


def scores(panel: Scores, key: str, main: int = MAIN) -> None:
    """The first `main` measures; the others folded."""
    with parts.card(f"scores-{key}"):
        st.markdown(f"**{md(panel.title)}**")
        st.html(comparison.table(panel.measures[:main], panel.baseline_name))
        rest = panel.measures[main:]
        if rest:
            with st.expander(words.things(len(rest), "more measure"), key=f"more-{key}"):
                st.html(comparison.table(rest, panel.baseline_name))
        if panel.note:
            st.caption(md(panel.note))


@st.fragment
def thresholds(panel: Thresholds, run: str) -> None:
    """What would happen with another threshold; the model in use keeps its own."""
    with parts.card("thresholds"):
        st.markdown(f"**{md(panel.title)}**")
        left, right = st.columns([3, 2], gap="large")
        with right:
            chosen = st.slider(
                f"Say “{md(short(panel.positive, 30))}” from this chance on",
                0,
                100,
                round(100 * panel.chosen),
                format="%d %%",
                key=f"threshold-{run}",
            )
            is_other = chosen != round(100 * panel.chosen)
            tried = chosen / 100 if is_other else panel.chosen
            for line in outcome(panel, tried):
                st.markdown(line)
            if is_other:
                st.caption(f"The model in use says it from {words.share(panel.chosen)} on.")
        with left:
            pictures.draw(charts.thresholds(panel, pictures.look(), tried), key="thresholds")
            numbers(panel, "thresholds")
        if panel.note:
            st.caption(md(panel.note))


def outcome(panel: Thresholds, tried: float) -> list[str]:
    """What a threshold (0 to 1) means for the rows it never saw, as Markdown."""
    i = min(range(len(panel.thresholds)), key=lambda k: abs(panel.thresholds[k] - tried))
    tp, fp, fn, tn = panel.true_positive[i], panel.false_positive[i], panel.false_negative[i], panel.true_negative[i]
    yes, no = f"“{md(short(panel.positive, 30))}”", f"“{md(short(panel.negative, 30))}”"
    found, all_yes, missed, all_no = words.count(tp), words.count(tp + fn), words.count(fn), words.count(fp + tn)
    said = [
        f":green[:material/check_circle:] Finds **{found}** of the **{all_yes}** rows that are {yes}, and misses {missed}.",
        f":orange[:material/notifications:] Raises **{words.things(fp, 'false alarm')}** among the {all_no} rows that are {no}.",
    ]
    if tp + fp:
        said.append(f":gray[:material/percent:] When it says {yes}, it is right **{words.share(tp / (tp + fp))}** of the time.")
    return said


def mistakes(panel: Mistakes, run: Run) -> None:
    """The worst first, as rows to look through or as pictures."""
    with parts.card("mistakes"):
        st.markdown(f"**{md(panel.title)}**")
        if panel.note:
            st.caption(md(panel.note))
        if not panel.rows:
            st.markdown(":green[:material/check_circle:] None on the rows it never saw.")
        elif any(row.get("image") for row in panel.rows):
            _gallery(panel, run)
        else:
            st.dataframe(frame(panel), hide_index=True, height=min(420, 38 + 35 * len(panel.rows)), alt=panel.title)


def frame(panel: Mistakes) -> Any:
    """The mistakes as a table: what was true and answered first, then the row's own columns under names that differ."""
    import pandas as pd

    fixed = ["Row", "Truth", "Answer", "How wrong"]
    names = distinct([*fixed, *panel.columns])
    rows = [[r["row"], r["truth"], r["prediction"], r.get("detail", ""), *r.get("values", [])] for r in panel.rows]
    return pd.DataFrame(rows, columns=pd.Index(names))


def distinct(names: Sequence[str]) -> list[str]:
    """The names, with a number behind one that is there already."""
    found: list[str] = []
    for name in names:
        new, number = name, 2
        while new in found:
            new, number = f"{name} ({number})", number + 1
        found.append(new)
    return found


def numbers(panel: Any, key: str) -> None:
    """The table behind a chart, sent only when it is asked for."""
    with st.expander("Show the numbers", key=f"numbers-{key}", on_change="rerun") as opened:
        if opened.open:
            st.dataframe(charts.numbers(panel), hide_index=True, height=260, alt=f"The numbers of: {panel.title}")


def _gallery(panel: Mistakes, run: Run) -> None:
    from engine import datasets

    folder = datasets.pictures(state.workspace(), run.dataset)
    shown = panel.rows[: A_ROW * ROWS]
    with st.grid(A_ROW, min_column_width=120, key="gallery", gap="small"):
        for row in shown:
            with st.container(gap=None, key=f"mistake-{row['row']}"):
                _shown(folder / str(row.get("image")), row)
    if len(panel.rows) > len(shown):
        st.caption(f"The {len(shown)} surest of {words.things(len(panel.rows), 'mistake')}.")


def _shown(path: Path, row: dict[str, Any]) -> None:
    if path.is_file():
        st.image(pictures.shown(path), width="stretch", alt=f"Row {row['row']}")
    else:
        st.markdown(":gray[:material/broken_image:]")
    st.markdown(f"**{md(short(row['prediction'], 22))}**  \n:gray[really {md(short(row['truth'], 22))}]")
    st.caption(md(row.get("detail", "")))
