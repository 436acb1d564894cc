"""Energy, money and CO2 in words: two digits, plain about what is estimated, and never a long tail of zeros."""

import pytest

from app import spending
from engine import energy
from engine.store.settings import Settings
from engine.store.usage import Spent

HOUR = Spent(runs=12, seconds=3840, processor_seconds=7200)


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def money(amount: float, currency: str = "€") -> str:
    """The words for so much money."""
    given = Settings(core_watts=0, other_watts=1, price=1, currency=currency)  # type: ignore[arg-type]
    return plain(spending.money(energy.of(Spent(1, 3_600_000 * amount), given)))


def test_many_trainings_in_one_line() -> None:
    said = plain(spending.line(HOUR, Settings(core_watts=10, other_watts=10, price=0.3, co2=400)))
    assert said == "12 trainings, 64 min, about 31 Wh, under 1 cent, 12 g CO₂"


def test_nothing_is_said_before_there_is_anything() -> None:
    assert spending.line(Spent(), Settings()) == "" and spending.tile(Spent(), Settings()) == []


def test_a_tile_says_that_it_is_an_estimate() -> None:
    ((name, value, note),) = spending.tile(HOUR, Settings())
    assert (name, plain(value), plain(note)) == ("Energy, estimated", "35 Wh", "1 cent, 15 g CO₂")


@pytest.mark.parametrize(
    ("watt_hours", "said"),
    [(0.0001, "under 0.01 Wh"), (0.0916, "0.092 Wh"), (3.14, "3.1 Wh"), (99, "99 Wh"), (131, "0.13 kWh"), (2e6, "2,000 kWh")],
)
def test_energy_has_two_digits(watt_hours: float, said: str) -> None:
    assert plain(spending.power(watt_hours)) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (0, "€", "€0.00"),
        (0.004, "€", "under 1 cent"),
        (0.014, "$", "1 cent"),
        (0.12, "€", "12 cents"),
        (0.014, "£", "1 penny"),
        (0.997, "€", "€1.00"),
        (12.345, "$", "$12.35"),
        (1234, "€", "€1,234"),
        (0.004, "CHF", "under CHF 0.01"),
        (0.5, "kr", "0.50 kr"),
    ],
)
def test_money_is_said_as_on_a_bill(amount: float, currency: str, said: str) -> None:
    assert money(amount, currency) == said


def test_the_account_names_every_assumption() -> None:
    given = Settings(core_watts=15, other_watts=30, price=0.4, currency="CHF", co2=100)
    said = plain(" ".join(map(" ".join, spending.account(HOUR, energy.of(HOUR, given)))))
    assert "30 Wh (estimated: 2 h of one core at 15 W)" in said and "32 Wh (estimated: 64 min at 30 W)" in said
    assert "CHF 0.40 and 100 g CO₂ per kWh" in said


def test_what_was_measured_is_said() -> None:
    spent = Spent(1, 3600, 0, 36_000, 360_000, has_gpu=True, is_counted=True)
    found = energy.of(spent, Settings())
    assert (
        plain(spending.sentence(found)) == "About 0.12 kWh, 3 cents and 53 g CO₂; processor and graphics card measured, the rest estimated."
    )
    said = dict(spending.account(spent, found))
    assert plain(said["Processor"]) == "10 Wh (measured)" and "measured" in said["Graphics card"]


def test_a_part_that_was_measured_is_not_called_all() -> None:
    spent = Spent(1, 3600, 600, 36_000)
    said = dict(spending.account(spent, energy.of(spent, Settings())))
    assert "partly measured" in said["Processor"]
    assert spending.sentence(energy.of(spent, Settings())).endswith("; estimated.")
