"""Runs for tests of the store, where what is trained does not matter."""

import hashlib
import json
from pathlib import Path

from engine.store import runs, transitions
from engine.store.runs import Run
from engine.store.transitions import Identity
from engine.store.workspace import Workspace

SOMEBODY = Identity(pid=4, ticks=5, boot="a boot")


class AnyPlan:
    """What `runs.add` needs of a plan."""

    def __init__(self, dataset: str = "d0123456789", name: str = "A plan") -> None:
        self.dataset, self.name = dataset, name

    def model_dump_json(self) -> str:
        return json.dumps(vars(self))


def queued(workspace: Workspace, **more: str) -> Run:
    return runs.add(workspace, AnyPlan(), **more)


def at_work(workspace: Workspace) -> Run:
    run = queued(workspace)
    attempt = transitions.claim(workspace, run.id, run.attempt)
    assert attempt is not None
    assert transitions.begin(workspace, run.id, attempt, SOMEBODY)
    return runs.get(workspace, run.id)


def finished(workspace: Workspace) -> Path:
    """A run that has succeeded; the folder of its model."""
    run = at_work(workspace)
    folder = workspace.run(run.id) / "bundle"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(b"weights")
    manifest = json.dumps({"files": {"model.bin": {"sha256": hashlib.sha256(b"weights").hexdigest()}}}).encode()
    (folder / "manifest.json").write_bytes(manifest)
    (workspace.run(run.id) / "plan.json").write_text(json.dumps(run.plan))
    transitions.succeed(workspace, run.id, 1, {}, hashlib.sha256(manifest).hexdigest(), 7)
    return folder
