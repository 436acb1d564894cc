"""Home: a way in, my projects, and samples; deleting says what goes."""

import time
from collections.abc import Callable

from app import samples
from engine import datasets
from engine.jobs import errands
from engine.store import projects, runs
from engine.store.workspace import Workspace
from tests.app.conftest import NASTY, Filled, Page
from tests.engine.waiting import AnyPlan


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


def test_one_click_on_a_sample_ends_in_a_queued_run(empty: Workspace, let_go: Callable[[], None]) -> None:
    page = Page("home").click("train-diabetes_progression")
    assert "Starting “Diabetes progression”" in page.words and page.has("cancel-sample-train-diabetes_progression")
    let_go()
    page.until(lambda: bool(runs.all(empty)) and "run" in page.at.query_params)
    (run,) = runs.all(empty)
    (project,) = projects.all(empty)
    assert (run.state, run.project, project.name) == ("queued", project.id, "Diabetes progression")
    assert page.at.query_params["run"] == run.id


def test_a_sample_can_be_looked_at_without_training(empty: Workspace) -> None:
    page = Page("home").click("look-diabetes_progression")
    page.until(lambda: "Your data" in page.words)
    assert runs.all(empty) == []
    assert page.at.query_params["project"] == projects.all(empty)[0].id
    assert "Your data" in page.words


def test_a_reload_and_a_second_tab_find_a_sample_that_is_being_started(empty: Workspace, let_go: Callable[[], None]) -> None:
    Page("home").click("look-diabetes_progression")
    reloaded = Page("home", starting="sample-look-diabetes_progression")
    other = Page("home")
    assert "Starting “Diabetes progression”" in reloaded.words
    assert "Starting “Diabetes progression”" in other.words and other.has("train-breast_cancer")
    let_go()
    reloaded.until(lambda: "Your data" in reloaded.words)
    other.run()
    assert "Starting" not in other.words
    assert len(projects.all(empty)) == 1


def test_going_back_to_a_start_that_is_over_shows_home(empty: Workspace) -> None:
    page = Page("home").click("look-diabetes_progression")
    page.until(lambda: "Your data" in page.words)
    back = Page("home", starting="sample-look-diabetes_progression")
    assert back.has("train-diabetes_progression") and "starting" not in back.at.query_params


def test_two_samples_pressed_quickly_make_one_project_each(empty: Workspace, let_go: Callable[[], None]) -> None:
    first, second = Page("home"), Page("home")
    first.click("look-diabetes_progression")
    second.click("look-diabetes_progression").run()
    third = Page("home").click("look-breast_cancer")
    let_go()
    third.until(lambda: "Your data" in third.words)
    first.until(lambda: len(projects.all(empty)) == 2 and errands.all(empty) == [])
    assert sorted(project.name for project in projects.all(empty)) == sorted(
        samples.get(id).title for id in ("diabetes_progression", "breast_cancer")
    )


def test_a_cancelled_sample_leaves_no_project(empty: Workspace, let_go: Callable[[], None]) -> None:
    page = Page("home").click("train-diabetes_progression").click("cancel-sample-train-diabetes_progression")
    let_go()
    assert "It was cancelled; nothing was kept." in page.words
    assert page.has("train-diabetes_progression") and "starting" not in page.at.query_params
    time.sleep(3)
    assert (projects.all(empty), runs.all(empty)) == ([], [])


def test_a_start_that_was_killed_is_said_and_can_be_put_away(empty: Workspace) -> None:
    key = "sample-look-diabetes_progression"
    folder = empty.path / "errands" / key
    folder.mkdir(parents=True)
    (folder / "state.json").write_text('{"question": "open_sample", "arguments": {}, "state": "under way", "stage": "Reading"}')
    page = Page("home")
    assert "It was ended before it was finished" in page.words
    page.click(f"close-{key}")
    assert "It was ended" not in page.words and errands.all(empty) == []


def test_what_is_no_sample_is_not_awaited(empty: Workspace) -> None:
    page = Page("home", starting="../../etc")
    assert page.has("new-project") and "starting" not in page.at.query_params


def test_deleting_a_run_takes_the_answers_made_with_it(filled: Filled) -> None:
    run = runs.add(filled.workspace, AnyPlan(filled.dataset), project=filled.project)
    folder = filled.workspace.path / "errands" / f"answers-{run.id}"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text('{"question": "answer_file", "arguments": {}, "state": "done", "stage": "Done"}')
    page = Page("home").click(f"delete-{filled.project}")
    page.at.toggle(key="delete-runs").set_value(True)
    page.run().click("delete-yes")
    assert (runs.all(filled.workspace), errands.all(filled.workspace)) == ([], [])
    page.until(lambda: not folder.exists())
