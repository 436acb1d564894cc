"""Outliers pulled back to chosen percentiles."""

from typing import Literal

import numpy as np

from engine.spec import param
from engine.steps.base import Array, State, Step

BOUND = 1e30


class Clip(Step):
    """Pull values beyond the chosen percentiles back to them."""

    kind: Literal["clip"] = "clip"
    title = "Clip outliers"
    order = 30
    takes = frozenset({"number"})

    lower: float = param(1.0, "Lower percentile", unit="%", ge=0, lt=50)
    upper: float = param(99.0, "Upper percentile", unit="%", gt=50, le=100)

    def fit(self, x: Array) -> State:
        limits = [self._limits(x[np.isfinite(x[:, i]), i]) for i in range(x.shape[1])]
        return {"low": [low for low, _ in limits], "high": [high for _, high in limits]}

    def apply(self, x: Array, state: State) -> Array:
        return np.clip(x, np.array(state["low"]), np.array(state["high"]))

    def _limits(self, known: Array) -> tuple[float, float]:
        """A column of two values (yes/no) is left alone: the rarer one is not an outlier."""
        if not len(known) or _two_valued(known):
            return -BOUND, BOUND
        low, high = np.percentile(known, [self.lower, self.upper])
        return float(low), float(high)


def _two_valued(known: Array) -> bool:
    return bool(np.all((known == known.min()) | (known == known.max())))
