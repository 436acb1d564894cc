"""What is ahead of a run that waits: how many others, and how long it will take until its turn."""

from dataclasses import dataclass

from engine.jobs import slots, waiting
from engine.store import runs
from engine.store.runs import Run
from engine.store.workspace import Workspace


@dataclass(frozen=True)
class Outlook:
    """`ahead` other runs are trained first; `seconds` until it starts, None when nobody measured how long those take."""

    ahead: int
    seconds: float | None


def of(workspace: Workspace, id: str) -> Outlook:
    """The outlook of that run among those that wait and work. Runs that were put off to a later time are not ahead of it."""
    found = runs.active(workspace)
    at_work = [run for run in found if run.is_active]
    before: list[Run] = []
    for run in found:
        if run.id == id:
            break
        if not run.is_active and waiting.is_due(run.terms):
            before.append(run)
    lasting = [_left(run) for run in at_work], [run.terms.seconds or None for run in before]
    known = [[seconds for seconds in each if seconds is not None] for each in lasting]
    if any(len(some) < len(each) for some, each in zip(known, lasting, strict=True)):
        return Outlook(len(at_work) + len(before), None)
    return Outlook(len(at_work) + len(before), waiting.expected(known[0], known[1], len(slots.names(workspace))))


def _left(run: Run) -> float | None:
    left = run.facts.get("seconds_left_likely", run.facts.get("seconds_left"))
    return float(left) if left is not None else run.terms.seconds or None
