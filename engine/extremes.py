"""Numbers out of all proportion, such as one 1e30 among hundreds: found once at upload, said on the Data page and before a training.

No member of `checks/`: what is found belongs to the statistics of a column, whatever it is used for.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from engine.problems import Problem
from engine.wording import count, number

if TYPE_CHECKING:
    from engine.plan import Plan
    from engine.profile import ColumnProfile, Profile

Array = np.ndarray[Any, Any]

LARGEST = 1e30
"""The largest input a model takes: its square still has room in double precision, and it fits single precision."""

LARGEST_ANSWER = 1e150
"""The largest answer: errors are squared in double precision."""

FAR = 1e9
"""How many times the usual spread from the middle is out of all proportion: beside such a value single precision (7 digits) sees
the others as one."""

RARE = 0.01
SHOWN = 3


class Extremes(BaseModel):
    """Values far from all others (`is_far`), or else values beyond 1e30: how many, and the first ones as (row from 0, value).

    `low` and `high` are what the middle half of the values lies between.
    """

    model_config = ConfigDict(frozen=True)

    count: int
    examples: tuple[tuple[int, float], ...]
    low: float
    high: float
    is_far: bool


def find(values: Array, ordered: Array) -> Extremes | None:
    """Looks at (rows,) float64 `values`, and at the same ones sorted, without missing ones. None if all is well."""
    if not len(ordered):
        return None
    low, middle, high = (float(ordered[round(share * (len(ordered) - 1))]) for share in (0.25, 0.5, 0.75))
    half = values / 2
    half -= middle / 2
    np.abs(half, out=half)
    usual = _usual(ordered, low, high)
    far = half > FAR * usual if usual > 0 else np.zeros(len(values), bool)
    is_far = 0 < np.count_nonzero(far) <= max(1, RARE * len(ordered))
    found = np.flatnonzero(far if is_far else np.abs(values) > LARGEST)
    if not len(found):
        return None
    examples = tuple((int(row), float(values[row])) for row in found[:SHOWN])
    return Extremes(count=len(found), examples=examples, low=low, high=high, is_far=bool(is_far))


def problems(plan: "Plan", profile: "Profile") -> list[Problem]:
    """What is out of all proportion in the column to predict and in the inputs, and how to mend it."""
    asked = [column for column in profile.columns if column.extremes and column.id in {plan.target, *plan.inputs}]
    found = [_of_answer(plan, column) if column.id == plan.target else problem(column) for column in asked]
    return [one for one in found if one]


def problem(column: "ColumnProfile") -> Problem | None:
    """What to know about a column, whatever it is used for."""
    found = column.extremes
    if found is None:
        return None
    fix = (
        f"Correct or empty {'this cell' if found.count == 1 else 'these cells'} in the file and upload it again, or leave the column out."
        if found.is_far
        else f"Each counts as {number(LARGEST)}; write the column in a larger unit and upload the file again, or leave it out."
    )
    leave = {"do": "leave out", "column": column.id}
    return Problem(where=column.name, what=words(column), fix=fix, level="warn", column=column.id, action=leave)


def words(column: "ColumnProfile") -> str:
    """ "1 value is out of all proportion: 1e+30 in row 42. Half of all values lie between 98 and 152." """
    found = column.extremes
    if found is None:
        return ""
    many = count(found.count, "value is", "values are")
    places = [f"{number(value)} in row {row + 1:,}" for row, value in found.examples]
    if not found.is_far:
        return f"{many} beyond {number(LARGEST)}, such as {places[0]}."
    more = f" and {found.count - len(places):,} more" if found.count > len(places) else ""
    usual = f"Half of all values lie between {number(found.low)} and {number(found.high)}."
    return f"{many} out of all proportion: {', '.join(places)}{more}. {usual}"


def _of_answer(plan: "Plan", column: "ColumnProfile") -> Problem | None:
    """For answers that are numbers: one such value would be all that a model learns from."""
    found = column.extremes
    beyond = max(abs(column.low or 0.0), abs(column.high or 0.0)) > LARGEST_ANSWER
    if found is None or plan.task.estimator != "regressor" or not (found.is_far or beyond):
        return None
    one = found.count == 1
    fix = (
        f"Correct {'this cell' if one else 'these cells'} in the file or empty {'it' if one else 'them'} (rows without an answer are left "
        "out), and upload it again."
        if found.is_far
        else "Write this column in a larger unit, and upload the file again."
    )
    return Problem(where=column.name, what=words(column), fix=fix, level="stop", column=column.id)


def _usual(ordered: Array, low: float, high: float) -> float:
    """The spread of the middle half; where that is one value, of the middle 98 %; where that is too, how far the others typically are.

    All halved, since twice the largest double is infinite.
    """
    if high > low:
        return high / 2 - low / 2
    ends = [float(ordered[round(share * (len(ordered) - 1))]) for share in (0.01, 0.99)]
    if ends[1] > ends[0]:
        return ends[1] / 2 - ends[0] / 2
    others = np.abs(ordered / 2 - low / 2)
    others = others[others > 0]
    return float(np.median(others)) if len(others) > 2 else 0.0
