"""What a training would take, as the desk measures it: of one kind of model, or of a team once each of its kinds has been measured alone.

So no single question to the desk takes long, and kinds that were measured for their own card are not measured again. Once a training like
it has ended, the desk is asked anew: it knows then how long such a one goes on.
"""

from collections.abc import Sequence

from app import asking, state
from app.asking import Answer
from engine import teamwork
from engine.errors import EngineError
from engine.plan import Plan
from engine.store import experience


def about(plan: Plan, version: int) -> Answer | None:
    """The estimate, or None while it is on its way. `version` is the dataset's."""
    singles = teamwork.singles(plan) if plan.team is not None else [plan]
    if plan.team is None or not plan.team.others:
        return _asked(plan, singles, version)
    found = [_asked(single, [single], version) for single in singles]
    if any(answer is None for answer in found):
        return None
    for answer in found:
        if isinstance(answer, EngineError):
            return answer
    return _asked(plan, singles, version)


def _asked(plan: Plan, singles: Sequence[Plan], version: int) -> Answer | None:
    went = [experience.of(state.workspace(), single) for single in singles]
    took = experience.took(state.workspace(), plan)
    return asking.about("estimate", plan, version, known=f"{took} {went}" if took or any(went) else "")
