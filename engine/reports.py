"""Panels made from answers and truths: what every task's report is put together from. Knows no task."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.columns import Table
from engine.intervals import wilson
from engine.panels import Bars, Confusion, Curve, Line, Measure, Mistakes, Scatter, Score, Thresholds
from engine.scoring import calibration_bins
from engine.wording import amount, count, number

Array = np.ndarray[Any, Any]

MOST_MISTAKES = 50
MOST_COLUMNS = 40
MOST_CLASSES = 50
_CURVE_POINTS = 300


@dataclass(frozen=True)
class Definition:
    """A measure in words, before any number: what `Measure` says besides the scores."""

    name: str
    label: str
    help: str
    unit: str = ""
    better: Literal["higher", "lower"] = "higher"


Scored = Mapping[str, Score]


def measure(about: Definition, model: Scored, baseline: Scored | None = None, linear: Scored | None = None) -> Measure:
    """One row of the comparison."""
    return Measure(
        name=about.name,
        label=about.label,
        help=about.help,
        unit=about.unit,
        better=about.better,
        model=model[about.name],
        baseline=baseline.get(about.name) if baseline else None,
        linear=linear.get(about.name) if linear else None,
    )


def confusion(truth: Array, answers: Array, labels: Sequence[str]) -> Confusion:
    """Truth against answer. Of more than 50 classes the commonest are kept and the rest counted together."""
    note = ""
    names = list(labels)
    if len(names) > MOST_CLASSES:
        kept = np.sort(np.argsort(-np.bincount(truth, minlength=len(names)), kind="stable")[: MOST_CLASSES - 1])
        place = np.full(len(names), MOST_CLASSES - 1)
        place[kept] = np.arange(MOST_CLASSES - 1)
        truth, answers = place[truth], place[answers]
        note = f"The {MOST_CLASSES - 1} commonest of {len(names)} answers; all others are counted together."
        names = [names[i] for i in kept] + ["all others"]
    counts = np.bincount(truth * len(names) + answers, minlength=len(names) ** 2).reshape(len(names), -1)
    return Confusion(title="What does it mix up?", labels=names, counts=counts.tolist(), note=note)


def roc(y: Array, chances: Array, said: Array, yes: str, also: tuple[str, Array] | None = None) -> Curve:
    """Share found against share of false alarms, over all thresholds, in percent. `said` are the rows answered yes now."""
    lines = [Line(name="the model", **_roc_line(y, chances))]
    lines += [Line(name=also[0], **_roc_line(y, also[1]))] if also else []
    lines.append(Line(name="guessing", x=[0.0, 100.0], y=[0.0, 100.0], dashed=True))
    point = (100 * _share(said & (y == 0), y == 0), 100 * _share(said & (y == 1), y == 1))
    return Curve(
        title="How well does it tell the two apart?",
        x_label=f"False alarms, % of the others called '{yes}'",
        y_label=f"Found, % of all '{yes}'",
        lines=lines,
        point=point,
        point_label="threshold in use",
        note="Also called the ROC curve. The further it bends to the top left, the better; the dashed line is guessing.",
    )


def precision_recall(y: Array, chances: Array, said: Array, yes: str, also: tuple[str, Array] | None = None) -> Curve:
    """Share of alarms that are true against share found, over all thresholds, in percent. `said` are the rows answered yes now."""
    base = 100 * float(np.mean(y))
    lines = [Line(name="the model", **_precision_line(y, chances))]
    lines += [Line(name=also[0], **_precision_line(y, also[1]))] if also else []
    lines.append(Line(name="guessing", x=[0.0, 100.0], y=[base, base], dashed=True))
    point = (100 * _share(said & (y == 1), y == 1), 100 * _share(said & (y == 1), said)) if said.any() else None
    return Curve(
        title="How many does it find, and how many alarms are true?",
        x_label=f"Found, % of all '{yes}' (recall)",
        y_label=f"True, % of the rows called '{yes}' (precision)",
        lines=lines,
        point=point,
        point_label="threshold in use",
        note="Also called the precision-recall curve. Finding more usually costs more false alarms.",
    )


def thresholds(y: Array, chances: Array, chosen: float, yes: str, no: str) -> Thresholds:
    """What would happen at up to 101 thresholds: even steps, the model's own chances where they crowd, and the one in use."""
    own = np.quantile(chances[y == 1] if (y == 1).any() else chances, np.linspace(0, 1, 50))
    even = np.linspace(0, 1, 50)
    kept = sorted({float(f"{t:.4g}") for t in np.r_[even, own]} - {chosen} | {chosen})
    cuts = np.asarray(kept)
    yes_at = len(y[y == 1]) - np.searchsorted(np.sort(chances[y == 1]), cuts, side="left")
    alarms_at = len(y[y == 0]) - np.searchsorted(np.sort(chances[y == 0]), cuts, side="left")
    return Thresholds(
        title="What if it said yes sooner, or later?",
        positive=yes,
        negative=no,
        thresholds=kept,
        true_positive=yes_at.tolist(),
        false_positive=alarms_at.tolist(),
        true_negative=(int((y == 0).sum()) - alarms_at).tolist(),
        false_negative=(int((y == 1).sum()) - yes_at).tolist(),
        chosen=chosen,
        note=f"It says '{yes}' from a chance of {number(100 * chosen)} % on. A lower threshold finds more and raises more false alarms.",
    )


def calibration(happened: Array, said: Array, what: str) -> Curve:
    """Chances said against shares that came, in percent, in bins of equal size with a 95 % band."""
    bins = calibration_bins(happened, said, most=10)
    hits, sizes = [float(happened[b].sum()) for b in bins], [len(b) for b in bins]
    bands = [wilson(h, n) for h, n in zip(hits, sizes, strict=True)]
    line = Line(
        name="the model",
        x=[100 * float(said[b].mean()) for b in bins],
        y=[100 * h / n for h, n in zip(hits, sizes, strict=True)],
        low=[100 * low for low, _ in bands],
        high=[100 * high for _, high in bands],
    )
    return Curve(
        title="When it says 80 %, is it 80 %?",
        x_label=f"Chance of {what} it said, %",
        y_label="How often it was so, %",
        lines=[line, Line(name="exactly right", x=[0.0, 100.0], y=[0.0, 100.0], dashed=True)],
        note="Also called the calibration curve. Below the dashed line it is too sure, above it not sure enough.",
    )


def predicted_against_true(y: Array, answers: Array, rows: Array, name: str, unit: str) -> Scatter:
    """At most 2000 points; the largest errors and the lowest and highest values are always among them."""
    kept = _thinned(y, answers, most=2000)
    said = _with_unit(name, unit)
    return Scatter(
        title="How close are its answers?",
        x_label=f"True {said}",
        y_label=f"Predicted {said}",
        x=y[kept].tolist(),
        y=answers[kept].tolist(),
        rows=rows[kept].astype(int).tolist(),
        note=f"{len(kept):,} of {len(y):,} rows drawn; the extreme ones all are." if len(kept) < len(y) else "",
    )


def error_histogram(errors: Array, name: str, unit: str) -> Bars:
    """How often it is off by how much, too low on the left and too high on the right. Outliers share the outermost bars."""
    bounds: list[float] = []
    note = ""
    if not len(errors) or float(np.ptp(errors)) == 0.0:
        names, values = [number(float(errors[0]))] if len(errors) else [], [float(len(errors))] if len(errors) else []
    else:
        reach = float(np.quantile(np.abs(errors), 0.99)) or float(np.abs(errors).max())
        counts, edges = np.histogram(np.clip(errors, -reach, reach), bins=min(21, 5 + 2 * (len(errors) // 20)), range=(-reach, reach))
        names = [f"{number(a, 2)} to {number(b, 2)}" for a, b in zip(edges[:-1], edges[1:], strict=True)]
        values, bounds = counts.astype(float).tolist(), edges.tolist()
        if beyond := int((np.abs(errors) > reach).sum()):
            largest = amount(float(np.abs(errors).max()), unit)
            note = f"The outermost bars also hold {count(beyond, 'larger error')}; the largest is {largest}."
    return Bars(
        title="How large are its errors?",
        x_label=f"Predicted minus true {_with_unit(name, unit)}",
        y_label="Rows",
        names=_distinct(names),
        values=values,
        edges=bounds,
        note=note,
    )


def mistakes(table: Table, inputs: Sequence[str], worst: Sequence[tuple[int, int, str, str, str]], note: str = "") -> Mistakes:
    """The worst rows with their inputs. `worst` holds (position in `table`, row in the dataset, truth, prediction, detail), worst first."""
    shown = [table.column(id) for id in inputs if table.column(id).type != "image"][:MOST_COLUMNS]
    picture = next((id for id in inputs if table.column(id).type == "image"), None)
    rows: list[dict[str, Any]] = []
    for place, row, truth, prediction, detail in worst[:MOST_MISTAKES]:
        values = [plain(table.frame[column.id].iloc[place]) for column in shown]
        line: dict[str, Any] = {"row": int(row) + 1, "truth": truth, "prediction": prediction, "detail": detail, "values": values}
        if picture is not None:
            line["image"] = plain(table.frame[picture].iloc[place])
        rows.append(line)
    return Mistakes(title="Its worst mistakes", columns=[column.name for column in shown], rows=rows, note=note)


def _roc_line(y: Array, chances: Array) -> dict[str, list[float]]:
    alarms, found, _ = _steps(y, chances)
    x, up = 100 * alarms / max(1, alarms[-1]), 100 * found / max(1, found[-1])
    return _along(np.r_[0.0, x], np.r_[0.0, up])


def _precision_line(y: Array, chances: Array) -> dict[str, list[float]]:
    alarms, found, said = _steps(y, chances)
    return _along(100 * found / max(1, found[-1]), 100 * found / said)


def _steps(y: Array, chances: Array) -> tuple[Array, Array, Array]:
    """False alarms, hits and answers so far, going down the distinct chances."""
    order = np.argsort(-chances, kind="stable")
    last = np.r_[np.flatnonzero(np.diff(chances[order])), len(y) - 1]
    found = np.cumsum(y[order])[last].astype(float)
    said = last + 1.0
    return said - found, found, said


def _along(x: Array, y: Array) -> dict[str, list[float]]:
    """Points evenly along the curve's length, the first and last kept: thins the drawing, not its shape."""
    if len(x) > _CURVE_POINTS:
        way = np.r_[0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y)))]
        kept = np.unique(np.r_[0, np.searchsorted(way, np.linspace(0, way[-1], _CURVE_POINTS - 2)).clip(0, len(x) - 1), len(x) - 1])
        x, y = x[kept], y[kept]
    return {"x": [round(float(v), 4) for v in x], "y": [round(float(v), 4) for v in y]}


def _with_unit(name: str, unit: str) -> str:
    """The name with its unit, which a name such as "strength (MPa)" ends in already."""
    return name if not unit or re.search(rf"[\[(]\s*{re.escape(unit)}\s*[\])]\s*$", name) else f"{name}, {unit}"


def _thinned(y: Array, answers: Array, most: int) -> Array:
    """Positions of at most `most` points, ascending: a quarter of them the extremes, the others evenly through the rows."""
    if len(y) <= most:
        return np.arange(len(y))
    each = most // 32
    ends = [np.argsort(values, kind="stable") for values in (y, answers)]
    largest = np.argsort(-np.abs(answers - y), kind="stable")[: 4 * each]
    extremes = np.unique(np.concatenate([largest, *(order[:each] for order in ends), *(order[-each:] for order in ends)]))
    rest = np.setdiff1d(np.arange(len(y)), extremes)
    evenly = rest[np.linspace(0, len(rest) - 1, most - len(extremes)).astype(int)]
    return np.union1d(extremes, evenly)


def _share(hits: Array, among: Array) -> float:
    return float(hits.sum() / max(1, among.sum()))


def _distinct(names: list[str]) -> list[str]:
    """Bar names must differ; equal ones get a thin mark."""
    return [name if names.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(names)]


def plain(value: Any) -> str | float | int | None:
    """A cell as JSON takes it: whole numbers without a point, dates as ISO text, None for a missing one."""
    if value is None or value != value:
        return None
    if isinstance(value, int | float | np.integer | np.floating):
        plain = float(value)
        if not math.isfinite(plain):
            return None
        return int(plain) if plain.is_integer() and abs(plain) < 1e15 else plain
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
