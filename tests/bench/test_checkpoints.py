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
    """Stops a training after so many epochs, and says how long those between the first and the last took."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds, self.epochs, self.began, self.ended = seconds, 0, 0.0, 0.0

    def metrics(self, step: float, values: object) -> str:
        now = time.monotonic()
        self.began = self.began or now
        if "val_loss" in values:  # type: ignore[operator]
            self.epochs, self.ended = self.epochs + 1, now
        return "stop" if now - self.began > self.seconds else "go on"


def test_the_cost_of_checkpoints(tmp_path: Path) -> None:
    """Pairs of trainings in turn, with and without; the cost is what an epoch takes longer."""
    rows = [_compared(name, widths, tmp_path / str(len(widths) * widths[0])) for name, widths in CASES.items()]
    heads = ("network", "an epoch without", "with", f"longer (goal: under {GOAL:g} %)", "written", "one takes", "share by its own clock")
    tables.show(f"What checkpoints cost, median of {tables.scaled(PAIRS, 2)} pairs of {_length():g} s", heads, rows)


def _length() -> float:
    return SECONDS * min(1.0, tables.SCALE * 10)


def _compared(name: str, widths: tuple[int, ...], folder: Path) -> list[str]:
    without, with_them, written, took, length = [], [], 0, 0.0, 0.0
    for number in range(tables.scaled(PAIRS, 2)):
        keep = Counted(folder / str(number), "it")
        pair = [(_epoch(widths, kept), kept) for kept in ((Keep(), keep) if number % 2 else (keep, Keep()))]
        for (seconds, all_of_it), kept in pair:
            (with_them if kept is keep else without).append(seconds)
            length += all_of_it if kept is keep else 0.0
        written, took = written + keep.written, took + keep.took
    longer = 100 * (float(np.median([b / a for a, b in zip(without, with_them, strict=True)])) - 1)
    one = tables.ms([took / max(written, 1)])
    return [name, tables.ms(without), tables.ms(with_them), f"{longer:.1f} %", str(written), one, f"{100 * took / length:.1f} %"]


def _epoch(widths: tuple[int, ...], keep: Keep) -> tuple[float, float]:
    """Seconds an epoch takes, and how long the training was watched."""
    heard = Until(_length())
    Gradient(epochs=100_000, batch_size=8, patience=0, schedule="constant").fit(_lesson(widths), heard, keep)
    return (heard.ended - heard.began) / max(heard.epochs - 1, 1), heard.ended - heard.began


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
