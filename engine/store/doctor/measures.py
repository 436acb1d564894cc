"""The measures of runs: none of a run never started, none beyond the checkpoint an attempt went on from (I7)."""

import json
from collections.abc import Iterator

from engine.problems import Problem
from engine.store import db
from engine.store.doctor.repairs import Repair, offer, run_named
from engine.store.workspace import Workspace

# Measures are written in the order of their steps; one that a later-written one does not follow was left by an attempt taken back.
# The first query walks the index of steps once, for all runs; the second sorts the measures of one run.
_OUT_OF_ORDER = """
    SELECT DISTINCT run FROM (SELECT run, seq, lag(seq) OVER (PARTITION BY run, name ORDER BY step) AS earlier FROM metrics)
    WHERE earlier > seq
"""
_BEYOND = """
    SELECT seq FROM (
        SELECT seq, step, min(step) OVER (
            PARTITION BY name ORDER BY seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS later FROM metrics WHERE run = ?
    ) WHERE later <= step
"""


def look(workspace: Workspace) -> Iterator[Problem]:
    for row in db.rows(workspace, "SELECT id, name FROM runs WHERE attempt = 0 AND EXISTS (SELECT 1 FROM metrics WHERE run = runs.id)"):
        what = "It has measures although it was never started."
        yield Problem(where=run_named(row), what=what, fix="Take them out.", action=offer(_CLEAR, row["id"]))
    for row in db.rows(workspace, f"SELECT id, name FROM ({_OUT_OF_ORDER}) JOIN runs ON runs.id = run WHERE attempt > 0"):
        left = len(db.rows(workspace, _BEYOND, (row["id"],)))
        what = f"{left} of its measures are from an attempt that was taken back."
        yield Problem(where=run_named(row), what=what, fix="Take them out.", action=offer(_TAKE_BACK, row["id"]))
    for row in db.rows(workspace, "SELECT id, name FROM runs WHERE state = 'paused'"):
        if (step := _checkpoint(workspace, row["id"])) is not None and _beyond(workspace, row["id"], step):
            what = "It has measures beyond the point it will go on from."
            yield Problem(where=run_named(row), what=what, fix="Take them out.", action=offer(_TO_CHECKPOINT, row["id"]))


def _checkpoint(workspace: Workspace, id: str) -> float | None:
    """How far (in epochs) the newest checkpoint is; None if there is none that can be read."""
    folder = workspace.run(id) / "checkpoints"
    for path in sorted((path for path in folder.glob("[0-9]*") if path.name.isdecimal()), key=lambda path: -int(path.name)):
        try:
            return float(json.loads((path / "state.json").read_text("utf-8"))["step"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def _beyond(workspace: Workspace, id: str, step: float) -> bool:
    return bool(db.rows(workspace, "SELECT 1 FROM metrics WHERE run = ? AND step > ? LIMIT 1", (id, step)))


def _clear(workspace: Workspace, id: str) -> str:
    with db.write(workspace, durable=True) as database:
        sql = "DELETE FROM metrics WHERE run = ? AND EXISTS (SELECT 1 FROM runs WHERE id = run AND attempt = 0)"
        count = database.execute(sql, (id,)).rowcount
    return f"{count} measures were taken out."


def _take_back(workspace: Workspace, id: str) -> str:
    with db.write(workspace, durable=True) as database:
        count = database.execute(f"DELETE FROM metrics WHERE seq IN ({_BEYOND})", (id,)).rowcount
    return f"{count} measures were taken out."


def _to_checkpoint(workspace: Workspace, id: str) -> str:
    step = _checkpoint(workspace, id)
    with db.write(workspace, durable=True) as database:
        sql = "DELETE FROM metrics WHERE run = ? AND step > ? AND EXISTS (SELECT 1 FROM runs WHERE id = run AND state = 'paused')"
        count = database.execute(sql, (id, step)).rowcount
    return f"{count} measures were taken out."


_CLEAR = Repair("clear_measures", "Take the measures out", _clear)
_TAKE_BACK = Repair("take_back_measures", "Take the old measures out", _take_back)
_TO_CHECKPOINT = Repair("back_to_checkpoint", "Take out what is beyond it", _to_checkpoint)
REPAIRS = (_CLEAR, _TAKE_BACK, _TO_CHECKPOINT)
