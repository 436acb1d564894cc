"""Unseen rows that somebody has chosen already: a column that names the parts, or a second file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import choices, parts, reads, second_file, state, words
from app.text import md, short
from engine import advice, labels, splits
from engine.errors import EngineError
from engine.plan import Plan
from engine.problems import Problem
from engine.splits.column import MOST_VALUES, meaning

if TYPE_CHECKING:
    from engine.datasets import Dataset

NO = ""
GIVEN = "Does a column of yours already say which rows are kept unseen?"
SECOND = "Is there a second file of rows to judge the model on?"
MEANS = {"train": "are learned from", "validation": "steer the training", "test": "are never seen", "none": "are left out"}
SHOWN = 4


def apart(dataset: "Dataset", plan: Plan, answer: Callable[[str, str], None]) -> None:
    """Both questions, folded while nothing of it is in use; `answer(kind, column)` takes the answer to the first."""
    method = splits.of(plan.split)
    in_use = method.has_mapping or bool(plan.split.outside)
    with st.expander("Unseen rows chosen beforehand", expanded=in_use or second_file.is_under_way(), key="split-apart"):
        _given(dataset, plan, answer)
        if method.has_mapping:
            _meanings(dataset, plan)
        _second(dataset, plan)


def _given(dataset: "Dataset", plan: Plan, answer: Callable[[str, str], None]) -> None:
    profile = reads.profile(dataset)
    likely = [candidate.id for candidate in advice.questions(profile, plan.target).parts]
    few = [column for column in profile.columns if column.id != plan.target and 2 <= column.distinct <= MOST_VALUES]
    able = [column.id for column in few if len(labels.counts_of(column)) == column.distinct]
    options = [NO, *likely, *(id for id in able if id not in likely)]
    now = plan.split.column if splits.of(plan.split).has_mapping else NO
    options += [] if now in options else [now]
    names = {column.id: column.name for column in dataset.columns}
    st.session_state["split-column"] = now
    st.selectbox(
        GIVEN,
        options,
        format_func=lambda id: f"Yes, “{short(names[id], 40)}”" if id else "No",
        key="split-column",
        on_change=lambda: answer("column", st.session_state["split-column"]),
    )


def _meanings(dataset: "Dataset", plan: Plan) -> None:
    """Which part each value stands for."""
    counts = labels.counts_of(reads.profile(dataset).column(plan.split.column))
    now = meaning(plan.split, list(counts))
    for i, (value, rows) in enumerate(list(counts.items())[:MOST_VALUES]):
        key = f"split-means-{i}"
        st.session_state[key] = now.get(value, "none")
        st.selectbox(
            f"{words.things(rows, 'row')} with “{md(short(value, 30))}”",
            list(MEANS),
            format_func=MEANS.__getitem__,
            key=key,
            on_change=_mean,
            args=(dict(now) | {other: now.get(other, "none") for other in counts}, value, key),
        )


def _mean(before: dict[str, Any], value: str, key: str) -> None:
    _put(mapping={**before, value: st.session_state[key]})


def _second(dataset: "Dataset", plan: Plan) -> None:
    if dataset.has_pictures or splits.of(plan.split).has_mapping and not plan.split.outside:
        return
    offered = _fitting(dataset, plan)
    if not offered:
        st.markdown(f":small[{SECOND}]")
        second_file.ask(dataset, plan)
        return
    names = {one.id: one.name for one in offered}
    st.session_state["split-outside"] = plan.split.outside
    st.selectbox(
        SECOND,
        [NO, *names],
        format_func=lambda id: f"Yes, all rows of “{short(names[id], 40)}”" if id else "No, some of these rows are kept unseen",
        key="split-outside",
        on_change=lambda: _put(outside=st.session_state["split-outside"]),
    )
    if plan.split.outside:
        try:
            found = _odd(dataset, plan)
        except EngineError as error:
            parts.error_box(error, "outside")
        else:
            parts.problem_list(found[:SHOWN], "outside")
    second_file.ask(dataset, plan)


def _fitting(dataset: "Dataset", plan: Plan) -> "list[Dataset]":
    """Other datasets that have every column the plan uses, the one in use among them in any case."""
    from engine import datasets, outside

    columns = [dataset.column(id) for id in (*plan.inputs, plan.target)]
    required = [column.id for column in columns]
    every = [one for one in datasets.all(state.workspace()) if one.id != dataset.id]
    return [one for one in every if one.id == plan.split.outside or outside.fits(one, columns, required)]


def _odd(dataset: "Dataset", plan: Plan) -> list[Problem]:
    from engine import datasets

    second = datasets.get(state.workspace(), plan.split.outside)
    case = plan.split.column if splits.of(plan.split).names_cases else ""
    return reads.outside_problems(dataset, second, (*plan.inputs, plan.target), case)


def _put(**changes: Any) -> None:
    plan = state.current_plan()
    if plan:
        state.put_draft(choices.divided(state.draft(), plan.split.model_copy(update=changes)))
