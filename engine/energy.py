"""What trainings cost in energy, money and CO2: counted where the system counts, else estimated from processor time."""

from dataclasses import dataclass, replace

from engine.store.settings import Settings
from engine.store.usage import Spent

JOULES = 3600.0


@dataclass(frozen=True)
class Energy:
    """Watt-hours of the parts, and what all of them mean by the settings. `counted` names the parts whose energy the system counted."""

    processor: float
    cards: float
    rest: float
    settings: Settings
    counted: tuple[str, ...] = ()

    @property
    def watt_hours(self) -> float:
        """All of it."""
        return self.processor + self.cards + self.rest

    @property
    def money(self) -> float:
        """Its price in the currency of the settings."""
        return self.watt_hours / 1000 * self.settings.price

    @property
    def grams(self) -> float:
        """The CO2 that making this electricity sets free."""
        return self.watt_hours / 1000 * self.settings.co2


def of(spent: Spent, settings: Settings) -> Energy:
    """The energy of what was used: each second of a core at `core_watts` unless counted, the graphics cards, and the rest of the computer.

    Power that the training shares with other programs (a graphics card, fans, a second training) is not divided among them.
    """
    parts = {"processor": spent.is_counted, "graphics card": spent.has_gpu}
    return Energy(
        (spent.processor_seconds * settings.core_watts + spent.processor_joules) / JOULES,
        spent.gpu_joules / JOULES,
        spent.seconds * settings.other_watts / JOULES,
        settings,
        tuple(part for part, is_counted in parts.items() if is_counted),
    )


USUAL_LOAD = 0.7
"""The part of all cores at work while it learns, as long as no training has been counted here."""


def expected(seconds: float, before: Spent, cores: int, settings: Settings) -> Energy:
    """The energy of a training that is to take so long, if it uses the computer as those `before` did."""
    if before.seconds <= 0:
        return of(Spent(runs=1, seconds=seconds, processor_seconds=USUAL_LOAD * cores * seconds), settings)
    part = seconds / before.seconds
    scaled = {name: part * getattr(before, name) for name in ("seconds", "processor_seconds", "processor_joules", "gpu_joules")}
    return of(replace(before, runs=1, **scaled), settings)
