"""The promises about runs: who works on them (I1, I2), and that their events tell how they came to their state (I3, I4, I5, I8, I9)."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from engine.jobs import aftermath, locks, processes
from engine.jobs.aftermath import Exit
from engine.problems import Problem
from engine.store import db, relist, transitions
from engine.store.doctor.repairs import Repair, offer, run_named, write_down
from engine.store.transitions import ACTIVE, DONE
from engine.store.workspace import Workspace

WAIT_SECONDS = 1.0
_START = "Start the app on this workspace; it clears that up by itself."


def look(workspace: Workspace) -> Iterator[Problem]:
    """Workers, then histories."""
    yield from _workers(workspace)
    yield from _histories(workspace)


def _workers(workspace: Workspace) -> Iterator[Problem]:
    """A run at work holds its lock, or its process died and a supervisor should have seen it; any other run's lock is free."""
    rows = db.rows(workspace, "SELECT id, name, state FROM runs")
    held = {row["id"] for row in rows if not locks.is_free(workspace.run(row["id"]) / "lock")}
    for row in rows:
        if row["state"] in ACTIVE and row["id"] not in held:
            what = "It counts as being trained, but its process is gone."
            yield Problem(where=run_named(row), what=what, fix=_START, action=offer(_SETTLE, row["id"]))
        elif row["state"] == "interrupted":
            what = "It was interrupted and waits to be started again."
            yield Problem(where=run_named(row), what=what, fix=_START, level="info", action=offer(_SETTLE, row["id"]))
    strange = [row for row in rows if row["id"] in held and row["state"] in {*DONE, "paused"}]
    if strange:
        time.sleep(WAIT_SECONDS)
    for row in strange:
        if not locks.is_free(workspace.run(row["id"]) / "lock"):
            what = "It has ended, but a process still works on it."
            yield Problem(where=run_named(row), what=what, fix="End that process; the run stays as it is.", action=offer(_END, row["id"]))


def _histories(workspace: Workspace) -> Iterator[Problem]:
    """Each run's events form one chain of allowed changes that ends in its state."""
    runs = {row["id"]: row for row in db.rows(workspace, "SELECT id, name, state, attempt FROM runs")}
    events = db.rows(workspace, "SELECT run, attempt, before, after FROM events ORDER BY run, seq")
    told = {run: list(found) for run, found in groupby(events, key=lambda event: event["run"])}
    for id, run in runs.items():
        if what := fault(told.get(id, []), run["state"], run["attempt"]):
            action = None if run["state"] in ACTIVE else offer(_TELL_ANEW, id)
            fix = "Write it anew from its state; the old one is kept in logs/doctor.log." if action else "Let it end, then look again."
            yield Problem(where=run_named(run), what=what, fix=fix, action=action)


def fault(events: Sequence[dict[str, Any]], state: str, attempt: int) -> str:
    """What is wrong with a history, else ""."""
    before, number = None, 0
    for event in events:
        if before in DONE:
            return "Its history says twice how it ended." if event["after"] in DONE else "Its history goes on after its end."
        if event["before"] != before:
            return "A change is missing from its history."
        if before is not None and not transitions.may_follow(before, event["after"]):
            return f"Its history has a change that cannot be: from {before} to {event['after']}."
        if event["attempt"] <= number if event["after"] == "starting" else before is not None and event["attempt"] != number:
            return "Its attempts do not count up."
        before, number = event["after"], event["attempt"]
    return "" if (before, number) == (state, attempt) else "Its history does not lead to its state."


def _settle(workspace: Workspace, id: str) -> str:
    lock = locks.take(workspace.run(id) / "lock")
    if lock is None:
        return "A process works on it after all; nothing was done."
    try:
        run = transitions.look(workspace, id)
        if run is None or run.state not in {*ACTIVE, "interrupted"}:
            return "Its state has changed meanwhile; nothing was done."
        state = aftermath.settle(workspace, run, Exit())
    finally:
        os.close(lock)
    return {"queued": "It waits to be trained again.", "cancelled": "It is cancelled.", "failed": "It has failed too often."}.get(state, "")


def _end(workspace: Workspace, id: str) -> str:
    run = transitions.look(workspace, id)
    path = workspace.run(id) / "lock"
    for number in (signal.SIGTERM, signal.SIGKILL):
        if run is None or run.process is None or not processes.signal_group(run.process, number):
            break
        for _ in range(50):
            if locks.is_free(path):
                return "The process has ended."
            time.sleep(0.1)
    return "The process has ended." if locks.is_free(path) else "Its process is not known here; end it, or restart the computer."


def _tell_anew(workspace: Workspace, id: str) -> str:
    with db.write(workspace, durable=True) as database:
        run = db.select(database, "SELECT state, attempt, reason, message FROM runs WHERE id = ?", (id,))[0]
        old = db.select(database, "SELECT * FROM events WHERE run = ? ORDER BY seq", (id,))
        if run["state"] in ACTIVE or not fault(old, run["state"], run["attempt"]):
            return "Its history has changed meanwhile; nothing was done."
        write_down(workspace, f"the history of run {id}", old)
        database.execute("DELETE FROM events WHERE run = ?", (id,))
        attempt = max(run["attempt"], 1) if run["state"] in {"succeeded", "interrupted", "paused"} else run["attempt"]
        database.execute("UPDATE runs SET attempt = ? WHERE id = ?", (attempt, id))
        relist.tell(database, id, run["state"], attempt, run["reason"], run["message"])
    return "Its history was written anew."


_SETTLE = Repair("settle", "Let it start again", _settle)
_END = Repair("end", "End the process", _end)
_TELL_ANEW = Repair("tell_anew", "Write the history anew", _tell_anew)
REPAIRS = (_SETTLE, _END, _TELL_ANEW)
