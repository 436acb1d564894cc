"""The judgement of a model that predicts steps in order, written in words and panels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine import reports, verdicts
from engine.intervals import Comparison
from engine.panels import Bars, Measure, Panel, Report
from engine.reports import Definition, Scored
from engine.sampling import compare
from engine.scoring import Array, difference, mean
from engine.tasks._case import Case, skill_of_error
from engine.tasks._classes import wrong_answers
from engine.tasks._multiclass_scores import every_row
from engine.tasks._ordinal_scores import grades
from engine.tasks.base import Judged, State
from engine.wording import count, number, of_them

if TYPE_CHECKING:
    from engine.tasks.ordinal import Ordinal


@dataclass(frozen=True)
class _Case(Case):
    """The unseen rows in arrays: truth (0..steps-1) and each contender's chances (rows, steps)."""

    chances: Array
    baseline: Array
    linear: Array | None

    @property
    def usual(self) -> str:
        """What the trivial answer always says: the middle step."""
        return self.labels[int(grades(np.array([self.state["shares"]]))[0])]

    def off(self, chances: Array) -> Array:
        return np.asarray(np.abs(grades(chances) - self.y))

    def gain(self, other: Array | None) -> Comparison | None:
        """How much less the model is off than another, on the same rows."""
        if other is None or not self.rows:
            return None
        return compare(difference(mean(self.off(other)), mean(self.off(self.chances))), self.sampling)


def write(task: "Ordinal", judged: Judged, state: State) -> Report:
    """Headline, comparison, charts and worst mistakes from the rows the model never saw."""
    case = _case(task, judged, state)
    truth, groups = judged.y[case.places], case.sampling.groups
    model, baseline = (task.scores(chances, truth, state, groups=groups) for chances in (case.chances, case.baseline))
    linear = None if case.linear is None else task.scores(case.linear, truth, state, groups=groups)
    measures = [reports.measure(about, model, baseline, linear) for about in _definitions()]
    main, formula = measures[0], case.gain(case.linear)
    trivial = verdicts.with_gap(case.gain(case.baseline), main, 0.0, few=verdicts.is_few(case.rows, case.groups))
    verdict = verdicts.verdict(trivial, skill_of_error(main), formula)
    detail = _detail(main, formula, verdict in verdicts.UNPROVEN)
    return Report(
        headline=_headline(case, main, trivial),
        detail=verdicts.joined(verdicts.settled_by(trivial, case.rows, case.groups), detail),
        verdict=verdict,
        main=main,
        panels=[case.comparison(measures, f"Always saying '{case.usual}'"), *verdicts.notes(_notes(case, main, model)), *_charts(case)],
        rows_test=case.rows,
    )


def _case(task: "Ordinal", judged: Judged, state: State) -> _Case:
    places = np.flatnonzero(task.known(judged.y, state))

    def of(outputs: Array) -> Array:
        return np.asarray(every_row(outputs, len(judged.y))[places], np.float64)

    linear = None if judged.linear is None else of(judged.linear)
    y = task.encode(judged.y[places], state)
    return _Case(judged, state, places, y, of(judged.outputs), of(judged.baseline), linear)


def _definitions() -> list[Definition]:
    agreement = "Agreement beyond chance, far misses counting more (quadratic weighted kappa): 1 is perfect, 0 is chance."
    gap = "The gap between how sure it is and how often it is right (calibration error)."
    return [
        Definition("grade_error", "Off by, on average", "In steps, too high or too low alike (mean absolute error).", "steps", "lower"),
        Definition("kappa", "Agreement (weighted kappa)", agreement),
        Definition("accuracy", "Right answers", "The very step, of all rows it is judged on (also called accuracy).", "%"),
        Definition("within_one", "At most one step off", "Of all rows it is judged on.", "%"),
        Definition("calibration_error", "Its percentages are off by", gap, "%", "lower"),
    ]


def _headline(case: _Case, main: Measure, trivial: Comparison | None) -> str:
    if case.rows == 0:
        return "It cannot be judged: no row with a known answer was kept unseen."
    score, base = main.model, main.baseline.value if main.baseline else None
    has_range = score.low is not None and score.high is not None
    interval = f" (between {number(score.low)} and {number(score.high)})" if has_range else ""
    right = int((case.off(case.chances) == 0).sum())
    off = f"Off by {number(score.value)} steps on average{interval} for {count(case.rows, 'row')} {case.judged.they}"
    always = f"always saying '{case.usual}'"
    opening = verdicts.opening(trivial, always, case.rows, case.groups)
    return f"{opening}{off}, exactly right for {of_them(right, case.rows)}. {always.capitalize()} would be off by {number(base)}."


def _detail(main: Measure, linear: Comparison | None, is_poor: bool) -> str:
    value = main.linear.value if main.linear else None
    return "" if value is None else verdicts.beside_linear(linear, f"is off by {number(value)} steps", is_poor)


def _notes(case: _Case, main: Measure, model: Scored) -> list[str]:
    each = np.bincount(case.y, minlength=len(case.labels))
    few = [f"'{case.labels[i]}' ({each[i] or 'none'})" for i in range(len(each)) if each[i] < 10]
    skipped, base = len(case.judged.y) - case.rows, main.baseline.value if main.baseline else None
    said = grades(case.chances)
    sure = case.chances[np.arange(case.rows), said]
    return [
        verdicts.too_good((model["accuracy"].value or 0.0) >= 99, case.rows, "it is right for at least 99 of 100 rows"),
        verdicts.few_rows(case.rows),
        verdicts.few_groups(case.judged.group_name, case.groups),
        f"Few unseen rows of {', '.join(few[:5])}: how well it knows them is rough." if few and case.rows else "",
        verdicts.wide(main, 0.1 * base, case.groups) if base else "",
        verdicts.miscalibrated((said == case.y).astype(float), sure),
        f"{count(skipped, 'unseen row')} with an answer that no training row has, or none, left out." if skipped else "",
    ]


def _steps_off(off: Array, name: str) -> Bars:
    """How often it is how many steps too low (first) or too high (last)."""
    reach = range(int(off.min()), int(off.max()) + 1)
    return Bars(
        title="How large are its errors?",
        x_label=f"Predicted minus true {name}, in steps",
        y_label="Rows",
        names=[f"{abs(steps)} too {'high' if steps > 0 else 'low'}" if steps else "Right" for steps in reach],
        values=[float((off == steps).sum()) for steps in reach],
    )


def _charts(case: _Case) -> list[Panel]:
    if case.rows == 0:
        return []
    said = grades(case.chances)
    sure = case.chances[np.arange(case.rows), said]
    return [
        reports.confusion(case.y, said, case.labels),
        _steps_off(said - case.y, case.judged.table.named(case.judged.target).name),
        reports.calibration((said == case.y).astype(float), sure, "being right"),
        wrong_answers(case.judged, case.places, case.y, said, case.chances, case.labels),
    ]
