"""Which columns of two datasets are the same, and which rows belong together by a key. Reads only the columns it is asked about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine import tables, values
from engine.columns import Column
from engine.store.datasets import Dataset

Pair = tuple[str, str]
Array = np.ndarray[Any, Any]

EXAMPLES = 5
MOST_TRIED = 40
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Side:
    """A dataset and its text on the disk."""

    dataset: Dataset
    source: Path


@dataclass(frozen=True)
class Matches:
    """How the rows of the first dataset find those of the second by a key.

    `places` (rows of the first) are the positions in the second, null for none; where a key is `repeated` there, the first one.
    `matched` are the rows of the first that find one, `unused` those of the second that none finds. A blank key matches nothing.
    """

    places: pa.Array
    rows: int
    matched: int
    unmatched_like: tuple[str, ...]
    unused: int
    unused_like: tuple[str, ...]
    repeated: int
    repeated_like: tuple[str, ...]
    blank: int
    nearly: int = 0


def pairs(first: Sequence[Column], second: Sequence[Column]) -> list[tuple[Column, Column]]:
    """Columns of the same name, in the first's order; else of a name that differs only in capitals, blanks, dashes and underscores."""
    exact = {column.name: column for column in second}
    found = {c.id: exact[c.name] for c in first if c.name in exact}
    taken = {column.id for column in found.values()}
    loose: dict[str, list[Column]] = {}
    for column in second:
        if column.id not in taken:
            loose.setdefault(_loose(column.name), []).append(column)
    for column in first:
        alike = loose.get(_loose(column.name), [])
        if column.id not in found and len(alike) == 1:
            found[column.id] = alike.pop()
    return [(column, found[column.id]) for column in first if column.id in found]


def match(first: Side, second: Side, keys: Sequence[Pair]) -> Matches:
    """Which rows belong together. Keys of one type are compared as values (1 and 1.0 are the same), others as trimmed text."""
    left, right = _keys(first, second, keys)
    encoded = right.dictionary_encode("mask")
    codes = encoded.indices.drop_null().to_numpy().astype(np.int64)
    rows_there = np.flatnonzero(right.is_valid().to_numpy(zero_copy_only=False))
    distinct, at = np.unique(codes, return_index=True)
    starts = rows_there[at]
    times = np.bincount(codes, minlength=len(distinct))
    found = pc.index_in(left, value_set=encoded.dictionary)
    found = pc.if_else(left.is_valid(), found, pa.scalar(None, found.type))
    places = pa.array(starts, pa.int64()).take(found) if len(starts) else pa.nulls(len(left), pa.int64())
    used = np.zeros(len(distinct), bool)
    used[found.drop_null().to_numpy().astype(np.int64)] = True
    lost = left.filter(pc.and_(left.is_valid(), places.is_null()))
    unused = int(times[~used].sum()) + right.null_count
    return Matches(
        places=places,
        rows=len(left),
        matched=len(left) - places.null_count,
        unmatched_like=_like(lost),
        unused=unused,
        unused_like=_like(encoded.dictionary.filter(pa.array(~used))),
        repeated=int((times > 1).sum()),
        repeated_like=_like(encoded.dictionary.filter(pa.array(times > 1))),
        blank=left.null_count,
        nearly=_nearly(lost, encoded.dictionary),
    )


def suggest(first: Side, second: Side) -> list[Pair]:
    """Keys that may join the two, the likeliest first: of one name, else of alike values that are different in every row there."""
    tried = [(a.id, b.id) for a, b in pairs(first.dataset.columns, second.dataset.columns)][:MOST_TRIED]
    found = _ranked(first, second, tried)
    if found:
        return found
    unlike = [(a.id, b.id) for b in second.dataset.columns for a in first.dataset.columns if a.type == b.type and a.type != "image"]
    return _ranked(first, second, unlike[:MOST_TRIED])


def _ranked(first: Side, second: Side, tried: Sequence[Pair]) -> list[Pair]:
    judged = []
    for key in tried:
        found = match(first, second, [key])
        share, known = found.matched / max(1, found.rows), found.rows - found.blank
        if known and share > 0.05 and (found.repeated == 0 or len(tried) == 1):
            judged.append((share, key))
    return [key for _, key in sorted(judged, key=lambda one: -one[0])]


def _loose(name: str) -> str:
    return re.sub(r"[\s_\-.]+", "", name).casefold()


def _keys(first: Side, second: Side, keys: Sequence[Pair]) -> tuple[pa.Array, pa.Array]:
    left, right = [], []
    for a, b in keys:
        mine, other = first.dataset.column(a), second.dataset.column(b)
        is_same = mine.type == other.type
        left.append(_comparable(first.source, mine, is_same))
        right.append(_comparable(second.source, other, is_same))
    return _joined(left), _joined(right)


def _comparable(source: Path, column: Column, by_value: bool) -> pa.Array:
    """The key as text: values in one way of writing them, else the trimmed text; null where there is none."""
    text = tables.source_column(source, column.id)
    if by_value and column.type in ("number", "date"):
        typed, _ = values.typed(text, column)
        if column.type == "number":
            typed = pc.if_else(pc.is_nan(typed), pa.scalar(None, typed.type), typed)
        return typed.cast(pa.large_string())
    return values.without_codes(pc.utf8_trim_whitespace(text), column.missing)


def _joined(parts: list[pa.Array]) -> pa.Array:
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, pa.scalar(_SEPARATOR, pa.large_string()))


def _like(keys: pa.Array) -> tuple[str, ...]:
    return tuple(str(key).replace(_SEPARATOR, " · ")[:40] for key in pc.unique(keys.slice(0, 1000)).slice(0, EXAMPLES).to_pylist())


def _nearly(lost: pa.Array, there: pa.Array) -> int:
    """How many of the lost keys would be found if capitals and leading zeros did not count."""
    if not len(lost) or not len(there):
        return 0
    return int(pc.sum(pc.is_in(_plainer(lost), value_set=pc.unique(_plainer(there)))).as_py() or 0)


def _plainer(keys: pa.Array) -> pa.Array:
    return pc.utf8_ltrim(pc.utf8_lower(keys), "0")
