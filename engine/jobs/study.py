"""A driver asks a study which runs it wants and sees to it that they are there: `python -m engine.jobs.study WORKSPACE STUDY LOCK`.

It trains nothing itself and keeps nothing that matters: killed at any moment, the next one goes on from what the store says. The study's
lock is held from its first to its last moment, so there is one driver a study.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine import journal
from engine.errors import EngineError, NotFound
from engine.jobs import failpoints, locks, processes, slots
from engine.store import db, metrics, runs, studies
from engine.store.records import is_same_plan, now
from engine.store.studies import Child, Record
from engine.store.workspace import Workspace

if TYPE_CHECKING:
    from engine.columns import Table
    from engine.plan import Plan
    from engine.profile import Profile
    from engine.studies.base import Asked, Curve, Look, Study

PERIOD = 0.3
NOTE_EVERY = 2.0
INTERNAL = "Something went wrong inside Modelwright ({}). This is not your mistake; logs/studies.log has the details."


def lock_file(workspace: Workspace, id: str) -> Path:
    """Who holds it drives the study."""
    return workspace.path / "studies" / f"{id}.lock"


def main(arguments: Sequence[str] | None = None) -> int:
    """Drives the study to its end."""
    path, id, number = sys.argv[1:] if arguments is None else arguments
    workspace, lock = Workspace(Path(path)), int(number)
    if not locks.is_of(lock, lock_file(workspace, id)):
        return 0
    os.set_inheritable(lock, False)
    processes.go_first()
    journal.say(f"--- study {id}, {now()}")
    driver = Driver(workspace, id)
    while workspace.database.exists() and not workspace.mark.exists() and driver.step():
        time.sleep(PERIOD)
    lock_file(workspace, id).unlink(missing_ok=True)
    return 0


class Driver:
    """One study. `places` says how many runs may be unfinished at a time."""

    def __init__(self, workspace: Workspace, id: str, places: Callable[[], int] | None = None) -> None:
        self.workspace = workspace
        self.id = id
        self._places = places or (lambda: len(slots.names(workspace)))
        self._looked = self._noted = time.monotonic()
        self._known: tuple[object, ...] | None = None
        self._finished: dict[str, Curve] = {}

    def step(self) -> bool:
        """Does what is due; False once the study has ended."""
        try:
            return self._step()
        except db.Busy:
            return True
        except NotFound:
            return False
        except EngineError as error:
            return self._end("failed", str(error))
        except Exception as error:
            journal.trace(error)
            return self._end("failed", INTERNAL.format(type(error).__name__))

    def _step(self) -> bool:
        record = studies.get(self.workspace, self.id)
        if record.is_done:
            return False
        spec, look = self._look(record)
        if look.is_stopping or spec.is_over(look):
            self._halt(spec, look)
            wanted: list[Asked] = []
        else:
            for child in spec.hopeless(look):
                studies.drop(self.workspace, child)
            wanted = spec.next(look, self._places() - len(look.unfinished))
        failpoints.reach("asked")
        for asked in wanted:
            studies.begin(self.workspace, record, asked)
            failpoints.reach("begun-child")
        self._note(spec, look)
        if wanted or look.unfinished:
            return True
        return self._close(record, spec, look)

    def _look(self, record: Record) -> "tuple[Study, Look]":
        from engine.plan import Plan
        from engine.studies import STUDIES, Look

        plan = Plan.model_validate(record.plan)
        children = studies.children(self.workspace, self.id)
        seconds = record.seconds + time.monotonic() - self._noted
        readers = (lambda: _profile(self.workspace, plan.dataset), lambda ids: _columns(self.workspace, plan, ids))
        look = Look(plan, children, *readers, lambda run: self._curve(run, children), seconds, record.wish == "stop")
        return STUDIES.parse(record.spec), look

    def _halt(self, spec: "Study", look: "Look") -> None:
        """What is at work is given up, or, as long as nothing has ended, ends as the study says. The run that ends the study goes on."""
        is_first = not any(child.run.state == "succeeded" for child in look.children)
        for child in look.unfinished:
            if child.role == studies.WINNER:
                continue
            asked = spec.halts if child.run.is_active and is_first else "cancel"
            if child.run.wish not in {asked, "cancel"}:
                runs.wish(self.workspace, child.run.id, asked)

    def _close(self, record: Record, spec: "Study", look: "Look") -> bool:
        winner, last = look.of(studies.WINNER), spec.last(look)
        if last and not any(is_same_plan(child.run.plan, last.plan.model_dump(mode="json")) for child in winner):
            studies.release(self.workspace, [child.run.id for child in winner])
            studies.begin(self.workspace, record, last)
            return True
        ended = [child.run for child in (winner or look.children)]
        if any(run.state == "succeeded" for run in ended):
            late = "The time was over; what was ready by then counts." if spec.is_over(look) else ""
            return self._end("done", "Stopped as you asked; what was ready by then counts." if look.is_stopping else late)
        said = next((run.message for run in ended if run.message), "It was stopped before any training had ended.")
        return self._end("failed", said)

    def _note(self, spec: "Study", look: "Look") -> None:
        """What is known is written when a run has come to its end, and the time from time to time."""
        states = tuple((child.number, child.run.state, child.dropped) for child in look.children)
        spent = time.monotonic() - self._noted
        if states == self._known and spent < NOTE_EVERY:
            return
        facts = spec.facts(look) if states != self._known else {}
        studies.know(self.workspace, self.id, facts, spent)
        self._known, self._noted = states, self._noted + spent

    def _end(self, state: studies.State, message: str) -> bool:
        studies.end(self.workspace, self.id, state, message)
        return False

    def _curve(self, run: str, children: Sequence[Child]) -> "Curve":
        """The loss by epoch on rows not learned from; that of a run that has ended is read once."""
        if run not in self._finished:
            curve = metrics.series(self.workspace, run).get("val_loss", ([], []))
            if not any(child.run.id == run and child.run.is_done for child in children):
                return curve
            self._finished[run] = curve
        return self._finished[run]


@cache
def _profile(workspace: Workspace, dataset: str) -> "Profile":
    from engine import datasets

    return datasets.profile(workspace, dataset)


def _columns(workspace: Workspace, plan: "Plan", ids: Sequence[str]) -> "Table":
    from engine import datasets

    return datasets.table(workspace, plan.dataset, ids)


if __name__ == "__main__":
    sys.exit(main())
