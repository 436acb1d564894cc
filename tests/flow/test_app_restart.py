"""The whole line with real processes: the app is killed in the middle of a real training, and nothing happens to the training."""

import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from engine import advice, datasets
from engine import plan as plans
from engine.jobs import supervisor
from engine.plan import Plan
from engine.store import metrics, runs
from engine.store.workspace import Workspace
from tests.flow.watching import started, until, until_measured, until_state

pytestmark = pytest.mark.slow
SAMPLE = Path(__file__).parents[2] / "sample_data" / "breast_cancer.csv"
APP = (sys.executable, "-c", "from engine.cli import main; main()", "app", "--no-browser")


@pytest.mark.timeout(280)
def test_a_training_goes_on_while_the_app_is_killed_and_started_again(workspace: Workspace) -> None:
    port = _free_port()
    with started(*APP, "--port", port, "--workspace", workspace.path) as app:
        until(lambda: _answers(port), "the app answers", 90)
        run = runs.add(workspace, _endless(workspace))
        process = until_measured(workspace, run.id, seconds=90)
        watcher = supervisor._read_identity(workspace)
        children = psutil.Process(app.pid).children()
        assert not _has_tensorflow(app.pid) and _has_tensorflow(process.pid or 0)
        os.kill(app.pid, signal.SIGKILL)
    assert not _answers(port)
    before, _ = metrics.after(workspace, run.id)
    until(lambda: metrics.after(workspace, run.id, before)[1], "the training goes on")
    with started(*APP, "--port", port, "--workspace", workspace.path):
        until(lambda: _answers(port), "the app answers again", 90)
        runs.wish(workspace, run.id, "stop")
        done = until_state(workspace, run.id, "succeeded", "failed", "cancelled", seconds=90)
    assert (done.state, done.attempt, done.message) == ("succeeded", 1, "")
    assert done.score is not None and done.score["value"] > done.score["baseline"]
    epochs = metrics.series(workspace, run.id)["val_loss"][0]
    assert epochs == list(range(1, len(epochs) + 1))
    assert supervisor._read_identity(workspace) == watcher
    desks = [child for child in children if "engine.jobs.desk" in _command(child)]
    until(lambda: not any(child.is_running() for child in desks), "the desk of the killed app is gone", 60)


def _endless(workspace: Workspace) -> Plan:
    dataset = datasets.add(workspace, SAMPLE, SAMPLE.name)
    table, profile = datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, table, profile)
    return plans.with_setting(plans.with_setting(plan, "training.epochs", "10000"), "training.patience", "0")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _has_tensorflow(pid: int) -> bool:
    return any("tensorflow" in mapped.path for mapped in psutil.Process(pid).memory_maps())


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
