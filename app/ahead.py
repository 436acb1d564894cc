"""What is done before the click on "Start training": the plan that is looked at is prepared."""

from app import state
from engine.plan import Plan
from engine.problems import Problem, stops
from engine.store import preparing

LOOKED_AT = "looked-at"


def look_at(plan: Plan, problems: list[Problem], version: int) -> None:
    """Has the plan prepared if it can be trained. `version` is the dataset's.

    Pages call it when the plan's costs are measured: doing both at once would make them look too high.
    """
    seen = (plan.model_dump_json(exclude={"name"}), version)
    if state.recall(LOOKED_AT) == seen or stops(problems):
        return
    preparing.look_at(state.workspace(), plan)
    state.keep(LOOKED_AT, seen)
