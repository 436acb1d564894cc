"""Categories as the numbers that another model has learned for their values."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from engine.spec import param
from engine.steps.base import Array, State, Step


class EmbedValues(Step):
    """Put the numbers that an earlier network has learned for each value in the value's place."""

    kind: Literal["embed_values"] = "embed_values"
    title = "Values as learned before"
    order = 45
    takes = frozenset({"category"})
    gives = "number"
    brings = frozenset({"complete", "scaled"})
    is_taken: ClassVar[bool] = True

    taken_from: str = param("", "Learned by", help="The training whose network has learned these numbers.", advanced=True)
    vectors: tuple[tuple[str, tuple[float, ...]], ...] = ()
    rest: tuple[float, ...] = ()

    def apply(self, x: Array, state: State) -> Array:
        """Missing and unknown values get the numbers of rare ones."""
        known = dict(self.vectors)
        found = [[known.get(value, self.rest) for value in row] for row in x]
        return np.array(found, np.float64).reshape(len(x), x.shape[1] * len(self.rest))

    def outputs(self, labels: Sequence[str], state: State) -> list[tuple[str, int]]:
        return [(f"{label} ({n + 1})", i) for i, label in enumerate(labels) for n in range(len(self.rest))]

    def lacks(self) -> str:
        return "" if self.rest else "It has nothing to put in the values' place: no learned numbers were taken."
