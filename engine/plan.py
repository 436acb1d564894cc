"""A Plan is everything a user decided, frozen: dataset, inputs, target, task, split, recipe, architecture, training."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from engine import overrides, refusals, split, splits
from engine.architectures import AnyArchitecture
from engine.errors import InvalidPlan
from engine.learners import AnyLearner
from engine.overrides import Override
from engine.problems import Problem
from engine.profile import Profile
from engine.split import Split
from engine.splits import METHODS
from engine.steps import STEPS, AnyStep
from engine.tasks import AnyTask
from engine.team import Team
from engine.wording import within


class Plan(BaseModel):
    """What a run does. Column references are ids; the same plan on the same dataset gives the same model.

    `weight` is the column that says how much each row counts while learning, `sensitive` are those that say what a person is (the sex,
    the origin; inputs only if they are among `inputs` too), and `identifiers` name a row: they stand beside its answer. `overrides` are
    the stops that a person signed to go on in spite of. `confirmed` are inputs that look as if they gave the answer away, and of which
    the user said, in a plan made before stops were signed, that they are known beforehand. With a `team`, several models answer together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    name: str = ""
    dataset: str
    target: str
    inputs: tuple[str, ...]
    confirmed: tuple[str, ...] = ()
    weight: str = ""
    sensitive: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    task: AnyTask
    split: Split = Split()
    recipe: tuple[AnyStep, ...] = ()
    architecture: AnyArchitecture
    training: AnyLearner
    team: Team | None = None
    seed: int = 0


def check(plan: Plan, profile: Profile, found: Sequence[Problem] = ()) -> list[Problem]:
    """All that is wrong or worth knowing before a training, the worst first, from the profile alone.

    `found` is what the checks saw in the rows (`checks.search`). What is about a column that the plan does not use is left out; a stop
    that a person signed for stays as a note that says so.
    """
    from engine import preflight

    return preflight.check(plan, profile, found)


def name_of(plan: Plan, profile: Profile) -> str:
    """A short name: "Churn from 19 columns, neural network", and with a team how many answer together."""
    target = profile.column(plan.target).name
    names = [profile.column(id).name for id in plan.inputs]
    source = names[0] if len(names) == 1 else f"{len(names)} columns"
    shape = within(type(plan.architecture).title)
    if plan.team and plan.team.others:
        shape = f"up to {1 + len(plan.team.others)} kinds of model together"
    elif plan.team:
        shape = f"{shape}, {plan.team.folds * plan.team.repeats} together"
    return f"{target} from {source}, {shape}"


def beside(plan: Plan) -> tuple[str, ...]:
    """The columns (ids) that name a row and so stand beside its answer: identifiers, and the case that rows were kept together by."""
    case = [plan.split.column] if splits.of(plan.split).names_cases and plan.split.column else []
    return tuple(id for id in dict.fromkeys([*plan.identifiers, *case]) if id != plan.target)


def needed(plan: Plan) -> list[str]:
    """Every column (id) that a training of the plan reads."""
    others = [*split.needed(plan.split, plan.inputs, plan.target), *([plan.weight] if plan.weight else []), *beside(plan)]
    return list(dict.fromkeys([*plan.inputs, plan.target, *others]))


def apply_action(plan: Plan, action: dict[str, str]) -> Plan:
    """The plan after a problem's one-click change.

    {"do": "leave out" or "keep", "column": id}, {"do": "add step", "kind": kind}, {"do": "set", "what": "split.test", "value": "0.3"},
    {"do": "divide", "method": "group", "time" or "alike", "column": id}, {"do": "withdraw", "check": id, "column": id}.
    Raises InvalidPlan for anything else.
    """
    do, column = action.get("do"), action.get("column", "")
    if do == "leave out":
        return plan.model_copy(update={"inputs": tuple(id for id in plan.inputs if id != column)})
    if do == "keep":
        inputs = plan.inputs if column in plan.inputs else tuple(sorted((*plan.inputs, column)))
        return plan.model_copy(update={"inputs": inputs, "confirmed": tuple(sorted({*plan.confirmed, column}))})
    if do == "add step":
        return _with_step(plan, action["kind"])
    if do == "set":
        return with_setting(plan, action["what"], action["value"])
    if do == "divide":
        return _divided(plan, action["method"], column)
    if do == "withdraw":
        return plan.model_copy(update={"overrides": overrides.without(plan.overrides, action.get("check", ""), column)})
    raise InvalidPlan(f"There is no change called '{do}'.", "Make the change by hand.")


def with_setting(plan: Plan, path: str, value: str) -> Plan:
    """The plan with one setting changed, such as "training.epochs" to "5" or "architecture.widths" to "[64, 32]".

    Raises InvalidPlan naming the settings there are, or what is wrong with the value.
    """
    data = plan.model_dump(mode="json")
    *parents, name = path.split(".")
    place: Any = data
    for parent in parents:
        place = _inside(place, parent, path)
    _inside(place, name, path)
    place[int(name) if isinstance(place, list) else name] = _value(value)
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        raise InvalidPlan(*refusals.words(Plan, error)) from error


def _with_step(plan: Plan, kind: str) -> Plan:
    """The step goes where the usual order puts it."""
    step = STEPS.parse({"kind": kind})
    before = [own for own in plan.recipe if type(own).order <= type(step).order]
    at = plan.recipe.index(before[-1]) + 1 if before else 0
    return plan.model_copy(update={"recipe": (*plan.recipe[:at], step, *plan.recipe[at:])})


def _divided(plan: Plan, method: str, column: str) -> Plan:
    """Whose group is told by a column learns nothing of new groups from it; a time stays an input."""
    inputs = tuple(id for id in plan.inputs if id != column) if METHODS.get(method).hides else plan.inputs
    split = {**plan.split.model_dump(mode="json"), "method": method, "column": column}
    try:
        return Plan.model_validate({**plan.model_dump(mode="json"), "inputs": inputs, "split": split})
    except ValidationError as error:
        raise InvalidPlan(*refusals.words(Plan, error)) from error


def _inside(place: Any, name: str, path: str) -> Any:
    if isinstance(place, dict) and name in place:
        return place[name]
    if isinstance(place, list) and name.isdigit() and int(name) < len(place):
        return place[int(name)]
    known = ", ".join(place) if isinstance(place, dict) else f"0 to {len(place) - 1}" if isinstance(place, list) else ""
    fix = f"Instead of '{name}' choose one of: {known}." if known else "Choose another setting."
    raise InvalidPlan(f"There is no setting '{path}'.", fix)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
