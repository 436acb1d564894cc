"""Each damage the doctor can mend: planted, reported, mended, gone; and nothing else is lost."""

import json
import os
import sys
import time
from typing import Any

import pytest

from engine.jobs import locks, processes
from engine.store import backup, db, disk, doctor, migrations, projects, runs, transitions, trash
from engine.store.doctor import histories
from engine.store.transitions import Identity, Point
from engine.store.workspace import Workspace
from tests.engine.damages import PLANTS, Plant, dataset, full_trash, no_copy, orphaned_rows, unknown_run
from tests.engine.waiting import AnyPlan, at_work, finished, queued
from tests.flow.watching import started


@pytest.fixture(autouse=True)
def _good_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "version", lambda: (3, 53, 4))
    monkeypatch.setattr(disk, "free", lambda path: 100 * 2**30)
    monkeypatch.setattr(histories, "WAIT_SECONDS", 0.0)


@pytest.fixture
def lived_in(workspace: Workspace) -> Workspace:
    """A workspace with a dataset, a project, a finished run with measures, and one that waits: sound, and nobody's business."""
    dataset(workspace, "d0123456789")
    project = projects.add(workspace, "Mine", "d0123456789", {"target": "c0001"})
    runs.add(workspace, AnyPlan(), project=project.id)
    run = at_work(workspace)
    transitions.report(workspace, run.id, 1, [Point("loss", 1.0, 0.5), Point("loss", 2.0, 0.25)], {"seconds": 3})
    transitions.move(workspace, run.id, 1, "running", "failed", "diverged", "It diverged.")
    finished(workspace)
    assert doctor.examine(workspace) == []
    return workspace


def state_of(workspace: Workspace) -> dict[str, Any]:
    """All rows and all files, but for notes of the house itself."""
    tables = [name for name, sql in migrations.sound_schema().items() if sql.startswith("CREATE TABLE") and name not in {"sizes"}]
    rows = {(table, json.dumps(row, sort_keys=True)) for table in tables for row in db.rows(workspace, f"SELECT * FROM {table}")}
    kept = [workspace.runs, workspace.datasets, workspace.uploads, backup.folder(workspace)]
    files = {(str(path), path.read_bytes()) for folder in kept for path in folder.rglob("*") if path.is_file() and path.name != "lock"}
    return {"rows": rows, "files": files}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_what_is_wrong_is_told_and_mended_and_nothing_else_is_lost(lived_in: Workspace, plant: Plant) -> None:
    before = state_of(lived_in)
    said = plant(lived_in)
    problems = doctor.examine(lived_in)
    assert (said, PLANTS[plant]) in [(problem.what, repair.name) for problem in problems if (repair := doctor.repair_of(problem))]
    for problem in problems:
        assert doctor.mend(lived_in, problem)
    while [problem.what for problem in doctor.examine(lived_in)] == ["Things that were deleted are still on the disk."]:
        trash.empty(lived_in)
    assert doctor.examine(lived_in) == []
    after = state_of(lived_in)
    if plant is no_copy:
        before["rows"] = after["rows"]
    assert before["rows"] <= after["rows"] and before["files"] <= after["files"]


def test_every_repair_is_planted_for() -> None:
    """The other two need a process (below) and a damaged file (test_restore)."""
    assert set(doctor.REPAIRS) == {*PLANTS.values(), "end", "restore"}


def test_a_repair_that_loses_something_says_what(lived_in: Workspace) -> None:
    assert {name for name, repair in doctor.REPAIRS.items() if repair.loses} == {"restore", "delete_run", "drop_data", "forget_data"}


def test_an_orphaned_measure_is_written_down_before_it_goes(lived_in: Workspace) -> None:
    orphaned_rows(lived_in)
    (problem,) = doctor.examine(lived_in)
    doctor.mend(lived_in, problem)
    assert json.loads((lived_in.logs / "doctor.log").read_text())["taken_away"][0]["run"] == "r9"


def test_a_run_listed_again_without_a_model_says_so(lived_in: Workspace) -> None:
    unknown_run(lived_in)
    (problem,) = doctor.examine(lived_in)
    assert doctor.mend(lived_in, problem) == "It is listed, without a model."
    run = runs.all(lived_in)[0]
    assert (run.state, run.name, run.dataset) == ("failed", "A plan", "d0123456789")
    assert run.message == "It was listed again from its folder; how far the training came is not known."


def test_a_process_that_works_on_an_ended_run_is_ended(lived_in: Workspace) -> None:
    run = finished(lived_in).parent
    hold = "import sys, time, pathlib; from engine.jobs import locks; lock = locks.take(pathlib.Path(sys.argv[1])); time.sleep(60)"
    with started(sys.executable, "-c", hold, run / "lock") as process:
        while locks.is_free(run / "lock"):
            time.sleep(0.02)
        found = processes.of(process.pid)
        assert found is not None
        with db.write(lived_in) as database:
            database.execute("UPDATE runs SET pid = ?, ticks = ?, boot = ? WHERE id = ?", (found.pid, found.ticks, found.boot, run.name))
        (problem,) = doctor.examine(lived_in)
        assert problem.what == "It has ended, but a process still works on it."
        assert doctor.mend(lived_in, problem) == "The process has ended."
    assert doctor.examine(lived_in) == []


def test_a_stranger_is_not_ended(lived_in: Workspace) -> None:
    run = finished(lived_in).parent
    lock = locks.take(run / "lock")
    assert lock is not None
    me = processes.of(os.getpid())
    assert me is not None
    wrong = Identity(me.pid, me.ticks - 1, me.boot)
    with db.write(lived_in) as database:
        database.execute("UPDATE runs SET pid = ?, ticks = ?, boot = ? WHERE id = ?", (wrong.pid, wrong.ticks, wrong.boot, run.name))
    (problem,) = doctor.examine(lived_in)
    assert doctor.mend(lived_in, problem).startswith("Its process is not known here")
    os.close(lock)


def test_what_came_into_use_meanwhile_is_left_alone(lived_in: Workspace) -> None:
    run = queued(lived_in)
    folder = lived_in.run(run.id) / "bundle.tmp"
    folder.mkdir(parents=True)
    (problem,) = doctor.examine(lived_in)
    lock = locks.take(lived_in.run(run.id) / "lock")
    assert lock is not None
    assert doctor.mend(lived_in, problem) == "It is in use or gone meanwhile; nothing was done."
    assert folder.exists()
    os.close(lock)


def test_a_run_on_its_way_out_is_no_damage(lived_in: Workspace) -> None:
    id = queued(lived_in).id
    (lived_in.run(id)).mkdir()
    (lived_in.run(id) / "plan.json").write_text('{"dataset": "d"}')
    with db.write(lived_in) as database:
        database.execute("DELETE FROM runs WHERE id = ?", (id,))
        trash.promise(database, f"runs/{id}")
    (problem,) = doctor.examine(lived_in)
    assert problem.where == "Trash" and doctor.mend(lived_in, problem) == "The trash is empty."
    assert not lived_in.run(id).exists() and doctor.examine(lived_in) == []


def test_a_trash_that_a_supervisor_is_emptying_is_no_damage(lived_in: Workspace) -> None:
    full_trash(lived_in)
    lock = locks.take(lived_in.path / "supervisor.lock")
    assert lock is not None and doctor.examine(lived_in) == []
    os.close(lock)
    assert [problem.where for problem in doctor.examine(lived_in)] == ["Trash"]
