"""What a person may ask of a run that can be left and gone on with, and what many clicks do."""

from collections.abc import Callable

import pytest

from engine import datasets
from engine.checkpoints import Checkpoints
from engine.errors import EngineError
from engine.keep import Kept
from engine.store import runs, transitions
from engine.store.runs import Run
from engine.store.workspace import Workspace
from tests.engine.waiting import SOMEBODY, AnyPlan, at_work, queued


def kept(workspace: Workspace, run: Run, step: float = 12.5) -> Run:
    """The same run with a checkpoint."""
    workspace.run(run.id).mkdir(exist_ok=True)
    Checkpoints(workspace.checkpoints(run.id), "it").offer(lambda: Kept(step, {}), must=True)
    return run


def paused(workspace: Workspace) -> Run:
    run = kept(workspace, at_work(workspace))
    runs.wish(workspace, run.id, "pause")
    assert transitions.pause(workspace, run.id, 1, "It goes on from epoch 12.")
    return runs.get(workspace, run.id)


def history(workspace: Workspace, run: Run) -> list[str]:
    return [event.after for event in runs.events(workspace, run.id)]


def test_pausing_a_run_at_work_and_letting_it_go_on(workspace: Workspace) -> None:
    run = paused(workspace)
    assert (run.state, run.wish, run.message, run.is_done, run.is_active) == ("paused", None, "It goes on from epoch 12.", False, False)
    assert runs.active(workspace) == [] and [r.id for r in runs.active(workspace, with_paused=True)] == [run.id]
    again = runs.resume(workspace, run.id)
    assert (again.state, again.message) == ("queued", "It goes on from epoch 12.")
    assert transitions.interruptions(workspace, run.id) == 0


@pytest.mark.parametrize(("click", "state"), [(lambda w, i: runs.wish(w, i, "pause"), "running"), (runs.resume, "queued")])
def test_ten_clicks_do_one_thing(workspace: Workspace, click: Callable[[Workspace, str], Run], state: str) -> None:
    run = at_work(workspace) if state == "running" else paused(workspace)
    before = len(history(workspace, run))
    found = [click(workspace, run.id) for _ in range(10)]
    assert {r.state for r in found} == {state} and len({r.wish for r in found}) == 1
    assert len(history(workspace, run)) == before + (state == "queued")


def test_a_wish_to_pause_can_be_taken_back(workspace: Workspace) -> None:
    run = at_work(workspace)
    runs.wish(workspace, run.id, "pause")
    assert runs.resume(workspace, run.id).wish is None


def test_taken_back_too_late_the_run_goes_on_at_once(workspace: Workspace) -> None:
    run = at_work(workspace)
    runs.wish(workspace, run.id, "pause")
    runs.resume(workspace, run.id)
    transitions.pause(workspace, run.id, 1, "It goes on from epoch 12.")
    assert runs.get(workspace, run.id).state == "queued"
    assert history(workspace, run)[-2:] == ["paused", "queued"]


@pytest.mark.parametrize(("asked", "state", "wish"), [("cancel", "cancelled", "cancel"), ("stop", "queued", "stop")])
def test_what_was_asked_while_it_was_being_paused_counts(workspace: Workspace, asked: runs.Asked, state: str, wish: str) -> None:
    run = at_work(workspace)
    runs.wish(workspace, run.id, "pause")
    runs.wish(workspace, run.id, asked)
    transitions.pause(workspace, run.id, 1, "It goes on from epoch 12.")
    found = runs.get(workspace, run.id)
    assert (found.state, found.wish) == (state, wish)


def test_stop_outranks_pause_and_cancel_outranks_both(workspace: Workspace) -> None:
    run = at_work(workspace)
    asked: list[runs.Asked] = ["pause", "stop", "pause", "cancel", "stop", "pause"]
    assert [runs.wish(workspace, run.id, one).wish for one in asked] == ["pause", "stop", "stop", "cancel", "cancel", "cancel"]


def test_a_waiting_run_is_paused_at_once(workspace: Workspace) -> None:
    run = queued(workspace)
    assert runs.wish(workspace, run.id, "pause").state == "paused"
    assert transitions.unfinished(workspace) == []
    assert runs.resume(workspace, run.id).message == "It starts again from the beginning."


def test_cancelling_a_paused_run_takes_its_checkpoints_away(workspace: Workspace) -> None:
    run = paused(workspace)
    assert runs.wish(workspace, run.id, "cancel").message == "Cancelled."
    assert not workspace.checkpoints(run.id).exists()


def test_stopping_a_paused_run_lets_it_be_judged(workspace: Workspace) -> None:
    run = paused(workspace)
    stopped = runs.wish(workspace, run.id, "stop")
    assert (stopped.state, stopped.wish, stopped.message) == ("queued", "stop", "The best model so far will be judged and kept.")
    assert transitions.claim(workspace, run.id, 1) == 2 and transitions.begin(workspace, run.id, 2, SOMEBODY)
    assert transitions.asked(workspace, run.id, 2) == "stop"


def test_stopping_a_run_that_waits_to_go_on_lets_it_be_judged(workspace: Workspace) -> None:
    run = kept(workspace, queued(workspace))
    assert (runs.wish(workspace, run.id, "stop").state, runs.get(workspace, run.id).wish) == ("queued", "stop")


def test_stopping_a_paused_run_that_kept_nothing_is_refused(workspace: Workspace) -> None:
    run = queued(workspace)
    runs.wish(workspace, run.id, "pause")
    with pytest.raises(EngineError, match="This training kept nothing when it was paused. Let it go on, or cancel it."):
        runs.wish(workspace, run.id, "stop")
    assert runs.get(workspace, run.id).state == "paused"


def test_the_data_of_a_paused_run_cannot_be_deleted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.add(workspace, AnyPlan(dataset="d1"))
    runs.wish(workspace, run.id, "pause")
    monkeypatch.setattr(datasets, "get", lambda workspace, id: type("Any", (), {"name": "Patients"}))
    with pytest.raises(EngineError, match="The dataset 'Patients' is in use by a run"):
        datasets.delete(workspace, "d1")


def test_a_run_that_has_ended_is_neither_paused_nor_resumed(workspace: Workspace) -> None:
    run = at_work(workspace)
    runs.move(workspace, run.id, 1, "running", "failed")
    assert runs.wish(workspace, run.id, "pause").state == runs.resume(workspace, run.id).state == "failed"
