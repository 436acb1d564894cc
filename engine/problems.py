"""A Problem is one thing a person should know before going on."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from engine.panels import Panel

Level = Literal["stop", "warn", "info"]


class Problem(BaseModel):
    """Something found in the data or the plan: where it is, what it is, and how to mend it.

    `level` is "stop" (training cannot start), "warn" (it can, but a result may be worse or wrong) or "info".
    `where` names the place in the user's words; `column` is the internal column id if there is one.
    `action` is a change the page can make in one click (see plan.apply_action), or None; `button` says what it does. `check` is the
    id of the check that found it ("Q01"), `evidence` what it saw. A stop with a `pledge` can be overridden by who signs that sentence
    (see overrides).
    """

    model_config = ConfigDict(frozen=True)

    where: str
    what: str
    fix: str
    level: Level = "warn"
    column: str | None = None
    action: dict[str, str] | None = None
    button: str = ""
    check: str = ""
    evidence: Panel | None = None
    pledge: str = ""

    @property
    def sentence(self) -> str:
        """What and what next, for where it stands alone: the column it is about is named, unless what is said names it."""
        named = f"{self.where}: " if self.column and self.where not in self.what else ""
        return f"{named}{self.what} {self.fix}".strip()


def stops(problems: list[Problem]) -> list[Problem]:
    """Only the problems that keep a training from starting."""
    return [problem for problem in problems if problem.level == "stop"]
