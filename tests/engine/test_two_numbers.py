"""Cells such as 120/80: one click makes two columns of them, and one click takes that back."""

from pathlib import Path

import pytest

from engine import datasets, mending
from engine.datasets import Dataset
from engine.store.workspace import Workspace

ROWS = [f"{i},{110 + i % 40}/{70 + i % 20},{'yes' if i % 3 else 'no'}" for i in range(60)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture
def dataset(workspace: Workspace, tmp_path: Path) -> Dataset:
    path = tmp_path / "ward.csv"
    path.write_text("\n".join(["age,bp,ill", *ROWS]))
    return datasets.add(workspace, path, "ward.csv")


def apart(workspace: Workspace, dataset: Dataset) -> Dataset:
    doubt = next(doubt for doubt in dataset.doubts if doubt.key == "parts:bp")
    place = next(i for i, choice in enumerate(doubt.choices) if choice.label == "Make two columns of it: 110 and 70")
    return datasets.settle(workspace, dataset.id, doubt.key, place)


def values(workspace: Workspace, dataset: Dataset, name: str) -> list[object]:
    column = next(column for column in dataset.columns if column.name == name)
    return list(datasets.table(workspace, dataset.id).values(column.id)[:3])


def test_two_numbers_in_a_cell_become_two_columns(workspace: Workspace, dataset: Dataset) -> None:
    found = apart(workspace, dataset)
    assert [(c.name, c.type) for c in found.columns[1:3]] == [("bp (systolic)", "number"), ("bp (diastolic)", "number")]
    assert values(workspace, found, "bp (systolic)") == [110, 111, 112] and values(workspace, found, "bp (diastolic)") == [70, 71, 72]
    assert [column.name for column in datasets.profile(workspace, found.id).columns] == [column.name for column in found.columns]
    assert any("became the columns 'bp (systolic)' and 'bp (diastolic)'" in change.what for change in found.changes)


def test_the_line_of_the_report_takes_it_back(workspace: Workspace, dataset: Dataset) -> None:
    found = apart(workspace, dataset)
    line = next(change for change in found.changes if "became the columns" in change.what)
    back = datasets.undo(workspace, found.id, line)
    assert [(c.name, c.type) for c in back.columns] == [(c.name, c.type) for c in dataset.columns]
    assert values(workspace, back, "bp")[0] == "110/70" and line not in back.changes


def test_what_was_taken_back_can_be_done_again(workspace: Workspace, dataset: Dataset) -> None:
    found = apart(workspace, dataset)
    line = next(change for change in found.changes if "became the columns" in change.what)
    again = apart(workspace, datasets.undo(workspace, found.id, line))
    assert [column.name for column in again.columns] == [column.name for column in found.columns]


def test_another_answer_to_the_question_takes_it_back_too(workspace: Workspace, dataset: Dataset) -> None:
    found = apart(workspace, dataset)
    doubt = next(doubt for doubt in found.doubts if doubt.key == "parts:bp")
    first = next(i for i, choice in enumerate(doubt.choices) if choice.label.startswith("Read the first number"))
    back = datasets.settle(workspace, found.id, doubt.key, first)
    assert [column.name for column in back.columns] == ["age", "bp", "ill"] and values(workspace, back, "bp") == [110, 111, 112]


def test_changes_a_person_made_before_hold_in_both(workspace: Workspace, dataset: Dataset) -> None:
    bp = dataset.columns[1].id
    mended = mending.edit(workspace, dataset.id, dataset.version, {(0, bp): "140/95"}, [1], "Ann", lambda done, words: None)
    found = apart(workspace, mended)
    assert values(workspace, found, "bp (systolic)") == [140, 112, 113] and values(workspace, found, "bp (diastolic)") == [95, 72, 73]


def test_a_file_to_answer_is_written_as_the_first_one_was(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    found, path = apart(workspace, dataset), tmp_path / "new.csv"
    path.write_text("age,bp\n50,150/90\n51,133/81\n")
    known = found.columns[:3]
    table, problems = datasets.read_new(known, path, "new.csv")
    assert [list(table.values(column.id)) for column in known[1:]] == [[150, 133], [90, 81]]
    assert problems == []


def test_other_columns_are_called_first_and_second(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("\n".join(["age,good/bad,ill", *ROWS]))
    made = datasets.add(workspace, path, "lines.csv")
    doubt = next(doubt for doubt in made.doubts if doubt.key.startswith("parts:"))
    found = datasets.settle(workspace, made.id, doubt.key, 1)
    assert [column.name for column in found.columns] == ["age", "good/bad (first)", "good/bad (second)", "ill"]
