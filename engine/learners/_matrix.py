"""Prepared inputs as the one matrix that trees are grown from."""

from typing import Any

import numpy as np

from engine import mapped
from engine.learners.base import Array, Inputs

PIECE = 100_000


def matrix(inputs: Inputs, dtype: type[np.floating[Any]] = np.float64) -> Array:
    """(rows, numbers + codes): numbers first."""
    parts = [inputs[name] for name in ("number", "code") if name in inputs]
    whole = mapped.empty((len(parts[0]), sum(x.shape[1] for x in parts)), dtype)
    for start in range(0, len(whole), PIECE):
        piece = slice(start, start + PIECE)
        whole[piece] = np.concatenate([x[piece] for x in parts], axis=1)
    return whole
