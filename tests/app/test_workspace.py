"""Workspace: health in words, repairs, copies, unused data; and what stands in for every page when the database is damaged."""

import shutil
from pathlib import Path

import pytest

from app import checkup, state
from engine.jobs import supervisor
from engine.store import backup, datasets, db, disk, doctor, projects, relist, runs, sizes, trash
from engine.store.workspace import Workspace
from tests.app.conftest import Filled, Page
from tests.app.trained import Trained
from tests.engine.test_restore import flip


@pytest.fixture(autouse=True)
def _good_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "version", lambda: (3, 53, 4))
    monkeypatch.setattr(disk, "free", lambda path: 100 * 2**30)
    monkeypatch.setattr(checkup, "PATIENCE", 20.0)


def test_home_leads_to_it(empty: Workspace) -> None:
    sizes.measure(empty)
    labels = [link.proto.label for link in Page("home").at.get("page_link")]
    assert any(label.startswith("Workspace: ") and label.endswith("free on the disk") for label in labels)


def test_a_sound_workspace_is_well(trained: Trained) -> None:
    sizes.measure(trained.workspace)
    page = Page("workspace")
    assert "All is well." in page.words
    assert "Runs and models" in page.words and "SQLite" in page.words and str(trained.workspace.path) in page.words


def test_a_repair_stands_as_a_button_that_says_what_it_does(trained: Trained) -> None:
    left = trained.workspace.run(trained.run) / "checkpoints"
    left.mkdir()
    page = Page("workspace")
    assert page.at.button(key="fix-health-0").label == "Put it into the trash"
    page.click("fix-health-0")
    assert not left.exists() and "is in the trash." in page.words


def test_several_are_mended_at_once(trained: Trained) -> None:
    (trained.workspace.run(trained.run) / "checkpoints").mkdir()
    (trained.workspace.run(trained.run) / "bundle.tmp").mkdir()
    page = Page("workspace")
    assert page.at.button(key="mend-all").label == "Mend the 2 that lose nothing"
    page.click("mend-all")
    trash.empty(trained.workspace)
    assert doctor.examine(trained.workspace) == []


def test_what_loses_something_is_asked_first(trained: Trained) -> None:
    shutil.rmtree(trained.workspace.run(trained.run) / "bundle")
    page = Page("workspace").click("fix-health-0")
    assert "What goes: The run with its curves" in page.words
    page.click("mend-no")
    assert len(runs.all(trained.workspace)) == 1
    page.click("fix-health-0").click("mend-yes")
    assert runs.all(trained.workspace) == []


def test_a_copy_can_be_made(empty: Workspace) -> None:
    page = Page("workspace")
    assert "There is none yet" in page.words
    page.click("copy-now")
    assert len(backup.paths(empty)) == 1 and "Made just now" in page.words


def test_data_nobody_uses_is_listed_and_deleted_after_asking(filled: Filled) -> None:
    projects.delete(filled.workspace, filled.project)
    page = Page("workspace")
    assert "Data that no project uses" in page.words
    page.click(f"delete-{filled.dataset}")
    assert "goes (240 rows, " in page.words and "cannot be undone" in page.words
    page.click("delete-data-no")
    assert len(datasets.all(filled.workspace)) == 1
    page.click(f"delete-{filled.dataset}").click("delete-data-yes")
    assert datasets.all(filled.workspace) == [] and not filled.workspace.dataset(filled.dataset).exists()


def test_data_in_use_is_not_offered(filled: Filled) -> None:
    page = Page("workspace")
    assert "Data that no project uses" not in page.words


def test_runs_and_projects_show_what_they_take(trained: Trained) -> None:
    page = Page("runs")
    assert list(page.at.dataframe[0].value["Disk"]) == ["–"] and "Sizes are being measured." in page.words
    sizes.measure(trained.workspace)
    page = Page("runs")
    size = page.at.dataframe[0].value["Disk"][0]
    assert f"1 run, {size}. " in page.words and "are free on the disk." in page.words
    assert "1 run · " in Page("home").words and "kB · changed" in Page("home").words


def test_deleting_a_project_counts_what_goes(trained: Trained) -> None:
    sizes.measure(trained.workspace)
    page = Page("home").click(f"delete-{trained.project}")
    label = page.at.toggle(key="delete-runs").label
    assert label.startswith("Also delete its 1 run, 1 model, ") and label.endswith("kB")


def test_a_damaged_database_is_refused_on_every_page_and_restored_on_request(trained: Trained) -> None:
    workspace, kept = trained.workspace, trained.workspace.run(trained.run)
    backup.keep_daily(workspace)
    projects.add(workspace, "Later")
    flip(workspace)
    state._opened.cache_clear()
    checkup.start(workspace)
    for view in ("home", "runs", "workspace"):
        page = Page(view)
        assert "The database of your workspace is damaged" in page.at.header[0].value
        assert "The newest sound copy was made just now" in page.words and "1 project and 1 run" in page.words
    page.click("restore")
    assert page.at.header[0].value == "Workspace" and "again as it was on" in " ".join(box.value for box in page.at.success)
    assert "All is well." in page.words
    assert kept.exists() and runs.get(Workspace.open(workspace.path), trained.run).state == "succeeded"


def test_without_a_copy_the_page_says_what_to_do(trained: Trained) -> None:
    flip(trained.workspace)
    state._opened.cache_clear()
    page = Page("home")
    assert "There is no sound copy of it" in page.words and not page.has("restore")


def test_damage_that_shows_later_takes_the_page_too(trained: Trained) -> None:
    Page("home")
    flip(trained.workspace)
    page = Page("runs")
    assert page.at.header[0].value == "The database of your workspace is damaged" and trained.workspace.mark.exists()


def test_a_run_newer_than_the_copy_is_listed_again_with_its_model(trained: Trained) -> None:
    before = trained.get()
    with db.write(trained.workspace) as database:
        database.execute("DELETE FROM runs WHERE id = ?", (trained.run,))
    assert relist.everything(trained.workspace) == 1
    after = trained.get()
    assert (after.state, after.score, after.plan, after.project) == ("succeeded", before.score, before.plan, trained.project)
    assert doctor.examine(trained.workspace) == []


def test_the_supervisor_keeps_the_folder_of_a_run_it_does_not_know(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "IDLE_SECONDS", 0.0)
    with db.write(trained.workspace) as database:
        database.execute("DELETE FROM runs WHERE id = ?", (trained.run,))
    supervisor.main([str(trained.workspace.path)])
    assert (Path(trained.workspace.run(trained.run)) / "bundle" / "manifest.json").exists()


def test_a_folder_that_was_taken_away_is_missed_in_words_and_found_again(trained: Trained) -> None:
    path, elsewhere = trained.workspace.path, trained.workspace.path.with_name("elsewhere")
    Page("home")
    path.rename(elsewhere)
    page = Page("runs")
    assert f"The folder {path} with all projects is no longer there." in page.words and not path.exists()
    elsewhere.rename(path)
    assert "1 training, " in Page("runs").words
