"""Home: a way in, my projects, and samples; deleting says what goes."""

from engine import datasets
from engine.store import projects, runs
from engine.store.workspace import Workspace
from tests.app.conftest import NASTY, Filled, Page


def test_an_empty_workspace_offers_a_file_and_samples(empty: Workspace) -> None:
    page = Page("home")
    assert "Your projects will be listed here" in page.words
    assert page.has("new-project")
    assert any(button.key.startswith("train-") for button in page.at.button)


def test_projects_are_listed_with_their_data(filled: Filled) -> None:
    page = Page("home")
    assert "240 rows, 7 columns · not trained yet" in page.words


def test_a_hostile_name_is_shown_as_text(filled: Filled) -> None:
    page = Page("home")
    links = [link.proto.label for link in page.at.get("page_link")]
    assert any("Clinic \\<img" in label for label in links)
    assert not any(NASTY in label for label in links)


def test_a_new_project_is_made_and_opened(empty: Workspace) -> None:
    page = Page("home").click("new-project")
    (project,) = projects.all(empty)
    assert page.at.query_params["project"] == project.id
    assert "Add your data" in page.words


def test_deleting_says_what_goes_and_takes_it(filled: Filled) -> None:
    page = Page("home").click(f"delete-{filled.project}")
    assert "will be deleted. That cannot be undone." in page.words
    assert page.at.toggle(key="delete-data").label.startswith("Also delete its data (240 rows, ")
    page.click("delete-yes")
    assert projects.all(filled.workspace) == []
    assert datasets.all(filled.workspace) == []


def test_data_another_project_uses_stays(filled: Filled) -> None:
    projects.add(filled.workspace, "Another", filled.dataset)
    page = Page("home").click(f"delete-{filled.project}")
    assert not any(toggle.key == "delete-data" for toggle in page.at.toggle)
    page.click("delete-yes")
    assert [project.name for project in projects.all(filled.workspace)] == ["Another"]
    assert len(datasets.all(filled.workspace)) == 1


def test_keeping_it_keeps_it(filled: Filled) -> None:
    page = Page("home").click(f"delete-{filled.project}").click("delete-no")
    assert len(projects.all(filled.workspace)) == 1
    assert "cannot be undone" not in page.words


def test_one_click_on_a_sample_ends_in_a_queued_run(empty: Workspace) -> None:
    page = Page("home")
    page.at.button(key="train-diabetes_progression").click()
    page.at.run(timeout=60)
    (run,) = runs.all(empty)
    (project,) = projects.all(empty)
    assert (run.state, run.project, project.name) == ("queued", project.id, "Diabetes progression")
    assert page.at.query_params["run"] == run.id


def test_a_sample_can_be_looked_at_without_training(empty: Workspace) -> None:
    page = Page("home")
    page.at.button(key="look-diabetes_progression").click()
    page.at.run(timeout=60)
    assert runs.all(empty) == []
    assert page.at.query_params["project"] == projects.all(empty)[0].id
    assert "Your data" in page.words
