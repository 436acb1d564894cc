"""Personal data: one file a kind, by the words of a column's name in many languages and by the form of its values."""

from typing import Any

import numpy as np
import pandas as pd

from engine.columns import Column
from engine.personal.base import Detector, Found, Seen
from engine.registry import Family

DETECTORS: Family[Detector] = Family("engine.personal", Detector, "kind of personal data")

__all__ = ["DETECTORS", "Detector", "Found", "find", "looked"]

_SAMPLE = 400
_LONGEST = 2_000


def find(column: Column, values: "pd.Series[Any]") -> Found | None:
    """The surest of what the detectors say about the column; None if it seems to tell of nobody, or was treated. `values` are typed."""
    if column.type == "image" or column.treatment is not None:
        return None
    seen = looked(column, values)
    found = [one for member in DETECTORS.members.values() if (one := member(kind=member.model_fields["kind"].default).look(seen))]
    return max(found, key=lambda one: one.sure) if found and seen.values else None


def looked(column: Column, values: "pd.Series[Any]") -> Seen:
    """Some of the column's values from its whole length, as text."""
    present = np.flatnonzero(values.notna())
    places = np.unique(np.linspace(0, len(present) - 1, _SAMPLE).astype(np.int64)) if len(present) else np.zeros(0, np.int64)
    some = [_text(value) for value in values.iloc[present[places]]]
    different = tuple(dict.fromkeys(text for text in some if text))
    return Seen(column.name, column.type, different, len(some) / max(1, len(different)))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()[:_LONGEST]
    if isinstance(value, pd.Timestamp):
        return value.isoformat()[:10]
    return f"{value:.0f}" if float(value).is_integer() else repr(float(value))
