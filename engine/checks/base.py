"""What every check is: an id, what it is called, and what it sees before a training, in the rows, and after one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine import split, splits, strength
from engine.columns import Table
from engine.errors import EngineError
from engine.panels import Panel, Report
from engine.problems import Level, Problem
from engine.profile import ColumnProfile, Profile
from engine.spec import Spec
from engine.split import Parts
from engine.splits import Method
from engine.strength import Answers

if TYPE_CHECKING:
    from engine.plan import Plan

Array = np.ndarray[Any, Any]

ROWS = "Rows"


@dataclass(frozen=True)
class Case:
    """What the checks look at: a plan, the statistics of its data and, for `search` and `judge`, the rows (of very many, some).

    `looks` is how often the unseen rows had been looked at before, for `judge`. `real` are numbers by column id that a person has called
    real values although they look like a code for "missing".
    """

    plan: "Plan"
    profile: Profile
    table: Table | None = None
    looks: int = 0
    real: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @cached_property
    def target(self) -> ColumnProfile:
        return self.profile.column(self.plan.target)

    @cached_property
    def method(self) -> Method:
        """How the plan divides the rows."""
        return splits.of(self.plan.split)

    @cached_property
    def inputs(self) -> list[ColumnProfile]:
        """The columns that are learned from and are there."""
        wanted = set(self.plan.inputs) - {self.plan.target}
        return [column for column in self.profile.columns if column.id in wanted]

    @cached_property
    def others(self) -> list[ColumnProfile]:
        """Every column but the target."""
        return [column for column in self.profile.columns if column.id != self.plan.target]

    @cached_property
    def rows(self) -> Table:
        """The rows. Only for `search` and `judge`."""
        if self.table is None:
            raise ValueError("This case holds no rows.")
        return self.table

    @cached_property
    def answers(self) -> Answers | None:
        """The answers that are known; None where there are none to learn."""
        return strength.answers(self.rows, self.plan.target, self.plan.task)

    @cached_property
    def parts(self) -> Parts | None:
        """Which rows are learned from and which are not, as the training will divide them; None if they cannot be."""
        needed = set(split.needed(self.plan.split, self.plan.inputs, self.plan.target))
        columns = tuple(column for column in self.rows.columns if column.id in needed)
        own = replace(self.rows, columns=columns, frame=self.rows.frame[[column.id for column in columns]])
        try:
            return split.assign(self.plan.split, own, self.plan.target, self.plan.task, self.plan.seed)
        except EngineError:
            return None

    def values(self, column: ColumnProfile) -> Array:
        """The column's values in the rows whose answer is known."""
        return self.rows.values(column.id)[self.answers.rows] if self.answers else self.rows.values(column.id)[:0]


class Check(Spec):
    """Base of the checks. A member has an `id` and answers those of `look`, `search` and `judge` that concern it.

    A check that stops has a pledge: the sentence a person signs to go on. `flatters` says that what it finds makes a result look
    better than it is.
    """

    id: ClassVar[str] = ""
    flatters: ClassVar[bool] = False

    def look(self, case: Case) -> list[Problem]:
        """What the profile alone shows; milliseconds."""
        return []

    def search(self, case: Case) -> list[Problem]:
        """What the rows show; a second at most on 100,000 rows of 50 columns."""
        return []

    def judge(self, case: Case, report: Report) -> list[Problem]:
        """What the judgement of a trained model shows. The case holds the rows."""
        return []

    def found(
        self, where: str, what: str, fix: str, level: Level = "warn", column: str | None = None, evidence: Panel | None = None
    ) -> Problem:
        """A problem of this check."""
        return Problem(where=where, what=what, fix=fix, level=level, column=column, check=self.id, evidence=evidence)


def leaving(problem: Problem) -> Problem:
    """The problem with leaving its column out as the click that mends it."""
    return problem.model_copy(update={"action": {"do": "leave out", "column": problem.column or ""}, "button": "Leave it out"})


def dividing(problem: Problem, method: str, column: ColumnProfile) -> Problem:
    """The problem with dividing the rows by that column as the click that mends it."""
    action = {"do": "divide", "method": method, "column": column.id}
    return problem.model_copy(update={"action": action, "button": f"Divide by {column.name}"})


def signed(problem: Problem, pledge: str) -> Problem:
    """The problem with the sentence that a person may sign to go on in spite of it."""
    return problem.model_copy(update={"pledge": pledge})
