"""The doctor looks whether a workspace and its database are sound, and says in words what is not."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from engine.jobs import locks
from engine.problems import Problem
from engine.store import db, disk
from engine.store.workspace import Workspace

LITTLE_ROOM = 5 * 2**30
_START = "Start the app on this workspace; it clears that up by itself."
_AGAIN = "Train this plan again, and delete this run."


def examine(workspace: Workspace) -> list[Problem]:
    """Everything that is wrong, the worst first; an empty list if all is well. Changes nothing."""
    found = [*_library(), *_disk(workspace), *_database(workspace)]
    if not any(problem.level == "stop" for problem in found):
        found += [*_workers(workspace), *_models(workspace), *_histories(workspace), *_metrics(workspace), *_folders(workspace)]
    return sorted(found, key=lambda problem: ("stop", "warn", "info").index(problem.level))


def _library() -> Iterator[Problem]:
    version = db.version()
    if not db.is_safe(version):
        what = f"SQLite {'.'.join(map(str, version))} has a rare fault that can damage a database used by several programs."
        yield Problem(where="SQLite", what=what, fix="Install the package pysqlite3, version 0.6.1 or later, into this environment.")


def _disk(workspace: Workspace) -> Iterator[Problem]:
    if kind := disk.network(workspace.path):
        what = f"The workspace lies on a network disk ({kind}), where its database can be damaged."
        yield Problem(where=str(workspace.path), what=what, fix="Move the workspace to a disk of this computer.", level="stop")
    free = disk.free(workspace.path)
    if free < LITTLE_ROOM:
        said = "No training starts until there is more." if free < disk.NEEDED else "Large datasets may not fit."
        yield Problem(where="Disk", what=f"Only {free / 2**30:.1f} GB are free. {said}", fix="Delete files you no longer need.")


def _database(workspace: Workspace) -> Iterator[Problem]:
    try:
        damage = db.damage(workspace)
    except db.DatabaseError as error:
        damage = str(error)
    if damage:
        fix = (
            "Close all programs that use it and put the newest file of the folder 'backups' in its place. Finished models are not affected."
        )
        yield Problem(where=workspace.database.name, what=f"The database is damaged: {damage}.", fix=fix, level="stop")
        return
    triggers = {row["name"] for row in db.rows(workspace, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    if "runs_end_once" not in triggers:
        what = "The rule that a finished run stays finished is missing from the database."
        yield Problem(
            where=workspace.database.name, what=what, fix="Put the newest file of the folder 'backups' in its place.", level="stop"
        )


def _workers(workspace: Workspace) -> Iterator[Problem]:
    """A run at work holds its lock; otherwise its process died and a supervisor should have seen it."""
    for row in db.rows(workspace, "SELECT id, name FROM runs WHERE state IN ('starting', 'running')"):
        if locks.is_free(workspace.run(row["id"]) / "lock"):
            yield Problem(where=_run(row), what="It counts as being trained, but its process is gone.", fix=_START)
    for row in db.rows(workspace, "SELECT id, name FROM runs WHERE state = 'interrupted'"):
        yield Problem(where=_run(row), what="It was interrupted and waits to be started again.", fix=_START, level="info")


def _models(workspace: Workspace) -> Iterator[Problem]:
    """A run that succeeded has its bundle, exactly as it was recorded."""
    sql = "SELECT runs.id, runs.name, models.manifest FROM runs LEFT JOIN models ON models.run = runs.id WHERE state = 'succeeded'"
    for row in db.rows(workspace, sql):
        folder = workspace.run(row["id"]) / "bundle"
        if what := _bundle_fault(folder, row["manifest"]):
            yield Problem(where=_run(row), what=what, fix=_AGAIN)


def _bundle_fault(folder: Path, recorded: str | None) -> str:
    try:
        manifest = (folder / "manifest.json").read_bytes()
        if hashlib.sha256(manifest).hexdigest() != recorded:
            return "Its model is not the one that was recorded when it was finished."
        for name, digest in _digests(json.loads(manifest)).items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                return f"The file '{name}' of its model has changed since."
    except FileNotFoundError as error:
        return f"The file '{Path(error.filename).name}' of its model is missing."
    except (OSError, ValueError):
        return "Its model cannot be read."
    return ""


def _digests(manifest: dict[str, object]) -> dict[str, str]:
    files = manifest.get("files", manifest)
    if not isinstance(files, dict):
        return {}
    found = {name: entry.get("sha256") if isinstance(entry, dict) else entry for name, entry in files.items()}
    return {name: digest for name, digest in found.items() if isinstance(digest, str) and len(digest) == 64}


def _histories(workspace: Workspace) -> Iterator[Problem]:
    """Each run's events form one chain that ends in its state."""
    events = "SELECT run, before, after, lag(after) OVER (PARTITION BY run ORDER BY seq) AS earlier FROM events"
    broken = db.rows(workspace, f"SELECT DISTINCT run AS id, name FROM ({events}) JOIN runs ON runs.id = run WHERE before IS NOT earlier")
    last = "SELECT after FROM events WHERE run = runs.id ORDER BY seq DESC LIMIT 1"
    broken += db.rows(workspace, f"SELECT id, name FROM runs WHERE state IS NOT ({last})")
    for id, name in {row["id"]: row["name"] for row in broken}.items():
        yield Problem(
            where=f"Run '{name}' ({id})", what="Its history does not lead to its state.", fix="Do not rely on it; train this plan again."
        )


def _metrics(workspace: Workspace) -> Iterator[Problem]:
    for row in db.rows(workspace, "SELECT id, name FROM runs WHERE attempt = 0 AND EXISTS (SELECT 1 FROM metrics WHERE run = runs.id)"):
        yield Problem(where=_run(row), what="It has measures although it was never started.", fix=_AGAIN)


def _folders(workspace: Workspace) -> Iterator[Problem]:
    known = {row["id"] for row in db.rows(workspace, "SELECT id FROM runs")}
    for folder in sorted(path for path in workspace.runs.iterdir() if path.is_dir() and path.name not in known):
        yield Problem(where=str(folder), what="This folder belongs to a run that was deleted.", fix=_START, level="info")


def _run(row: dict[str, str]) -> str:
    return f"Run '{row['name']}' ({row['id']})"
