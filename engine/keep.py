"""What a training keeps of itself so that it can be left at any moment and gone on with. Knows neither files nor libraries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

MEMBER, READY = "turn", "ready"
"""Under these names a team keeps which of its models the rest belongs to, from 0 in the order they are planned, and how many are ready."""

Arrays = Mapping[str, "np.ndarray[Any, Any]"]


@dataclass(frozen=True)
class Kept:
    """Where a training stood: `step` in epochs (fractions are inside one), plain values and arrays, both by name."""

    step: float
    values: Mapping[str, Any]
    arrays: Arrays = field(default_factory=dict)


class Unfit(Exception):
    """What was kept does not belong to this training."""


class Keep:
    """Is offered what a training may want to go on from. This one keeps nothing and finds nothing.

    `seconds` is the time that earlier attempts have spent on the same training; `folder` is where finished pieces of it may be put by.
    """

    seconds: float = 0.0
    folder: "Path | None" = None

    def found(self) -> Kept | None:
        """What an earlier attempt kept, or None to begin at the beginning."""
        return None

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        """Now would be a good moment: `make` is called when it is time, or when it `must` be kept because the training is left."""
