"""Q14: too few rows to learn from or to judge by."""

from typing import ClassVar, Literal

from engine import labels, split
from engine.checks.base import ROWS, Case, Check, signed
from engine.panels import Report
from engine.problems import Problem
from engine.wording import amount, count, number

FEW_ROWS, FEWEST_EVENTS = 100, 100
FEW_UNSEEN, FEW_UNSEEN_RARE = 50, 10
LITTLE, TOO_LITTLE = 10, 5
LEVELS = 30
WIDE = {"%": 10.0, "": 0.1}
SHARES = frozenset({"auc", "r2", "f1", "macro_f1", "average_precision"})
DIVIDED = "How rows are divided"
PLEDGE = "Yes, it is only a first try, and no decision will follow from it."


class FewRows(Check):
    """Are there rows enough to learn from and to judge by?"""

    kind: Literal["few_rows"] = "few_rows"
    title = "Too few rows"
    id: ClassVar[str] = "Q14"
    order = 14

    def look(self, case: Case) -> list[Problem]:
        rows = case.target.rows - case.target.missing
        if rows < split.FEWEST_ROWS or case.target.type not in case.plan.task.targets:
            return []
        sizes = {answer: many for answer, many in case.plan.task.answers(labels.counts_of(case.target)).items() if many}
        return [*self._answers(case, sizes), *self._unseen(case, sizes, rows), *self._learned(case, sizes, rows)]

    def judge(self, case: Case, report: Report) -> list[Problem]:
        main = report.main
        half = (main.model.high - main.model.low) / 2 if main.model.low is not None and main.model.high is not None else 0.0
        limit = WIDE.get(main.unit) if main.unit == "%" or main.name in SHARES else None
        if limit is None or half <= limit:
            return []
        low, high = amount(main.model.low, main.unit), amount(main.model.high, main.unit)
        what = f"The main figure is uncertain: with other rows it could be anything from {low} to {high}."
        return [self.found("Result", what, "Keep more rows unseen, or add rows, before deciding by it.")]

    def _answers(self, case: Case, sizes: dict[str, int]) -> list[Problem]:
        single = [answer for answer, rows in sizes.items() if rows < 2]
        few = [f"{answer} ({rows})" for answer, rows in sizes.items() if 2 <= rows < 10]
        problems = []
        if single:
            what = f"Only one row each: {labels.listed(single)}. What occurs once cannot be both learned and tested."
            problems.append(self.found(case.target.name, what, "Add rows, or give these rows another value.", column=case.target.id))
        if few:
            what = f"Fewer than 10 rows: {', '.join(few[:8])}. The model will hardly learn them, and the judgement of them is a guess."
            problems.append(self.found(case.target.name, what, "Add rows of these kinds.", column=case.target.id))
        return problems

    def _unseen(self, case: Case, sizes: dict[str, int], rows: int) -> list[Problem]:
        if case.plan.split.outside:
            return []
        _, _, unseen = split.counts(case.plan.split, rows, case.profile)
        more = f"Keep more rows unseen ({100 * case.plan.split.test:.0f} % now), or add rows."
        if unseen < FEW_UNSEEN:
            what = f"Only {count(unseen, 'row is', 'rows are')} kept unseen, so the score will be uncertain by many points."
            return [self.found(DIVIDED, what, more)]
        rare = round(min(sizes.values(), default=rows) * unseen / rows)
        if rare < FEW_UNSEEN_RARE:
            few = count(rare, "row of the rarest answer is", "rows of the rarest answer are")
            return [self.found(DIVIDED, f"About {few} kept unseen: how well it is found stays uncertain.", more, "info")]
        return []

    def _learned(self, case: Case, sizes: dict[str, int], rows: int) -> list[Problem]:
        """Rows of the rarest answer for each number a simple formula would learn (events per candidate parameter, Peduzzi 1996).

        Below 5 it stops only where there are also fewer than 100 such rows: networks and trees that are held back do learn from less.
        """
        if rows < FEW_ROWS:
            what = f"{count(rows, 'row')} is little to learn from: the model may learn them by heart."
            return [self.found(ROWS, what, "Add rows, or prefer a linear model.")]
        if any(column.type in ("image", "text") for column in case.inputs):
            return []
        learned = min(sizes.values()) if len(sizes) == 2 else sum(sizes.values()) - max(sizes.values()) if sizes else rows
        wide = sum(max(min(column.distinct, LEVELS) - 1, 1) if column.type == "category" else 1 for column in case.inputs)
        per = learned / max(wide, 1)
        if per >= LITTLE:
            return []
        which = " of the rarest answer" if len(sizes) == 2 else " of the rarer answers" if sizes else ""
        there = f"{count(learned, 'row')}{which}"
        what = (
            f"{there} for {count(wide, 'input value')} (a category counts for each value): {number(per, 2)} each, easy to learn by heart."
        )
        fix = "Prefer a simpler model, leave out columns that hardly matter, or add rows."
        if per < TOO_LITTLE and learned < FEWEST_EVENTS:
            return [signed(self.found(ROWS, what, fix, "stop"), PLEDGE)]
        return [self.found(ROWS, what, fix, "warn" if learned < FEWEST_EVENTS or per < TOO_LITTLE else "info")]
