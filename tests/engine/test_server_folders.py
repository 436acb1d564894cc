"""Folders whose files may be read where they lie: nothing outside of them, nothing copied, and no change unnoticed."""

import os
import shutil
from pathlib import Path

import pytest

from engine import datasets, server_folders
from engine.errors import UnreadableFile
from engine.jobs import long_answers
from engine.store import projects
from engine.store.workspace import Workspace
from tests.engine.uploads import GOOD


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A listed folder with files, beside one that is not listed."""
    folder, secret = tmp_path / "shelf", tmp_path / "secret"
    (folder / "2024").mkdir(parents=True)
    secret.mkdir()
    (folder / "2024" / "visits.csv").write_text(GOOD)
    (secret / "salaries.csv").write_text(GOOD)
    monkeypatch.setenv(server_folders.VARIABLE, f"{folder}:{tmp_path / 'not-there'}:relative")
    return folder


def test_the_files_of_listed_folders_are_on_offer_with_their_sizes(shelf: Path) -> None:
    offer = server_folders.offered()
    assert [(file.name, file.bytes) for file in offer.files] == [("shelf/2024/visits.csv", len(GOOD))]
    assert offer.is_all and server_folders.folders() == [shelf.resolve()]


def test_nothing_is_on_offer_unless_it_is_listed(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(server_folders.VARIABLE)
    assert server_folders.folders() == [] and server_folders.offered().files == ()
    assert not server_folders.holds(shelf / "2024" / "visits.csv")


@pytest.mark.parametrize("make", ["file link", "folder link", "dots", "hidden", "empty", "pipe"])
def test_what_leads_outside_or_is_no_plain_file_is_not_on_offer(shelf: Path, make: str) -> None:
    secret = shelf.parent / "secret"
    path = shelf / "odd.csv"
    if make == "file link":
        path.symlink_to(secret / "salaries.csv")
    elif make == "folder link":
        (shelf / "out").symlink_to(secret, target_is_directory=True)
        path = shelf / "out" / "salaries.csv"
    elif make == "dots":
        path = shelf / ".." / "secret" / "salaries.csv"
    elif make == "hidden":
        (shelf / ".odd.csv").write_text(GOOD)
    elif make == "empty":
        path.touch()
    else:
        os.mkfifo(path)
    assert [file.name for file in server_folders.offered().files] == ["shelf/2024/visits.csv"]
    if make != "hidden":
        with pytest.raises(UnreadableFile, match=r"is not \(any more\) in a folder that may be read"):
            server_folders.allowed(path)


def test_a_link_that_stays_inside_is_one_file(shelf: Path) -> None:
    (shelf / "latest.csv").symlink_to(shelf / "2024" / "visits.csv")
    assert len(server_folders.offered().files) == 1
    assert server_folders.allowed(shelf / "latest.csv") == (shelf / "2024" / "visits.csv").resolve()


def test_a_folder_of_very_many_files_is_not_listed_to_the_end(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(20):
        (shelf / f"{i:02d}.csv").write_text(GOOD)
    monkeypatch.setattr(server_folders, "MOST_FILES", 5)
    offer = server_folders.offered()
    assert (len(offer.files), offer.is_all) == (5, False)


def test_a_file_is_read_where_it_lies_and_stays_there(workspace: Workspace, shelf: Path) -> None:
    path = shelf / "2024" / "visits.csv"
    project = projects.add(workspace, "Visits")
    asked = {"file": str(path), "name": "visits.csv", "project": project.id}
    answer = long_answers.take_from_folder(workspace, workspace.path, lambda part, words: None, **asked)
    dataset = datasets.get(workspace, answer["dataset"])
    original = workspace.dataset(dataset.id) / "original"
    assert (dataset.rows, dataset.name, projects.get(workspace, project.id).dataset) == (100, "visits", dataset.id)
    assert original.is_symlink() and original.resolve() == path.resolve()
    assert datasets.reread(workspace, dataset.id, {"header": "no"}).rows == 101
    datasets.delete(workspace, dataset.id)
    assert path.read_text() == GOOD


def test_a_file_that_is_not_listed_is_not_read_for_anybody(workspace: Workspace, shelf: Path) -> None:
    project = projects.add(workspace, "Secret")
    path = shelf.parent / "secret" / "salaries.csv"
    with pytest.raises(UnreadableFile, match="'salaries.csv' is not"):
        long_answers.take_from_folder(workspace, workspace.path, lambda part, words: None, str(path), "a.csv", project.id)
    assert datasets.all(workspace) == []


@pytest.mark.parametrize("fate", ["changed", "gone", "no longer listed"])
def test_reading_again_says_what_became_of_the_file(workspace: Workspace, shelf: Path, fate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shelf / "2024" / "visits.csv"
    dataset = datasets.add(workspace, path, "visits.csv")
    if fate == "changed":
        path.write_text(GOOD.replace("x1", "x9"))
    elif fate == "gone":
        shutil.rmtree(shelf / "2024")
    else:
        monkeypatch.delenv(server_folders.VARIABLE)
    with pytest.raises(UnreadableFile, match="was changed since it was read" if fate == "changed" else "in a folder that may be read"):
        datasets.reread(workspace, dataset.id, {"header": "no"})
    assert datasets.table(workspace, dataset.id).values("c0001")[1] == 7.0


def test_a_file_that_changes_while_it_is_read_is_refused(workspace: Workspace, shelf: Path) -> None:
    path = shelf / "2024" / "visits.csv"

    def grow(part: float, words: str) -> None:
        path.write_text(GOOD * 2)

    with pytest.raises(UnreadableFile, match="changed while it was being read"):
        datasets.add(workspace, path, "visits.csv", on_progress=grow)
    assert datasets.all(workspace) == [] and list(workspace.datasets.glob("*")) == []
