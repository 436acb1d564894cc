"""Databases as a source: only reading, only one SELECT, never more than asked for, and the password nowhere."""

import json
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import connections, datasets, intake, quarantine, query_process, querying
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.querying import Query
from engine.sources.mysql import MySQL
from engine.sources.postgresql import PostgreSQL
from engine.sources.sqlite import SQLite
from engine.store.workspace import Workspace

PASSWORD = "s3cr3t/p@ss wörd"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads and asks without starting a process; the process itself is tested below."""

    def run(request: dict[str, Any], log: Path, on_progress: Callable[[float, str], None] | None = None) -> dict[str, Any]:
        return dict(json.loads(json.dumps(intake.answer(json.loads(json.dumps(request)), on_progress or (lambda done, words: None)))))

    monkeypatch.setattr(quarantine, "run", run)


@pytest.fixture
def ask_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(querying, "_ask", lambda asked, log, on_rows: query_process.answer(json.loads(json.dumps(asked)), on_rows))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "allowed"
    folder.mkdir()
    path = folder / "shop & more.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE orders (id INTEGER, city TEXT, price REAL, photo BLOB, paid TEXT)")
        rows = [(i, f"town {i % 5}%", i / 7, b"\x00\x01", None if i % 10 else "yes") for i in range(300)]
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
    monkeypatch.setenv("MODELWRIGHT_FOLDERS", str(folder))
    return path


def quiet(part: float, words: str) -> None:
    pass


def taken(workspace: Workspace, query: Query, password: str = "") -> Dataset:
    return querying.take(workspace, query, password, workspace.uploads, quiet)


def said(dataset: Dataset) -> str:
    return " ".join(change.words() for change in dataset.changes)


def test_a_query_becomes_a_dataset(workspace: Workspace, shop: Path, ask_here: None) -> None:
    statement = "SELECT id, city, price AS price, photo, paid FROM orders WHERE city LIKE '%0\\%' ESCAPE '\\' OR id > 10 ORDER BY id;"
    new = taken(workspace, Query(SQLite(file=str(shop)), statement))
    assert [(c.name, c.type) for c in new.columns][:3] == [("id", "number"), ("city", "category"), ("price", "number")]
    table = datasets.table(workspace, new.id)
    assert table.values("c0001")[:3].tolist() == [0, 5, 10]
    assert table.values("c0003")[1] == 5 / 7
    assert "The 292 rows come from the SQLite file 'shop & more.db', asked: SELECT id, city, price AS price" in said(new)
    assert "Values that are bytes, not text, were left out (292 times): photo" in said(new)
    assert new.name == "shop & more" and not [*workspace.uploads.iterdir()]


@pytest.mark.parametrize(("most", "is_cut"), [(299, True), (300, False), (10, True)])
def test_it_says_when_there_were_more_rows(workspace: Workspace, shop: Path, ask_here: None, most: int, is_cut: bool) -> None:
    new = taken(workspace, Query(SQLite(file=str(shop)), "SELECT id, city FROM orders", most))
    assert new.rows == most
    assert (f"more rows than the {most} that were taken" in said(new)) is is_cut


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM orders",
        "INSERT INTO orders VALUES (1)",
        "SELECT 1; DROP TABLE orders",
        "SELECT ';' ; SELECT 2",
        "PRAGMA query_only = OFF",
        "ATTACH 'x' AS y",
        "",
        "  -- only a comment",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copied FROM orders",
        "SELECT 'x' INTO OUTFILE '/tmp/x'",
        "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */",
        "SELECT LOAD_FILE('/etc/passwd')",
        "EXPLAIN SELECT 1",
        "select 1\x00",
    ],
)
def test_anything_but_one_select_is_refused(shop: Path, statement: str) -> None:
    with pytest.raises(EngineError):
        querying.check(Query(SQLite(file=str(shop)), statement))


@pytest.mark.parametrize(
    "statement",
    [
        "select 1",
        "-- orders of a year\nSELECT * FROM orders",
        "/* a */ WITH a AS (SELECT 1) SELECT * FROM a;",
        "SELECT 'insert into' AS delete_date, updated FROM t",
        "SELECT REPLACE(a, 'x', 'y'), insert(a, 1, 2, 'b') FROM t",
    ],
)
def test_a_select_is_let_through(shop: Path, statement: str) -> None:
    assert querying.check(Query(SQLite(file=str(shop)), statement)) == statement.rstrip(";")


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM orders", "DROP TABLE orders", "ATTACH DATABASE '/tmp/o.db' AS o", "PRAGMA query_only = OFF", "VACUUM INTO '/tmp/x.db'"],
)
def test_what_gets_past_the_first_guard_still_changes_nothing(
    shop: Path, tmp_path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_process, "check", lambda query: query.statement)
    before = shop.read_bytes()
    request = {"source": SQLite(file=str(shop)).model_dump(), "password": "", "statement": statement, "most_rows": 10, "seconds": 5}
    with pytest.raises(EngineError):
        query_process.answer({**request, "out": str(tmp_path / "out.parquet")}, lambda rows: None)
    assert shop.read_bytes() == before


def test_the_process_checks_for_itself(shop: Path, tmp_path: Path) -> None:
    request = {"source": SQLite(file=str(shop)).model_dump(), "password": "", "statement": "DROP TABLE orders", "most_rows": 9}
    with pytest.raises(EngineError, match="Only a query that begins with SELECT"):
        query_process.answer({**request, "seconds": 5, "out": str(tmp_path / "out.parquet")}, lambda rows: None)


def test_the_same_rows_from_another_query_are_data_of_their_own(workspace: Workspace, shop: Path, ask_here: None) -> None:
    one = taken(workspace, Query(SQLite(file=str(shop)), "SELECT id FROM orders"))
    again = taken(workspace, Query(SQLite(file=str(shop)), "SELECT id FROM orders"))
    other = taken(workspace, Query(SQLite(file=str(shop)), "SELECT id FROM orders WHERE id >= 0"))
    assert (again.id == one.id, other.id == one.id) == (True, False)


def test_a_query_that_takes_too_long_is_stopped(shop: Path, tmp_path: Path) -> None:
    statement = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    request = {"source": SQLite(file=str(shop)).model_dump(), "password": "", "statement": statement, "most_rows": 10, "seconds": 1}
    with pytest.raises(EngineError, match="longer than 1 seconds and was stopped"):
        query_process.answer({**request, "out": str(tmp_path / "out.parquet")}, lambda rows: None)


def test_a_mistake_in_the_query_is_told_in_the_databases_words(workspace: Workspace, shop: Path, ask_here: None) -> None:
    with pytest.raises(EngineError, match="The database refused the query: no such column: colour"):
        taken(workspace, Query(SQLite(file=str(shop)), "SELECT colour FROM orders"))
    with pytest.raises(EngineError, match="The query found no rows"):
        taken(workspace, Query(SQLite(file=str(shop)), "SELECT id FROM orders WHERE id < 0"))


def test_files_outside_the_listed_folders_are_refused(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "other.db"
    outside.write_bytes(shop.read_bytes())
    (shop.parent / "link.db").symlink_to(outside)
    for path in (outside, shop.parent / "link.db", shop.parent / ".." / "other.db"):
        with pytest.raises(EngineError, match="may not be read from here"):
            SQLite(file=str(path)).check()
    (shop.parent / "text.db").write_text("a,b\n1,2\n")
    with pytest.raises(EngineError, match="is not an SQLite file"):
        SQLite(file=str(shop.parent / "text.db")).check()
    monkeypatch.delenv("MODELWRIGHT_FOLDERS")
    with pytest.raises(EngineError, match="no folder is allowed yet"):
        SQLite(file=str(shop)).check()


@pytest.mark.parametrize("kind", [PostgreSQL, MySQL])
def test_other_computers_are_asked_only_when_listed(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source = kind(name="a", user="b", host="db.example.com")
    with pytest.raises(EngineError, match="Databases on 'db.example.com' may not be asked from here"):
        source.check()
    monkeypatch.setenv("MODELWRIGHT_DATABASE_HOSTS", "other, DB.example.com")
    source.check()
    source.with_(host="localhost").check()


def test_a_server_is_told_to_let_nothing_be_written_and_to_stop_in_time() -> None:
    assert PostgreSQL(name="a", user="b").before(60) == ["SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = 60000"]
    assert "default_transaction_read_only=on" in PostgreSQL(name="a", user="b").arguments(60)["options"]
    limits, always, begin = MySQL(name="a", user="b").before(60)
    assert "max_execution_time = 60000" in limits and "max_statement_time = 60" in limits
    assert (always, begin) == ("SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY")
    assert MySQL(name="a", user="b").arguments(60)["local_infile"] is False


@pytest.mark.parametrize(
    ("source", "address"),
    [
        (PostgreSQL(name="a/b?x=1", user="me@home", host="localhost"), "postgresql+psycopg://me%40home:***@localhost:5432/a/b%3Fx%3D1"),
        (MySQL(name="shop", user="me"), "mysql+pymysql://me:***@localhost:3306/shop?charset=utf8mb4"),
    ],
)
def test_names_cannot_smuggle_options_into_an_address(source: Any, address: str) -> None:
    url = source.url(PASSWORD)
    assert url.password == PASSWORD and url.database == source.name and url.host == "localhost"
    assert set(url.query) <= {"charset"}
    assert url.render_as_string(hide_password=True) == address


@pytest.mark.parametrize("name", ["host=db.example.com", "postgresql://db.example.com/a"])
def test_a_name_that_drivers_take_for_an_address_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="is no name of a database"):
        PostgreSQL(name=name, user="b").check()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PostgreSQL, MySQL])
def test_the_password_is_nowhere_when_a_server_does_not_answer(workspace: Workspace, kind: Any) -> None:
    query = Query(kind(name="shop", user="me", port=1), "SELECT 1", seconds=5)
    with pytest.raises(EngineError, match="It was not possible to connect to") as raised:
        taken(workspace, query, PASSWORD)
    assert PASSWORD not in str(raised.value)
    for path in workspace.path.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_a_password_is_taken_out_of_what_a_driver_says() -> None:
    from urllib.parse import quote

    told = f"cannot open postgresql://me:{quote(PASSWORD)}@h/db with '{PASSWORD}'"
    assert "s3cr3t" not in querying.without(told, PASSWORD)
    assert querying.without("nothing to hide", "") == "nothing to hide"


@pytest.mark.slow
def test_a_real_process_asks(workspace: Workspace, shop: Path) -> None:
    new = taken(workspace, Query(SQLite(file=str(shop)), "SELECT id, city FROM orders", 100))
    assert new.rows == 100


def test_connections_are_kept_only_in_a_file_of_the_user(workspace: Workspace) -> None:
    one, other = PostgreSQL(name="shop", user="me"), MySQL(name="shop", user="me")
    connections.keep(workspace, one, "old")
    connections.keep(workspace, other, "x")
    connections.keep(workspace, one, PASSWORD)
    assert {source.kind: password for source, password in connections.all(workspace)} == {"mysql": "x", "postgresql": PASSWORD}
    path = workspace.path / connections.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"s3cr3t" not in workspace.database.read_bytes()
    connections.forget(workspace, one)
    connections.forget(workspace, other)
    assert not path.exists() and connections.all(workspace) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (0.1, "0.1"), (float("nan"), None), (b"x", None), (["a", 1], '["a", 1]'), (2**70, "1180591620717411303424")],
)
def test_a_value_becomes_the_text_that_says_it(value: Any, text: str | None) -> None:
    assert query_process.text(value) == text
