"""Dividing as a column says: it tells train, validation and test rows apart, in words the person has translated."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from engine import labels
from engine.errors import InvalidPlan
from engine.problems import Problem
from engine.splits.base import LEFT_OUT, PLACES, TEST, TRAIN, VALIDATION, Array, Case, Method, Part, Split, by_chance, stopping
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

MOST_VALUES = 20
_WORDS: dict[Part, str] = {
    "train": "train training learn learning fit trn tr development",
    "validation": "validation valid val dev tune tuning eval",
    "test": "test testing tst holdout unseen evaluation private",
}


class GivenColumn(Method):
    """A column already says which rows are learned from and which are kept unseen."""

    kind: Literal["column"] = "column"
    title = "As a column says"
    order = 40
    has_mapping = True
    sizes = False
    short = "as a column says"

    def divide(self, case: Case) -> Array:
        """Rows whose value stands for no part are left out. Where no value stands for steering, some training rows steer, by chance."""
        said = labels.texts(case.table.values(case.split.column)[case.rows])
        mapping = meaning(case.split, [label for label in dict.fromkeys(said) if label is not None])
        parts = np.array([PLACES[mapping.get(label, "none")] if label is not None else LEFT_OUT for label in said], np.int64)
        _need(case, parts)
        if not (parts == VALIDATION).any():
            parts = _some_steer(case, parts)
        return parts

    def divide_without_test(self, case: Case) -> Array:
        """What the column keeps unseen stays out of the training also when the unseen rows come from elsewhere."""
        parts = self.divide(case)
        return np.where(parts == TEST, LEFT_OUT, parts)

    def counts(self, split: Split, rows: int, column: "ColumnProfile | None") -> tuple[int, int, int]:
        if column is None:
            return super().counts(split, rows, column)
        values = labels.counts_of(column)
        mapping = meaning(split, list(values))
        scale = rows / max(1, column.rows)
        sums = [sum(many for value, many in values.items() if mapping.get(value) == part) for part in ("train", "validation", "test")]
        train, validation, test = (round(scale * many) for many in sums)
        steering = validation or round(split.validation * train)
        return (train if validation else train - steering), steering, test

    def problems(self, split: Split, column: "ColumnProfile") -> list[Problem]:
        counts = labels.counts_of(column)
        if not counts or column.distinct > MOST_VALUES:
            what = f"It has {count(column.distinct, 'different value')}: too many to say for each which rows it stands for."
            return [stopping(column.name, what, "Choose a column with few values, such as 'train' and 'test'.")]
        mapping = meaning(split, list(counts))
        lacking = [word for part, word in (("train", "learned from"), ("test", "never seen")) if part not in mapping.values()]
        if lacking:
            what = f"No value stands for rows {' or '.join(lacking)}."
            return [stopping(column.name, what, "Say on the Prepare page which value means what.")]
        return _left_out(column, counts, mapping)

    def why(self, name: str) -> str:
        return f"Your column '{name}' says which rows are learned from and which are kept unseen."

    def sequence(self, values: Array | None, rows: int) -> Array:
        return np.argsort(pd.factorize(values, sort=True)[0], kind="stable") if values is not None else np.arange(rows)

    def sequence_words(self) -> str:
        return "put together by what the column says"

    def span(self, values: Array) -> str:
        known = [label for label in dict.fromkeys(labels.texts(values)) if label is not None]
        return labels.listed(labels.ordered(known), most=4)


def meaning(split: Split, values: Sequence[str]) -> Mapping[str, Part]:
    """What each value stands for: as the person said, else as the words say."""
    return split.mapping or guess(values)


def guess(values: Sequence[str]) -> dict[str, Part]:
    """The part that each value names in plain words ("Train", "hold-out"); "none" for a value that names none."""
    known: dict[str, Part] = {word: part for part, words in _WORDS.items() for word in words.split()}
    return {value: known.get("".join(c for c in value.casefold() if c.isalpha()), "none") for value in values}


def propose(counts: Mapping[str, int]) -> dict[str, Part]:
    """What to assume of values that occur so often: what they say, else the rarest is never seen, as a site or a season of its own."""
    found = guess(list(counts))
    if {"train", "test"} & set(found.values()) or len(counts) < 2:
        return found
    rarest = min(counts, key=lambda value: counts[value])
    return {value: "test" if value == rarest else "train" for value in counts}


def is_plain(values: Sequence[str]) -> bool:
    """Whether the values name parts, all of them, training and unseen rows among them."""
    found = set(guess(values).values())
    return {"train", "test"} <= found and "none" not in found


def _need(case: Case, parts: Array) -> None:
    for part, word in ((TRAIN, "to learn from"), (TEST, "to be kept unseen")):
        if not (parts == part).any():
            raise InvalidPlan(f"'{case.name}' names no row {word}.", "Say which of its values means what, or divide the rows another way.")


def _some_steer(case: Case, parts: Array) -> Array:
    learned = np.flatnonzero(parts == TRAIN)
    shares = case.split.model_copy(update={"test": 0.0})
    classes = np.unique(case.classes[learned], return_inverse=True)[1]
    parts = parts.copy()
    parts[learned] = by_chance(shares, classes, case.random)
    return parts


def _left_out(column: "ColumnProfile", counts: Mapping[str, int], mapping: Mapping[str, Part]) -> list[Problem]:
    """Rows that no part gets are said, with their values and how many they are."""
    out = {value: rows for value, rows in counts.items() if mapping.get(value, "none") == "none"}
    rows = sum(out.values()) + column.missing
    if not rows:
        return []
    which = [f"'{value}' ({many:,})" for value, many in list(out.items())[:4]]
    which += [f"no value ({column.missing:,})"] if column.missing else []
    what = f"{count(rows, 'row is', 'rows are')} neither learned from nor judged: {', '.join(which)}."
    return [Problem(where=column.name, what=what, fix="Say on the Prepare page what these values mean, if they belong to a part.")]
