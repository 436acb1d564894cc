"""Answers that stand in an order, such as grades of an illness."""

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from engine import guesses, labels, losses
from engine.errors import InvalidPlan
from engine.heads import Ending
from engine.lazy import keras
from engine.panels import Report, Score
from engine.problems import Problem
from engine.sampling import sampling_of
from engine.scoring import Statistic, mean
from engine.spec import param
from engine.tasks import _ordinal_report, _scales
from engine.tasks._classes import class_chances, linear_classifier, shares_of, tempered
from engine.tasks._multiclass_scores import every_row
from engine.tasks._ordinal_scores import grades, score
from engine.tasks.base import LOSSES, Answer, Array, Judged, Metric, State, Task
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

MOST_NUMBERS = 10


class Ordinal(Task):
    """Predicts a step on a scale, such as mild, moderate or severe: a miss by two steps counts more than one by one.

    The network gives a chance to each step; their sums from the lowest up are chances of being at most there, and each of these is
    learned like a Yes/No answer, as in cumulative link models (McCullagh 1980).
    """

    kind: Literal["ordinal"] = "ordinal"
    title = "Steps in order"
    order = 25
    targets = frozenset({"number", "category", "text"})

    steps: str = param(
        "", "Order, lowest first", help="With < between them, such as mild < moderate < severe. Leave empty for numbers and usual words."
    )

    @classmethod
    def propose(cls, column: "ColumnProfile") -> "Ordinal | None":
        """For words of a usual scale, and for few whole numbers whose column is called a grade, a rating or the like."""
        names = list(labels.counts_of(column))
        repeats = column.rows - column.missing >= 2 * column.distinct
        if not repeats or not _is_fit(column) or not _scales.known(names):
            return None
        is_stepped = column.distinct <= MOST_NUMBERS and bool(set(guesses.words_of(column.name)) & _scales.STEPPED)
        return cls.offer(column) if column.type != "number" or is_stepped else None

    @classmethod
    def offer(cls, column: "ColumnProfile") -> "Ordinal | None":
        """The order of words is written out, for the user to see; where it is not plain, that of the alphabet, to be changed."""
        names = list(labels.counts_of(column))
        if not _is_fit(column):
            return None
        order = _scales.known(names)
        if column.type == "number" or (order and any(_scales.SEPARATOR in name for name in names)):
            return cls()
        return cls(steps=f" {_scales.SEPARATOR} ".join(order or labels.ordered(names)))

    def question(self, name: str) -> str:
        return f"A step on a scale: how far up will {name} be?"

    def problems(self, column: "ColumnProfile", losses: Collection[str] = LOSSES) -> list[Problem]:
        names = list(labels.counts_of(column))
        order = _scales.written(self.steps)
        if not order and (not names or _scales.known(names)):
            return []
        left = [name for name in names if name not in order]
        if order and not left:
            return []
        what = f"It is not said where {labels.listed(left)} {'stands' if len(left) == 1 else 'stand'} in the order."
        fix = f"Write all answers, lowest first, with {_scales.SEPARATOR} between them, or ask for one of several answers."
        return [Problem(where=column.name, what=what, fix=fix, level="warn" if order else "stop", column=column.id)]

    def fit(self, y: Array) -> State:
        counts = labels.tallied(y)
        if len(counts) < 2:
            only = f"Every training row says '{next(iter(counts))}'" if counts else "No training row has a value in the column to predict"
            raise InvalidPlan(f"{only}, so there is nothing to tell apart.", "Choose another column to predict, or add other rows.")
        names = self._ordered(counts)
        rows = sum(counts[name] for name in names)
        return {"labels": names, "shares": [counts[name] / rows for name in names], "rows": rows}

    def known(self, y: Array, state: State) -> Array:
        places = set(state["labels"])
        return np.array([label in places for label in labels.texts(y)], bool)

    def encode(self, y: Array, state: State) -> Array:
        places = {name: i for i, name in enumerate(state["labels"])}
        return np.array([places[label] for label in labels.texts(y)], np.int32)

    def ending(self, state: State) -> Ending:
        return Ending(len(state["labels"]), "softmax", [math.log(max(share, 1e-6)) for share in state["shares"]])

    def loss(self) -> Any:
        return losses.cumulative()

    def metrics(self, state: State) -> list[Metric]:
        return [Metric("grade_error", "Off by, on average", "lower", "steps"), Metric("accuracy", "Right answers", "higher", "%", 100.0)]

    def measures(self, state: State) -> list[Any]:
        def off(y: Any, outputs: Any) -> Any:
            ops = keras.ops
            said = ops.sum(ops.cast(ops.cumsum(outputs, axis=-1)[:, :-1] < 0.5, outputs.dtype), axis=-1)
            return ops.abs(said - ops.reshape(ops.cast(y, outputs.dtype), (-1,)))

        def right(y: Any, outputs: Any) -> Any:
            return keras.ops.cast(off(y, outputs) < 0.5, outputs.dtype)

        return [losses.metric("grade_error", off), losses.metric("accuracy", right)]

    def from_estimator(self, estimator: Any, x: Array, state: State) -> Array:
        return class_chances(estimator, x, len(state["labels"]))

    def linear(self) -> Any:
        return linear_classifier()

    def baseline(self, y: Array, state: State) -> Array:
        """The share of each step among the training rows, given to every row: its answer is always the middle one of them."""
        return shares_of(y, len(state["labels"]))

    def evaluate(self, outputs: Array, y: Array, state: State) -> dict[str, float]:
        if not len(y):
            return {"loss": math.nan, "grade_error": math.nan, "accuracy": math.nan}
        chances = every_row(outputs, len(y))
        off = np.abs(grades(chances) - np.asarray(y))
        lost = float(losses.cumulatives(y, chances).mean())
        return {"loss": lost, "grade_error": float(off.mean()), "accuracy": float(100 * np.mean(off == 0))}

    def tempered(self, outputs: Array, power: float) -> Array:
        return tempered(np.asarray(outputs, np.float64), power)

    def decode(self, outputs: Array, state: State) -> pd.DataFrame:
        """The middle step: half of the chance lies at or below it, so that no other is off by less on average."""
        chances, said = np.asarray(outputs, np.float64), grades(outputs)
        answers = {"prediction": np.array(state["labels"], object)[said], "how sure": chances[np.arange(len(said)), said]}
        return pd.DataFrame({**answers, **{f"chance of {name}": chances[:, i] for i, name in enumerate(state["labels"])}})

    def beside(self, outputs: Array, y: Array, state: State) -> list[Answer]:
        names, chances = state["labels"], np.asarray(outputs, np.float64)
        return [
            Answer(
                truth=names[k],
                said=names[said],
                note="exactly right" if said == k else f"{count(abs(said - k), 'step')} too {'high' if said > k else 'low'}",
                is_right=said == k,
                part=min(1.0, float(own[said])),
            )
            for said, k, own in zip(grades(outputs).tolist(), np.asarray(y).astype(int).tolist(), chances, strict=True)
        ]

    def scores(self, outputs: Array, y: Array, state: State, seed: int = 0, groups: Array | None = None) -> dict[str, Score]:
        known = self.known(y, state)
        return score(self.encode(y[known], state), every_row(outputs, len(y))[known], sampling_of(known, groups, seed))

    def main(self, outputs: Array, y: Array, state: State) -> Statistic:
        return mean(np.abs(grades(every_row(outputs, len(y))) - np.asarray(y)))

    def right(self, outputs: Array, y: Array, state: State) -> Array:
        return np.asarray(grades(every_row(outputs, len(y))) == y)

    def report(self, judged: Judged, state: State) -> Report:
        return _ordinal_report.write(self, judged, state)

    def _ordered(self, counts: dict[str, int]) -> list[str]:
        """Those that training rows have, lowest first."""
        order = _scales.written(self.steps)
        names = [name for name in order if name in counts] if order else _scales.known(list(counts))
        if len(names) < 2:
            raise InvalidPlan(
                f"It is not plain in which order {labels.listed(labels.ordered(list(counts)))} stand.",
                f"Write them lowest first, with {_scales.SEPARATOR} between them, or ask for one of several answers.",
            )
        return names


def _is_fit(column: "ColumnProfile") -> bool:
    """Whether the column has a few values, all of them known, that could stand in an order."""
    few = _scales.FEWEST <= column.distinct <= _scales.MOST and len(labels.counts_of(column)) == column.distinct
    return few and column.type in Ordinal.targets and (column.type != "number" or column.whole)
