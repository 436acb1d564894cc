"""What looking at the computer once a second costs a training whose steps are as small as they get."""

import time
from collections.abc import Callable
from statistics import median

import pytest

from engine.architectures import ARCHITECTURES
from engine.callbacks import Rules, Watch
from engine.jobs import sampling
from engine.jobs.telling import Telling
from engine.learners.gradient import Gradient
from engine.store import db, runs, transitions, usage
from engine.store.transitions import Identity
from engine.store.workspace import Workspace
from tests.bench import tables
from tests.bench.test_training import _lesson
from tests.flow.toy import ToyPlan

pytestmark = pytest.mark.bench
PAIRS, WINDOW = 8, 6.0
SAMPLED, NEVER = 1.0, 1e9
GOAL = 1.0


def test_what_sampling_costs(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows with and without samples in turn; beside it, what a sample and its rows take by themselves."""
    epoch, run = _network(), _at_work(workspace)
    epoch(Telling(workspace, run, 1))
    pairs = []
    for i in range(tables.scaled(PAIRS, 2)):
        found = {pace: _per_epoch(workspace, run, epoch, pace, monkeypatch) for pace in ((SAMPLED, NEVER) if i % 2 else (NEVER, SAMPLED))}
        pairs.append((found[SAMPLED], found[NEVER]))
    taken, stored = _taken(workspace, run)
    more = [100 * (sampled / bare - 1) for sampled, bare in pairs]
    rows = [
        ["processor time of an epoch of 100 steps, sampled", tables.ms([pair[0] for pair in pairs])],
        ["the same, not sampled", tables.ms([pair[1] for pair in pairs])],
        ["more by (median of pairs; smallest, largest)", f"{median(more):.1f} % ({min(more):.1f}, {max(more):.1f})"],
        ["processor time of a sample", tables.ms([taken])],
        ["processor time of its rows", tables.ms([stored])],
        [f"share of a core, once a second (goal: under {GOAL} %)", f"{100 * (taken + stored):.2f} %"],
    ]
    tables.show("Sampling, network of 4 neurons, batch 8, 800 rows", ("what", "value"), rows)


def _network() -> Callable[[Telling], None]:
    learner = Gradient(epochs=100_000, batch_size=8, optimiser="adam", schedule="constant", weight_decay=0, clip=0, patience=0)
    lesson = _lesson(ARCHITECTURES.get("mlp")(widths=(4,), bends=0), 800, {"number": (4,)})
    rows = learner.prepare(lesson)

    def epoch(tell: Telling) -> None:
        watch = Watch(rows.model, tell, lesson.task.metrics(lesson.state), Rules(100_000, rows.steps, rows.rows, learner.rate))
        watch.begin()
        watch.judged(rows.learn(0, watch.heard), rows.judge())

    return epoch


def _per_epoch(workspace: Workspace, run: str, epoch: Callable[[Telling], None], pace: float, patch: pytest.MonkeyPatch) -> float:
    """Seconds of processor of the whole process, which other programs change less than they change the clock's."""
    patch.setattr(sampling, "SAMPLE_SECONDS", pace)
    tell, count, began = Telling(workspace, run, 1), 0, time.process_time()
    until = time.monotonic() + max(1.5, WINDOW * min(1.0, tables.SCALE))
    while time.monotonic() < until:
        epoch(tell)
        count += 1
    tell.close()
    return (time.process_time() - began) / count


def _at_work(workspace: Workspace) -> str:
    run = runs.add(workspace, ToyPlan())  # type: ignore[arg-type]
    assert transitions.claim(workspace, run.id, 0) and transitions.begin(workspace, run.id, 1, Identity(4, 5, "a boot"))
    return run.id


def _taken(workspace: Workspace, run: str) -> tuple[float, float]:
    """Seconds of a core: of one sample, and of its rows inside a write that happens anyway."""
    sampler, looked, stored = sampling.Sampler(), [], []
    for _ in range(50):
        time.sleep(0.06)
        began = time.thread_time()
        sample = sampler.due(is_last=True)
        looked.append(time.thread_time() - began)
        assert sample is not None
        with db.write(workspace) as database:
            began = time.thread_time()
            usage.add(database, run, 1, [sample])
            stored.append(time.thread_time() - began)
    return median(looked), median(stored)
