"""What can be done about a training that failed: one click that trains with the change, or the page where the choice is made."""

import streamlit as st

from app import state
from engine.plan import Plan
from engine.store import runs
from engine.store.runs import Run

WAY_OUT = {
    "diverged": ("Change the learning rate", "design"),
    "out_of_memory": ("Make the model smaller", "design"),
    "invalid_data": ("Look at the choices", "prepare"),
}


def buttons(run: Run, plan: Plan | None) -> None:
    """The remedy first, then the way to the choices. `plan` is the one that failed."""
    found = plan.training.remedy(run.reason, run.facts) if plan else None
    if plan and found:
        said, training = found
        changed = plan.model_copy(update={"training": training})
        label, icon = f"Try again with {said}", ":material/healing:"
        st.button(label, key="remedy", type="primary", icon=icon, on_click=_train, args=(run, changed))
    label, view = WAY_OUT.get(run.reason, ("", ""))
    if label:
        st.button(label, key="way-out", type="secondary" if found else "primary", on_click=state.go_next, args=(view,))


def _train(run: Run, changed: Plan) -> None:
    """However often it is clicked, one run comes of it; the project's choices follow, unless they have changed since."""
    draft = state.current_plan()
    if draft is not None and draft.model_dump(exclude={"name"}) == Plan.model_validate(run.plan).model_dump(exclude={"name"}):
        state.save_plan(changed, touched="training", undoable=True)
    terms = run.terms.with_(seconds=0.0, megabytes=0.0, not_before="")
    new = runs.add(state.workspace(), changed, project=run.project, name=run.name, request=f"remedy-{run.id}", terms=terms)
    state.keep("train-anew", None)
    state.open_run(new.id)
