"""A number."""

import math
import re
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from engine.errors import InvalidPlan
from engine.heads import Ending
from engine.intervals import conformal
from engine.panels import Report, Score
from engine.sampling import sampling_of
from engine.scoring import Statistic, mean, r_squared, root_mean_square, value
from engine.spec import param
from engine.tasks import _regression_report
from engine.tasks._classes import interval_score
from engine.tasks.base import Answer, Array, Judged, Metric, State, Task
from engine.wording import number

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

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

    unit: str = param("", "Unit", help="Shown behind every value, such as MPa or years. Leave empty if there is none.")

    @classmethod
    def propose(cls, column: "ColumnProfile") -> "Regression | None":
        """For numbers with more than two values, unless they are a few whole ones that name classes."""
        from engine.tasks.multiclass import Multiclass

        return None if Multiclass.propose(column) or column.distinct < 3 else cls.offer(column)

    @classmethod
    def offer(cls, column: "ColumnProfile") -> "Regression | None":
        return cls(unit=column.column.unit or unit_in(column.name)) if column.type == "number" and column.distinct >= 2 else None

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
        spread = float(known.std())
        if not math.isfinite(spread) or spread <= 0:
            far = number(float(np.abs(known).max()))
            raise InvalidPlan(f"The values to predict reach {far}, too far for exact sums.", "Use a larger unit.")
        ends = {"low": float(known.min()), "high": float(known.max()), "median": float(np.median(known))}
        written = {"decimals": _decimals(known, spread), "unit": self.unit}
        return {"mean": float(known.mean()), "spread": spread, **ends, **written, "rows": len(known), "margin": None}

    def known(self, y: Array, state: State) -> Array:
        return np.asarray(np.isfinite(_numbers(y)))

    def encode(self, y: Array, state: State) -> Array:
        return np.asarray((_numbers(y) - state["mean"]) / state["spread"], np.float32)

    def ending(self, state: State) -> Ending:
        return Ending(1)

    def loss(self) -> str:
        return "mean_squared_error"

    def metrics(self, state: State) -> list[Metric]:
        return [Metric("mean_absolute_error", "Off by, on average", "lower", state["unit"], state["spread"])]

    def from_estimator(self, estimator: Any, x: Array, state: State) -> Array:
        return np.asarray(estimator.predict(x), np.float32).reshape(-1, 1)

    def linear(self) -> Any:
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), Ridge())

    def baseline(self, y: Array, state: State) -> Array:
        """The middle training value (median): no other constant is off by less on average, so no luck lies in beating it."""
        return np.array([[np.median(y)]], np.float32)

    def evaluate(self, outputs: Array, y: Array, state: State) -> dict[str, float]:
        if not len(y):
            return {"loss": math.nan, "mean_absolute_error": math.nan}
        off = np.asarray(outputs, np.float64).ravel() - np.asarray(y, np.float64)
        return {"loss": float(np.mean(off**2)), "mean_absolute_error": float(np.mean(np.abs(off)) * state["spread"])}

    def settle(self, outputs: Array, y: Array, state: State) -> State:
        """The margin around an answer that held nine of ten validation rows; None with fewer than 20."""
        off = (np.asarray(outputs, np.float64).ravel() - np.asarray(y, np.float64)) * state["spread"]
        return {**state, "margin": conformal(off, COVERAGE)}

    def decode(self, outputs: Array, state: State) -> pd.DataFrame:
        """Rounded as the training values are written; the range is rounded outwards and not below 0 if no training value is."""
        answers = in_units(outputs, state)
        shown = {"prediction": _rounded(answers, state, np.round)}
        if state["margin"] is not None:
            low, high = answers - state["margin"], answers + state["margin"]
            low = np.where((answers >= 0) & (low < 0), 0.0, low) if state["low"] >= 0 else low
            shown |= {"from": _rounded(low, state, np.floor), "to": _rounded(high, state, np.ceil)}
        return pd.DataFrame(shown)

    def beside(self, outputs: Array, y: Array, state: State) -> list[Answer]:
        """How far off and which way; numbers are written with the decimals of the training values."""
        said, truth = in_units(outputs, state), in_units(y, state)
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


def in_units(outputs: Array, state: State) -> Array:
    """(rows,) answers in the user's unit, not rounded."""
    return np.asarray(np.asarray(outputs, np.float64).ravel() * state["spread"] + state["mean"])


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
