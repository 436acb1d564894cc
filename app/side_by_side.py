"""Several runs compared: their results, the choices in which they differ, and their curves on one chart."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import charts, curves, parts, pictures, run_page, run_table, run_usage, state, words
from app.judgement import distinct
from app.text import md, short
from engine import splits
from engine.spec import Param
from engine.store.runs import Run

ALWAYS = ("Result", "Measure", "Took", "Energy, estimated")
NOT_SET = "–"


def draw(chosen: Sequence[Run]) -> None:
    """The table of differences, then the curves on rows none of them learned from."""
    names = distinct([short(run.name or run.id, 60) for run in chosen])
    st.dataframe(differences(chosen, names), alt="What differs between the runs")
    if len({run.dataset for run in chosen}) > 1:
        st.markdown(":orange[:material/warning:] These runs learned from different data, so their results cannot be compared directly.")
    measures = _shared_measures(chosen)
    for column, (name, title) in zip(st.columns(2, gap="small"), measures, strict=False):
        with column, parts.card(f"overlay-{name}", gap="small"):
            st.markdown(f"**{md(title)}**")
            st.caption("On rows it does not learn from.")
            _overlay(chosen, names, name)


def differences(chosen: Sequence[Run], names: Sequence[str]) -> Any:
    """A row for each choice in which the runs differ, a column for each run. Results are always there."""
    import pandas as pd

    columns = {name: facts(run) for name, run in zip(names, chosen, strict=True)}
    found = pd.DataFrame(columns).astype(object).fillna(NOT_SET)
    order = list(dict.fromkeys(key for column in columns.values() for key in column))
    found = found.loc[order]
    return found[found.index.isin(ALWAYS) | (found.nunique(axis=1) > 1)]


def facts(run: Run) -> dict[str, str]:
    """A run's result and its choices, in the words of their own fields."""
    told = {
        "Result": run_table.result(run),
        "Measure": (run.score or {}).get("label", NOT_SET),
        "Took": words.duration(run.facts.get("seconds")),
        **{name: f"{value} ({note})" for name, value, note in run_usage.tiles(run)},
    }
    plan = run_page.plan_of(run)
    if plan is None:
        return told
    told["Model"] = type(plan.architecture).title
    told["Asked as"] = type(plan.task).title
    told["Columns used"] = words.count(len(plan.inputs))
    told["Preparation"] = ", ".join(type(step).title for step in plan.recipe) or "none"
    told["Rows never seen"] = f"{words.share(plan.split.test)}, {splits.of(plan.split).short}"
    for part, spec in (("Model", plan.architecture), ("Training", plan.training)):
        told |= {
            f"{part}: {_label(param.label)}": _value(param, getattr(spec, param.name)) for param in spec.params() if param.type != "columns"
        }
    return told


def _label(label: str) -> str:
    return label[:1].lower() + label[1:]


def _value(param: Param, value: Any) -> str:
    if param.choices:
        return str(dict(param.choices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return words.measure(value) if isinstance(value, float) else str(value)


def _shared_measures(chosen: Sequence[Run]) -> list[tuple[str, str]]:
    """The loss where all runs answer the same question, and the main measure where they share it."""
    tasks = {(run.dataset, str(run.plan.get("target")), str((run.plan.get("task") or {}).get("kind"))) for run in chosen}
    mains = {(metric["name"], metric["label"]) for run in chosen for metric in (run.facts.get("metrics") or [])[:1]}
    found = [("val_loss", "How wrong each was (loss, lower is better)")] if len(tasks) == 1 else []
    return found + ([(f"val_{name}", label) for name, label in mains] if len(mains) == 1 else [])


def _overlay(chosen: Sequence[Run], names: Sequence[str], measure: str) -> None:
    look = pictures.look()
    lines = [(name, *curves.of(state.workspace(), run).get(measure, ([], []))) for name, run in zip(names, chosen, strict=True)]
    step = {run_page.step_word(run_page.plan_of(run)) for run in chosen}
    pictures.draw(charts.overlay(lines, " or ".join(sorted(step)), "", pictures.colours(), look), key=f"overlay-{measure}")
