"""`modelwright runs`."""

from pathlib import Path

from engine import wording
from engine.cli import give
from engine.store import disk, sizes
from engine.store import runs as store
from engine.store.runs import Run
from engine.store.workspace import Workspace


def runs(at: Path | None, as_json: bool) -> None:
    """A line a run: id, state, result, bytes, name; then the room they take and what is left."""
    workspace = Workspace.open(at)
    found = store.all(workspace)
    known = sizes.all(workspace)
    room = {run.id: known.get(f"runs/{run.id}") or sizes.bytes_in(workspace.run(run.id)) for run in found}
    if as_json:
        shown = {"id", "name", "state", "reason", "message", "score", "created", "started", "ended"}
        give([run.model_dump(mode="json", include=shown) | {"bytes": room[run.id]} for run in found])
        return
    if not found:
        print("No runs yet. Start one with: modelwright train DATA --target COLUMN")
        return
    for run in found:
        print(f"{run.id}  {run.state:<11}  {_result(run):<24}  {wording.size(room[run.id]):>10}  {run.name}")
    taken, free = wording.size(sum(room.values())), wording.size(disk.free(workspace.path))
    print(f"{wording.count(len(found), 'run')}, {taken}; {free} are free on the disk.")


def _result(run: Run) -> str:
    score = run.score or {}
    return f"{score['label']} {score['value']:.3g} {score.get('unit', '')}".strip() if score.get("value") is not None else run.reason
