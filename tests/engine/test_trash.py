"""Deleting much takes no time on the page, and goes on after a crash; sizes are measured beside it."""

from pathlib import Path

import pytest

from engine.jobs.keeping import Keeper
from engine.store import db, runs, sizes, trash
from engine.store.workspace import Workspace
from tests.engine.waiting import at_work, finished, queued


def filled(workspace: Workspace, files: int = 5) -> Path:
    folder = workspace.run(queued(workspace).id)
    (folder / "deep" / "deeper").mkdir(parents=True)
    for i in range(files):
        (folder / "deep" / "deeper" / f"{i}.bin").write_bytes(b"x" * 1000)
    return folder


def test_a_deleted_run_is_out_of_sight_at_once_and_gone_later(workspace: Workspace) -> None:
    folder = filled(workspace)
    runs.delete(workspace, folder.name)
    assert not folder.exists() and sizes.bytes_in(trash.folder(workspace)) == 5000
    assert trash.empty(workspace)
    assert list(trash.folder(workspace).iterdir()) == [] and trash.pending(workspace) == []


def test_a_crash_before_the_folder_was_moved_only_delays_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, kept = filled(workspace), filled(workspace)
    with monkeypatch.context() as patch:
        patch.setattr(trash, "keep_promise", lambda workspace, place: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            runs.delete(workspace, folder.name)
    assert folder.exists() and trash.pending(workspace) == [f"runs/{folder.name}"]
    Keeper(workspace).round()
    assert not folder.exists() and trash.pending(workspace) == [] and sizes.bytes_in(kept) == 5000


def test_emptying_stops_when_asked_and_goes_on_where_it_was(workspace: Workspace) -> None:
    folder = filled(workspace, files=50)
    runs.delete(workspace, folder.name)
    looks = iter([False] * 20)
    assert not trash.empty(workspace, lambda: next(looks, True))
    left = sizes.bytes_in(trash.folder(workspace))
    assert 0 < left < 50_000 and trash.pending(workspace) == [f"runs/{folder.name}"]
    assert trash.empty(workspace) and trash.pending(workspace) == []


def test_what_a_link_points_to_stays(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").write_text("kept")
    folder = filled(workspace)
    (folder / "deep" / "link").symlink_to(tmp_path / "elsewhere")
    runs.delete(workspace, folder.name)
    assert trash.empty(workspace)
    assert (tmp_path / "elsewhere" / "precious").read_text() == "kept"


def test_a_folder_on_another_disk_is_removed_where_it_is(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled(workspace)

    def other_disk(self: Path, target: Path) -> Path:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "rename", other_disk)
    runs.delete(workspace, folder.name)
    assert not folder.exists()


def test_sizes_are_measured_once_and_again_when_a_run_has_changed(workspace: Workspace) -> None:
    folder = filled(workspace)
    assert sizes.of_runs(workspace, [folder.name]) is None
    sizes.measure(workspace)
    assert sizes.of_runs(workspace, [folder.name]) == 5000
    (folder / "more").write_bytes(b"x" * 500)
    sizes.measure(workspace)
    assert sizes.of_runs(workspace, [folder.name]) == 5000
    runs.wish(workspace, folder.name, "cancel")
    sizes.measure(workspace)
    assert sizes.of_runs(workspace, [folder.name]) == 5500


def test_a_run_at_work_is_measured_every_time(workspace: Workspace) -> None:
    run = at_work(workspace)
    sizes.measure(workspace)
    workspace.run(run.id).mkdir(exist_ok=True)
    (workspace.run(run.id) / "log.txt").write_bytes(b"x" * 70)
    sizes.measure(workspace)
    assert sizes.of_runs(workspace, [run.id]) == 70


def test_the_whole_is_told_with_what_is_free(workspace: Workspace) -> None:
    bundle = finished(workspace)
    sizes.measure(workspace)
    room = sizes.room(workspace)
    assert room.runs == sizes.bytes_in(bundle.parent) and room.datasets == 0
    assert room.taken == room.runs + room.rest and 0 < room.free < room.total


def test_a_deleted_run_counts_no_more(workspace: Workspace) -> None:
    folder = filled(workspace)
    sizes.measure(workspace)
    runs.delete(workspace, folder.name)
    assert f"runs/{folder.name}" not in sizes.all(workspace)
    assert db.rows(workspace, "SELECT place FROM sizes WHERE place LIKE 'runs/%'") == []
