"""What trainings cost in energy, money and CO2: counted where the system counts, else estimated from processor time."""

from dataclasses import dataclass

from engine.store.settings import Settings
from engine.store.usage import Spent

JOULES = 3600.0


@dataclass(frozen=True)
class Energy:
    """Watt-hours, and what they mean by the settings. `counted` names the parts whose energy the system counted."""

    watt_hours: float
    money: float
    grams: float
    currency: str
    counted: tuple[str, ...] = ()


def of(spent: Spent, settings: Settings) -> Energy:
    """The energy of what was used: each second of a core at `core_watts` unless counted, the graphics cards, and the rest of the computer.

    Power that the training shares with other programs (screen, fans, a second training) is not divided among them.
    """
    estimated = spent.processor_seconds * settings.core_watts + spent.seconds * settings.other_watts
    watt_hours = (estimated + spent.processor_joules + spent.gpu_joules) / JOULES
    parts = {"processor": spent.is_counted, "graphics card": spent.has_gpu}
    counted = tuple(part for part, is_counted in parts.items() if is_counted)
    return Energy(watt_hours, watt_hours / 1000 * settings.price, watt_hours / 1000 * settings.co2, settings.currency, counted)
