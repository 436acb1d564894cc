"""Eight of the person's own rows, followed through a training: the true answer, and what the model says now.

They are rows that steer the training and teach nothing, so they show more than training rows would, and prove less than unseen ones.
Knows no library.
"""

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import relations, reports
from engine.columns import Table
from engine.split import Parts
from engine.tasks import Task
from engine.tell import Tell

if TYPE_CHECKING:
    from engine.plan import Plan

Array = np.ndarray[Any, Any]
Ask = Callable[[], Array]

MOST = 8
COLUMNS = 3
SECONDS_BETWEEN = 0.5
COST = 0.01
LOOKED_AT, MOST_LOOKED_AT = 2000, 200
LONGEST = 80


class Examples:
    """The chosen rows and what is said about them; `places` are their positions among the validation rows, `facts` what they are."""

    def __init__(self, task: Task, state: dict[str, Any], places: Array, y: Array, facts: dict[str, Any]) -> None:
        self.places = places
        self.facts = facts
        self._task, self._state, self._y = task, state, y[places]
        self._due = -math.inf
        self._is_warm = False

    def follow(self, step: int, ask: Ask, tell: Tell) -> None:
        """After a step of training: tells what the model says now, if it is time. `ask` gives the outputs for the chosen rows.

        At most twice a second, and never more than a hundredth of the time; what the first question costs to set up is spent once.
        """
        began = time.monotonic()
        if began < self._due:
            return
        self.told(step, ask(), self._state, tell)
        now = time.monotonic()
        self._due = now + max(SECONDS_BETWEEN, (now - began) / COST if self._is_warm else 0.0)
        self._is_warm = True

    def told(self, step: int | None, outputs: Array, state: dict[str, Any], tell: Tell) -> None:
        """Tells these answers; `step` is None for those of the model that is kept."""
        said = [answer.model_dump() for answer in self._task.beside(outputs, self._y, state)]
        tell.facts({"examples_now": {"step": step, "answers": said}})


def choose(task: Task, y: Array, seed: int, most: int = MOST) -> Array:
    """Positions of up to `most` rows: spread over the classes, or over the values of a number from low to high. `y` are encoded targets."""
    rng = np.random.default_rng([seed, most])
    order = rng.permutation(len(y))
    if task.estimator == "regressor":
        ranked = np.argsort(y, kind="stable")
        pieces = np.array_split(ranked, min(most, len(y)))
        return np.array([rng.choice(piece) for piece in pieces], np.int64)
    classes, codes = np.unique(np.asarray(y).astype(np.int64), return_inverse=True)
    turn = np.zeros(len(y), np.int64)
    for k in range(len(classes)):
        mine = order[codes[order] == k]
        turn[mine] = np.arange(len(mine))
    lot = rng.permutation(len(classes))
    chosen = order[np.lexsort((lot[codes[order]], turn[order]))][:most]
    return np.asarray(chosen[np.lexsort((chosen, codes[chosen]))], np.int64)


def begin(plan: "Plan", table: Table, parts: Parts, state: dict[str, Any]) -> Examples:
    """Chooses the rows; their facts are their numbers, pictures, and the columns that go with the answer most."""
    y = plan.task.encode(table.values(plan.target)[parts.validation], state)
    places = choose(plan.task, y, plan.seed)
    rows = parts.validation[places]
    some = parts.train[:: max(1, len(parts.train) // LOOKED_AT)][:LOOKED_AT]
    shown = _columns(table.take(some), plan)
    picture = next((id for id in plan.inputs if table.column(id).type == "image"), "")
    cells = table.take(rows).frame
    said = {
        "columns": [{"name": table.column(id).name[:LONGEST], "unit": table.column(id).unit} for id in shown],
        "rows": [
            {
                "row": int(row) + 1,
                "values": [_cut(reports.plain(cells[id].iloc[i])) for id in shown],
                "image": reports.plain(cells[picture].iloc[i]) if picture else None,
            }
            for i, row in enumerate(rows)
        ],
    }
    return Examples(plan.task, state, places, y, {"examples": said})


def _columns(table: Table, plan: "Plan") -> list[str]:
    """Those that go with the answer most, else the first ones."""
    plain = [id for id in plan.inputs if table.column(id).type != "image"]
    found = [relation.column for relation in relations.strongest(table, plan.target, plan.task, plain[:MOST_LOOKED_AT], most=COLUMNS)]
    return [*found, *(id for id in plain if id not in found)][:COLUMNS]


def _cut(value: str | float | int | None) -> str | float | int | None:
    return value[:LONGEST] if isinstance(value, str) else value
