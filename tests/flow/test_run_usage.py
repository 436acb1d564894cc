"""What a real worker says and uses: a long log does not hold it up, and what all its attempts used is there afterwards."""

import os
import signal
import time

import pytest

from engine.jobs import rounds
from engine.store import logs, runs, usage
from engine.store.workspace import Workspace
from tests.flow.test_worker import begin, trained
from tests.flow.toy import ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow


def test_a_log_of_10_megabytes_that_nobody_reads_does_not_stop_a_training(workspace: Workspace) -> None:
    run = trained(workspace, ToyPlan(steps=5, ends="loudly"))
    assert run.state == "succeeded", run.message
    tail = logs.tail(workspace, run.id)
    assert tail.size > 10_000_000 and not tail.is_whole and len(tail.text) <= logs.MOST_BYTES
    lines = tail.text.splitlines()
    assert lines[-1] == "the last word"
    assert lines[-2] == "99999/100000 [====>....] loss <b>0.5</b> " + "x" * 50


def test_what_a_killed_attempt_used_counts_too(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))
    here = begin(workspace, ToyPlan(steps=150, seconds=0.02))
    until(lambda: usage.spent(workspace, here.id).seconds > 1, "the first attempt's usage is written")
    killed, pid = usage.spent(workspace, here.id), runs.get(workspace, here.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    run = here.wait()
    took = time.monotonic() - began
    spent = usage.spent(workspace, run.id)
    assert (run.state, run.attempt) == ("succeeded", 2)
    assert killed.seconds + 2.9 < spent.seconds < killed.seconds + took + 0.5
    assert usage.lines(workspace, run.id)[-1].at == pytest.approx(spent.seconds, abs=0.5)
