"""What follows from one choice: the draft after it, with everything else proposed again except what was set by hand. No Streamlit.

Parts set by hand are named in `draft.touched`; single columns a person put in or took out are in `draft.inputs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.state import Draft
from engine import advice
from engine.columns import Table
from engine.plan import Plan
from engine.profile import Profile
from engine.split import Split
from engine.tasks import Task


@dataclass(frozen=True)
class Data:
    """The dataset a choice is about."""

    id: str
    table: Table
    profile: Profile


def first(data: Data) -> Draft:
    """The draft for fresh data: the guessed target and all that follows. Raises InvalidPlan when no column can be predicted."""
    plan, _ = advice.plan(data.id, data.table, data.profile)
    return _settled(data, Draft(target=plan.target), plan)


def target(data: Data, draft: Draft, column: str) -> Draft:
    """Another column is to be predicted: everything is proposed anew; answers to plain questions stay. Raises InvalidPlan."""
    plan, _ = advice.plan(data.id, data.table, data.profile, column)
    fresh = draft.model_copy(update={"target": column, "touched": (), "inputs": {}, "undo": ()})
    return _settled(data, fresh, plan)


def task(data: Data, draft: Draft, chosen: Task) -> Draft:
    """The question is meant another way; the model is proposed again unless it was set by hand."""
    plan = _plan(draft).model_copy(update={"task": chosen})
    return _settled(data, draft, plan)


def column(data: Data, draft: Draft, id: str, use: bool) -> Draft:
    """A column goes in or out; preparation and model follow."""
    plan = _plan(draft)
    now = tuple(c.id for c in data.table.columns if c.id != plan.target and (use if c.id == id else c.id in plan.inputs))
    changed = draft.model_copy(update={"inputs": {**draft.inputs, id: use}})
    return _settled(data, changed, plan.model_copy(update={"inputs": now}))


def retyped(data: Data, draft: Draft) -> Draft:
    """A column has another type now: everything is proposed again for the same target; single columns stay in or out as chosen."""
    if draft.target is None or draft.target not in {c.id for c in data.table.columns}:
        return first(data)
    plan, _ = advice.plan(data.id, data.table, data.profile, draft.target)
    known = {c.id for c in data.table.columns}
    wanted = {id: use for id, use in draft.inputs.items() if id in known}
    inputs = tuple(c.id for c in data.table.columns if c.id != draft.target and wanted.get(c.id, c.id in plan.inputs))
    fresh = draft.model_copy(update={"touched": tuple(t for t in draft.touched if t == "split"), "inputs": wanted, "undo": ()})
    return _settled(data, fresh, plan.model_copy(update={"inputs": inputs}))


def split(data: Data, draft: Draft, answers: Mapping[str, str]) -> Draft:
    """The plain questions about rows are answered: the split follows."""
    plan = _plan(draft)
    changed = draft.model_copy(update={"answers": dict(answers)})
    divided = _divided(data, changed, plan)
    back = plan.split.column if plan.split.method == "group" else ""
    ids = {*plan.inputs, *([back] if back and _is_usable(data, plan, back) else [])} - (
        {divided.column} if divided.method == "group" else set()
    )
    inputs = tuple(c.id for c in data.table.columns if c.id in ids and draft.inputs.get(c.id, True))
    return _settled(data, changed, plan.model_copy(update={"split": divided, "inputs": inputs}))


def divided(draft: Draft, chosen: Split) -> Draft:
    """The sizes of the parts were set by hand."""
    return _with(_touched(draft, "split"), _plan(draft).model_copy(update={"split": chosen}))


def proposed_recipe(data: Data, plan: Plan) -> list[tuple[Any, str]]:
    """The steps that suit the plan's inputs and model, each with one sentence why."""
    return advice.recipe(data.profile, plan.inputs, plan.architecture)


def _settled(data: Data, draft: Draft, plan: Plan) -> Draft:
    """Split, model, recipe and training follow the rest, each unless it was set by hand."""
    changes: dict[str, Any] = {"split": _divided(data, draft, plan)} if draft.answers else {}
    fitting = {c.architecture.kind: c.architecture for c in advice.architectures(data.profile, plan.inputs, plan.task)}
    own = "architecture" in draft.touched and plan.architecture.kind in fitting
    architecture = plan.architecture if own or not fitting else next(iter(fitting.values()))
    changes["architecture"] = architecture
    if "recipe" not in draft.touched or architecture.kind != plan.architecture.kind:
        changes["recipe"] = tuple(step for step, _ in advice.recipe(data.profile, plan.inputs, architecture))
    if architecture.kind != plan.architecture.kind:
        changes["training"] = advice.training(data.profile, architecture)
    return _with(draft, plan.model_copy(update=changes))


def _divided(data: Data, draft: Draft, plan: Plan) -> Split:
    """By the answers to the plain questions; the sizes of the parts stay when they were set by hand."""
    proposed, _ = advice.split(data.table, data.profile, plan.target, dict(draft.answers))
    sizes = {"test": plan.split.test, "validation": plan.split.validation} if "split" in draft.touched else {}
    return proposed.model_copy(update=sizes)


def _is_usable(data: Data, plan: Plan, id: str) -> bool:
    return any(one.id == id and one.use for one in advice.inputs(data.table, data.profile, plan.target))


def _plan(draft: Draft) -> Plan:
    return Plan.model_validate(draft.plan)


def _with(draft: Draft, plan: Plan) -> Draft:
    return draft.model_copy(update={"plan": plan.model_dump(mode="json")})


def _touched(draft: Draft, part: str) -> Draft:
    return draft if part in draft.touched else draft.model_copy(update={"touched": (*draft.touched, part)})
