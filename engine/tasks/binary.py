"""The Yes/No question: one value of a column against the others."""

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from engine import labels
from engine.errors import InvalidPlan
from engine.heads import Ending
from engine.panels import Report, Score
from engine.problems import Problem
from engine.sampling import sampling_of
from engine.scoring import Statistic, log_losses, mean, roc_auc, value
from engine.spec import param
from engine.tasks import _binary_report, _threshold
from engine.tasks._binary_scores import answers, both, chances_of_yes, is_imbalanced, score
from engine.tasks._classes import RARE, balanced, class_chances, labelled, linear_classifier, normed, tempered
from engine.tasks.base import LOSSES, Answer, Array, Judged, Metric, State, Task

if TYPE_CHECKING:
    from engine.profile import ColumnProfile


class Binary(Task):
    """Answers a Yes/No question, such as "will this machine fail?", and says how likely yes is."""

    kind: Literal["binary"] = "binary"
    title = "Yes or no"
    order = 10
    targets = frozenset({"number", "category", "text"})

    positive: str = param("", "Yes means", help="The value that counts as yes; every other value counts as no.")
    negative: str = param(
        "",
        "No means",
        help="The value that counts as no; alone, every other value counts as yes. With both set, only rows with one of them are used.",
        advanced=True,
    )
    rare: Literal["as_is", "balanced", "costs"] = param(
        "as_is",
        "Rare answers count",
        help="While it learns. Where one answer is rare, counting it more can help the model to look for it; its chances stay as they are.",
        choices={**RARE, "costs": "By what mistakes cost"},
        advanced=True,
    )
    is_costly: bool = param(
        False, "Mistakes cost differently", help="It then says yes from the chance on at which mistakes cost the least.", advanced=True
    )
    missed: float = param(
        10.0,
        "A missed yes costs",
        help="In any unit, such as euros; only the proportion counts.",
        gt=0,
        le=1e12,
        advanced=True,
        when={"is_costly": True},
    )
    alarm: float = param(1.0, "A false alarm costs", help="In the same unit.", gt=0, le=1e12, advanced=True, when={"is_costly": True})

    @classmethod
    def propose(cls, column: "ColumnProfile") -> "Binary | None":
        counts = labels.counts_of(column)
        if column.type not in cls.targets or column.distinct != 2 or len(counts) != 2:
            return None
        return cls(positive=labels.likely_yes(counts))

    @classmethod
    def offer(cls, column: "ColumnProfile") -> "Binary | None":
        """For more than two values: 0 (or the plain "no") against the rest, else the rarest value against the rest."""
        counts = labels.counts_of(column)
        if column.type not in cls.targets or column.distinct < 2 or not counts:
            return None
        no = labels.likely_no(list(counts))
        return cls.propose(column) or (cls(negative=no) if no else cls(positive=labels.likely_yes(counts)))

    @classmethod
    def options(cls, column: "ColumnProfile") -> dict[str, list[str]]:
        values = labels.ordered(list(labels.counts_of(column)))
        return {"positive": ["", *values], "negative": ["", *values]} if values else {}

    def answers(self, counts: dict[str, int]) -> dict[str, int]:
        """Yes and no, however many values each of them stands for. An unclear choice is left to `fit` to explain."""
        try:
            positive, negative = self._sides(counts)
        except InvalidPlan:
            return counts
        yes = sum(many for value, many in counts.items() if (value == positive if positive else value != negative))
        no = counts.get(negative, 0) if negative else sum(counts.values()) - yes
        labelled = _names(positive, negative, counts)
        return {labelled[0]: no, labelled[1]: yes}

    def question(self, name: str) -> str:
        if self.positive and self.negative:
            return f"Yes/No question: will {name} be {self.positive} rather than {self.negative}?"
        if self.negative:
            return f"Yes/No question: will {name} be anything but {self.negative}?"
        return f"Yes/No question: will {name} be {self.positive or 'yes'}?"

    def fit(self, y: Array) -> State:
        counts = labels.tallied(y)
        positive, negative = self._sides(counts)
        state: State = {"positive": positive, "negative": negative, "labels": _names(positive, negative, counts), "threshold": 0.5}
        truth = self.encode(y[self.known(y, state)], state)
        if len(truth) == 0 or truth.min() == truth.max():
            only = state["labels"][int(truth[0])] if len(truth) else "nothing"
            raise InvalidPlan(
                f"Every training row says '{only}', so there is nothing to tell apart.",
                "Choose another column to predict, another value as yes, or add rows with the other answer.",
            )
        costs = {"costs": [self.missed, self.alarm]} if self.is_costly else {}
        return {**state, **costs, "prevalence": float(truth.mean(dtype=np.float64)), "rows": len(truth)}

    def counting(self, state: State) -> tuple[float, ...] | None:
        shares = (1 - state["prevalence"], state["prevalence"])
        if self.rare == "balanced":
            return balanced(shares)
        return normed(shares, (self.alarm, self.missed)) if self.rare == "costs" and self.is_costly else None

    def problems(self, column: "ColumnProfile", losses: Collection[str] = LOSSES) -> list[Problem]:
        if self.rare != "costs" or self.is_costly:
            return []
        what = "Rare answers are to count by what mistakes cost, but it is not said what they cost."
        action = {"do": "set", "what": "task.is_costly", "value": "true"}
        fix = "Switch on 'Mistakes cost differently' and say what they cost, or let rare answers count another way."
        return [
            Problem(
                where=column.name, what=what, fix=fix, level="stop", column=column.id, action=action, button="Mistakes cost differently"
            )
        ]

    def known(self, y: Array, state: State) -> Array:
        said = labels.texts(y)
        if state["positive"] and state["negative"]:
            return np.asarray((said == state["positive"]) | (said == state["negative"]), bool)
        return np.array([label is not None for label in said], bool)

    def encode(self, y: Array, state: State) -> Array:
        said = labels.texts(y)
        is_yes = said == state["positive"] if state["positive"] else said != state["negative"]
        return np.asarray(is_yes).astype(np.float32)

    def ending(self, state: State) -> Ending:
        share = min(max(state["prevalence"], 1e-4), 1 - 1e-4)
        no, yes = self.counting(state) or (1.0, 1.0)
        return Ending(1, "sigmoid", math.log(share * yes / ((1 - share) * no)))

    def loss(self) -> str:
        return "binary_crossentropy"

    def metrics(self, state: State) -> list[Metric]:
        accuracy = Metric("accuracy", "Right answers", "higher", "%", 100.0)
        ranking = Metric("auc", "Ranking (ROC AUC)", "higher")
        return [ranking, accuracy] if is_imbalanced(state) else [accuracy, ranking]

    def from_estimator(self, estimator: Any, x: Array, state: State) -> Array:
        return class_chances(estimator, x, 2)[:, 1:]

    def linear(self) -> Any:
        return linear_classifier()

    def baseline(self, y: Array, state: State) -> Array:
        """The share of yes among the training rows, given to every row."""
        return np.array([[np.mean(y, dtype=np.float64)]], np.float32)

    def evaluate(self, outputs: Array, y: Array, state: State) -> dict[str, float]:
        """As Keras computes them while training: right answers at a chance of one half, whatever threshold is settled later."""
        chances = chances_of_yes(outputs, len(y))
        auc = value(roc_auc(y, chances), len(y))
        loss = log_losses(y, both(chances)).mean() if len(y) else math.nan
        right = 100 * np.mean((chances > 0.5) == (y > 0.5)) if len(y) else math.nan
        return {"loss": float(loss), "accuracy": float(right), "auc": 0.5 if auc is None else auc}

    def settle(self, outputs: Array, y: Array, state: State) -> State:
        """Chooses the threshold on validation rows; see `_threshold`."""
        chances = chances_of_yes(outputs, len(y)).astype(np.float64)
        if costs := state.get("costs"):
            threshold, why = _threshold.for_costs(np.asarray(y), chances, *costs)
            return {**state, "threshold": threshold, "threshold_why": why}
        choose = _threshold.for_finding if is_imbalanced(state) else _threshold.for_being_right
        threshold, why = choose(np.asarray(y), chances, state["prevalence"])
        return {**state, "threshold": threshold, "threshold_why": why}

    def tempered(self, outputs: Array, power: float) -> Array:
        return tempered(both(chances_of_yes(outputs, len(outputs)).astype(np.float64)), power)[:, 1:]

    def decode(self, outputs: Array, state: State) -> pd.DataFrame:
        """ "how sure" is the chance given to the answer; with a threshold below one half it can be below one half too."""
        chances = chances_of_yes(outputs, len(outputs)).astype(np.float64)
        said = (chances >= state["threshold"]).astype(int)
        no, yes = state["labels"]
        return pd.DataFrame(
            {
                "prediction": np.array([no, yes], object)[said],
                "how sure": np.where(said == 1, chances, 1 - chances),
                f"chance of {yes}": chances,
                f"chance of {no}": 1 - chances,
            }
        )

    def beside(self, outputs: Array, y: Array, state: State) -> list[Answer]:
        return labelled(self.decode(outputs, state), y, state["labels"])

    def scores(self, outputs: Array, y: Array, state: State, seed: int = 0, groups: Array | None = None) -> dict[str, Score]:
        """Finding, alarms, F1 and average precision are about yes, or about the rarer answer where one is rare."""
        known = self.known(y, state)
        truth = self.encode(y[known], state).astype(int)
        chances = chances_of_yes(outputs, len(y)).astype(np.float64)[known]
        return score(truth, chances, state, sampling_of(known, groups, seed))

    def main(self, outputs: Array, y: Array, state: State) -> Statistic:
        if is_imbalanced(state):
            return roc_auc(y, chances_of_yes(outputs, len(y)))
        return mean(100.0 * self.right(outputs, y, state))

    def right(self, outputs: Array, y: Array, state: State) -> Array:
        return np.asarray(answers(chances_of_yes(outputs, len(y)).astype(np.float64), state) == np.asarray(y).astype(int))

    def report(self, judged: Judged, state: State) -> Report:
        return _binary_report.write(self, judged, state)

    def _sides(self, counts: dict[str, int]) -> tuple[str, str]:
        """The values of yes and of no as they are written in the data; "" for "every other value"."""
        if len(counts) < 2:
            only = f"Every training row says '{next(iter(counts))}'" if counts else "No training row has a value in the column to predict"
            raise InvalidPlan(f"{only}, so there is nothing to tell apart.", "Choose another column to predict, or add other rows.")
        positive, negative = (_match(asked, counts) for asked in (self.positive, self.negative))
        if positive and positive == negative:
            raise InvalidPlan(f"'{positive}' cannot mean both yes and no.", "Clear one of the two.")
        if positive or negative:
            return positive, negative
        if len(counts) > 2:
            raise InvalidPlan(
                f"The column to predict has {len(counts)} different values, and none is chosen as yes.",
                f"Choose which one means yes (or which one means no): {labels.listed(labels.ordered(list(counts)))}.",
            )
        return labels.likely_yes(counts), ""


def _match(asked: str, counts: dict[str, int]) -> str:
    """The value as the data write it ("1" for "1.0"). Raises InvalidPlan if no training row has it."""
    if not asked or asked in counts:
        return asked
    same = [label for label in counts if label.strip().casefold() == asked.strip().casefold() or _same_number(label, asked)]
    if len(same) == 1:
        return same[0]
    raise InvalidPlan(
        f"'{asked}' is in no training row of the column to predict.", f"Choose one of: {labels.listed(labels.ordered(list(counts)))}."
    )


def _same_number(first: str, second: str) -> bool:
    try:
        return float(first) == float(second)
    except ValueError:
        return False


def _names(positive: str, negative: str, counts: dict[str, int]) -> list[str]:
    """What no and yes are called in answers: the user's values, or "not X" where several stand together."""
    others = [label for label in counts if label not in (positive, negative)]
    no = negative or (others[0] if len(others) == 1 else f"not {positive}")
    yes = positive or (others[0] if len(others) == 1 else f"not {negative}")
    return [no, yes]
