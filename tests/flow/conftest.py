"""What every flow test shares: no process of a test outlives it."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from engine.jobs import processes, supervisor
from engine.store import transitions
from engine.store.workspace import Workspace


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(workspace: Workspace) -> Iterator[None]:
    """Ends the workspace's supervisor first (it would start workers again), then the workers."""
    yield
    supervisor.stop(workspace)
    for run in transitions.unfinished(workspace):
        if run.process and processes.lives(run.process):
            with suppress(ProcessLookupError):
                os.killpg(run.process.pid, signal.SIGKILL)
