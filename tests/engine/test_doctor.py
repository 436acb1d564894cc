"""The doctor finds what each promise about runs forbids, and nothing in a sound workspace."""

import os

import pytest

from engine.jobs import locks
from engine.store import db, disk, doctor
from engine.store.workspace import Workspace
from tests.engine.waiting import at_work, finished, queued


@pytest.fixture(autouse=True)
def _good_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "version", lambda: (3, 53, 4))
    monkeypatch.setattr(disk, "free", lambda path: 100 * 2**30)


def said(workspace: Workspace) -> list[str]:
    return [problem.what for problem in doctor.examine(workspace)]


def test_a_sound_workspace_has_no_problems(workspace: Workspace) -> None:
    finished(workspace)
    queued(workspace)
    run = at_work(workspace)
    lock = locks.take(workspace.run(run.id) / "lock")
    assert lock is not None and said(workspace) == []
    os.close(lock)


def test_a_run_at_work_without_a_process_is_found(workspace: Workspace) -> None:
    at_work(workspace)
    assert said(workspace) == ["It counts as being trained, but its process is gone."]


def test_a_missing_model_is_found(workspace: Workspace) -> None:
    (finished(workspace) / "model.bin").unlink()
    assert said(workspace) == ["The file 'model.bin' of its model is missing."]


def test_a_changed_model_is_found(workspace: Workspace) -> None:
    (finished(workspace) / "model.bin").write_bytes(b"other weights")
    assert said(workspace) == ["The file 'model.bin' of its model has changed since."]


def test_an_exchanged_model_is_found(workspace: Workspace) -> None:
    (finished(workspace) / "manifest.json").write_text("{}")
    assert said(workspace) == ["Its model is not the one that was recorded when it was finished."]


def test_a_state_without_its_event_is_found(workspace: Workspace) -> None:
    run = queued(workspace)
    with db.write(workspace) as database:
        database.execute("UPDATE runs SET state = 'cancelled' WHERE id = ?", (run.id,))
    assert said(workspace) == ["Its history does not lead to its state."]


def test_a_folder_without_its_run_is_found(workspace: Workspace) -> None:
    workspace.run("r0000000000").mkdir()
    assert said(workspace) == ["This folder belongs to a run that was deleted."]


def test_an_old_sqlite_is_a_warning_with_the_way_out(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "version", lambda: (3, 40, 1))
    (problem,) = doctor.examine(workspace)
    assert problem.what.startswith("SQLite 3.40.1 has a rare fault") and "pysqlite3" in problem.fix and problem.level == "warn"


def test_little_room_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free", lambda path: 2**29)
    assert said(workspace) == ["Only 0.5 GB are free. No training starts until there is more."]


def test_a_damaged_database_is_told_first_and_alone(workspace: Workspace) -> None:
    at_work(workspace)
    with db.connect(workspace) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    content = bytearray(workspace.database.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    workspace.database.unlink()
    workspace.database.write_bytes(content)
    problems = doctor.examine(workspace)
    assert [p.level for p in problems] == ["stop"] and problems[0].what.startswith("The database is damaged")


def test_a_missing_rule_is_told(workspace: Workspace) -> None:
    with db.write(workspace) as database:
        database.execute("DROP TRIGGER runs_end_once")
    assert said(workspace) == ["The rule that a finished run stays finished is missing from the database."]
