"""What is wrong, or could be better, with how a number is to be learned."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from engine.problems import Problem
from engine.tasks import _forms
from engine.wording import number

if TYPE_CHECKING:
    from engine.profile import ColumnProfile
    from engine.tasks.regression import Regression

FAR = 15.0
"""So many times the reach of the middle half beyond it, a value is an outlier whose square would outweigh hundreds of others."""

HOW = {
    "squared": "with misses counting by their square",
    "huber": "with large misses counting more only up to a point (Huber)",
    "absolute": "with misses counting in proportion",
    "quantile": "ranges by quantiles",
}
"""By each of `LOSSES`, behind "cannot learn"."""


def of(task: "Regression", column: "ColumnProfile", losses: Collection[str]) -> list[Problem]:
    """See Task.problems."""

    def problem(level: Any, what: str, fix: str, change: tuple[str, str, str] | None = None) -> Problem:
        action = None if change is None else {"do": "set", "what": f"task.{change[0]}", "value": change[1]}
        button = {} if change is None else {"button": change[2]}
        return Problem(where=column.name, what=what, fix=fix, level=level, column=column.id, action=action, **button)

    found = []
    asked = "quantile" if task.ranges else task.misses
    if asked not in losses:
        what = f"The kind of model chosen cannot learn {HOW[asked]}."
        if asked == "huber" and "absolute" in losses:
            fix = "Let large misses count in proportion, which guards against extreme values too, or choose another model."
            found.append(problem("stop", what, fix, ("misses", "absolute", "In proportion")))
        else:
            found.append(problem("stop", what, "Choose another kind of model on the Design page, or let misses count squared."))
    if task.form == "log" and column.low is not None and column.low <= 0:
        what = f"The lowest value is {number(column.low)}, and only numbers above 0 have a logarithm: a little is added first."
        found.append(problem("info", what, "Nothing to do; its rank is another form that needs no such help."))
    if task.form != "none" and task.form == _forms.proposed(column) and column.high is not None:
        ends = f"half of the values lie below {number(column.median)}, the highest is {number(column.high)}"
        what = f"The values crowd at one end ({ends}), so {_forms.FORMS[task.form].lower()} is learned and turned back in every answer."
        found.append(
            problem("info", what, "Nothing to do; 'Learn it as' under 'More settings' on the Data page is the place to change it.")
        )
    if (far := _outlier(column)) and task.form == "none" and task.misses == "squared" and not task.ranges:
        what = f"A value such as {number(far)} lies so far out that a few of them would lead the model astray."
        huber = ("misses", "huber", "Count them less (Huber)")
        change = huber if "huber" in losses else ("misses", "absolute", "Count them less") if "absolute" in losses else None
        found.append(problem("info", what, "Let large misses count less, if such values are right and not what matters most.", change))
    return found


def _outlier(column: "ColumnProfile") -> float:
    """The most distant value, if it is far out; else 0."""
    if len(column.quantiles) < 6 or column.low is None or column.high is None:
        return 0.0
    low, high = column.quantiles[2], column.quantiles[3]
    reach = FAR * (high - low)
    ends = ((column.high - high, column.high), (low - column.low, column.low))
    distance, value = max(ends)
    return value if 0 < reach < distance else 0.0
