"""Q06: what only comes after the moment of prediction, and rows judged by their neighbours in time."""

from typing import ClassVar, Literal

import numpy as np

from engine import guesses, strength
from engine.checks import _series
from engine.checks.base import ROWS, Array, Case, Check, dividing, leaving, signed
from engine.panels import Curve, Line
from engine.problems import Problem
from engine.profile import ColumnProfile
from engine.wording import count

_AFTERWARDS = (
    "discharge discharged outcome outcomes result results resolved resolution closed closing refund refunded cancellation cancelled "
    "canceled deceased autopsy death postop followup claim payout settlement recovered recovery returned repaired finished completed ended "
    "final"
)
_BEFORE = "previous prior last past earlier former history baseline before initial"
AFTERWARDS, BEFORE = frozenset(_AFTERWARDS.split()), frozenset(_BEFORE.split())
LOOKS_BACK, SETTLES, SAYS = 0.65, 0.9, 0.8
EXPLAINS_BACK, EXPLAINS = 0.1, 0.7
ALIKE, SURE = 0.5, 4.0
LATER = 0.95
FEWEST_ROWS = 50
PLEDGE = "Yes, it is known beforehand."
ALONE = "Yes, the order in time does not matter here."
QUESTION = "Is it known before the moment of prediction? If not, leave it out."


class TimeOrder(Check):
    """Does it learn from what comes only later?"""

    kind: Literal["time_order"] = "time_order"
    title = "Learned from the future"
    id: ClassVar[str] = "Q06"
    flatters: ClassVar[bool] = True
    order = 6

    def search(self, case: Case) -> list[Problem]:
        if case.answers is None or len(case.answers) < FEWEST_ROWS:
            return []
        found = [*self._divided(case), *self._by_name(case), *self._later_dates(case), *self._moving(case)]
        return list({problem.column or problem.what: problem for problem in reversed(found)}.values())[::-1]

    def _divided(self, case: Case) -> list[Problem]:
        """Rows divided by chance although their answers follow each other."""
        if case.method.goes_by:
            return []
        asked = [(column, candidate) for column in case.others if (candidate := guesses.time(column))]
        for column, candidate in sorted(asked, key=lambda one: not one[1].likely):
            moments = _numbers(case.values(column))
            alike, moves = _series.alike(moments, _sides(case))
            is_sure = alike * np.sqrt(moves) >= SURE
            if alike >= ALIKE and is_sure and column.type == "date":
                what = (
                    f"Rows close in '{column.name}' have much the same answer, and chance divides them: each is judged beside neighbours."
                )
                fix = "Judge it on the newest rows, as in real use."
                problem = self.found(column.name, what, fix, "stop", column.id, _course(case, column))
                return [dividing(signed(problem, ALONE), "time", column)]
            if is_sure:
                what = f"Answers change with '{column.name}', and rows are divided by chance."
                fix = "If it will be used on newer rows, judge it on the newest."
                return [dividing(self.found(column.name, what, fix, "warn", column.id, _course(case, column)), "time", column)]
            if candidate.likely:
                what = f"Rows have a time ('{column.name}'), and are divided by chance."
                fix = "If it will be used on newer rows, judge it on the newest."
                return [dividing(self.found(column.name, what, fix, "info", column.id), "time", column)]
        return []

    def _by_name(self, case: Case) -> list[Problem]:
        return [problem for column in case.inputs if _sounds_late(column.name) and (problem := self._late(case, column))]

    def _late(self, case: Case, column: ColumnProfile) -> Problem | None:
        known = case.answers
        if known is None or column.type in ("image", "text"):
            return None
        told = strength.telling(case.values(column), known, np.max)
        if told < (LOOKS_BACK if known.is_class else EXPLAINS_BACK):
            return None
        level: Literal["stop", "warn"] = "stop" if told >= (SETTLES if known.is_class else EXPLAINS) else "warn"
        what = f"By its name it comes only afterwards, and it tells much about '{case.target.name}'."
        evidence = strength.along(case.values(column), column.column, known)
        problem = leaving(self.found(column.name, what, QUESTION, level, column.id, evidence))
        return signed(problem, PLEDGE) if level == "stop" else problem

    def _later_dates(self, case: Case) -> list[Problem]:
        """Dates that lie after the first date of a row."""
        dates = [column for column in case.others if column.type == "date" and not set(guesses.words_of(column.name)) & guesses.BIRTHS]
        moments = {column.id: _numbers(case.values(column)) for column in dates}
        dates = [column for column in dates if np.isfinite(moments[column.id]).sum() >= FEWEST_ROWS // 2]
        if len(dates) < 2:
            return []
        first = min(dates, key=lambda column: float(np.nanmedian(moments[column.id])))
        wanted = {column.id for column in case.inputs} - {first.id}
        found = [self._after(case, column, first, moments[column.id] - moments[first.id]) for column in dates if column.id in wanted]
        return [problem for problem in found if problem]

    def _after(self, case: Case, column: ColumnProfile, first: ColumnProfile, days: Array) -> Problem | None:
        known = case.answers
        there = np.isfinite(days)
        if known is None or not there.any() or (days[there] > 0).mean() < LATER:
            return None
        told = strength.telling(days, known, np.max)
        level: Literal["stop", "warn"] = "stop" if told >= (SAYS if known.is_class else EXPLAINS) else "warn"
        what = f"It lies after '{first.name}' in {int((days[there] > 0).sum()):,} of {count(int(there.sum()), 'row')}."
        problem = leaving(self.found(column.name, what, QUESTION, level, column.id))
        return signed(problem, PLEDGE) if level == "stop" else problem

    def _moving(self, case: Case) -> list[Problem]:
        """Running means that hold the answer itself, and answers of later rows."""
        known = case.answers
        if known is None or known.is_class or len(known) < FEWEST_ROWS:
            return []
        time = next((column for column in case.others if column.type == "date"), None)
        order = np.argsort(_numbers(case.values(time)), kind="stable") if time else np.arange(len(known))
        smooth = [column for column in case.inputs if column.type == "number" and column.distinct > FEWEST_ROWS // 2]
        told = [(column, _series.borrowed(case.values(column)[order], known.y[order])) for column in smooth]
        return [
            signed(leaving(self.found(column.name, f"{what} '{case.target.name}'.", QUESTION, "stop", column.id)), PLEDGE)
            for column, what in told
            if what
        ]


def _sounds_late(name: str) -> bool:
    words = set(guesses.words_of(name))
    return bool(words & AFTERWARDS) and not words & BEFORE


def _numbers(x: Array) -> Array:
    """Moments as days, or the numbers themselves; NaN where missing."""
    if x.dtype.kind != "M":
        return x.astype(np.float64)
    return np.where(np.isnat(x), np.nan, x.astype("datetime64[s]").astype(np.float64) / 86_400)


def _sides(case: Case) -> list[Array]:
    known = case.answers
    if known is None:
        return []
    return [(known.y == k).astype(np.float64) for k in known.judged] if known.is_class else [known.y]


def _course(case: Case, column: ColumnProfile) -> Curve | None:
    """The answer in the order of time, in at most 40 pieces."""
    sides = _sides(case)
    moments = _numbers(case.values(column))
    rows = np.flatnonzero(np.isfinite(moments))
    if not sides or len(rows) < FEWEST_ROWS:
        return None
    pieces = np.array_split(rows[np.argsort(moments[rows], kind="stable")], 40)
    y = max(sides, key=lambda side: float(np.ptp([side[piece].mean() for piece in pieces])))
    share = bool(case.answers and case.answers.is_class)
    heights = [float((100 if share else 1) * y[piece].mean()) for piece in pieces]
    line = Line(name=case.target.name, x=list(map(float, range(1, 41))), y=heights)
    label = f"{case.target.name}, {'rows in 100' if share else 'mean'}"
    order = f"{ROWS} by {column.name}, in 40 pieces"
    return Curve(title=f"{case.target.name}, oldest rows first", x_label=order, y_label=label, lines=[line])
