"""Categories as one yes/no column a value."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from engine.spec import param
from engine.steps._levels import find, learn, to_code, unused
from engine.steps.base import Array, State, Step
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import ColumnProfile


class OneHot(Step):
    """Turn each category into one yes/no column a value; rare and never-seen values share a column."""

    kind: Literal["one_hot"] = "one_hot"
    title = "One column per category"
    order = 60
    takes = frozenset({"category"})
    gives = "number"
    brings = frozenset({"complete", "scaled"})

    most: int = param(30, "At most this many values", help="The commonest are kept; the rest share the column 'other'.", ge=1, le=1000)
    rare: int = param(3, "A value needs", help="Rarer values share the column 'other'.", unit="rows", ge=1, le=10000)

    def fit(self, x: Array) -> State:
        learned = [learn(x[:, i], self.rare, self.most) for i in range(x.shape[1])]
        return {"levels": [levels for levels, _ in learned], "other": [other for _, other in learned]}

    def apply(self, x: Array, state: State) -> Array:
        """A missing value is 0 in every column of its category; a never-seen one too, or 1 in 'other' where there is one."""
        result = np.zeros((len(x), len(self.outputs([""] * x.shape[1], state))), np.float32)
        start = 0
        for i, (levels, other) in enumerate(zip(state["levels"], state["other"], strict=True)):
            at = find(x[:, i], levels)
            if other:
                at = np.where((at < 0) & ~pd.isna(x[:, i]), len(levels), at)
            rows = np.flatnonzero(at >= 0)
            result[rows, start + at[rows]] = 1
            start += len(levels) + other
        return result

    def outputs(self, labels: Sequence[str], state: State) -> list[tuple[str, int]]:
        named = []
        for i, (levels, other) in enumerate(zip(state["levels"], state["other"], strict=True)):
            named += [(f"{labels[i]} = {level}", i) for level in levels]
            named += [(f"{labels[i]} = {unused('other', levels)}", i)] if other else []
        return named

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        coded = {column.id for column in to_code(columns, wants)}
        categories = [column for column in columns if column.type == "category" and column.id not in coded]
        if not categories or "number" not in wants:
            return None
        what = count(len(categories), "category column becomes", "category columns become")
        return cls(), f"{what} yes/no columns, because a network can only add up numbers."
