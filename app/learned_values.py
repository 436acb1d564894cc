"""What earlier networks of the project have learned for the values of categories, to be taken into the recipe."""

from app import state
from app.text import md
from engine import embeddings
from engine.embeddings import Learned
from engine.plan import Plan
from engine.store import models

MOST_RUNS = 20


def offers(plan: Plan) -> list[tuple[str, Learned]]:
    """(run, what it learned of a column) of inputs of the plan, the newest run first; only of runs with the same rows kept unseen."""
    found: dict[str, tuple[str, Learned]] = {}
    for run in [run for run in state.project_runs() if run.state == "succeeded"][:MOST_RUNS]:
        if not embeddings.are_for(Plan.model_validate(run.plan), plan):
            continue
        for learned in embeddings.read(models.folder(state.workspace(), run.id)):
            if learned.column in plan.inputs:
                found.setdefault(learned.column, (run.id, learned))
    return list(found.values())


def take(run: str, learned: Learned) -> None:
    """Puts the step into the current plan, before all others that would take its column."""
    plan = state.current_plan()
    if plan is None:
        return
    step = learned.step(run)
    others = tuple(own for own in plan.recipe if own.kind != step.kind or own.columns != step.columns)
    at = next((i for i, own in enumerate(others) if own.gives and own.takes & step.takes), len(others))
    changed = plan.model_copy(update={"recipe": (*others[:at], step, *others[at:])})
    state.save_plan(changed, touched="recipe", undoable=True)
    state.say_next(f"Each value of {md(_name(learned))} is now {len(learned.rest)} learned numbers.", ":material/check:")


def _name(learned: Learned) -> str:
    dataset = state.current_dataset()
    return dataset.column(learned.column).name if dataset else ""
