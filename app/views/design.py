"""Design: which model, with which settings, and what that looks like."""

import json
from typing import Any

import streamlit as st

from app import diagram, forms, parts, pictures, reads, state, words
from app.text import md
from engine import advice
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.jobs import desk
from engine.plan import Plan


def page() -> None:
    """The model cards and settings on the left, their effect on the right."""
    parts.head("Design", "The kind of model that learns from your rows. The first one fits your data best; the others are there to compare.")
    if not parts.need_plan():
        return
    state.mark_seen("design")
    plan, dataset = state.current_plan(), state.current_dataset()
    if plan is None or dataset is None:
        parts.empty(":material/table_chart:", "The data is gone", "The dataset of this project was deleted.", "Go to Data", "data")
        return
    left, right = st.columns([5, 6], gap="large")
    with left:
        _cards(plan, dataset)
        changed = _settings(plan)
    if changed != plan:
        state.save_plan(changed, touched="architecture")
    with right:
        _effect(changed)
    parts.step_bar("design")


def _cards(plan: Plan, dataset: Dataset) -> None:
    profile = reads.profile(dataset)
    for i, choice in enumerate(advice.architectures(profile, plan.inputs, plan.task)):
        member = type(choice.architecture)
        chosen = choice.architecture.kind == plan.architecture.kind
        with parts.card(f"model-{choice.architecture.kind}{'-chosen' if chosen else ''}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{md(member.title)}**", width="content")
                if i == 0:
                    st.badge("Recommended", icon=":material/thumb_up:", color="green")
                st.space("stretch")
                if chosen:
                    st.badge("In use", icon=":material/check:", color="blue")
                else:
                    st.button("Use this", key=f"use-{choice.architecture.kind}", on_click=_choose, args=(plan, choice.architecture, dataset))
            st.caption(f"{md(member.description())} {md(choice.why)}")
            answer = _ask("estimate", _with(plan, choice.architecture, dataset))
            if answer:
                st.caption(f":material/timer: trains in about {words.duration(answer['seconds'])} on this computer")


def _with(plan: Plan, architecture: Any, dataset: Dataset) -> Plan:
    """The plan with another architecture: preparation and training follow it, unless the architecture stays."""
    if architecture.kind == plan.architecture.kind:
        return plan
    profile = reads.profile(dataset)
    recipe = tuple(step for step, _ in advice.recipe(profile, plan.inputs, architecture))
    training = advice.training(profile, architecture)
    return plan.model_copy(update={"architecture": architecture, "recipe": recipe, "training": training})


def _choose(plan: Plan, architecture: Any, dataset: Dataset) -> None:
    state.save_plan(_with(plan, architecture, dataset), touched="architecture", undoable=True)
    state.say_next(f"{md(type(architecture).title)} is in use; the preparation was set to suit it.")


def _settings(plan: Plan) -> Plan:
    kind = plan.architecture.kind
    with parts.card("settings"):
        st.markdown(f"**Settings of the {md(type(plan.architecture).title.lower())}**")
        architecture = forms.edit(plan.architecture, f"arch-{kind}")
    with parts.card("training"):
        st.markdown("**How it learns**")
        training = forms.edit(plan.training, f"train-{kind}")
    return plan.model_copy(update={"architecture": architecture, "training": training})


def _effect(plan: Plan) -> None:
    with parts.card("network"):
        st.markdown("**What it looks like**")
        answer = _ask("layers", plan)
        if answer is None:
            st.caption("The picture cannot be drawn with these settings.")
            return
        st.html(diagram.network(answer["layers"], pictures.look().training))
        st.caption(f"{words.count(answer['parameters'])} numbers to learn. Data flows from left to right; the bar under each box is its share of them.")
    _time(plan)
    if state.draft().undo:
        st.button("Undo the last change", icon=":material/undo:", key="undo", on_click=_undo)


def _undo() -> None:
    state.undo()


def _time(plan: Plan) -> None:
    answer = _ask("estimate", plan)
    if answer is None:
        return
    facts = [("Training takes about", words.duration(answer["seconds"]))]
    if answer.get("epochs"):
        facts.append(("Times through all rows", f"at most {answer['epochs']}, each {words.duration(answer['per_epoch'])}"))
    facts.append(("Memory", words.size(1e6 * answer["megabytes"])))
    with parts.card("time"):
        st.markdown("**What it costs, measured on this computer**")
        parts.rows_of_words(facts)


def _ask(question: str, plan: Plan) -> dict[str, Any] | None:
    """An answer of the desk, remembered for this plan. A model that cannot be built is said in words."""
    try:
        stored = plan.model_copy(update={"name": ""}).model_dump_json()
        return _asked(question, stored, str(state.workspace().path))
    except EngineError as error:
        parts.error_box(error, key=f"{question}-{plan.architecture.kind}")
        return None


@st.cache_data(max_entries=200, show_spinner="Measuring…")
def _asked(question: str, stored: str, workspace: str) -> dict[str, Any]:
    answer: dict[str, Any] = desk.for_workspace(state.workspace()).ask(question, plan=json.loads(stored))
    return answer


page()
