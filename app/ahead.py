"""What is done before the click on "Start training": the plan that is looked at is prepared."""

from app import state
from engine.plan import Plan
from engine.problems import Problem, stops
from engine.store import preparing

_LOOKED_AT = "looked-at"


def look_at(plan: Plan, problems: list[Problem], version: int) -> None:
    """Has the plan prepared if it can be trained. `version` is the dataset's.

    Pages call it when the plan's costs are measured: doing both at once would make them look too high.
    """
    seen = (plan.model_dump_json(exclude={"name"}), version)
    if state.recall(_LOOKED_AT) == seen or stops(problems):
        return
    preparing.look_at(state.workspace(), plan)
    state.keep(_LOOKED_AT, seen)


def look_away() -> None:
    """What was prepared is used up by a training: the plan is prepared anew when it is looked at again."""
    state.keep(_LOOKED_AT, None)
