"""Missing categories: a category of their own, or the commonest one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from engine.spec import param
from engine.steps._levels import learn, unused
from engine.steps._words import listed
from engine.steps.base import Array, State, Step
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

OWN = "(missing)"


class FillCategories(Step):
    """Give missing categories a category of their own, or the commonest one."""

    kind: Literal["fill_categories"] = "fill_categories"
    title = "Fill missing categories"
    order = 25
    takes = frozenset({"category"})
    brings = frozenset({"complete"})

    value: Literal["own", "commonest"] = param(
        "own",
        "Put in",
        help="A category of its own lets the model learn whether a gap means something.",
        choices={"own": "A category of its own", "commonest": "The commonest category"},
    )

    def fit(self, x: Array) -> State:
        return {"fill": [self._fill(x[:, i]) for i in range(x.shape[1])]}

    def apply(self, x: Array, state: State) -> Array:
        fill = np.array(state["fill"], dtype=object)
        return np.where(pd.isna(x), fill, x)

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        gaps = [column for column in columns if column.type == "category" and column.missing]
        if not gaps or not wants & {"number", "code"}:
            return None
        missing = count(sum(column.missing for column in gaps), "value is", "values are")
        return cls(), f"{missing} missing in {listed(gaps)}; as a category of its own, a gap can mean something."

    def _fill(self, values: Array) -> str:
        common, _ = learn(values, rare=1, most=1)
        return common[0] if self.value == "commonest" and common else unused(OWN, values)
