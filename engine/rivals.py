"""The linear model every network is compared with: fitted on the same training rows, asked on the same unseen ones."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import journal
from engine.architectures.base import Shapes
from engine.learners.base import Array, Inputs
from engine.tasks.base import Task

MOST_ROWS = 20_000
MOST_PICTURES = 5_000
MOST_LEVELS = 50
MOST_COLUMNS = 1_000
SIDE = 16

Ask = Callable[[Inputs], Array]


def linear(
    task: Task, state: dict[str, Any], shapes: Shapes, inputs: Inputs, y: Array, seed: int, weights: Array | None = None
) -> Ask | None:
    """A function from prepared inputs to outputs, or None where no linear model could be fitted; it never fails a training."""
    chosen = _sample(len(y), MOST_PICTURES if "pixels" in inputs else MOST_ROWS, seed)
    try:
        model = task.linear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            counting = {} if weights is None else {f"{model.steps[-1][0]}__sample_weight": weights[chosen]}
            model.fit(flat({name: x[chosen] for name, x in inputs.items()}, shapes), y[chosen], **counting)
    except (ValueError, ArithmeticError, MemoryError, np.linalg.LinAlgError) as error:
        journal.say(f"No linear model to compare with: {error}")
        return None
    return lambda asked: task.from_estimator(model, flat(asked, shapes), state)


def trees(estimator: str, seed: int, rounds: int = 80) -> Any:
    """Unfitted boosted trees for a numeric matrix (missing: NaN): quick, and able to learn what a network can."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    made = HistGradientBoostingClassifier if estimator == "classifier" else HistGradientBoostingRegressor
    return made(max_iter=rounds, early_stopping=False, random_state=seed)


def flat(inputs: Inputs, shapes: Shapes) -> Array:
    """(rows, columns) float32: numbers as they are, codes one-hot, pictures as at most 16 x 16 averages."""
    parts = [inputs["number"][:, :MOST_COLUMNS]] if "number" in inputs else []
    if "code" in inputs:
        parts += [_one_hot(inputs["code"][:, i], count) for i, (_, count) in enumerate(shapes.code)]
    if "pixels" in inputs:
        parts.append(_small(inputs["pixels"]))
    return np.concatenate(parts, axis=1).astype(np.float32)[:, : 2 * MOST_COLUMNS]


def _sample(rows: int, most: int, seed: int) -> Array:
    return np.arange(rows) if rows <= most else np.sort(np.random.default_rng(seed).permutation(rows)[:most])


def _one_hot(codes: Array, count: int) -> Array:
    """At most 50 columns; codes beyond share the last one."""
    width = min(count, MOST_LEVELS)
    return np.eye(width, dtype=np.float32)[np.minimum(codes, width - 1)]


def _small(pixels: Array) -> Array:
    """(rows, at most 16 x 16 x channels): means over equal tiles; what does not fill a tile is cut off."""
    rows, height, width, channels = pixels.shape
    tall, wide = -(-height // SIDE), -(-width // SIDE)
    cut = pixels[:, : height // tall * tall, : width // wide * wide]
    tiles = cut.reshape(rows, height // tall, tall, width // wide, wide, channels)
    return np.asarray(tiles.mean(axis=(2, 4), dtype=np.float32).reshape(rows, -1))
