"""A pasted table and a file of this computer become data as a dropped file does."""

from pathlib import Path

import pytest

from engine import datasets, server_folders
from engine.store import projects
from engine.store.workspace import Workspace
from tests.app.conftest import Page
from tests.engine.uploads import GOOD

CELLS = "name\tamount\n" + "".join(f"n{i % 3}\t{i},5\n" for i in range(40))


def test_cells_copied_from_a_spreadsheet_become_a_project(empty: Workspace) -> None:
    page = Page("home")
    page.at.text_area(key="pasted-home").set_value(CELLS)
    words = page.click("use-pasted-home").words
    assert "Reading your file" in words or "Your data" in words
    page.until(lambda: bool(datasets.all(empty)) and not list(empty.uploads.glob("*")), 30)
    (dataset,) = datasets.all(empty)
    assert (dataset.rows, [column.type for column in dataset.columns]) == (40, ["category", "number"])
    assert [project.name for project in projects.all(empty)] == ["Pasted table"]
    assert "Your data" in Page("data", project=projects.all(empty)[0].id).words


def test_nothing_pasted_makes_nothing(empty: Workspace) -> None:
    page = Page("home").click("use-pasted-home")
    assert "Nothing is pasted yet" in page.words and projects.all(empty) == []


def test_something_pasted_that_is_no_table_is_told(empty: Workspace) -> None:
    project = projects.add(empty, "New project")
    page = Page("data", project=project.id)
    page.at.text_area(key="pasted-data").set_value("<html><body>hello</body></html>")
    page.click("use-pasted-data").until(lambda: "could not be read" in page.words)
    assert "The file 'Pasted table' holds a web page, not a table." in page.words


def test_files_of_this_computer_are_offered_only_where_its_owner_listed_folders(empty: Workspace) -> None:
    assert [popover.proto.popover.label for popover in Page("home").at.get("popover")] == ["Or paste a table"]


def test_a_file_of_this_computer_is_read_where_it_lies(empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "visits.csv").write_text(GOOD)
    monkeypatch.setenv(server_folders.VARIABLE, str(tmp_path / "shelf"))
    page = Page("home")
    assert [popover.proto.popover.label for popover in page.at.get("popover")] == ["Or paste a table", "Or take a file of this computer"]
    page.at.session_state["pick-home"] = True
    page.run()
    page.at.selectbox(key="file-home").select_index(0).run()
    page.click("use-file-home").until(lambda: bool(datasets.all(empty)), 30)
    assert [dataset.rows for dataset in datasets.all(empty)] == [100]
    assert (tmp_path / "shelf" / "visits.csv").read_text() == GOOD
