"""What each column is for: learned from, predicted, or one of the things that rows are told apart, put in order or weighed by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine import splits
from engine.plan import Plan

if TYPE_CHECKING:
    from engine.profile import Profile

Role = Literal["input", "target", "group", "time", "weight", "sensitive", "identifier", "ignored"]
ROLES: dict[Role, str] = {
    "input": "Learned from",
    "target": "Predicted",
    "group": "Case, kept together",
    "time": "Time of the row",
    "weight": "Weight of the row",
    "sensitive": "Sensitive",
    "identifier": "Names the row",
    "ignored": "Left out",
}
MEANINGS: dict[Role, str] = {
    "input": "The model learns from it.",
    "target": "What the model should predict.",
    "group": "Rows with the same value belong to one case, such as a patient: all of them are learned from, or none.",
    "time": "The rows are put in order by it, and the newest are kept unseen. It can be learned from too.",
    "weight": "How much each row counts while the model learns, such as the weight of a survey.",
    "sensitive": "What a person is, such as the sex or the origin. Left out unless you tick it; kept to see whom a model fails.",
    "identifier": "It names one row and stands beside its answer. Nothing is learned from it.",
    "ignored": "It plays no part.",
}


@dataclass(frozen=True)
class RoleAdvice:
    """The role a column should have, and why."""

    id: str
    role: Role
    why: str


def of(plan: Plan, columns: Sequence[str]) -> dict[str, Role]:
    """The role that each of those columns (ids) has in the plan."""
    by_split: Role = splits.of(plan.split).role
    found: dict[str, Role] = {id: "input" if id in plan.inputs else "ignored" for id in columns}
    found |= dict.fromkeys(plan.identifiers, "identifier")
    found |= dict.fromkeys(plan.sensitive, "sensitive")
    if by_split != "ignored":
        found[plan.split.column] = by_split
    if plan.weight:
        found[plan.weight] = "weight"
    found[plan.target] = "target"
    return {id: found[id] for id in columns}


def reasons(plan: Plan, profile: "Profile", whys: Mapping[str, str]) -> list[RoleAdvice]:
    """Every column's role in a proposed plan and why; `whys` are the reasons for and against learning from each."""
    method = splits.of(plan.split)
    special: dict[str, str] = {plan.target: "This is what the model should predict."}
    if method.goes_by:
        special[plan.split.column] = method.why(profile.column(plan.split.column).name)
    roles = of(plan, [column.id for column in profile.columns])
    return [RoleAdvice(id, role, special.get(id) or whys.get(id) or MEANINGS[role]) for id, role in roles.items()]


def without(plan: Plan, id: str) -> Plan:
    """The plan with the column in no special role besides its part in the split; it is not learned from either."""
    return plan.model_copy(
        update={
            "inputs": tuple(one for one in plan.inputs if one != id),
            "weight": "" if plan.weight == id else plan.weight,
            "sensitive": tuple(one for one in plan.sensitive if one != id),
            "identifiers": tuple(one for one in plan.identifiers if one != id),
        }
    )
