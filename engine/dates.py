"""Dates and times as people write them: which pattern a column of text follows, and how sure that is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine import cells

Array = np.ndarray[Any, Any]

_TIMES = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p")
_DAYS = tuple(f"{a}{mark}{b}{mark}{year}" for mark in "/.-" for year in ("%Y", "%y") for a, b in (("%d", "%m"), ("%m", "%d")))
_WORDS = (
    "%d %b %Y",
    "%d-%b-%Y",
    "%d/%b/%Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d-%b-%y",
    "%b %Y",
    "%B %Y",
    "%b-%Y",
)
_YEARS = ("%Y/%m/%d", "%Y.%m.%d", "%Y/%m")
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?)?)?")
_COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_LIKELY = re.compile(r".*\d.*[-/. :].*\d.*|.*\d{4}.*|(19|20)\d{6}", re.DOTALL)
EXCEL = {"excel": "1899-12-30", "excel 1904": "1904-01-01"}
_LONGEST = 32
_MOST_DAYS = 120_000
_FIRST = pd.Timestamp("1700-01-01")
_LAST = pd.Timestamp("2250-01-01")


@dataclass(frozen=True)
class Writing:
    """A strptime pattern ("" is ISO 8601) that `share` of the values follow; `alternative` is one that fits just as well, or ""."""

    format: str = ""
    share: float = 0.0
    alternative: str = ""


def find(texts: Sequence[str]) -> Writing:
    """The pattern these values (trimmed, none missing) follow. Day and month are told apart by values beyond 12, else by even steps."""
    likely = sum(bool(_LIKELY.fullmatch(text)) for text in texts)
    if not texts or likely < 0.5 * len(texts):
        return Writing()
    if (iso := sum(bool(_ISO.fullmatch(text)) for text in texts) / len(texts)) >= 0.5:
        return Writing("", iso)
    if all(_COMPACT.fullmatch(text) for text in texts):
        return Writing("%Y%m%d", 1.0 if len(set(texts)) >= 10 else 0.0)
    shares = {pattern: _share(texts, pattern) for pattern in _patterns(texts)}
    if not shares:
        return Writing()
    best = max(shares, key=lambda pattern: shares[pattern])
    other = _swapped(best)
    if other and shares.get(other, 0) == shares[best]:
        day_first, month_first = sorted((best, other), key=lambda pattern: pattern.index("%d"))
        return _decided(texts, day_first, month_first, shares[best])
    return Writing(best, shares[best])


def ways(texts: Sequence[str]) -> dict[str, float]:
    """The patterns in which these values are written, if they are dates written in several ways, and the share of each."""
    if sum(bool(len(text) < _LONGEST and _LIKELY.fullmatch(text)) for text in texts) < 0.9 * len(texts):
        return {}
    left = list(texts)
    found: dict[str, float] = {}
    tries = 0
    while left and len(found) < 8 and (tries := tries + 1) < 20:
        shape = re.sub(r"\d+", "9", left[0])
        fitting = [""] if fits(left[0], "") else [p for p in _patterns([left[0]]) if fits(left[0], p)]
        pattern = max(fitting, key=lambda p: sum(fits(text, p) for text in left), default=None)
        if pattern is None:
            left = [text for text in left if re.sub(r"\d+", "9", text) != shape]
            continue
        there = [text for text in left if fits(text, pattern)]
        found[pattern] = len(there) / len(texts)
        left = [text for text in left if text not in set(there)]
    return found


def fits(text: str, pattern: str) -> bool:
    """Whether the value is a date written so."""
    return bool(_ISO.fullmatch(text)) if not pattern else _is(text, pattern)


@lru_cache(maxsize=20_000)
def _is(text: str, pattern: str) -> bool:
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def parse(texts: "pd.Series[str]", format: str = "") -> tuple[Array, Array]:
    """(rows,) datetime64[ns] in UTC, NaT where missing or no date (or outside 1700 to 2250), and (rows,) bool: there, but no date."""
    there = texts.notna().to_numpy()
    if format in EXCEL:
        read = _from_days(texts, EXCEL[format])
    elif format:
        read = pd.to_datetime(texts, format=format, errors="coerce")
    else:
        read = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True).dt.tz_convert(None)
    read = read.where((read >= _FIRST) & (read < _LAST))
    return read.to_numpy("datetime64[ns]"), there & read.isna().to_numpy()


def plain(texts: pa.Array) -> pa.Array | None:
    """(rows,) timestamp[ns], null where missing, if each text is a date (and time) such as 2024-02-28 or 2024-02-28 13:45:00; else None.

    The same as `parse` without a pattern, many times faster.
    """
    if (moments := cells.cast(texts, pa.timestamp("us"))) is None:
        return None
    ends = pc.min_max(moments)
    if ends["min"].is_valid and not (pd.Timestamp(ends["min"].as_py()) >= _FIRST and pd.Timestamp(ends["max"].as_py()) < _LAST):
        return None
    return pc.cast(moments, pa.timestamp("ns"))


def _from_days(texts: "pd.Series[str]", origin: str) -> "pd.Series[Any]":
    """Days since `origin` as spreadsheets count them, the time of day in the fraction; to the second."""
    days: Any = pd.to_numeric(texts, errors="coerce").astype("float64")
    seconds = (days.where(days.between(1, _MOST_DAYS)) * 86400).round()
    moments: pd.Series[Any] = pd.to_datetime(seconds, unit="s", origin=origin, errors="coerce")
    return moments


def words(format: str) -> str:
    """The pattern as a person would write it: "day/month/year hour:minute"."""
    names = {"%d": "day", "%m": "month", "%Y": "year", "%y": "year", "%H": "hour", "%I": "hour", "%M": "minute", "%S": "second"}
    names |= {"%f": "fraction", "%b": "month", "%B": "month", "%p": "am/pm"}
    if format in EXCEL:
        return "days as a spreadsheet counts them"
    return re.sub("%[a-zA-Z]", lambda found: names.get(found[0], found[0]), format) or "year-month-day"


def is_ambiguous(format: str, values: Array) -> bool:
    """Whether day and month could be exchanged in every one of these dates (datetime64, none missing)."""
    if not _swapped(format) or not len(values):
        return False
    days = pd.DatetimeIndex(values).day
    return bool((days <= 12).all() and (days != pd.DatetimeIndex(values).month).any())


def _patterns(texts: Sequence[str]) -> list[str]:
    """Those that fit at least one of a few values."""
    few = pd.Series(list(texts[:3]) + list(texts[-2:]), dtype="str")
    wanted = [f"{day} {time}".strip() for day in (*_DAYS, *_WORDS, *_YEARS) for time in _TIMES]
    return [pattern for pattern in wanted if _shape(pattern, few[0]) and pd.to_datetime(few, format=pattern, errors="coerce").notna().any()]


def _shape(pattern: str, text: str) -> bool:
    """A quick look at the separators, so that few patterns are really tried."""
    return re.sub("%[a-zA-Z]|[^-/.:, ]", "", pattern).replace(" ", "") == re.sub("[^-/.:, ]", "", text).replace(" ", "")


def _share(texts: Sequence[str], pattern: str) -> float:
    return float(pd.to_datetime(pd.Series(list(texts), dtype="str"), format=pattern, errors="coerce").notna().mean())


def _swapped(pattern: str) -> str:
    match = re.match(r"%([dm])([-/.])%([dm])(.*)", pattern)
    return f"%{match[3]}{match[2]}%{match[1]}{match[4]}" if match else ""


def _decided(texts: Sequence[str], day_first: str, month_first: str, share: float) -> Writing:
    """Even steps from row to row speak for a pattern; without them the day comes first, as in most of the world."""
    if _evenness(texts, month_first) > max(0.8, _evenness(texts, day_first) + 0.2):
        return Writing(month_first, share, day_first)
    return Writing(day_first, share, month_first)


def _evenness(texts: Sequence[str], pattern: str) -> float:
    """The share of the commonest step between neighbouring dates."""
    read = pd.to_datetime(pd.Series(list(texts), dtype="str"), format=pattern, errors="coerce").dropna()
    steps = read.diff().dropna().value_counts(normalize=True)
    return float(steps.iloc[0]) if len(steps) else 0.0
