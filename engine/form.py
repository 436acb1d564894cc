"""What a person is asked for a prediction: one field a column, with its range and choices from the training rows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine import labels
from engine.columns import ColumnType, Table
from engine.problems import Problem
from engine.wording import count, number

MOST_CHOICES = 1_000
FEW = 0.01


class FormField(BaseModel):
    """One input column as the training rows had it.

    `low`, `high` and `median` are of numbers (dates: seconds since 1970); `choices` of categories, the commonest first, and
    `common` is the commonest; `missing` is the share of training rows without a value.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    type: ColumnType
    low: float | None = None
    high: float | None = None
    median: float | None = None
    whole: bool = False
    choices: list[str] = []
    common: str = ""
    image: bool = False
    missing: float = 0.0


def fields(train: Table, inputs: Sequence[str]) -> list[FormField]:
    """One field for each input, in order."""
    return [_field(train, id) for id in inputs]


def problems(fields: Sequence[FormField], table: Table) -> list[Problem]:
    """What is unusual in rows to predict, in words: values the model never met, and gaps where it never saw one."""
    found = [problem for field in fields for problem in _CHECKS[field.type](field, table)]
    return found + [_gap(field, table) for field in fields if _has_new_gap(field, table)]


def _field(train: Table, id: str) -> FormField:
    column = train.column(id)
    values = train.frame[id]
    missing = float(values.isna().mean())
    shared = {"id": id, "name": column.name, "type": column.type, "missing": missing}
    if column.type == "category":
        commonest = [str(value) for value in values.value_counts().index[:MOST_CHOICES]]
        return FormField(**shared, choices=commonest, common=commonest[0] if commonest else "")
    if column.type in ("number", "date"):
        return FormField(**shared, **_range(_as_numbers(train, id)))
    return FormField(**shared, image=column.type == "image")


def _range(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> dict[str, float | bool | None]:
    values = values[np.isfinite(values)]
    if not len(values):
        return {"low": None, "high": None, "median": None, "whole": False}
    whole = bool((values == np.round(values)).all())
    return {"low": float(values.min()), "high": float(values.max()), "median": float(np.median(values)), "whole": whole}


def _as_numbers(table: Table, id: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    if table.column(id).type == "number":
        return np.asarray(table.values(id), np.float64)
    when = table.values(id)
    return np.where(np.isnat(when), np.nan, when.astype("datetime64[s]").astype(np.float64))


def _out_of_range(field: FormField, table: Table) -> list[Problem]:
    if field.low is None or field.high is None:
        return []
    values = _as_numbers(table, field.id)
    outside = values[(values < field.low) | (values > field.high)]
    if not len(outside):
        return []
    write = _day if field.type == "date" else _exact
    told = f"{write(field.low)} to {write(field.high)}"
    what = (
        f"{field.name} is {write(outside[0])}, but the training rows went from {told}."
        if len(values) == 1
        else f"{count(len(outside), 'row lies', 'rows lie')} outside of what the model has seen ({told}), such as {write(outside[0])}."
    )
    return [_warning(field, what, "Expect a worse answer there: the model has to guess beyond its experience.")]


def _unseen(field: FormField, table: Table) -> list[Problem]:
    if len(field.choices) >= MOST_CHOICES:
        return []
    values = table.frame[field.id]
    new = values[values.notna() & ~values.isin(field.choices)]
    if not len(new):
        return []
    shown = labels.listed([str(value) for value in pd.unique(new)], 5)
    what = (
        f"'{new.iloc[0]}' never occurs in the training rows."
        if len(values) == 1
        else f"{count(len(new), 'row has', 'rows have')} a value that never occurs in the training rows: {shown}."
    )
    return [_warning(field, what, f"It is treated as unknown. Known are: {labels.listed(field.choices, 5)}.")]


def _nothing(field: FormField, table: Table) -> list[Problem]:
    return []


_CHECKS = {"number": _out_of_range, "date": _out_of_range, "category": _unseen, "text": _nothing, "image": _nothing}


def _has_new_gap(field: FormField, table: Table) -> bool:
    return field.missing < FEW and bool(table.frame[field.id].isna().any())


def _gap(field: FormField, table: Table) -> Problem:
    gaps = int(table.frame[field.id].isna().sum())
    what = f"{field.name} is not given." if len(table) == 1 else f"{count(gaps, 'row has', 'rows have')} no value for {field.name}."
    return _warning(field, what, "Nearly every training row had one, so give it if you can.")


def _warning(field: FormField, what: str, fix: str) -> Problem:
    return Problem(where=field.name, what=what, fix=fix, level="warn", column=field.id)


def _exact(value: float) -> str:
    return number(value, 6)


def _day(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))
