"""The doctor's visit: looking through a workspace takes a while when there are many models, so it is done beside the pages.

What was found is known to this process only.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.problems import Problem
from engine.store import doctor
from engine.store.workspace import Workspace

log = logging.getLogger("modelwright.app")
PATIENCE = 0.4


@dataclass
class Visit:
    """One look, under way or done. `mended` says what was done before it; `failed` that it broke off by a fault in the program."""

    problems: list[Problem] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    done: str = ""
    failed: bool = False

    @property
    def is_over(self) -> bool:
        return bool(self.done)


def last(workspace: Workspace) -> Visit | None:
    """The newest look at this workspace, if there was one."""
    return _visits.get(str(workspace.path))


def start(workspace: Workspace, mend: Sequence[Problem] = ()) -> Visit:
    """Begins to look, unless somebody does already, and waits a moment: a small workspace is done at once. Mends these first."""
    with _starting:
        known = last(workspace)
        if known and not known.is_over:
            return known
        visit = _visits[str(workspace.path)] = Visit()
    threading.Thread(target=_look, args=(workspace, visit, mend), daemon=True, name="checkup").start()
    until = time.monotonic() + PATIENCE
    while not visit.is_over and time.monotonic() < until:
        time.sleep(0.02)
    return visit


def forget(workspace: Workspace) -> None:
    """What was found is of no use any more."""
    _visits.pop(str(workspace.path), None)


def _look(workspace: Workspace, visit: Visit, mend: Sequence[Problem]) -> None:
    try:
        visit.mended = doctor.mend_all(workspace, mend)
        visit.problems = doctor.examine(workspace)
    except Exception:
        log.exception("The check of the workspace broke off")
        visit.failed = True
    visit.done = datetime.now(UTC).isoformat()


_visits: dict[str, Visit] = {}
_starting = threading.Lock()
