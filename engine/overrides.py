"""Stops that a person signed to go on in spite of: kept in the plan, and told wherever the result is."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from engine.errors import InvalidPlan
from engine.panels import Notes
from engine.problems import Problem

if TYPE_CHECKING:
    from engine.plan import Plan

TITLE = "Signed for, against the advice"
LONGEST_NAME = 80


class Override(BaseModel):
    """Who said what, when, about which warning.

    `check` is the id of the check, `column` the id of the column it was about ("" for the rows as a whole), `where` what the person calls
    that, `said` the sentence that was overridden, `pledge` the one that was signed, `at` when, in UTC (ISO 8601).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    column: str = ""
    where: str = ""
    said: str
    pledge: str
    name: str
    at: str

    def words(self) -> str:
        """The whole of it in one line."""
        return f"{self.where}: {self.said} “{self.pledge} Signed: {self.name}”, {self.at[:10]} ({self.check})."


def sign(plan: "Plan", problem: Problem, name: str, at: datetime) -> "Plan":
    """The plan in which that stop is overridden. Raises InvalidPlan for a stop that nobody can sign away, and without a name."""
    written = " ".join(name.split())[:LONGEST_NAME]
    if not problem.check or not problem.pledge:
        raise InvalidPlan(f"This cannot be signed away: {problem.what}", problem.fix)
    if not any(sign.isalpha() for sign in written):
        raise InvalidPlan("A signature needs a name.", "Write your name.")
    made = Override(
        check=problem.check,
        column=problem.column or "",
        where=problem.where,
        said=problem.what,
        pledge=problem.pledge,
        name=written,
        at=at.isoformat(timespec="seconds"),
    )
    kept = without(plan.overrides, made.check, made.column)
    return plan.model_copy(update={"overrides": (*kept, made)})


def without(overrides: Sequence[Override], check: str, column: str) -> tuple[Override, ...]:
    """All but the one of that check and column."""
    return tuple(one for one in overrides if (one.check, one.column) != (check, column))


def applied(problems: Sequence[Problem], overrides: Sequence[Override]) -> list[Problem]:
    """The problems, those stops that were signed for as notes that say so and can be taken back."""
    signed = {(one.check, one.column): one for one in overrides}
    return [_noted(problem, signed.get((problem.check, problem.column or ""))) for problem in problems]


def panel(overrides: Sequence[Override]) -> Notes | None:
    """What a report says of them; None if there are none."""
    return Notes(title=TITLE, lines=[one.words() for one in overrides]) if overrides else None


def _noted(problem: Problem, signed: Override | None) -> Problem:
    if signed is None or problem.level != "stop" or not problem.pledge:
        return problem
    back = {"do": "withdraw", "check": signed.check, "column": signed.column}
    fix = f"{signed.pledge} Signed: {signed.name}, {signed.at[:10]}. This stands in the report."
    return problem.model_copy(update={"level": "info", "fix": fix, "action": back, "button": "Take it back", "pledge": ""})
