"""One of several answers."""

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from engine import labels
from engine.errors import InvalidPlan
from engine.heads import Ending
from engine.panels import Report, Score
from engine.sampling import sampling_of
from engine.scoring import Statistic, balanced_accuracy, log_losses, mean
from engine.spec import param
from engine.tasks import _multiclass_report
from engine.tasks._classes import RARE, balanced, class_chances, labelled, linear_classifier, shares_of, tempered
from engine.tasks._multiclass_scores import every_row, is_lopsided, score
from engine.tasks.base import Answer, Array, Judged, Metric, State, Task

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

MOST_PROPOSED = 50
MOST_NUMBERS = 10
MOST = 1000


class Multiclass(Task):
    """Chooses one of several answers, such as the kind of a defect, and says how likely each is."""

    kind: Literal["multiclass"] = "multiclass"
    title = "One of several answers"
    order = 20
    has_direction = False
    targets = frozenset({"number", "category", "text"})

    rare: Literal["as_is", "balanced"] = param(
        "as_is",
        "Rare answers count",
        help="While it learns. Counting rare answers more can help the model to look for them; its chances stay as they are.",
        choices=RARE,
        advanced=True,
    )

    @classmethod
    def propose(cls, column: "ColumnProfile") -> "Multiclass | None":
        """For 3 to 50 texts, or 3 to 10 whole numbers, that repeat and are no steps of a scale."""
        from engine.tasks.ordinal import Ordinal

        if Ordinal.propose(column):
            return None
        most = MOST_NUMBERS if column.type == "number" else MOST_PROPOSED
        is_class = column.whole if column.type == "number" else column.type in cls.targets
        repeats = column.rows - column.missing >= 2 * column.distinct
        return cls() if is_class and 3 <= column.distinct <= most and repeats else None

    @classmethod
    def offer(cls, column: "ColumnProfile") -> "Multiclass | None":
        most = MOST_PROPOSED if column.type == "number" else MOST
        return cls() if column.type in cls.targets and 2 <= column.distinct <= most else None

    def question(self, name: str) -> str:
        return f"One of several answers: which {name} will it be?"

    def fit(self, y: Array) -> State:
        counts = labels.tallied(y)
        if len(counts) < 2:
            only = f"Every training row says '{next(iter(counts))}'" if counts else "No training row has a value in the column to predict"
            raise InvalidPlan(f"{only}, so there is nothing to tell apart.", "Choose another column to predict, or add other rows.")
        if len(counts) > MOST:
            raise InvalidPlan(
                f"The column to predict has {len(counts):,} different values; at most {MOST:,} answers can be told apart.",
                "Choose another column, predict a number instead, or put rare values together before uploading.",
            )
        names = labels.ordered(list(counts))
        rows = sum(counts.values())
        return {"labels": names, "shares": [counts[name] / rows for name in names], "rows": rows}

    def known(self, y: Array, state: State) -> Array:
        places = _places(state)
        return np.array([label in places for label in labels.texts(y)], bool)

    def encode(self, y: Array, state: State) -> Array:
        places = _places(state)
        return np.array([places[label] for label in labels.texts(y)], np.int32)

    def counting(self, state: State) -> tuple[float, ...] | None:
        return balanced(state["shares"]) if self.rare == "balanced" else None

    def ending(self, state: State) -> Ending:
        counting = self.counting(state) or (1.0,) * len(state["labels"])
        start = [math.log(max(share, 1e-6) * times) for share, times in zip(state["shares"], counting, strict=True)]
        return Ending(len(state["labels"]), "softmax", start)

    def loss(self) -> str:
        return "sparse_categorical_crossentropy"

    def metrics(self, state: State) -> list[Metric]:
        return [Metric("accuracy", "Right answers", "higher", "%", 100.0)]

    def from_estimator(self, estimator: Any, x: Array, state: State) -> Array:
        return class_chances(estimator, x, len(state["labels"]))

    def linear(self) -> Any:
        return linear_classifier()

    def baseline(self, y: Array, state: State) -> Array:
        """The share of each answer among the training rows, given to every row: its answer is always the commonest."""
        return shares_of(y, len(state["labels"]))

    def evaluate(self, outputs: Array, y: Array, state: State) -> dict[str, float]:
        chances = every_row(outputs, len(y))
        if not len(y):
            return {"loss": math.nan, "accuracy": math.nan}
        return {"loss": float(log_losses(y, chances).mean()), "accuracy": float(100 * np.mean(chances.argmax(axis=1) == y))}

    def tempered(self, outputs: Array, power: float) -> Array:
        return tempered(np.asarray(outputs, np.float64), power)

    def decode(self, outputs: Array, state: State) -> pd.DataFrame:
        chances = np.asarray(outputs, np.float64)
        said = chances.argmax(axis=1)
        answers = {"prediction": np.array(state["labels"], object)[said], "how sure": chances[np.arange(len(said)), said]}
        return pd.DataFrame({**answers, **{f"chance of {name}": chances[:, i] for i, name in enumerate(state["labels"])}})

    def beside(self, outputs: Array, y: Array, state: State) -> list[Answer]:
        return labelled(self.decode(outputs, state), y, state["labels"])

    def scores(self, outputs: Array, y: Array, state: State, seed: int = 0, groups: Array | None = None) -> dict[str, Score]:
        known = self.known(y, state)
        return score(self.encode(y[known], state), every_row(outputs, len(y))[known], state, sampling_of(known, groups, seed))

    def main(self, outputs: Array, y: Array, state: State) -> Statistic:
        if is_lopsided(state):
            share = balanced_accuracy(y, every_row(outputs, len(y)).argmax(axis=1))
            return lambda weights: 100.0 * share(weights)
        return mean(100.0 * self.right(outputs, y, state))

    def right(self, outputs: Array, y: Array, state: State) -> Array:
        return np.asarray(every_row(outputs, len(y)).argmax(axis=1) == y)

    def report(self, judged: Judged, state: State) -> Report:
        return _multiclass_report.write(self, judged, state)


def _places(state: State) -> dict[str | None, int]:
    return {name: i for i, name in enumerate(state["labels"])}
