"""Numbers brought to a common scale."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.spec import param
from engine.steps.base import Array, State, Step
from engine.wording import number

if TYPE_CHECKING:
    from engine.profile import ColumnProfile


class Scale(Step):
    """Bring every number to a comparable size, so that no column counts more for its unit.

    Robust with smooth clip: z = (x - median) / (q75 - q25), or / half the range where the quartiles are equal, then
    z / sqrt(1 + (z / limit)^2) (Holzmüller et al. 2024, "Better by default", section 3). Yes/no columns (0 and 1) stay as they are;
    a column that is constant in training becomes 0.
    """

    kind: Literal["scale"] = "scale"
    title = "Scale numbers"
    order = 40
    takes = frozenset({"number"})
    brings = frozenset({"scaled"})

    method: Literal["robust", "standard", "minmax"] = param(
        "robust",
        "How",
        help="Robust measures by the middle half of the rows, and bends extreme values smoothly towards a limit.",
        choices={"robust": "Robust, extremes bent in", "standard": "Mean 0, spread 1 (standardise)", "minmax": "Between 0 and 1 (min-max)"},
    )
    limit: float = param(
        3.0, "Extremes bend towards", help="In quartile ranges from the median.", ge=1, le=20, advanced=True, when={"method": "robust"}
    )

    def fit(self, x: Array) -> State:
        measured = [self._measure(x[np.isfinite(x[:, i]), i]) for i in range(x.shape[1])]
        return {"centre": [m[0] for m in measured], "factor": [m[1] for m in measured], "as_is": [m[2] for m in measured]}

    def apply(self, x: Array, state: State) -> Array:
        z: Array = x - np.array(state["centre"])
        z *= np.array(state["factor"])
        if self.method == "robust":
            z /= np.sqrt(1 + np.square(z / self.limit))
        plain = np.array(state["as_is"], dtype=bool)
        if plain.any():
            z[:, plain] = x[:, plain]
        return z

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        numbers = [column for column in columns if column.type == "number" and column.spread]
        dates = any(column.type == "date" for column in columns)
        if "scaled" not in wants or "number" not in wants or not (numbers or dates):
            return None
        if len(numbers) < 2:
            return cls(), "The network learns steadily when numbers are near 0; a few extreme values are bent in."
        wide, narrow = max(numbers, key=_size), min(numbers, key=_size)
        sizes = f"{wide.name} varies by about {number(wide.spread)} and {narrow.name} by {number(narrow.spread)}"
        return cls(), f"{sizes}; on one scale both can count, and extreme values are bent in."

    def _measure(self, known: Array) -> tuple[float, float, bool]:
        """(centre, factor, left as it is)"""
        if not len(known) or known.min() == known.max():
            return (float(known[0]) if len(known) else 0.0), 0.0, False
        if bool(np.all((known == 0) | (known == 1))):
            return 0.0, 1.0, True
        centre, spread = {"robust": _robust, "standard": _standard, "minmax": _minmax}[self.method](known)
        return centre, 1 / spread if spread > 0 else 0.0, False


def _size(column: "ColumnProfile") -> float:
    return column.spread or 0.0


def _robust(known: Array) -> tuple[float, float]:
    low, median, high = np.percentile(known, [25, 50, 75])
    return float(median), float(high - low) or float(known.max() - known.min()) / 2


def _standard(known: Array) -> tuple[float, float]:
    return float(known.mean()), float(known.std())


def _minmax(known: Array) -> tuple[float, float]:
    return float(known.min()), float(known.max() - known.min())
