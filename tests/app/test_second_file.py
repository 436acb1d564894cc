"""A second file dropped on Prepare: read beside the page, then judged on; what it lacks is said before anything is trained."""

import secrets

from app import second_file
from engine import datasets
from engine.jobs import errands
from engine.plan import Plan
from engine.store import projects
from tests.app.conftest import Filled, Page


def bring(filled: Filled, text: str, name: str = "second.csv") -> Page:
    Page("data", project=filled.project)
    path = filled.workspace.uploads / f"{secrets.token_hex(16)}.part"
    path.write_text(text)
    errands.start(filled.workspace, f"outside-{filled.project}", "read_other", take=path, name=name)
    return Page("prepare", project=filled.project)


def outside(filled: Filled) -> str:
    return Plan.model_validate(projects.get(filled.workspace, filled.project).draft["plan"]).split.outside


def source(filled: Filled) -> str:
    """The rows that the model learns from, as text."""
    frame = datasets.table(filled.workspace, filled.dataset).frame
    names = {column.id: column.name for column in datasets.get(filled.workspace, filled.dataset).columns}
    return str(frame.rename(columns=names).head(60).to_csv(index=False))


def test_the_place_for_a_second_file_is_there(filled: Filled) -> None:
    Page("data", project=filled.project)
    page = Page("prepare", project=filled.project)
    assert "Is there a second file of rows to judge the model on?" in page.words


def test_a_second_file_is_judged_on_once_it_is_read(filled: Filled) -> None:
    page = bring(filled, source(filled))
    page.until(lambda: bool(outside(filled)))
    assert datasets.get(filled.workspace, outside(filled)).file_name == "second.csv"
    assert page.run().at.selectbox(key="split-outside").value == outside(filled)
    assert "then those of the second file" in page.words
    assert "Data that no project uses" not in Page("workspace").words


def test_what_a_second_file_lacks_is_said_and_it_goes_again(filled: Filled) -> None:
    page = bring(filled, "a,b\n" + "".join(f"{i},{i % 7}\n" for i in range(40)))
    page.until(lambda: "cannot hold the unseen rows" in page.words)
    missing = [column.name for column in datasets.get(filled.workspace, filled.dataset).columns][1]
    assert outside(filled) == "" and len(datasets.all(filled.workspace)) == 2
    assert missing in page.words.split("cannot hold the unseen rows")[1]
    page.click("outside-again")
    assert len(datasets.all(filled.workspace)) == 1 and "cannot hold the unseen rows" not in page.words


def test_the_file_itself_is_no_second_file(filled: Filled) -> None:
    original = next(filled.workspace.dataset(filled.dataset).glob("original*"))
    page = bring(filled, original.read_text(), "clinic.csv")
    page.until(lambda: "the file that the model learns from" in page.words)
    page.click("outside-again")
    assert len(datasets.all(filled.workspace)) == 1 and outside(filled) == ""


def test_what_could_not_be_read_is_said_and_put_away(filled: Filled) -> None:
    page = bring(filled, "")
    page.until(lambda: "The second file could not be read" in page.words)
    page.click(f"close-{second_file._key_of(filled.project)}")
    assert "The second file could not be read" not in page.words
