"""What a column's text leaves open: questions about its values that only the person who knows the data can answer.

Each of `QUESTIONS` looks at the text and at how it is read so far, and gives a doubt or None; its chosen choice is applied before the
next one looks.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine import cells, dates, guesses, labels, numbers
from engine.columns import Column
from engine.doubts import Choice, Doubt

Array = np.ndarray[Any, Any]
Question = Callable[[pa.Array, Column, pa.Array, Array], Doubt | None]

DECIMALS = "decimals:"
DAYS = "days:"
SENTINEL, ZEROS, MANY_ZEROS = "sentinel:", "zeros:", "many zeros:"
CODES = (-999999, -99999, -9999, -999, -888, -777, -99, -88, -77, -9, -8, -7, -1, 99, 999, 9999, 99999, 999999, 9999999, 0)
PERHAPS_MISSING = ("-", "--", "---", ".", "..", "...", "*", "missing", "Missing", "MISSING", "NA", "na", "unknown", "Unknown")
HARDLY_MISSING = ("None", "none", "NONE", "Null", "nil")
_SHOWN = 4
_FEWEST = 20
_LARGE = 77
_MOST_ZEROS, _FEW_ZEROS, _FEW_IN_A_TABLE = 0.6, 0.05, 0.3
_LOOKED_AT = 5_000
_MOST_DISTINCT = 200
_PART = r"^\d[\d.,]*\s*/\s*\d[\d.,]*$"
_LIMIT = r"^[<>≤≥]=?\s*[-+]?\d[\d.,]*$"
_AMOUNT = r"^[-+]?\d[\d., ]*$"
_MONEY = re.compile(r"(?:([$\u20ac\u00a3\u00a5\u20b9]|[A-Z]{3})\s?[-+]?\d[\d.,]*|[-+]?\d[\d.,]*\s?([$\u20ac\u00a3\u00a5\u20b9]|[A-Z]{3}))")


def of_decimals(column: Column, examples: Sequence[str], other: tuple[str, str]) -> Doubt:
    """Whether "1,234" is a thousand or one and a bit. `other` are the (decimal, thousands) marks that fit as well as the column's."""
    marks = [(column.decimal, column.thousands), other]
    shown = max(examples, key=len, default="")
    choices = [Choice(label=_meaning(shown, *pair), reading={"type": "number", "decimal": pair[0], "thousands": pair[1]}) for pair in marks]
    mark = "comma" if "," in shown else "point"
    return _doubt(DECIMALS, column, f"Does the {mark} in '{column.name}' mark thousands or decimals?", examples, choices)


def of_days(column: Column, examples: Sequence[str], other: str) -> Doubt:
    """Whether the day or the month comes first. `other` is the pattern that fits as well as the column's."""
    shown = next((text for text in examples if _spelt(text, column.date_format) != _spelt(text, other)), "".join(examples[:1]))
    choices = [
        Choice(label=f"{dates.words(pattern).capitalize()}: {shown} is {_spelt(shown, pattern)}", reading={"date_format": pattern})
        for pattern in (column.date_format, other)
    ]
    return _doubt(DAYS, column, f"Which comes first in the dates of '{column.name}', the day or the month?", examples, choices)


def serials(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """Numbers such as 45323 in a column called a date."""
    named = set(guesses.words_of(column.name)) & (guesses.DATES | guesses.TIMES)
    given = _finite(values) if column.type == "number" and named and not failed.any() else np.zeros(0)
    if len(given) < _FEWEST or not ((given >= 20_000) & (given < 80_000)).all():
        return None
    shown = f"{given[0]:g}"
    mac = f"Yes, from an old Mac: {shown} is {_spelt(shown, 'excel 1904')}"
    choices = [
        Choice(label=f"Yes: {shown} is {_spelt(shown, 'excel')}", reading={"type": "date", "date_format": "excel"}),
        Choice(label=mac, reading={"type": "date", "date_format": "excel 1904"}),
        Choice(label="No, they are numbers", reading={"type": "number", "date_format": ""}),
    ]
    what = f"Are the numbers in '{column.name}' dates, counted in days as Excel does?"
    return _doubt("serials:", column, what, examples_of(texts), choices)


def sentinels(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """A number such as -999 that stands for "missing": it occurs again and again, far from all others."""
    if column.type != "number":
        return None
    given = _finite(values)
    codes, sure = _stand_ins(given) if len(given) >= _FEWEST else ([], False)
    if not codes:
        return None
    places = np.flatnonzero(np.isin(values.to_numpy(zero_copy_only=False), codes))
    written = tuple(sorted(set(pc.utf8_trim_whitespace(texts.take(pa.array(places))).to_pylist())))
    others = given[~np.isin(given, codes)]
    said, are_several = " and ".join(map(str, codes)), len(codes) > 1
    label = f"Yes, {'they mean' if are_several else 'it means'} that the value is missing"
    real = f"No, {said} {'are real values' if are_several else 'is a real value'}"
    choices = [
        Choice(label=label, reading={"missing": (*column.missing, *written)}),
        Choice(label=real, reading={"missing": tuple(c for c in column.missing if c not in written)}),
    ]
    counted = " and ".join(f"{code} in {_rows(int(np.count_nonzero(given == code)))}" for code in codes)
    what = f"'{column.name}' is {counted}; all others are between {others.min():g} and {others.max():g}. "
    what += "Do they mean missing?" if are_several else f"Does {said} mean missing?"
    each = -(-_SHOWN // len(codes))
    first = sorted(place for code in codes for place in np.flatnonzero(values.to_numpy(zero_copy_only=False) == code)[:each])
    shown = [f"row {place + 1:,}: {texts[int(place)].as_py()}" for place in first]
    kind = SENTINEL if codes[0] else MANY_ZEROS if len(places) > _FEW_IN_A_TABLE * len(given) else ZEROS
    return _doubt(kind, column, what, shown, choices, 0 if sure else 1)


def limits(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """Values below what could be measured, such as <0.1, among numbers."""
    if column.type in ("date", "image") or (column.type == "number" and not failed.any()):
        return None
    found = _share(texts, column, _LIMIT)
    if not found or found + _share(texts, column, _AMOUNT) < 0.95:
        return None
    shown = examples_of(texts, _LIMIT)
    bare = re.sub(r"^[<>≤≥]=?\s*", "", shown[0])
    marks = _marks(texts, column)
    choices = [
        Choice(label=f"Use the limit itself: {shown[0]} counts as {bare}", reading={**marks, "limits": True}),
        Choice(label=f"Count them as missing: {shown[0]} is no measurement", reading={**marks, "limits": False}),
        Choice(label="Keep the column as text", reading={"type": "category", "limits": False, "missing": ()}),
    ]
    return _doubt("limits:", column, f"What should values such as {shown[0]} in '{column.name}' count as?", shown, choices)


def parts(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """Two numbers in one cell, such as a blood pressure of 120/80."""
    if column.type not in ("category", "text") or _share(texts, column, _PART) < 0.95:
        return None
    shown = examples_of(texts, _PART)
    first, second = re.split(r"\s*/\s*", shown[0])
    marks = {"type": "number", "decimal": ".", "thousands": ""}
    choices = [
        Choice(label="Keep both, as text", reading={"type": column.type, "part": ""}),
        Choice(label=f"Make two columns of it: {first} and {second}", reading={**marks, "part": "both"}),
        Choice(label=f"Read the first number: {shown[0]} is {first}", reading={**marks, "part": "first"}),
        Choice(label=f"Read the second number: {shown[0]} is {second}", reading={**marks, "part": "second"}),
    ]
    return _doubt("parts:", column, f"Each cell of '{column.name}' holds two numbers. How should they be used?", shown, choices)


def currencies(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """Amounts in several currencies."""
    if column.type not in ("category", "text"):
        return None
    found: dict[str, int] = {}
    sample = _sample(texts, column)
    for text in sample:
        if match := _MONEY.fullmatch(text):
            found[match[1] or match[2]] = found.get(match[1] or match[2], 0) + 1
    if len(found) < 2 or sum(found.values()) < 0.95 * len(sample):
        return None
    listed = ", ".join(f"{count:,} with {sign}" for sign, count in sorted(found.items(), key=lambda pair: -pair[1])[:_SHOWN])
    marks = numbers.find([re.sub(r"[^\d.,+-]", "", text) for text in sample])
    amounts = {"type": "number", "decimal": marks.decimal, "thousands": marks.thousands, "unit": numbers.MONEY}
    choices = [
        Choice(label="Keep them as text: they cannot be compared", reading={"type": column.type, "unit": ""}),
        Choice(label="Read the amounts as numbers, whatever the currency", reading=amounts),
    ]
    what = f"'{column.name}' holds amounts in several currencies ({listed}). How should they be read?"
    return _doubt("currencies:", column, what, examples_of(texts), choices)


def words_among_numbers(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """Mostly numbers, and some words: are the words missing values, or are the numbers names?"""
    if column.type == "number" and failed.any() and not column.limits:
        odd, chosen = texts.filter(pa.array(failed)), 0
    elif column.type in ("category", "text") and 0.5 <= _share(texts, column, r"^[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?$") < 0.95:
        present = without(texts, column.missing)
        odd, chosen = present.filter(pc.invert(pc.match_substring_regex(present, r"^[-+]?[\d.,]+([eE][-+]?\d+)?$"))), 1
        if numbers.is_code(_sample(texts, column)):
            return None
    else:
        return None
    counted = sorted(pc.value_counts(pc.utf8_trim_whitespace(odd)).to_pylist(), key=lambda item: -item["counts"])
    shown = [f"{item['values'][:60]}: {item['counts']:,} {'time' if item['counts'] == 1 else 'times'}" for item in counted[:_SHOWN]]
    kept: dict[str, Any] = {"type": "category" if len(counted) <= _MOST_DISTINCT else "text", "unit": "", "missing": ()}
    choices = [
        Choice(label="The numbers count; these words are missing values", reading=_marks(texts, column)),
        Choice(label="The words count too: keep the column as text", reading=kept if column.type == "number" else {"type": column.type}),
    ]
    what = f"Most of '{column.name}' is numbers, but not all. What should these words count as?"
    return _doubt("words:", column, what, shown, choices, chosen)


def several_dates(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """Dates written in several ways: read by one pattern, the others would be missing; read by guessing, some would be wrong."""
    if column.type not in ("category", "text"):
        return None
    sample = _sample(texts, column)
    ways = dates.ways(sample) if len(sample) >= 5 else {}
    if len(ways) < 2 or sum(ways.values()) < 0.9:
        return None
    best = max(ways, key=lambda pattern: ways[pattern])
    left = f"{1 - ways[best]:.0%}".replace("%", " %")
    some = f"Read those written as {dates.words(best)}; the other {left} are missing"
    choices = [
        Choice(label="Keep them as text", reading={"type": column.type, "date_format": ""}),
        Choice(label=some, reading={"type": "date", "date_format": best}),
    ]
    examples = [next(text for text in sample if dates.fits(text, pattern)) for pattern in ways]
    what = f"The dates in '{column.name}' are written in {len(ways)} ways. How should they be read?"
    return _doubt("dates:", column, what, examples, choices)


def spellings(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """One answer written in several ways: Yes, yes and Y; or A and a."""
    if column.type != "category" or column.alike:
        return None
    counted = {item["values"]: item["counts"] for item in pc.value_counts(values.drop_null()).to_pylist()}
    if not 2 < len(counted) <= _MOST_DISTINCT:
        return None
    groups = _same_answers(counted)
    pairs = tuple((other, group[0]) for group in groups for other in group[1:])
    if not pairs:
        return None
    said = ["; ".join([", ".join(f"'{label}' ({counted[label]:,})" for label in group)]) for group in groups if len(group) > 1]
    choices = [
        Choice(label=f"Yes: {_listed([group[0] for group in groups if len(group) > 1])} for all of them", reading={"alike": pairs}),
        Choice(label="No, they are different values", reading={"alike": ()}),
    ]
    return _doubt("alike:", column, f"Do these values of '{column.name}' mean the same?", said[: _SHOWN + 1], choices)


def missing_words(texts: pa.Array, column: Column, values: pa.Array, failed: Array) -> Doubt | None:
    """A word such as NA, None or - that may be a value or the lack of one."""
    if column.type not in ("category", "text"):
        return None
    trimmed = cells.trimmed(texts)
    found = trimmed.filter(pc.is_in(trimmed, pa.array([*PERHAPS_MISSING, *HARDLY_MISSING], trimmed.type)))
    counted = sorted(pc.value_counts(found).to_pylist(), key=lambda item: -item["counts"])
    present = len(texts) - texts.null_count
    if not counted or counted[0]["counts"] > 0.9 * present or pc.any(pc.equal(trimmed, "+")).as_py():
        return None
    word, count = counted[0]["values"], counted[0]["counts"]
    if word.casefold() == "unknown":
        return None
    is_missing = word in column.missing or word in PERHAPS_MISSING and not _are_short_codes(trimmed, word)
    rows = pc.indices_nonzero(pc.fill_null(pc.equal(trimmed, word), False)).slice(0, _SHOWN).to_pylist()
    choices = [
        Choice(label="Yes, the value is missing", reading={"missing": (*(c for c in column.missing if c != word), word)}),
        Choice(label=f"No, '{word}' is a value like the others", reading={"missing": tuple(c for c in column.missing if c != word)}),
    ]
    many = "1 row" if count == 1 else f"{count:,} rows"
    what = f"'{column.name}' is '{word}' in {many}. Does that mean that the value is missing?"
    others = [text for text in examples_of(texts) if text != word][:2]
    shown = [f"row {row + 1:,}: {word}" for row in rows[:2]] + [f"others: {', '.join(others)}"]
    return _doubt("missing:", column, what, shown, choices, 0 if is_missing else 1)


QUESTIONS: tuple[Question, ...] = (
    serials, limits, parts, currencies, words_among_numbers, sentinels, several_dates, missing_words, spellings,
)  # fmt: skip


def examples_of(texts: pa.Array, pattern: str = "") -> list[str]:
    """The first few different values, those that match the regular expression if there is one."""
    trimmed = pc.utf8_trim_whitespace(texts)
    there = pc.match_substring_regex(trimmed, pattern) if pattern else pc.not_equal(trimmed, "")
    found = trimmed.filter(pc.fill_null(there, False)).slice(0, 2000)
    return [str(value)[:60] for value in pc.unique(found).slice(0, _SHOWN).to_pylist()]


def without(texts: pa.Array, codes: Sequence[str]) -> pa.Array:
    """The values that are there, trimmed."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return trimmed.filter(pc.fill_null(pc.invert(pc.is_in(trimmed, pa.array(["", *codes], trimmed.type))), False)).drop_null()


def _doubt(kind: str, column: Column, what: str, examples: Sequence[str], choices: Sequence[Choice], chosen: int = 0) -> Doubt:
    key = f"{kind}{column.name}"
    return Doubt(key=key, what=what, examples=tuple(examples), choices=tuple(choices), chosen=chosen, column=column.id)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _stand_ins(given: Array) -> tuple[list[int], bool]:
    """The codes that stand apart from all other numbers, large ones together, and whether that is sure; none if none does."""
    counts = {code: int(np.count_nonzero(given == code)) for code in CODES}
    large = [code for code, count in counts.items() if count and abs(code) >= _LARGE]
    others = given[~np.isin(given, large)]
    if len(large) > 1 and len(others) > 0.2 * len(given):
        far = [code for code in large if _is_far(code, counts[code], others)]
        if len(far) > 1:
            return far, True
    for code, count in counts.items():
        if 0 < count < 0.8 * len(given) and (sure := _is_far(code, count, given[given != code])) is not None:
            return [code], sure
    return [], False


def _is_far(code: int, count: int, others: Array) -> bool | None:
    """Whether the code stands apart from all other values: True if it surely means "missing", False if perhaps, None if it does not."""
    if len(others) < _FEWEST:
        return None
    low, high = float(others.min()), float(others.max())
    quarter, three = np.quantile(others, [0.25, 0.75])
    usual = max(float(three - quarter), 1e-12)
    if code == 0:
        share = count / (count + len(others))
        is_apart = low > 0.1 * usual and count > 1 and share < _MOST_ZEROS and len(np.unique(others)) > 10 and low > 1
        return (low > usual and share < _FEW_ZEROS) if is_apart else None
    if count < 2 and abs(code) < 999:
        return None
    if code == -1:
        return False if low >= 0 and len(np.unique(others)) > 10 else None
    if -10 < code < 0:
        return True if low > 0 and low - code > max(usual, 5) else None
    away = low - code if code < low else code - high
    return True if away > max(high - low, usual) else None


def _same_answers(counted: dict[str, int]) -> list[list[str]]:
    """Values that seem to be one, the commonest first in each group: all of them yes or no, or alike but for capitals and blanks."""
    plain = {label: label.casefold().strip() for label in counted}
    if all(word in labels.YES | labels.NO | _TICKS for word in plain.values()):
        group = {label: "yes" if word in labels.YES or word in _YES_TICKS else "no" for label, word in plain.items()}
    else:
        group = {label: re.sub(r"\s+", " ", word) for label, word in plain.items()}
    found: dict[str, list[str]] = {}
    for label in sorted(counted, key=lambda label: -counted[label]):
        found.setdefault(group[label], []).append(label)
    return list(found.values())


_YES_TICKS = frozenset({"\u25cb", "\u2713", "\u2714", "x", "1", "1.0", "on", "wahr", "vrai"})
_TICKS = _YES_TICKS | {"\u00d7", "\u2717", "\u2718", "0.0", "off", "falsch", "faux", "0"}


def _are_short_codes(trimmed: pa.Array, word: str) -> bool:
    """Whether the other values are codes of two capitals, such as countries, and the word is one too."""
    others = [text for text in pc.unique(trimmed).slice(0, 500).to_pylist() if text and text != word]
    return len(word) == 2 and sum(len(o) == 2 and o.isalpha() and o.isupper() for o in others) > 0.3 * max(1, len(others))


def _marks(texts: pa.Array, column: Column) -> dict[str, Any]:
    """How the numbers among the text are written, as a column's fields."""
    if column.type == "number":
        return {"type": "number", "decimal": column.decimal, "thousands": column.thousands, "unit": column.unit, "missing": column.missing}
    found = numbers.find([re.sub(r"^[<>≤≥]=?\s*", "", text) for text in _sample(texts, column)])
    return {"type": "number", "decimal": found.decimal, "thousands": found.thousands, "unit": found.unit}


def _sample(texts: pa.Array, column: Column) -> list[str]:
    places = np.unique(np.linspace(0, max(0, len(texts) - 1), _LOOKED_AT).astype(np.int64)) if len(texts) else np.zeros(0, np.int64)
    return [str(text) for text in without(texts.take(pa.array(places)), column.missing).to_pylist()]


def _share(texts: pa.Array, column: Column, pattern: str) -> float:
    sample = pa.array(_sample(texts, column), pa.large_string())
    return float(pc.sum(pc.match_substring_regex(sample, pattern)).as_py() or 0) / max(1, len(sample))


def _finite(values: pa.Array) -> Array:
    given: Array = values.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    return given[np.isfinite(given)]


def _meaning(text: str, decimal: str, thousands: str) -> str:
    value = numbers.one(text, decimal, thousands)
    plain = "" if value is None else f": {text} is {np.format_float_positional(value, trim='-')}"
    return f"{'Thousands' if thousands and thousands in text else 'Decimals'}{plain}"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words[:_SHOWN])


def _spelt(text: str, pattern: str) -> str:
    moments, failed = dates.parse(pd.Series([text], dtype="str"), pattern)
    return "no date" if failed[0] else f"{pd.Timestamp(moments[0]):%-d %B %Y}"
