"""Datasets from which values of before a treatment may still be on the disk. Knows no library, for the supervisor asks too."""

from engine.store import db
from engine.store.workspace import Workspace


def left(workspace: Workspace) -> list[str]:
    """Their ids."""
    return [row["id"] for row in db.rows(workspace, "SELECT id FROM datasets WHERE json_extract(record, '$.is_wiped') = 0")]
