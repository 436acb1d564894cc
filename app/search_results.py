"""What the search for better settings has found: its history, which settings matter, and every training to take over."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app import curves, fold_results, judgement, parts, pictures, state, study_charts, words
from app.text import md, short
from engine import board_words, boards
from engine.errors import EngineError
from engine.plan import Plan
from engine.store import projects, runs
from engine.store.records import is_same_plan
from engine.store.runs import Run
from engine.store.studies import WINNER, Child, Record
from engine.studies.base import adopted
from engine.wording import within

TRIAL = "trial"
FEWEST, ENOUGH, MOST_SLICES = 3, 20, 6


def draw(study: Record, children: Sequence[Child], plan: Plan | None) -> None:
    """Nothing where the study asks something else, or nothing has begun."""
    trials = [child for child in children if child.role == TRIAL]
    if not trials:
        return
    _winner(study, children, plan)
    losses = {child.number: loss for child in trials if (loss := _loss(child)) is not None}
    judged = [child for child in trials if child.number in losses]
    if judged:
        _charts(study, judged, losses)
    _table(study, trials, losses, plan)


def _winner(study: Record, children: Sequence[Child], plan: Plan | None) -> None:
    won = [child for child in children if child.role == WINNER and child.run.state == "succeeded"]
    if not won:
        if study.state == "done" and study.facts.get("best") is not None:
            st.caption("The model with the best settings was deleted. Take its settings over in the table below to train it again.")
        return
    when = "judged once on rows that no training saw" if study.is_done else "as they were judged when it was stopped"
    with parts.card("study-winner", gap="small"):
        st.markdown(f"**The best settings, {when}**")
        st.markdown(md((won[0].run.score or {}).get("headline", "")))
        if study.is_done and (said := _beside_own(study, won[0].run)):
            st.markdown(md(said))
        judgement.looked_at(won[0].run)
        with st.container(horizontal=True):
            st.button(
                "See how good it is",
                key="winner-open",
                type="primary",
                icon=":material/fact_check:",
                on_click=fold_results.open_run,
                args=(won[0],),
            )
            _use_button(study, won[0], plan, "Use these settings", "winner-use")


def _beside_own(study: Record, winner: Run) -> str:
    """How the person's own settings did on the same rows, if they were trained and judged too."""
    if is_same_plan(winner.plan, study.plan):
        return ""
    others = runs.all(state.workspace(), project=study.project) if study.project else []
    own = next((run for run in others if run.state == "succeeded" and is_same_plan(run.plan, study.plan)), None)
    board = boards.of(state.workspace(), [own, winner]) if own else None
    return board_words.beside(board, own.id, winner.id) if own and board else ""


def _charts(study: Record, judged: Sequence[Child], losses: Mapping[int, float]) -> None:
    look, dimensions = pictures.look(), study.facts.get("dimensions") or []
    labels = {dimension["path"]: dimension["label"] for dimension in dimensions}
    left, right = st.columns(2, gap="small")
    with left, parts.card("search-history", gap="small", height="stretch"):
        st.markdown("**Does looking further pay?**")
        early = [child.dropped or child.is_cut_short for child in judged]
        chart = study_charts.history([c.number for c in judged], [losses[c.number] for c in judged], early, look)
        pictures.draw(chart, key="search-history-chart")
    with right, parts.card("search-importance", gap="small", height="stretch"):
        st.markdown("**Which settings matter?**")
        if study.facts.get("importance"):
            pictures.draw(study_charts.importance(study.facts["importance"], labels, look), key="search-importance-chart")
            if len(judged) < ENOUGH:
                st.caption("With so few trainings this is a first hint; it can change a lot.")
        else:
            st.caption("That is known once six trainings have come to their end.")
    searched = [child for child in judged if set(child.settings) == set(labels) and not child.dropped]
    first = min((child for child in judged if not child.dropped), key=lambda child: losses[child.number], default=None)
    if len(searched) < FEWEST or not dimensions:
        return
    settings, found = [child.settings for child in searched], [losses[child.number] for child in searched]
    with parts.card("search-parallel", gap="small"):
        st.markdown("**Which settings go together?**")
        pictures.draw(study_charts.parallel(dimensions, settings, found, look), key="search-parallel-chart")
        st.caption(f"A line is a training; the best third is coloured, and the best of them is bold. {_only(searched, first)}".strip())
    with parts.card("search-slices", gap="small"):
        st.markdown("**What each setting did**")
        with st.grid(3, min_column_width=260, key="search-slices-grid", gap="small"):
            for dimension in _telling(dimensions, study.facts.get("importance") or {}):
                pictures.draw(study_charts.one_setting(dimension, settings, found, look), key=f"search-slice-{dimension['path']}")


def _only(searched: Sequence[Child], first: Child | None) -> str:
    """That only one kind of model is drawn, where the best of all is of another."""
    if first is None or first in searched:
        return ""
    return f"Only the kind that was searched is drawn, {within(_kind(searched[0]))}; the best of all is of another: {within(_kind(first))}."


def _telling(dimensions: Sequence[Mapping[str, Any]], shares: Mapping[str, float]) -> list[Mapping[str, Any]]:
    return sorted(dimensions, key=lambda dimension: -shares.get(dimension["path"], 0.0))[:MOST_SLICES]


def _table(study: Record, trials: Sequence[Child], losses: Mapping[int, float], plan: Plan | None) -> None:
    import pandas as pd

    ordered = sorted(trials, key=lambda child: (child.dropped or child.number not in losses, losses.get(child.number, 0.0), child.number))
    labels = {dimension["path"]: dimension["label"] for dimension in study.facts.get("dimensions") or []}
    metric = next((found[0] for child in trials if (found := child.run.facts.get("metrics"))), {"label": "Measure", "unit": ""})
    rows = [{**_row(child, losses, metric), **{labels[path]: _said(_value(child, path)) for path in labels}} for child in ordered]
    parts.section("The trainings", "The best first, by their loss on the rows that steer. Tick a row to take its settings over.")
    shown = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(520, 37 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="single-row",
        key="search-table",
        alt="The trainings of the study",
    )
    chosen = shown["selection"]["rows"]
    if chosen and chosen[0] < len(ordered):
        child = ordered[chosen[0]]
        with st.container(horizontal=True):
            _use_button(study, child, plan, f"Use the settings of training {child.number + 1}", "search-use")
            st.button("Open it", key="search-open", icon=":material/open_in_new:", on_click=fold_results.open_run, args=(child,))


def _value(child: Child, path: str) -> Any:
    """As its plan says; what that leaves to the program as it was settled; None for another kind of model."""
    part, name = path.split(".")
    return (child.run.plan[part].get(name) or child.settings.get(path)) if child.settings else None


def _row(child: Child, losses: Mapping[int, float], metric: Mapping[str, str]) -> dict[str, str]:
    ended = parts.RUN_STATES.get(child.run.state, (child.run.state,))[0]
    state_ = "Given up" if child.dropped else "Stopped early" if child.is_cut_short else ended
    best = (child.run.facts.get("best") or {}).get("value")
    return {
        "No.": str(child.number + 1),
        "Model": _kind(child),
        "State": state_,
        "Loss": words.measure(losses.get(child.number)),
        metric["label"]: words.measure(best, metric["unit"]),
        "Took": words.duration(child.run.facts.get("seconds")),
    }


def _kind(child: Child) -> str:
    from engine.architectures import ARCHITECTURES

    kind = str((child.run.plan.get("architecture") or {}).get("kind"))
    return ARCHITECTURES.members[kind].title if kind in ARCHITECTURES.members else kind


def _loss(child: Child) -> float | None:
    """What it is compared by; of one that was given up the best until then."""
    if child.run.state == "succeeded":
        found = (child.run.facts.get("best") or {}).get("loss")
        return float(found) if found is not None else None
    values = curves.of(state.workspace(), child.run).get("val_loss", ([], []))[1] if child.dropped else []
    return min(values, default=None)


def _said(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return words.measure(value) if isinstance(value, float) else str(value)


def _use_button(study: Record, child: Child, plan: Plan | None, label: str, key: str) -> None:
    project = state.current_project()
    is_possible = plan is not None and project is not None and project.id == study.project
    told = "They open on the Design page of the project." if is_possible else "The project of this study is gone."
    st.button(label, key=key, icon=":material/content_copy:", disabled=not is_possible, help=told, on_click=_use, args=(study, child))


def _use(study: Record, child: Child) -> None:
    """Puts the settings into the project's draft, for one training of them; Undo takes them back."""
    try:
        plan = adopted(Plan.model_validate(study.plan), Plan.model_validate(child.run.plan))
        projects.get(state.workspace(), study.project or "")
    except (EngineError, ValueError):
        state.say_next("These settings were made by another version and cannot be read.", ":material/error:")
        return
    state.open_project(study.project or "")
    state.save_draft(target=plan.target)
    state.save_plan(plan, touched="architecture", undoable=True, search={})
    state.save_plan(plan, touched="training")
    state.keep("train-anew", study.project)
    state.forget_study()
    state.say_next(f"The settings of {md(short(child.run.name, 60))} are chosen.")
    state.go_next("design", project=study.project, run=None)
