"""Missing numbers: a typical value in their place, and a note that something was missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.spec import param
from engine.steps._words import listed
from engine.steps.base import Array, State, Step
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import ColumnProfile


class FillNumbers(Step):
    """Put a typical value where a number is missing, and note that it was missing."""

    kind: Literal["fill_numbers"] = "fill_numbers"
    title = "Fill missing numbers"
    order = 20
    takes = frozenset({"number"})
    brings = frozenset({"complete"})

    value: Literal["median", "mean"] = param(
        "median", "Typical value", help="The median is not moved by a few extreme values.", choices={"median": "Median", "mean": "Mean"}
    )
    indicator: bool = param(
        True, "Note that it was missing", help="Adds a yes/no column for each column with gaps: a gap itself can mean something."
    )

    def fit(self, x: Array) -> State:
        known = np.isfinite(x)
        gaps = [i for i in range(x.shape[1]) if not known[:, i].all()]
        return {"fill": [self._typical(x[known[:, i], i]) for i in range(x.shape[1])], "gaps": gaps}

    def apply(self, x: Array, state: State) -> Array:
        missing = ~np.isfinite(x)
        filled = np.where(missing, np.array(state["fill"]), x)
        gaps = self._noted(state)
        return np.concatenate([filled, missing[:, gaps]], axis=1) if gaps else filled

    def outputs(self, labels: Sequence[str], state: State) -> list[tuple[str, int]]:
        return super().outputs(labels, state) + [(f"{labels[i]} (was missing)", i) for i in self._noted(state)]

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        numbers = [column for column in columns if column.type == "number"]
        if not numbers or "complete" not in wants:
            return None
        gaps = [column for column in numbers if column.missing]
        if not gaps:
            return cls(), "No number is missing here, but a new row may have a gap: it then gets the typical value."
        missing = count(sum(column.missing for column in gaps), "value is", "values are")
        return cls(), f"{missing} missing in {listed(gaps)}; this kind of model needs a number in every place."

    def _typical(self, known: Array) -> float:
        if not len(known):
            return 0.0
        return float(np.median(known) if self.value == "median" else np.mean(known))

    def _noted(self, state: State) -> list[int]:
        return list(state["gaps"]) if self.indicator else []
