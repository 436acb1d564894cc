"""Train: what stands in the way, one button, then the run, live."""

import hashlib
from typing import Any

import streamlit as st

from app import ahead, check_list, costs, live, meanwhile, parts, reads, run_page, searching, sketches, state, study_card, terms_card, words
from app.text import md
from engine import effort, split, splits
from engine import plan as plans
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.plan import Plan
from engine.problems import stops
from engine.store import runs, studies
from engine.terms import Terms

POLL = 0.4


def page() -> None:
    """The project's current run if there is one, else what leads to it."""
    run, plan = state.current_run(), state.current_plan()
    if run is not None and (run_page.is_under_way(run) or not _wants_new(plan)):
        run_page.show(run, plan)
        return
    if not parts.need_plan() or plan is None:
        return
    dataset = state.current_dataset()
    if dataset is None:
        parts.empty(":material/table_chart:", "The data is gone", "The dataset of this project was deleted.", "Go to Data", "data")
        return
    _ready(plan, dataset, has_runs=run is not None)


def _wants_new(plan: Plan | None) -> bool:
    project = state.current_project()
    return plan is not None and project is not None and state.recall("train-anew") == project.id


def _ready(plan: Plan, dataset: Dataset, has_runs: bool) -> None:
    parts.head("Ready to train", "Everything is chosen. What the model will learn from, and what you should know before it starts:")
    st.html(sketches.tiles(_summary(plan, dataset)))
    with st.skeleton(height=120):
        seen = check_list.found(plan, dataset)
        problems = plans.check(plan, reads.profile(dataset), seen or ())
    check_list.draw(problems, "preflight")
    if seen is None:
        meanwhile.wait(check_list.HEIGHT, check_list.key(plan, dataset))
    blocking = stops(problems)
    reason = f"First mend this: {md(blocking[0].where)}" if blocking else "" if seen is not None else "Looking at the rows first"
    search = searching.chosen(plan, reads.profile(dataset))
    with st.container(horizontal=True, vertical_alignment="center", key="start-row"):
        label, icon = "Train with these choices" if has_runs else "Start training", ":material/play_arrow:"
        click: dict[str, Any] = {"on_click": _start}
        if search:
            label, click = "Start the search", {"on_click": study_card.start}
            click["args"] = (search, plan, dataset, len(studies.all(state.workspace())))
        else:
            click["args"] = (plan, len(state.project_runs()), terms_card.agreed(costs.about(plan, dataset.version)))
        st.button(label, key="start", type="primary", icon=icon, disabled=bool(reason), width=280, **click)
        if reason:
            st.markdown(f":orange[:material/pending: {reason}]")
        elif search:
            st.markdown(f":gray[:material/timer: {md(study_card.takes(search, plan, dataset))}]")
        else:
            _expected(plan, dataset)
    study_card.draw(plan, dataset, bool(reason))
    terms_card.draw()
    if state.draft().undo:
        st.button("Undo the last change", key="undo", icon=":material/undo:", type="tertiary", on_click=state.undo)
    if has_runs:
        st.button("Back to the last run", key="last-run", icon=":material/arrow_back:", type="tertiary", on_click=_look_back)
    if costs.about(plan, dataset.version) is not None and not reason:
        ahead.look_at(plan, problems, dataset.version)
    live.warm()
    parts.step_bar("train", missing=reason or "Start the training first")


def _summary(plan: Plan, dataset: Dataset) -> list[tuple[str, str, str]]:
    profile = reads.profile(dataset)
    target = profile.column(plan.target)
    learned, steering, unseen = split.counts(plan.split, target.rows - target.missing, profile)
    steps = words.things(len(plan.recipe), "step")
    own = f"and {words.things(steering, 'row')} to steer it"
    if plan.team is not None and splits.of(plan.split).turns:
        learned, own = learned + steering, "each also steers some of the models"
    return [
        ("To predict", target.name, type(plan.task).title),
        ("Learns from", words.things(learned, "row"), own),
        ("Judged on", "a second file" if plan.split.outside else words.things(unseen, "row"), "never seen in training"),
        ("Model", type(plan.architecture).title, f"{words.things(len(plan.inputs), 'column')} in, {steps} of preparation"),
        ("Effort", *_effort(plan, dataset)),
    ]


def _effort(plan: Plan, dataset: Dataset) -> tuple[str, str]:
    """Its name, and how many models that makes."""
    profile = reads.profile(dataset)
    if search := searching.chosen(plan, profile):
        return "Search", f"up to {words.count(search.compared(plan, profile))} trainings, one model"
    many = effort.members(plan)
    within = f", within {words.duration(plan.team.seconds)}" if plan.team and plan.team.seconds else ""
    return effort.TITLES[effort.of(plan)], "one model" if many == 1 else f"up to {words.count(many)} models{within}"


@st.fragment(run_every=POLL)
def _expected_soon(plan: Plan, version: int) -> None:
    """Drawn until the answer is there; then the page is drawn once more without this."""
    if costs.about(plan, version) is not None:
        st.rerun()
    st.markdown(":gray[:material/timer: Measuring how long it will take on this computer…]")


def _expected(plan: Plan, dataset: Dataset) -> None:
    answer = costs.about(plan, dataset.version)
    if answer is None:
        _expected_soon(plan, dataset.version)
    elif isinstance(answer, EngineError):
        st.markdown(f":gray[{md(answer.what)}]")
    else:
        likely, most = words.duration(answer["seconds"]), words.duration(answer["seconds_high"])
        told = f"About **{likely}** on this computer, at most {most}" if likely != most else f"Ready in at most **{most}**"
        st.markdown(f":gray[:material/timer: {told}. It goes on when you close the page.]")


def _start(plan: Plan, before: int, terms: Terms) -> None:
    """Clicks on the same page make one run, also in two tabs: the request names the plan and how many runs there were `before`."""
    project = state.current_project()
    if project is None:
        return
    request = hashlib.sha256(f"{project.id} {before} {plan.model_dump_json()}".encode()).hexdigest()
    run = runs.add(state.workspace(), _named(plan), project=project.id, request=request, terms=terms)
    state.keep("train-anew", None)
    ahead.look_away()
    state.open_run(run.id)


def _named(plan: Plan) -> Plan:
    """The plan under the name that its choices have now."""
    dataset = state.current_dataset()
    return plan if dataset is None else plan.model_copy(update={"name": plans.name_of(plan, reads.profile(dataset))})


def _look_back() -> None:
    state.keep("train-anew", None)


page()
