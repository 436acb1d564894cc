"""Q13: one answer far rarer than the others."""

from typing import ClassVar, Literal

from engine import labels
from engine.checks.base import Case, Check
from engine.problems import Problem
from engine.split import FEWEST_ROWS
from engine.wording import number

RARE, NEARLY_ALL = 0.1, 0.9
FIX = "Judge it by what it finds (precision and recall), not by right answers."


class RareAnswers(Check):
    """Is one answer far rarer than the others?"""

    kind: Literal["rare_answers"] = "rare_answers"
    title = "Rare answers"
    id: ClassVar[str] = "Q13"
    order = 13

    def look(self, case: Case) -> list[Problem]:
        target, present = case.target, case.target.rows - case.target.missing
        if case.plan.task.estimator != "classifier" or present < FEWEST_ROWS or target.type not in case.plan.task.targets:
            return []
        sizes = {answer: rows for answer, rows in case.plan.task.answers(labels.counts_of(target)).items() if rows}
        if len(sizes) < 2:
            return []
        rare, common = min(sizes, key=lambda answer: sizes[answer]), max(sizes, key=lambda answer: sizes[answer])
        always = number(100 * sizes[common] / present)
        if len(sizes) == 2 and sizes[rare] < RARE * present:
            share = number(100 * sizes[rare] / present, 2)
            what = f"Only {share} of 100 rows are '{rare}': always saying '{common}' would be right {always} times in 100."
            return [self.found(target.name, what, FIX, "info", target.id)]
        if len(sizes) > 2 and sizes[common] > NEARLY_ALL * present:
            what = f"Nearly all rows are '{common}': always saying so would be right {always} times in 100."
            return [self.found(target.name, what, "Judge it by each answer, not by right answers.", "info", target.id)]
        return []
