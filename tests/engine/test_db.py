"""The database: transactions, connections, recorded changes, and what is refused at the door."""

import threading
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.store import backup, db, disk, migrations
from engine.store.workspace import VARIABLE, Workspace


def count(workspace: Workspace) -> int:
    return int(db.rows(workspace, "SELECT count(*) AS n FROM projects")[0]["n"])


def put(database: db.Database, id: str) -> None:
    database.execute("INSERT INTO projects (id, name, created, changed) VALUES (?, 'n', 't', 't')", (id,))


def test_a_write_that_fails_leaves_nothing(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), db.write(workspace) as database:
        put(database, "p1")
        raise ZeroDivisionError
    assert count(workspace) == 0


def test_a_write_is_there_for_other_threads(workspace: Workspace) -> None:
    with db.write(workspace) as database:
        put(database, "p1")
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(count(workspace)))
    thread.start()
    thread.join()
    assert seen == [1]


def test_a_write_inside_a_write_is_a_mistake(workspace: Workspace) -> None:
    with db.write(workspace), pytest.raises(RuntimeError, match="A write inside a write"), db.write(workspace):
        pass


def test_read_then_write_from_many_threads_loses_nothing(workspace: Workspace) -> None:
    with db.write(workspace) as database:
        put(database, "p1")
        database.execute("UPDATE projects SET name = '0'")

    def add_one_often() -> None:
        for _ in range(50):
            with db.write(workspace) as database:
                name = db.select(database, "SELECT name FROM projects")[0]["name"]
                database.execute("UPDATE projects SET name = ?", (str(int(name) + 1),))

    threads = [threading.Thread(target=add_one_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.rows(workspace, "SELECT name FROM projects") == [{"name": "200"}]


def test_durable_writes_wait_for_the_disk_and_others_do_not(workspace: Workspace) -> None:
    def level(durable: bool) -> int:
        with db.write(workspace, durable=durable) as database:
            return int(database.execute("PRAGMA synchronous").fetchone()[0])

    assert [level(True), level(False), level(True)] == [2, 1, 2]


def test_the_log_is_written_ahead_and_a_busy_database_is_waited_for(workspace: Workspace) -> None:
    with db.connect(workspace) as database:
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert database.execute("PRAGMA busy_timeout").fetchone()[0] == 30_000
        assert database.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_data_version_changes_when_another_connection_writes(workspace: Workspace) -> None:
    before = db.data_version(workspace)

    def write() -> None:
        with db.write(workspace) as database:
            put(database, "p1")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert db.data_version(workspace) != before


def test_a_replaced_file_is_opened_anew(workspace: Workspace) -> None:
    with db.write(workspace) as database:
        put(database, "p1")
    for file in workspace.path.glob("workspace.db*"):
        file.unlink()
    assert count(Workspace.open(workspace.path)) == 0


def test_texts_do_not_fit_into_number_columns(workspace: Workspace) -> None:
    with pytest.raises(db.DatabaseError, match="cannot store TEXT value in INTEGER column"), db.write(workspace) as database:
        database.execute("INSERT INTO runs (id, dataset, name, plan, created, attempt) VALUES ('r', 'd', 'n', '{}', 't', 'two')")


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), False),
        ((3, 53, 0), True),
    ],
)
def test_versions_with_the_log_fault_are_known(version: tuple[int, ...], is_safe: bool) -> None:
    assert db.is_safe(version) is is_safe


@pytest.mark.parametrize("value", [0.1, -3.0, float("inf"), float("-inf")])
def test_numbers_come_back_as_they_were(value: float) -> None:
    assert db.number_of(*db.kind_of(value)) == value


def test_changes_are_recorded_by_name_once(workspace: Workspace) -> None:
    Workspace.open(workspace.path)
    recorded = [row["name"] for row in db.rows(workspace, "SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert recorded == ["projects_and_datasets", "runs_and_events", "metrics_and_models", "going_on_after_an_interruption"]


def test_many_processes_may_open_a_new_workspace_at_once(tmp_path: Path) -> None:
    threads = [threading.Thread(target=Workspace.open, args=(tmp_path / "new",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.connect(Workspace(tmp_path / "new")) as database:
        assert not migrations._pending(database)


def test_a_newer_workspace_is_refused(workspace: Workspace) -> None:
    with db.write(workspace) as database:
        database.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('modelwright', 'telepathy', 't')")
    with pytest.raises(EngineError, match=r"newer Modelwright \(it knows 'telepathy'\)\. Update Modelwright"):
        Workspace.open(workspace.path)


def test_a_damaged_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "workspace.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(EngineError, match=r"cannot be used: file is not a database\. Close other.*newest file of the folder 'backups'"):
        Workspace.open(tmp_path)


def test_a_days_first_copy_is_kept_and_only_seven(workspace: Workspace) -> None:
    with db.write(workspace) as database:
        put(database, "p1")
    for day in range(10, 19):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(backup, "now", lambda day=day: f"2026-11-{day}T00:00:00.000+00:00")
            assert backup.keep_daily(workspace)
            assert backup.keep_daily(workspace) is None
    kept = sorted(path.name for path in backup.folder(workspace).iterdir())
    assert kept == [f"workspace-2026-11-{day}.db" for day in range(12, 19)]


def test_a_copy_can_take_the_place_of_the_database(workspace: Workspace) -> None:
    with db.write(workspace) as database:
        put(database, "p1")
    copy = backup.keep_daily(workspace)
    assert copy is not None
    for file in workspace.path.glob("workspace.db*"):
        file.unlink()
    copy.rename(workspace.database)
    assert count(Workspace.open(workspace.path)) == 1


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "network", lambda path: "nfs4")
    with pytest.raises(EngineError, match=r"lies on a network disk \(nfs4\).*Choose a folder on a disk of this computer"):
        Workspace.open(tmp_path / "new")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EngineError, match=r"file/deeper cannot be made: Not a directory\. Choose a folder you may write to"):
        Workspace.open(tmp_path / "file" / "deeper")


def test_the_workspace_is_the_variables_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "from the variable"))
    assert Workspace.open().path == tmp_path / "from the variable"
