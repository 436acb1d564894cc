"""Numbers that look like a code for "missing" and that the person who knows the data has called real values."""

from engine import numbers
from engine.doubts import Choice, Doubt
from engine.store.datasets import Dataset
from engine.value_doubts import MANY_ZEROS, SENTINEL, ZEROS


def of(dataset: Dataset) -> dict[str, tuple[float, ...]]:
    """By column id: the numbers that no check needs to doubt any more, because the question about them was answered so."""
    found: dict[str, tuple[float, ...]] = {}
    for doubt in dataset.doubts:
        place = doubt.labelled(dataset.settled.get(doubt.key, ""))
        if place is None or doubt.column is None or not doubt.key.startswith((SENTINEL, ZEROS, MANY_ZEROS)):
            continue
        column = dataset.column(doubt.column)
        real = [numbers.one(text, column.decimal, column.thousands, column.unit) for text in _codes(doubt) - _missing(doubt.choices[place])]
        found[column.id] = (*found.get(column.id, ()), *(value for value in real if value is not None))
    return found


def _codes(doubt: Doubt) -> set[str]:
    """The texts the question is about: those that count as missing by one answer and not by another."""
    by_answer = [_missing(choice) for choice in doubt.choices]
    return {code for codes in by_answer for code in codes if not all(code in others for others in by_answer)}


def _missing(choice: Choice) -> set[str]:
    return set(choice.reading.get("missing", ()))
