"""Follows a training: tells its measures, keeps the best weights, stops early, and guards against numbers that are none.

Knows a model only by its weights and its learning rate, and no library.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Diverged
from engine.learners.base import Cancelled, Paused, Tell
from engine.tasks.base import Metric
from engine.wording import count

SECONDS_BETWEEN = 0.25
LATEST = 20
"""Epochs whose mean time says how long the next ones take."""
FALL = 0.4


@dataclass(frozen=True)
class Rules:
    """What a training may do. `patience` is in epochs without improvement (0: no end); `plateau` lets the rate fall before that; `again`
    is how much longer than an epoch now one of learning once more will take (0: it does not learn once more). `steadies` says that going on
    cannot do harm, so that the last state is the one to keep, not the luckiest. `usual` is after how many epochs such trainings usually end
    (0: unknown). `step` is the learner's word for a time through all rows."""

    epochs: int
    steps: int
    rows: int
    rate: float
    patience: int = 0
    plateau: bool = False
    again: float = 0.0
    steadies: bool = False
    usual: int = 0
    step: str = "epoch"


@dataclass
class Progress:
    """Where a training stands after whole epochs: besides weights and optimiser, all that going on later needs."""

    epochs: int = 0
    best: float = math.inf
    best_epoch: int = 0
    best_measure: float = math.nan
    best_weights: list[Any] = field(default_factory=list)
    waited: int = 0
    waited_for_rate: int = 0
    stopped: str = ""


class Watch:
    """One training under watch: `begin`, then `heard` within and `judged` after every epoch, then `finish`."""

    def __init__(self, model: Any, tell: Tell, measures: Sequence[Metric], rules: Rules) -> None:
        self.model = model
        self.tell = tell
        self.rules = rules
        self.progress = Progress()
        self._main = measures[0].name
        self._factors = {m.name: m.factor for m in measures}
        self._began = time.monotonic()
        self._told = -math.inf
        self._took: deque[float] = deque(maxlen=LATEST)
        self._is_to_pause = False
        self.is_stopped = False
        """a person, or the time, has asked for an end"""

    def begin(self) -> None:
        """An epoch begins."""
        self._began = time.monotonic()

    def heard(self, steps: int, loss: Callable[[], float]) -> bool:
        """After some steps of an epoch: tells the loss so far, at once and then at most four times a second. True when training should end.

        Raises Diverged, Cancelled, Paused.
        """
        if not self.is_due(time.monotonic()):
            return False
        running = loss()
        self._obey(self.tell.metrics(self.progress.epochs + steps / self.rules.steps, {"running_loss": running}))
        self._guard(running)
        self._pause_if_asked()
        return self.is_over

    def judged(self, training: Mapping[str, float], validation: Mapping[str, float], seconds: float | None = None) -> bool:
        """After an epoch (that took `seconds`, else since `begin`): tells, compares, keeps. True when training should end.

        Raises Diverged, Cancelled; Paused when all is done that belongs to this epoch.
        """
        values = self._in_user_units(training, validation)
        self.progress.epochs += 1
        self._obey(self.tell.metrics(float(self.progress.epochs), values))
        self._guard(values["loss"])
        self._guard(values["val_loss"])
        self._compare(values)
        self._tell_facts(time.monotonic() - self._began if seconds is None else seconds)
        self._obey(self.tell.stage(self._sentence(), self.progress.epochs / self.rules.epochs))
        self._pause_if_asked()
        return self.is_over

    def finish(self) -> Progress:
        """Puts the best weights back."""
        if self.progress.best_weights:
            self.model.set_weights(self.progress.best_weights)
        return self.progress

    def is_due(self, now: float) -> bool:
        """Whether it is time to tell again; then the next time is counted from now."""
        if now - self._told < SECONDS_BETWEEN:
            return False
        self._told = now
        return True

    @property
    def is_over(self) -> bool:
        return bool(self.progress.stopped) or self.progress.epochs >= self.rules.epochs

    def _in_user_units(self, training: Mapping[str, float], validation: Mapping[str, float]) -> dict[str, float]:
        own = {name: value * self._factors.get(name, 1.0) for name, value in training.items()}
        return own | {f"val_{name}": value * self._factors.get(name, 1.0) for name, value in validation.items()}

    def _compare(self, values: Mapping[str, float]) -> None:
        progress = self.progress
        if values["val_loss"] < progress.best or self.rules.steadies:
            progress.best, progress.best_epoch = values["val_loss"], progress.epochs
            progress.best_measure = values[f"val_{self._main}"]
            progress.best_weights = self.model.get_weights()
            progress.waited = progress.waited_for_rate = 0
            return
        progress.waited += 1
        progress.waited_for_rate += 1
        if self.rules.plateau and progress.waited_for_rate >= max(2, self.rules.patience // 3):
            progress.waited_for_rate = 0
            rate = self.model.optimizer.learning_rate
            rate.assign(rate * FALL)
        if self.rules.patience and progress.waited >= self.rules.patience:
            progress.stopped = f"No better for {count(progress.waited, self.rules.step)}."

    def _tell_facts(self, seconds: float) -> None:
        seconds = max(seconds, 1e-6)
        progress = self.progress
        self._took.append(seconds)
        usual = sum(self._took) / len(self._took)
        least, likely, most = (usual * epochs for epochs in self._epochs_left())
        self.tell.facts(
            {
                "epoch": progress.epochs,
                "best": {"epoch": progress.best_epoch, "value": progress.best_measure, "loss": progress.best},
                "seconds_left": most,
                "seconds_left_least": least,
                "seconds_left_likely": likely,
                "rows_per_second": self.rules.rows / seconds,
            }
        )

    def _epochs_left(self) -> tuple[float, float, float]:
        """At least, if nothing is better than the best so far; likely, if it ends as such trainings do; and at most. With those of learning
        once more, in the time of one now."""
        rules, progress = self.rules, self.progress
        if self.is_over:
            left = 0.0 if self.is_stopped else rules.again * progress.best_epoch
            return left, left, left
        ends = min(rules.epochs, progress.best_epoch + rules.patience) if rules.patience else rules.epochs
        best = progress.best_epoch if rules.patience else rules.epochs
        likely, kept = max(ends, min(rules.usual, rules.epochs)), best
        if likely > ends:
            kept = likely - rules.patience
        least, most = ends + rules.again * best, (1 + rules.again) * rules.epochs
        return least - progress.epochs, likely + rules.again * kept - progress.epochs, most - progress.epochs

    def _sentence(self) -> str:
        progress, step = self.progress, self.rules.step
        if progress.stopped:
            return f"{progress.stopped} Keeping the model of {step} {progress.best_epoch}."
        if self.rules.steadies:
            return f"{progress.epochs} of {self.rules.epochs} are ready."
        if progress.waited == 0:
            return f"{step.capitalize()} {progress.epochs}: the best so far on rows it does not learn from."
        waited = count(progress.waited, step)
        return f"{step.capitalize()} {progress.epochs}: no better for {waited}; the best was {step} {progress.best_epoch}."

    def _guard(self, loss: float) -> None:
        if math.isfinite(loss):
            return
        raise Diverged(
            f"The loss became {'not a number' if math.isnan(loss) else 'infinite'} in {self.rules.step} {max(self.progress.epochs, 1)}.",
            f"Lower the learning rate from {self.rules.rate:g} to {self.rules.rate / 10:g}.",
        )

    def _obey(self, wish: str) -> None:
        if wish == "cancel":
            raise Cancelled
        self._is_to_pause |= wish == "pause"
        if wish == "stop":
            self.is_stopped = True
            self.progress.stopped = self.progress.stopped or "Stopped as you asked."

    def _pause_if_asked(self) -> None:
        if self._is_to_pause:
            raise Paused
