"""What follows from one choice: the draft after it, with everything else proposed again except what was set by hand. No Streamlit.

Parts set by hand are named in `draft.touched`; single columns a person put in or took out are in `draft.inputs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.state import Draft
from engine import advice, effort, roles, splits
from engine.columns import Table
from engine.errors import EngineError
from engine.plan import Plan
from engine.profile import Profile
from engine.roles import Role
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
    return _settled(data, fresh, _with_roles(data, plan, draft.roles))


def task(data: Data, draft: Draft, chosen: Task) -> Draft:
    """The question is meant another way; the model is proposed again unless it was set by hand."""
    plan = _plan(draft).model_copy(update={"task": chosen})
    return _settled(data, draft, plan)


def column(data: Data, draft: Draft, id: str, use: bool) -> Draft:
    """A column goes in or out; preparation and model follow."""
    plan = _plan(draft)
    now = tuple(c.id for c in data.table.columns if c.id != plan.target and (use if c.id == id else c.id in plan.inputs))
    if use:
        plan = _with_role(data, plan, id, "sensitive" if id in plan.sensitive else "input")
    said = {one: role for one, role in draft.roles.items() if one != id or id in plan.sensitive}
    changed = draft.model_copy(update={"inputs": {**draft.inputs, id: use}, "roles": said})
    return _settled(data, changed, plan.model_copy(update={"inputs": now}))


def role(data: Data, draft: Draft, id: str, chosen: Role) -> Draft:
    """A person says what a column is for; what follows from it is proposed again. Raises EngineError for what cannot be."""
    plan = _plan(draft)
    now = roles.of(plan, [id])[id]
    if chosen == now:
        return draft
    if now == "target":
        raise EngineError("This column is what the model should predict.", "Choose another column to predict first.")
    if chosen == "target":
        return target(data, draft, id)
    if chosen in ("group", "time"):
        known = answered(draft)
        said = {"column": "", "group": id if chosen == "group" else "", "time": id if chosen == "time" else known["time"]}
        return split(data, draft, {**known, **said})
    changed = draft.model_copy(update={"roles": {**draft.roles, id: chosen}, "inputs": {**draft.inputs, id: chosen == "input"}})
    if now in ("group", "time"):
        changed = split(data, changed, {**answered(draft), now: ""})
    return _settled(data, changed, _with_role(data, _plan(changed), id, chosen))


def answered(draft: Draft) -> dict[str, str]:
    """The answers to the plain questions about rows, those not asked yet as the plan has them."""
    plan = _plan(draft)
    known = {kind: "" for kind, method in splits.METHODS.members.items() if method.goes_by}
    if splits.of(plan.split).goes_by and not draft.answers:
        known[plan.split.method] = plan.split.column
    return known | draft.answers


def retyped(data: Data, draft: Draft) -> Draft:
    """A column has another type now, or other gaps: everything is proposed again for the same target. Single columns stay in or out as
    chosen, and so does a kind of model with its settings that was chosen by hand."""
    if draft.target is None or draft.target not in {c.id for c in data.table.columns}:
        return first(data)
    plan, _ = advice.plan(data.id, data.table, data.profile, draft.target)
    known = {c.id for c in data.table.columns}
    wanted = {id: use for id, use in draft.inputs.items() if id in known}
    inputs = tuple(c.id for c in data.table.columns if c.id != draft.target and wanted.get(c.id, c.id in plan.inputs))
    changes: dict[str, Any] = {"inputs": inputs}
    if draft.plan and {"architecture", "training"} & set(draft.touched):
        chosen = _plan(draft)
        changes |= {"architecture": chosen.architecture, "training": chosen.training}
    kept = tuple(part for part in draft.touched if part in ("split", "architecture", "training"))
    fresh = draft.model_copy(update={"touched": kept, "inputs": wanted, "undo": ()})
    return _settled(data, fresh, _with_roles(data, plan.model_copy(update=changes), draft.roles))


def split(data: Data, draft: Draft, answers: Mapping[str, str]) -> Draft:
    """The plain questions about rows are answered: the split follows."""
    plan = _plan(draft)
    changed = draft.model_copy(update={"answers": dict(answers)})
    divided = _divided(data, changed, plan)
    back = plan.split.column if splits.of(plan.split).hides else ""
    ids = {*plan.inputs, *([back] if back and _is_usable(data, plan, back) else [])} - (
        {divided.column} if splits.of(divided).hides else set()
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
    """Split, model, recipe and training follow the rest, each unless it was set by hand; the effort stays, with ways that fit."""
    changes: dict[str, Any] = {"split": _divided(data, draft, plan)} if draft.answers else {}
    fitting = {c.architecture.kind: c.architecture for c in advice.architectures(data.profile, plan.inputs, plan.task)}
    own = "architecture" in draft.touched and plan.architecture.kind in fitting
    architecture = plan.architecture if own or not fitting else next(iter(fitting.values()))
    changes["architecture"] = architecture
    if "recipe" not in draft.touched or architecture.kind != plan.architecture.kind:
        changes["recipe"] = tuple(step for step, _ in advice.recipe(data.profile, plan.inputs, architecture))
    if architecture.kind != plan.architecture.kind:
        changes["training"] = advice.training(data.profile, architecture)
    before = Plan.model_validate(draft.plan) if draft.plan else plan
    return _with(draft, effort.again(plan.model_copy(update=changes), data.profile, before))


def _divided(data: Data, draft: Draft, plan: Plan) -> Split:
    """By the answers to the plain questions; what was set by hand stays: sizes, and what belongs to the same column."""
    proposed, _ = advice.split(data.table, data.profile, plan.target, dict(draft.answers))
    kept: dict[str, Any] = {"outside": plan.split.outside}
    if "split" in draft.touched:
        kept |= {"test": plan.split.test, "validation": plan.split.validation}
        if (proposed.method, proposed.column) == (plan.split.method, plan.split.column):
            kept |= {"gap": plan.split.gap, "mapping": plan.split.mapping}
    return proposed.model_copy(update=kept)


def _with_roles(data: Data, plan: Plan, chosen: Mapping[str, str]) -> Plan:
    """The plan with the roles a person gave to columns that are still there."""
    known = {column.id for column in data.table.columns}
    for id, role in chosen.items():
        if id in known and id != plan.target and role in roles.ROLES:
            plan = _with_role(data, plan, id, role)
    return plan


def _with_role(data: Data, plan: Plan, id: str, chosen: Role) -> Plan:
    """The column in that role alone, for those roles that are not asked as a question."""
    bare = roles.without(plan, id)
    if chosen == "weight":
        return bare.model_copy(update={"weight": id})
    if chosen in ("sensitive", "identifier"):
        name = {"sensitive": "sensitive", "identifier": "identifiers"}[chosen]
        return bare.model_copy(update={name: (*getattr(bare, name), id)})
    used = {*bare.inputs, id} if chosen == "input" else set(bare.inputs)
    return bare.model_copy(update={"inputs": tuple(c.id for c in data.table.columns if c.id in used)})


def _is_usable(data: Data, plan: Plan, id: str) -> bool:
    return any(one.id == id and one.use for one in advice.inputs(data.table, data.profile, plan.target))


def _plan(draft: Draft) -> Plan:
    return Plan.model_validate(draft.plan)


def _with(draft: Draft, plan: Plan) -> Draft:
    return draft.model_copy(update={"plan": plan.model_dump(mode="json")})


def _touched(draft: Draft, part: str) -> Draft:
    return draft if part in draft.touched else draft.model_copy(update={"touched": (*draft.touched, part)})
