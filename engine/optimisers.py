"""How the weights are moved: optimisers and learning-rate schedules by name."""

from dataclasses import dataclass
from typing import Any, Literal

from engine.lazy import keras

Name = Literal["gd", "momentum", "adam", "adamw"]
Schedule = Literal["constant", "cosine", "plateau"]

NAMES: dict[Name, str] = {"gd": "Gradient descent", "momentum": "Gradient descent with momentum", "adam": "Adam", "adamw": "AdamW"}
SCHEDULES: dict[Schedule, str] = {
    "constant": "Stays the same",
    "cosine": "Falls along a cosine to zero",
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


def build(settings: Settings, steps: int) -> Any:
    """A Keras optimiser for a training of `steps` steps in all. Biases and normalisation are never decayed."""
    shared: dict[str, Any] = {
        "learning_rate": _rate(settings, steps),
        "weight_decay": settings.weight_decay or None,
        "global_clipnorm": settings.clip or None,
    }
    made = {
        "gd": lambda: keras.optimizers.SGD(**shared),
        "momentum": lambda: keras.optimizers.SGD(momentum=settings.momentum, nesterov=True, **shared),
        "adam": lambda: keras.optimizers.Adam(**shared),
        "adamw": lambda: keras.optimizers.AdamW(**{**shared, "weight_decay": settings.weight_decay}),
    }[settings.name]()
    if settings.weight_decay:
        made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return made


def _rate(settings: Settings, steps: int) -> Any:
    if settings.schedule != "cosine":
        return settings.rate
    rising = int(settings.warmup * steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.rate / 100 if rising else settings.rate,
        decay_steps=max(steps - rising, 1),
        warmup_target=settings.rate if rising else None,
        warmup_steps=rising,
    )
