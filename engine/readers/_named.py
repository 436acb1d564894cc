"""Classes in the names of pictures, such as cat_001.jpg: the part of the name that takes few values again and again."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

PARTS = {
    "words": "All words of the name",
    "first": "The first part of the name",
    "second": "The second part of the name",
    "third": "The third part of the name",
    "last": "The last part of the name",
}
SPLITS = frozenset(["train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "evaluation", "holdout"])
_CAMERA_WORDS = """
img image images dsc dscn dscf dcim picture pic photo foto bild scan frame screenshot dji gopr mvimg pxl vid video file copy page slide
capture snapshot sample x"""
_CAMERAS = frozenset(_CAMERA_WORDS.split())
_ENOUGH = 0.95
_MOST_CLASSES, _FEWEST_OF_A_CLASS = 200, 2
_NUMBERS_LONGEST, _MOST_NUMBERS, _FEWEST_OF_A_NUMBER = 2, 20, 5


@dataclass(frozen=True)
class Found:
    """The `part` of the names that may be the class, and what it is for each ("" where a name has none)."""

    part: str
    classes: list[str]

    @property
    def values(self) -> list[str]:
        return [value for value, _ in Counter(filter(None, self.classes)).most_common()]


def find(names: Sequence[str]) -> list[Found]:
    """What may be the classes of files with these names (folders and endings do not count), the likeliest first; often nothing."""
    stems = [stem_of(name) for name in names]
    found = [Found(part, classes) for part in PARTS if _is_classes(classes := of(stems, part))]
    numbered = [] if found else [Found(part, c) for part in ("first", "last") if _is_numbers(c := [_PARTS[part](s, True) for s in stems])]
    distinct: dict[tuple[str, ...], Found] = {}
    for one in _ranked(found) + numbered:
        distinct.setdefault(tuple(one.classes), one)
    return list(distinct.values())


def of(stems: Sequence[str], part: str) -> list[str]:
    """That part of each name, if it is a word; else ""."""
    return [_PARTS[part](stem, False) for stem in stems]


def given(names: Sequence[str], part: str) -> Found:
    """The part a person chose, numbers too where it holds no words."""
    stems = [stem_of(name) for name in names]
    words = of(stems, part)
    return Found(part, words if any(words) else [_PARTS[part](stem, True) for stem in stems])


def stem_of(name: str) -> str:
    """The file's name without folders and ending."""
    from engine.readers._pictures import EXTENSIONS

    base = PurePosixPath(name.replace("\\", "/")).name
    ending = next((ending for ending in EXTENSIONS if base.lower().endswith(ending)), "")
    return base[: len(base) - len(ending)]


def _words(stem: str, _numbers: bool) -> str:
    text = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", stem)
    return "" if re.search(r"\d", text) else text


def _at(place: int) -> Callable[[str, bool], str]:
    def part(stem: str, numbers: bool) -> str:
        tokens = [token for token in re.findall(r"[^\W\d_]+|\d+", stem) if numbers or not token.isdigit()]
        return tokens[place] if -len(tokens) <= place < len(tokens) else ""

    return part


_PARTS: dict[str, Callable[[str, bool], str]] = {"words": _words, "first": _at(0), "second": _at(1), "third": _at(2), "last": _at(-1)}


def _is_classes(classes: Sequence[str]) -> bool:
    counts = Counter(filter(None, classes))
    stable = sum(many for many in counts.values() if many >= _FEWEST_OF_A_CLASS)
    words = {value.casefold() for value in counts}
    few = 2 <= len(counts) <= min(_MOST_CLASSES, max(2, len(classes) // 3))
    return few and stable >= _ENOUGH * len(classes) and not words <= _CAMERAS and not words <= SPLITS


def _is_numbers(classes: Sequence[str]) -> bool:
    counts = Counter(classes)
    short = all(value.isdigit() and len(value) <= _NUMBERS_LONGEST for value in counts)
    return short and 2 <= len(counts) <= _MOST_NUMBERS and min(counts.values()) >= _FEWEST_OF_A_NUMBER


def _ranked(found: Sequence[Found]) -> list[Found]:
    """Single words come first where all other words of the names are always the same, or where they go together in every way."""
    words = next((one for one in found if one.part == "words"), None)
    single = list({tuple(one.classes): one for one in found if one.part != "words"}.values())
    if words is None:
        return single
    combined = 1
    for one in single:
        combined *= len(one.values)
    is_product = len(single) > 1 and combined == len(words.values)
    is_alone = len(single) == 1 and len(single[0].values) == len(words.values) and _rest_is_same(single[0], words)
    return [*reversed(single), words] if is_product else [*single, words] if is_alone else [words, *single]


def _rest_is_same(single: Found, words: Found) -> bool:
    """Whether what the words hold beside the single one never changes."""
    pairs = zip(words.classes, single.classes, strict=True)
    return len({whole.replace(one, "", 1) for whole, one in pairs if whole and one}) == 1
