"""A run that succeeded has its bundle, exactly as it was recorded, and no other run has one recorded (I6)."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from engine.problems import Problem
from engine.store import db, models, runs
from engine.store.doctor.repairs import Repair, offer, run_named, write_down
from engine.store.records import now
from engine.store.workspace import Workspace

_AGAIN = "Train this plan again, and delete this run."


def look(workspace: Workspace) -> Iterator[Problem]:
    sql = "SELECT runs.id, runs.name, runs.state, models.manifest FROM runs LEFT JOIN models ON models.run = runs.id"
    for row in db.rows(workspace, f"{sql} WHERE state = 'succeeded' OR manifest IS NOT NULL"):
        folder = models.folder(workspace, row["id"])
        if row["state"] != "succeeded":
            what = "A model is recorded for it although it has not succeeded."
            yield Problem(where=run_named(row), what=what, fix="Take the record out.", action=offer(_UNRECORD, row["id"]))
        elif row["manifest"] is None and not bundle_fault(folder, _digest(folder)):
            what = "Its model is there and whole, but not recorded."
            yield Problem(where=run_named(row), what=what, fix="Record it.", action=offer(_RECORD, row["id"]))
        elif what := bundle_fault(folder, row["manifest"]):
            yield Problem(where=run_named(row), what=what, fix=_AGAIN, action=offer(_DELETE, row["id"]))


def bundle_fault(folder: Path, recorded: str | None) -> str:
    """What is wrong with a bundle, else ""."""
    try:
        manifest = (folder / "manifest.json").read_bytes()
        if hashlib.sha256(manifest).hexdigest() != recorded:
            return "Its model is not the one that was recorded when it was finished."
        for name, digest in _digests(json.loads(manifest)).items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
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


def _digest(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    except OSError:
        return ""


def _unrecord(workspace: Workspace, id: str) -> str:
    with db.write(workspace, durable=True) as database:
        gone = db.select(database, "SELECT models.* FROM models JOIN runs ON runs.id = run WHERE run = ? AND state <> 'succeeded'", (id,))
        write_down(workspace, f"the model recorded for run {id}", gone)
        database.execute("DELETE FROM models WHERE run = ? AND ?", (id, bool(gone)))
    return "The record was taken out."


def _record(workspace: Workspace, id: str) -> str:
    folder = models.folder(workspace, id)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    with db.write(workspace, durable=True) as database:
        sql = "INSERT OR IGNORE INTO models (run, manifest, bytes, created) VALUES (?, ?, ?, ?)"
        database.execute(sql, (id, _digest(folder), size, now()))
    return "The model is recorded."


def _delete(workspace: Workspace, id: str) -> str:
    runs.delete(workspace, id)
    return "The run is deleted."


_UNRECORD = Repair("unrecord", "Take the record out", _unrecord)
_RECORD = Repair("record", "Record the model", _record)
_DELETE = Repair("delete_run", "Delete this run", _delete, "The run with its curves, its settings and what is left of its model.")
REPAIRS = (_UNRECORD, _RECORD, _DELETE)
