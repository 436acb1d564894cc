"""Many cells at once: text put together, trimmed and counted without ever holding it twice. Knows no column."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine import mapped

Array = np.ndarray[Any, Any]

MANY = 1_000_000
"""Beyond so many values, mostly different ones are counted by 64-bit codes instead of by their text."""

_SLICE = 100_000
_TRIED = 1_000
_DIFFERENT = 0.2
_LONG = 1024
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xBF58476D1CE4E5B9)
_HALF, _SOME = np.uint64(32), np.uint64(29)


def arrow(texts: Any) -> pa.Array:
    """A pandas series of text as one Arrow array."""
    array = pa.array(texts, pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def joined(chunks: list[pa.Array], folder: Path | None = None) -> pa.Array:
    """All chunks of strings as one array of large strings. The list is emptied: each chunk is let go as soon as it is copied.

    Very much text is mapped from a file if a `folder` for it is given.
    """
    chunks[:] = [chunk for chunk in chunks if len(chunk)]
    if len(chunks) < 2:
        return chunks.pop().cast(pa.large_string()) if chunks else pa.array([], pa.large_string())
    rows = sum(map(len, chunks))
    ends = _empty(rows + 1, np.int64, folder)
    ends[0] = 0
    text = _empty(sum(int((places := _offsets(chunk))[-1] - places[0]) for chunk in chunks), np.uint8, folder)
    there = np.ones(rows, bool) if any(chunk.null_count for chunk in chunks) else None
    chunks.reverse()
    row = 0
    while chunks:
        chunk = chunks.pop()
        places, after = _offsets(chunk).astype(np.int64), row + len(chunk)
        ends[row + 1 : after + 1] = places[1:] - places[0] + ends[row]
        if places[-1] > places[0]:
            text[ends[row] : ends[after]] = np.frombuffer(chunk.buffers()[2], np.uint8)[places[0] : places[-1]]
        if there is not None:
            there[row:after] = chunk.is_valid().to_numpy(zero_copy_only=False)
        row = after
    valid = None if there is None else pa.array(there).buffers()[1]
    return pa.Array.from_buffers(pa.large_string(), rows, [valid, pa.py_buffer(ends), pa.py_buffer(text)])


def trimmed(texts: pa.Array) -> pa.Array:
    """The text without blanks around it: the very array where there are none, found piece by piece."""
    for start in range(0, len(texts), _SLICE):
        piece = texts.slice(start, _SLICE)
        if _length(pc.utf8_trim_whitespace(piece)) != _length(piece):
            return pc.utf8_trim_whitespace(texts)
    return texts


def cast(texts: pa.Array, type: pa.DataType) -> pa.Array | None:
    """The text as that type; None if any of it is not. Some are tried first: each that cannot be read takes long."""
    try:
        for some in (texts.slice(0, _TRIED), texts.slice(len(texts) // 2, _TRIED), texts):
            found = pc.cast(some, type)
    except pa.ArrowInvalid:
        return None
    return found


def counted(texts: pa.Array, most: int = 0) -> tuple[int, list[tuple[str, int]]]:
    """How many different values there are, and the commonest with their counts (of equals the earlier one first); null is none.

    Among very many values that hardly repeat, two different ones count as one with a chance of one in 2**64 a pair.
    """
    present = texts.drop_null()
    if len(present) > MANY and _are_different(present):
        return _by_code(present, most)
    found = pc.value_counts(present)
    counts = found.field("counts").to_numpy()
    order = np.argsort(-counts, kind="stable")[:most]
    return len(found), [(str(found.field("values")[int(i)].as_py()), int(counts[i])) for i in order]


def codes(texts: pa.Array) -> Array:
    """(rows,) uint64: the same for the same text, for another one another but for a chance of one in 2**64; 0 for null."""
    found = np.zeros(len(texts), np.uint64)
    for start in range(0, len(texts), _SLICE):
        piece = texts.slice(start, _SLICE)
        found[start : start + _SLICE] = _codes(piece)
        if piece.null_count:
            found[start : start + _SLICE][piece.is_null().to_numpy(zero_copy_only=False)] = 0
    return found


def shared(texts: pa.Array) -> Array:
    """(rows,) object: str or None, one object for all rows with the same text."""
    encoded = texts.dictionary_encode()
    words: Array = np.empty(len(encoded.dictionary) + 1, object)
    words[:-1] = encoded.dictionary.to_pylist()
    places: Array = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return words[places]


def mixed(codes: Array, seed: int) -> Array:
    """(rows,) uint64 codes scattered anew, in another way for every seed."""
    found = (codes ^ np.uint64(seed * int(_SECOND) % 2**64)) * _FACTOR
    found ^= found >> _SOME
    found *= _SECOND
    return np.asarray(found ^ (found >> _HALF))


def _empty(count: int, dtype: Any, folder: Path | None) -> Array:
    return np.empty(count, dtype) if folder is None else mapped.empty((count,), dtype, folder)


def _offsets(chunk: pa.Array) -> Array:
    kind = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
    return np.frombuffer(chunk.buffers()[1], kind)[chunk.offset : chunk.offset + len(chunk) + 1]


def _length(texts: pa.Array) -> int:
    places = _offsets(texts)
    return int(places[-1] - places[0])


def _are_different(present: pa.Array) -> bool:
    places = np.linspace(0, len(present) - 1, _SLICE).astype(np.int64)
    return bool(len(pc.unique(present.take(pa.array(places)))) > _DIFFERENT * _SLICE)


def _codes(texts: pa.Array) -> Array:
    """Eight bytes at a time, of all texts together."""
    places = _offsets(texts).astype(np.int64)
    first, last = int(places[0]), int(places[-1])
    data = np.zeros(last - first + 8, np.uint8)
    if last > first:
        data[:-8] = np.frombuffer(texts.buffers()[2], np.uint8)[first:last]
    words: Array = np.ndarray((len(data) - 7,), np.dtype("<u8"), data.data, strides=(1,))
    starts, lengths = places[:-1] - first, np.diff(places)
    found = (lengths.astype(np.uint64) + np.uint64(1)) * _FACTOR
    for place in range(0, min(_LONG, int(lengths.max())), 8):
        rows = np.flatnonzero(lengths > place)
        word = words[starts[rows] + place]
        spare = np.clip(8 - (lengths[rows] - place), 0, 7).astype(np.uint64) * np.uint64(8)
        word = (word << spare) >> spare
        now = (found[rows] ^ word) * _FACTOR
        found[rows] = now ^ (now >> _HALF)
    for row in np.flatnonzero(lengths > _LONG):
        told = data[starts[row] : starts[row] + lengths[row]].tobytes()
        found[row] = int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "little")
    return np.maximum(mixed(found, 1), np.uint64(1))


def _by_code(present: pa.Array, most: int) -> tuple[int, list[tuple[str, int]]]:
    given = codes(present)
    ordered = np.sort(given)
    distinct = 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))
    if not most or distinct == len(given):
        return distinct, [(str(text), 1) for text in present.slice(0, most).to_pylist()]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    counts = np.diff(np.append(starts, len(ordered)))
    least = np.partition(counts, -most)[-most] if distinct > most else 0
    above, equal = starts[counts > least], starts[counts == least]
    found = [(-int(count), int(np.argmax(given == ordered[at]))) for at, count in zip(above, counts[counts > least], strict=True)]
    found += [(-int(least), row) for row in _first_rows(given, ordered[equal], most - len(found))]
    return distinct, [(str(present[row].as_py()), -count) for count, row in sorted(found)]


def _first_rows(given: Array, wanted: Array, most: int) -> list[int]:
    """The rows in which the first so many of the wanted codes (in order) come for the first time."""
    seen: dict[int, int] = {}
    for start in range(0, len(given), _SLICE):
        if len(seen) >= most:
            break
        piece = given[start : start + _SLICE]
        places = np.minimum(np.searchsorted(wanted, piece), max(0, len(wanted) - 1))
        for row in np.flatnonzero(wanted[places] == piece) if len(wanted) else ():
            if len(seen) >= most:
                break
            seen.setdefault(int(piece[row]), start + int(row))
    return list(seen.values())
