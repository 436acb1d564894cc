"""Rows mended and dropped: noted in order, taken back one by one, made again on the same rows, and never in the text as it was read."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import browsing, dataset_files, datasets, intake, mending, quarantine, tables
from engine.browsing import Condition
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.store.workspace import Workspace
from engine.tables import Stored
from tests.engine.uploads import classes, packed

WORDS = "age;name;day\n" + "".join(f"{i if i != 7 else 'seven'},5;n{i % 3};{1 + i % 28:02d}.03.2024\n" for i in range(60))


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(request: dict[str, Any], log: Path, on_progress: Callable[[float, str], None] | None = None) -> dict[str, Any]:
        return dict(json.loads(json.dumps(intake.answer(json.loads(json.dumps(request)), on_progress or (lambda done, words: None)))))

    monkeypatch.setattr(quarantine, "run", run)


def quiet(part: float, words: str) -> None:
    pass


def edit(workspace: Workspace, dataset: Dataset, mends: dict[tuple[int, str], Any], drops: tuple[int, ...] = ()) -> Dataset:
    return mending.edit(workspace, dataset.id, datasets.get(workspace, dataset.id).version, mends, drops, "ada", quiet)


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    path = workspace.uploads / "upload"
    path.write_text(WORDS)
    return datasets.add(workspace, path, "data.csv")


def column(workspace: Workspace, dataset: Dataset, id: str) -> list[Any]:
    return list(datasets.table(workspace, dataset.id, [id]).values(id))


def said(dataset: Dataset) -> str:
    return " ".join(change.words() for change in dataset.changes)


def files(workspace: Workspace, dataset: Dataset) -> set[str]:
    return {path.name for path in workspace.dataset(dataset.id).iterdir()}


def test_a_mended_cell_is_read_as_its_column_and_told(workspace: Workspace, dataset: Dataset) -> None:
    assert np.isnan(column(workspace, dataset, "c0001")[7])
    new = edit(workspace, dataset, {(7, "c0001"): 7.5, (3, "c0002"): "n9", (2, "c0003"): "24.12.2023"})
    assert column(workspace, new, "c0001")[6:9] == [6.5, 7.5, 8.5]
    assert column(workspace, new, "c0002")[3] == "n9"
    assert str(column(workspace, new, "c0003")[2])[:10] == "2023-12-24"
    assert "Row 8 of column 'age' was changed from 'seven,5' to '7,5' by ada" in said(new)
    assert new.version == dataset.version + 1
    assert datasets.profile(workspace, new.id).column("c0001").missing == 0


def test_the_text_as_it_was_read_never_changes(workspace: Workspace, dataset: Dataset) -> None:
    at = dataset_files.files(workspace.dataset(dataset.id), dataset.source, dataset.typed)[0]
    before = at.read_bytes()
    new = edit(workspace, edit(workspace, dataset, {(0, "c0001"): 99}), {}, (1, 2))
    assert at.read_bytes() == before
    assert new.unedited == dataset.source != new.source
    kept = tables.source_column(dataset_files.files(workspace.dataset(new.id), new.source, new.typed)[0], "c0001")
    assert kept.to_pylist()[:2] == ["99", "3,5"]


def test_dropped_rows_are_gone_and_rows_are_counted_as_they_stand_then(workspace: Workspace, dataset: Dataset) -> None:
    once = edit(workspace, dataset, {}, (0, 1, 7))
    assert (once.rows, column(workspace, once, "c0001")[:2]) == (57, [2.5, 3.5])
    twice = edit(workspace, once, {(0, "c0002"): "zz"}, (1,))
    assert column(workspace, twice, "c0001")[:2] == [2.5, 4.5]
    assert column(workspace, twice, "c0002")[0] == "zz"
    assert "Rows were dropped by ada" in said(twice) and "row 1, row 2, row 8" in said(twice) and ": row 4" in said(twice)
    assert "Row 3 of column 'name' was changed" in said(twice)


def test_edits_are_taken_back_one_by_one_in_any_order(workspace: Workspace, dataset: Dataset) -> None:
    new = edit(workspace, edit(workspace, dataset, {(0, "c0001"): 99}), {}, (1,))
    first, second = new.edits
    back = mending.undo(workspace, new.id, first, quiet)
    assert (back.edits, back.rows, column(workspace, back, "c0001")[:2]) == ((second,), 59, [0.5, 2.5])
    back = mending.undo(workspace, new.id, second, quiet)
    assert (back.edits, back.unedited, back.source, back.rows) == ((), "", dataset.source, 60)
    assert "dropped by" not in said(back) and "was changed from" not in said(back)
    assert len(files(workspace, back)) == 4
    with pytest.raises(EngineError, match="taken back already"):
        mending.undo(workspace, new.id, second, quiet)


def test_a_renamed_column_does_not_double_its_lines(workspace: Workspace, dataset: Dataset) -> None:
    edit(workspace, dataset, {(0, "c0001"): 99})
    new = edit(workspace, datasets.rename_column(workspace, dataset.id, "c0001", "years"), {(1, "c0001"): 98})
    assert [change.what for change in new.changes if change.edited][0].startswith("Row 1 of column 'years'")
    assert sum(change.edited for change in new.changes) == 2


def test_a_column_can_be_read_as_another_type_after_rows_were_dropped(workspace: Workspace, dataset: Dataset) -> None:
    new = datasets.retype(workspace, edit(workspace, dataset, {(1, "c0001"): 99}, (0,)).id, "c0001", "category")
    assert column(workspace, new, "c0001")[:3] == ["99", "2,5", "3,5"]
    assert new.unedited == dataset.source


def test_edits_are_made_again_when_the_file_is_read_again_with_the_same_rows(workspace: Workspace, dataset: Dataset) -> None:
    edit(workspace, dataset, {(0, "c0001"): 99}, (5,))
    new = datasets.reread(workspace, dataset.id, {"decimal": ","})
    assert (new.rows, column(workspace, new, "c0001")[:2], len(new.edits)) == (59, [99, 1.5], 2)
    assert len(files(workspace, new)) == 5


def test_edits_that_do_not_fit_the_file_read_again_are_told(workspace: Workspace, dataset: Dataset) -> None:
    edit(workspace, dataset, {(0, "c0001"): 99}, (5,))
    new = datasets.reread(workspace, dataset.id, {"header": "no"})
    assert (new.rows, new.edits) == (61, ())
    assert "Changes of yours were not made again" in said(new) and "(2 times): row 1, row 6" in said(new)


@pytest.mark.parametrize(
    ("mends", "drops", "error"),
    [
        ({(0, "c0001"): "many"}, (), "'many' is not a number"),
        ({(0, "c0003"): "soon"}, (), "'soon' is not a date"),
        ({(60, "c0001"): 1}, (), "not there any more"),
        ({}, tuple(range(60)), "No row would be left"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_everything(
    workspace: Workspace, dataset: Dataset, mends: dict[tuple[int, str], Any], drops: tuple[int, ...], error: str
) -> None:
    before = files(workspace, dataset)
    with pytest.raises(EngineError, match=error):
        edit(workspace, dataset, mends, drops)
    assert files(workspace, dataset) == before
    assert datasets.get(workspace, dataset.id) == dataset


def test_rows_of_an_older_version_are_not_changed(workspace: Workspace, dataset: Dataset) -> None:
    edit(workspace, dataset, {}, (0,))
    with pytest.raises(EngineError, match="changed in another window"):
        mending.edit(workspace, dataset.id, dataset.version, {}, (0,), "", quiet)


def test_an_emptied_cell_is_missing(workspace: Workspace, dataset: Dataset) -> None:
    new = edit(workspace, dataset, {(4, "c0002"): None})
    assert column(workspace, new, "c0002")[4] is None
    assert "to empty by ada" in said(new)


def test_a_picture_is_dropped_and_its_label_mended(workspace: Workspace) -> None:
    path = workspace.uploads / "upload"
    path.write_bytes(packed(classes("a", "b")))
    dataset = datasets.add(workspace, path, "parts.zip")
    label = next(column.id for column in dataset.columns if column.type == "category")
    new = edit(workspace, dataset, {(1, label): "other"}, (0,))
    table = datasets.table(workspace, new.id)
    picture = next(column.id for column in new.columns if column.type == "image")
    assert (new.rows, table.values(label)[0]) == (dataset.rows - 1, "other")
    assert (table.folder / table.values(picture)[0]).is_file()
    assert mending.undo(workspace, new.id, new.edits[1], quiet).rows == dataset.rows


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (Condition(), None),
        (Condition(column="c0001", missing=True), [7]),
        (Condition(column="c0001", low=2, high=4.5), [2, 3, 4]),
        (Condition(column="c0002", values=("n0",)), [*range(0, 60, 3)]),
        (Condition(column="c0002", part="N1"), [*range(1, 60, 3)]),
        (Condition(column="c0003", high=datetime(2024, 3, 2)), [0, 1, 28, 29, 56, 57]),
    ],
)
def test_rows_are_found_by_a_column(workspace: Workspace, dataset: Dataset, condition: Condition, rows: list[int] | None) -> None:
    path = dataset_files.files(workspace.dataset(dataset.id), dataset.source, dataset.typed)[2]
    found = browsing.find(path, condition)
    assert (None if found is None else found.tolist()) == rows


def test_pages_hold_fifty_rows_and_the_last_the_rest(workspace: Workspace, dataset: Dataset) -> None:
    path = dataset_files.files(workspace.dataset(dataset.id), dataset.source, dataset.typed)[2]
    places, table = browsing.page(Stored(path, dataset.columns[:1], dataset.rows), None, 1)
    assert (places.tolist(), len(table), browsing.pages(60), browsing.pages(0)) == ([*range(50, 60)], 10, 2, 1)
    assert table.values("c0001")[0] == 50.5
