"""What keeping checkpoints costs a training with the smallest steps, where there is the least time to hide it in."""

import time
from pathlib import Path

import numpy as np
import pytest

from engine.architectures import ARCHITECTURES
from engine.architectures.base import Shapes
from engine.checkpoints import Checkpoints
from engine.keep import Keep
from engine.learners import Lesson
from engine.learners.gradient import Gradient
from engine.tasks import TASKS
from tests.bench import tables
from tests.lessons import Heard

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
PAIRS, SECONDS = 5, 12.0
GOAL = 3.0
CASES = {"8 neurons": (8,), "3 x 256": (256, 256, 256), "3 x 1024": (1024, 1024, 1024)}


class Counted(Checkpoints):
    """Counts what is written and how long that took."""

    written, took = 0, 0.0

    def _write(self, kept: object) -> None:
        began = time.monotonic()
        super()._write(kept)  # type: ignore[arg-type]
        self.written, self.took = self.written + 1, self.took + time.monotonic() - began


class Until(Heard):
    """Stops a training after so many seconds, and says how long its epochs took, also in processor time (which others disturb less)."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds, self.epochs, self.began, self.ended, self.worked = seconds, 0, 0.0, 0.0, 0.0

    def metrics(self, step: float, values: object) -> str:
        now = time.monotonic()
        if not self.began:
            self.began, self.worked = now, -time.process_time()
        if "val_loss" in values:  # type: ignore[operator]
            self.epochs, self.ended = self.epochs + 1, now
        if now - self.began <= self.seconds:
            return "go on"
        self.worked += time.process_time() if self.worked < 0 else 0.0
        return "stop"


def test_the_cost_of_checkpoints(tmp_path: Path) -> None:
    """Pairs of trainings in turn, with and without; the cost is what an epoch takes longer."""
    rows = [_compared(name, widths, tmp_path / str(len(widths) * widths[0])) for name, widths in CASES.items()]
    goal = f"(goal: under {GOAL:g} %)"
    heads = (
        "network",
        "an epoch without",
        "with",
        "longer",
        f"more processor time {goal}",
        "written",
        "one takes",
        "share by its own clock",
    )
    tables.show(f"What checkpoints cost, median of {tables.scaled(PAIRS, 2)} pairs of {_length():g} s", heads, rows)


def _length() -> float:
    return SECONDS * min(1.0, tables.SCALE * 10)


def _compared(name: str, widths: tuple[int, ...], folder: Path) -> list[str]:
    without, with_them, written, took, length = [], [], 0, 0.0, 0.0
    worked: list[list[float]] = [[], []]
    for number in range(tables.scaled(PAIRS, 2)):
        keep = Counted(folder / str(number), "it")
        pair = [(_epoch(widths, kept), kept) for kept in ((Keep(), keep) if number % 2 else (keep, Keep()))]
        for (seconds, all_of_it, work), kept in pair:
            worked[kept is keep].append(work)
            (with_them if kept is keep else without).append(seconds)
            length += all_of_it if kept is keep else 0.0
        written, took = written + keep.written, took + keep.took
    longer, more = (_percent(*both) for both in ((without, with_them), worked))
    one = tables.ms([took / max(written, 1)])
    return [name, tables.ms(without), tables.ms(with_them), longer, more, str(written), one, f"{100 * took / length:.1f} %"]


def _percent(before: list[float], after: list[float]) -> str:
    return f"{100 * (float(np.median([b / a for a, b in zip(before, after, strict=True)])) - 1):.1f} %"


def _epoch(widths: tuple[int, ...], keep: Keep) -> tuple[float, float, float]:
    """Seconds an epoch takes, how long the training was watched, and an epoch's processor time."""
    heard = Until(_length())
    Gradient(epochs=100_000, batch_size=8, patience=0, schedule="constant").fit(_lesson(widths), heard, keep)
    epochs = max(heard.epochs - 1, 1)
    return (heard.ended - heard.began) / epochs, heard.ended - heard.began, heard.worked / epochs


def _lesson(widths: tuple[int, ...]) -> Lesson:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2_500, 10)).astype(np.float32)
    y = np.where(x[:, 0] > 0, "yes", "no").astype(object)
    task = TASKS.get("binary")(positive="yes")
    state = task.fit(y)
    shapes = Shapes(tuple(f"column {i}" for i in range(10)), (), None)
    encoded = task.encode(y, state)
    parts = ({"number": x[:2000]}, encoded[:2000], {"number": x[2000:]}, encoded[2000:])
    return Lesson(ARCHITECTURES.get("mlp")(widths=widths, dropout=0.0, bends=0), task, state, shapes, *parts, 0)
