"""Q02: a result that is too good."""

from typing import ClassVar, Literal

from engine import strength
from engine.checks.base import Case, Check
from engine.panels import Bars, Report, Scores
from engine.problems import Problem
from engine.wording import amount, count, number

MEASURES = {"auc": ("ranks the rows", 0.99), "r2": ("explains the differences", 0.99), "balanced_accuracy": ("answers", 99.0)}
FEWEST_ROWS = 200
DRIVERS = 5


class TooGood(Check):
    """Is the result too good to be true?"""

    kind: Literal["too_good"] = "too_good"
    title = "Too good to be true"
    id: ClassVar[str] = "Q02"
    order = 2

    def judge(self, case: Case, report: Report) -> list[Problem]:
        measures = [measure for panel in report.panels if isinstance(panel, Scores) for measure in panel.measures]
        rows = report.rows_training + report.rows_validation + report.rows_test
        reached = [m for m in measures if m.name in MEASURES and (m.model.value or 0.0) >= MEASURES[m.name][1]]
        if not reached or rows <= FEWEST_ROWS:
            return []
        drivers = _drivers(case)
        names = ", ".join(f"'{name}' ({number(told)})" for name, told in drivers)
        reach = amount(reached[0].model.value, reached[0].unit)
        what = f"It {MEASURES[reached[0].name][0]} almost perfectly ({reached[0].label}: {reach}), which is rare with honest data."
        strong = f"Strongest alone: {names}. " if drivers else ""
        fix = f"{strong}Make sure that {'each' if len(drivers) > 1 else 'it'} is known before the moment of prediction."
        evidence = Bars(
            title="The strongest columns, each alone",
            x_label="Column",
            y_label="ROC AUC" if case.answers and case.answers.is_class else "R²",
            names=[name for name, _ in drivers],
            values=[told for _, told in drivers],
            note=f"From {count(len(case.rows), 'row')}.",
        )
        return [self.found("Result", what, fix, evidence=evidence if drivers else None)]


def _drivers(case: Case) -> list[tuple[str, float]]:
    if case.answers is None:
        return []
    told = [(column.name, strength.telling(case.values(column), case.answers)) for column in case.inputs if column.type != "image"]
    return sorted(told, key=lambda one: -one[1])[:DRIVERS]
