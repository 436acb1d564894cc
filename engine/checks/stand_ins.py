"""V01: numbers that stand for "not known"."""

import re
from typing import ClassVar, Literal

import numpy as np

from engine import labels
from engine.checks.base import Array, Case, Check
from engine.panels import Bars
from engine.problems import Problem
from engine.profile import ColumnProfile
from engine.wording import count, number

CODES = re.compile(r"^-?(9{2,9}|8{2,9}|7{2,9})$|^-(1|9)$|^0$")
FEWEST, RARE, MOST = 3, 0.003, 0.6
FEWEST_VALUES, STEPS = 15, 5


class StandIns(Check):
    """Do some numbers, such as -999, stand for "not known"?"""

    kind: Literal["stand_ins"] = "stand_ins"
    title = "Numbers that mean missing"
    id: ClassVar[str] = "V01"
    order = 21

    def search(self, case: Case) -> list[Problem]:
        asked = [column for column in (*case.inputs, case.target) if column.type == "number"]
        return [problem for column in asked for problem in self._of(case, column)]

    def _of(self, case: Case, column: ColumnProfile) -> list[Problem]:
        x = case.rows.values(column.id)
        real = case.real.get(column.id, ())
        found = codes(x[np.isfinite(x) & ~np.isin(x, real)])
        rest = x[np.isfinite(x) & ~np.isin(x, found)]
        return [self._said(column, value, np.flatnonzero(x == value), rest) for value in found]

    def _said(self, column: ColumnProfile, value: float, rows: Array, rest: Array) -> Problem:
        said = labels.text(value) or ""
        low, high = number(float(rest.min())), number(float(rest.max()))
        apart = f"{said} stands in {count(len(rows), 'row')}; all other values lie between {low} and {high}."
        what = f"{apart} It may mean that nothing was measured."
        places = ", ".join(f"{row + 1:,}" for row in rows[:3])
        counts, edges = np.histogram(rest, bins=20)
        evidence = Bars(
            title=f"{column.name} without {said}",
            x_label=column.name,
            y_label="Rows",
            names=[f"{number(a)} to {number(b)}" for a, b in zip(edges[:-1], edges[1:], strict=True)],
            values=[float(many) for many in counts],
            edges=[float(edge) for edge in edges],
            note=f"{said} stands for example in rows {places}.",
        )
        problem = self.found(column.name, what, "If so, count it as missing.", column=column.id, evidence=evidence)
        action = {"do": "count as missing", "column": column.id, "value": said}
        return problem.model_copy(update={"action": action, "button": f"Count {said} as missing"})


def codes(x: Array) -> list[float]:
    """The values at an end, set apart from all others and repeated, that people write for "not known". `x` holds no missing value."""
    found: list[float] = []
    distinct, counts = np.unique(x, return_counts=True)
    for _ in range(4):
        if len(distinct) < FEWEST_VALUES:
            break
        end = next((at for at in (0, -1) if _is_code(distinct, counts, at)), None)
        if end is None:
            break
        found.append(float(distinct[end]))
        keep = slice(1, None) if end == 0 else slice(None, -1)
        distinct, counts = distinct[keep], counts[keep]
    return found


def _is_code(distinct: Array, counts: Array, at: int) -> bool:
    """Whether the value at that end is written as a code, repeats, and lies apart: farther than the middle half of the others is wide.

    Of zeros it is enough that the others begin many of their own steps later, such as a skin fold of 0 where the others are 7, 8, 10, 11.
    """
    value, many, total = float(distinct[at]), int(counts[at]), int(counts.sum())
    if not CODES.match(labels.text(value) or "") or not max(FEWEST, RARE * total) <= many <= MOST * total:
        return False
    rest, weights = (distinct[1:], counts[1:]) if at == 0 else (distinct[:-1], counts[:-1])
    ends = np.searchsorted(np.cumsum(weights) / weights.sum(), (0.25, 0.75))
    width = float(rest[ends[1]] - rest[ends[0]])
    gap = abs(value - float(rest[0 if at == 0 else -1]))
    if value == 0 and rest[0] > 0 and gap >= STEPS * float(np.median(np.diff(rest))) and gap >= 0.45 * width:
        return True
    if value == -1:
        return bool(rest[0] >= 0 and many >= 2 * counts[1] and len(rest) >= 2 * FEWEST_VALUES)
    return gap > (width if abs(value) >= 9 else 0.9 * width) and width > 0
