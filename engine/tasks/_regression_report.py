"""The judgement of a model that predicts a number, written in words and panels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine import reports, verdicts
from engine.intervals import Comparison, compare, wilson
from engine.panels import Measure, Mistakes, Panel, Report, Scores
from engine.reports import Definition, Scored
from engine.scoring import Array, difference, mean
from engine.tasks.base import Judged, State
from engine.wording import CURRENCIES, MANY, amount, count, number, of_hundred

if TYPE_CHECKING:
    from engine.tasks.regression import Regression

AGAINST = "always guessing the middle value"
WIDE = 0.93


@dataclass(frozen=True)
class _Case:
    """The unseen rows in arrays: truth and each contender's answers, in the user's unit."""

    judged: Judged
    state: State
    name: str
    places: Array
    y: Array
    answers: Array
    baseline: Array
    linear: Array | None

    @property
    def rows(self) -> int:
        return len(self.y)

    @property
    def unit(self) -> str:
        return str(self.state["unit"])

    @property
    def off(self) -> Array:
        return np.asarray(self.answers - self.y)

    def gain(self, other: Array | None) -> Comparison | None:
        """How much less the model is off than another, on the same rows."""
        if other is None or not self.rows:
            return None
        return compare(difference(mean(np.abs(other - self.y)), mean(np.abs(self.off))), self.rows, seed=0)


def write(task: "Regression", judged: Judged, state: State) -> Report:
    """Headline, comparison, charts and worst mistakes from the rows the model never saw."""
    case = _case(task, judged, state)
    model, baseline = (task.scores(outputs, judged.y, state) for outputs in (judged.outputs, judged.baseline))
    linear = None if judged.linear is None else task.scores(judged.linear, judged.y, state)
    measures = [reports.measure(about, model, baseline, linear) for about in _definitions(case.unit)]
    main, trivial, formula = measures[0], case.gain(case.baseline), case.gain(case.linear)
    verdict = verdicts.verdict(trivial, _skill(main), formula)
    return Report(
        headline=_headline(case, main, trivial),
        detail=_detail(case, main, formula, is_poor=verdict == "poor"),
        verdict=verdict,
        main=main,
        panels=[_comparison(case, measures), *verdicts.notes(_notes(case, main, model)), *_charts(case)],
        rows_test=case.rows,
    )


def _case(task: "Regression", judged: Judged, state: State) -> _Case:
    places = np.flatnonzero(task.known(judged.y, state))

    def of(outputs: Array) -> Array:
        answers = np.asarray(outputs, np.float64).ravel() * state["spread"] + state["mean"]
        return np.array(np.broadcast_to(answers, len(judged.y)))[places]

    return _Case(
        judged=judged,
        state=state,
        name=judged.table.named(judged.target).name,
        places=places,
        y=np.asarray(judged.y, np.float64)[places],
        answers=of(judged.outputs),
        baseline=of(judged.baseline),
        linear=None if judged.linear is None else of(judged.linear),
    )


def _definitions(unit: str) -> list[Definition]:
    large = "Large errors count more than small ones (root mean squared error)."
    explained = "How much of the differences between rows it explains: 1 is all, 0 is none, below 0 is worse than the mean."
    return [
        Definition("mean_absolute_error", "Off by, on average", "Too high or too low alike (mean absolute error).", unit, "lower"),
        Definition("root_mean_squared_error", "Off by, large errors counting more", large, unit, "lower"),
        Definition("r2", "Explained (R²)", explained),
    ]


def _skill(main: Measure) -> float | None:
    base, value = main.baseline.value if main.baseline else None, main.model.value
    return None if base is None or value is None or base <= 0 else 1 - value / base


def _headline(case: _Case, main: Measure, trivial: Comparison | None) -> str:
    if case.rows == 0:
        return "It cannot be judged: no row with a known value was kept unseen."
    score, base = main.model, main.baseline
    has_range = score.low is not None and score.high is not None
    interval = f" (between {number(score.low)} and {number(score.high)})" if has_range else ""
    off = f"Off by {amount(score.value, case.unit)} on average{interval} for {count(case.rows, 'row')} it never saw."
    middle = amount(case.state["median"], case.unit)
    always = f" Always guessing the middle value, {middle}, would be off by {number(base.value if base else None)}."
    return verdicts.opening(trivial, AGAINST, case.rows) + off + always


def _detail(case: _Case, main: Measure, linear: Comparison | None, is_poor: bool) -> str:
    value = main.linear.value if main.linear else None
    sentences = [verdicts.beside_linear(linear, f"is off by {amount(value, case.unit)}", is_poor)]
    if case.state["margin"] is not None:
        margin = amount(case.state["margin"], case.unit)
        sentences.append(f"Each answer comes with a range, {margin} to either side, meant to hold 9 times in 10.")
    return " ".join(sentence for sentence in sentences if sentence)


def _comparison(case: _Case, measures: list[Measure]) -> Scores:
    return Scores(
        title="How good is it, beside guessing and a simple formula?",
        measures=measures,
        baseline_name=f"Always guessing {amount(case.state['median'], case.unit)}",
        note="Ranges are 95 % intervals: where the number would lie with other unseen rows.",
    )


def _notes(case: _Case, main: Measure, model: Scored) -> list[str]:
    explained, skipped = model["r2"].value, len(case.judged.y) - case.rows
    base = main.baseline.value if main.baseline else None
    beyond = int(((case.y < case.state["low"]) | (case.y > case.state["high"])).sum())
    return [
        verdicts.too_good(explained is not None and explained >= 0.99, case.rows, "it explains at least 99 % of the differences"),
        verdicts.few_rows(case.rows),
        verdicts.wide(main, 0.1 * base) if base else "",
        _held(case),
        f"{count(beyond, 'unseen row')} beyond every training value: there it had nothing to learn from." if beyond else "",
        f"{count(skipped, 'unseen row')} without a value left out." if skipped else "",
    ]


def _held(case: _Case) -> str:
    """How often the promised range held on rows that neither the model nor the range was made from."""
    if case.state["margin"] is None:
        return "Too few validation rows (fewer than 20) to give a range with each answer."
    if not case.rows:
        return ""
    hits = int((np.abs(case.off) <= case.state["margin"]).sum())
    often = of_hundred(hits / case.rows) if case.rows >= MANY else f"{hits} of {case.rows}"
    held = f"The true value lay inside the range for {often} unseen rows"
    low, high = wilson(hits, case.rows)
    if high < 0.9:
        return f"{held}, fewer than the 90 of 100 it is made for: take its ranges as too narrow."
    if low > 0.9 and hits / case.rows > WIDE:
        return f"{held}, more than the 90 of 100 it is made for: its ranges are wide."
    return f"{held}; it is made for 90 of 100."


def _charts(case: _Case) -> list[Panel]:
    if case.rows == 0:
        return []
    rows = np.asarray(case.judged.rows)[case.places]
    return [
        reports.predicted_against_true(case.y, case.answers, rows, case.name, case.unit),
        reports.error_histogram(case.off, case.unit),
        _largest(case, rows),
    ]


def _largest(case: _Case, rows: Array) -> Mistakes:
    order = np.argsort(-np.abs(case.off), kind="stable")[: reports.MOST_MISTAKES]
    told = [(amount(float(case.y[i]), case.unit, 9), _shown(case, case.answers[i]), _off(case, float(case.off[i]))) for i in order]
    worst = [(int(case.places[i]), int(rows[i]), *said) for i, said in zip(order, told, strict=True)]
    note = f"The largest errors among {count(case.rows, 'row')} it never saw."
    return reports.mistakes(case.judged.table, case.judged.inputs, worst, note)


def _shown(case: _Case, value: float) -> str:
    shown = f"{value:,.{case.state['decimals']}f}"
    return f"{case.unit}{shown}" if case.unit in CURRENCIES else f"{shown} {case.unit}".strip()


def _off(case: _Case, off: float) -> str:
    way = "high" if off > 0 else "low"
    return f"{amount(abs(off), case.unit)} too {way}" if off else "exactly right"
