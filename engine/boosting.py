"""Between a boosting library and the learner: the rows, how trees shall grow, and the trees themselves. Knows no library."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

Array = np.ndarray[Any, Any]
Judged = Callable[[Array, Array], bool]
Answer = Literal["value", "chance", "chances"]


@dataclass(frozen=True)
class Rows:
    """(rows, numbers) float32, NaN where missing, and (rows, codes) int32; with targets and weights where they are to be learned from."""

    number: Array
    code: Array
    y: Array | None = None
    weights: Array | None = None

    @property
    def columns(self) -> int:
        return int(self.number.shape[1] + self.code.shape[1])

    @property
    def codes(self) -> list[int]:
        """The positions of the codes in `matrix`."""
        return list(range(self.number.shape[1], self.columns))

    def matrix(self) -> Array:
        """(rows, numbers + codes) float64: numbers first."""
        return np.concatenate([self.number.astype(np.float64), self.code.astype(np.float64)], axis=1)


@dataclass(frozen=True)
class Growth:
    """How trees shall grow: at most how many rounds, how much each corrects, and what they answer with how many outputs."""

    rounds: int
    rate: float
    seed: int
    threads: int
    answer: Answer
    outputs: int


class Grown(Protocol):
    """The trees of a library."""

    def outputs(self, rows: Rows) -> Array:
        """(rows, outputs) float32: values, or chances."""

    def cut(self, rounds: int) -> "Grown":
        """Those of the first rounds alone. What was cut may not be used any more."""

    def written(self) -> str:
        """What was cut, as JSON: the library's own text format; the architecture's `read` reads it."""


def shaped(answer: Array) -> Array:
    """(rows, outputs) float32 of what a library answers, where (rows,) stands for one output."""
    return np.asarray(answer, np.float32).reshape(len(answer), -1)


def chances(sums: Array) -> Array:
    """(rows, outputs) sums of leaves as chances: of yes where there is one output, else of each class."""
    if sums.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-np.clip(sums, -500, 500))))
    grown = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def honest(outputs: Array, shifts: Sequence[float] | Array) -> Array:
    """Chances (rows, outputs) float32 without `shifts` (classes) in their logarithms; unchanged for none."""
    if not len(shifts):
        return outputs
    every = np.concatenate([1 - outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs
    moved = np.clip(every.astype(np.float64), 1e-12, 1) * np.exp(-np.asarray(shifts, np.float64))
    shares = moved / moved.sum(axis=1, keepdims=True)
    return np.asarray(shares[:, 1:] if outputs.shape[1] == 1 else shares, np.float32)
