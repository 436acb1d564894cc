"""How steps speak of columns in their sentences."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.profile import ColumnProfile


def listed(columns: "Sequence[ColumnProfile]", most: int = 3) -> str:
    """Their names: "age", "age and bmi", "age, bmi, glucose and 4 more"."""
    names = [column.name for column in columns]
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
