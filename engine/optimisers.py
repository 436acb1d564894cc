"""How the weights are moved: optimisers and learning-rate schedules by name."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from engine.lazy import keras

Name = Literal["gd", "momentum", "adam", "adamw"]
Schedule = Literal["constant", "cosine", "waves", "plateau"]

NAMES: dict[Name, str] = {"gd": "Gradient descent", "momentum": "Gradient descent with momentum", "adam": "Adam", "adamw": "AdamW"}
SCHEDULES: dict[Schedule, str] = {
    "constant": "Stays the same",
    "cosine": "Falls along a cosine to zero",
    "waves": "Falls to zero four times, in ever longer waves",
    "plateau": "Falls when nothing improves",
}
MONOTONE: frozenset[Schedule] = frozenset({"constant", "cosine", "plateau"})
"""Schedules whose rate only falls (after the warm-up): with them, curves of trainings of equal length can be compared on the way."""

USUAL_RATES: dict[Name, float] = {"gd": 0.05, "momentum": 0.02, "adam": 0.001, "adamw": 0.001}


@dataclass(frozen=True)
class Settings:
    """What an optimiser is built from. `rate` is the highest learning rate, `warmup` the share of all steps in which it rises."""

    name: Name
    rate: float
    momentum: float
    weight_decay: float
    clip: float
    schedule: Schedule
    warmup: float
    memory: float = 0.999

    @property
    def follows_steps(self) -> bool:
        """Whether the learning rate depends on how many steps there are in all."""
        return self.schedule in ("cosine", "waves")


def build(settings: Settings, steps: int, free: Sequence[Any] = ()) -> Any:
    """A Keras optimiser for a training of `steps` steps in all. Biases, normalisation and the weights `free` are never decayed."""
    shared: dict[str, Any] = {
        "learning_rate": _rate(settings, steps),
        "weight_decay": settings.weight_decay or None,
        "global_clipnorm": settings.clip or None,
    }
    made = {
        "gd": lambda: keras.optimizers.SGD(**shared),
        "momentum": lambda: keras.optimizers.SGD(momentum=settings.momentum, nesterov=True, **shared),
        "adam": lambda: keras.optimizers.Adam(beta_2=settings.memory, **shared),
        "adamw": lambda: keras.optimizers.AdamW(beta_2=settings.memory, **{**shared, "weight_decay": settings.weight_decay}),
    }[settings.name]()
    if settings.weight_decay:
        made.exclude_from_weight_decay(var_list=[*free], var_names=["bias", "gamma", "beta"])
    return made


def _rate(settings: Settings, steps: int) -> Any:
    if settings.schedule == "waves":
        return _waves()(settings.rate, steps)
    if settings.schedule != "cosine":
        return settings.rate
    rising = int(settings.warmup * steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.rate / 100 if rising else settings.rate,
        decay_steps=max(steps - rising, 1),
        warmup_target=settings.rate if rising else None,
        warmup_steps=rising,
    )


@cache
def _waves() -> Any:
    class Waves(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
        """coslog4: rate x (1 - cos(2 pi log2(1 + 15 t))) / 2 for t from 0 to 1 (Holzmüller et al. 2024, arXiv 2407.04491); 0 at t = 1/15,
        3/15, 7/15 and 1, which are good places to stop."""

        def __init__(self, rate: float, steps: int) -> None:
            self.rate = rate
            self.steps = steps

        def __call__(self, step: Any) -> Any:
            done = keras.ops.cast(step, "float32") / max(self.steps, 1)
            return self.rate * 0.5 * (1 - keras.ops.cos(2 * math.pi * keras.ops.log2(1 + 15 * done)))

        def get_config(self) -> dict[str, Any]:
            return {"rate": self.rate, "steps": self.steps}

    return Waves
