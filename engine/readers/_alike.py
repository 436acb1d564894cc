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
_AGREES, _FLAT = 0.8, 0.25
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

    def pairs(self) -> "Pairs":
        """Pictures that look nearly the same: at most 4 of the 64 signs differ, and greys go up and down alike."""
        signs = np.array(self.signs, np.uint64)
        small = np.frombuffer(b"".join(self.small), np.uint8).reshape(len(signs), _SIDE * _SIDE)
        found, start = [np.zeros((0, 3))], 0
        for bits in _BANDS:
            band = (signs >> np.uint64(start)) & np.uint64((1 << bits) - 1)
            order = np.argsort(band, kind="stable")
            ends = np.flatnonzero(np.diff(band[order])) + 1
            found += [_near(bucket, signs, small) for bucket in np.split(order, ends) if len(bucket) > 1]
            start += bits
        each = np.unique(np.concatenate(found), axis=0)
        return Pairs(each[:, :2].astype(np.int64), each[:, 2])


@dataclass(frozen=True)
class Pairs:
    """(pairs, 2) `places` of two pictures, the lower first, and (pairs,) how far they agree: 0.8 to 1."""

    places: Array
    agreement: Array

    def closer(self, least: float) -> "Pairs":
        """Those that agree at least so far."""
        return Pairs(self.places[self.agreement >= least], self.agreement[self.agreement >= least])


def sets(pairs: Array, pictures: int) -> Array:
    """(pictures,) the first picture of the set that each belongs to, sets being made of pairs hanging together; alone: itself."""
    first = np.arange(pictures)
    for a, b in pairs:
        low, high = sorted((_root(first, int(a)), _root(first, int(b))))
        first[high] = low
    return np.array([_root(first, place) for place in range(pictures)], np.int64)


def _near(bucket: Array, signs: Array, small: Array) -> Array:
    """(pairs, 3) the pairs in a bucket of pictures that share a part of their signs. Of very many alike, only neighbours are compared."""
    bucket = bucket[np.argsort(signs[bucket], kind="stable")]
    step = max(1, _AT_ONCE // min(len(bucket), _REACH))
    found = []
    for start in range(0, len(bucket), step):
        one, others = bucket[start : start + step], bucket[start : start + step + _REACH]
        left, right = np.nonzero(np.bitwise_count(signs[one][:, None] ^ signs[others][None, :]) <= MOST_BITS)
        later = (left < right) & ((right - left <= _CHAINED) if len(left) > _MANY else True)
        pairs = np.stack([one[left[later]], others[right[later]]], axis=1)
        found += [_seen_alike(pairs[at : at + _MANY], small) for at in range(0, len(pairs), _MANY)]
    return np.concatenate([np.zeros((0, 3)), *found])


def _seen_alike(pairs: Array, small: Array) -> Array:
    """(pairs, 3) with their agreement those whose greys rise and fall alike too: surfaces under one light all have much the same signs.

    Measured on 600 pictures each of steel surfaces and of CIFAR-10: pairs that differ agree at most at 0.84 (99 of 100 below 0.62),
    copies compressed, resized, brightened or cut by 2 % nearly all above 0.8.
    """
    a, b = _slopes(small[pairs[:, 0]]), _slopes(small[pairs[:, 1]])
    energy = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    agreement = (a * b).sum(axis=1) / np.maximum(energy, 1e-9)
    is_flat = energy < _FLAT * a.shape[1]
    agreement = np.where(is_flat, (a == b).all(axis=1), np.round(agreement, 4))
    close = agreement >= _AGREES
    return np.column_stack([np.sort(pairs[close], axis=1), agreement[close]])


def _slopes(small: Array) -> Array:
    """(pictures, steps) from each grey to the one beside and the one below it, less what they have in common."""
    grey = small.reshape(-1, _SIDE, _SIDE).astype(np.float32)
    steps = [np.diff(grey, axis=axis).reshape(len(grey), -1) for axis in (1, 2)]
    return np.concatenate([step - step.mean(axis=1, keepdims=True) for step in steps], axis=1)


def _root(first: Array, place: int) -> int:
    while first[place] != place:
        first[place] = first[first[place]]
        place = int(first[place])
    return place
