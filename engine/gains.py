"""Whether a step that takes long to learn is worth it on these very rows: measured against what usually stands in its place."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import recipe, rivals, split, splits
from engine.columns import Table
from engine.errors import EngineError
from engine.learners.base import Array
from engine.plan import Plan
from engine.splits.base import TRAIN, VALIDATION
from engine.steps import Step
from engine.wording import amount, count, number

FOLDS, MOST_ROWS, DRAWS = 3, 2_000, 300
FEWEST = 60


@dataclass(frozen=True)
class Gain:
    """How much better the main measure is with the step, in the user's unit, with its 95 % range over other rows."""

    value: float
    low: float
    high: float
    unit: str
    rows: int

    @property
    def is_sure(self) -> bool:
        return self.low > 0

    @property
    def sentence(self) -> str:
        """ "On your rows: 0.3 points better (between 0.1 and 0.5)." or that there is no gain, with the numbers."""
        span = f"between {self._shown(self.low)} and {self._shown(self.high)} is likely"
        if self.is_sure:
            return f"On your rows: {self._shown(self.value)} better ({span}), judged three times on rows it had not learned from."
        if self.high < 0:
            return f"It does harm on your rows: {self._shown(-self.value)} worse. Take it out."
        if self.value == self.low == self.high == 0:
            return "No gain here: every answer stayed the same. The usual step does as well and is quicker."
        better = f"{self._shown(abs(self.value))} {'better' if self.value >= 0 else 'worse'}"
        return f"No gain here: {better}, which may be chance ({span}). The usual step does as well and is quicker."

    def _shown(self, value: float) -> str:
        return f"{number(value, 2)} points" if self.unit == "%" else amount(value, self.unit, 2)


def measured(plan: Plan, table: Table, rows: Array) -> Gain:
    """Prepares and learns the rows at the positions `rows` in three parts, each judged by what the two others teach: once with the steps
    of the plan, once with stand-ins for those that take long. A small network of scikit-learn stands for the model.

    Raises EngineError when no step takes long, or rows are too few.
    """
    if not any(step.is_learned_long for step in plan.recipe):
        raise EngineError("No step of this recipe takes long to learn.", "Add one first.")
    if len(rows) < FEWEST:
        raise EngineError(f"Only {count(len(rows), 'row')} to compare on; at least {FEWEST} are needed.", "Add rows.")
    rows = np.sort(np.random.default_rng(plan.seed).permutation(rows)[:MOST_ROWS])
    y = table.values(plan.target)
    state = plan.task.fit(y[rows])
    rows = rows[plan.task.known(y[rows], state)]
    both: list[list[Array]] = [[], []]
    truths = []
    for teach, judge in _parts(plan, table, rows):
        encoded = plan.task.encode(y[teach], state)
        for said, steps in zip(both, (plan.recipe, [step.stand_in() for step in plan.recipe]), strict=True):
            said.append(_said(_Fold(plan, table, teach, judge), steps, encoded, state))
        truths.append(plan.task.encode(y[judge], state))
    return _compared(plan, [np.concatenate(said) for said in both], np.concatenate(truths), state)


@dataclass(frozen=True)
class _Fold:
    plan: Plan
    table: Table
    teach: Array
    judge: Array


def _parts(plan: Plan, table: Table, rows: Array) -> list[tuple[Array, Array]]:
    """(taught, judged) positions. Where the rows cannot take turns, as with time, the last third is judged."""
    if not splits.of(plan.split).turns:
        border = 2 * len(rows) // 3
        return [(rows[:border], rows[border:])]
    deciding = table.only(split.needed(plan.split, plan.inputs, plan.target))
    found = split.rounds(plan.split, deciding, plan.target, plan.task, plan.seed, rows, FOLDS)
    return [(rows[places == TRAIN], rows[places == VALIDATION]) for places in found]


def _said(fold: _Fold, steps: Sequence[Step], encoded: Array, state: dict[str, Any]) -> Array:
    fitted = recipe.fit(steps, fold.table, fold.plan.inputs, fold.teach)
    model = _network(fold.plan.task.estimator, fold.plan.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(rivals.flat(fitted.apply(fold.table, fold.teach), fitted.shapes), encoded)
    return fold.plan.task.from_estimator(model, rivals.flat(fitted.apply(fold.table, fold.judge), fitted.shapes), state)


def _network(estimator: str, seed: int) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    made = MLPClassifier if estimator == "classifier" else MLPRegressor
    network = made(hidden_layer_sizes=(48,), alpha=0.01, learning_rate_init=0.003, max_iter=60, random_state=seed)
    return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), network)


def _compared(plan: Plan, both: Sequence[Array], y: Array, state: dict[str, Any]) -> Gain:
    main = plan.task.metrics(state)[0]
    sign = 1 if main.better == "higher" else -1
    rng = np.random.default_rng(plan.seed)

    def gain(places: Array) -> float:
        values = [plan.task.evaluate(said[places], y[places], state)[main.name] for said in both]
        return sign * (values[0] - values[1])

    drawn = [gain(rng.integers(0, len(y), len(y))) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Gain(gain(np.arange(len(y))), float(low), float(high), main.unit, len(y))
