"""What cross-validation has found: each training's score with the mean and its interval, their curves, and a table of them."""

from collections.abc import Sequence

import streamlit as st

from app import charts, curves, parts, pictures, run_page, state, study_charts, words
from app.text import md, short
from engine.plan import Plan
from engine.store import studies
from engine.store.studies import Child, Record
from engine.studies import rivals, versus
from engine.studies.cross_validation import FOLD
from engine.studies.cross_validation import name as named

MOST_RIVALS = 4


def draw(study: Record, children: Sequence[Child], plan: Plan | None) -> None:
    """Nothing where the study asks something else, or nothing has begun."""
    folds = [child for child in children if child.role == FOLD]
    if not folds:
        return
    left, right = st.columns(2, gap="small")
    if study.facts.get("scores"):
        with left, parts.card("fold-scores", gap="small", height="stretch"):
            st.markdown("**How much does it depend on which rows are unseen?**")
            pictures.draw(study_charts.scores(study.facts, pictures.look()), key="fold-scores-chart")
            st.caption("The line is the mean, the band its 95 % interval; the thin lines are the intervals of single trainings.")
    with right, parts.card("fold-curves", gap="small", height="stretch"):
        st.markdown("**Do they all learn alike?**")
        _curves(folds, plan)
        st.caption("How wrong each is on the rows that steer it (loss), lower is better.")
    _beside(study)
    _table(folds, study)


def _beside(study: Record) -> None:
    """Other models of the project that were asked the same on the same rows."""
    others = rivals(study, studies.all(state.workspace(), project=study.project)) if study.is_done else []
    if not others:
        return
    with parts.card("fold-beside", gap="small"):
        st.markdown("**Against your other models, training by training**")
        for other in others[:MOST_RIVALS]:
            found = words.measure(other.facts.get("mean"), str(other.facts.get("unit", "")))
            st.markdown(f"{md(short(other.name, 60))} ({found}): this one is {md(versus(study, other))}")


def _curves(folds: Sequence[Child], plan: Plan | None) -> None:
    lines = [(named(child), *curves.of(state.workspace(), child.run).get("val_loss", ([], []))) for child in folds]
    known = [line for line in lines if line[1]]
    if not known:
        st.caption("The first curve appears in a moment.")
        return
    chart = charts.overlay(known, run_page.step_word(plan), "loss", pictures.colours(), pictures.look())
    pictures.draw(chart, key="fold-curves-chart")


def _table(folds: Sequence[Child], study: Record) -> None:
    import pandas as pd

    unit = str(study.facts.get("unit", ""))
    rows = [
        {
            "Unseen": named(child),
            "State": parts.RUN_STATES.get(child.run.state, (child.run.state,))[0],
            "Result": words.measure((child.run.score or {}).get("value"), unit),
            "Guessing": words.measure((child.run.score or {}).get("baseline"), unit),
            "Rows unseen": words.count((child.run.facts.get("rows") or {}).get("test", 0)),
            "Took": words.duration(child.run.facts.get("seconds")),
        }
        for child in folds
    ]
    parts.section("The trainings")
    shown = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="fold-table",
        alt="The trainings of the study",
    )
    chosen = shown["selection"]["rows"]
    if chosen and chosen[0] < len(folds):
        child = folds[chosen[0]]
        st.button(f"Open {md(named(child).lower())}", key="fold-open", icon=":material/open_in_new:", on_click=open_run, args=(child,))
    else:
        st.caption("Tick a row to open its training.")


def open_run(child: Child) -> None:
    """A callback: leads to the training's own page."""
    state.keep("train-anew", None)
    state.forget_study()
    view = "evaluate" if child.run.state == "succeeded" else "train"
    state.go_next(view, project=child.run.project, run=child.run.id)
