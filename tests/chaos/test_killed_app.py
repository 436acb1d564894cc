"""The app is killed and started again, over and over, while real networks learn: they do not notice.

The small count is `tests/flow/test_app_restart.py`; what a browser sees of it is in `tests/browser/test_restart.py`.
"""

import random
import subprocess
import time

import psutil
import pytest

from engine import plan as plans
from engine.jobs import supervisor
from engine.store import metrics, runs
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.test_app_restart import APP, _answers, _endless, _free_port
from tests.flow.watching import until, until_state

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(fire.HOURS)]
EPOCHS = 250


def test_fifty_deaths_of_the_app_change_nothing(workspace: Workspace) -> None:
    chance, port, kills, hit = random.Random(2), _free_port(), fire.full(50), 0
    plan = plans.with_setting(_endless(workspace), "training.epochs", str(EPOCHS))
    app = _start(workspace, port)
    try:
        run = runs.add(workspace, plan).id
        until_state(workspace, run, "running", seconds=90)
        watcher = supervisor._read_identity(workspace)
        while hit < kills:
            time.sleep(chance.uniform(0, 2))
            if runs.get(workspace, run).is_done:
                run = runs.add(workspace, plan).id
                until_state(workspace, run, "running", seconds=90)
            app.kill()
            app.wait()
            hit += 1
            app = _start(workspace, port)
        until(lambda: all(one.is_done for one in runs.all(workspace)), "every run ends", 180)
        assert supervisor._read_identity(workspace) == watcher, "the supervisor was started again"
    finally:
        app.kill()
        app.wait()
    done = runs.all(workspace)
    print(f"\nthe app was killed {hit} times during {len(done)} trainings")
    assert [(one.state, one.attempt, one.message) for one in done] == [("succeeded", 1, "")] * len(done)
    for one in done:
        for name in ("loss", "val_loss"):
            assert metrics.series(workspace, one.id)[name][0] == list(range(1, EPOCHS + 1))
    until(lambda: not _desks(workspace), "the desks of the killed apps are gone", 60)
    fire.assert_sound(workspace)


def _start(workspace: Workspace, port: int) -> "subprocess.Popen[bytes]":
    with (workspace.logs / "app.log").open("ab") as log:
        command = [*APP, "--port", str(port), "--workspace", str(workspace.path)]
        app = subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)
    until(lambda: _answers(port), "the app answers", 90)
    return app


def _desks(workspace: Workspace) -> list[int]:
    found = [(process.pid, " ".join(process.info["cmdline"] or [])) for process in psutil.process_iter(["cmdline"])]
    return [pid for pid, command in found if "engine.jobs.desk" in command and str(workspace.path) in command]
