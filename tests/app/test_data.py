"""Data: what came in, the guessed question, the columns, and what is said about them. Choices survive a reload."""

import json
import os
import secrets
import signal
from pathlib import Path

import pytest

from app import arriving
from engine import datasets
from engine.jobs import errands
from engine.jobs.errands import Errand
from engine.store import projects
from engine.store.workspace import Workspace
from tests.app.conftest import Filled, Page
from tests.flow.watching import until


def draft(filled: Filled) -> dict:
    return projects.get(filled.workspace, filled.project).draft


def inputs(filled: Filled) -> set[str]:
    names = {column.id: column.name for column in datasets.get(filled.workspace, filled.dataset).columns}
    return {names[id] for id in draft(filled)["plan"]["inputs"]}


def test_without_a_project_the_way_home_is_offered(empty: Workspace) -> None:
    page = Page("data")
    assert "No project is open" in page.words


def test_a_project_that_is_gone_counts_as_none(empty: Workspace) -> None:
    assert "No project is open" in Page("data", project="p0000000000").words


def test_a_project_without_data_offers_a_place_for_a_file(empty: Workspace) -> None:
    project = projects.add(empty, "Fresh")
    page = Page("data", project=project.id)
    assert "Add your data" in page.words
    assert page.at.button(key="bar-next").disabled
    assert "Add a file to go on" in page.words


def test_fresh_data_is_shown_with_the_question_already_asked(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    assert draft(filled)["target"] == filled.column("ill")
    assert "Yes/No question: will ill be 1?" in page.words
    assert "sounds like an outcome" in page.words or "where the answer usually stands" in page.words
    assert not page.at.button(key="bar-next").disabled


def test_a_column_that_gives_the_answer_away_is_left_out_and_can_be_used(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    leak = filled.column("bill code")
    assert "bill code" not in inputs(filled)
    assert "Left out" in page.words
    page.click(f"out-{leak}")
    assert "bill code" in inputs(filled)


def test_a_number_out_of_all_proportion_is_said_with_its_row(empty: Workspace, tmp_path: Path) -> None:
    dose = [f"{1 + i % 7}" for i in range(60)]
    dose[7] = "1e300"
    page = brought(empty, tmp_path, "far.csv", "dose,ill\n" + "".join(f"{one},{i % 2}\n" for i, one in enumerate(dose)))
    assert "dose · 1 value is out of all proportion: 1e+300 in row 8. Half of all values lie between" in page.words.replace("*", "")


def brought(workspace: Workspace, folder: Path, name: str, text: str) -> Page:
    (folder / name).write_text(text)
    dataset = datasets.add(workspace, folder / name, name)
    return Page("data", project=projects.add(workspace, name, dataset.id).id)


def test_who_chooses_a_constant_column_is_told_and_keeps_the_choice_before(empty: Workspace, tmp_path: Path) -> None:
    page = brought(empty, tmp_path, "same.csv", "age,ill,site\n" + "".join(f"{20 + i % 50},{i % 2},north\n" for i in range(60)))
    at = page.at.selectbox(key="target")
    kept = at.value
    at.set_value("c0003")
    page.run()
    assert "'site' cannot be predicted: every row has the same value, 'north'." in page.words
    assert "“ill” is still chosen." in page.words
    assert page.run().at.selectbox(key="target").value == kept
    page.at.selectbox(key="target").set_value("c0001")
    assert "still chosen" not in page.run().words


@pytest.mark.parametrize(("rows", "said"), [(1, "There is only 1 row."), (2, "There are only 2 rows.")])
def test_too_few_rows_are_the_first_and_only_thing_said(empty: Workspace, tmp_path: Path, rows: int, said: str) -> None:
    page = brought(empty, tmp_path, "few.csv", "age,ill\n" + "".join(f"{20 + i},{i % 2}\n" for i in range(rows)))
    assert f"Table** · {said} At least 20 are needed to learn anything; add rows and upload again." in page.words
    assert "cannot be predicted" not in page.words and "No column" not in page.words and "What should" not in page.words
    assert "Add rows to go on" in page.words


def test_choosing_another_target_asks_another_question(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    page.at.selectbox(key="target").set_value(filled.column("age"))
    page.run()
    assert draft(filled)["target"] == filled.column("age")
    assert draft(filled)["plan"]["task"]["kind"] == "regression"
    assert "age" in page.words


def test_rows_without_an_answer_are_said_beside_the_question(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    assert "no answer" not in page.words
    page.at.selectbox(key="target").set_value(filled.column("age"))
    page.run()
    missing = datasets.profile(filled.workspace, filled.dataset).column(filled.column("age")).missing
    assert f"{missing} rows have no answer in “age”; they are left out of training, and {240 - missing} rows remain." in page.words


def test_the_question_can_be_asked_otherwise(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    page.at.segmented_control(key="task").set_value("multiclass")
    page.run()
    assert draft(filled)["plan"]["task"]["kind"] == "multiclass"


def test_a_choice_survives_a_reload(filled: Filled) -> None:
    Page("data", project=filled.project).at.selectbox(key="target").set_value(filled.column("age")).run()
    again = Page("data", project=filled.project)
    assert again.at.selectbox(key="target").value == filled.column("age")


def test_the_import_report_lists_what_was_done(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    page.at.segmented_control(key=f"data-tab-{filled.dataset}").set_value("report")
    page.run()
    assert "Nothing is changed silently" in page.words
    assert "Blank cells in column 'age' count as missing." in page.words




def arriving_in(page: Page, workspace: Workspace, project: str, content: bytes, name: str) -> Page:
    """The file as it is when a browser has brought it in full, being read into the project; watched to the end."""
    take(workspace, project, content, name)
    page.run()
    return page.until(lambda: "Reading your file" not in page.words)


def take(workspace: Workspace, project: str, content: bytes, name: str) -> Errand:
    path = workspace.uploads / f"{secrets.token_hex(16)}.part"
    path.write_bytes(content)
    return errands.start(workspace, arriving.key_of(project), "take_in", take=path, name=name, project=project)


SMALL = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i % 2) for i in range(60))


def test_a_broken_upload_is_said_plainly_and_leaves_everything(filled: Filled) -> None:
    page = arriving_in(Page("data", project=filled.project), filled.workspace, filled.project, b"\x89PNG\r\n\x1a\n", "broken.csv")
    assert "This file could not be read" in page.words and not page.has("arrival-again")
    assert "Everything you had before is still there." in page.words
    page.click("arrival-dismiss")
    assert "Your data" in page.words


def test_a_file_is_read_in_the_background_into_its_project(empty: Workspace) -> None:
    project = projects.add(empty, "Fresh")
    page = arriving_in(Page("data", project=project.id), empty, project.id, SMALL, "small.csv")
    assert "Your data" in page.words
    assert datasets.get(empty, projects.get(empty, project.id).dataset or "").rows == 60
    assert not [*empty.uploads.iterdir()] and not [*(empty.path / "errands").glob("*/*")]


def test_an_unreadable_file_says_what_and_how_to_mend_it(empty: Workspace) -> None:
    project = projects.add(empty, "Fresh")
    page = arriving_in(Page("data", project=project.id), empty, project.id, b"", "nothing.csv")
    assert "The file is empty" in page.words
    assert projects.get(empty, project.id).dataset is None


def test_a_file_that_could_not_be_read_can_be_read_differently(empty: Workspace) -> None:
    project = projects.add(empty, "Fresh")
    good = "".join(f"é{i},{i % 2}\n" for i in range(60)).encode()
    page = arriving_in(Page("data", project=project.id), empty, project.id, b"name,ill\n" + good + b"\xff,1\n", "mixed.csv")
    assert "holds bytes that are not UTF-8" in page.words
    assert page.at.button(key="arrival-differently").disabled
    page.at.selectbox(key=f"again-{arriving.key_of(project.id)}.encoding").set_value("utf-8")
    page.run().click("arrival-differently")
    page.until(lambda: "Your data" in page.words)
    read = datasets.get(empty, projects.get(empty, project.id).dataset or "")
    assert read.rows == 61 and any("were replaced by" in change.what for change in read.changes)


def test_reading_that_was_killed_is_said_and_begun_again_by_one_click(empty: Workspace) -> None:
    project = projects.add(empty, "Fresh")
    take(empty, project.id, SMALL * 20_000, "large.csv")
    key = arriving.key_of(project.id)
    until(lambda: (told := errands.find(empty, key)) is not None and told.part > 0, "reading has begun")
    process = json.loads((empty.path / "errands" / key / "state.json").read_text())["process"][0]
    os.killpg(process, signal.SIGKILL)
    page = Page("data", project=project.id)
    page.until(lambda: page.has("arrival-again"))
    assert "Reading your file was interrupted" in page.words
    page.click("arrival-again")
    page.until(lambda: "Your data" in page.words)
    assert datasets.get(empty, projects.get(empty, project.id).dataset or "").rows > 1_000_000


def test_a_deleted_project_takes_no_file_any_more(empty: Workspace) -> None:
    project = projects.add(empty, "Fresh")
    take(empty, project.id, SMALL * 20_000, "large.csv")
    state = empty.path / "errands" / arriving.key_of(project.id) / "state.json"
    until(lambda: json.loads(state.read_text()).get("process"), "the child says who it is")
    os.killpg(json.loads(state.read_text())["process"][0], signal.SIGSTOP)
    page = Page("home")
    page.click(f"delete-{project.id}").click("delete-yes")
    until(lambda: not [*(empty.path / "errands").glob("arrival-*")], "the errand is gone")
    assert errands.find(empty, arriving.key_of(project.id)) is None
    assert datasets.all(empty) == []


@pytest.mark.parametrize("view", ["prepare", "design"])
def test_later_pages_say_what_is_missing(empty: Workspace, view: str) -> None:
    project = projects.add(empty, "Fresh")
    assert "Nothing to predict yet" in Page(view, project=project.id).words


AMBIGUOUS = "day,ill\n" + "".join(f"{1 + i % 12:02d}/{1 + i * 5 % 12:02d}/2024,{i % 2}\n" for i in range(80))


def test_a_doubt_is_one_line_above_the_question_and_its_answer_is_applied(empty: Workspace, tmp_path: Path) -> None:
    page = brought(empty, tmp_path, "days.csv", AMBIGUOUS)
    assert "1 question about your file" in page.words and not page.has("doubt-yes")
    page.click("doubts-now")
    assert "Which comes first in the dates of 'day', the day or the month?" in page.words
    radio = page.at.radio[0]
    assert radio.value == 0 and page.at.button(key="doubt-yes").label == "Yes, that is right"
    radio.set_value(1)
    page.run()
    assert page.at.button(key="doubt-yes").label == "Change it to this"
    page.click("doubt-yes")
    (dataset,) = datasets.all(empty)
    assert dataset.column("c0001").date_format == "%m/%d/%Y" and not page.has("doubt-yes")


def test_a_doubt_can_wait(empty: Workspace, tmp_path: Path) -> None:
    page = brought(empty, tmp_path, "days.csv", AMBIGUOUS).click("doubts-now").click("doubt-later")
    assert not page.has("doubt-yes") and "1 question about your file" in page.words
    assert page.click("doubts-now").has("doubt-yes")


def test_several_doubts_are_answered_one_after_the_other(empty: Workspace, tmp_path: Path) -> None:
    days = [f"{1 + i % 12:02d}/{1 + i * 5 % 12:02d}/2024,{1 + i * 7 % 12:02d}/{1 + i % 12:02d}/2024,{i % 2}" for i in range(80)]
    page = brought(empty, tmp_path, "days.csv", "\n".join(["came,left,ill", *days]))
    assert "2 questions about your file" in page.words
    page.click("doubts-now")
    assert "question 1 of 2" in page.words and "in the dates of 'came'" in page.words
    page.click("doubt-next")
    assert "question 2 of 2" in page.words and "in the dates of 'left'" in page.words
    page.click("doubt-yes")
    assert "in the dates of 'came'" in page.words and not page.has("doubt-next")
    page.click("doubt-yes")
    assert not page.has("doubt-yes") and not page.has("doubts-now")


def test_a_line_of_the_report_can_be_undone(empty: Workspace, tmp_path: Path) -> None:
    rows = [f"{'?' if i % 9 == 0 else i},{i % 2}\n" for i in range(80)]
    page = brought(empty, tmp_path, "gaps.csv", "age,ill\n" + "".join(rows))
    (dataset,) = datasets.all(empty)
    assert dataset.column("c0001").type == "number"
    page.at.segmented_control(key=f"data-tab-{dataset.id}").set_value("report")
    page.run()
    assert page.at.button(key="undo-0").label.replace("\\", "") == "Keep '?' as a value"
    page.click("undo-0")
    (dataset,) = datasets.all(empty)
    assert (dataset.column("c0001").type, dataset.column("c0001").missing) == ("text", ())
