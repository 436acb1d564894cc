"""A small network that mends rows of numbers: shown rows with some cells swapped or hidden, it learns to say what stood there.

Plain NumPy, because what it learns must be kept as numbers in JSON and asked without any library of networks. An autoencoder with more
hidden values than columns, as in Vincent et al. 2008 ("Extracting and composing robust features with denoising autoencoders").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
State = dict[str, Any]

SWAPPED, HIDDEN = 0.1, 0.1
MOST_ROWS, MOST_NUMBERS = 20_000, 400_000
NARROWEST, WIDEST = 32, 192
BATCH, RATE, STEPS, FEWEST_ROWS = 64, 3e-3, 4_000, 20
PATIENCE = 12
LIMIT = 5.0
LAYERS = ("in", "mid", "out")


@dataclass(frozen=True)
class Denoiser:
    """Weights (from, to) and offsets of three layers; `centre` and `scale` bring a column's numbers near 0."""

    centre: Array
    scale: Array
    weights: tuple[Array, ...]
    offsets: tuple[Array, ...]

    def scaled(self, x: Array) -> Array:
        """(rows, columns) near 0; missing stays NaN."""
        return np.clip((x - self.centre) / self.scale, -LIMIT, LIMIT)

    def through(self, z: Array) -> tuple[Array, Array, Array]:
        """(rows, hidden) twice and (rows, columns) of rows that `scaled` gives."""
        known = np.isfinite(z)
        shown = np.concatenate([np.where(known, z, 0.0), known - 0.5], axis=1)
        first = np.tanh(shown @ self.weights[0] + self.offsets[0])
        second = np.tanh(first @ self.weights[1] + self.offsets[1])
        return first, second, second @ self.weights[2] + self.offsets[2]

    def said(self, x: Array) -> Array:
        """(rows, columns) what should stand in each cell; rounded, so that a row gives the same alone as among others."""
        return np.asarray(self.through(self.scaled(x))[2].astype(np.float32) * self.scale + self.centre)

    def noticed(self, x: Array) -> Array:
        """(rows, hidden) what the rows have in common, between -1 and 1."""
        return self.through(self.scaled(x))[1].astype(np.float32).astype(np.float64)

    def sources(self) -> list[int]:
        """For each hidden value the column that it mostly comes from."""
        columns = len(self.centre)
        reach = np.abs(self.weights[0][:columns]) @ np.abs(self.weights[1])
        return [int(i) for i in reach.argmax(axis=0)]

    def to_json(self) -> State:
        """With six digits each, which is more than was learned."""
        return {
            "centre": _short(self.centre),
            "scale": _short(self.scale),
            "weights": [_short(w) for w in self.weights],
            "offsets": [_short(b) for b in self.offsets],
        }

    @staticmethod
    def from_json(state: State) -> "Denoiser":
        weights, offsets = ([np.array(part, np.float64) for part in state[name]] for name in ("weights", "offsets"))
        return Denoiser(np.array(state["centre"]), np.array(state["scale"]), tuple(weights), tuple(offsets))


def learned(x: Array, seed: int = 0) -> Denoiser:
    """Learns from (rows, columns) with gaps (NaN); what does best on rows that were put aside is kept. Of many rows, some are used."""
    rng = np.random.default_rng(seed)
    if len(x) > MOST_ROWS:
        x = x[np.linspace(0, len(x) - 1, MOST_ROWS).astype(np.int64)]
    start = _begun(x, rng)
    if len(x) < FEWEST_ROWS or not np.isfinite(x).any():
        return start
    z = start.scaled(x)
    order = rng.permutation(len(z))
    aside = max(5, len(z) // 7)
    judged, taught = z[order[:aside]], z[order[aside:]]
    shown = _spoilt(judged, rng)
    return _Course(start, rng).run(taught, shown, judged)


class _Course:
    """Adam (Kingma and Ba 2015) on the squared error of all cells that are known."""

    def __init__(self, start: Denoiser, rng: np.random.Generator) -> None:
        self.now = start
        self.rng = rng
        self.steps = 0
        self.means = [np.zeros_like(p) for p in (*start.weights, *start.offsets)]
        self.squares = [np.zeros_like(p) for p in self.means]

    def run(self, taught: Array, shown: Array, judged: Array) -> Denoiser:
        best, least, waited = self.now, np.inf, 0
        while self.steps < STEPS and waited < PATIENCE:
            order = self.rng.permutation(len(taught))
            for first in range(0, len(order), BATCH):
                rows = taught[order[first : first + BATCH]]
                self._step(_spoilt(rows, self.rng, taught), rows)
            lost = _lost(self.now, shown, judged)
            best, least, waited = (self.now, lost, 0) if lost < least else (best, least, waited + 1)
        return best

    def _step(self, shown: Array, rows: Array) -> None:
        now, known = self.now, np.isfinite(rows)
        first, second, said = now.through(shown)
        off = np.where(known, said - np.where(known, rows, 0.0), 0.0) / max(int(known.sum()), 1)
        back = (off @ now.weights[2].T) * (1 - second**2)
        further = (back @ now.weights[1].T) * (1 - first**2)
        given = np.concatenate([np.where(np.isfinite(shown), shown, 0.0), np.isfinite(shown) - 0.5], axis=1)
        slopes = [given.T @ further, first.T @ back, second.T @ off, further.sum(axis=0), back.sum(axis=0), off.sum(axis=0)]
        moved = self._moved([*now.weights, *now.offsets], slopes)
        self.now = Denoiser(now.centre, now.scale, tuple(moved[:3]), tuple(moved[3:]))

    def _moved(self, parameters: Sequence[Array], slopes: Sequence[Array]) -> list[Array]:
        self.steps += 1
        rate = RATE * (1 - self.steps / (STEPS + 1)) * np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        found = []
        for place, (parameter, slope) in enumerate(zip(parameters, slopes, strict=True)):
            self.means[place] = 0.9 * self.means[place] + 0.1 * slope
            self.squares[place] = 0.999 * self.squares[place] + 0.001 * slope**2
            found.append(parameter - rate * self.means[place] / (np.sqrt(self.squares[place]) + 1e-8))
        return found


def _begun(x: Array, rng: np.random.Generator) -> Denoiser:
    columns = x.shape[1]
    known = [x[np.isfinite(x[:, i]), i] for i in range(columns)]
    centre = np.array([float(np.median(own)) if len(own) else 0.0 for own in known])
    scale = np.array([_spread(own) for own in known])
    width = int(np.clip(2 * columns, NARROWEST, WIDEST))
    width = max(4, min(width, MOST_NUMBERS // (4 * columns)))
    sizes = ((2 * columns, width), (width, width), (width, columns))
    weights = tuple(rng.normal(0, 1 / np.sqrt(size[0]), size) for size in sizes)
    return Denoiser(centre, scale, (*weights[:2], 0.1 * weights[2]), tuple(np.zeros(size[1]) for size in sizes))


def _spread(known: Array) -> float:
    """Of the middle half, as a standard deviation would be; else the standard deviation; 1 for what does not vary."""
    if not len(known):
        return 1.0
    low, high = np.percentile(known, [25, 75])
    return float((high - low) / 1.35) or float(known.std()) or 1.0


def _spoilt(rows: Array, rng: np.random.Generator, others: Array | None = None) -> Array:
    """The rows with some cells taken from other rows of the same column, and some hidden."""
    donors = rows if others is None else others
    drawn = rng.random(rows.shape)
    foreign = donors[rng.integers(0, len(donors), rows.shape), np.arange(rows.shape[1])]
    swapped = np.where(drawn < SWAPPED, foreign, rows)
    return np.where((drawn >= SWAPPED) & (drawn < SWAPPED + HIDDEN), np.nan, swapped)


def _lost(now: Denoiser, shown: Array, rows: Array) -> float:
    known = np.isfinite(rows)
    off = np.where(known, now.through(shown)[2] - np.where(known, rows, 0.0), 0.0)
    return float(np.square(off).sum() / max(int(known.sum()), 1))


def _short(values: Array) -> Any:
    scale = np.where(values == 0, 1.0, 10.0 ** (5 - np.floor(np.log10(np.abs(np.where(values == 0, 1.0, values))))))
    return (np.round(values * scale) / scale).tolist()
