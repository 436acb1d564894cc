"""Looks at the unseen rows: counted once for each run, kept when the run goes."""

from engine.store import looks
from engine.store.workspace import Workspace


def test_each_run_is_one_look_however_often_it_is_shown(workspace: Workspace) -> None:
    for run in ("r1", "r2", "r1", "r1"):
        looks.add(workspace, "d1", "rows", run)
    assert looks.count(workspace, "d1", "rows") == 2


def test_other_rows_and_other_data_are_counted_apart(workspace: Workspace) -> None:
    looks.add(workspace, "d1", "rows", "r1")
    assert looks.count(workspace, "d1", "others") == looks.count(workspace, "d2", "rows") == 0
