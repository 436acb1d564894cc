"""What a training would take, as the desk measures it: of one kind of model, or of a team once each of its kinds has been measured alone.

So no single question to the desk takes long, and kinds that were measured for their own card are not measured again.
"""

from app import asking
from app.asking import Answer
from engine import teamwork
from engine.errors import EngineError
from engine.plan import Plan


def about(plan: Plan, version: int) -> Answer | None:
    """The estimate, or None while it is on its way. `version` is the dataset's."""
    if plan.team is None or not plan.team.others:
        return asking.about("estimate", plan, version)
    found = [asking.about("estimate", single, version) for single in teamwork.singles(plan)]
    if any(answer is None for answer in found):
        return None
    for answer in found:
        if isinstance(answer, EngineError):
            return answer
    return asking.about("estimate", plan, version)
