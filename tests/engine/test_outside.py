"""A second file as the unseen rows: matched by name, read as the first file's columns say."""

from pathlib import Path

import pytest

from engine import advice, datasets, outside, split, tables, verdicts
from engine.datasets import Dataset
from engine.errors import InvalidPlan
from engine.jobs import early, resumption
from engine.split import Split
from engine.store.workspace import Workspace
from engine.tasks import TASKS
from tests import patients
from tests.lessons import Heard

BINARY = TASKS.get("binary")(positive="yes")


def added(workspace: Workspace, folder: Path, name: str, text: str) -> Dataset:
    (folder / name).write_text(text)
    return datasets.add(workspace, folder / name, name)


@pytest.fixture
def first(workspace: Workspace, tmp_path: Path) -> Dataset:
    rows = "".join(f"{20 + i % 50},{'north' if i % 3 else 'south'},{'yes' if i % 2 else 'no'}\n" for i in range(100))
    return added(workspace, tmp_path, "first.csv", "age,ward,ill\n" + rows)


SECOND = "Ill,WARD,extra,age\n" + "".join(f"{'yes' if i % 2 else 'no'},1{i % 2},x{i},{'old' if i == 0 else 30 + i}\n" for i in range(40))


def test_columns_are_found_by_name_and_read_as_the_first_file_says(workspace: Workspace, tmp_path: Path, first: Dataset) -> None:
    second = added(workspace, tmp_path, "second.csv", SECOND)
    ids = [column.id for column in first.columns]
    rows = outside.rows(workspace, second.id, first.columns, ids)
    assert [column.name for column in rows.columns] == ["age", "ward", "ill"]
    assert rows.frame[ids[0]].isna().sum() == 1 and rows.frame[ids[0]].iloc[1] == 31
    assert set(rows.frame[ids[1]]) == {"10", "11"}, "a category in the first file is one here, whatever it looks like"
    said = " ".join(problem.what for problem in outside.problems(workspace, second.id, first.columns, ids))
    assert "1 value is not a number and counts as missing: row 1 ('old')" in said
    assert "The file's column 'WARD' was taken for 'ward'." in said


def test_its_rows_are_judged_on_and_no_other(workspace: Workspace, tmp_path: Path, first: Dataset) -> None:
    second = added(workspace, tmp_path, "second.csv", SECOND)
    ids = [column.id for column in first.columns]
    others = outside.rows(workspace, second.id, first.columns, ids)
    table = tables.joined(datasets.table(workspace, first.id), others)
    parts = split.assign(Split(outside=second.id), table, ids[2], BINARY, 0, len(others))
    assert parts.test.tolist() == list(range(100, 140))
    assert len(parts.train) + len(parts.validation) == 100
    assert split.digest(Split(outside=second.id), parts.test) != split.digest(Split(), parts.test)


def test_a_file_without_a_column_is_refused_with_its_name(workspace: Workspace, tmp_path: Path, first: Dataset) -> None:
    second = added(workspace, tmp_path, "other.csv", "age,ill\n30,yes\n40,no\n")
    ids = [column.id for column in first.columns]
    assert not outside.fits(second, first.columns, ids)
    assert outside.fits(second, first.columns, [ids[0], ids[2]])
    with pytest.raises(InvalidPlan) as error:
        outside.rows(workspace, second.id, first.columns, ids)
    assert error.value.what == "'other' cannot hold the unseen rows. The file has no column 'ward', which is needed."
    assert outside.rows(workspace, second.id, first.columns, [ids[0], ids[2]]).frame[ids[1]].isna().all()


def test_a_training_is_prepared_with_both_files_and_follows_from_both(workspace: Workspace, tmp_path: Path, first: Dataset) -> None:
    second = added(workspace, tmp_path, "second.csv", SECOND)
    plan, _ = advice.plan(first.id, datasets.table(workspace, first.id), datasets.profile(workspace, first.id), hints={"target": "ill"})
    plan = plan.model_copy(update={"split": Split(outside=second.id), "inputs": tuple(c.id for c in first.columns if c.id != plan.target)})
    prepared = early.prepare(workspace, plan, Heard())
    assert (prepared.outside, len(prepared.parts.test), len(prepared.table)) == (40, 40, 140)
    asked = plan.model_dump(mode="json")
    before = resumption.identity(workspace, first.id, asked)
    datasets.retype(workspace, second.id, second.columns[3].id, "category")
    assert resumption.identity(workspace, first.id, asked) != before


def test_cases_in_both_files_are_counted() -> None:
    two = [patients.table(10), patients.table(4, seed=3)]
    assert split.shared(two[0], two[1], "c0001") == 4
    assert verdicts.met(4, "patient id").startswith("4 values of 'patient id' in the second file had rows among those learned from")
