"""Energy, money and CO2 of trainings in words: two digits, since they are estimates. Knows no Streamlit."""

from app import words
from engine import energy
from engine.energy import Energy
from engine.store.settings import Settings
from engine.store.usage import Spent

SMALL = {"€": ("cent", "cents"), "$": ("cent", "cents"), "£": ("penny", "pence")}
BEHIND = {"kr"}
LEAST = 0.01
KILO = 100


def tile(spent: Spent, settings: Settings) -> list[tuple[str, str, str]]:
    """The energy of a run as a tile; none before anything is known."""
    if not spent.runs:
        return []
    found = energy.of(spent, settings)
    return [("Energy, estimated", power(found.watt_hours), f"{money(found)}, {co2(found.grams)}")]


def line(spent: Spent, settings: Settings) -> str:
    """Many trainings in one line: "12 trainings, 1 h 4 min, about 0.13 kWh, 4 cents"; "" without any."""
    if not spent.runs:
        return ""
    found = energy.of(spent, settings)
    told = [words.things(spent.runs, "training"), words.duration(spent.seconds), about(found.watt_hours), money(found), co2(found.grams)]
    return ", ".join(told)


def sentence(found: Energy) -> str:
    """ "About 3.1 Wh, 1 cent and 1.4 g CO₂; estimated." """
    much = about(found.watt_hours)
    return f"{much[:1].upper()}{much[1:]}, {money(found)} and {co2(found.grams)}; {basis(found)}."


def basis(found: Energy) -> str:
    """How the number was come by."""
    return f"{words.listing(found.counted)} measured, the rest estimated" if found.counted else "estimated"


def account(spent: Spent, found: Energy) -> list[tuple[str, str]]:
    """The parts of the sum, each with the assumption it rests on."""
    settings = found.settings
    work = f"{words.duration(spent.processor_seconds)} of one core at {words.measure(settings.core_watts, 'W')}"
    how = "measured" if spent.is_counted else f"estimated: {work}" if not spent.processor_joules else f"partly measured, else {work}"
    told = [("Processor", f"{power(found.processor)} ({how})")]
    if spent.has_gpu:
        told.append(("Graphics card", f"{power(found.cards)} (measured, whoever else used it)"))
    rest = f"estimated: {words.duration(spent.seconds)} at {words.measure(settings.other_watts, 'W')}"
    told.append(("The rest of the computer", f"{power(found.rest)} ({rest})"))
    told.append(("Electricity", f"{price(settings.price, settings.currency)} and {words.measure(settings.co2, 'g')} CO₂ per kWh"))
    return told


def about(watt_hours: float) -> str:
    """The energy with its "about", where it does not say so by itself."""
    shown = power(watt_hours)
    return shown if shown.startswith("under") else f"about {shown}"


def power(watt_hours: float) -> str:
    """ "3.1 Wh", "0.13 kWh"."""
    if watt_hours < LEAST:
        return f"under {words.measure(LEAST, 'Wh')}"
    return _two(watt_hours, "Wh") if watt_hours < KILO else _two(watt_hours / 1000, "kWh")


def money(found: Energy) -> str:
    """ "under 1 cent", "12 cents", "€1.30"."""
    amount, currency = found.money, found.settings.currency
    if currency in SMALL and 0 < amount < 0.995:
        one, many = SMALL[currency]
        return f"under 1 {one}" if amount < 0.01 else words.things(round(100 * amount), one, many)
    return f"under {price(0.01, currency)}" if 0 < amount < 0.01 else price(amount, currency)


def price(amount: float, currency: str) -> str:
    """An amount with its currency where it belongs: "€0.29", "CHF 0.29", "0.29 kr"."""
    shown = f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"
    if currency in BEHIND:
        return f"{shown}{words.THIN}{currency}"
    return f"{currency}{words.THIN if len(currency) > 1 else ''}{shown}"


def co2(grams: float) -> str:
    """ "1.4 g CO₂", "2.1 kg CO₂"."""
    if grams < LEAST:
        return f"under {words.measure(LEAST, 'g')} CO₂"
    return f"{_two(grams, 'g') if grams < 1000 else _two(grams / 1000, 'kg')} CO₂"


def _two(value: float, unit: str) -> str:
    return words.measure(float(f"{value:.2g}"), unit)
