"""A workspace that is moved or deleted while processes still work for it does not come back with little in it."""

from pathlib import Path

import pytest

from engine import manifest
from engine.jobs import locks, supervisor
from engine.jobs.keeping import Keeper
from engine.store import backup, transitions
from engine.store.workspace import Workspace


@pytest.fixture
def gone(tmp_path: Path) -> Workspace:
    workspace = Workspace.open(tmp_path / "gone")
    workspace.path.rename(tmp_path / "elsewhere")
    return workspace


def test_no_daily_copy_is_made_where_the_workspace_was(gone: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup.db, "damage", lambda workspace: "")  # It was still there when this was asked.
    with pytest.raises(FileNotFoundError):
        backup.keep_daily(gone)
    assert not gone.path.exists()


def test_the_housekeeping_says_so_and_makes_nothing(
    gone: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backup.db, "damage", lambda workspace: "")
    monkeypatch.setattr(transitions, "unfinished", lambda workspace: [])
    Keeper(gone).round()
    assert "Housekeeping: FileNotFoundError" in "".join(capfd.readouterr())
    assert not gone.path.exists()


def test_no_lock_and_no_checkpoint_brings_it_back(gone: Workspace) -> None:
    with pytest.raises(FileNotFoundError):
        locks.take(gone.run("r0123456789") / "lock")
    with pytest.raises(FileNotFoundError):
        manifest.write(gone.checkpoints("r0123456789") / "1", lambda folder: None)
    assert not gone.path.exists()


def test_a_page_that_is_still_open_starts_no_supervisor_for_it(gone: Workspace) -> None:
    supervisor.ensure(gone)
    assert not gone.path.exists()
