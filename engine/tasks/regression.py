"""A number."""

import math
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from engine import losses
from engine.errors import InvalidPlan
from engine.heads import Ending
from engine.intervals import conformal_above
from engine.lazy import keras
from engine.panels import Report, Score
from engine.problems import Problem
from engine.sampling import sampling_of
from engine.scoring import Statistic, mean, r_squared, root_mean_square, value
from engine.spec import param
from engine.tasks import _forms, _number_problems, _regression_report
from engine.tasks._classes import interval_score
from engine.tasks._spans import form_of, in_units, ordered, span_in_units
from engine.tasks.base import LOSSES, Answer, Array, Judged, Metric, State, Task
from engine.wording import number

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

LEVELS = (0.05, 0.5, 0.95)
_LOSSES = {"squared": "mean_squared_error", "huber": "huber", "absolute": "mean_absolute_error"}

COVERAGE = 0.9
"""How often the true value should lie inside the range given with a prediction."""

_WORDS = "years months weeks days hours minutes seconds euros dollars pounds points people metres meters litres liters kelvin"
_NOT_WORDS = "log ln net mean avg max min std sum raw old new num no id left est"
_UNITS, _NO_UNITS = frozenset(_WORDS.split()), frozenset(_NOT_WORDS.split())


class Regression(Task):
    """Predicts a number, such as a strength or a price, with a range that holds nine times in ten."""

    kind: Literal["regression"] = "regression"
    title = "A number"
    order = 30
    targets = frozenset({"number"})
    estimator = "regressor"

    form: Literal["none", "log", "normal"] = param(
        "none",
        "Learn it as",
        help="Values that crowd at one end and reach far at the other are easier to learn in another form. Answers are always turned back.",
        choices=_forms.FORMS,
        advanced=True,
    )
    misses: Literal["squared", "huber", "absolute"] = param(
        "squared",
        "Large misses count",
        help="Far more than small ones; or less, so that a few extreme values do not lead the model astray.",
        choices={"squared": "Much more (squared)", "huber": "More, up to a point (Huber)", "absolute": "In proportion (absolute)"},
        advanced=True,
        when={"ranges": False},
    )
    ranges: bool = param(
        False,
        "Ranges by quantiles",
        help="Learns a low, a middle and a high value for each row, so that each answer has a range as wide as its row is uncertain.",
        advanced=True,
    )
    unit: str = param("", "Unit", help="Shown behind every value, such as MPa or years. Leave empty if there is none.")

    @classmethod
    def propose(cls, column: "ColumnProfile") -> "Regression | None":
        """For numbers with more than two values, unless they are a few whole ones that name classes."""
        from engine.tasks.multiclass import Multiclass
        from engine.tasks.ordinal import Ordinal

        return None if Multiclass.propose(column) or Ordinal.propose(column) or column.distinct < 3 else cls.offer(column)

    @classmethod
    def offer(cls, column: "ColumnProfile") -> "Regression | None":
        if column.type != "number" or column.distinct < 2:
            return None
        return cls(unit=column.column.unit or unit_in(column.name), form=_forms.proposed(column))

    def question(self, name: str) -> str:
        return f"A number: how much will {name} be?"

    def fit(self, y: Array) -> State:
        known = _numbers(y)
        known = known[np.isfinite(known)]
        if not len(known):
            raise InvalidPlan("No training row has a number in the column to predict.", "Choose another column to predict.")
        if known.min() == known.max():
            raise InvalidPlan(
                f"Every training row has the same value, {number(float(known[0]), 6)}, so there is nothing to predict.",
                "Choose another column to predict, or add rows with other values.",
            )
        form = _forms.learned(self.form, known)
        learned = _forms.forward(known, form)
        spread = float(learned.std())
        if not math.isfinite(spread) or spread <= 0:
            far = number(float(np.abs(known).max()))
            raise InvalidPlan(f"The values to predict reach {far}, too far for exact sums.", "Use a larger unit.")
        ends = {"low": float(known.min()), "high": float(known.max()), "median": float(np.median(known))}
        written = {"decimals": _decimals(known, float(known.std())), "unit": self.unit}
        scaled = {"mean": float(learned.mean()), "spread": spread}
        start = [(float(q) - scaled["mean"]) / spread for q in np.quantile(learned, LEVELS)]
        special = {"form": form} if self.form != "none" else {}
        return {**scaled, **ends, **written, **special, "start": start, "rows": len(known), "margin": None}

    def known(self, y: Array, state: State) -> Array:
        return np.asarray(np.isfinite(_numbers(y)))

    def encode(self, y: Array, state: State) -> Array:
        return np.asarray((_forms.forward(_numbers(y), form_of(state)) - state["mean"]) / state["spread"], np.float32)

    def ending(self, state: State) -> Ending:
        """Where the trivial answer is; for squared misses at the mean, which is 0."""
        if self.ranges:
            return Ending(len(LEVELS), None, state["start"])
        return Ending(1) if self.misses == "squared" else Ending(1, None, float(state["start"][1]))

    def loss(self) -> Any:
        return losses.pinball(LEVELS) if self.ranges else _LOSSES[self.misses]

    def metrics(self, state: State) -> list[Metric]:
        factor = state["spread"] if form_of(state)["kind"] == "none" else 1.0
        return [Metric("mean_absolute_error", "Off by, on average", "lower", state["unit"], factor)]

    def measures(self, state: State) -> list[Any]:
        form = form_of(state)
        if form["kind"] == "none" and not self.ranges:
            return super().measures(state)

        def off(y: Any, outputs: Any) -> Any:
            ops = keras.ops
            middle = ops.sum(outputs, axis=-1) - ops.max(outputs, axis=-1) - ops.min(outputs, axis=-1) if self.ranges else outputs[:, 0]
            both = (ops.reshape(ops.cast(y, outputs.dtype), (-1,)), middle)
            if form["kind"] != "none":
                both = tuple(_forms.back_of_tensor(x * state["spread"] + state["mean"], form) for x in both)
            return ops.abs(both[0] - both[1])

        return [losses.metric("mean_absolute_error", off)]

    def boosting(self) -> tuple[dict[str, Any], ...]:
        if self.ranges:
            return tuple({"loss": "quantile", "quantile": level} for level in LEVELS)
        return ({"loss": "absolute_error"},) if self.misses == "absolute" else ({},)

    def problems(self, column: "ColumnProfile", losses: Collection[str] = LOSSES) -> list[Problem]:
        return _number_problems.of(self, column, losses)

    def from_estimator(self, estimator: Any, x: Array, state: State) -> Array:
        """With ranges, an estimator of one value gives it three times."""
        said = np.asarray(estimator.predict(x), np.float32).reshape(-1, 1)
        return np.repeat(said, len(LEVELS), axis=1) if self.ranges else said

    def linear(self) -> Any:
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), Ridge())

    def baseline(self, y: Array, state: State) -> Array:
        """The middle training value (median): no other constant is off by less on average, so no luck lies in beating it."""
        levels = LEVELS if self.ranges else (0.5,)
        return np.quantile(np.asarray(y, np.float64), levels).astype(np.float32)[None, :]

    def evaluate(self, outputs: Array, y: Array, state: State) -> dict[str, float]:
        if not len(y):
            return {"loss": math.nan, "mean_absolute_error": math.nan}
        if self.ranges:
            loss = losses.pinballs(LEVELS, y, outputs)
        else:
            loss = _lost(self.misses, np.asarray(outputs, np.float64).ravel() - np.asarray(y, np.float64))
        off = in_units(outputs, state) - in_units(np.asarray(y)[:, None], state)
        return {"loss": float(np.mean(loss)), "mean_absolute_error": float(np.mean(np.abs(off)))}

    def settle(self, outputs: Array, y: Array, state: State) -> State:
        """By how much a range must reach beyond what is learned to hold nine of ten validation rows; None with fewer than 20.

        In the units of the form that is learned; it can be below 0 for ranges by quantiles.
        """
        low, _, high = ordered(outputs) * state["spread"]
        truth = np.asarray(y, np.float64) * state["spread"]
        return {**state, "margin": conformal_above(np.maximum(low - truth, truth - high), COVERAGE)}

    def decode(self, outputs: Array, state: State) -> pd.DataFrame:
        """Rounded as the training values are written; the range is rounded outwards and not below 0 if no training value is."""
        answers, span = in_units(outputs, state), span_in_units(outputs, state)
        shown = {"prediction": _rounded(answers, state, np.round)}
        if span is not None:
            low, high = span
            low = np.where((answers >= 0) & (low < 0), 0.0, low) if state["low"] >= 0 else low
            shown |= {"from": _rounded(low, state, np.floor), "to": _rounded(high, state, np.ceil)}
        return pd.DataFrame(shown)

    def beside(self, outputs: Array, y: Array, state: State) -> list[Answer]:
        """How far off and which way; numbers are written with the decimals of the training values."""
        said, truth = in_units(outputs, state), in_units(np.asarray(y)[:, None], state)
        lowest, reach = state["low"], state["high"] - state["low"]
        return [
            Answer(
                truth=_regression_report.shown(float(b), state),
                said=_regression_report.shown(float(a), state),
                note=_regression_report.off(float(a - b), state),
                part=(float(a) - lowest) / reach,
                true_part=(float(b) - lowest) / reach,
            )
            for a, b in zip(said, truth, strict=True)
        ]

    def scores(self, outputs: Array, y: Array, state: State, seed: int = 0, groups: Array | None = None) -> dict[str, Score]:
        truth, known = _numbers(y), self.known(y, state)
        answers = np.broadcast_to(in_units(outputs, state), len(y))[known]
        off = answers - truth[known]
        measures = {
            "mean_absolute_error": mean(np.abs(off)),
            "root_mean_squared_error": root_mean_square(off),
            "r2": r_squared(truth[known], answers),
        }
        spans = sampling_of(known, groups, seed).spans(measures)
        return {name: interval_score(value(of, len(off)), spans[name]) for name, of in measures.items()}

    def main(self, outputs: Array, y: Array, state: State) -> Statistic:
        return mean(np.abs(np.broadcast_to(in_units(outputs, state), len(y)) - in_units(y, state)))

    def report(self, judged: Judged, state: State) -> Report:
        return _regression_report.write(self, judged, state)


def _lost(misses: str, off: Array) -> Array:
    """(rows,) what each miss costs, as Keras reckons it."""
    far = np.abs(off)
    if misses == "huber":
        return np.where(far <= 1, off**2 / 2, far - 0.5)
    return far if misses == "absolute" else np.asarray(off**2)


def unit_in(name: str) -> str:
    """The unit that a column's name ends in: "MPa" of "strength (MPa)" or "strength [MPa]"; "" if what stands there may be none."""
    found = re.search(r"[\[(]\s*([^\W\d][^\[\]()]{0,15}|[%°$€£][^\[\]()]{0,15})\s*[\])]\s*$", name)
    text = found[1].strip() if found else ""
    is_unit = len(text) <= 4 or re.search(r"[/%°²³^·]", text) or text.casefold() in _UNITS
    return text if is_unit and text.casefold() not in _NO_UNITS else ""


def _numbers(y: Array) -> Array:
    """float64. Raises InvalidPlan if the column holds words."""
    try:
        return np.asarray(y, np.float64)
    except (TypeError, ValueError):
        example = next((v for v in y if isinstance(v, str)), "")
        what = f"The column to predict holds text such as '{example}', not numbers."
        raise InvalidPlan(what, "Predict one of several answers, or make it a number column.") from None


def _decimals(y: Array, spread: float) -> int:
    """How many decimals the training values are written with; one more where whole steps would be coarse against their spread."""
    most = max(0, math.ceil(4 - math.log10(spread)))
    places = next((d for d in range(most) if np.allclose(y, np.round(y, d), rtol=1e-9, atol=0.0)), most)
    return places + 1 if 10.0**-places > spread / 4 else places


def _rounded(values: Array, state: State, way: Any) -> Array:
    """To the target's decimals; whole numbers as integers. `way` is np.round, np.floor or np.ceil."""
    scale = 10.0 ** state["decimals"]
    rounded: Array = way(np.round(values * scale, 6)) / scale
    is_whole = state["decimals"] == 0 and (np.abs(rounded) < 2**53).all()
    return rounded.astype(np.int64) if is_whole else np.round(rounded, state["decimals"])
