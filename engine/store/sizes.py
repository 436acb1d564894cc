"""How much room each run and dataset takes on the disk: measured beside the pages, kept in the table `sizes`.

A place is a path inside the workspace, such as "runs/r0123456789". Walking a folder of a million pictures takes a while, so no
page does it: the supervisor measures what is new or has changed, and pages read the table.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.store import db, disk
from engine.store.records import now
from engine.store.workspace import Workspace

HOUSE = ("backups", "logs", "trash", "uploads", "workspace.db")
_WANTED = """
    SELECT place, stamp FROM (
        SELECT 'runs/' || id AS place, state || ' ' || attempt || ' ' || coalesce(ended, '') AS stamp,
               state IN ('starting', 'running') AS changes FROM runs
        UNION ALL SELECT 'datasets/' || id, json_extract(record, '$.version'), 0 FROM datasets
    ) LEFT JOIN (SELECT place AS known, stamp AS seen FROM sizes) ON known = place
    WHERE changes OR seen IS NOT CAST(stamp AS TEXT)
"""


@dataclass(frozen=True)
class Room:
    """Bytes: what a workspace takes by what it is for, and what its disk has. Runs and datasets count when they were measured."""

    runs: int
    datasets: int
    rest: int
    trash: int
    free: int
    total: int

    @property
    def taken(self) -> int:
        return self.runs + self.datasets + self.rest + self.trash


def all(workspace: Workspace) -> dict[str, int]:
    """Each measured place and its bytes; what was not measured yet is not in it."""
    return {row["place"]: row["bytes"] for row in db.rows(workspace, "SELECT place, bytes FROM sizes")}


def of_runs(workspace: Workspace, ids: list[str]) -> int | None:
    """Bytes of these runs together; None while one of them was not measured yet."""
    return _sum(all(workspace), [f"runs/{id}" for id in ids])


def of_dataset(workspace: Workspace, id: str) -> int | None:
    """Bytes of that dataset; None while it was not measured yet."""
    return all(workspace).get(f"datasets/{id}")


def room(workspace: Workspace) -> Room:
    """What is taken and what is free."""
    known = all(workspace)
    parts = {name: sum(size for place, size in known.items() if place.startswith(f"{name}/")) for name in ("runs", "datasets")}
    rest = sum(known.get(place, 0) for place in HOUSE if place != "trash")
    return Room(parts["runs"], parts["datasets"], rest, known.get("trash", 0), disk.free(workspace.path), disk.total(workspace.path))


def measure(workspace: Workspace, is_enough: Callable[[], bool] = lambda: False) -> int:
    """Measures what is new or has changed, until `is_enough`. How many places it was."""
    wanted = [(row["place"], str(row["stamp"])) for row in db.rows(workspace, _WANTED)] + [(place, "") for place in HOUSE]
    known, count = all(workspace), 0
    for place, stamp in wanted:
        if is_enough():
            break
        found = _bytes(workspace, place)
        if known.get(place) != found or place not in HOUSE:
            _keep(workspace, place, found, stamp)
        count += 1
    return count


def bytes_in(path: Path) -> int:
    """The bytes of a file, or of everything in a folder; what vanishes meanwhile counts nothing."""
    if path.is_symlink() or not path.is_dir():
        return path.lstat().st_size if path.exists() else 0
    total, folders = 0, [str(path)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue
    return total


def _bytes(workspace: Workspace, place: str) -> int:
    if place == workspace.database.name:
        return sum(bytes_in(path) for path in workspace.path.glob(f"{place}*"))
    return bytes_in(workspace.path / place)


def _keep(workspace: Workspace, place: str, size: int, stamp: str) -> None:
    """Not for a run or dataset that was deleted while it was being measured."""
    sql = "INSERT OR REPLACE INTO sizes (place, bytes, stamp, measured) SELECT ?, ?, ?, ? WHERE ? OR EXISTS ("
    sql += "SELECT 1 FROM runs WHERE 'runs/' || id = ? UNION ALL SELECT 1 FROM datasets WHERE 'datasets/' || id = ?)"
    with db.write(workspace) as database:
        database.execute(sql, (place, size, stamp, now(), place in HOUSE, place, place))


def _sum(known: dict[str, int], places: list[str]) -> int | None:
    return sum(known[place] for place in places) if set(places) <= set(known) else None
