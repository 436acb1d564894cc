"""The URL says what is open, the store keeps the draft, and two sessions see the same."""

import pytest

from app.state import Draft
from engine.store import projects
from engine.store.workspace import Workspace
from tests.app.conftest import Filled, Page
from tests.app.trained import Trained

GONE = "The {} that this page was opened with is not there any more."


def test_the_project_stays_in_the_address_from_page_to_page(filled: Filled) -> None:
    page = Page("data", project=filled.project).click("bar-next")
    assert page.at.query_params["project"] == filled.project
    assert "Prepare" in page.words


def test_two_sessions_share_the_draft(filled: Filled) -> None:
    first, second = Page("data", project=filled.project), Page("data", project=filled.project)
    first.at.selectbox(key="target").set_value(filled.column("age"))
    first.run()
    assert second.run().at.selectbox(key="target").value == filled.column("age")


def test_unknown_things_in_a_stored_draft_are_ignored(filled: Filled) -> None:
    projects.save(filled.workspace, filled.project, draft={"target": None, "from the future": 1})
    Page("data", project=filled.project)


def test_a_plan_that_can_no_longer_be_read_is_proposed_anew_for_the_same_column(filled: Filled) -> None:
    age = filled.column("age")
    projects.save(filled.workspace, filled.project, draft={"target": age, "plan": {"version": 99}, "seen": ["data"]})
    page = Page("prepare", project=filled.project)
    assert "These choices cannot be read" in page.words and page.at.button(key="empty-go").label == "Have them proposed anew"
    Page("data", project=filled.project)
    found = projects.get(filled.workspace, filled.project).draft
    assert (found["target"], found["plan"]["target"]) == (age, age)
    assert "These choices cannot be read" not in Page("prepare", project=filled.project).words


@pytest.mark.parametrize("target", [None, "c9999"])
def test_a_plan_that_can_no_longer_be_read_never_stands_in_the_way(target: str | None, filled: Filled) -> None:
    projects.save(filled.workspace, filled.project, draft={"target": target, "plan": {"version": 99}, "seen": ["data"]})
    Page("data", project=filled.project)
    assert projects.get(filled.workspace, filled.project).draft["plan"] != {"version": 99}
    assert "cannot be read" not in Page("data", project=filled.project).words


@pytest.mark.parametrize("view", ["home", "data", "train", "runs"])
def test_a_project_that_is_gone_is_said_once_with_the_way_on(filled: Filled, view: str) -> None:
    page = Page(view, project="p0000000000")
    assert GONE.format("project") in page.words
    assert "project" not in page.at.query_params
    assert GONE.format("project") in page.run().words
    page.at.switch_page("views/use.py").run()
    assert "not there any more" not in page.words


@pytest.mark.parametrize("view", ["train", "evaluate", "use"])
def test_a_run_that_is_gone_is_said_and_its_project_stays(filled: Filled, view: str) -> None:
    page = Page(view, project=filled.project, run="r0000000000")
    assert GONE.format("run") in page.words
    assert (page.at.query_params.get("run"), page.at.query_params["project"]) == (None, filled.project)


def test_nothing_is_said_to_be_gone_where_all_is_there(filled: Filled) -> None:
    assert "not there any more" not in Page("data", project=filled.project).words


def test_renaming_a_project_is_stored(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    page.at.text_input(key=f"rename-{filled.project}").set_value("Clinic 2")
    page.run()
    assert projects.get(filled.workspace, filled.project).name == "Clinic 2"


def test_closing_a_project_leads_home(filled: Filled) -> None:
    page = Page("data", project=filled.project).click("close-project")
    assert "project" not in page.at.query_params
    assert "My projects" in page.words


def test_every_page_draws_in_an_empty_workspace(empty: Workspace) -> None:
    for view in ("home", "data", "prepare", "design", "train", "evaluate", "use", "runs"):
        Page(view)


def test_a_draft_is_json_and_back() -> None:
    draft = Draft(target="c1", answers={"group": ""}, seen=("data",), inputs={"c2": False})
    assert Draft.model_validate(draft.model_dump(mode="json")) == draft


def test_a_link_to_a_run_opens_its_project(trained: Trained) -> None:
    page = Page("train", run=trained.run)
    assert page.at.query_params["project"] == trained.project


def test_a_link_to_a_run_of_another_project_goes_there(trained: Trained) -> None:
    other = projects.add(trained.workspace, "Another")
    page = Page("train", project=other.id, run=trained.run)
    assert page.at.query_params["project"] == trained.project
