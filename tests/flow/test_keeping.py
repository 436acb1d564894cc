"""A supervisor that is killed while it removes much: what was deleted stays deleted, what was kept is whole, and the next one goes on."""

import pytest

from engine.store import runs, sizes, trash
from engine.store.workspace import Workspace
from tests.engine.waiting import queued
from tests.flow.toy import SUPERVISE
from tests.flow.watching import started, until

pytestmark = pytest.mark.slow
FILES = 6000


def test_a_killed_supervisor_leaves_the_rest_to_the_next(workspace: Workspace) -> None:
    gone, kept = (queued(workspace).id for _ in range(2))
    for id in (gone, kept):
        runs.wish(workspace, id, "cancel")
        for part in range(FILES // 500):
            folder = workspace.run(id) / "pictures" / str(part)
            folder.mkdir(parents=True)
            for i in range(500):
                (folder / f"{i}.bin").write_bytes(b"x" * 100)
    runs.delete(workspace, gone)
    assert not workspace.run(gone).exists()
    kills = 0
    while trash.pending(workspace) and kills < 50:
        before = sizes.bytes_in(trash.folder(workspace))
        with started(*SUPERVISE, workspace.path):
            until(lambda before=before: sizes.bytes_in(trash.folder(workspace)) < before or not trash.pending(workspace), "something goes")
        kills += 1
    with started(*SUPERVISE, workspace.path):
        until(lambda: not trash.pending(workspace) and not list(trash.folder(workspace).iterdir()), "all is gone")
        until(lambda: sizes.of_runs(workspace, [kept]) == FILES * 100, "what stays is measured")
    assert sizes.bytes_in(workspace.run(kept)) == FILES * 100
