"""Another file beside the one there is, and rows from a database: asked on the page, done beside it, and said before and after."""

import secrets
import sqlite3
from pathlib import Path

import pytest

from app import combining_card
from engine import connections, datasets
from engine.jobs import errands
from engine.sources.postgresql import PostgreSQL
from engine.store import projects
from engine.store.workspace import Workspace
from tests.app.conftest import Filled, Page
from tests.flow.watching import until

LABS = "patient id,sodium\n" + "".join(f"P{i:03d},{130 + i % 15}\n" for i in range(40, 100))


def bring(filled: Filled, text: str, name: str) -> Page:
    path = filled.workspace.uploads / f"{secrets.token_hex(16)}.part"
    path.write_text(text)
    errands.start(filled.workspace, combining_card._key(filled.project), "read_other", take=path, name=name)
    page = Page("data", project=filled.project)
    return page.until(lambda: "How does" in page.words)


def test_a_second_file_is_joined_by_a_key_after_the_rows_were_counted(filled: Filled) -> None:
    page = bring(filled, LABS, "labs.csv")
    assert "How does “labs.csv” belong to “clinic.csv”?" in page.words
    assert "120 of 240 rows** find their match" in page.words
    assert "120 rows of “clinic.csv” have no match, such as P000, P001, P002." in page.words
    assert "20 rows of “labs.csv” would not be used, such as P080, P081, P082." in page.words
    other = next(d.id for d in datasets.all(filled.workspace) if d.file_name == "labs.csv")
    page.at.radio(key=f"combine-keep-{other}").set_value("matched")
    page.run().click("combine-yes")
    page.until(lambda: projects.get(filled.workspace, filled.project).dataset not in (filled.dataset, None) and "Your data" in page.words)
    new = datasets.get(filled.workspace, projects.get(filled.workspace, filled.project).dataset or "")
    assert (new.rows, new.columns[-1].name) == (120, "sodium")
    assert "240 rows before, 120 after" in page.words
    assert "How does" not in page.words


def test_keys_that_repeat_wait_for_a_decision(filled: Filled) -> None:
    page = bring(filled, LABS + "P050,999\n", "labs.csv")
    other = next(d.id for d in datasets.all(filled.workspace) if d.file_name == "labs.csv")
    for place in (0, 1):
        page.at.selectbox(key=f"combine-key-{place}-{other}").set_value("c0001")
    page.run()
    assert "1 key** of “labs.csv” stand in more than one row" in page.words and "P050" in page.words
    assert page.at.button(key="combine-yes").disabled
    page.at.checkbox(key=f"combine-first-{other}").set_value(True)
    assert not page.run().at.button(key="combine-yes").disabled


def test_a_file_left_out_goes_again(filled: Filled) -> None:
    page = bring(filled, LABS, "labs.csv")
    page.click("combine-no")
    assert "How does" not in page.words
    assert [dataset.id for dataset in datasets.all(filled.workspace)] == [filled.dataset]


def test_rows_come_from_a_database_into_a_new_project(empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "databases"
    folder.mkdir()
    with sqlite3.connect(folder / "shop.db") as database:
        database.execute("CREATE TABLE orders (price REAL, late TEXT)")
        database.executemany("INSERT INTO orders VALUES (?, ?)", [(i / 3, "yes" if i % 3 else "no") for i in range(90)])
    page = Page("home")
    page.at.segmented_control(key="database-kind").set_value("sqlite").run()
    page.at.text_input(key="database-sqlite.file").set_value(str(folder / "shop.db")).run()
    page.at.text_area(key="database-statement").set_value("SELECT * FROM orders")
    page.click("database-ask")
    assert "no folder is allowed yet" in page.words and projects.all(empty) == []
    monkeypatch.setenv("MODELWRIGHT_FOLDERS", str(folder))
    page.click("database-ask")
    page.until(lambda: bool(projects.all(empty) and projects.all(empty)[0].dataset))
    new = datasets.get(empty, projects.all(empty)[0].dataset or "")
    assert (new.rows, [column.name for column in new.columns]) == (90, ["price", "late"])
    assert "come from the SQLite file 'shop.db'" in new.changes[0].what


def test_a_password_is_kept_only_on_wish_and_never_in_the_errand(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page("home")
    for field, value in (("name", "shop"), ("user", "me")):
        page.at.text_input(key=f"database-postgresql.{field}").set_value(value)
    page.at.number_input(key="database-postgresql.port").set_value(1).run()
    page.at.text_input(key="database-password").set_value("s3cr3t-word")
    page.at.text_area(key="database-statement").set_value("SELECT 1")
    page.click("database-ask")
    project = projects.all(empty)[0].id
    until(lambda: (told := errands.find(empty, f"arrival-{project}")) is not None and told.is_over, "the server was tried")
    told = Page("data", project=project).words
    assert "The database gave no rows" in told and "not possible to connect to the PostgreSQL database 'shop'" in told
    assert connections.all(empty) == []
    found = [path for path in empty.path.rglob("*") if path.is_file() and b"s3cr3t-word" in path.read_bytes()]
    assert found == []
    connections.keep(empty, PostgreSQL(name="shop", user="me"), "s3cr3t-word")
    again = Page("home")
    again.click("database-use-0")
    assert again.at.text_input(key="database-postgresql.name").value == "shop"
    again.click("database-forget-0")
    assert connections.all(empty) == []
