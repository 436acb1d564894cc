"""A Step is one act of preparation: it learns from training rows, then does the same to any rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.spec import Spec, param

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]
State = dict[str, Any]


class Step(Spec):
    """Base of the steps.

    A step is handed the columns of one type as one block `x` of shape (rows, columns): float64 for "number", object
    (str or None) for "category" and "text", datetime64[ns] for "date", object (absolute file path) for "image"; after other steps
    also "code" (int32) and "pixels" (rows, height, width, channels). It is fitted once per type it takes, and never changes `x`.

    `brings` are qualities its result has: "complete" (no missing values), "scaled". `is_learned_long` says that fitting it takes longer
    than a page should wait: it is only learned where a model is, and elsewhere its `stand_in` shows what it is about. `is_taken` says that
    it comes from an earlier model and cannot be added by hand.
    """

    takes: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[str | None] = None
    brings: ClassVar[frozenset[str]] = frozenset()
    is_learned_long: ClassVar[bool] = False
    is_taken: ClassVar[bool] = False

    columns: tuple[str, ...] = param((), "Only these columns", help="Leave empty for every column of the right type.", advanced=True)

    def fit(self, x: Array) -> State:
        """What is learned from training rows, as JSON (numbers, texts, lists, dicts). Default: nothing."""
        return {}

    def apply(self, x: Array, state: State) -> Array:
        """The block after the step, of type `gives` (or the type it came in). Never fails on unseen values."""
        raise NotImplementedError

    def outputs(self, labels: Sequence[str], state: State) -> list[tuple[str, int]]:
        """One (label, position of the source column) for each column of the result. Default: the same columns."""
        return [(label, i) for i, label in enumerate(labels)]

    def levels(self, state: State) -> list[int]:
        """For a step that gives "code": how many different codes each column of the result can hold. Default: no codes."""
        return []

    def stand_in(self) -> "Step":
        """The step that is shown in its place where nobody can wait for it to be learned. Default: itself."""
        return self

    def lacks(self) -> str:
        """What keeps it from working at all, as a sentence; "" (the default) for nothing."""
        return ""

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> "tuple[Step, str] | None":
        """The step set for these input columns and one sentence why, or None when it is not needed.

        `wants` holds what the architecture can take and needs: tensor kinds "number", "code", "pixels", and the
        qualities "complete" (no missing values) and "scaled".
        """
        return None
