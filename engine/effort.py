"""How much effort a plan takes, from one strong model to many blended ones: one choice instead of settings.

Quick is one model; good trains it five times, each steered by other rows, and beside it one of each other nature (a network, boosted
trees, a forest); best lets further strong ways take part. Beyond them lies a search, which is a study (see `engine.studies`) and no plan.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from engine import advice
from engine.architectures import ARCHITECTURES
from engine.learners import LEARNERS
from engine.plan import Plan
from engine.profile import Profile
from engine.team import Team, Way

Effort = Literal["quick", "good", "best"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)
TITLES: dict[Effort, str] = {"quick": "Quick", "good": "Good", "best": "Best"}
WORDS: dict[Effort, str] = {
    "quick": "One model, ready soon. Right for a first look and for trying things out.",
    "good": "Your kind of model and those of another nature (a network, boosted trees, a forest), each trained several times on different "
    "parts of your rows. Together they are steadier, and usually more exact.",
    "best": "Networks and trees of different kinds, each trained several times. Those that help are blended, and the others are left out.",
}
SEARCHING = (
    "Many trainings with other settings and other kinds of model, each learning from those before; only the best is judged on the "
    "rows kept unseen. It ends in one model, and can be stopped at any time with the best so far."
)
NOT_PICTURES = "With pictures one training takes long enough: the effort is always Quick."
TOO_FEW = "Too few kinds of model can learn from these columns, so Best would be the same as Good."
FOLDS = 5
FEW_ROWS, REPEATS = 500, 2


def of(plan: Plan) -> Effort:
    """Which effort a plan takes."""
    if plan.team is None:
        return "quick"
    natures = [way.architecture.nature for way in plan.team.others]
    own = plan.architecture.nature
    return "good" if all(natures) and len({own, *natures}) == 1 + len(natures) else "best"


def apply(plan: Plan, profile: Profile, effort: Effort, seconds: float = 0.0) -> Plan:
    """The plan with that effort; `seconds` is the time it may take (0: no limit). The plan's own way stays the first.

    A plan that more effort does not suit stays with one model.
    """
    if effort == "quick" or not suits(plan, profile):
        return plan.model_copy(update={"team": None})
    few = profile.rows < FEW_ROWS
    others = _others(plan, profile)
    if effort == "good":
        others = _of_other_natures(plan, others)
    return plan.model_copy(update={"team": Team(folds=FOLDS, repeats=REPEATS if few else 1, seconds=seconds, others=others)})


def again(plan: Plan, profile: Profile, before: Plan | None = None) -> Plan:
    """The plan with the effort and the time of `before` (of itself, if None), and with ways that suit the columns it has now."""
    asked = before or plan
    return apply(plan, profile, of(asked), asked.team.seconds if asked.team else 0.0)


def levels(plan: Plan, profile: Profile, seconds: float = 0.0) -> dict[Effort, Plan]:
    """The plan with each effort; quick takes no limit of time."""
    return {effort: apply(plan, profile, effort, seconds) for effort in EFFORTS}


def members(plan: Plan) -> int:
    """How many models are trained at most."""
    return (1 + len(plan.team.others)) * plan.team.folds * plan.team.repeats if plan.team else 1


def suits(plan: Plan, profile: Profile) -> bool:
    """Whether more effort than one model can be had: not for pictures, of which one training takes long enough."""
    return not unsuitable(plan, profile)


def unsuitable(plan: Plan, profile: Profile) -> str:
    """Why no more effort than quick can be had; "" where it can."""
    types = {profile.column(id).type for id in plan.inputs}
    return NOT_PICTURES if "image" in types else ""


def _others(plan: Plan, profile: Profile) -> tuple[Way, ...]:
    turns = sorted((turn, kind, changes) for kind, member in ARCHITECTURES.members.items() for turn, changes in member.in_best.items())
    found = [_way(plan, profile, kind, changes) for _, kind, changes in turns]
    own = Way(recipe=plan.recipe, architecture=plan.architecture, training=plan.training)
    return tuple(_different([way for way in found if way is not None], own))


def _of_other_natures(plan: Plan, others: Sequence[Way]) -> tuple[Way, ...]:
    """The first of them of each nature that the plan's own way is not of."""
    found: dict[str, Way] = {}
    for way in others:
        found.setdefault(way.architecture.nature, way)
    return tuple(way for nature, way in found.items() if nature not in ("", plan.architecture.nature))


def _way(plan: Plan, profile: Profile, kind: str, changes: Mapping[str, Any]) -> Way | None:
    proposed = ARCHITECTURES.get(kind).propose(profile, plan.inputs, plan.task)
    if proposed is None:
        return None
    architecture = proposed[0].with_(**changes)
    wrong = plan.task.problems(profile.column(plan.target), LEARNERS.get(architecture.learner).losses)
    if any(problem.level == "stop" for problem in wrong):
        return None
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, architecture))
    return Way(recipe=steps, architecture=architecture, training=advice.training(profile, architecture))


def _different(ways: Sequence[Way], own: Way) -> list[Way]:
    kept: list[Way] = []
    for way in ways:
        if way != own and way not in kept:
            kept.append(way)
    return kept
