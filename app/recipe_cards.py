"""The recipe as cards in order: why each step is there, its settings, and what it does to the person's own column beside it."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app import before_after, forms, learned_values, meanwhile, parts, pictures, reads, state, words
from app.text import html, md, short
from engine import recipe
from engine.errors import EngineError
from engine.jobs import desk
from engine.plan import Plan, apply_action
from engine.problems import Problem
from engine.recipe import Preview
from engine.steps import STEPS, AnyStep, Step

if TYPE_CHECKING:
    from engine.datasets import Dataset

MANY_PICTURES = 4
LONGEST = 300.0
ADDING = "add-step"


def cards(dataset: "Dataset", plan: Plan) -> None:
    """All steps, the problems of the recipe, and what can be added."""
    from engine import advice

    profile = reads.profile(dataset)
    whys = {step.kind: why for step, why in advice.recipe(profile, plan.inputs, plan.architecture)}
    names = {column.id: column.name for column in profile.columns if column.id in plan.inputs}
    _head(dataset, plan)
    known = [profile.column(id) for id in plan.inputs if id in names]
    problems = recipe.check(plan.recipe, known, plan.architecture.takes | plan.architecture.needs)
    parts.problem_list(problems, "recipe", _fix, fix_label="Add it")
    if not plan.recipe:
        st.caption("No step is needed: the model takes your columns as they are.")
    shown = ("previews", dataset.id, dataset.version, plan.model_dump_json(exclude={"name", "training", "architecture"}))
    is_ready = meanwhile.get(shown, lambda: _tried(dataset, plan)) is not None
    for position, step in enumerate(plan.recipe):
        with parts.card(f"step-{position}"):
            left, right = st.columns([5, 6], gap="large")
        with left:
            _settings(dataset, plan, position, step, whys.get(step.kind, ""), names)
        with right:
            if is_ready:
                _effect(dataset, plan, position, step)
                if step.is_learned_long:
                    _gain(dataset, plan, position)
            else:
                st.skeleton(height=110) if position else meanwhile.wait(110, shown)
    _add(plan, names)


def _head(dataset: "Dataset", plan: Plan) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            parts.section(
                "Steps", "In this order, learned from training rows only, and then done in the same way to every row the model ever sees."
            )
        draft = state.draft()
        if draft.undo:
            st.button("Undo", key="undo", icon=":material/undo:", on_click=state.undo)
        if "recipe" in draft.touched:
            st.button(
                "Back to the proposal",
                key="propose",
                icon=":material/restart_alt:",
                type="tertiary",
                on_click=_propose,
                args=(dataset, plan),
            )


def _tried(dataset: "Dataset", plan: Plan) -> bool:
    """Works out what each step does to some rows, where that can be said."""
    for position in range(len(plan.recipe)):
        with suppress(EngineError):
            reads.preview(dataset, plan, position)
    return True


def _settings(dataset: "Dataset", plan: Plan, position: int, step: Step, why: str, names: dict[str, str]) -> None:
    _title(plan, position, step)
    st.caption(md(why or step.description()))
    fitting = {id: name for id, name in names.items() if dataset.column(id).type in step.takes}
    new = forms.edit(step, f"step-{position}-{step.kind}", columns=fitting if len(fitting) > 1 else None)
    if new != step:
        _save(plan, [*plan.recipe[:position], new, *plan.recipe[position + 1 :]])
        st.rerun()


def _title(plan: Plan, position: int, step: Step) -> None:
    last = len(plan.recipe) - 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"step-title-{position}"):
        st.markdown(f"**{position + 1}. {md(type(step).title)}**", width="stretch")
        moves = ((-1, "up", "Earlier", position == 0), (1, "down", "Later", position == last))
        for by, way, words_, impossible in moves:
            st.button(
                "",
                key=f"move-{way}-{position}",
                icon=f":material/keyboard_arrow_{way}:",
                type="tertiary",
                help=words_,
                disabled=impossible,
                on_click=_move,
                args=(position, by),
            )
        st.button(
            "",
            key=f"remove-{position}",
            icon=":material/close:",
            type="tertiary",
            help="Remove this step",
            on_click=_remove,
            args=(position,),
        )


def _effect(dataset: "Dataset", plan: Plan, position: int, step: Step) -> None:
    try:
        preview = reads.preview(dataset, plan, position)
    except EngineError as error:
        parts.error_box(error, f"preview-{position}")
        return
    if preview.pictures_after or preview.pictures_before:
        _pictures(preview)
        return
    labels = preview.labels_before
    if not labels:
        st.caption("No column of yours is changed by this step.")
        return
    start = before_after.most_changed(preview)
    chosen = st.selectbox(
        "Column",
        labels,
        index=labels.index(start) if start in labels else 0,
        format_func=lambda label: short(label, 50),
        key=f"shown-{position}-{step.kind}",
        label_visibility="collapsed",
    )
    before, arrow, after = st.columns([10, 1, 10])
    for place, name, view in (
        (before, "Before", before_after.before(preview, chosen)),
        (after, "After", before_after.after(preview, chosen)),
    ):
        with place:
            st.html(f'<div class="mw-side">{name}</div>{view.picture}<div class="mw-told">{html(view.told)}</div>')
    arrow.html('<div class="mw-arrow">→</div>')
    went_in, came_out = len(labels), len(preview.labels_after)
    if went_in != came_out:
        st.caption(f"{words.things(went_in, 'column')} in, {words.things(came_out, 'column')} out.")


def _gain(dataset: "Dataset", plan: Plan, position: int) -> None:
    """What the step is worth on the person's own rows, measured on a click, beside the page."""
    st.caption("It is learned while the model trains. Shown here is the usual step that it would replace.")
    about = plan.model_dump(mode="json", exclude={"name", "architecture", "training", "team"})
    key = ("gain", dataset.id, dataset.version, json.dumps(about, sort_keys=True))
    is_asked = state.recall(f"gain-{position}") == key
    if not is_asked and not meanwhile.is_known(key):
        st.button("Measure whether it helps", key=f"measure-{position}", on_click=state.keep, args=(f"gain-{position}", key))
        return
    ask, told = desk.for_workspace(state.workspace()).ask, plan.model_dump(mode="json")
    try:
        found = meanwhile.get(key, lambda: ask("gain", timeout=LONGEST, plan=told))
    except EngineError as error:
        parts.error_box(error, f"gain-{position}")
        return
    if found is None:
        st.caption("Comparing on your training rows, three times with it and three times without…")
        meanwhile.wait(40, key)
        return
    icon = ":material/trending_up:" if found["low"] > 0 else ":material/trending_flat:"
    st.caption(f"{icon} {md(found['sentence'])}")


def _pictures(preview: Preview) -> None:
    """Pictures still to be read stand in the frame as paths."""
    paths = [path for path in preview.before.iloc[:, 0] if isinstance(path, str)] if preview.before.shape[1] else []
    if paths and not preview.pictures_before:
        st.html('<div class="mw-side">Before</div>')
        with st.container(horizontal=True, key="pictures-as-they-came", gap="small"):
            for path in paths[:MANY_PICTURES]:
                st.image(pictures.shown(Path(path)), width=96)
    for name, shown in (("Before", preview.pictures_before), ("After", preview.pictures_after)):
        if shown:
            st.html(f'<div class="mw-side">{name} · {" x ".join(str(n) for n in shown[0].shape[:2])}</div>')
            with st.container(horizontal=True, key=f"pictures-{name}-{id(shown)}", gap="small"):
                for picture in shown[:MANY_PICTURES]:
                    st.image(picture, width=96, clamp=True)


def _add(plan: Plan, names: dict[str, str]) -> None:
    with st.popover("Add a step", icon=":material/add:", key=ADDING, on_change="rerun"):
        for kind, member in STEPS.members.items():
            if member.is_taken:
                continue
            st.button(member.title, key=f"add-{kind}", on_click=_insert, args=(kind,), width="stretch", help=md(member.description()))
        for run, learned in learned_values.offers(plan):
            label = f"{names.get(learned.column, '')}: values as a network learned them"
            told = "Each value becomes the numbers that your last such training has learned for it."
            st.button(
                md(short(label, 70)),
                key=f"take-{learned.column}",
                on_click=learned_values.take,
                args=(run, learned),
                width="stretch",
                help=told,
            )


def _fix(problem: Problem) -> None:
    plan = state.current_plan()
    if plan and problem.action:
        state.save_plan(apply_action(plan, problem.action), touched="recipe", undoable=True)


def _insert(kind: str) -> None:
    plan = state.current_plan()
    st.session_state[ADDING] = False
    if plan:
        state.save_plan(apply_action(plan, {"do": "add step", "kind": kind}), touched="recipe", undoable=True)


def _remove(position: int) -> None:
    plan = state.current_plan()
    if plan and position < len(plan.recipe):
        gone = plan.recipe[position]
        _save(plan, [*plan.recipe[:position], *plan.recipe[position + 1 :]], undoable=True)
        state.say_next(f"{md(type(gone).title)} is removed. Undo is above the steps.", ":material/undo:")


def _move(position: int, by: int) -> None:
    plan = state.current_plan()
    if plan and 0 <= position + by < len(plan.recipe):
        steps = list(plan.recipe)
        steps[position], steps[position + by] = steps[position + by], steps[position]
        _save(plan, steps, undoable=True)


def _propose(dataset: "Dataset", plan: Plan) -> None:
    from engine import advice

    proposed = [step for step, _ in advice.recipe(reads.profile(dataset), plan.inputs, plan.architecture)]
    _save(plan, proposed, undoable=True)
    draft = state.draft()
    state.save_draft(touched=tuple(part for part in draft.touched if part != "recipe"))


def _save(plan: Plan, steps: Sequence[AnyStep], undoable: bool = False) -> None:
    state.save_plan(plan.model_copy(update={"recipe": tuple(steps)}), touched="recipe", undoable=undoable)
