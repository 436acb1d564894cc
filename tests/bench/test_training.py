"""What the engine's training costs beside a bare `model.fit` of the same Keras model on the same arrays."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.architectures import ARCHITECTURES, Architecture
from engine.architectures.base import Shapes
from engine.callbacks import Rules, Watch
from engine.learners import Lesson
from engine.learners.gradient import Gradient
from engine.tasks import TASKS
from engine.traced import Traced
from tests.bench import tables
from tests.lessons import Heard

pytestmark = pytest.mark.bench
PAIRS = 5
GOAL = 1.03


def test_training_beside_a_bare_fit() -> None:
    """Each pair trains the same Keras model on the same arrays for the same epochs, with validation, in turn."""
    rows = [_compared(name, lesson, size) for name, lesson, size in _cases()]
    heads = ("a given Keras model", "engine, an epoch", "bare model.fit, an epoch", f"ratio (goal: at most {GOAL})")
    tables.show("Training beside a bare model.fit", heads, rows)


def _compared(name: str, lesson: Lesson, size: int) -> list[str]:
    learner = Gradient(epochs=1000, batch_size=size, optimiser="adam", schedule="constant", weight_decay=0, clip=0, patience=0)
    engine, bare = _engine(learner, lesson), _bare(learner, lesson, size)
    engine(), bare()
    pairs = [(_seconds(engine), _seconds(bare)) for _ in range(tables.scaled(PAIRS, 2))]
    ours, theirs = ([pair[i] for pair in pairs] for i in (0, 1))
    ratio = float(np.median([a / b for a, b in pairs]))
    return [name, tables.ms(ours), tables.ms(theirs), f"{ratio:.2f}"]


def _engine(learner: Gradient, lesson: Lesson) -> Callable[[], None]:
    """An epoch as a run does it: learned, judged, told, compared, best weights kept."""
    rows = learner.prepare(lesson)
    watch = Watch(rows.model, Heard(), lesson.task.metrics(lesson.state), Rules(10_000, rows.steps, rows.rows, learner.rate))

    def epoch() -> None:
        watch.begin()
        watch.judged(rows.learn(watch.progress.epochs, watch.heard), rows.judge())

    return epoch


def _bare(learner: Gradient, lesson: Lesson, size: int) -> Callable[[], None]:
    model = learner.prepare(lesson, tracing=Traced).model
    validation = (lesson.validation, lesson.validation_y)

    def epoch() -> None:
        model.fit(lesson.train, lesson.train_y, batch_size=size, verbose=0, validation_data=validation, validation_batch_size=1024)

    return epoch


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _cases() -> list[tuple[str, Lesson, int]]:
    mlp = ARCHITECTURES.get("mlp")(widths=(256, 256), bends=0)
    cnn = ARCHITECTURES.get("cnn")(batch_norm=False)
    return [
        ("network 256-256, 800 rows, batch 32", _lesson(mlp, 800, {"number": (12,)}), 32),
        ("network 256-256, 25,600 rows, batch 32", _lesson(mlp, 25_600, {"number": (50,)}), 32),
        ("network 256-256, 25,600 rows, batch 256", _lesson(mlp, 25_600, {"number": (50,)}), 256),
        ("classic CNN, 3,200 pictures 32 x 32, batch 64", _lesson(cnn, 3_200, {"pixels": (32, 32, 3)}), 64),
    ]


def _lesson(architecture: Architecture, rows: int, sizes: dict[str, tuple[int, ...]]) -> Lesson:
    rng = np.random.default_rng(0)
    rows = tables.scaled(rows, 128)
    task = TASKS.get("binary")(positive="yes")
    y = np.where(rng.random(rows) < 0.5, "yes", "no").astype(object)
    state = task.fit(y)
    inputs: dict[str, Any] = {name: rng.random((rows, *size), dtype=np.float32) for name, size in sizes.items()}
    encoded, part = task.encode(y, state), slice(0, rows // 5)
    shapes = Shapes(tuple(f"c{i}" for i in range(sizes.get("number", (0,))[0])), (), sizes.get("pixels"))  # type: ignore[arg-type]
    judged = {name: x[part] for name, x in inputs.items()}
    return Lesson(architecture, task, state, shapes, inputs, encoded, judged, encoded[part], 0)
