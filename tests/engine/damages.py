"""Damages to a workspace, each planted by a function that returns what the doctor should say; and the repair that mends it."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from engine.store import backup, datasets, db, transitions, trash
from engine.store.datasets import Dataset
from engine.store.transitions import Point
from engine.store.workspace import Workspace
from tests.engine.waiting import SOMEBODY, at_work, finished, queued

Plant = Callable[[Workspace], str]


def dataset(workspace: Workspace, id: str) -> Path:
    shape = {"rows": 1, "columns": (), "reader": {}, "created": "2026-11-01T00:00:00.000+00:00", "source": "s", "typed": "t"}
    datasets.add(workspace, Dataset(id=id, name="Table", file_name="t.csv", bytes=1, sha256=id, **shape))
    workspace.dataset(id).mkdir()
    (workspace.dataset(id) / "original").write_text("a,b")
    return workspace.dataset(id)


def execute(workspace: Workspace, *statements: str, keys: bool = True) -> None:
    with db.connect(workspace) as database:
        database.execute(f"PRAGMA foreign_keys={'ON' if keys else 'OFF'}")
    with db.write(workspace) as database:
        for statement in statements:
            database.execute(statement)
    with db.connect(workspace) as database:
        database.execute("PRAGMA foreign_keys=ON")


def old(path: Path, days: float = 3) -> None:
    os.utime(path, (time.time() - days * 86400,) * 2)


def without_process(workspace: Workspace) -> str:
    at_work(workspace)
    return "It counts as being trained, but its process is gone."


def interrupted(workspace: Workspace) -> str:
    run = at_work(workspace)
    transitions.move(workspace, run.id, 1, "running", "interrupted", "worker_crash", "It crashed.")
    return "It was interrupted and waits to be started again."


def state_without_event(workspace: Workspace) -> str:
    execute(workspace, f"UPDATE runs SET state = 'cancelled' WHERE id = '{queued(workspace).id}'")
    return "Its history does not lead to its state."


def no_history(workspace: Workspace) -> str:
    run = at_work(workspace)
    transitions.move(workspace, run.id, 1, "running", "failed")
    execute(workspace, f"DELETE FROM events WHERE run = '{run.id}'")
    return "Its history does not lead to its state."


def two_ends(workspace: Workspace) -> str:
    run = finished(workspace).parent.name
    with db.write(workspace) as database:
        transitions.note(database, run, 1, "succeeded", "failed")
    return "Its history says twice how it ended."


def after_the_end(workspace: Workspace) -> str:
    run = finished(workspace).parent.name
    with db.write(workspace) as database:
        transitions.note(database, run, 1, "succeeded", "running")
    return "Its history goes on after its end."


def missing_change(workspace: Workspace) -> str:
    run = finished(workspace).parent.name
    execute(workspace, f"DELETE FROM events WHERE run = '{run}' AND after = 'starting'")
    return "A change is missing from its history."


def impossible_change(workspace: Workspace) -> str:
    run = queued(workspace)
    with db.write(workspace) as database:
        transitions.note(database, run.id, 0, "queued", "succeeded")
    return "Its history has a change that cannot be: from queued to succeeded."


def attempts_stand_still(workspace: Workspace) -> str:
    run = at_work(workspace)
    for before, after in (("running", "interrupted"), ("interrupted", "queued")):
        transitions.move(workspace, run.id, 1, before, after)
    assert transitions.claim(workspace, run.id, 1) == 2
    transitions.begin(workspace, run.id, 2, SOMEBODY)
    transitions.move(workspace, run.id, 2, "running", "failed")
    execute(workspace, f"UPDATE events SET attempt = 1 WHERE run = '{run.id}'", f"UPDATE runs SET attempt = 1 WHERE id = '{run.id}'")
    return "Its attempts do not count up."


def orphaned_rows(workspace: Workspace) -> str:
    run = "INSERT INTO metrics (run, name, step, value, kind) VALUES ('r9', 'loss', 1.0, 0.5, 'finite')"
    execute(workspace, run, keys=False)
    return "1 row is left of something that was deleted."


def project_gone(workspace: Workspace) -> str:
    run = queued(workspace)
    execute(workspace, f"UPDATE runs SET project = 'p9' WHERE id = '{run.id}'", keys=False)
    return "1 row is left of something that was deleted."


def numbers_again(workspace: Workspace) -> str:
    execute(workspace, "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'events'")
    return "Its numbering would begin again with numbers already in use, and pages would miss what is new."


def rule_gone(workspace: Workspace) -> str:
    execute(workspace, "DROP TRIGGER runs_end_once")
    return "The rule that a finished run stays finished is missing from the database."


def index_gone(workspace: Workspace) -> str:
    execute(workspace, "DROP INDEX runs_by_state")
    return "Something is missing from the database: runs_by_state."


def unrecorded_model(workspace: Workspace) -> str:
    execute(workspace, f"DELETE FROM models WHERE run = '{finished(workspace).parent.name}'")
    return "Its model is there and whole, but not recorded."


def recorded_too_early(workspace: Workspace) -> str:
    execute(workspace, f"INSERT INTO models VALUES ('{queued(workspace).id}', 'sum', 1, 't')")
    return "A model is recorded for it although it has not succeeded."


def broken_model(workspace: Workspace) -> str:
    (finished(workspace) / "model.bin").write_bytes(b"other weights")
    return "The file 'model.bin' of its model has changed since."


def measures_of_nothing(workspace: Workspace) -> str:
    run = queued(workspace)
    execute(workspace, f"INSERT INTO metrics (run, name, step, value, kind) VALUES ('{run.id}', 'loss', 1.0, 0.5, 'finite')")
    return "It has measures although it was never started."


def measures_taken_back(workspace: Workspace) -> str:
    run = at_work(workspace)
    for step in (1.0, 2.0, 2.5, 2.75, 2.25):
        transitions.report(workspace, run.id, 1, [Point("running_loss", step, 0.5)], {})
    transitions.move(workspace, run.id, 1, "running", "cancelled")
    return "2 of its measures are from an attempt that was taken back."


def measures_beyond(workspace: Workspace) -> str:
    run = at_work(workspace)
    transitions.report(workspace, run.id, 1, [Point("loss", 1.0, 0.5), Point("loss", 2.0, 0.5)], {})
    transitions.move(workspace, run.id, 1, "running", "paused")
    for number, step in ((1, 0.5), (2, 1.0)):
        folder = workspace.run(run.id) / "checkpoints" / str(number)
        folder.mkdir(parents=True)
        (folder / "state.json").write_text(json.dumps({"step": step}))
    return "It has measures beyond the point it will go on from."


def unknown_run(workspace: Workspace) -> str:
    run = finished(workspace).parent.name
    execute(workspace, f"DELETE FROM runs WHERE id = '{run}'")
    return "This folder holds a run that the database does not know."


def deleted_run(workspace: Workspace) -> str:
    workspace.run("r0000000000").mkdir()
    (workspace.run("r0000000000") / "log.txt").write_text("...")
    return "This folder belongs to a run that was deleted."


def unknown_data(workspace: Workspace) -> str:
    execute(workspace, f"DELETE FROM datasets WHERE id = '{dataset(workspace, 'd9').name}'")
    old(workspace.dataset("d9"))
    return "This folder belongs to data that the database does not know."


def unfinished_data(workspace: Workspace) -> str:
    folder = workspace.datasets / "d8.new"
    folder.mkdir()
    old(folder)
    return "This upload was never finished."


def values_gone(workspace: Workspace) -> str:
    trash.put(workspace, dataset(workspace, "d7"))
    trash.empty(workspace)
    return "Its values are gone from the disk."


def half_a_bundle(workspace: Workspace) -> str:
    (workspace.run(queued(workspace).id) / "bundle.tmp").mkdir(parents=True)
    return "This was being written when the program ended."


def half_a_copy(workspace: Workspace) -> str:
    backup.folder(workspace).mkdir(exist_ok=True)
    (backup.folder(workspace) / "workspace-2026-01-01.tmp").write_text("half")
    old(backup.folder(workspace) / "workspace-2026-01-01.tmp")
    return "This was being written when the program ended."


def half_an_upload(workspace: Workspace) -> str:
    path = workspace.uploads / f"{'a' * 32}.part"
    path.write_text("half")
    old(path)
    return "This upload was broken off more than a day ago."


def checkpoints_left(workspace: Workspace) -> str:
    folder = finished(workspace).parent / "checkpoints" / "3"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{}")
    return "It has ended, but what it would have gone on from is still there."


def full_trash(workspace: Workspace) -> str:
    (workspace.uploads / "x").write_text("x")
    trash.put(workspace, workspace.uploads / "x")
    return "Things that were deleted are still on the disk."


def no_copy(workspace: Workspace) -> str:
    execute(workspace, "UPDATE projects SET created = '2026-01-01T00:00:00+00:00'")
    return "There is no copy of the database yet."


def damaged_copy(workspace: Workspace) -> str:
    backup.folder(workspace).mkdir(exist_ok=True)
    (backup.folder(workspace) / "workspace-2026-01-01.db").write_bytes(b"no database" * 500)
    return "This copy of the database is damaged and would be of no help."


def no_format(workspace: Workspace) -> str:
    workspace.format.unlink()
    return "It does not say which form the database has."


PLANTS: dict[Plant, str] = {
    without_process: "settle",
    interrupted: "settle",
    state_without_event: "tell_anew",
    no_history: "tell_anew",
    two_ends: "tell_anew",
    after_the_end: "tell_anew",
    missing_change: "tell_anew",
    impossible_change: "tell_anew",
    attempts_stand_still: "tell_anew",
    orphaned_rows: "let_go",
    project_gone: "let_go",
    numbers_again: "count_on",
    rule_gone: "complete",
    index_gone: "complete",
    unrecorded_model: "record",
    recorded_too_early: "unrecord",
    broken_model: "delete_run",
    measures_of_nothing: "clear_measures",
    measures_taken_back: "take_back_measures",
    measures_beyond: "back_to_checkpoint",
    unknown_run: "relist",
    deleted_run: "drop",
    unknown_data: "drop_data",
    unfinished_data: "drop",
    values_gone: "forget_data",
    half_a_bundle: "drop",
    half_a_copy: "drop",
    half_an_upload: "drop",
    checkpoints_left: "drop",
    full_trash: "empty_trash",
    no_copy: "copy_now",
    damaged_copy: "drop_copy",
    no_format: "write_format",
}
