"""Search, the most effort there is: which study answers it, with which choices, and how long it takes. The choice lies in the draft."""

import math
from collections.abc import Callable
from typing import Any

from app import state
from app.asking import Answer
from engine.errors import EngineError
from engine.jobs import slots
from engine.plan import Plan
from engine.problems import stops
from engine.profile import Profile
from engine.studies import STUDIES, Study

LAST = "last-search"


def usual() -> Study:
    """The study as it is before anybody has changed it."""
    kind, member = next((kind, member) for kind, member in STUDIES.members.items() if member.is_effort)
    return member(kind=kind)


def is_possible(plan: Plan, profile: Profile) -> bool:
    """Whether the plan's kind of model has anything to search for."""
    return not stops(usual().problems(plan, profile))


def chosen(plan: Plan, profile: Profile) -> Study | None:
    """What is asked for instead of one training of the plan; None for one training."""
    stored = state.draft().search
    if not stored or plan.team is not None or not is_possible(plan, profile):
        return None
    try:
        return STUDIES.parse(stored)
    except (EngineError, ValueError):
        return usual()


def wished(seconds: float) -> Study:
    """The study as it was last asked for in this session, else the usual one; with that limit of time (0: none)."""
    project = state.current_project()
    kind, spec = state.recall(LAST, ("", None))
    found = spec if spec is not None and project is not None and kind == project.id else usual()
    return found.within(seconds)


def put_aside(spec: Study) -> None:
    """Remembers in this session how the search was asked for, for when it is chosen again."""
    project = state.current_project()
    state.keep(LAST, (project.id if project else "", spec))


def change(spec: Study) -> None:
    """Keeps it with other choices in the draft."""
    state.save_draft(search=kept(spec))


def kept(spec: Study) -> dict[str, Any]:
    """As the draft keeps it; {} there stands for one training."""
    return spec.model_dump(mode="json")


def cost(spec: Study, plan: Plan, profile: Profile, about: Callable[[Plan], Answer | None]) -> Answer | None:
    """What all its trainings take, from the estimates of its first ones (`about` a plan; None while one is on its way): as many at a time
    as there are places, and no longer than it may."""
    answers = [about(one) for one in spec.begins_with(plan, profile)]
    own, known = answers[0], [answer for answer in answers if isinstance(answer, dict)]
    if not isinstance(own, dict) or any(answer is None for answer in answers):
        return own if isinstance(own, EngineError) else None
    trainings, places = spec.trainings(plan, profile), max(1, len(slots.names(state.workspace())))
    whole = sum(answer["seconds"] for answer in known) + (trainings - len(answers)) * own["seconds"]
    whole += (trainings - 1) * own.get("starting", 0.0)  # Only for the first one a process waits.
    seconds = min(whole / min(places, trainings), spec.most_seconds or math.inf)
    return own | {"seconds": seconds, "megabytes": max(answer["megabytes"] for answer in known)}
