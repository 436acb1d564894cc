"""Projects: what is kept of a person's choices."""

import pytest

from engine.errors import NotFound
from engine.store import projects, runs
from engine.store.workspace import Workspace
from tests.engine.waiting import queued


def test_a_project_comes_back_as_it_was_added(workspace: Workspace) -> None:
    added = projects.add(workspace, "Stroke", dataset="d1", draft={"target": "c0001", "seen": [1, 2]})
    assert projects.get(workspace, added.id) == added
    assert added.id.startswith("p") and len(added.id) == 11


def test_saving_changes_only_what_is_given(workspace: Workspace) -> None:
    project = projects.add(workspace, "Stroke", draft={"target": "c0001"})
    saved = projects.save(workspace, project.id, dataset="d2")
    assert (saved.name, saved.dataset, saved.draft) == ("Stroke", "d2", {"target": "c0001"})
    assert projects.save(workspace, project.id, draft={}).draft == {}


def test_the_last_changed_project_comes_first(workspace: Workspace) -> None:
    first, second = projects.add(workspace, "1"), projects.add(workspace, "2")
    assert [p.id for p in projects.all(workspace)] == [second.id, first.id]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(projects, "now", lambda: "2999-01-01T00:00:00.000+00:00")
        projects.save(workspace, first.id, name="1 again")
    assert [p.id for p in projects.all(workspace)] == [first.id, second.id]


def test_numbers_that_are_none_become_null_in_a_draft(workspace: Workspace) -> None:
    assert projects.add(workspace, "x", draft={"threshold": float("nan")}).id
    assert projects.all(workspace)[0].draft == {"threshold": None}


def test_names_are_data_whatever_they_hold(workspace: Workspace) -> None:
    name = """'); DROP TABLE projects; -- <img src=x> **x**"""
    assert projects.get(workspace, projects.add(workspace, name + " \u202e").id).name == name


def test_runs_outlive_their_project(workspace: Workspace) -> None:
    project = projects.add(workspace, "Stroke")
    run = queued(workspace, project=project.id)
    projects.delete(workspace, project.id)
    assert runs.get(workspace, run.id).project is None


def test_a_project_that_is_gone_says_so(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="This project does not exist any more"):
        projects.get(workspace, "p0")
    with pytest.raises(NotFound):
        projects.save(workspace, "p0", name="x")
