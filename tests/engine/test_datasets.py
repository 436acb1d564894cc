"""Datasets: added once, changed completely or not at all, and cheap to look at."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine import datasets, intake, quarantine
from engine.datasets import Dataset
from engine.errors import EngineError, NotFound, UnreadableFile
from engine.plan import Plan
from engine.store import datasets as store
from engine.store import runs
from engine.store.workspace import Workspace
from tests.engine.uploads import GOOD, classes, packed

WORDS = "age,answer\n" + "".join(f"{i if i != 7 else 'seven'},{'yes' if i % 2 else 'no'}\n" for i in range(60))


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without starting a process; that is tested in test_intake.py."""

    def run(request: dict[str, Any], log: Path, on_progress: Callable[[float, str], None] = lambda done, words: None) -> dict[str, Any]:
        answer = intake.answer(json.loads(json.dumps(request)), on_progress or (lambda done, words: None))
        return dict(json.loads(json.dumps(answer)))

    monkeypatch.setattr(quarantine, "run", run)


def added(workspace: Workspace, content: str | bytes, name: str = "data.csv") -> Dataset:
    path = workspace.uploads / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    dataset = datasets.add(workspace, path, name)
    path.unlink()
    return dataset


def files(workspace: Workspace, dataset: Dataset) -> set[str]:
    return {path.name for path in workspace.dataset(dataset.id).iterdir()}


def test_a_file_becomes_a_dataset(workspace: Workspace) -> None:
    dataset = added(workspace, GOOD, "C:\\data\\my measurements.csv")
    assert (dataset.name, dataset.file_name, dataset.rows) == ("my measurements", "my measurements.csv", 100)
    assert datasets.get(workspace, dataset.id) == dataset
    assert [d.id for d in datasets.all(workspace)] == [dataset.id]
    table = datasets.table(workspace, dataset.id)
    assert (len(table), [str(table.frame[c].dtype) for c in table.frame]) == (100, ["float64", "float64", "str"])
    assert datasets.profile(workspace, dataset.id).rows == 100
    assert datasets.size(workspace, dataset.id) > dataset.bytes


def test_parts_of_a_table(workspace: Workspace) -> None:
    dataset = added(workspace, GOOD)
    assert list(datasets.table(workspace, dataset.id, ["c0003"]).frame) == ["c0003"]
    assert len(datasets.head(workspace, dataset.id, 7)) == 7
    some = datasets.table(workspace, dataset.id, rows=np.array([4, 2, 99, 2]))
    assert some.frame["c0002"].tolist() == [1.0, 0.5, 24.75, 0.5]
    assert len(datasets.table(workspace, dataset.id, rows=np.array([], int))) == 0


def test_the_same_file_again_gives_the_dataset_that_is_there(workspace: Workspace) -> None:
    first, second = added(workspace, GOOD, "a.csv"), added(workspace, GOOD, "b.csv")
    assert first.id == second.id
    assert "The same file was uploaded before" in second.changes[0].what
    assert len(datasets.all(workspace)) == 1


def test_an_unreadable_file_leaves_nothing_behind(workspace: Workspace) -> None:
    added(workspace, GOOD)
    before = sorted(workspace.datasets.iterdir())
    with pytest.raises(UnreadableFile, match="holds a PNG picture"):
        added(workspace, b"\x89PNG\r\n\x1a\n....", "table.csv")
    assert sorted(workspace.datasets.iterdir()) == before
    assert len(datasets.all(workspace)) == 1


def test_what_a_crash_left_is_swept_away_after_a_day(workspace: Workspace) -> None:
    old, fresh = workspace.datasets / "d1.new", workspace.datasets / "d2.new"
    for left in (old, fresh):
        left.mkdir()
    os.utime(old, (1, 1))
    added(workspace, GOOD)
    assert (old.exists(), fresh.exists()) == (False, True)


def test_progress_is_told_and_can_call_it_off(workspace: Workspace) -> None:
    path = workspace.uploads / "upload"
    path.write_text(GOOD)
    told: list[tuple[float, str]] = []
    datasets.add(workspace, path, "data.csv", on_progress=lambda done, words: told.append((done, words)))
    assert told == sorted(told, key=lambda line: line[0])
    assert told[-1][0] == 1.0

    class Unwanted(Exception):
        pass

    def call_off(done: float, words: str) -> None:
        raise Unwanted

    path.write_text(GOOD.replace("x", "y"))
    with pytest.raises(Unwanted):
        datasets.add(workspace, path, "data.csv", on_progress=call_off)
    assert len(list(workspace.datasets.iterdir())) == 1


def test_another_type_and_back(workspace: Workspace) -> None:
    dataset = added(workspace, WORDS)
    as_words = datasets.retype(workspace, dataset.id, "c0001", "category")
    assert datasets.table(workspace, dataset.id).values("c0001")[7] == "seven"
    assert datasets.profile(workspace, dataset.id).column("c0001").type == "category"
    assert as_words.version == dataset.version + 1
    back = datasets.retype(workspace, dataset.id, "c0001", "number")
    assert back.columns == dataset.columns
    assert back.changes == dataset.changes
    assert np.isnan(datasets.table(workspace, dataset.id).values("c0001")[7])


def test_a_type_that_does_not_fit_lists_what_is_lost(workspace: Workspace) -> None:
    dataset = added(workspace, WORDS)
    after = datasets.retype(workspace, dataset.id, "c0002", "number")
    lost = next(change for change in after.changes if change.column == "c0002")
    assert (lost.count, lost.examples[0]) == (60, "row 1: 'no' → missing")
    assert datasets.profile(workspace, dataset.id).column("c0002").missing == 60


def test_a_person_can_say_how_dates_are_written(workspace: Workspace) -> None:
    dataset = added(workspace, "when,x\n" + "".join(f"0{i % 9 + 1}/0{i % 7 + 1}/2020,{i}\n" for i in range(40)))
    assert dataset.columns[0].date_format == "%d/%m/%Y"
    datasets.retype(workspace, dataset.id, "c0001", "date", date_format="%m/%d/%Y")
    assert str(datasets.table(workspace, dataset.id).values("c0001")[1])[:10] == "2020-02-02"
    assert str(datasets.table(workspace, dataset.id).values("c0001")[8])[:10] == "2020-09-02"


def test_old_files_go_when_new_ones_are_in_place(workspace: Workspace) -> None:
    dataset = added(workspace, WORDS)
    before = files(workspace, dataset)
    after = files(workspace, datasets.retype(workspace, dataset.id, "c0001", "category"))
    assert len(after) == len(before)
    assert after - before == {name for name in after if name.startswith(("table-", "profile-"))}


def test_a_failed_change_changes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = added(workspace, WORDS)
    before = files(workspace, dataset)
    stale = dataset.model_copy(update={"version": 0})
    monkeypatch.setattr(datasets, "get", lambda workspace, id: stale)
    with pytest.raises(EngineError, match="changed in another window at the same time"):
        datasets.retype(workspace, dataset.id, "c0001", "category")
    monkeypatch.undo()
    assert files(workspace, dataset) == before
    assert datasets.get(workspace, dataset.id) == dataset
    assert len(datasets.table(workspace, dataset.id)) == 60


def test_pictures_stay_pictures(workspace: Workspace) -> None:
    dataset = added(workspace, packed(classes("a", "b")), "pictures.zip")
    with pytest.raises(EngineError, match="'class' cannot change from category to image"):
        datasets.retype(workspace, dataset.id, "c0002", "image")
    table = datasets.table(workspace, dataset.id)
    assert table.folder == datasets.pictures(workspace, dataset.id)
    assert all((table.folder / name).is_file() for name in table.values("c0001"))
    datasets.retype(workspace, dataset.id, "c0002", "text")
    assert (datasets.pictures(workspace, dataset.id) / table.values("c0001")[0]).is_file()


def test_names_can_be_changed(workspace: Workspace) -> None:
    dataset = added(workspace, GOOD)
    after = datasets.rename_column(workspace, dataset.id, "c0001", "  <b>\u202eage</b> ")
    assert after.columns[0].name == "<b>age</b>"
    assert datasets.profile(workspace, dataset.id).column("c0001").name == "<b>age</b>"
    assert after.changes[-1].what == "You renamed column 'a' to '<b>age</b>'."
    assert datasets.rename(workspace, dataset.id, "Mine").name == "Mine"
    with pytest.raises(EngineError, match="another column called 'b'"):
        datasets.rename_column(workspace, dataset.id, "c0001", "b")
    with pytest.raises(EngineError, match="A column needs a name"):
        datasets.rename_column(workspace, dataset.id, "c0001", " \u200b")


def test_the_file_can_be_read_again_another_way(workspace: Workspace) -> None:
    dataset = added(workspace, GOOD)
    after = datasets.reread(workspace, dataset.id, {"header": "no"})
    assert (after.rows, after.columns[0].name, after.version) == (101, "column 1", dataset.version + 1)
    assert datasets.profile(workspace, dataset.id).rows == 101
    assert datasets.reread(workspace, dataset.id, {}).columns == dataset.columns
    with pytest.raises(EngineError):
        datasets.reread(workspace, dataset.id, {"header": "perhaps"})
    assert len(datasets.table(workspace, dataset.id)) == 100


def test_deleting_takes_the_files_along_but_not_from_under_a_run(workspace: Workspace, plan: Plan) -> None:
    dataset = added(workspace, GOOD)
    run = runs.add(workspace, plan.model_copy(update={"dataset": dataset.id}), name="first try")
    with pytest.raises(EngineError, match="is in use by a run \\('first try'\\). Wait until it has ended, or cancel it first."):
        datasets.delete(workspace, dataset.id)
    runs.wish(workspace, run.id, "cancel")
    datasets.delete(workspace, dataset.id)
    assert not workspace.dataset(dataset.id).exists()
    with pytest.raises(NotFound):
        datasets.get(workspace, dataset.id)


def test_the_upload_may_disappear_but_never_changes_the_dataset(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(GOOD)
    dataset = datasets.add(workspace, path, "mine.csv")
    path.write_text("gone")
    assert datasets.reread(workspace, dataset.id, {}).rows == 100


def test_what_the_store_keeps_comes_back_whole(workspace: Workspace) -> None:
    dataset = added(workspace, WORDS)
    assert store.same(workspace, dataset.sha256, {}) == dataset
    assert store.same(workspace, dataset.sha256, {"header": "no"}) is None


def test_pages_look_at_a_small_part_only(workspace: Workspace) -> None:
    dataset = added(workspace, "a,b\n" + "".join(f"{i},{i % 7}\n" for i in range(5_000)))
    path = next(workspace.dataset(dataset.id).glob("table-*"))
    assert pq.ParquetFile(path).metadata.row_group(0).num_rows == 1_000
    assert datasets.table(workspace, dataset.id, rows=np.array([4_999, 3])).values("c0001").tolist() == [4_999, 3]
    assert datasets.head(workspace, dataset.id, 1_200).values("c0001")[-1] == 1_199
    assert datasets.profile(workspace, dataset.id) is datasets.profile(workspace, dataset.id)


@pytest.fixture
def plan() -> Plan:
    from engine.architectures import ARCHITECTURES
    from engine.learners import LEARNERS
    from engine.tasks import TASKS

    return Plan(
        dataset="d0",
        target="c0003",
        inputs=("c0001", "c0002"),
        task=TASKS.parse({"kind": "multiclass"}),
        architecture=ARCHITECTURES.parse({"kind": "linear"}),
        training=LEARNERS.parse({"kind": "gradient"}),
    )


def test_a_number_counts_as_missing_however_it_is_written(workspace: Workspace, tmp_path: Path) -> None:
    written = ["-999", "-999.0", "-999.00"]
    lines = [f"{written[i % 3] if i < 6 else f'{100 + i}.5'},{i % 2}" for i in range(60)]
    (tmp_path / "codes.csv").write_text("pressure,ill\n" + "\n".join(lines))
    dataset = datasets.add(workspace, tmp_path / "codes.csv", "codes.csv")
    column = dataset.columns[0].id
    (doubt,) = dataset.open_doubts
    datasets.settle(workspace, dataset.id, doubt.key, 1)
    assert np.isnan(datasets.table(workspace, dataset.id).values(column)).sum() == 0
    datasets.count_as_missing(workspace, dataset.id, column, -999.0)
    x = datasets.table(workspace, dataset.id).values(column)
    assert np.isnan(x[:6]).all() and not np.isnan(x[6:]).any()
