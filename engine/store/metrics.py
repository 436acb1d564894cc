"""Measures of a run while it trains: (name, step in epochs) -> value. NaN and infinities come back as they went in."""

from collections.abc import Mapping

from engine.store import db, transitions
from engine.store.transitions import Point
from engine.store.workspace import Workspace

Row = tuple[str, float, float | None, str]


def add(workspace: Workspace, run: str, attempt: int, step: float, values: Mapping[str, float]) -> bool:
    """Writes the measures of one step; False if that attempt is not (any more) the one at work."""
    return transitions.report(workspace, run, attempt, [Point(name, step, float(value)) for name, value in values.items()], {})


def after(workspace: Workspace, run: str, seq: int = 0, limit: int = 20_000) -> tuple[int, list[Row]]:
    """What was written after `seq`: the seq to go on from, and rows of (name, step, value, kind).

    `kind` is "finite", or "nan", "inf", "-inf" with a value of None. When `Run.begun` changes, some of what came before
    is gone: clear the drawing and read everything again.
    """
    sql = "SELECT seq, name, step, value, kind FROM metrics WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?"
    found = db.rows(workspace, sql, (run, seq, limit))
    last = found[-1]["seq"] if found else seq
    return last, [(row["name"], row["step"], row["value"], row["kind"]) for row in found]


def series(workspace: Workspace, run: str) -> dict[str, tuple[list[float], list[float]]]:
    """Each measure's steps and values, in the order of the steps."""
    lines: dict[str, tuple[list[float], list[float]]] = {}
    for row in db.rows(workspace, "SELECT name, step, value, kind FROM metrics WHERE run = ? ORDER BY name, step", (run,)):
        steps, values = lines.setdefault(row["name"], ([], []))
        steps.append(row["step"])
        values.append(db.number_of(row["value"], row["kind"]))
    return lines
