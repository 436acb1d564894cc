"""What is seen in the pictures themselves once they are kept: look-alikes, patients, and sizes that give the class away."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.names import LOOK_ALIKES
from engine.readers import _alike
from engine.readers.base import Change
from engine.wording import count

if TYPE_CHECKING:
    from engine.readers._layout import Layout
    from engine.readers._pictures import Medical, Shelf

Array = np.ndarray[Any, Any]

_LARGEST_SET, _SMALL_SET = 0.2, 10
_MOST_IN_SETS = 0.5
_CLOSER, _USUAL = (0.0, 0.9, 0.98), 2
_TELLS, _FEWEST_OF_A_SIZE = 0.98, 5
_SHOWN = 8


def add(layout: "Layout", kept: Sequence[str], shelf: "Shelf", is_new: bool) -> list[Change]:
    """Adds the columns that say which rows belong together; returns the warnings. Rows to be predicted (`is_new`) need neither."""
    if is_new:
        return []
    _add_medical(layout, [shelf.medical.get(file) for file in kept])
    return [*_alikes(layout, kept, shelf), *_sizes(layout, [shelf.sizes[file] for file in kept])]


def _add_medical(layout: "Layout", found: Sequence["Medical | None"]) -> None:
    if not any(found):
        return
    patients = [one.patient if one else None for one in found]
    if any(patients) and "patient" not in layout.names:
        layout.add("patient", patients)
        what = "The column 'patient' says which pictures are of one person, by made-up names, the same in all files read here."
        layout.changes.append(Change(what=what, count=len(set(filter(None, patients)))))
    for name, values in (
        ("modality", [one.modality if one else None for one in found]),
        ("body part", [one.body_part if one else None for one in found]),
    ):
        if len(set(values)) > 1 and name not in layout.names:
            layout.add(name, [value or None for value in values])


def _alikes(layout: "Layout", kept: Sequence[str], shelf: "Shelf") -> list[Change]:
    """Look-alikes get a column that keeps them in the same part of the rows; pairs across classes come first."""
    files = list(shelf.sizes)
    place_of = {file: place for place, file in enumerate(files)}
    places = np.array([place_of[file] for file in kept])
    found = shelf.sketches.pairs()
    tried = [*(found.closer(least).places for least in _CLOSER), np.array(shelf.copies, np.int64).reshape(-1, 2)]
    sets = [_alike.sets(pairs, len(files))[places] for pairs in tried]
    good = next((i for i, of_rows in enumerate(sets) if _are_few(of_rows)), None)
    changes = []
    if good is None or good >= _USUAL:
        which = "none are" if good is None or not _in_sets(sets[good]) else "only nearly exact copies are"
        changes.append(Change(what=f"So many pictures look much the same that {which} kept together.", count=_in_sets(sets[0])))
    if good is None or not _in_sets(sets[good]):
        return changes
    pairs, of_rows = tried[good], sets[good]
    sizes = Counter(of_rows.tolist())
    numbers = {first: i + 1 for i, first in enumerate(first for first, many in sorted(sizes.items()) if many > 1)}
    layout.add(LOOK_ALIKES, [f"set {numbers[first]}" if first in numbers else None for first in of_rows.tolist()])
    changes = [*_across(layout, pairs, dict(zip(files, shelf.names, strict=True)), files, kept), *changes]
    seen = [f"{shelf.names[a]} and {shelf.names[b]}" for a, b in pairs[:_SHOWN]]
    what = f"Pictures look nearly the same as others. They were kept, and the column '{LOOK_ALIKES}' says which belong together."
    return [*changes, Change(what=what, count=_in_sets(of_rows), examples=tuple(seen))]


def _are_few(of_rows: Array) -> bool:
    """Whether the sets leave enough to divide: all are small, as of things shot a few times; or they are no more than half of the rows."""
    rows, largest = len(of_rows), max(Counter(of_rows.tolist()).values(), default=0)
    return largest <= min(_SMALL_SET, rows / 4) or (largest <= _LARGEST_SET * rows and _in_sets(of_rows) <= _MOST_IN_SETS * rows)


def _in_sets(of_rows: Array) -> int:
    """How many rows share their set with another one."""
    return sum(many for many in Counter(of_rows.tolist()).values() if many > 1)


def _across(layout: "Layout", pairs: Array, names: dict[str, str], files: Sequence[str], kept: Sequence[str]) -> list[Change]:
    classes = layout.classes()
    if classes is None:
        return []
    class_of = dict(zip(kept, classes, strict=True))
    other = [(files[a], files[b]) for a, b in pairs if class_of.get(files[a]) != class_of.get(files[b])]
    if not other:
        return []
    shown = [f"{names[a]} ({class_of.get(a)}) and {names[b]} ({class_of.get(b)})" for a, b in other[:_SHOWN]]
    what = "Pictures in different classes look nearly the same: one of the two may be in the wrong one. Look at these pairs."
    return [Change(what=what, count=len(other), examples=tuple(shown))]


def _sizes(layout: "Layout", sizes: Sequence[tuple[int, int]]) -> list[Change]:
    """A warning where the size of a picture nearly says its class: a model may learn the size instead of what is to be seen."""
    classes = layout.classes()
    if classes is None:
        return []
    by_size: defaultdict[tuple[int, int], Counter[str | None]] = defaultdict(Counter)
    for size, label in zip(sizes, classes, strict=True):
        by_size[size][label] += 1
    common = {size: found for size, found in by_size.items() if found.total() >= _FEWEST_OF_A_SIZE}
    told = sum(found.most_common(1)[0][1] for found in common.values())
    commonest = {found.most_common(1)[0][0] for found in common.values()}
    if len(common) < 2 or len(commonest) < 2 or told < _TELLS * len(sizes):
        return []
    shown = [f"{wide} x {high}: {found.most_common(1)[0][0]} ({count(found.total(), 'picture')})" for (wide, high), found in common.items()]
    what = "The size of a picture alone nearly tells its class, so a model may learn that. Bring all to one size before, if you can."
    return [Change(what=what, count=len(sizes), examples=tuple(shown[:_SHOWN]))]
