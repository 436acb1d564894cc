"""A run at work without training: it holds the run's lock and writes measures as a worker does."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app import samples
from engine.jobs import locks
from engine.jobs.telling import Telling
from engine.plan import Plan
from engine.store import runs, transitions
from engine.store.transitions import Identity, Point
from engine.store.workspace import Workspace

EPOCHS, STEPS = 200, 50
A_SECOND = 20
METRIC = "auc"
FACTS = {
    "stage": "Learning",
    "epochs": 1000,
    "epoch": EPOCHS,
    "metrics": [{"name": METRIC, "label": "Ranking (AUC)", "unit": "", "better": "higher"}],
    "baseline": {METRIC: 0.5, "loss": 0.69},
    "best": {"epoch": EPOCHS - 10, "value": 0.9},
}


class LiveRun:
    """A run with a history of 200 epochs and 10,000 points within them. Each point's step is larger than the one before."""

    def __init__(self, workspace: Workspace, project: str, run: str) -> None:
        self.workspace, self.project, self.id = workspace, project, run
        self._at = float(EPOCHS)
        self._end = threading.Event()

    def point(self) -> tuple[float, float]:
        """Writes one point at once: its step, and when it was about to be written (seconds)."""
        self._at = round(self._at + 1 / STEPS, 4)
        now = time.time()
        transitions.report(self.workspace, self.id, 1, [Point("running_loss", self._at, _loss(self._at))], {})
        return self._at, now

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Meanwhile 20 points a second come, written as a worker writes them: at most four times a second."""
        self._end.clear()
        writer = threading.Thread(target=self._write)
        writer.start()
        try:
            yield
        finally:
            self._end.set()
            writer.join()

    def _write(self) -> None:
        tell = Telling(self.workspace, self.id, 1)
        while not self._end.wait(1 / A_SECOND):
            self._at = round(self._at + 1 / STEPS, 4)
            tell.metrics(self._at, {"running_loss": _loss(self._at)})
            if self._at % 1 < 1 / STEPS:
                tell.metrics(int(self._at), _epoch(int(self._at)))
                tell.facts({"epoch": int(self._at), "done": self._at / 1000})
        tell.close()


@contextmanager
def live_run(workspace: Workspace) -> Iterator[LiveRun]:
    """A sample's project with a run that is learning; it is cancelled at the end."""
    project = samples.open_sample(workspace, samples.get("breast_cancer"))
    run = runs.add(workspace, Plan.model_validate(project.draft["plan"]), project=project.id, name="Learning")
    lock = locks.take(workspace.run(run.id) / "lock")
    assert lock is not None
    try:
        transitions.claim(workspace, run.id, 0)
        transitions.begin(workspace, run.id, 1, Identity(4, 5, "a boot"))
        transitions.report(workspace, run.id, 1, _history(), FACTS)
        yield LiveRun(workspace, project.id, run.id)
        transitions.move(workspace, run.id, 1, "running", "cancelled")
    finally:
        os.close(lock)


def _history() -> Iterator[Point]:
    for epoch in range(1, EPOCHS + 1):
        for step in range(STEPS):
            at = epoch - 1 + (step + 1) / STEPS
            yield Point("running_loss", at, _loss(at))
        for name, value in _epoch(epoch).items():
            yield Point(name, float(epoch), value)


def _epoch(epoch: int) -> dict[str, float]:
    loss, auc = _loss(epoch), 1 - _loss(epoch) / 2
    return {"loss": loss, "val_loss": loss * 1.1, METRIC: auc, f"val_{METRIC}": auc - 0.02}


def _loss(at: float) -> float:
    return 0.2 + 0.5 / (1 + at / 10) + random.gauss(0, 0.01)
