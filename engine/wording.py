"""Numbers in the words of a good newspaper: at most three significant digits, shares as so many of 100."""

import math

CURRENCIES = frozenset("$€£¥₹")
"""Units written before the number."""

ONE_OF = {"points": "point", "steps": "step"}

MANY = 1000
"""Fewer rows than this are told as they were counted: "991 of 1,000" would be false of 114 rows."""


def number(value: float | None, digits: int = 3) -> str:
    """At most `digits` significant digits, thousands marked: 35,200; 4.1; 0.037. A missing value is "unknown"."""
    if value is None or not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    if not 1e-6 <= abs(value) < 1e15:
        return f"{value:.{digits}g}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    rounded = float(f"{value:.{digits}g}")
    shown = f"{rounded:,.{places}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def amount(value: float | None, unit: str = "", digits: int = 3) -> str:
    """A number with its unit: "94 %", "4.1 MPa", "$35,200"."""
    shown = number(value, digits)
    if unit in CURRENCIES:
        return f"-{unit}{shown[1:]}" if shown.startswith("-") else f"{unit}{shown}"
    return f"{shown} {ONE_OF.get(unit, unit) if shown == '1' else unit}".strip()


def count(many: int, one: str, more: str = "") -> str:
    """ "1 row", "2,300 rows": a number of things."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def size(number_of_bytes: float) -> str:
    """Bytes for people: "23.4 kB", "1.2 GB"."""
    value, units = float(number_of_bytes), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{number(value)} {units[0]}"


def of_hundred(share: float) -> str:
    """ "94 of 100"; close to none or all "996 of 1,000", so that rounding never claims perfection."""
    base = _base(share)
    return f"{_part(share, base)} of {base:,}"


def share(value: float, low: float, high: float, what: str) -> str:
    """A share of many with its interval: "93 of 100 pairs (between 88 and 96)"."""
    base = max(map(_base, (value, low, high)))
    return f"{_part(value, base)} of {base:,} {what} (between {_part(low, base)} and {_part(high, base)})"


def per_cent(value: float) -> str:
    """A share as "94 %"; close to none or all "99.6 %", so that rounding never claims perfection."""
    base = _base(value)
    return f"{_part(value, base) * 100 / base:g} %"


def of_them(hits: int, rows: int) -> str:
    """A part of rows already named: "67 of them (59 %)", or "74 of 100" when they are many."""
    return f"{hits:,} of them ({per_cent(hits / rows)})" if rows < MANY else of_hundred(hits / rows)


def rate(hits: int, rows: int, interval: tuple[float, float], others: str = "rows", they: str = "it never saw") -> str:
    """A share of rows with its interval: the rows that were counted, or so many of 100 when they are many. `they` sets the rows apart."""
    low, high = interval
    if rows >= MANY and 0 < hits < rows:
        return share(hits / rows, low, high, f"rows {they}")
    other = f"with other {others} between {per_cent(low).removesuffix(' %')} and {per_cent(high)}"
    if hits == rows > 1:
        return f"all {rows:,} rows {they} ({other})"
    return f"{hits:,} of the {count(rows, 'row')} {they} ({per_cent(hits / rows)}; {other})"


def within(title: str) -> str:
    """A title inside a sentence: "neural network", but names such as "LightGBM" as they are written."""
    return title if any(letter.isupper() for letter in title[1:]) else title.lower()


def _base(value: float) -> int:
    return 1000 if 0.995 <= value < 1 or 0 < value < 0.005 else 100


def _part(value: float, base: int) -> int:
    """So many of `base`; none or all of them only if it is exactly so."""
    return min(max(round(value * base), 1), base - 1) if 0 < value < 1 else round(value * base)
