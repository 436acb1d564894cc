"""Projects: a dataset and the choices made so far. What is in a draft, only the app knows."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.errors import NotFound
from engine.names import clean
from engine.store import db
from engine.store.records import new_id, now, to_json
from engine.store.workspace import Workspace


class Project(BaseModel):
    """One project. Times are ISO-8601 UTC text."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    dataset: str | None
    draft: dict[str, Any]
    created: str
    changed: str


def add(workspace: Workspace, name: str, dataset: str | None = None, draft: Mapping[str, Any] | None = None) -> Project:
    """A new project. What hides in a name, and what is beyond 200 characters, is left out."""
    project = Project(id=new_id("p"), name=clean(name) or "Project", dataset=dataset, draft=dict(draft or {}), created=now(), changed=now())
    with db.write(workspace, durable=True) as database:
        database.execute(
            "INSERT INTO projects (id, name, dataset, draft, created, changed) VALUES (?, ?, ?, ?, ?, ?)",
            (project.id, project.name, dataset, to_json(project.draft), project.created, project.changed),
        )
    return project


def get(workspace: Workspace, id: str) -> Project:
    """The project with that id. Raises NotFound."""
    found = db.rows(workspace, "SELECT * FROM projects WHERE id = ?", (id,))
    if not found:
        raise NotFound("This project does not exist any more.", "Go back to Home and choose another one.")
    return _project(found[0])


def all(workspace: Workspace) -> list[Project]:
    """All projects, the last changed first."""
    return [_project(row) for row in db.rows(workspace, "SELECT * FROM projects ORDER BY changed DESC, rowid DESC")]


def save(
    workspace: Workspace, id: str, *, name: str | None = None, dataset: str | None = None, draft: Mapping[str, Any] | None = None
) -> Project:
    """The project with what is given replaced; None leaves a thing as it is. Raises NotFound."""
    with db.write(workspace) as database:
        database.execute(
            "UPDATE projects SET name = coalesce(?, name), dataset = coalesce(?, dataset), draft = coalesce(?, draft), changed = ?"
            " WHERE id = ?",
            (clean(name or "") or None, dataset, None if draft is None else to_json(draft), now(), id),
        )
    return get(workspace, id)


def delete(workspace: Workspace, id: str) -> None:
    """Takes the project away. Its runs stay, without a project."""
    with db.write(workspace, durable=True) as database:
        database.execute("DELETE FROM projects WHERE id = ?", (id,))


def _project(row: dict[str, Any]) -> Project:
    return Project(**{**row, "draft": json.loads(row["draft"])})
