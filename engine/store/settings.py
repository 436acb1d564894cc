"""What a person has set once for the whole workspace: one row for each name, so that two pages never overwrite each other."""

import json
from typing import Any, Literal

from engine.spec import Spec, param
from engine.store import db
from engine.store.records import to_json
from engine.store.workspace import Workspace

CURRENCIES = {
    "€": "Euro (€)",
    "$": "Dollar ($)",
    "£": "Pound (£)",
    "¥": "Yen (¥)",
    "₹": "Rupee (₹)",
    "CHF": "Franc (CHF)",
    "kr": "Krone (kr)",
}


class Settings(Spec):
    """What holds for every training on this computer.

    Sources of the defaults. `core_watts`: Green Algorithms' value for any processor (Lannelongue and others 2021,
    https://doi.org/10.1002/advs.202100707, data/latest/TDP_cpu.csv). `other_watts`: a round assumption. `price`: households in the
    EU, first half of 2025, 0.2872 euro (Eurostat, nrg_pc_204). `co2`: the world's mean of 2024 (IEA, Electricity 2025, "Emissions").
    """

    kind: Literal["settings"] = "settings"
    title = "Settings"

    core_watts: float = param(
        12.0, "Power of one busy core", unit="W", ge=0, le=500, help="Your processor's maximal power (TDP), divided by its cores."
    )
    other_watts: float = param(
        10.0,
        "The rest of the computer",
        unit="W",
        ge=0,
        le=5000,
        help="Memory, disk and fans while it trains. 0 if the computer would be on anyway.",
    )
    price: float = param(0.29, "Price of electricity", unit="per kWh", ge=0, le=1000, help="It is on your electricity bill.")
    currency: Literal["€", "$", "£", "¥", "₹", "CHF", "kr"] = param("€", "Currency", choices=CURRENCIES)
    slots: int = param(
        1,
        "Trainings at once",
        ge=1,
        le=64,
        help="The processor's cores are divided among them; the others wait. A graphics card trains one at a time, whatever is set here.",
    )
    treat_personal: bool = param(
        False,
        "Treat personal data before anything is kept",
        help="While a file is read, columns that seem to tell of whom the rows are get the treatment that is proposed. The upload itself"
        " is then not kept, and nothing brings the values back.",
    )
    co2: float = param(445.0, "CO₂ of electricity", unit="g per kWh", ge=0, le=5000, help="Your supplier says it; the world's mean is 445.")


def get(workspace: Workspace) -> Settings:
    """What is set, and the default for all else. A name of another version, or a value that is none any more, is left out."""
    settings = Settings()
    for row in db.rows(workspace, "SELECT name, value FROM settings"):
        try:
            settings = Settings.model_validate({**settings.model_dump(), row["name"]: json.loads(row["value"])})
        except ValueError:
            continue
    return settings


def set(workspace: Workspace, **changes: Any) -> Settings:
    """Stores these settings; the others stay. Raises ValueError for a value or a name that cannot be."""
    settings = get(workspace).with_(**changes)
    with db.write(workspace) as database:
        for name in changes:
            database.execute(
                "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, to_json(getattr(settings, name))),
            )
    return settings
