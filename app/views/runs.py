"""Runs: everything trained so far; reopen, compare, duplicate with one change, delete."""

from typing import Any

import streamlit as st

from app import charts, parts, pictures, state, words
from app.text import md
from engine.errors import EngineError
from engine.plan import Plan
from engine.store import metrics, projects, runs
from engine.store.runs import ACTIVE, Run

MOST = 200


def page() -> None:
    """The table of runs, and what can be done with the chosen ones."""
    parts.head("Runs", "Every training of every project. Choose one to open it, or several to compare them.")
    found = runs.all(state.workspace(), limit=MOST)
    if not found:
        parts.empty(":material/history:", "No runs yet", "Each training you start is listed here with its result.", "Go to Home", "home")
        return
    titles = {project.id: project.name for project in projects.all(state.workspace())}
    only = _filter(titles)
    found = [run for run in found if only is None or run.project == only]
    table = st.dataframe(_frame(found, titles), hide_index=True, width="stretch", on_select="rerun", selection_mode="multi-row", key=f"runs-{only}")
    chosen = [found[i] for i in table["selection"]["rows"] if i < len(found)]
    if not chosen:
        st.caption("Choose rows at their left edge.")
    elif len(chosen) == 1:
        _one(chosen[0])
    else:
        _compare(chosen[:6])


def _filter(titles: dict[str, str]) -> str | None:
    current = state.current_project()
    if current is None:
        return None
    mine = st.toggle(f"Only {md(titles.get(current.id, current.name))}", key="runs-mine")
    return current.id if mine else None


def _frame(found: list[Run], titles: dict[str, str]) -> Any:
    import pandas as pd

    rows = [
        {
            "Run": run.name or run.id,
            "Project": titles.get(run.project or "", "–"),
            "State": parts.RUN_STATES.get(run.state, (run.state,))[0],
            "Result": _result(run),
            "Guessing": words.measure((run.score or {}).get("baseline"), (run.score or {}).get("unit", "")),
            "Measure": (run.score or {}).get("label", "–"),
            "Took": words.duration(run.facts.get("seconds")),
            "Started": words.ago(run.started or run.created),
        }
        for run in found
    ]
    return pd.DataFrame(rows)


def _result(run: Run) -> str:
    score = run.score or {}
    if score.get("value") is None:
        return "–"
    value = words.measure(score["value"], score.get("unit", ""))
    return value if score.get("low") is None else f"{value}  ({words.measure(score['low'])} to {words.measure(score['high'])})"


def _one(run: Run) -> None:
    with parts.card("run"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{md(run.name or run.id)}**", width="content")
            parts.run_badge(run)
            st.space("stretch")
            st.button("Open", icon=":material/open_in_new:", type="primary", on_click=_open, args=(run,), key="open")
            st.button("Duplicate and change", icon=":material/content_copy:", on_click=_duplicate, args=(run,), key="duplicate", help="Opens its choices on the Design page, ready for one change.")
            st.button("Delete", icon=":material/delete:", on_click=_ask_delete, args=(run,), key="delete", disabled=run.state in ACTIVE, help="Stop it first." if run.state in ACTIVE else None)
        said = (run.score or {}).get("headline") or run.message
        if said:
            st.markdown(md(said))


def _open(run: Run) -> None:
    state.open_run(run.id)
    state.go_next("evaluate" if run.state == "succeeded" else "train", project=run.project, run=run.id)


def _duplicate(run: Run) -> None:
    """Puts the run's plan into its project's draft; a run without a project gets one."""
    if run.project is None:
        project = projects.add(state.workspace(), run.name or "From a run", dataset=run.dataset)
        state.open_project(project.id)
    else:
        state.open_project(run.project)
    plan = Plan.model_validate(run.plan)
    state.save_draft(target=plan.target)
    state.save_plan(plan, undoable=True)
    state.keep("train_anew", True)
    state.go_next("design", run=None)


def _ask_delete(run: Run) -> None:
    """A dialog, because a deleted model cannot be brought back."""

    @st.dialog("Delete this run?")
    def ask() -> None:
        st.markdown(f"**{md(run.name or run.id)}** goes for good: its model, report and curves ({words.size(_size(run))}). The data and the project stay.")
        st.button("Delete it", type="primary", icon=":material/delete:", on_click=_delete, args=(run,), key="delete-sure")

    ask()


def _size(run: Run) -> int:
    folder = state.workspace().run(run.id)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _delete(run: Run) -> None:
    try:
        runs.delete(state.workspace(), run.id)
        state.say_next(f"{md(run.name or run.id)} was deleted.", ":material/delete:")
    except EngineError as error:
        state.say_next(md(str(error)), ":material/error:")


def _compare(chosen: list[Run]) -> None:
    import pandas as pd

    parts.section("Side by side", "What differs between the chosen runs, and how each learned.")
    names = _names(chosen)
    facts = {name: {"Result": _result(run), "Measure": (run.score or {}).get("label", "–"), "Took": words.duration(run.facts.get("seconds")), **_plan_facts(run)} for name, run in zip(names, chosen, strict=True)}
    frame = pd.DataFrame(facts).astype(object).fillna("–")
    same = frame.nunique(axis=1) <= 1
    keep = frame.index.isin(["Result", "Measure", "Took"]) | ~same
    st.dataframe(frame[keep], width="stretch")
    if len({run.dataset for run in chosen}) > 1:
        st.caption(":orange[:material/warning: These runs learned from different data; their results cannot be compared directly.]")
    lines = [(name, *metrics.series(state.workspace(), run.id).get("val_loss", ([], []))) for name, run in zip(names, chosen, strict=True)]
    with parts.card("overlay"):
        st.markdown("**How wrong each was on rows it does not learn from (loss, lower is better)**")
        look = pictures.look()
        colours = (look.training, look.unseen, look.good, look.bad, look.quiet, look.text)
        pictures.draw(charts.overlay(lines, "loss", colours, look), key="overlay")


def _names(chosen: list[Run]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for run in chosen:
        name = run.name or run.id
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _plan_facts(run: Run) -> dict[str, str]:
    """The plan's choices in the words of its own fields."""
    plan = Plan.model_validate(run.plan)
    facts = {"Model": type(plan.architecture).title, "Columns used": str(len(plan.inputs)), "Preparation": ", ".join(type(step).title for step in plan.recipe)}
    for spec in (plan.architecture, plan.training):
        facts |= {param.label: str(getattr(spec, param.name)) for param in spec.params()}
    return facts


page()
