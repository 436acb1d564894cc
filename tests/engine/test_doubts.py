"""Questions that data raises: the likelier answer is in use, another one is applied, and each is asked once."""

from pathlib import Path

import pytest

from engine import datasets
from engine.datasets import Dataset
from engine.doubts import Choice, Doubt, after_reading, options_of
from engine.errors import EngineError, NotFound
from engine.store.workspace import Workspace

DAYS = "day,amount,x\n" + "".join(f"{1 + i % 12:02d}/{1 + i * 5 % 12:02d}/2024,{i / 4},{i % 3}\n" for i in range(80))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def add(workspace: Workspace, text: str) -> Dataset:
    path = workspace.path.parent / "file.csv"
    path.write_text(text)
    return datasets.add(workspace, path, "file.csv")


def test_an_answer_other_than_the_likelier_one_is_applied_and_asked_once(workspace: Workspace) -> None:
    before = add(workspace, DAYS)
    (doubt,) = before.open_doubts
    assert doubt.what == "Which comes first in the dates of 'day', the day or the month?"
    assert doubt.examples[:2] == ("01/01/2024", "02/06/2024")
    assert [choice.label for choice in doubt.choices] == [
        "Day/month/year: 02/06/2024 is 2 June 2024",
        "Month/day/year: 02/06/2024 is 6 February 2024",
    ]
    after = datasets.settle(workspace, before.id, doubt.key, 1)
    assert (after.column("c0001").date_format, after.open_doubts) == ("%m/%d/%Y", ())
    assert str(datasets.table(workspace, before.id).values("c0001")[1])[:10] == "2024-02-06"
    assert after.settled == {doubt.key: doubt.choices[1].label}
    assert datasets.get(workspace, before.id) == after


def test_the_likelier_answer_changes_nothing_but_is_not_asked_again(workspace: Workspace) -> None:
    before = add(workspace, DAYS)
    after = datasets.settle(workspace, before.id, before.doubts[0].key, 0)
    assert (after.columns, after.typed, after.open_doubts) == (before.columns, before.typed, ())


def test_answers_outlive_another_reading_of_the_file(workspace: Workspace) -> None:
    before = add(workspace, DAYS)
    datasets.settle(workspace, before.id, before.doubts[0].key, 1)
    again = datasets.settle(workspace, before.id, before.doubts[0].key, 1)
    assert again.column("c0001").date_format == "%m/%d/%Y"
    back = datasets.settle(workspace, before.id, before.doubts[0].key, 0)
    assert back.column("c0001").date_format == "%d/%m/%Y"


def test_who_chooses_a_type_by_hand_is_not_asked_about_it(workspace: Workspace) -> None:
    before = add(workspace, DAYS)
    assert datasets.retype(workspace, before.id, "c0001", "text").open_doubts == ()


def test_a_question_that_is_not_there_is_said(workspace: Workspace) -> None:
    before = add(workspace, DAYS)
    with pytest.raises(NotFound, match="not asked any more"):
        datasets.settle(workspace, before.id, "other", 0)
    with pytest.raises(NotFound, match="not asked any more"):
        datasets.settle(workspace, before.id, before.doubts[0].key, 5)


def test_an_answered_question_about_the_file_stays_known_when_it_does_not_come_up_again() -> None:
    choices = (Choice(label="A", options={"header": "yes"}), Choice(label="B", options={"header": "no"}))
    header = Doubt(key="header", what="?", choices=choices)
    settled = {"header": "B"}
    assert options_of((header,), settled) == {"header": "no"}
    kept = after_reading([], (header,), settled, {"header": "no"})
    assert [doubt.chosen for doubt in kept] == [1]
    assert after_reading([], (header,), settled, {"header": "yes"}) == ()


def test_what_a_line_of_the_report_did_is_undone(workspace: Workspace) -> None:
    before = add(workspace, "x,y\n" + "".join(f"{'NA' if i % 9 == 0 else 'abc'[i % 3]},{i}\n" for i in range(80)))
    line = next(change for change in before.changes if "'NA' in column 'x'" in change.what)
    after = datasets.undo(workspace, before.id, line)
    assert datasets.table(workspace, before.id).values("c0001")[0] == "NA"
    assert line not in after.changes
    with pytest.raises(EngineError, match="no way back any more"):
        datasets.undo(workspace, before.id, line)


def test_what_was_done_to_the_whole_file_is_undone(workspace: Workspace) -> None:
    before = add(workspace, "Report\n" + DAYS)
    datasets.settle(workspace, before.id, "days:day", 1)
    line = next(change for change in before.changes if change.what == "Lines before the table were left out.")
    after = datasets.undo(workspace, before.id, line)
    assert after.columns[0].name == "Report" and after.options == {"start": 1}


def test_an_answer_about_a_column_outlives_one_about_the_file(workspace: Workspace) -> None:
    before = add(workspace, DAYS + "Total,1000,\n")
    datasets.settle(workspace, before.id, "days:day", 1)
    after = datasets.settle(workspace, before.id, "totals", 1)
    assert (after.rows, after.column("c0001").date_format) == (81, "%m/%d/%Y")
    assert set(after.settled) == {"days:day", "totals"}
