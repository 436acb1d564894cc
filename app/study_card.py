"""What more than one training can answer, asked on the Train page: each study with its few choices, what it takes, and its button."""

import hashlib
from typing import cast

import streamlit as st

from app import costs, forms, parts, reads, searching, state, terms_card, words
from app.text import md
from engine.datasets import Dataset
from engine.plan import Plan
from engine.problems import stops
from engine.store import studies
from engine.studies import STUDIES, Study


def draw(plan: Plan, dataset: Dataset, is_blocked: bool) -> None:
    """Folded: most people train once. `is_blocked` while something has to be mended first."""
    with st.expander("More than one training", key="studies", icon=":material/stacks:"):
        st.caption("One training says neither how far its result depends on chance nor whether other settings are better. These do.")
        columns = st.columns(len(STUDIES.members), gap="small")
        for column, (kind, member) in zip(columns, STUDIES.members.items(), strict=True):
            with column, parts.card(f"study-{kind}", height="stretch", gap="small"):
                _one(plan, dataset, _chosen(kind, member), is_blocked)


def _one(plan: Plan, dataset: Dataset, spec: Study, is_blocked: bool) -> None:
    kind, profile = spec.kind, reads.profile(dataset)
    st.markdown(f"**{md(spec.title)}**")
    st.markdown(md(spec.description()))
    made = cast(Study, forms.edit(spec, f"study-{kind}"))
    if made != spec:
        state.keep(f"study-{kind}", made.model_dump(mode="json"))
    problems = made.problems(plan, profile)
    parts.problem_list(problems, f"study-{kind}")
    st.space("stretch")
    blocked = is_blocked or bool(stops(problems))
    request = (made, plan, dataset, len(studies.all(state.workspace())))
    label = f"Train {words.count(made.trainings(plan, profile))} times" if made.halts == "cancel" else "Start looking"
    st.button(label, key=f"study-start-{kind}", icon=":material/play_arrow:", disabled=blocked, on_click=start, args=request)
    st.caption(takes(made, plan, dataset))


def takes(spec: Study, plan: Plan, dataset: Dataset) -> str:
    """How long it takes, from what its first trainings were measured to take."""
    answer = searching.cost(spec, plan, reads.profile(dataset), lambda one: costs.about(one, dataset.version))
    goes_on = "It goes on when you close the page, and can be stopped at any time."
    if not isinstance(answer, dict):
        return goes_on
    return f"About {words.duration(answer['seconds'])}. {goes_on}"


def _chosen(kind: str, member: type[Study]) -> Study:
    kept = state.recall(f"study-{kind}")
    return STUDIES.parse(kept) if kept else member(kind=kind)


def start(spec: Study, plan: Plan, dataset: Dataset, before: int) -> None:
    """A callback: clicks on the same page make one study, also in two tabs."""
    project = state.current_project()
    if project is None:
        return
    from engine import plan as plans

    named = plan.model_copy(update={"name": plans.name_of(plan, reads.profile(dataset))})
    request = hashlib.sha256(f"{project.id} {before} {spec.model_dump_json()} {plan.model_dump_json()}".encode()).hexdigest()
    terms = terms_card.agreed(costs.about(plan, dataset.version)).with_(minutes=0.0)
    study = studies.add(state.workspace(), named, spec, project=project.id, request=request, terms=terms)
    state.go_next("runs", project=project.id, run=None, study=study.id)
