"""Runs: everything trained so far; reopen, compare, duplicate with one change, delete."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app import (
    board,
    parts,
    run_deletion,
    run_page,
    run_table,
    run_usage,
    side_by_side,
    state,
    study_list,
    study_page,
    webhook_form,
    words,
)
from app.text import md, short
from engine.store import disk, projects, runs, sizes
from engine.store.runs import Run

MOST = 300
COMPARED = 6
EVERY = 2.0


def page() -> None:
    """The table of runs, and what can be done with the chosen ones; or the study that the URL names."""
    if (study := state.current_study()) is not None:
        study_page.show(study)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            parts.head("Runs", "Every training of every project. Choose one to open it, or several to compare them.")
        webhook_form.button()
    webhook_form.trouble()
    webhook_form.dialog()
    titles = {project.id: project.name for project in projects.all(state.workspace())}
    found = runs.all(state.workspace(), limit=MOST)
    study_list.draw(titles)
    if not found:
        if study_list.found():
            return
        parts.empty(":material/history:", "No runs yet", "Each training you start is listed here with its result.", "Go to Home", "home")
        return
    only = _filter(titles, found)
    shown = [run for run in found if only is None or run.project == only]
    room = sizes.all(state.workspace())
    chosen = run_table.draw(shown, titles, f"runs-{only or 'all'}", room, state.compared().split(","))
    _disk(shown, room)
    if used := run_usage.totals(only):
        st.caption(f":material/bolt: {used}. Energy, money and CO₂ are estimates; a run's page says how.")
    if any(run_page.is_under_way(run) for run in shown):
        _watch([run.id for run in shown], _now(shown))
    if not chosen:
        st.caption("Tick rows at their left edge: one to open, duplicate or delete it, several to compare them.")
        _all_of_one_question(shown)
    elif len(chosen) == 1:
        _one(chosen[0])
    else:
        _several(chosen)
    run_deletion.dialog()


def _filter(titles: Mapping[str, str], found: Sequence[Run]) -> str | None:
    """The project whose runs alone are wanted, if any."""
    there = [id for id in titles if any(run.project == id for run in found)]
    if len(there) < 2:
        return None
    current = state.current_project()
    options = ["", *there]  # None would be an empty field once the page is come back to.
    start = options.index(current.id) if current and current.id in there and state.recall("runs-of-project") else 0
    wanted = st.selectbox(
        "Project",
        options,
        index=start,
        format_func=lambda id: short(titles[id], 60) if id else "All projects",
        key="runs-project",
        label_visibility="collapsed",
        width=340,
        persist_state="session",
    )
    return wanted or None


def _disk(shown: Sequence[Run], room: Mapping[str, int]) -> None:
    measured = [room[f"runs/{run.id}"] for run in shown if f"runs/{run.id}" in room]
    here = state.workspace().path
    taken = f"{words.things(len(shown), 'run')}, {words.size(sum(measured))}" if len(measured) == len(shown) else "Sizes are being measured"
    st.caption(f"{taken}. {words.size(disk.free(here))} of {words.size(disk.total(here))} are free on the disk.")


def _now(found: Sequence[Run]) -> list[str]:
    return [f"{run.id} {run.state}" for run in found]


@st.fragment(run_every=EVERY)
def _watch(ids: list[str], drawn: list[str]) -> None:
    """Draws the page anew when a run has changed its state."""
    if _now([run for run in runs.all(state.workspace(), limit=MOST) if run.id in ids]) != drawn:
        st.rerun()


def _all_of_one_question(shown: Sequence[Run]) -> None:
    question = board.choose(shown)
    if question is None:
        state.compare("")
    else:
        board.draw([run for run in shown if run.dataset == question.dataset], _open, question)


def _one(run: Run) -> None:
    state.compare("")
    with parts.card("run"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{md(short(run.name or run.id, 80))}**", width="content")
            parts.run_badge(run)
            st.space("stretch")
            st.button("Open", key="open", icon=":material/open_in_new:", type="primary", on_click=_open, args=(run,))
            _duplicate_button(run)
            _delete_button([run])
        said = (run.score or {}).get("headline") or run.message
        if said:
            st.markdown(md(said))
        facts = [("Asked for", words.ago(run.created)), ("Took", words.duration(run.facts.get("seconds")))]
        st.caption(" · ".join(f"{name.lower()} {value}" for name, value in facts))


def _duplicate_button(run: Run) -> None:
    plan = run_page.plan_of(run)
    told = "Its choices open on the Design page, ready for one change." if plan else "It was made by another version and cannot be read."
    st.button(
        "Duplicate and change",
        key="duplicate",
        icon=":material/content_copy:",
        disabled=plan is None,
        help=told,
        on_click=_duplicate,
        args=(run,),
    )


def _delete_button(chosen: Sequence[Run]) -> None:
    at_work = any(run.is_active for run in chosen)
    st.button(
        "Delete",
        key="delete",
        icon=":material/delete:",
        disabled=at_work,
        help="Stop or cancel the training first." if at_work else None,
        on_click=run_deletion.ask,
        args=([run.id for run in chosen],),
    )


def _several(chosen: Sequence[Run]) -> None:
    state.compare(",".join(run.id for run in chosen))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            parts.section("Compared", "How good they are beside each other, what differs between them, and how each learned.")
        _delete_button(chosen)
    board.draw(chosen, _open)
    if len(chosen) > COMPARED:
        st.caption(f"Below, the first {COMPARED} of {len(chosen)} stand side by side.")
    side_by_side.draw(chosen[:COMPARED])


def _open(run: Run) -> None:
    state.keep("train-anew", None)
    state.open_run(run.id)
    state.go_next("evaluate" if run.state == "succeeded" else "train", project=run.project, run=run.id)


def _duplicate(run: Run) -> None:
    """Puts the run's plan into its project's draft; a run whose project is gone gets a new one."""
    plan: Any = run_page.plan_of(run)
    known = {project.id for project in projects.all(state.workspace())}
    project = run.project if run.project in known else None
    if project is None:
        project = projects.add(state.workspace(), run.name or "From a run", dataset=run.dataset).id
    state.open_project(project)
    state.save_draft(target=plan.target)
    state.save_plan(plan, touched="architecture", undoable=True)
    state.keep("train-anew", project)
    state.go_next("design", project=project, run=None)


page()
