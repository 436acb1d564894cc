"""Runs: the states, the fencing of old attempts, and what a person may ask of them."""

import pytest

from engine.errors import EngineError, NotFound
from engine.store import db, metrics, models, projects, runs, transitions
from engine.store.workspace import Workspace
from tests.engine.waiting import SOMEBODY, AnyPlan, at_work, queued


def test_a_new_run_waits_with_its_plan(workspace: Workspace) -> None:
    run = queued(workspace, name="Mine")
    assert (run.state, run.attempt, run.name, run.dataset, run.plan["name"]) == ("queued", 0, "Mine", "d0123456789", "A plan")
    assert run.id.startswith("r") and len(run.id) == 11


def test_a_run_without_a_name_takes_the_plans(workspace: Workspace) -> None:
    assert queued(workspace).name == "A plan"


def test_the_same_request_twice_is_one_run(workspace: Workspace) -> None:
    first = runs.add(workspace, AnyPlan(), request="click 1")
    assert runs.add(workspace, AnyPlan(), request="click 1").id == first.id
    assert len(runs.all(workspace)) == 1 and len(runs.events(workspace, first.id)) == 1


def test_runs_come_newest_first_and_by_project(workspace: Workspace) -> None:
    project = projects.add(workspace, "P").id
    ids = [queued(workspace, project=project).id, queued(workspace).id, queued(workspace, project=project).id]
    assert [r.id for r in runs.all(workspace)] == ids[::-1]
    assert [r.id for r in runs.all(workspace, project=project, limit=1)] == [ids[2]]


def test_every_change_of_state_has_its_event(workspace: Workspace) -> None:
    run = at_work(workspace)
    runs.move(workspace, run.id, 1, "running", "failed", "diverged", "The loss became infinite.")
    told = [(e.before, e.after, e.attempt, e.reason) for e in runs.events(workspace, run.id)]
    assert told == [
        (None, "queued", 0, ""),
        ("queued", "starting", 1, ""),
        ("starting", "running", 1, ""),
        ("running", "failed", 1, "diverged"),
    ]


def test_a_lost_race_is_false_and_leaves_no_event(workspace: Workspace) -> None:
    run = at_work(workspace)
    assert not runs.move(workspace, run.id, 2, "running", "failed")
    assert not runs.move(workspace, run.id, 1, "starting", "failed")
    assert transitions.claim(workspace, run.id, 1) is None
    assert len(runs.events(workspace, run.id)) == 3


def test_a_state_cannot_be_skipped(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="cannot go from 'queued' to 'succeeded'"):
        runs.move(workspace, queued(workspace).id, 0, "queued", "succeeded")


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_the_database_itself_keeps_a_finished_run_finished(workspace: Workspace, end: str) -> None:
    run = at_work(workspace)
    runs.move(workspace, run.id, 1, "running", end)
    with pytest.raises(db.DatabaseError, match="a run that has ended cannot change its state"), db.write(workspace) as database:
        database.execute("UPDATE runs SET state = 'queued' WHERE id = ?", (run.id,))


def test_only_so_many_runs_are_taken_as_there_are_slots(workspace: Workspace) -> None:
    first, second = queued(workspace), queued(workspace)
    assert transitions.claim(workspace, first.id, 0, slots=1) == 1
    assert transitions.claim(workspace, second.id, 0, slots=1) is None
    assert transitions.claim(workspace, second.id, 0, slots=2) == 1


def test_a_new_attempt_starts_with_nothing_of_the_old_one(workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    runs.set_facts(workspace, run.id, 1, {"epoch": 1})
    runs.move(workspace, run.id, 1, "running", "interrupted", "worker_crash")
    runs.move(workspace, run.id, 1, "interrupted", "queued")
    assert transitions.claim(workspace, run.id, 1) == 2
    waiting = runs.get(workspace, run.id)
    assert (waiting.attempt, waiting.begun, waiting.facts, waiting.pid) == (2, 1, {"epoch": 1}, None)
    assert transitions.begin(workspace, run.id, 2, SOMEBODY)
    again = runs.get(workspace, run.id)
    assert (again.attempt, again.begun, again.facts) == (2, 2, {})
    assert metrics.series(workspace, run.id) == {}


def test_an_attempt_that_goes_on_finds_the_store_as_it_was_at_that_moment(workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    metrics.add(workspace, run.id, 1, 2.5, {"running_loss": 0.3})
    runs.set_facts(workspace, run.id, 1, {"epoch": 2, "stage": "Learning"})
    interrupt(workspace, run.id, 1)
    place = transitions.Resumption(2.0, (transitions.Point("loss", 1.0, 0.5), transitions.Point("loss", 2.0, 0.4)), {"epoch": 1})
    assert transitions.claim(workspace, run.id, 1) == 2 and transitions.begin(workspace, run.id, 2, SOMEBODY, place)
    again = runs.get(workspace, run.id)
    assert (again.facts, again.resumed, again.begun) == ({"epoch": 1}, 2.0, 2)
    assert metrics.series(workspace, run.id) == {"loss": ([1.0, 2.0], [0.5, 0.4])}


def test_only_attempts_that_got_no_further_are_counted(workspace: Workspace) -> None:
    run = at_work(workspace)
    interrupt(workspace, run.id, 1, reached=3.0)
    for attempt, reached in ((2, 5.0), (3, 5.0), (4, 5.0)):
        transitions.claim(workspace, run.id, attempt - 1)
        transitions.begin(workspace, run.id, attempt, SOMEBODY, transitions.Resumption(5.0 if attempt > 2 else 3.0))
        interrupt(workspace, run.id, attempt, reached)
    assert [event.progress for event in runs.events(workspace, run.id) if event.after == "interrupted"] == [True, True, False, False]
    assert transitions.interruptions(workspace, run.id, "worker_crash") == 2 == transitions.interruptions(workspace, run.id)
    assert transitions.interruptions(workspace, run.id, "disk_full") == 0


def interrupt(workspace: Workspace, id: str, attempt: int, reached: float = 0.0) -> None:
    assert transitions.interrupt(workspace, id, attempt, "running", transitions.Cause("worker_crash", "", reached))
    assert runs.move(workspace, id, attempt, "interrupted", "queued")


def test_what_an_old_attempt_writes_is_not_taken(workspace: Workspace) -> None:
    run = at_work(workspace)
    runs.move(workspace, run.id, 1, "running", "interrupted", "worker_crash")
    assert not metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    runs.move(workspace, run.id, 1, "interrupted", "queued")
    transitions.claim(workspace, run.id, 1)
    transitions.begin(workspace, run.id, 2, SOMEBODY)
    assert not metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    assert not runs.set_facts(workspace, run.id, 1, {"epoch": 9})
    assert not runs.set_score(workspace, run.id, 1, {"value": 1})
    assert not transitions.succeed(workspace, run.id, 1, {}, "digest", 1)
    assert transitions.asked(workspace, run.id, 1) is None
    assert metrics.series(workspace, run.id) == {}


def test_facts_are_added_to_those_there_are(workspace: Workspace) -> None:
    run = at_work(workspace)
    runs.set_facts(workspace, run.id, 1, {"rows": {"train": 8}, "epoch": 1})
    runs.set_facts(workspace, run.id, 1, {"epoch": 2, "best": {"value": float("nan")}})
    assert runs.get(workspace, run.id).facts == {"rows": {"train": 8}, "epoch": 2, "best": {"value": None}}


def test_success_records_score_and_model_together(workspace: Workspace) -> None:
    run = at_work(workspace)
    assert transitions.succeed(workspace, run.id, 1, {"label": "Accuracy", "value": 0.9}, "digest", 1234)
    done = runs.get(workspace, run.id)
    assert done.is_done and done.ended and done.score == {"label": "Accuracy", "value": 0.9}
    assert (models.get(workspace, run.id).manifest, models.get(workspace, run.id).bytes) == ("digest", 1234)


def test_a_run_without_a_model_says_so(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="This run has no model"):
        models.get(workspace, queued(workspace).id)


@pytest.mark.parametrize("asked", ["stop", "cancel"])
def test_a_waiting_run_is_cancelled_at_once(workspace: Workspace, asked: runs.Asked) -> None:
    run = runs.wish(workspace, queued(workspace).id, asked)
    assert (run.state, run.reason, run.message) == ("cancelled", "user_cancel", "Cancelled before it started.")


def test_a_wish_reaches_the_attempt_at_work(workspace: Workspace) -> None:
    run = at_work(workspace)
    assert transitions.asked(workspace, run.id, 1) == ""
    runs.wish(workspace, run.id, "stop")
    assert transitions.asked(workspace, run.id, 1) == "stop"


def test_cancel_replaces_stop_but_not_the_other_way_round(workspace: Workspace) -> None:
    run = at_work(workspace)
    assert [runs.wish(workspace, run.id, asked).wish for asked in ("stop", "cancel", "stop")] == ["stop", "cancel", "cancel"]


def test_a_wish_for_a_finished_run_changes_nothing(workspace: Workspace) -> None:
    run = at_work(workspace)
    transitions.succeed(workspace, run.id, 1, {}, "digest", 1)
    assert runs.wish(workspace, run.id, "cancel").state == "succeeded"
    assert runs.get(workspace, run.id).wish is None


def test_a_run_at_work_cannot_be_deleted(workspace: Workspace) -> None:
    run = at_work(workspace)
    with pytest.raises(EngineError, match="The run 'A plan' is being trained. Cancel it first, then delete it."):
        runs.delete(workspace, run.id)


def test_deleting_takes_everything_of_the_run(workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    workspace.run(run.id).mkdir()
    (workspace.run(run.id) / "log.txt").write_text("x")
    transitions.succeed(workspace, run.id, 1, {}, "digest", 1)
    runs.delete(workspace, run.id)
    left = [db.rows(workspace, f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in ("runs", "events", "metrics", "models")]
    assert left == [0, 0, 0, 0] and not workspace.run(run.id).exists()


def test_deleting_what_is_gone_is_no_error(workspace: Workspace) -> None:
    runs.delete(workspace, "r0")


def test_runs_on_a_dataset_that_are_not_finished_are_found(workspace: Workspace) -> None:
    run = at_work(workspace)
    other = runs.add(workspace, AnyPlan(dataset="d2"))
    done = queued(workspace)
    runs.wish(workspace, done.id, "cancel")
    assert [r.id for r in runs.active(workspace)] == [run.id, other.id]
    assert [r.id for r in runs.active(workspace, dataset="d2")] == [other.id]


def test_a_run_can_be_renamed(workspace: Workspace) -> None:
    assert runs.rename(workspace, queued(workspace).id, "Better name").name == "Better name"


def test_a_run_that_is_gone_says_so(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="This run does not exist any more. Choose another one under Runs."):
        runs.get(workspace, "r0")


def test_the_process_at_work_is_known(workspace: Workspace) -> None:
    found = transitions.look(workspace, at_work(workspace).id)
    assert found is not None and found.process == SOMEBODY


def test_why_a_run_waits_is_told_without_an_event(workspace: Workspace) -> None:
    run = queued(workspace)
    transitions.say(workspace, run.id, "Waiting for room on the disk.")
    assert runs.get(workspace, run.id).message == "Waiting for room on the disk."
    assert len(runs.events(workspace, run.id)) == 1


def test_what_has_ended_since_is_told_once_and_in_order(workspace: Workspace) -> None:
    first, second = at_work(workspace), queued(workspace)
    seen = runs.latest_event(workspace)
    assert runs.ended_after(workspace, seen) == []
    runs.wish(workspace, second.id, "cancel")
    assert transitions.succeed(workspace, first.id, 1, {"headline": "Right for 9 of 10."}, "0" * 64, 1)
    ends = runs.ended_after(workspace, seen)
    assert [(end.run, end.state, end.headline) for end in ends] == [
        (second.id, "cancelled", ""),
        (first.id, "succeeded", "Right for 9 of 10."),
    ]
    assert runs.ended_after(workspace, ends[-1].seq) == []
