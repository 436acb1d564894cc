"""Pictures that look nearly the same, such as two shots of one thing: found by small sketches of each, of which only few are compared."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from engine import deep_pictures

Array = np.ndarray[Any, Any]

MOST_BITS = 4
_BANDS = (13, 13, 13, 13, 12)
_SIDE = 16
_CLOSE, _CLOSE_IF_FLAT, _FLAT = 10.0, 1.5, 6.0
_REACH, _AT_ONCE = 2_000, 4_000_000
_MANY, _CHAINED = 20_000, 8


@dataclass
class Sketches:
    """For each picture the 64 signs of its differences from left to right (dHash), and itself in grey, 16 by 16."""

    signs: list[int] = field(default_factory=list)
    small: list[bytes] = field(default_factory=list)

    def add(self, picture: Image.Image) -> None:
        grey = deep_pictures.plain(picture).convert("L")
        thumb = np.asarray(grey.resize((9, 8), Image.Resampling.BOX), np.int16)
        self.signs.append(int.from_bytes(np.packbits(thumb[:, 1:] > thumb[:, :-1]).tobytes(), "big"))
        self.small.append(grey.resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes())

    def pairs(self) -> Array:
        """(pairs, 2) positions of pictures that look nearly the same: at most 4 of the 64 signs differ, and hardly any grey."""
        signs = np.array(self.signs, np.uint64)
        small = np.frombuffer(b"".join(self.small), np.uint8).reshape(len(signs), _SIDE * _SIDE)
        found, start = [np.zeros((0, 2), np.int64)], 0
        for bits in _BANDS:
            band = (signs >> np.uint64(start)) & np.uint64((1 << bits) - 1)
            order = np.argsort(band, kind="stable")
            ends = np.flatnonzero(np.diff(band[order])) + 1
            found += [_near(bucket, signs, small) for bucket in np.split(order, ends) if len(bucket) > 1]
            start += bits
        return np.unique(np.concatenate(found), axis=0)


def sets(pairs: Array, pictures: int) -> Array:
    """(pictures,) the first picture of the set that each belongs to, sets being made of pairs hanging together; alone: itself."""
    first = np.arange(pictures)
    for a, b in pairs:
        low, high = sorted((_root(first, int(a)), _root(first, int(b))))
        first[high] = low
    return np.array([_root(first, place) for place in range(pictures)], np.int64)


def _near(bucket: Array, signs: Array, small: Array) -> Array:
    """The pairs in a bucket of pictures that share a part of their signs. Where very many are alike, each only with those next to it."""
    bucket = bucket[np.argsort(signs[bucket], kind="stable")]
    step = max(1, _AT_ONCE // min(len(bucket), _REACH))
    found = []
    for start in range(0, len(bucket), step):
        one, others = bucket[start : start + step], bucket[start : start + step + _REACH]
        left, right = np.nonzero(np.bitwise_count(signs[one][:, None] ^ signs[others][None, :]) <= MOST_BITS)
        later = (left < right) & ((right - left <= _CHAINED) if len(left) > _MANY else True)
        pairs = np.stack([one[left[later]], others[right[later]]], axis=1)
        found += [_seen_alike(pairs[at : at + _MANY], small) for at in range(0, len(pairs), _MANY)]
    return np.sort(np.concatenate([np.zeros((0, 2), np.int64), *found]), axis=1)


def _seen_alike(pairs: Array, small: Array) -> Array:
    """Those of the pairs whose greys are alike too: pictures of hardly any contrast all have much the same signs."""
    a, b = small[pairs[:, 0]].astype(np.float32), small[pairs[:, 1]].astype(np.float32)
    apart = np.abs(a - b - (a.mean(axis=1) - b.mean(axis=1))[:, None]).mean(axis=1)
    flat = np.minimum(a.std(axis=1), b.std(axis=1)) < _FLAT
    close: Array = pairs[apart <= np.where(flat, _CLOSE_IF_FLAT, _CLOSE)]
    return close


def _root(first: Array, place: int) -> int:
    while first[place] != place:
        first[place] = first[first[place]]
        place = int(first[place])
    return place
