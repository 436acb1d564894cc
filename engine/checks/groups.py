"""Q05: rows of the same patient, machine or batch on both sides."""

from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from engine import guesses
from engine.checks.base import Array, Case, Check, dividing, signed
from engine.panels import Bars
from engine.problems import Level, Problem
from engine.profile import ColumnProfile
from engine.wording import number

MANY = 0.01
FEWEST_GROUPS, FEWEST_REPEATED = 20, 30
SAME, BY_CHANCE = 0.95, 0.5
TELLING_COLUMNS = 2
MOST_ROWS = 4000
KINDS = frozenset({"number", "category", "date"})
PLEDGE = "Yes, rows that share this are independent cases."
FIX = "Keep them on one side, so that the score tells how new ones will fare."


class Groups(Check):
    """Are rows of one patient, machine or batch both learned and tested?"""

    kind: Literal["groups"] = "groups"
    title = "Same case on both sides"
    id: ClassVar[str] = "Q05"
    flatters: ClassVar[bool] = True
    order = 5

    def search(self, case: Case) -> list[Problem]:
        if case.parts is None or case.method.role == "time":
            return []
        asked = [column for column in case.others if column.id != case.plan.split.column and not column.identifier]
        named = {candidate.id: candidate for column in asked if (candidate := guesses.group(column)) is not None}
        if case.method.is_whole:
            named = {id: candidate for id, candidate in named.items() if candidate.likely}
        found = [self._named(case, column, named[column.id].likely) for column in asked if column.id in named]
        if not case.method.goes_by:
            found += [self._unnamed(case, column) for column in asked if column.id not in named and _may_group(column)]
        return [problem for problem in found if problem is not None]

    def _named(self, case: Case, column: ColumnProfile, is_likely: bool) -> Problem | None:
        share, bars = self._straddling(case, column)
        if share <= MANY or column.distinct < guesses.FEWEST_GROUPS:
            return None
        is_random = not case.method.goes_by
        behaves = is_random and not is_likely and column.distinct >= FEWEST_GROUPS and _shared(case, column) >= TELLING_COLUMNS
        if not is_likely and not behaves:
            return None
        level: Level = "stop" if is_random else "warn"
        per = number((column.rows - column.missing) / column.distinct, 2)
        what = f"The same '{column.name}' is in about {per} rows each, and {_rows(share)} not learned from share one with learned rows."
        problem = self.found(column.name, what, FIX, level, column.id, bars)
        return dividing(signed(problem, PLEDGE) if level == "stop" else problem, "group", column)

    def _unnamed(self, case: Case, column: ColumnProfile) -> Problem | None:
        """A column that behaves like a patient's number: what stays the same in a person stays the same in all its rows."""
        alike = _shared(case, column)
        share, bars = self._straddling(case, column)
        if alike < TELLING_COLUMNS or share <= MANY:
            return None
        agree = f"Rows with the same '{column.name}' also agree in {alike} other columns"
        what = f"{agree}, and {_rows(share)} not learned from share one with learned rows."
        fix = f"If it names a case: {FIX[0].lower()}{FIX[1:]}"
        return dividing(self.found(column.name, what, fix, "warn", column.id, bars), "group", column)

    def _straddling(self, case: Case, column: ColumnProfile) -> tuple[float, Bars]:
        """The share of unseen rows whose group is learned from, and a picture of it."""
        assert case.parts is not None
        codes = pd.factorize(case.rows.values(column.id))[0]
        unseen = codes[np.concatenate([case.parts.validation, case.parts.test])]
        known = np.isin(unseen, codes[case.parts.train]) & (unseen >= 0)
        both = int(known.sum())
        bars = Bars(
            title=f"Rows not learned from, by their '{column.name}'",
            x_label=column.name,
            y_label="Rows",
            names=["also in learned rows", "only in the others"],
            values=[float(both), float(len(known) - both)],
        )
        return both / max(len(known), 1), bars


def _rows(share: float) -> str:
    return f"{100 * share:.0f} of 100 rows"


def _may_group(column: ColumnProfile) -> bool:
    there = column.rows - column.missing
    fits = column.type == "category" or (column.type == "number" and column.whole)
    many = max(FEWEST_GROUPS, there / guesses.MOST_REPEATS)
    return fits and many <= column.distinct <= there / guesses.FEWEST_REPEATS


def _shared(case: Case, column: ColumnProfile) -> int:
    """How many other columns hardly ever differ within a group, though they do between rows."""
    codes = pd.factorize(case.rows.values(column.id))[0]
    many = np.bincount(codes[codes >= 0]) if (codes >= 0).any() else np.zeros(1, int)
    repeated = np.flatnonzero((codes >= 0) & (many[codes] > 1))
    if len(repeated) < FEWEST_REPEATED:
        return 0
    order = repeated[np.argsort(codes[repeated], kind="stable")][:MOST_ROWS]
    others = [other for other in case.others if other.id != column.id and other.type in KINDS and not other.identifier]
    frame = case.rows.frame.iloc[order]
    return sum(_stays(pd.factorize(frame[other.id])[0], codes[order]) for other in others if other.distinct > 1)


def _stays(values: Array, groups: Array) -> bool:
    """Whether neighbours in the same group agree, and any two rows mostly do not. Both (rows,) numbers, group after group."""
    agree = float((values[1:] == values[:-1])[groups[1:] == groups[:-1]].mean())
    shuffled = np.random.default_rng(0).permutation(values)
    return agree >= SAME and float((values == shuffled).mean()) <= BY_CHANCE
