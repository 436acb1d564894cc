"""Q09: unseen rows that were looked at again and again."""

from typing import ClassVar, Literal

from engine.checks.base import Case, Check
from engine.panels import Report
from engine.problems import Problem

MOST = 1


class Looks(Check):
    """Were the unseen rows looked at more than once, to choose by?"""

    kind: Literal["looks"] = "looks"
    title = "Unseen rows used to choose"
    id: ClassVar[str] = "Q09"
    order = 9

    def judge(self, case: Case, report: Report) -> list[Problem]:
        if case.looks <= MOST:
            return []
        often = f"The rows kept unseen had been looked at {case.looks:,} times before"
        what = f"{often}: choosing by them again and again flatters the best choice."
        return [self.found("Result", what, "Judge the final model once on rows that nobody has looked at yet.")]
