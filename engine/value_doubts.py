"""What a column's text leaves open: questions about its values that only the person who knows the data can answer."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine import dates
from engine.columns import Column
from engine.doubts import Choice, Doubt

DECIMALS = "decimals:"
DAYS = "days:"
_SHOWN = 4
_MARKS = {".": "a point", ",": "a comma", "": "nothing"}


def of_decimals(column: Column, examples: Sequence[str], other: tuple[str, str]) -> Doubt:
    """Whether "1,234" is a thousand or one and a bit. `other` are the (decimal, thousands) marks that fit as well as the column's."""
    marks = [(column.decimal, column.thousands), other]
    shown = max(examples, key=len, default="")
    choices = [Choice(label=_meaning(shown, *pair), reading={"type": "number", "decimal": pair[0], "thousands": pair[1]}) for pair in marks]
    mark = "," if "," in shown else "."
    what = f"Does the {'comma' if mark == ',' else 'point'} in '{column.name}' mark thousands or decimals?"
    return _doubt(DECIMALS, column, what, examples, choices)


def of_days(column: Column, examples: Sequence[str], other: str) -> Doubt:
    """Whether the day or the month comes first. `other` is the pattern that fits as well as the column's."""
    shown = next((text for text in examples if _differs(text, column.date_format, other)), examples[0] if examples else "")
    choices = [
        Choice(label=f"{dates.words(pattern).capitalize()}: {shown} is {_spelt(shown, pattern)}", reading={"date_format": pattern})
        for pattern in (column.date_format, other)
    ]
    return _doubt(DAYS, column, f"Which comes first in the dates of '{column.name}', the day or the month?", examples, choices)


def examples_of(texts: pa.Array, pattern: str = "") -> list[str]:
    """The first few different values, those that match the regular expression if there is one."""
    trimmed = pc.utf8_trim_whitespace(texts)
    there = pc.match_substring_regex(trimmed, pattern) if pattern else pc.not_equal(trimmed, "")
    found = trimmed.filter(pc.fill_null(there, False)).slice(0, 2000)
    return [str(value)[:60] for value in pc.unique(found).slice(0, _SHOWN).to_pylist()]


def _doubt(kind: str, column: Column, what: str, examples: Sequence[str], choices: Sequence[Choice]) -> Doubt:
    return Doubt(key=f"{kind}{column.name}", what=what, examples=tuple(examples), choices=tuple(choices), column=column.id)


def _meaning(text: str, decimal: str, thousands: str) -> str:
    from engine import numbers

    value = numbers.one(text, decimal, thousands)
    plain = "" if value is None else f": {text} is {np.format_float_positional(value, trim='-')}"
    mark = thousands or decimal
    return f"{'Thousands' if mark == thousands else 'Decimals'}{plain}"


def _differs(text: str, pattern: str, other: str) -> bool:
    return _spelt(text, pattern) != _spelt(text, other)


def _spelt(text: str, pattern: str) -> str:
    import pandas as pd

    moments, failed = dates.parse(pd.Series([text], dtype="str"), pattern)
    return "no date" if failed[0] else f"{pd.Timestamp(moments[0]):%-d %B %Y}"
