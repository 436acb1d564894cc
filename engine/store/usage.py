"""What runs use of the computer: over time, thinned so that it stays small, and summed up for each attempt.

Every attempt counts: what a run used before it was interrupted or paused was used all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.store import db
from engine.store.db import Database
from engine.store.workspace import Workspace

MOST_ROWS = 18_000
LOOK_EVERY = 500


@dataclass(frozen=True)
class Sample:
    """What was used over a stretch of time that ended `at` seconds after the attempt began and lasted `span` seconds.

    `cores` were at work on average (1.5: one and a half), `memory` and `gpu_memory` are bytes, `gpu` is the share of the time in
    which the graphics cards worked (0 to 1, the mean of all); None without one. `processor_joules` is None where the system does
    not count them; `gpu_joules` are those of the whole cards.
    """

    at: float
    span: float
    cores: float
    memory: int
    gpu: float | None = None
    gpu_memory: int | None = None
    processor_joules: float | None = None
    gpu_joules: float | None = None


@dataclass(frozen=True)
class Spent:
    """Sums over attempts, of one run or of many.

    `processor_seconds` (one core at work for one second) are only those whose energy the system did not count;
    `processor_joules` and `gpu_joules` are what it did count. `is_counted` says that it counted the processor's for all of them.
    """

    runs: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    processor_joules: float = 0.0
    gpu_joules: float = 0.0
    has_gpu: bool = False
    is_counted: bool = False


def add(database: Database, run: str, attempt: int, samples: Sequence[Sample]) -> None:
    """Writes samples inside an open write, and thins what is stored of the run when it has become much."""
    for sample in samples:
        row = (run, attempt, sample.at, sample.span, sample.cores, sample.memory, sample.gpu, sample.gpu_memory)
        database.conn.execute("INSERT OR REPLACE INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        work = (run, attempt, sample.span, sample.span * sample.cores, sample.processor_joules, sample.gpu_joules)
        written = database.conn.execute(_ADD, work).fetchone()[0]
        if written % LOOK_EVERY == 1:
            _thin(database, run)


def lines(workspace: Workspace, run: str, points: int = 240) -> list[Sample]:
    """The run's usage in order, as about `points` averages; `at` goes on through its attempts, as if no time lay between them."""
    begins, total = {}, 0.0
    for row in db.rows(workspace, "SELECT attempt, seconds FROM spent WHERE run = ? ORDER BY attempt", (run,)):
        begins[row["attempt"]] = total
        total += row["seconds"]
    found = db.rows(workspace, _MERGED, (run, max(1.0, total / points)))
    return [Sample(**{**_values(row), "at": begins.get(row["attempt"], 0.0) + row["at"]}) for row in found]


def spent(workspace: Workspace, run: str) -> Spent:
    """What all attempts of a run used together."""
    return _summed(workspace, "run = ?", run)


def spent_by(workspace: Workspace, project: str | None = None) -> Spent:
    """What the runs of a project (or all there are) used together."""
    if project is None:
        return _summed(workspace, "1 OR ?", "")
    return _summed(workspace, "run IN (SELECT id FROM runs WHERE project = ?)", project)


_ADD = """
    INSERT INTO spent (run, attempt, samples, seconds, processor_seconds, processor_joules, gpu_joules) VALUES (?, ?, 1, ?, ?, ?, ?)
    ON CONFLICT (run, attempt) DO UPDATE SET samples = samples + 1, seconds = seconds + excluded.seconds,
    processor_seconds = processor_seconds + excluded.processor_seconds,
    processor_joules = processor_joules + excluded.processor_joules,
    gpu_joules = coalesce(gpu_joules + excluded.gpu_joules, gpu_joules, excluded.gpu_joules)
    RETURNING samples
"""
_MERGED = """
    SELECT attempt, max(at) AS at, sum(span) AS span, sum(cores * span) / sum(span) AS cores, max(memory) AS memory,
    sum(gpu * span) / sum(iif(gpu IS NULL, NULL, span)) AS gpu, max(gpu_memory) AS gpu_memory
    FROM usage WHERE run = ? GROUP BY attempt, CAST(at / ? AS INTEGER) ORDER BY attempt, at
"""


def _thin(database: Database, run: str) -> None:
    """Halves the resolution, as often as it takes to halve a full run's rows. What came since the last time keeps its seconds."""
    count, seconds = database.conn.execute("SELECT count(*), sum(span) FROM usage WHERE run = ?", (run,)).fetchone()
    if count <= MOST_ROWS:
        return
    step = 2.0
    while seconds / step > MOST_ROWS / 2:
        step *= 2
    merged = db.select(database, _MERGED, (run, step))
    database.conn.execute("DELETE FROM usage WHERE run = ?", (run,))
    database.conn.executemany(
        "INSERT INTO usage VALUES (:run, :attempt, :at, :span, :cores, :memory, :gpu, :gpu_memory)", [{**row, "run": run} for row in merged]
    )


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "attempt"}


def _summed(workspace: Workspace, where: str, param: str) -> Spent:
    sql = f"""
        SELECT count(DISTINCT run) AS runs, total(seconds) AS seconds,
        total(iif(processor_joules IS NULL, processor_seconds, 0)) AS processor_seconds,
        total(processor_joules) AS processor_joules, total(gpu_joules) AS gpu_joules,
        count(gpu_joules) > 0 AS has_gpu, count(*) > 0 AND count(processor_joules) = count(*) AS is_counted
        FROM spent WHERE {where}
    """
    (row,) = db.rows(workspace, sql, (param,))
    return Spent(**{**row, "has_gpu": bool(row["has_gpu"]), "is_counted": bool(row["is_counted"])})
