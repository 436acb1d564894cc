"""A Study says which runs answer a question together, and what they have said so far. Knows neither processes nor how runs are trained.

It keeps nothing in memory that matters: asked again after a crash, with the same runs there, it says the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.plan import Plan
from engine.problems import Problem
from engine.spec import Spec
from engine.store.studies import WINNER, Child

if TYPE_CHECKING:
    from engine.columns import Table
    from engine.profile import Profile

__all__ = ["WINNER", "Asked", "Child", "Look", "Study"]

Curve = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Asked:
    """A run that the study wants: its number there, its plan, what it is for, and the values it tries (by path, as "training.epochs")."""

    number: int
    plan: Plan
    role: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """How a study stands. `plan` is what it varies, `seconds` how long it has been at work, `curve` gives a run's measure by epoch."""

    plan: Plan
    children: Sequence[Child]
    read_profile: "Callable[[], Profile]"
    read_columns: "Callable[[Sequence[str]], Table]"
    curve: Callable[[str], Curve]
    seconds: float = 0.0
    is_stopping: bool = False

    @cached_property
    def profile(self) -> "Profile":
        return self.read_profile()

    def of(self, role: str) -> list[Child]:
        """The runs of one role, by number."""
        return [child for child in self.children if child.role == role]

    @property
    def next_number(self) -> int:
        return 1 + max((child.number for child in self.children), default=-1)

    @property
    def unfinished(self) -> list[Child]:
        return [child for child in self.children if not child.run.is_done]


class Study(Spec):
    """Base of the studies. `halts` is what becomes of runs at work when it is stopped: their best so far is kept, or they are given up.

    `is_effort` says that it can be chosen instead of a training, as the most effort there is.
    """

    halts: ClassVar[Literal["stop", "cancel"]] = "cancel"
    is_effort: ClassVar[bool] = False

    def problems(self, plan: Plan, profile: "Profile") -> list[Problem]:
        """What keeps it from being asked of that plan, or should be known before."""
        return []

    def trainings(self, plan: Plan, profile: "Profile") -> int:
        """How many runs there will be at most, as far as the profile tells."""
        raise NotImplementedError

    def compared(self, plan: Plan, profile: "Profile") -> int:
        """How many of them are compared, without one that ends the study. Default: all."""
        return self.trainings(plan, profile)

    def begins_with(self, plan: Plan, profile: "Profile") -> list[Plan]:
        """The different plans that its first runs train, that of the plan itself first: they tell how long it takes. Default: only that."""
        return [plan]

    @property
    def most_seconds(self) -> float | None:
        """How long it may take, if that is limited."""
        return None

    def within(self, seconds: float) -> "Study":
        """The same with that limit of time (0: none), where it can have one. Default: it cannot."""
        return self

    def next(self, look: Look, room: int) -> list[Asked]:
        """At most `room` further runs; none when all are there. Not asked any more once it is to stop."""
        raise NotImplementedError

    def is_over(self, look: Look) -> bool:
        """Whether it is to end before all runs are there, such as for want of time."""
        return False

    def hopeless(self, look: Look) -> list[Child]:
        """Runs at work that need not go on."""
        return []

    def last(self, look: Look) -> Asked | None:
        """The run that ends it, once all others have; None for none."""
        return None

    def facts(self, look: Look) -> dict[str, Any]:
        """What is known so far, as JSON: "finished" and "total" runs, how many "final" ones come after them, "score" and whatever the
        study's page shows; "said" in a sentence."""
        raise NotImplementedError


def succeeded(children: Sequence[Child]) -> list[Child]:
    """Those with a result."""
    return [child for child in children if child.run.state == "succeeded" and (child.run.score or {}).get("value") is not None]


def adopted(plan: Plan, found: Plan) -> Plan:
    """The plan with the way of learning that a study has found: what it says of rows and columns stays."""
    return plan.model_copy(update={"recipe": found.recipe, "architecture": found.architecture, "training": found.training})


def divided(plan: Plan, **split: Any) -> Plan:
    """The plan with its split changed so."""
    return plan.model_copy(update={"split": plan.split.model_copy(update=split)})
