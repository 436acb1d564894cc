"""On which terms a run is trained: when it may start, what it may take, and what it is expected to take. Not part of its plan."""

from typing import Literal

from engine.spec import Spec, param


class Terms(Spec):
    """When a training may start, and what it may take of this computer.

    `not_before` is ISO-8601 UTC text, or "" for at once. `seconds` and `megabytes` are what was measured for it beforehand; 0 if
    nobody measured. Terms say nothing of the model: the same plan on other terms gives the same model, unless a limit ends it.
    """

    kind: Literal["terms"] = "terms"
    title = "Terms"

    minutes: float = param(
        0.0, "Longest time", unit="minutes", ge=0, le=1_000_000, help="After that the best model so far is judged and kept. 0: no limit."
    )
    gigabytes: float = param(
        0.0, "Most memory", unit="GB", ge=0, le=1_000_000, help="A training that grows beyond it is ended. 0: no limit but the computer's."
    )
    not_before: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def most_seconds(self) -> float | None:
        """The time limit."""
        return 60 * self.minutes or None

    @property
    def most_bytes(self) -> int | None:
        """The memory limit."""
        return int(1e9 * self.gigabytes) or None
