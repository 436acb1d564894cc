"""Dates as numbers: how far along, and where in the year, the week and the day."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.spec import param
from engine.steps._words import listed
from engine.steps.base import Array, State, Step

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

DAY = 86_400.0
YEAR = 365.2425
CYCLES = {"time of year": YEAR, "day of the week": 7.0, "time of day": 1.0}


class DateParts(Step):
    """Turn a date into numbers: the days gone by, and the time of year, week and day as circles.

    A circle (sine and cosine) puts 31 December next to 1 January. Only circles the training rows go round are made; a missing date
    gets the middle day and the middle of each circle, and a note that it was missing.
    """

    kind: Literal["date_parts"] = "date_parts"
    title = "Take dates apart"
    order = 10
    takes = frozenset({"date"})
    gives = "number"
    brings = frozenset({"complete"})

    trend: Literal["days", "year", "none"] = param(
        "days",
        "How far along",
        help="Leave it out if what held earlier should hold later in the same way.",
        choices={"days": "Days since the first date", "year": "Year", "none": "Leave out"},
    )
    cycles: bool = param(True, "Time of year, week and day", help="As sine and cosine, so that December is next to January.")

    def fit(self, x: Array) -> State:
        return {"columns": [self._learn(_days(x[:, i])) for i in range(x.shape[1])]}

    def apply(self, x: Array, state: State) -> Array:
        parts = [part for i, learned in enumerate(state["columns"]) for part in self._parts(x[:, i], learned)]
        return np.stack(parts, axis=1) if parts else np.zeros((len(x), 0))

    def outputs(self, labels: Sequence[str], state: State) -> list[tuple[str, int]]:
        return [(name, i) for i, learned in enumerate(state["columns"]) for name in self._names(labels[i], learned)]

    @classmethod
    def propose(cls, columns: "Sequence[ColumnProfile]", wants: frozenset[str]) -> tuple[Step, str] | None:
        dates = [column for column in columns if column.type == "date"]
        if not dates or "number" not in wants:
            return None
        return cls(), f"A model cannot read {listed(dates)} as it is; the season, the weekday and the time passed it can."

    def _learn(self, days: Array) -> dict[str, Any]:
        known = days[np.isfinite(days)]
        if not len(known):
            return {"start": 0.0, "middle": 0.0, "cycles": [], "gaps": False}
        span = float(known.max() - known.min())
        seen = {"time of year": span > YEAR / 2, "day of the week": span >= 7, "time of day": bool(np.any(known % 1 != known[0] % 1))}
        return {
            "start": float(np.floor(known.min())),
            "middle": float(np.median(known)),
            "cycles": [name for name in CYCLES if seen[name]] if self.cycles else [],
            "gaps": len(known) < len(days),
        }

    def _parts(self, dates: Array, learned: dict[str, Any]) -> list[Array]:
        days = _days(dates)
        missing = ~np.isfinite(days)
        filled = np.where(missing, learned["middle"], days)
        parts = [] if self.trend == "none" else [_year(filled) if self.trend == "year" else filled - learned["start"]]
        for name in learned["cycles"]:
            turn = 2 * np.pi * filled / CYCLES[name]
            parts += [np.where(missing, 0.0, np.sin(turn)), np.where(missing, 0.0, np.cos(turn))]
        return [*parts, missing.astype(np.float64)] if learned["gaps"] else parts

    def _names(self, label: str, learned: dict[str, Any]) -> list[str]:
        trend = {"days": [f"{label}: days since the first"], "year": [f"{label}: year"], "none": []}[self.trend]
        cycles = [f"{label}: {name} ({wave})" for name in learned["cycles"] for wave in ("sine", "cosine")]
        return trend + cycles + ([f"{label} (was missing)"] if learned["gaps"] else [])


def _days(dates: Array) -> Array:
    """Days since 1970 with fractions; NaN where missing."""
    seconds = dates.astype("datetime64[s]")
    return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64) / DAY)


def _year(days: Array) -> Array:
    return np.floor(days).astype(np.int64).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970.0
