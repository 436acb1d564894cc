"""One run in a real process: how it ends, and what is left of it."""

import hashlib
import json
import os
import signal
import subprocess
import threading
import time

import pytest

from engine.jobs import locks, rounds
from engine.jobs.supervisor import Here
from engine.store import db, metrics, models, runs, transitions
from engine.store.runs import Run
from engine.store.workspace import Workspace
from tests.flow.toy import TOY, ToyPlan
from tests.flow.watching import until, until_measured, until_state

pytestmark = pytest.mark.slow
ENDLESS = ToyPlan(steps=100_000, seconds=0.01)


def begin(workspace: Workspace, plan: ToyPlan) -> Here:
    """A run at work, with its first measure taken."""
    here = Here(workspace, runs.add(workspace, plan).id, TOY)
    until(lambda: here.poll() and metrics.after(workspace, here.id)[1], "the run measures something")
    return here


def trained(workspace: Workspace, plan: ToyPlan) -> Run:
    return Here(workspace, runs.add(workspace, plan).id, TOY).wait()


def steps(workspace: Workspace, id: str) -> list[float]:
    return metrics.series(workspace, id)["loss"][0]


def test_a_training_ends_with_all_its_measures_and_a_recorded_model(workspace: Workspace) -> None:
    run = trained(workspace, ToyPlan(steps=30))
    assert (run.state, run.attempt, run.score) == ("succeeded", 1, {"label": "Loss", "value": 1 / 30, "headline": "30 steps"})
    assert steps(workspace, run.id) == list(range(1, 31))
    manifest = (models.folder(workspace, run.id) / "manifest.json").read_bytes()
    assert models.get(workspace, run.id).manifest == hashlib.sha256(manifest).hexdigest()
    assert json.loads((workspace.run(run.id) / "plan.json").read_text()) == run.plan
    assert [e.after for e in runs.events(workspace, run.id)] == ["queued", "starting", "running", "succeeded"]
    assert run.facts["seconds"] > 0 and run.started and run.ended


def test_stop_keeps_the_best_model(workspace: Workspace) -> None:
    here = begin(workspace, ENDLESS)
    runs.wish(workspace, here.id, "stop")
    run = here.wait()
    kept = json.loads((models.folder(workspace, run.id) / "model.json").read_text())
    assert run.state == "succeeded" and run.score is not None and run.score["value"] == min(kept)
    assert len(kept) < ENDLESS.steps and run.facts["stage"] == "Judging the best model"


def test_cancel_ends_it_within_two_seconds_and_leaves_no_model(workspace: Workspace) -> None:
    here = begin(workspace, ENDLESS)
    began = time.monotonic()
    runs.wish(workspace, here.id, "cancel")
    run = here.wait()
    assert time.monotonic() - began < 2
    assert (run.state, run.reason, run.message) == ("cancelled", "user_cancel", "Cancelled.")
    assert not models.folder(workspace, run.id).exists()


def test_a_worker_that_does_not_listen_is_ended_by_force(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "TERM_AFTER", 0.3)
    monkeypatch.setattr(rounds, "KILL_AFTER", 0.6)
    here = begin(workspace, ToyPlan(steps=1, ends="deaf"))
    runs.wish(workspace, here.id, "cancel")
    assert here.wait().state == "cancelled"
    assert locks.is_free(workspace.run(here.id) / "lock")


def test_a_mistake_of_the_user_is_told_with_its_fix_and_not_tried_again(workspace: Workspace) -> None:
    run = trained(workspace, ToyPlan(steps=1, ends="mendable"))
    assert (run.state, run.reason, run.attempt) == ("failed", "invalid_data", 1)
    assert run.message == "The target has one value. Choose another target."


def test_a_diverged_training_says_so(workspace: Workspace) -> None:
    run = trained(workspace, ToyPlan(steps=1, ends="diverged"))
    assert (run.state, run.reason, run.message) == ("failed", "diverged", "The loss became infinite. Lower the learning rate.")


def test_a_bug_is_a_plain_sentence_and_its_details_are_in_the_log(workspace: Workspace) -> None:
    run = trained(workspace, ToyPlan(steps=1, ends="badly"))
    assert (run.state, run.reason) == ("failed", "internal")
    assert run.message.startswith("Something went wrong inside Modelwright (RuntimeError).") and "secret" not in run.message
    log = (workspace.run(run.id) / "log.txt").read_text()
    assert "RuntimeError: secret details" in log and "--- attempt 1" in log


def test_a_training_that_always_crashes_fails_after_three_attempts(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))
    run = trained(workspace, ToyPlan(steps=1, ends="crash"))
    assert (run.state, run.reason, run.attempt) == ("failed", "worker_crash", 3)
    assert run.message.startswith("The training ended unexpectedly. It was started 3 times, so it is not started again.")


def test_a_full_disk_is_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))
    run = trained(workspace, ToyPlan(steps=1, ends="full"))
    assert (run.state, run.reason) == ("failed", "disk_full")
    assert run.message.endswith("Delete files you no longer need, then train again.")


def test_a_run_waits_while_there_is_no_room_on_the_disk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds.disk, "free", lambda path: 2**29)
    here = Here(workspace, runs.add(workspace, ToyPlan()).id, TOY)
    waiting = here.poll()
    assert waiting.state == "queued" and here.poll().message.startswith("Waiting for room on the disk: 0.5 GB are free")
    monkeypatch.undo()
    assert here.wait().state == "succeeded"


def test_a_killed_worker_is_noticed_within_five_seconds_and_starts_again(workspace: Workspace) -> None:
    here = begin(workspace, ToyPlan(steps=40, seconds=0.02))
    killed = runs.get(workspace, here.id)
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    took = until(lambda: here.poll().state == "queued", "the dead worker is noticed", seconds=5)
    assert took < 5
    waiting = runs.get(workspace, here.id)
    assert waiting.message == "The training was ended from outside. It starts again from the beginning."
    run = here.wait()
    assert (run.state, run.attempt) == ("succeeded", 2)
    assert steps(workspace, run.id) == list(range(1, 41))
    assert [e.reason for e in runs.events(workspace, run.id) if e.after == "interrupted"] == ["killed_by_signal"]


def test_a_worker_asked_to_end_by_the_system_gives_the_run_back(workspace: Workspace) -> None:
    here = begin(workspace, ENDLESS)
    pid = runs.get(workspace, here.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    until(lambda: here.poll().state == "queued", "the run waits again", seconds=5)
    assert runs.events(workspace, here.id)[-2].after == "interrupted"


def test_a_worker_that_dies_while_stopping_is_not_started_again(workspace: Workspace) -> None:
    here = begin(workspace, ToyPlan(steps=1, ends="deaf"))
    run = runs.wish(workspace, here.id, "stop")
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    ended = here.wait()
    assert (ended.state, ended.message) == ("cancelled", "The training ended before it could keep its best model.")


def test_a_paused_process_is_not_taken_for_a_dead_one(workspace: Workspace) -> None:
    here = begin(workspace, ToyPlan(steps=60, seconds=0.01))
    pid = runs.get(workspace, here.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    for _ in range(15):
        assert here.poll().state == "running"
        time.sleep(0.1)
    os.kill(pid, signal.SIGCONT)
    run = here.wait()
    assert (run.state, run.attempt) == ("succeeded", 1)


def test_a_worker_whose_run_was_given_to_another_attempt_ends_without_a_word(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan())
    lock = locks.take(workspace.run(run.id) / "lock")
    assert lock is not None and transitions.claim(workspace, run.id, 0) == 1
    code = subprocess.run([*TOY, workspace.path, run.id, "7", str(lock)], pass_fds=[lock], timeout=30).returncode
    os.close(lock)
    assert code == 3 and runs.get(workspace, run.id).state == "starting"


def test_a_worker_without_the_runs_lock_does_not_start(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan())
    lock = locks.take(workspace.run(run.id) / "lock")
    assert lock is not None
    assert subprocess.run([*TOY, workspace.path, run.id], timeout=30).returncode == 3
    os.close(lock)
    assert runs.get(workspace, run.id).state == "queued"


def test_a_worker_started_by_hand_takes_the_run_itself(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan())
    assert subprocess.run([*TOY, workspace.path, run.id], timeout=30).returncode == 0
    assert runs.get(workspace, run.id).state == "succeeded"


def test_a_locked_database_neither_stops_training_nor_loses_a_measure(workspace: Workspace) -> None:
    here = begin(workspace, ToyPlan(steps=100, seconds=0.01))
    held = threading.Event()

    def hold() -> None:
        with db.write(workspace):
            held.set()
            time.sleep(3)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    thread.join()
    run = here.wait()
    assert run.state == "succeeded" and run.facts["seconds"] < 2.5
    assert steps(workspace, run.id) == list(range(1, 101))


def test_a_worker_gives_way_to_the_page(workspace: Workspace) -> None:
    here = begin(workspace, ENDLESS)
    pid = runs.get(workspace, here.id).pid
    assert pid is not None
    assert os.getpriority(os.PRIO_PROCESS, pid) == max(5, os.getpriority(os.PRIO_PROCESS, 0))
    assert os.getpgid(pid) == pid
    with open(f"/proc/{pid}/oom_score_adj") as score:
        assert int(score.read()) == 500
    until(lambda: runs.get(workspace, here.id).facts.get("ram"), "its memory is told")
    assert runs.get(workspace, here.id).facts["ram"] > 2**20


def test_runs_wait_for_their_turn_and_the_command_line_does_not(workspace: Workspace) -> None:
    first = begin(workspace, ENDLESS)
    second = runs.add(workspace, ToyPlan())
    turn = rounds.Rounds(workspace, program=TOY)
    for _ in range(5):
        turn.step()
    assert runs.get(workspace, second.id).state == "queued"
    Here(workspace, second.id, TOY).poll()
    assert until_state(workspace, second.id, "succeeded").attempt == 1
    assert until_measured(workspace, first.id).state == "running"
