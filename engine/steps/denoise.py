"""Missing numbers filled with what the rest of the row suggests, by a small network that is learned for it."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from engine.spec import param
from engine.steps import _denoiser
from engine.steps._denoiser import Denoiser
from engine.steps.base import Array, State, Step
from engine.steps.fill_numbers import FillNumbers


class Denoise(Step):
    """Fill a gap with what the other numbers of its row suggest, as a small network learns it from the training rows."""

    kind: Literal["denoise"] = "denoise"
    title = "Fill gaps from the rest of the row"
    order = 19
    takes = frozenset({"number"})
    brings = frozenset({"complete"})
    is_learned_long: ClassVar[bool] = True

    indicator: bool = param(
        True, "Note that it was missing", help="Adds a yes/no column for each column with gaps: a gap itself can mean something."
    )
    features: bool = param(
        False,
        "Add the patterns it found",
        help="Also hands on what it noticed in each row. Can help with many noisy columns; takes longer.",
        advanced=True,
    )

    def fit(self, x: Array) -> State:
        known = np.isfinite(x)
        gaps = [i for i in range(x.shape[1]) if not known[:, i].all()]
        made = Denoiser.from_json(_denoiser.learned(x).to_json())
        return {"gaps": gaps, "sources": made.sources(), **made.to_json()}

    def apply(self, x: Array, state: State) -> Array:
        missing, made = ~np.isfinite(x), Denoiser.from_json(state)
        parts = [np.where(missing, made.said(x), x)]
        if gaps := self._noted(state):
            parts.append(missing[:, gaps])
        if self.features:
            parts.append(made.noticed(x))
        return np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]

    def outputs(self, labels: Sequence[str], state: State) -> list[tuple[str, int]]:
        """A pattern is told as one of the column that it mostly comes from."""
        missing = [(f"{labels[i]} (was missing)", i) for i in self._noted(state)]
        found = [(f"{labels[i]} (pattern {n + 1})", i) for n, i in enumerate(state["sources"])] if self.features else []
        return super().outputs(labels, state) + missing + found

    def stand_in(self) -> Step:
        return FillNumbers(columns=self.columns, indicator=self.indicator)

    def _noted(self, state: State) -> list[int]:
        return list(state["gaps"]) if self.indicator else []
