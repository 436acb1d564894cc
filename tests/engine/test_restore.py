"""A damaged database is refused in words, and its newest sound copy takes its place with all that can be brought back."""

import os
from pathlib import Path

import pytest

from engine.errors import Damaged, EngineError
from engine.jobs import locks, supervisor
from engine.jobs.keeping import Keeper
from engine.store import backup, datasets, db, doctor, projects, restore, runs, transitions
from engine.store.transitions import Point
from engine.store.workspace import Workspace
from tests.engine.damages import dataset
from tests.engine.waiting import at_work, finished, queued


def flip(workspace: Workspace, start: int = 4096, end: int | None = None) -> None:
    """Turns every bit of a part of the database file, as a dying disk would."""
    with db.connect(workspace) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    db.forget(workspace)
    with workspace.database.open("r+b") as file:
        file.seek(start)
        content = file.read(-1 if end is None else end - start)
        file.seek(start)
        file.write(bytes(255 - byte for byte in content))


def page_of(workspace: Workspace, name: str) -> int:
    """Where in the file the first page of a table or index begins."""
    row = db.rows(workspace, "SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,))[0]
    with db.connect(workspace) as database:
        return int((row["rootpage"] - 1) * database.execute("PRAGMA page_size").fetchone()[0])


def test_the_check_at_the_start_finds_flipped_bytes(workspace: Workspace) -> None:
    queued(workspace)
    flip(workspace)
    with pytest.raises(Damaged, match=r"cannot be used: .*modelwright doctor --repair"):
        Workspace.open(workspace.path, check=True)
    assert workspace.mark.exists()
    with pytest.raises(Damaged):
        Workspace.open(workspace.path)


def test_flipped_bytes_in_one_table_are_found_by_the_check(workspace: Workspace) -> None:
    queued(workspace)
    place = page_of(workspace, "events")
    flip(workspace, place, place + 4096)
    with pytest.raises(Damaged):
        Workspace.open(workspace.path, check=True)


def test_the_mark_goes_when_a_sound_file_is_put_back_by_hand(workspace: Workspace) -> None:
    queued(workspace)
    copy = backup.keep_daily(workspace)
    assert copy is not None
    flip(workspace)
    with pytest.raises(Damaged):
        Workspace.open(workspace.path, check=True)
    for path in workspace.path.glob("workspace.db*"):
        path.unlink()
    copy.rename(workspace.database)
    assert len(runs.all(Workspace.open(workspace.path))) == 1 and not workspace.mark.exists()


def test_a_supervisor_leaves_a_damaged_workspace_alone(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    flip(workspace)
    assert supervisor.main([str(workspace.path)]) == 1
    assert "cannot be used" in capsys.readouterr().err
    supervisor.ensure(workspace)
    assert locks.is_free(workspace.path / "supervisor.lock") and not (workspace.path / "supervisor.json").exists()


def test_the_newest_sound_copy_takes_its_place_and_the_damaged_file_is_kept(workspace: Workspace) -> None:
    projects.add(workspace, "Before")
    backup.keep_daily(workspace)
    flip(workspace)
    damaged = workspace.database.read_bytes()
    restored = restore.newest(workspace)
    assert [project.name for project in projects.all(workspace)] == ["Before"]
    assert (restored.aside / "workspace.db").read_bytes() == damaged
    assert db.damage(workspace) == "" and not workspace.mark.exists()
    assert "may be missing" in restored.words and str(restored.aside) in restored.words


def test_a_damaged_copy_is_passed_over(workspace: Workspace) -> None:
    projects.add(workspace, "Before")
    good = backup.keep_daily(workspace)
    assert good is not None
    os.utime(good, (1_700_000_000, 1_700_000_000))
    (good.parent / "workspace-2030-01-01.db").write_bytes(good.read_bytes()[:5000])
    flip(workspace)
    assert restore.newest(workspace).copy.path == good


def test_without_a_sound_copy_nothing_is_changed(workspace: Workspace) -> None:
    flip(workspace)
    before = workspace.database.read_bytes()
    with pytest.raises(EngineError, match=r"There is no sound copy of the database\."):
        restore.newest(workspace)
    assert workspace.database.read_bytes() == before


def test_what_the_copy_does_not_know_is_brought_back(workspace: Workspace) -> None:
    projects.add(workspace, "Before")
    backup.keep_daily(workspace)
    dataset(workspace, "d0123456789")
    projects.add(workspace, "After", "d0123456789")
    bundle = finished(workspace)
    place = page_of(workspace, "events")
    flip(workspace, place, place + 4096)
    restored = restore.newest(workspace)
    assert (restored.projects, restored.datasets, restored.runs) == (1, 1, 1)
    assert {project.name for project in projects.all(workspace)} == {"Before", "After"}
    assert [found.id for found in datasets.all(workspace)] == ["d0123456789"]
    assert [run.id for run in runs.all(workspace)] == [bundle.parent.name]
    assert doctor.examine(workspace) == [problem for problem in doctor.examine(workspace) if problem.where in {"SQLite", "Disk"}]


def test_a_training_at_work_is_not_pulled_the_rug(workspace: Workspace) -> None:
    backup.keep_daily(workspace)
    run = queued(workspace)
    lock = locks.take(workspace.run(run.id) / "lock")
    assert lock is not None
    flip(workspace)
    with pytest.raises(EngineError, match="A training is at work"):
        restore.newest(workspace)
    os.close(lock)


@pytest.mark.parametrize("step", ["_sync", "_refuse_at_work"])
def test_a_crash_in_between_leaves_a_database_and_the_next_try_succeeds(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    projects.add(workspace, "Before")
    backup.keep_daily(workspace)
    flip(workspace)

    def crash(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(restore, step, crash)
        with pytest.raises(KeyboardInterrupt):
            restore.newest(workspace)
    assert workspace.database.exists()
    restore.newest(workspace)
    assert [project.name for project in projects.all(workspace)] == ["Before"]


def test_the_doctor_offers_the_copy_for_a_damaged_database(workspace: Workspace) -> None:
    projects.add(workspace, "Before")
    backup.keep_daily(workspace)
    flip(workspace)
    problem = doctor.examine(workspace)[0]
    assert problem.what.startswith("The database is damaged")
    repair = doctor.repair_of(problem)
    assert repair is not None and repair.name == "restore" and repair.loses
    assert "again as it was on" in doctor.mend(workspace, problem)


def test_being_busy_is_no_damage(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.05)
    other = Workspace(tmp_path / "link")
    other.path.symlink_to(workspace.path)
    db.forget(workspace)
    with db.write(other), pytest.raises(db.Busy) as caught, db.write(workspace):
        pass
    assert not db.is_damage(caught.value)


def test_damage_among_the_measures_is_found_beside_the_work_and_all_are_told(workspace: Workspace) -> None:
    for _ in range(3):
        run = at_work(workspace)
        transitions.report(workspace, run.id, 1, [Point(f"loss{i}", float(i), 0.5) for i in range(200)], {})
    place = page_of(workspace, "metrics")
    flip(workspace, place, place + 4096)
    assert Workspace.open(workspace.path, check=True) == workspace
    Keeper(workspace).round()
    assert workspace.mark.exists()
    with pytest.raises(Damaged):
        Workspace.open(workspace.path)


def test_the_keeper_copies_once_an_hour_when_nothing_trains(workspace: Workspace) -> None:
    run = queued(workspace)
    keeper = Keeper(workspace)
    keeper.round()
    assert backup.paths(workspace) == []
    runs.wish(workspace, run.id, "cancel")
    keeper.round()
    assert len(backup.paths(workspace)) == 1
