"""Q01: a column that settles the answer alone."""

from typing import ClassVar, Literal

from engine import leaks
from engine.checks.base import Case, Check
from engine.problems import Problem


class GivesAway(Check):
    """Does one column alone give the answer away?"""

    kind: Literal["gives_away"] = "gives_away"
    title = "Answer given away"
    id: ClassVar[str] = leaks.CHECK
    flatters: ClassVar[bool] = True
    order = 1

    def search(self, case: Case) -> list[Problem]:
        return leaks.find(case.rows, [column for column in case.inputs if not column.identifier], case.target, case.plan.task)
