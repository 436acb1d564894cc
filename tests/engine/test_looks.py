"""Looks at the unseen rows: counted once for each run, kept when the run goes."""

import pytest

from engine.store import db, looks
from engine.store.workspace import Workspace
from tests.engine.waiting import queued


def test_each_run_is_one_look_however_often_it_is_shown(workspace: Workspace) -> None:
    for run in ("r1", "r2", "r1", "r1"):
        looks.add(workspace, "d1", "rows", run)
    assert looks.count(workspace, "d1", "rows") == 2


def test_the_same_model_trained_again_shows_nothing_new(workspace: Workspace) -> None:
    first, again, stopped, other = (queued(workspace) for _ in range(4))
    with db.write(workspace) as database:
        database.execute("UPDATE runs SET score = '1'")
        database.execute("UPDATE runs SET score = '2' WHERE id = ?", (stopped.id,))
        database.execute("UPDATE runs SET plan = '{\"seed\": 1}' WHERE id = ?", (other.id,))
    for run in (first, again, stopped, other):
        looks.add(workspace, "d1", "rows", run.id)
    assert looks.count(workspace, "d1", "rows") == 3
    assert looks.count(workspace, "d1", "rows", besides=again.id) == 1


def test_other_rows_and_other_data_are_counted_apart(workspace: Workspace) -> None:
    looks.add(workspace, "d1", "rows", "r1")
    assert looks.count(workspace, "d1", "others") == looks.count(workspace, "d2", "rows") == 0


@pytest.mark.parametrize(
    ("split", "unseen", "state", "had"),
    [
        ('{"spares_unseen": false}', "others", "succeeded", True),
        ('{"outside": ""}', "others", "succeeded", True),
        ('{"spares_unseen": true}', "others", "succeeded", False),
        ('{"outside": "d2"}', "others", "succeeded", False),
        ("{}", "rows", "succeeded", False),
        ("{}", "others", "failed", False),
    ],
)
def test_other_rows_that_were_unseen_before_are_known(workspace: Workspace, split: str, unseen: str, state: str, had: bool) -> None:
    run = queued(workspace)
    with db.write(workspace) as database:
        database.execute(
            "UPDATE runs SET dataset = 'd1', state = ?, plan = ?, facts = ? WHERE id = ?",
            (state, f'{{"split": {split}}}', f'{{"unseen": "{unseen}"}}', run.id),
        )
    assert looks.had_others(workspace, "d1", "rows") is had and not looks.had_others(workspace, "d9", "rows")


def test_a_run_whose_score_was_said_where_it_ended_is_a_look(workspace: Workspace) -> None:
    for rows, state, spares in (("rows", "succeeded", 0), ("rows", "failed", 0), ("others", "succeeded", 0), ("rows", "succeeded", 1)):
        plan = f'{{"split": {{"spares_unseen": {"true" if spares else "false"}}}}}'
        run = queued(workspace)
        with db.write(workspace) as database:
            database.execute(
                "UPDATE runs SET dataset = 'd1', state = ?, plan = ?, facts = ? WHERE id = ?",
                (state, plan, f'{{"unseen": "{rows}"}}', run.id),
            )
    looks.add_said(workspace, "d1", "rows")
    looks.add_said(workspace, "d1", "rows")
    assert looks.count(workspace, "d1", "rows") == 1
