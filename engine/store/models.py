"""Models: the finished bundle of a run, recorded in the same transaction as the run's success."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from engine.errors import NotFound
from engine.store import db
from engine.store.workspace import Workspace


class Model(BaseModel):
    """What was recorded of a bundle; `manifest` is the SHA-256 of its manifest.json, `bytes` the size of the folder."""

    model_config = ConfigDict(frozen=True)

    run: str
    manifest: str
    bytes: int
    created: str


def get(workspace: Workspace, run: str) -> Model:
    """The model of that run. Raises NotFound."""
    found = db.rows(workspace, "SELECT * FROM models WHERE run = ?", (run,))
    if not found:
        raise NotFound("This run has no model.", "Choose a run that has succeeded, or train again.")
    return Model(**found[0])


def folder(workspace: Workspace, run: str) -> Path:
    """Where the bundle of a run lies, or will."""
    return workspace.run(run) / "bundle"
