"""Where an attempt goes on: the checkpoints of a run as its worker uses them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from engine.checkpoints import Checkpoints
from engine.store import db
from engine.store.records import to_json
from engine.store.runs import Run
from engine.store.transitions import FROM_THE_BEGINNING, Point, Resumption
from engine.store.workspace import Workspace
from engine.versions import installed

LIBRARIES = ("numpy", "keras", "tensorflow", "tensorflow-cpu")


def checkpoints(workspace: Workspace, run: Run) -> Checkpoints:
    """The run's checkpoints that fit its plan, its rows as they are now, and this program; half-written ones are cleared."""
    return Checkpoints(workspace.checkpoints(run.id), identity(workspace, run.dataset, run.plan))


def place(kept: Checkpoints) -> Resumption:
    """What the store has to be taken back to."""
    at = kept.newest
    if at is None:
        return FROM_THE_BEGINNING
    points = tuple(Point(name, step, value) for name, step, value in at.beside["points"] if step <= at.step)
    return Resumption(at.step, points, at.beside["facts"])


def identity(workspace: Workspace, dataset: str, plan: Mapping[str, Any]) -> str:
    """What a training follows from: the plan without its name, the rows as they are now, and the libraries."""
    rows = _rows(workspace, dataset)
    if second := (plan.get("split") or {}).get("outside"):
        rows += _rows(workspace, str(second))
    choices = {name: value for name, value in plan.items() if name != "name"}
    return hashlib.sha256(to_json([choices, rows, installed(LIBRARIES)]).encode()).hexdigest()


def _rows(workspace: Workspace, dataset: str) -> list[Any]:
    """What names a dataset's rows as they are now."""
    found = db.rows(workspace, "SELECT record FROM datasets WHERE id = ?", (dataset,))
    record = json.loads(found[0]["record"]) if found else {}
    return [record.get(name) for name in ("source", "typed")]
