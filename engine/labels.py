"""Class labels: the user's own values as text, in an order a person expects."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]


def text(value: Any) -> str | None:
    """The value as a label: "1" for 1.0, "0.5" for 0.5, text as it is; None for a missing or infinite one."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.12g}"


def texts(y: Array) -> Array:
    """(rows,) labels (str or None) of a target column."""
    distinct, places = _distinct(y)
    named = np.empty(len(distinct), object)
    named[:] = [text(value) for value in distinct]
    return named[places] if len(y) else named


def tallied(y: Array) -> dict[str, int]:
    """How many rows have each label, in the order in which the labels come first; a missing one is none."""
    distinct, places = _distinct(y)
    many, first = np.bincount(places, minlength=len(distinct)), np.zeros(len(distinct), np.int64)
    first[places[::-1]] = np.arange(len(places))[::-1]
    found: dict[str, int] = {}
    for at in np.argsort(first, kind="stable"):
        label = text(distinct[at])
        if label is not None:
            found[label] = found.get(label, 0) + int(many[at])
    return found


def ordered(labels: list[str]) -> list[str]:
    """The labels by number where all are numbers, else by alphabet without regard to case."""
    if all(_number(label) is not None for label in labels):
        return sorted(labels, key=lambda label: (_number(label) or 0.0, label))
    return sorted(labels, key=lambda label: (label.casefold(), label))


def listed(labels: list[str], most: int = 8) -> str:
    """The labels in quotes for a sentence, shortened when they are many."""
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(f"'{label}'" for label in labels[:most]) + more


def _distinct(y: Array) -> tuple[list[Any], Array]:
    """Each different value once, and for every row which one it has."""
    if y.dtype != object:
        values, places = np.unique(y, return_inverse=True)
        return list(values), places
    seen: dict[Any, int] = {}
    places = np.fromiter((seen.setdefault(value, len(seen)) for value in y), np.int64, len(y))
    return list(seen), places


def _number(label: str) -> float | None:
    try:
        number = float(label)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


_YES = (
    "yes y true t positive pos present ill sick disease diseased malignant cancer dead died death failure failed fail fault faulty "
    "defect defective bad broken abnormal anomaly fraud spam churn churned default stroke attack nok ng ja oui si"
)
_NO = (
    "0 -1 no n false f negative neg absent none healthy well benign normal alive survived ok pass passed good intact ham control "
    "legitimate retained stayed nein non"
)
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())


def likely_yes(counts: dict[str, int]) -> str:
    """Which of the values is the one asked about: "yes", an illness, a fault; not a plain "no" or 0; else the rarer, else the later."""
    yes = [label for label in counts if label.casefold().strip() in YES]
    if len(yes) == 1:
        return yes[0]
    others = [label for label in counts if label.casefold().strip() not in NO]
    places = {label: i for i, label in enumerate(ordered(list(counts)))}
    return min(others if len(others) == 1 else counts, key=lambda label: (counts[label], -places[label]))


def likely_no(labels: list[str]) -> str | None:
    """The one value that plainly means "no" or "nothing", such as 0 of 0 to 4; None if there is not exactly one."""
    found = [label for label in labels if label.casefold().strip() in NO]
    return found[0] if len(found) == 1 else None


def counts_of(column: "ColumnProfile") -> dict[str, int]:
    """The different values of a column and how often each occurs, as far as its profile knows them (the commonest come first).

    A number column without `top` is known when it has at most two values, or is an unbroken run of whole numbers (counted 0).
    """
    if column.top:
        return {str(value): many for value, many in column.top}
    if column.type != "number" or column.low is None or column.high is None or column.distinct < 1:
        return {}
    low, high = column.low, column.high
    if column.distinct <= 2:
        ends = [text(low) or "", text(high) or ""][: column.distinct]
        return dict(zip(ends, (column.counts[0], column.counts[-1]) if column.counts else (0, 0), strict=False))
    if column.whole and high - low + 1 == column.distinct <= 50:
        return {str(int(low) + i): 0 for i in range(column.distinct)}
    return {}
