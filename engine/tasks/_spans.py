"""Numbers that a model says, and their ranges, in the user's unit."""

import numpy as np

from engine.tasks import _forms
from engine.tasks.base import Array, State


def form_of(state: State) -> State:
    """The form that the numbers are learned in."""
    form: State = state.get("form", {"kind": "none"})
    return form


def in_units(outputs: Array, state: State) -> Array:
    """(rows,) answers in the user's unit, not rounded; of three outputs the middle one."""
    return _forms.back(ordered(outputs)[1] * state["spread"] + state["mean"], form_of(state))


def span_in_units(outputs: Array, state: State) -> tuple[Array, Array] | None:
    """(rows,) from and to around each answer, in the user's unit, not rounded; None where no margin could be settled."""
    if state["margin"] is None:
        return None
    low, middle, high = ordered(outputs) * state["spread"] + state["mean"]
    ends = np.minimum(low - state["margin"], middle), np.maximum(high + state["margin"], middle)
    return _forms.back(ends[0], form_of(state)), _forms.back(ends[1], form_of(state))


def ordered(outputs: Array) -> Array:
    """(3, rows) low, middle and high; all the same of a single output. Quantiles that crossed are put in order."""
    outputs = np.asarray(outputs, np.float64)
    columns = np.sort(outputs if outputs.ndim == 2 else outputs[:, None], axis=1).T
    return np.repeat(columns, 3, axis=0) if len(columns) == 1 else columns
