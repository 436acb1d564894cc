"""The checks that keep a person from fooling themselves: one file each, run before a training and after it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine import overrides
from engine import profile as profiles
from engine.checks.base import Case, Check
from engine.columns import Table
from engine.errors import EngineError
from engine.panels import Notes, Report
from engine.problems import Level, Problem
from engine.registry import Family

if TYPE_CHECKING:
    from engine.plan import Plan

CHECKS: Family[Check] = Family("engine.checks", Check, "check")

__all__ = ["CHECKS", "Case", "Check", "flattering", "look", "search", "told"]

TITLE = "Before you believe it"
MOST_ROWS = 3000
ORDER: dict[Level, int] = {"stop": 0, "warn": 1, "info": 2}
log = logging.getLogger("modelwright.checks")


def look(case: Case) -> list[Problem]:
    """What can be seen without the rows, from the profile alone, in milliseconds."""
    return _of_all(lambda check: check.look(case))


def search(case: Case) -> list[Problem]:
    """What the rows show; at most a few seconds, whatever their number. The worst first."""
    return sorted(_of_all(lambda check: check.search(case)), key=lambda problem: ORDER[problem.level])


def flattering(found: Sequence[Problem]) -> list[Problem]:
    """Those that make a result look better than it is."""
    ids = {member.id for member in CHECKS.members.values() if member.flatters}
    return [problem for problem in found if problem.check in ids and problem.level != "info"]


def told(plan: "Plan", learned: Table, report: Report, looks: int = 0) -> Report:
    """The report with what it shows to the checks, and with what was signed for before.

    `learned` are the training rows; `looks` is how often the unseen ones had been looked at before.
    """
    case = _afterwards(plan, learned, looks)
    found = _of_all(lambda check: check.judge(case, report))
    lines = [problem.sentence for problem in found]
    panels = [Notes(title=TITLE, lines=lines)] if lines else []
    signed = overrides.panel(plan.overrides)
    return report.model_copy(update={"panels": [*([signed] if signed else []), *panels, *report.panels]})


def _afterwards(plan: "Plan", learned: Table, looks: int) -> Case:
    """Some of the training rows, without their pictures, which would all have to be opened."""
    columns = tuple(column for column in learned.columns if column.type != "image")
    rows = np.linspace(0, len(learned) - 1, min(len(learned), MOST_ROWS)).astype(np.int64)
    some = replace(learned, columns=columns, frame=learned.frame[[column.id for column in columns]]).take(rows)
    return Case(plan, profiles.compute(some), some, looks)


def _of_all(ask: Callable[[Check], list[Problem]]) -> list[Problem]:
    """A check that cannot be made of this data says nothing: another one says what is wrong with it."""
    found: list[Problem] = []
    for member in CHECKS.members.values():
        try:
            found += ask(CHECKS.parse({"kind": member.model_fields["kind"].default}))
        except EngineError as error:
            log.info("%s could not be made: %s", member.id, error)
    return found
