"""The queue: who starts first, where, on which terms."""

import pytest

from engine.store import runs, transitions
from engine.store.workspace import Workspace
from engine.terms import Terms
from tests.engine.waiting import AnyPlan, at_work, queued

TWO = ["cpu:0", "cpu:1"]


def order(workspace: Workspace) -> list[str]:
    return [run.id for run in transitions.unfinished(workspace)]


def test_a_run_put_first_starts_before_all_others_and_pressing_again_changes_nothing(workspace: Workspace) -> None:
    first, second, third = (queued(workspace).id for _ in range(3))
    runs.put_first(workspace, third)
    assert order(workspace) == [third, first, second]
    urgency = runs.get(workspace, third).urgency
    for _ in range(10):
        assert runs.put_first(workspace, third).urgency == urgency
    runs.put_first(workspace, second)
    assert order(workspace) == [second, third, first]
    assert [run.id for run in runs.active(workspace)] == [second, third, first]


def test_a_run_at_work_or_ended_is_not_put_anywhere(workspace: Workspace) -> None:
    run, done = at_work(workspace), queued(workspace)
    runs.wish(workspace, done.id, "cancel")
    queued(workspace)
    assert runs.put_first(workspace, run.id).urgency == runs.put_first(workspace, done.id).urgency == 0


def test_each_place_is_taken_by_one_run(workspace: Workspace) -> None:
    ids = [queued(workspace).id for _ in range(3)]
    taken = [transitions.claim(workspace, id, 0, TWO) for id in ids]
    assert taken == [1, 1, None]
    assert [transitions.place(workspace, id) for id in ids] == ["cpu:0", "cpu:1", ""]
    transitions.move(workspace, ids[0], 1, "starting", "failed", "internal")
    assert transitions.claim(workspace, ids[2], 0, TWO) == 1
    assert runs.get(workspace, ids[2]).place == "cpu:0"


def test_a_run_started_by_hand_needs_room_too(workspace: Workspace) -> None:
    at_work(workspace)
    waiting = queued(workspace)
    assert transitions.claim(workspace, waiting.id, 0, ["cpu:0"]) is None
    assert transitions.claim(workspace, waiting.id, 0, TWO) == 1


def test_terms_are_kept_with_the_run_and_can_be_changed_until_it_has_ended(workspace: Workspace) -> None:
    run = runs.add(workspace, AnyPlan(), terms=Terms(minutes=10, megabytes=700))
    assert run.terms.most_seconds == 600 and run.terms.most_bytes is None
    assert runs.set_terms(workspace, run.id, Terms(gigabytes=2)).terms.most_bytes == 2_000_000_000
    assert transitions.terms(workspace, run.id) == Terms(gigabytes=2)
    runs.wish(workspace, run.id, "cancel")
    assert runs.set_terms(workspace, run.id, Terms()).terms == Terms(gigabytes=2)
    assert transitions.terms(workspace, "r0") == Terms()


def test_terms_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError):
        Terms(minutes=-1)


def test_a_run_that_could_never_be_trained_ends_with_the_reason(workspace: Workspace) -> None:
    run = queued(workspace)
    assert transitions.refuse(workspace, run.id, 0, "out_of_memory", "It needs about 30 GB.")
    found = runs.get(workspace, run.id)
    assert (found.state, found.reason, found.message) == ("failed", "out_of_memory", "It needs about 30 GB.")
    assert [event.after for event in runs.events(workspace, run.id)] == ["queued", "failed"]
