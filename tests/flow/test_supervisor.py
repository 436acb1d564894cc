"""The supervisor: one a workspace, dispensable at any time, gone when nobody needs it."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

import engine
from engine.jobs import locks, processes, supervisor, webhook
from engine.store import models, runs, transitions, webhooks
from engine.store.transitions import Identity
from engine.store.workspace import Workspace
from tests.engine.receiver import receiving
from tests.flow.toy import SUPERVISE, ToyPlan
from tests.flow.watching import started, until, until_measured, until_state

pytestmark = pytest.mark.slow


def one(workspace: Workspace) -> Identity:
    """The workspace's supervisor, once it has said who it is."""
    until(lambda: supervisor._read_identity(workspace), "the supervisor runs")
    found = supervisor._read_identity(workspace)
    assert found is not None
    return found


def test_a_run_goes_on_while_its_supervisor_is_killed_and_the_next_one_adopts_it(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan(steps=200, seconds=0.01))
    with started(*SUPERVISE, workspace.path) as first:
        until_measured(workspace, run.id)
        first.kill()
        first.wait()
    with started(*SUPERVISE, workspace.path):
        done = until_state(workspace, run.id, "succeeded", "failed")
    assert (done.state, done.attempt) == ("succeeded", 1)
    assert [e.after for e in runs.events(workspace, run.id)] == ["queued", "starting", "running", "succeeded"]


def test_a_worker_that_died_while_nobody_looked_is_started_again(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan(steps=50, seconds=0.02))
    with started(*SUPERVISE, workspace.path):
        pid = until_measured(workspace, run.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with started(*SUPERVISE, workspace.path):
        done = until_state(workspace, run.id, "succeeded")
    assert done.attempt == 2
    assert [e.reason for e in runs.events(workspace, run.id) if e.after == "interrupted"] == ["worker_crash"]


def test_a_restart_of_the_computer_is_told_from_a_crash(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan())
    transitions.claim(workspace, run.id, 0)
    transitions.begin(workspace, run.id, 1, Identity(os.getpid(), 1, "the boot before"))
    with started(*SUPERVISE, workspace.path):
        until_state(workspace, run.id, "succeeded")
    interrupted = [e for e in runs.events(workspace, run.id) if e.after == "interrupted"]
    assert [(e.reason, e.message) for e in interrupted] == [("host_restart", "The computer was restarted during the training.")]


def test_a_second_supervisor_of_a_workspace_leaves_at_once(workspace: Workspace) -> None:
    with started(*SUPERVISE, workspace.path) as first:
        one(workspace)
        assert subprocess.run([*SUPERVISE, str(workspace.path)], timeout=30).returncode == 0
        assert first.poll() is None


def test_ensure_starts_one_and_only_one(workspace: Workspace) -> None:
    supervisor.ensure(workspace)
    first = one(workspace)
    for _ in range(20):
        supervisor.ensure(workspace)
    assert one(workspace) == first and processes.lives(first)
    supervisor.stop(workspace)
    until(lambda: not processes.lives(first), "the supervisor has ended", 5)
    supervisor.ensure(workspace)
    until(lambda: one(workspace) != first, "another one runs")


def test_a_supervisor_of_another_version_is_replaced(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor.ensure(workspace)
    first = one(workspace)
    monkeypatch.setattr(engine, "__version__", "999")
    supervisor.ensure(workspace)
    assert not processes.lives(first)
    until(lambda: one(workspace) != first, "another one runs")


def test_a_supervisor_that_may_tell_other_hosts_is_replaced(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor.ensure(workspace)
    first = one(workspace)
    monkeypatch.setenv(webhook.VARIABLE, "hooks.example.com")
    supervisor.ensure(workspace)
    until(lambda: one(workspace) != first, "another one runs")
    second = one(workspace)
    supervisor.ensure(workspace)
    assert one(workspace) == second and processes.lives(second)


def test_a_slow_receiver_delays_no_run_and_is_told_across_a_restart(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving("hang", 200) as server:
        monkeypatch.setenv(webhook.VARIABLE, f"127.0.0.1:{server.port}!")
        webhooks.switch_on(workspace, server.url)
        names = ["first", "second"]
        with started(*SUPERVISE, workspace.path) as killed:
            for name in names:
                until_state(workspace, runs.add(workspace, ToyPlan(), name=name).id, "succeeded", seconds=8)
            until(lambda: server.got, "the receiver hangs on the first")
            killed.kill()
            killed.wait()
        with started(*SUPERVISE, workspace.path):
            until(lambda: len(server.got) == 3, "both are told")
            until(lambda: [o.name for o in webhooks.get(workspace).outcomes] == names[::-1], "both are noted")  # type: ignore[union-attr]
    assert [told["name"] for told in server.got] == ["first", *names]
    assert [told["state"] for told in server.got] == ["succeeded"] * 3


def test_the_supervisor_is_small(workspace: Workspace) -> None:
    supervisor.ensure(workspace)
    assert psutil.Process(one(workspace).pid).memory_info().rss < 80 * 2**20


def test_the_supervisor_leaves_when_nobody_has_used_the_app_for_long(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "IDLE_SECONDS", 0.5)
    began = time.monotonic()
    assert supervisor.main([str(workspace.path)]) == 0
    assert time.monotonic() - began > 0.5
    assert locks.is_free(workspace.path / "supervisor.lock")


def test_the_supervisor_stays_while_something_is_queued(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "IDLE_SECONDS", 0.0)
    run = runs.add(workspace, ToyPlan(steps=30))
    assert supervisor.main([str(workspace.path)], supervisor.Rounds(workspace, program=_toy())) == 0
    assert runs.get(workspace, run.id).state == "succeeded"


def test_leftovers_of_deleted_and_broken_runs_are_cleared(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "IDLE_SECONDS", 0.0)
    kept = runs.add(workspace, ToyPlan())
    runs.wish(workspace, kept.id, "cancel")
    (workspace.run("r0000000000")).mkdir()
    half = workspace.run(kept.id) / "bundle.tmp"
    half.mkdir(parents=True)
    (workspace.run(kept.id) / "log.txt").write_text("kept")
    supervisor.main([str(workspace.path)])
    assert not workspace.run("r0000000000").exists() and not half.exists()
    assert (workspace.run(kept.id) / "log.txt").read_text() == "kept"


def test_a_stranger_with_the_number_of_a_worker_is_never_signalled(workspace: Workspace) -> None:
    with started("sleep", "60") as stranger:
        found = processes.of(stranger.pid)
        assert found is not None
        earlier = Identity(found.pid, found.ticks - 1, found.boot)
        other_boot = Identity(found.pid, found.ticks, "the boot before")
        assert not processes.signal_group(earlier, signal.SIGKILL)
        assert not processes.signal_group(other_boot, signal.SIGKILL)
        assert not processes.signal_group(Identity(1, 0, found.boot), signal.SIGTERM)
        assert stranger.poll() is None
        assert processes.signal_group(found, signal.SIGKILL)


def test_a_workspace_that_is_taken_away_ends_its_supervisor(tmp_path: Path) -> None:
    gone = Workspace.open(tmp_path / "gone")
    with started(*SUPERVISE, gone.path) as process:
        one(gone)
        gone.path.rename(tmp_path / "elsewhere")
        until(lambda: process.poll() is not None, "the supervisor ends", 10)
    assert not gone.path.exists()


def test_success_is_never_recorded_without_a_model(workspace: Workspace) -> None:
    run = runs.add(workspace, ToyPlan(steps=30))
    with started(*SUPERVISE, workspace.path):
        until_state(workspace, run.id, "succeeded")
    assert (models.folder(workspace, run.id) / "manifest.json").exists()


def _toy() -> tuple[str, ...]:
    from tests.flow.toy import TOY

    return TOY
