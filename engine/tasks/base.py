"""A Task says what is predicted: how answers are encoded, what the network ends in, and how it is judged."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine.columns import Table
from engine.heads import Ending
from engine.panels import Report, Score
from engine.problems import Problem
from engine.sampling import Sampling
from engine.scoring import Statistic
from engine.spec import Spec

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]
State = dict[str, Any]


LOSSES = frozenset({"squared", "huber", "absolute", "quantile"})
"""How misses of a number can count while a model learns; the last gives ranges that vary by row."""


@dataclass(frozen=True)
class Metric:
    """A live measure: Keras's name for it, the user's word, its unit, and the factor from Keras's to the user's unit.

    Shares are shown as percent: unit "%" and factor 100. The loss has no unit and is never multiplied.
    """

    name: str
    label: str
    better: Literal["higher", "lower"]
    unit: str = ""
    factor: float = 1.0


class Answer(BaseModel):
    """One answer beside the truth, in the user's words and units.

    `part` is how sure it is (0 to 1); of a number it is where the answer lies between the lowest and highest training value, and
    `true_part` where the truth does. `is_right` is None where an answer is only more or less off, as `note` says.
    """

    model_config = ConfigDict(frozen=True)

    truth: str
    said: str
    note: str
    is_right: bool | None = None
    part: float | None = None
    true_part: float | None = None


@dataclass(frozen=True)
class Judged:
    """What a report is written from: rows the model never saw, the true answers, and what each contender said.

    `y` are the true answers as `Table.values` gives them, not encoded. `outputs`, `baseline` and `linear` have the shape of the
    network's output: (rows, 1) or (rows, classes); `baseline` may be its single row. `linear` is None when it could not be
    fitted. `rows` are the rows' numbers in the dataset (0-based). `target` and `inputs` are column ids. Where the split kept groups
    whole, `groups` are their numbers, (rows,), and `group_name` is what the user calls the column
    that tells them ("" where rows that are alike are one).
    `beside` are columns that name a row, shown with its mistake where the table has them. `have_steered` says that these rows also steered
    the model, as where settings are compared.
    """

    table: Table
    rows: Array
    y: Array
    outputs: Array
    baseline: Array
    linear: Array | None
    target: str
    inputs: tuple[str, ...]
    groups: Array | None = None
    group_name: str = ""
    beside: tuple[str, ...] = ()
    have_steered: bool = False

    @property
    def they(self) -> str:
        """What sets these rows apart, after "rows": "it never saw"."""
        return "that steered it" if self.have_steered else "it never saw"

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that a row is shown with: what names it first, then the inputs."""
        there = {column.id for column in self.table.columns}
        return (*(id for id in self.beside if id in there and id not in self.inputs), *self.inputs)

    def sampling(self, places: Array) -> Sampling:
        """What another judgement would draw anew, for the rows at those positions."""
        return Sampling(len(places), None if self.groups is None else self.groups[places])


class Task(Spec):
    """Base of the tasks.

    `y` are target values as `Table.values` gives them in `fit`, `known`, `encode` and `scores`, and encoded ones everywhere
    else; outputs are what the network's head gives. Measures are in the user's units: shares in percent, errors of a number
    in that number's unit, and the same definitions hold for the model, the trivial answer and the linear model.
    """

    targets: ClassVar[frozenset[str]] = frozenset()
    estimator: ClassVar[Literal["classifier", "regressor"]] = "classifier"
    has_direction: ClassVar[bool] = True

    @classmethod
    def propose(cls, column: "ColumnProfile") -> "Task | None":
        """This task, set for that target column, if it is the obvious one; else None. At most one task proposes itself."""
        return None

    @classmethod
    def offer(cls, column: "ColumnProfile") -> "Task | None":
        """This task, set as sensibly as can be, for a user who asks for it; None if the column cannot be predicted so."""
        return cls.propose(column)

    @classmethod
    def options(cls, column: "ColumnProfile") -> dict[str, list[str]]:
        """For each text field the values worth offering for that target column, "" standing for "not set"."""
        return {}

    def answers(self, counts: dict[str, int]) -> dict[str, int]:
        """How many rows each possible answer has, from how often each value occurs; {} for a task without classes. Default: the values."""
        return counts if self.estimator == "classifier" else {}

    def question(self, name: str) -> str:
        """The task in words about the column called `name`: "Yes/No question: will stroke be 1?". Plain text, not Markdown."""
        raise NotImplementedError

    def fit(self, y: Array) -> State:
        """What is learned from training targets, as JSON: the classes, or mean and spread. Raises InvalidPlan if hopeless."""
        raise NotImplementedError

    def known(self, y: Array, state: State) -> Array:
        """(rows,) bool: rows whose target is present and can be encoded."""
        raise NotImplementedError

    def encode(self, y: Array, state: State) -> Array:
        """Targets for the loss: (rows,) float32 or int32. Only for known rows."""
        raise NotImplementedError

    def counting(self, state: State) -> tuple[float, ...] | None:
        """How much a row of each class counts while a model learns; None (the default) where all count alike.

        A learner takes these shifts out of its finished model again, so that its chances stay honest (Elkan 2001, "The foundations of
        cost-sensitive learning", theorem 2).
        """
        return None

    def problems(self, column: "ColumnProfile", losses: Collection[str] = LOSSES) -> list[Problem]:
        """What is wrong with these settings for that target column, or for models that can learn by these of `LOSSES`."""
        return []

    def ending(self, state: State) -> Ending:
        """What a network for this task ends in; it begins no worse than the trivial answer."""
        raise NotImplementedError

    def loss(self) -> Any:
        """The loss for `compile`: a name or a Keras loss."""
        raise NotImplementedError

    def metrics(self, state: State) -> list[Metric]:
        """Live metrics, the first is the main one. Names are ones Keras understands for this head."""
        raise NotImplementedError

    def measures(self, state: State) -> list[Any]:
        """What `compile` is given to measure those: a name or a Keras metric of that name. Default: the names."""
        return [metric.name for metric in self.metrics(state)]

    def boosting(self) -> tuple[dict[str, Any], ...]:
        """The settings of scikit-learn's histogram boosting for this task: of one estimator, or of one for each output."""
        return ({},)

    def from_estimator(self, estimator: Any, x: Array, state: State) -> Array:
        """The answers of a scikit-learn estimator, fitted on encoded targets, in the shape of the network's output."""
        raise NotImplementedError

    def linear(self) -> Any:
        """An unfitted scikit-learn linear model for this task, for a numeric matrix (missing: NaN) and encoded targets."""
        raise NotImplementedError

    def baseline(self, y: Array, state: State) -> Array:
        """The trivial answer learned from encoded training targets: one row of outputs, shape (1, outputs)."""
        raise NotImplementedError

    def evaluate(self, outputs: Array, y: Array, state: State) -> dict[str, float]:
        """`loss` and each live metric in the user's unit, of any outputs against encoded targets: for the baseline line."""
        raise NotImplementedError

    def settle(self, outputs: Array, y: Array, state: State) -> State:
        """State after looking at validation rows (for example the threshold). Default: unchanged."""
        return state

    def tempered(self, outputs: Array, power: float) -> Array:
        """Outputs made surer (power above 1) or less sure; the same answers come first. Default: unchanged, for a task without chances."""
        return outputs

    def decode(self, outputs: Array, state: State) -> pd.DataFrame:
        """Answers in the user's words and units: column "prediction", then "how sure" (0 to 1) or "from"/"to", then details."""
        raise NotImplementedError

    def beside(self, outputs: Array, y: Array, state: State) -> list[Answer]:
        """Each answer beside the truth, of any outputs against encoded targets, for a person to look at."""
        raise NotImplementedError

    def scores(self, outputs: Array, y: Array, state: State, seed: int = 0, groups: Array | None = None) -> dict[str, Score]:
        """Measures with 95 % intervals from raw targets `y`; the first is the main one.

        Intervals say what other rows would give or, with `groups` (one number a row), other groups of rows.
        """
        raise NotImplementedError

    def main(self, outputs: Array, y: Array, state: State) -> Statistic:
        """The main measure of `scores`, in the user's unit, to be asked with row weights; of outputs against encoded targets."""
        raise NotImplementedError

    def right(self, outputs: Array, y: Array, state: State) -> Array | None:
        """(rows,) bool: which answers are right; None where an answer is only more or less off."""
        return None

    def report(self, judged: Judged, state: State) -> Report:
        """The whole judgement: headline, comparison, charts, worst mistakes."""
        raise NotImplementedError
