"""The checks that keep a person from fooling themselves: one file each, run before a training and after it."""

import logging
from collections.abc import Callable, Sequence

from engine.checks.base import Case, Check
from engine.errors import EngineError
from engine.panels import Notes, Report
from engine.problems import Level, Problem
from engine.registry import Family

CHECKS: Family[Check] = Family("engine.checks", Check, "check")

__all__ = ["CHECKS", "Case", "Check", "after", "look", "report_panel", "search"]

TITLE = "What the checks found"
ORDER: dict[Level, int] = {"stop": 0, "warn": 1, "info": 2}
log = logging.getLogger("modelwright.checks")


def look(case: Case) -> list[Problem]:
    """What can be seen without the rows, from the profile alone, in milliseconds."""
    return _of_all(case, lambda check: check.look(case))


def search(case: Case) -> list[Problem]:
    """What the rows show; at most a few seconds, whatever their number. The worst first."""
    return sorted(_of_all(case, lambda check: check.search(case)), key=lambda problem: ORDER[problem.level])


def after(case: Case, report: Report) -> list[Problem]:
    """What a finished training shows."""
    return _of_all(case, lambda check: check.judge(case, report))


def report_panel(problems: Sequence[Problem]) -> Notes | None:
    """How a report says it; None if nothing was found."""
    lines = [f"{problem.where}: {problem.what} {problem.fix}" for problem in problems]
    return Notes(title=TITLE, lines=lines) if lines else None


def _of_all(case: Case, ask: Callable[[Check], list[Problem]]) -> list[Problem]:
    """A check that cannot be made of this data says nothing: another one says what is wrong with it."""
    found: list[Problem] = []
    for member in CHECKS.members.values():
        try:
            found += ask(CHECKS.parse({"kind": member.model_fields["kind"].default}))
        except EngineError as error:
            log.info("%s could not be made: %s", member.id, error)
    return found
