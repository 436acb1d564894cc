"""The judgement of a model that predicts a number, written in words and panels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine import reports, verdicts
from engine.intervals import Comparison
from engine.panels import Measure, Mistakes, Panel, Report
from engine.reports import Definition, Scored
from engine.sampling import compare
from engine.scoring import Array, difference, mean
from engine.tasks._case import Case, skill_of_error
from engine.tasks._spans import in_units, span_in_units
from engine.tasks.base import Judged, State
from engine.wording import CURRENCIES, MANY, amount, count, number, of_hundred

if TYPE_CHECKING:
    from engine.tasks.regression import Regression

AGAINST = "always guessing the middle value"
WIDE = 0.93


@dataclass(frozen=True)
class _Case(Case):
    """The unseen rows in arrays: truth and each contender's answers, in the user's unit."""

    name: str
    answers: Array
    span: tuple[Array, Array] | None
    baseline: Array
    linear: Array | None

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
        return compare(difference(mean(np.abs(other - self.y)), mean(np.abs(self.off))), self.sampling)


def write(task: "Regression", judged: Judged, state: State) -> Report:
    """Headline, comparison, charts and worst mistakes from the rows the model never saw."""
    case = _case(task, judged, state)
    model, baseline = (task.scores(outputs, judged.y, state, groups=judged.groups) for outputs in (judged.outputs, judged.baseline))
    linear = None if judged.linear is None else task.scores(judged.linear, judged.y, state, groups=judged.groups)
    measures = [reports.measure(about, model, baseline, linear) for about in _definitions(case.unit)]
    main, formula = measures[0], case.gain(case.linear)
    trivial = verdicts.with_gap(case.gain(case.baseline), main, 0.0, few=verdicts.is_few(case.rows, case.groups))
    verdict = verdicts.verdict(trivial, skill_of_error(main), formula)
    return Report(
        headline=_headline(case, main, trivial),
        detail=verdicts.joined(
            verdicts.settled_by(trivial, case.rows, case.groups), _detail(case, main, formula, verdict in verdicts.UNPROVEN)
        ),
        verdict=verdict,
        main=main,
        panels=[
            case.comparison(measures, f"Always guessing {amount(case.state['median'], case.unit)}"),
            *verdicts.notes(_notes(case, main, model)),
            *_charts(case),
        ],
        rows_test=case.rows,
    )


def _case(task: "Regression", judged: Judged, state: State) -> _Case:
    places = np.flatnonzero(task.known(judged.y, state))

    def of(outputs: Array) -> Array:
        return np.array(np.broadcast_to(in_units(outputs, state), len(judged.y)))[places]

    span = span_in_units(judged.outputs, state)
    return _Case(
        judged=judged,
        state=state,
        name=judged.table.named(judged.target).name,
        places=places,
        y=np.asarray(judged.y, np.float64)[places],
        answers=of(judged.outputs),
        span=None if span is None else (span[0][places], span[1][places]),
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


def _headline(case: _Case, main: Measure, trivial: Comparison | None) -> str:
    if case.rows == 0:
        return "It cannot be judged: no row with a known value was kept unseen."
    score, base = main.model, main.baseline
    has_range = score.low is not None and score.high is not None
    interval = f" (between {number(score.low)} and {number(score.high)})" if has_range else ""
    off = f"Off by {amount(score.value, case.unit)} on average{interval} for {count(case.rows, 'row')} {case.judged.they}."
    middle = amount(case.state["median"], case.unit)
    always = f" Always guessing the middle value, {middle}, would be off by {number(base.value if base else None)}."
    return verdicts.opening(trivial, AGAINST, case.rows, case.groups) + off + always


def _detail(case: _Case, main: Measure, linear: Comparison | None, is_poor: bool) -> str:
    value = main.linear.value if main.linear else None
    sentences = [verdicts.beside_linear(linear, f"is off by {amount(value, case.unit)}", is_poor)]
    if case.span is not None:
        sentences.append(_ranges(case, *case.span))
    return " ".join(sentence for sentence in sentences if sentence)


def _ranges(case: _Case, low: Array, high: Array) -> str:
    widths = high - low
    if case.rows and np.ptp(widths) > 1e-6 * float(np.abs(widths).max()):
        narrow, middle, wide = (amount(float(w), case.unit) for w in np.quantile(widths, [0.1, 0.5, 0.9]))
        return f"Each answer comes with a range of its own, {middle} wide in the middle ({narrow} to {wide}), meant to hold 9 times in 10."
    margin = amount(case.state["margin"], case.unit)
    return f"Each answer comes with a range, {margin} to either side, meant to hold 9 times in 10."


def _notes(case: _Case, main: Measure, model: Scored) -> list[str]:
    explained, skipped = model["r2"].value, len(case.judged.y) - case.rows
    base = main.baseline.value if main.baseline else None
    beyond = int(((case.y < case.state["low"]) | (case.y > case.state["high"])).sum())
    return [
        verdicts.too_good(explained is not None and explained >= 0.99, case.rows, "it explains at least 99 % of the differences"),
        verdicts.few_rows(case.rows),
        verdicts.few_groups(case.judged.group_name, case.groups),
        verdicts.wide(main, 0.1 * base, case.groups) if base else "",
        _held(case),
        f"{count(beyond, 'unseen row')} beyond every training value: there it had nothing to learn from." if beyond else "",
        f"{count(skipped, 'unseen row')} without a value left out." if skipped else "",
    ]


def _held(case: _Case) -> str:
    """How often the promised range held on rows that neither the model nor the range was made from."""
    if case.span is None:
        return "Too few validation rows (fewer than 20) to give a range with each answer."
    if not case.rows:
        return ""
    is_inside = (case.y >= case.span[0] - 1e-9) & (case.y <= case.span[1] + 1e-9)
    hits = int(is_inside.sum())
    often = of_hundred(hits / case.rows) if case.rows >= MANY else f"{hits} of {case.rows}"
    held = f"The true value lay inside the range for {often} unseen rows"
    worth = case.sampling.worth({"held": mean(is_inside)})["held"]
    low, high = case.sampling.share(worth, hits, case.rows) or (0.0, 1.0)
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
        reports.error_histogram(case.off, case.name, case.unit),
        _largest(case, rows),
    ]


def _largest(case: _Case, rows: Array) -> Mistakes:
    order = np.argsort(-np.abs(case.off), kind="stable")[: reports.MOST_MISTAKES]
    answers = [(shown(float(case.answers[i]), case.state), off(float(case.off[i]), case.state)) for i in order]
    told = [(amount(float(case.y[i]), case.unit, 9), *said) for i, said in zip(order, answers, strict=True)]
    worst = [(int(case.places[i]), int(rows[i]), *said) for i, said in zip(order, told, strict=True)]
    note = f"The largest errors among {count(case.rows, 'row')} {case.judged.they}."
    return reports.mistakes(case.judged.table, case.judged.shown, worst, note)


def shown(value: float, state: State) -> str:
    """A value of the target, with its unit and the decimals it is written with."""
    written = f"{value:,.{state['decimals']}f}"
    return f"{state['unit']}{written}" if state["unit"] in CURRENCIES else f"{written} {state['unit']}".strip()


def off(error: float, state: State) -> str:
    """How far off an answer is, and which way."""
    return f"{amount(abs(error), state['unit'])} too {'high' if error > 0 else 'low'}" if error else "exactly right"
