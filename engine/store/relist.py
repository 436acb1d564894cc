"""Runs that the database does not know, listed again from their folders: from plan.json, and from the bundle if there is one."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import manifest
from engine.errors import EngineError
from engine.store import db, models, transitions, trash
from engine.store.records import now, to_json
from engine.store.workspace import Workspace

SAID = "It was listed again from its folder; how far the training came is not known."
_WAY = {
    "succeeded": ("queued", "starting", "running", "succeeded"),
    "failed": ("queued", "failed"),
}


def lost(workspace: Workspace) -> list[str]:
    """The ids of folders that hold a run's plan but have no run."""
    known = {row["id"] for row in db.rows(workspace, "SELECT id FROM runs")} | {Path(place).name for place in trash.pending(workspace)}
    return sorted(path.name for path in workspace.runs.iterdir() if path.is_dir() and path.name not in known and plan(path) is not None)


def everything(workspace: Workspace) -> int:
    """Lists all of them; how many there were."""
    found = lost(workspace)
    for id in found:
        one(workspace, id)
    return len(found)


def one(workspace: Workspace, id: str) -> str:
    """Lists that run: succeeded if its bundle is whole, else failed. Its new state; "" if it is known already."""
    folder = workspace.run(id)
    known, score = plan(folder), _score(folder / "bundle")
    if known is None:
        raise EngineError(f"The folder {folder} holds no plan that can be read.", "It can only be deleted.")
    state = "failed" if score is None else "succeeded"
    made = _made(folder / "bundle" if score else folder)
    with db.write(workspace, durable=True) as database:
        dataset, name = str(known.get("dataset", "")), str(known.get("name", ""))
        mine = db.select(database, "SELECT id FROM projects WHERE dataset = ?", (dataset,))
        added = database.execute(
            "INSERT INTO runs (id, project, dataset, name, plan, state, reason, message, attempt, created, started, ended, score)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (
                id, mine[0]["id"] if len(mine) == 1 else None, dataset, name, to_json(known), state,
                "" if score else "internal", "" if score else SAID, 1 if score else 0,
                made, made if score else None, made, to_json(score) if score else None,
            ),
        ).rowcount  # fmt: skip
        if not added:
            return ""
        database.execute("DELETE FROM events WHERE run = ?", (id,))
        tell(database, id, state, 1 if score else 0, "" if score else "internal", SAID)
        if score is not None:
            sum_, size = _manifest(models.folder(workspace, id))
            database.execute("INSERT OR REPLACE INTO models (run, manifest, bytes, created) VALUES (?, ?, ?, ?)", (id, sum_, size, now()))
    return state


def tell(database: db.Database, id: str, state: str, attempt: int, reason: str, message: str) -> None:
    """Writes the shortest history that leads to a state."""
    before = None
    way = _WAY.get(state) or {"queued": ("queued",), "cancelled": ("queued", "cancelled")}.get(state)
    if way is None or (attempt and state in {"failed", "cancelled"}):
        way = ("queued", "starting", "running", *([] if state == "running" else [state]))
    for after in way:
        number = 0 if after == "queued" and len(way) > 1 and way[1] == "starting" else attempt
        transitions.note(database, id, number, before, after, *((reason, message) if after == way[-1] else ()))
        before = after


def plan(folder: Path) -> dict[str, Any] | None:
    """The plan that lies in a run's folder or in its bundle, if it can be read."""
    for path in (folder / "plan.json", folder / "bundle" / "plan.json"):
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(found, dict) and isinstance(found.get("dataset"), str):
            return found
    return None


def _score(bundle: Path) -> dict[str, Any] | None:
    """What a run keeps of its model's judgement; None without a whole bundle."""
    from engine.panels import Report

    try:
        manifest.check(bundle)
        return Report.model_validate_json((bundle / "report.json").read_bytes()).score()
    except (EngineError, OSError, ValueError, KeyError):
        return None


def _manifest(bundle: Path) -> tuple[str, int]:
    size = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
    return hashlib.sha256((bundle / manifest.FILE).read_bytes()).hexdigest(), size


def _made(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="milliseconds")
