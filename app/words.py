"""Numbers, sizes, times and lists in words: at most three digits that matter, always with the unit."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from engine.wording import CURRENCIES, number

THIN = "\u202f"


def count(value: float) -> str:
    """Whole things, exactly: 1234567 -> "1,234,567"."""
    return f"{int(value):,}"


def things(value: int, one: str, many: str = "") -> str:
    """ "1 row", "2 rows"."""
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def measure(value: float | None, unit: str = "") -> str:
    """A measured number: three digits that matter, no exponents for everyday sizes. Missing or not finite: a dash."""
    if value is None or not math.isfinite(value):
        return "–"
    shown = _three(value)
    if unit in CURRENCIES:
        return f"-{unit}{shown[1:]}" if shown.startswith("-") else f"{unit}{shown}"
    return f"{shown}{THIN if unit else ''}{unit}"


def exact(value: float) -> str:
    """A number as it was typed, thousands marked: 100000.0 -> "100,000", 0.0003 -> "0.0003"."""
    return number(value, 12) if math.isfinite(value) else "This number"


def share(value: float | None) -> str:
    """A part of a whole (0 to 1) as per cent; never "0 %" for something or "100 %" for not all."""
    if value is None or not math.isfinite(value):
        return "–"
    if 0 < value < 0.001:
        return f"<{THIN}0.1{THIN}%"
    if 0.999 < value < 1:
        return f">{THIN}99.9{THIN}%"
    percent = 100 * value
    return f"{percent:.1f}{THIN}%" if 0 < percent < 10 or 99 < percent < 100 else f"{percent:.0f}{THIN}%"


def size(number_of_bytes: float) -> str:
    """Bytes for people: 23.4 kB, 1.2 GB."""
    value = float(number_of_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, {"bytes": "kB", "kB": "MB", "MB": "GB", "GB": "TB"}[unit]
    return f"{_three(value)}{THIN}{unit}"


def duration(seconds: float | None) -> str:
    """About how long: "8 s", "2 min", "1 h 20 min"."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{seconds:.0f}{THIN}s"
    if seconds < 5400:
        return f"{seconds / 60:.0f}{THIN}min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}{THIN}h {minutes}{THIN}min" if minutes else f"{hours}{THIN}h"


def ago(moment: str, now: datetime | None = None) -> str:
    """An ISO-8601 UTC time as distance: "just now", "5 minutes ago", "3 days ago", "on 4 May 2026"."""
    then = datetime.fromisoformat(moment)
    then = then.replace(tzinfo=UTC) if then.tzinfo is None else then
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    if seconds < 60:
        return "just now"
    for limit, length, unit in ((3600, 60, "minute"), (86400, 3600, "hour"), (14 * 86400, 86400, "day")):
        if seconds < limit:
            return f"{things(int(seconds // length), unit)} ago"
    return f"on {then.day} {then:%B %Y}"


def listing(names: Sequence[str], last: str = "and", most: int = 4) -> str:
    """ "a, b and c"; a long list ends in "and 5 more"."""
    shown = list(names) if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}" if shown else ""


def _three(value: float) -> str:
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= 1e15 or abs(rounded) < 1e-4:
        return f"{rounded:.2e}"
    decimals = max(0, 2 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
