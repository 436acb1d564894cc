"""What a training says and hears. It knows neither processes nor the store, and importing it costs nothing."""

from collections.abc import Mapping
from typing import Any, Literal

Wish = Literal["go on", "stop", "pause", "cancel"]


class Cancelled(Exception):
    """The user threw the run away."""


class Paused(Exception):
    """The training is left for now, to be gone on with later."""


class Tell:
    """Listens to a training and answers with the user's wish. This one hears nothing and says "go on"."""

    def metrics(self, step: float, values: Mapping[str, float]) -> Wish:
        """Measures at `step` (in epochs; fractions are inside an epoch). NaN and infinities are passed on as they are."""
        return "go on"

    def stage(self, text: str, done: float | None = None) -> Wish:
        """What is being done now, in words, and the finished part (0 to 1) if known."""
        return "go on"

    def facts(self, values: Mapping[str, Any]) -> None:
        """Things known once: baseline scores, parameters, rows, best epoch."""
