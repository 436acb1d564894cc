"""Numbers as people write them: decimal and thousands marks, units around them, and how a column of text is read as numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Array = np.ndarray[Any, Any]

ZEROS = "whole numbers with leading zeros"
LONG = "whole numbers that are too long to be exact"
WELLS = "codes such as 1E5, which other programs take for 100,000"
MONEY = "money"
"""The unit of amounts in several currencies, whose signs are all taken away."""

_AMOUNT = r"[-+\u2212]?[\d.,'\u00a0\u202f]*\d[.,]?"
_MONEY = "[$\u20ac\u00a3\u00a5\u20b9]"
_ANY_MONEY = rf"\s*(?:{_MONEY}|\b[A-Z]{{3}}\b)\s*"
_CLOSE = "%|\u00b0[CF]?|mg|kg|g|ml|cm|mm|km|kW|kWh|kV|ms|Hz|MHz|kHz|dB"
_UNIT = re.compile(
    rf"(?:(?P<before>{_MONEY}|[A-Z]{{3}}(?= ))\s?)?{_AMOUNT}(?P<after>\s?(?:{_MONEY}|{_CLOSE})|\s[^\W\d]{{1,8}}(?:/[^\W\d]{{1,4}}\d?)?)?"
)
_MARKS = ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"))
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")
_POWER = re.compile(r"\d+E\d+")
_WELL = re.compile(r"\d+[A-DF-Z]\d+")
_ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6)
_LARGEST_EXACT = 2**53


@dataclass(frozen=True)
class Writing:
    """How numbers are written: the marks, and the text around every one ("$", "%", "kg"), "" for none.

    `share` of the values are numbers then. `alternative` is another way that fits just as well ("1,234"), or None.
    """

    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    share: float = 0.0
    alternative: tuple[str, str] | None = None


def find(texts: Sequence[str], decimal: str = "") -> Writing:
    """How these values (trimmed, none missing) are written as numbers. `decimal` is the mark the rest of the file uses, "" if unknown."""
    if not texts:
        return Writing()
    unit = _unit(texts)
    plain = [_strip(text, unit) for text in texts] if unit else list(texts)
    ranked = sorted(_MARKS, key=lambda marks: bool(decimal) and marks[0] != decimal)
    marks, share = _best(plain, ranked)
    other = _equally_good(plain, marks, share)
    if other and decimal != "," and marks == (",", ""):
        marks, other = other, marks
    return Writing(*marks, unit=unit, share=share, alternative=other)


def parse(texts: pa.Array, decimal: str = ".", thousands: str = "", unit: str = "") -> tuple[Array, Array]:
    """(rows,) float64, NaN where missing or no number, and (rows,) bool: a value is there but is no finite number.

    `texts` is a string array, trimmed, null where missing.
    """
    there = pc.is_valid(texts).to_numpy(zero_copy_only=False)
    values = _plainly(texts) if (decimal, thousands, unit) == (".", "", "") else None
    if values is None:
        values = _patiently(texts, decimal, thousands, unit)
    numbers = values.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    finite = np.isfinite(numbers)
    if not finite[there].all():
        numbers = np.where(finite, numbers, np.nan)
    return numbers, there & ~finite


def is_code(texts: Sequence[str]) -> str:
    """What texts are that are rather codes than amounts: ZEROS, LONG or WELLS, else ""."""
    if _are_wells(texts):
        return WELLS
    whole = [text for text in texts if text.isascii() and text.isdigit()]
    if len(whole) < 0.95 * len(texts):
        return ""
    if any(text[0] == "0" and len(text) > 1 for text in whole):
        return ZEROS
    return LONG if any(len(text) > 15 and int(text) > _LARGEST_EXACT for text in whole) else ""


def looks_grouped(texts: Sequence[str]) -> bool:
    """Whether the point in every one of these values that has one may stand between thousands, as in 1.234."""
    pointed = [text for text in texts if "." in text]
    return len(pointed) >= 0.5 * len(texts) and all(_GROUPED.fullmatch(text) for text in pointed)


def _are_wells(texts: Sequence[str]) -> bool:
    """Codes such as 1E5 and 2E7 are read as 100000 by many programs; numbers are seldom all written so, or beside 1A5."""
    powers = [text for text in texts if _POWER.fullmatch(text)]
    if not powers:
        return False
    return len(powers) == len(texts) or any(_WELL.fullmatch(text) for text in texts)


def one(text: str, decimal: str = ".", thousands: str = "", unit: str = "") -> float | None:
    """A single value as a number, or None if it is none."""
    numbers, failed = parse(pa.array([text.strip()], pa.large_string()), decimal, thousands, unit)
    return None if failed[0] else float(numbers[0])


def _best(texts: Sequence[str], ranked: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], float]:
    best = (ranked[0], 0.0)
    for marks in ranked:
        share = sum(bool(_pattern(*marks).fullmatch(text)) for text in texts) / len(texts)
        best = (marks, share) if share > best[1] else best
        if share == 1:
            break
    return best


def _plainly(texts: pa.Array) -> pa.Array | None:
    try:
        return pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        return None


def _patiently(texts: pa.Array, decimal: str, thousands: str, unit: str) -> pa.Array:
    plain = texts
    for mark in ("\u2212", "\u2013"):
        plain = pc.replace_substring(plain, mark, "-")
    if not pc.all(pc.string_is_ascii(plain)).as_py():
        plain = _with_plain_digits(pc.utf8_normalize(plain, "NFKC"))
    if unit == MONEY:
        plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(plain, _ANY_MONEY, ""))
    elif unit:
        plain = pc.utf8_trim_whitespace(pc.replace_substring(plain, unit, ""))
    fits = pc.match_substring_regex(plain, f"^(?:{_regex(decimal, thousands)})$")
    plain = pc.if_else(fits, plain, pa.scalar(None, plain.type))
    if thousands:
        plain = pc.replace_substring(plain, thousands, "")
    if decimal != ".":
        plain = pc.replace_substring(plain, decimal, ".")
    return pc.cast(plain, pa.float64())


def _with_plain_digits(texts: pa.Array) -> pa.Array:
    """Arabic, Persian and Indian digits as 0 to 9."""
    for zero in _ZEROS:
        if pc.any(pc.match_substring_regex(texts, f"[{chr(zero)}-{chr(zero + 9)}]")).as_py():
            for digit in range(10):
                texts = pc.replace_substring(texts, chr(zero + digit), str(digit))
    return texts


def _regex(decimal: str, thousands: str) -> str:
    d, t = re.escape(decimal), f"[{thousands}]"
    whole = rf"\d{{1,3}}(?:{t}\d{{3}})+|\d+" if thousands else r"\d+"
    return rf"[-+]?(?:(?:{whole})(?:{d}\d*)?|{d}\d+)(?:[eE][-+]?\d+)?"


@cache
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    return re.compile(_regex(decimal, thousands).replace("[-+]", "[-+\u2212\u2013]").replace("[ ]", "[ \u00a0\u202f]"))


def _equally_good(texts: Sequence[str], marks: tuple[str, str], share: float) -> tuple[str, str] | None:
    """`1,234` may be a thousand or one and a bit: the other way, if every value with a comma fits it too. So may `1.234`."""
    if marks == (".", ""):
        return (",", ".") if looks_grouped(texts) else None
    if marks != (",", ""):
        return None
    marked = [text for text in texts if "," in text]
    fits = len(marked) >= 0.5 * len(texts) and all(_pattern(".", ",").fullmatch(text) and text[0] != "0" for text in marked)
    return (".", ",") if fits else None


def _unit(texts: Sequence[str]) -> str:
    """The one text that stands before or after (nearly) every number, else ""."""
    found = [match for text in texts if (match := _UNIT.fullmatch(text))]
    if len(found) < 0.95 * len(texts):
        return ""
    units = {(match["before"] or match["after"] or "").strip() for match in found if not (match["before"] and match["after"])}
    return units.pop() if len(units) == 1 else ""


def _strip(text: str, unit: str) -> str:
    return text.replace(unit, "").strip()
