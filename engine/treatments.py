"""What can be done with a column of personal data: each treatment takes texts and gives texts that point to nobody.

A treatment is applied to the text of a file, before types are found, so a file that comes later is treated in the same way.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine import values
from engine.columns import Column, ColumnType, Treatment, TreatmentKind
from engine.errors import EngineError
from engine.personal.contacts import masked

SIGNS = 16
Texts = list[str]
_DONE_FORMS: dict[TreatmentKind, "re.Pattern[str]"] = {
    "pseudonym": re.compile(rf"p[a-z2-7]{{{SIGNS}}}"),
    "band": re.compile(r"-?\d+ to -?\d+"),
    "year": re.compile(r"\d{4}"),
    "age": re.compile(r"\d{1,3}"),
}
_NUMBER = re.compile(r"([-+]?\d+)([.,])(\d+)")
_BECOMES: dict[TreatmentKind, ColumnType] = {
    "pseudonym": "category",
    "initial": "category",
    "prefix": "category",
    "band": "category",
    "year": "number",
    "age": "number",
}
_LABELS: dict[TreatmentKind, str] = {
    "drop": "Leave the column out for good",
    "pseudonym": "Put a pseudonym in place of each",
    "mask": "Put a word in place of addresses and numbers",
    "initial": "Keep the first letter only",
    "prefix": "Keep the first {size} characters",
    "band": "Put into bands of {size}",
    "year": "Keep the year only",
    "age": "Turn into an age in years",
    "round": "Round to {size} decimals",
}
_DONE: dict[TreatmentKind, str] = {
    "drop": "was left out for good",
    "pseudonym": "now has a pseudonym in place of each value, the same for the same value",
    "mask": "now has a word in brackets in place of each e-mail address, telephone number and the like",
    "initial": "now has only the first letter of each value",
    "prefix": "now has only the first {size} characters of each value",
    "band": "now has bands of {size}",
    "year": "now has only the year",
    "age": "now has the age in years on {on}",
    "round": "is now rounded to {size} decimals",
}


def label(how: Treatment) -> str:
    """What a person chooses."""
    return _sized(_LABELS[how.kind], how)


def told(how: Treatment, name: str) -> str:
    """The import report's sentence."""
    return f"Column '{name}' {_sized(_DONE[how.kind], how)}, because it holds personal data; the values before are not kept."


def offered(type: ColumnType, proposed: Treatment | None = None) -> list[Treatment]:
    """The treatments that suit a column of that type; the proposed one first."""
    today = date.today().isoformat()
    plain = [Treatment(kind="drop"), Treatment(kind="pseudonym")]
    bands = [Treatment(kind="band", size=5), Treatment(kind="band", size=10)]
    by_type: dict[ColumnType, list[Treatment]] = {
        "date": [Treatment(kind="year"), Treatment(kind="age", on=today)],
        "number": [*bands, Treatment(kind="round", size=1), Treatment(kind="prefix", size=2)],
        "category": [Treatment(kind="initial"), Treatment(kind="prefix", size=2), Treatment(kind="prefix", size=3)],
        "text": [Treatment(kind="initial"), Treatment(kind="prefix", size=2), Treatment(kind="mask")],
        "image": [],
    }
    first = [proposed] if proposed else []
    return first + [one for one in [*plain, *by_type[type]] if one != proposed]


def apply(texts: pa.Array, column: Column, how: Treatment, key: str = "") -> tuple[pa.Array, int]:
    """(rows,) strings treated, null where there was no value; and how many values could not be treated and are missing now.

    `column` says how the text is read. What is written as the treatment would write it stays as it is, so a file may come treated.
    Raises EngineError if pseudonyms need another key than this one.
    """
    if how.kind == "pseudonym" and (not key or (how.key and how.key != fingerprint(key))):
        what = f"Column '{column.name}' was given pseudonyms with a key that is not on this computer."
        raise EngineError(what, "Do this in the workspace in which its data was treated.")
    column = column.model_copy(update={"alike": ()})
    clean = values.without_codes(pc.utf8_trim_whitespace(texts), column.missing)
    coded = pc.dictionary_encode(clean)
    given = coded.dictionary.cast(pa.large_string())
    made: list[str | None] = _WAYS[how.kind](given, column, how, key) if len(given) else []
    made = [text if _is_done(text, how) else value for text, value in zip(given.to_pylist(), made, strict=True)]
    lost = [i for i, value in enumerate(made) if value is None]
    failed = int(pc.sum(pc.is_in(coded.indices, pa.array(lost, coded.indices.type))).as_py() or 0) if lost else 0
    return pa.array(made, pa.large_string()).take(coded.indices), failed


def one(text: str, column: Column, key: str = "") -> str | None:
    """One value a person typed for a treated column, treated as the others were; None for none, or one that cannot be read so."""
    if column.treatment is None or column.untreated is None:
        return text
    return apply(pa.array([text], pa.large_string()), column.untreated, column.treatment, key)[0][0].as_py()  # type: ignore[no-any-return]


def treated(column: Column, how: Treatment, key: str = "") -> Column:
    """The column as its treated text is read; it remembers how the text of a file is read before, without quoting its values."""
    before = (column.untreated or column).model_copy(update={"alike": ()})
    kept = how.model_copy(update={"key": fingerprint(key)}) if how.kind == "pseudonym" else how
    known: dict[str, Any] = {"treatment": kept, "untreated": before, "missing": (), "alike": ()}
    if how.kind not in _BECOMES:
        return column.model_copy(update=known)
    return Column(id=column.id, name=column.name, type=_BECOMES[how.kind], **known)


def fingerprint(key: str) -> str:
    """Tells keys apart without saying them."""
    return hmac.new(bytes.fromhex(key), b"which key", hashlib.sha256).hexdigest()[:8] if key else ""


def pseudonym(text: str, key: str) -> str:
    """The same text always has the same one; without the key nobody comes from one to the text, not even by trying all texts."""
    made = hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).digest()
    return f"p{b32encode(made).decode().lower()[:SIGNS]}"


def _is_done(text: str, how: Treatment) -> bool:
    return how.kind in _DONE_FORMS and bool(_DONE_FORMS[how.kind].fullmatch(text))


def _sized(words: str, how: Treatment) -> str:
    said = words.format(size=how.size, on=how.on)
    return said.replace("1 decimals", "1 decimal").replace("1 characters", "1 character").replace("first 1 ", "first ")


def _drop(texts: pa.Array, column: Column, how: Treatment, key: str) -> "list[str | None]":
    return [None] * len(texts)


def _pseudonyms(texts: pa.Array, column: Column, how: Treatment, key: str) -> "list[str | None]":
    return [pseudonym(text, key) for text in texts.to_pylist()]


def _each(change: Callable[[str, Treatment], str]) -> "Callable[[pa.Array, Column, Treatment, str], list[str | None]]":
    def way(texts: pa.Array, column: Column, how: Treatment, key: str) -> "list[str | None]":
        return [change(text, how) for text in texts.to_pylist()]

    return way


def _prefix(text: str, how: Treatment) -> str:
    return re.sub(r"\s", "", text).upper()[: how.size]


def _round(text: str, how: Treatment) -> str:
    return _NUMBER.sub(lambda found: f"{float(f'{found[1]}.{found[3]}'):.{how.size}f}".replace(".", found[2]), text)


def _bands(texts: pa.Array, column: Column, how: Treatment, key: str) -> "list[str | None]":
    found = np.asarray(values.typed(texts, _as(texts, column, "number"))[0].to_numpy(zero_copy_only=False), np.float64)
    low = np.floor(found / how.size) * how.size
    return [f"{start:.0f} to {start + how.size - 1:.0f}" if np.isfinite(start) else None for start in low]


def _moments(texts: pa.Array, column: Column) -> "Sequence[date | None]":
    found = values.typed(texts, _as(texts, column, "date"))[0].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return [None if np.isnat(moment) else moment.item() for moment in found]


def _as(texts: pa.Array, column: Column, type: ColumnType) -> Column:
    return column if column.type == type else values.reading_of(texts, column, type)


def _years(texts: pa.Array, column: Column, how: Treatment, key: str) -> "list[str | None]":
    return [None if moment is None else str(moment.year) for moment in _moments(texts, column)]


def _ages(texts: pa.Array, column: Column, how: Treatment, key: str) -> "list[str | None]":
    now = date.fromisoformat(how.on)
    return [
        None if born is None else str(now.year - born.year - ((now.month, now.day) < (born.month, born.day)))
        for born in _moments(texts, column)
    ]


_WAYS: dict[TreatmentKind, "Callable[[pa.Array, Column, Treatment, str], list[str | None]]"] = {
    "drop": _drop,
    "pseudonym": _pseudonyms,
    "mask": _each(lambda text, how: masked(text)),
    "initial": _each(lambda text, how: text[:1].upper() + "."),
    "prefix": _each(_prefix),
    "band": _bands,
    "year": _years,
    "age": _ages,
    "round": _each(_round),
}
