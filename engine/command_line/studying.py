"""`modelwright crossvalidate` and `modelwright tune`: several trainings for one answer, followed to their end."""

import os
import time
from pathlib import Path
from typing import Any

from engine import datasets
from engine.cli import give, tell
from engine.command_line import training
from engine.command_line.training import Line, Order
from engine.errors import EngineError, InvalidPlan
from engine.jobs import locks, slots
from engine.jobs import study as driving
from engine.jobs.rounds import Rounds
from engine.plan import Plan
from engine.problems import stops
from engine.store import studies
from engine.store.studies import WINNER, Record
from engine.store.workspace import Workspace
from engine.studies import STUDIES, Study

PERIOD = 0.2
STOPPING = "\nStopping; what is ready counts."


def study(order: Order, asked: dict[str, Any], at: Path | None, as_json: bool) -> None:
    """Asks, follows and tells. Raises EngineError for what the user can mend, also when it fails."""
    spec = STUDIES.parse(asked)
    workspace, plan = training.ready(order, at)
    _check(workspace, spec, plan)
    record = _follow(workspace, studies.add(workspace, plan, spec))
    for said in (record.facts.get("said"), record.facts.get("needed"), record.message):
        if said:
            tell(str(said))
    told: dict[str, Any] = {"study": record.id, "name": record.name, "kind": spec.kind, **record.facts}
    if winner := _winner(workspace, record):
        told |= {"best_plan": winner.run.plan, **training.finished(workspace, winner.run, order)}
    if as_json:
        give(told)


def _check(workspace: Workspace, spec: Study, plan: Plan) -> None:
    problems = spec.problems(plan, datasets.profile(workspace, plan.dataset))
    for problem in problems:
        tell(f"  {problem.level}: {problem.where}: {problem.what} {problem.fix}")
    if blocking := stops(problems):
        raise InvalidPlan(blocking[0].what, blocking[0].fix)


def _follow(workspace: Workspace, record: Record) -> Record:
    """To its end. Ctrl+C ends it with what is ready by then. Where a supervisor was quicker, it drives, and this only looks on."""
    lock = locks.take(driving.lock_file(workspace, record.id))
    driver = driving.Driver(workspace, record.id) if lock is not None else None
    own: set[str] = set()
    rounds, line = Rounds(workspace, only=own, places=slots.names), Line()
    try:
        while not (record := studies.get(workspace, record.id)).is_done:
            try:
                if driver is not None:
                    driver.step()
                children = studies.children(workspace, record.id)
                own.update(child.run.id for child in children)
                rounds.step()
                line.say(_progress(studies.get(workspace, record.id), children))
                time.sleep(PERIOD)
            except KeyboardInterrupt:
                tell(STOPPING)
                studies.wish_stop(workspace, record.id)
    finally:
        line.end()
        if lock is not None:
            driving.lock_file(workspace, record.id).unlink(missing_ok=True)
            os.close(lock)
    if record.state == "failed":
        raise EngineError(record.message or "No training came to an end.", f"The log is {workspace.logs / 'studies.log'}.")
    return record


def _progress(record: Record, children: list[studies.Child]) -> str:
    ended = sum(child.has_ended for child in children if child.role != WINNER)
    if any(child.role == WINNER and not child.run.is_done for child in children):
        return "Judging the best settings on the rows kept unseen"
    of = f" of {record.facts['total']}" if record.facts.get("total") else ""
    at_work = sum(child.run.is_active for child in children)
    return f"{ended}{of} trainings ended, {at_work} at work. {record.facts.get('said', '')}".strip()


def _winner(workspace: Workspace, record: Record) -> studies.Child | None:
    found = [child for child in studies.children(workspace, record.id) if child.role == WINNER and child.run.state == "succeeded"]
    return found[0] if found else None
