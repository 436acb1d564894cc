"""Categories as whole numbers, for models that learn what each value stands for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.spec import param
from engine.steps._levels import find, learn, to_code
from engine.steps._words import listed
from engine.steps.base import Array, State, Step

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

MOST_FOR_TREES = 250


class Codes(Step):
    """Number the values of each category, so that the model can learn what each one stands for."""

    kind: Literal["codes"] = "codes"
    title = "Number the categories"
    order = 50
    takes = frozenset({"category"})
    gives = "code"
    brings = frozenset({"complete", "scaled"})

    most: int = param(1000, "At most this many values", help="The commonest are kept; the rest count as unknown.", ge=1, le=100_000)
    rare: int = param(3, "A value needs", help="Rarer values count as unknown, like values never seen.", unit="rows", ge=1, le=10000)

    def fit(self, x: Array) -> State:
        return {"levels": [learn(x[:, i], self.rare, self.most)[0] for i in range(x.shape[1])]}

    def apply(self, x: Array, state: State) -> Array:
        """0 for missing, rare and never-seen values; 1 for the commonest."""
        columns = [find(x[:, i], levels) + 1 for i, levels in enumerate(state["levels"])]
        return np.stack(columns, axis=1).astype(np.int32)

    def levels(self, state: State) -> list[int]:
        return [len(levels) + 1 for levels in state["levels"]]

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        coded = to_code(columns, wants)
        if not coded:
            return None
        every = len(coded) == sum(column.type == "category" for column in columns)
        chosen = () if every else tuple(column.id for column in coded)
        if "scaled" not in wants:
            return cls(columns=chosen, most=MOST_FOR_TREES), "Trees divide rows by category directly, so a number a value is enough."
        have = "has" if len(coded) == 1 else "have"
        return cls(columns=chosen), f"{listed(coded)} {have} many values; the network learns a few numbers for each of them."
