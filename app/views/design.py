"""Design: how much effort, then which kind of model, with which settings, and what that looks like."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import ahead, asking, check_list, costs, diagram, effort_card, forms, parts, reads, run_page, sketches, state, words
from app.text import md
from engine import advice, effort, preflight
from engine import plan as plans
from engine.advice import Choice
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.plan import Plan
from engine.wording import within

POLL = 0.35
PATIENCE = 0.35
Answer = dict[str, Any] | EngineError | None


def page() -> None:
    """The effort with its costs, the models side by side, then the settings of the chosen one and what they make of it."""
    parts.head("Design", "One decision: how much effort a training takes. The model and its settings are proposed, and yours to change.")
    if not parts.need_plan():
        return
    state.mark_seen("design")
    plan, dataset = state.current_plan(), state.current_dataset()
    if plan is None or dataset is None:
        parts.empty(":material/table_chart:", "The data is gone", "The dataset of this project was deleted.", "Go to Data", "data")
        return
    efforts = effort_card.draw(plan, dataset)
    parts.section("The kind of model", "The first suits your data best; the others are there to compare.")
    found = _cards(plan, dataset)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        changed = _settings(plan, dataset)
    if changed != plan:
        part = "architecture" if changed.architecture != plan.architecture else "training"
        state.save_plan(effort.again(changed, reads.profile(dataset)), touched=part, undoable=True)
        st.rerun()
    with right:
        shown = _effect(plan, dataset)
    seen = check_list.card(plan, dataset, "design-checks")
    missing = [answer is None for answer in (*efforts, *found, *shown)]
    if any(missing):
        _watch(_alternatives(plan, dataset), plan, dataset, missing)
    run = state.current_run()
    if not any(missing) and seen is not None and (run is None or not run_page.is_same(run, plan)):
        ahead.look_at(plan, plans.check(plan, reads.profile(dataset), seen or ()), dataset.version)
    parts.step_bar("design", on_next=_go_on)


def _alternatives(plan: Plan, dataset: Dataset) -> list[Plan]:
    """The plan with each of the models that fit, the recommended one first."""
    return [_with(plan, choice.architecture, dataset) for choice in _choices(plan, dataset)]


def _choices(plan: Plan, dataset: Dataset) -> Sequence[Choice]:
    return advice.architectures(reads.profile(dataset), plan.inputs, plan.task)


def _cards(plan: Plan, dataset: Dataset) -> list[Answer]:
    choices = _choices(plan, dataset)
    answers = []
    with st.grid(min(3, max(1, len(choices))), min_column_width=260, key="models", gap="small"):
        for i, choice in enumerate(choices):
            answers.append(costs.about(_with(plan, choice.architecture, dataset), dataset.version))
            _card(choice, answers[-1], plan, dataset, is_best=i == 0)
    return answers


def _card(choice: Choice, cost: Answer, plan: Plan, dataset: Dataset, is_best: bool) -> None:
    member = type(choice.architecture)
    chosen = choice.architecture.kind == plan.architecture.kind
    with parts.card(f"model-{choice.architecture.kind}{'-chosen' if chosen else ''}", height="stretch", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{md(member.title)}**", width="content")
            if is_best:
                st.badge("Recommended", icon=":material/thumb_up:", color="green")
        st.markdown(md(choice.why))
        st.caption(md(member.description()))
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":gray[:material/timer: {_time(cost)}]", width="stretch")
            st.button(
                "In use" if chosen else "Use it",
                key=f"use-{choice.architecture.kind}",
                icon=":material/check:" if chosen else None,
                disabled=chosen,
                on_click=_choose,
                args=(plan, choice.architecture, dataset),
            )


def _time(cost: Answer) -> str:
    if cost is None:
        return "measuring…"
    if isinstance(cost, EngineError):
        return "cannot be measured"
    return f"about **{words.duration(cost['seconds'])}** here"


def _with(plan: Plan, architecture: Any, dataset: Dataset) -> Plan:
    """One model of another architecture: preparation and training follow it, unless the architecture stays."""
    if architecture.kind == plan.architecture.kind:
        return plan.model_copy(update={"team": None})
    profile = reads.profile(dataset)
    recipe = tuple(step for step, _ in advice.recipe(profile, plan.inputs, architecture))
    training = advice.training(profile, architecture)
    return plan.model_copy(update={"architecture": architecture, "recipe": recipe, "training": training, "team": None})


def _choose(plan: Plan, architecture: Any, dataset: Dataset) -> None:
    chosen = effort.again(_with(plan, architecture, dataset), reads.profile(dataset), plan)
    state.save_plan(chosen, touched="architecture", undoable=True)
    state.say_next(f"{md(type(architecture).title)} is in use. Preparation and training were set to suit it.")


def _settings(plan: Plan, dataset: Dataset) -> Plan:
    kind = plan.architecture.kind
    proposed = next((c.architecture for c in _choices(plan, dataset) if c.architecture.kind == kind), None)
    numbers = {column.id: column.name for column in reads.profile(dataset).columns if column.id in plan.inputs and column.type == "number"}
    with parts.card("settings"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Settings of the {md(within(type(plan.architecture).title))}**", width="stretch")
            if state.draft().undo:
                st.button("Undo", icon=":material/undo:", key="undo", type="tertiary", on_click=state.undo, help="Take it back")
        architecture = forms.edit(plan.architecture, f"model-{kind}", columns=numbers, proposed=proposed)
        parts.problem_list(preflight.of_model(plan, reads.profile(dataset)), "model")
    with parts.card("training"):
        st.markdown(f"**How it learns: {md(type(plan.training).title.lower())}**")
        usual = advice.training(reads.profile(dataset), proposed or plan.architecture)
        training = forms.edit(plan.training, f"learner-{kind}", proposed=usual)
    return plan.model_copy(update={"architecture": architecture, "training": training})


def _effect(plan: Plan, dataset: Dataset) -> list[Answer]:
    with parts.card("network"):
        st.markdown("**What it looks like**")
        layers = asking.about("layers", plan, dataset.version, wait=PATIENCE)
        _picture(layers, reads.profile(dataset).column(plan.target).name)
    with parts.card("costs"):
        st.markdown("**What training takes, measured on this computer**")
        cost = costs.about(plan, dataset.version)
        _costs(cost, plan)
    return [layers, cost]


def _picture(answer: Answer, target: str) -> None:
    """The last picture stays, paler, until the new one is there."""
    if isinstance(answer, EngineError):
        parts.error_box(answer, "layers")
        return
    if answer is None:
        last = state.recall("last-network")
        if last:
            st.html(last.replace('class="mw-net"', 'class="mw-net mw-old"', 1))
        else:
            st.skeleton(height=220)
        return
    drawn = diagram.network(answer["layers"], f"the answer: {target}")
    state.keep("last-network", drawn)
    st.html(drawn)
    wide = "The wider a bar, the more values flow there"
    learned = words.count(answer["parameters"])
    st.caption(f"{wide}; on the right what each layer learns, **{learned}** numbers in all." if answer["parameters"] else f"{wide}.")


def _costs(answer: Answer, plan: Plan) -> None:
    if answer is None:
        st.skeleton(height=74)
        return
    if isinstance(answer, EngineError):
        st.caption(md(f"{answer.what} {answer.fix}"))
        return
    step, per = run_page.step_word(plan), _each(answer["per_epoch"])
    tiles = [
        ("Time", f"about {words.duration(answer['seconds'])}", _bound(answer)),
        (f"{step.capitalize()}s", words.count(answer["epochs"]), f"at most, {per} each"),
        ("Memory", words.size(1e6 * answer["megabytes"]), "while it learns"),
    ]
    st.html(sketches.tiles(tiles))


def _bound(answer: dict[str, float]) -> str:
    most = f"at most {words.duration(answer['seconds_high'])}"
    return f"going by the training before, {most}" if answer.get("known") else most


def _each(seconds: float) -> str:
    return f"{1000 * seconds:.0f}{words.THIN}ms" if seconds < 1 else words.duration(seconds)


@st.fragment(run_every=POLL)
def _watch(plans: list[Plan], plan: Plan, dataset: Dataset, missing: list[bool]) -> None:
    """Looks for answers that were still missing; when one has come, the page is drawn anew."""
    version, efforts = dataset.version, effort_card.measured(plan, dataset).values()
    asked = [costs.about(other, version) for other in plans]
    now = [*efforts, *asked, asking.about("layers", plan, version), costs.about(plan, version)]
    if [answer is None for answer in now] != missing:
        st.rerun()


def _go_on() -> None:
    """To the Train page; the choices made here are for a new run, unless the last one had the same."""
    run, plan, project = state.current_run(), state.current_plan(), state.current_project()
    is_other = run is not None and plan is not None and (state.draft().search or not run_page.is_same(run, plan))
    if is_other and project is not None:
        state.keep("train-anew", project.id)
    state.go_next("train")


page()
