"""The judgement of a model with several answers, written in words and panels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine import reports, verdicts
from engine.intervals import Comparison
from engine.panels import Bars, Measure, Panel, Report, Score, Scores
from engine.reports import Definition, Scored
from engine.sampling import compare
from engine.scoring import Array, Statistic, balanced_accuracy, difference, mean
from engine.tasks._case import Case
from engine.tasks._classes import counted, percent, wrong_answers
from engine.tasks._multiclass_scores import every_row, is_lopsided
from engine.tasks.base import Judged, State
from engine.wording import count, of_hundred, of_them, per_cent, rate, share

if TYPE_CHECKING:
    from engine.tasks.multiclass import Multiclass


@dataclass(frozen=True)
class _Case(Case):
    """The unseen rows in arrays: truth (0..classes-1) and each contender's chances (rows, classes)."""

    chances: Array
    baseline: Array
    linear: Array | None

    @property
    def usual(self) -> str:
        """What the trivial answer always says."""
        return self.labels[int(np.argmax(self.state["shares"]))]

    def main(self, chances: Array) -> Statistic:
        said = chances.argmax(axis=1)
        return balanced_accuracy(self.y, said) if is_lopsided(self.state) else mean(said == self.y)


def write(task: "Multiclass", judged: Judged, state: State) -> Report:
    """Headline, comparison, charts and worst mistakes from the rows the model never saw."""
    case = _case(task, judged, state)
    truth = judged.y[case.places]
    model = task.scores(case.chances, truth, state, groups=case.sampling.groups)
    baseline = task.scores(case.baseline, truth, state, groups=case.sampling.groups)
    linear = None if case.linear is None else task.scores(case.linear, truth, state, groups=case.sampling.groups)
    measures = [reports.measure(about, model, baseline, linear) for about in _definitions(list(model))]
    main = measures[0]
    trivial = compare(difference(case.main(case.chances), case.main(case.baseline)), case.sampling) if case.rows else None
    trivial = verdicts.with_gap(trivial, main, 100.0, 100.0, verdicts.is_few(case.rows, case.groups))
    formula = None
    if case.linear is not None and case.rows:
        formula = compare(difference(case.main(case.chances), case.main(case.linear)), case.sampling)
    verdict = verdicts.verdict(trivial, _skill(main), formula)
    return Report(
        headline=_headline(case, main, trivial),
        detail=verdicts.joined(
            verdicts.settled_by(trivial, case.rows, case.groups), _detail(case, main, formula, verdict in verdicts.UNPROVEN)
        ),
        verdict=verdict,
        main=main,
        panels=[
            case.comparison(measures, f"Always saying '{case.usual}'"),
            *verdicts.notes([*_notes(case, main, model), counted(task.rare)]),
            *_charts(case),
        ],
        rows_test=case.rows,
    )


def _case(task: "Multiclass", judged: Judged, state: State) -> _Case:
    places = np.flatnonzero(task.known(judged.y, state))

    def of(outputs: Array) -> Array:
        return np.asarray(every_row(outputs, len(judged.y))[places], np.float64)

    return _Case(
        judged=judged,
        state=state,
        places=places,
        y=task.encode(judged.y[places], state),
        chances=of(judged.outputs),
        baseline=of(judged.baseline),
        linear=None if judged.linear is None else of(judged.linear),
    )


def _definitions(names: list[str]) -> list[Definition]:
    evenly = "Each answer counts equally, however rare (also called balanced accuracy)."
    balance = "The balance of finding each kind and being right about it; 1 is perfect."
    gap = "The gap between how sure it is and how often it is right (calibration error)."
    every = {
        "accuracy": Definition("accuracy", "Right answers", "Of all rows it is judged on (also called accuracy).", "%"),
        "balanced_accuracy": Definition("balanced_accuracy", "Right answers, all kinds counting equally", evenly, "%"),
        "top_3": Definition("top_3", "Right within three guesses", "The truth is among its three likeliest answers (top-3 accuracy).", "%"),
        "macro_f1": Definition("macro_f1", "F1, all kinds counting equally", balance),
        "calibration_error": Definition("calibration_error", "Its percentages are off by", gap, "%", "lower"),
        "log_loss": Definition("log_loss", "Log loss", "Punishes being sure and wrong; 0 is perfect.", "", "lower"),
    }
    return [every[names[0]], *(about for name, about in every.items() if name in names[1:])]


def _skill(main: Measure) -> float | None:
    base, value = main.baseline.value if main.baseline else None, main.model.value
    return None if base is None or value is None or base >= 100 else (value - base) / (100 - base)


def _headline(case: _Case, main: Measure, trivial: Comparison | None) -> str:
    if case.rows == 0:
        return "It cannot be judged: no row with a known answer was kept unseen."
    opening = verdicts.opening(trivial, f"always saying '{case.usual}'", case.rows, case.groups)
    score, base = main.model, (main.baseline.value or 0.0) / 100 if main.baseline else 0.0
    low, high = (score.low or 0.0) / 100, 1.0 if score.high is None else score.high / 100
    always = f"Always saying '{case.usual}' would"
    if is_lopsided(case.state):
        often = f"Right for {share((score.value or 0) / 100, low, high, f'rows {case.judged.they}, each kind counting equally')}."
        return f"{opening}{often} {always} reach {of_hundred(base)}."
    right = int((case.chances.argmax(axis=1) == case.y).sum())
    usual = of_them(round(base * case.rows), case.rows)
    often = rate(right, case.rows, (low, high), "groups" if case.groups else "rows", case.judged.they)
    return f"{opening}Right for {often}. {always} be right for {usual}."


def _detail(case: _Case, main: Measure, linear: Comparison | None, is_poor: bool) -> str:
    if main.linear is None or not case.rows:
        return ""
    value = (main.linear.value or 0.0) / 100
    evenly = f"is right for {per_cent(value)}, each kind counting equally"
    said = evenly if is_lopsided(case.state) else f"is right for {of_them(round(value * case.rows), case.rows)}"
    return verdicts.beside_linear(linear, said, is_poor)


def _notes(case: _Case, main: Measure, model: Scored) -> list[str]:
    each = np.bincount(case.y, minlength=len(case.labels))
    few = [f"'{case.labels[i]}' ({each[i] or 'none'})" for i in np.argsort(each, kind="stable") if each[i] < 10]
    more = f" and {len(few) - 5} more" if len(few) > 5 else ""
    accuracy, skipped = model["accuracy"].value or 0.0, len(case.judged.y) - case.rows
    sure = case.chances[np.arange(case.rows), case.chances.argmax(axis=1)]
    return [
        verdicts.too_good(accuracy >= 99 and not is_lopsided(case.state), case.rows, "it is right for at least 99 of 100 rows"),
        verdicts.few_rows(case.rows),
        verdicts.few_groups(case.judged.group_name, case.groups),
        f"Few unseen rows of {', '.join(few[:5])}{more}: how well it knows them is rough." if few and case.rows else "",
        verdicts.wide(main, groups=case.groups),
        verdicts.miscalibrated((case.chances.argmax(axis=1) == case.y).astype(float), sure),
        f"{count(skipped, 'unseen row')} with an answer that no training row has, or none, left out." if skipped else "",
    ]


def _charts(case: _Case) -> list[Panel]:
    if case.rows == 0:
        return []
    said = case.chances.argmax(axis=1)
    sure = case.chances[np.arange(case.rows), said]
    return [
        reports.confusion(case.y, said, case.labels),
        _found(case, said),
        _each(case, said),
        reports.calibration((said == case.y).astype(float), sure, "being right"),
        wrong_answers(case.judged, case.places, case.y, said, case.chances, case.labels),
    ]


def _found(case: _Case, said: Array) -> Bars:
    """How many of each kind are recognised, the worst first."""
    each = np.bincount(case.y, minlength=len(case.labels))
    hits = np.bincount(case.y[said == case.y], minlength=len(case.labels))
    shares = 100 * hits / np.maximum(each, 1)
    order = sorted(np.flatnonzero(each), key=lambda i: (shares[i], -each[i]))[: reports.MOST_CLASSES]
    return Bars(
        title="Which kinds does it recognise?",
        x_label="",
        y_label="Found, % of the rows of that kind",
        names=[case.labels[i] for i in order],
        values=[float(shares[i]) for i in order],
        note=_mixed_up(case, said),
    )


def _mixed_up(case: _Case, said: Array) -> str:
    wrong = said != case.y
    if not wrong.any():
        return ""
    pairs, many = np.unique(np.stack([case.y[wrong], said[wrong]]), axis=1, return_counts=True)
    truth, answer = pairs[:, int(many.argmax())]
    there = int((case.y == truth).sum())
    return f"Most often: '{case.labels[truth]}' taken for '{case.labels[answer]}', {int(many.max())} of {count(there, 'row')}."


def _each(case: _Case, said: Array) -> Scores:
    """Found and true, kind by kind: at most 50, the rarest last."""
    each = np.bincount(case.y, minlength=len(case.labels))
    order = [int(i) for i in np.argsort(-each, kind="stable") if each[i]][: reports.MOST_CLASSES]
    formula = None if case.linear is None else case.linear.argmax(axis=1)
    worth = case.sampling.worth({"right": mean(said == case.y)})["right"]
    return Scores(
        title="Kind by kind",
        measures=[_one(case, i, said, formula, worth) for i in order],
        baseline_name=f"Always saying '{case.usual}'",
        note="How many rows of each kind it recognises (also called recall).",
    )


def _one(case: _Case, i: int, said: Array, formula: Array | None, worth: float) -> Measure:
    it, called = case.y == i, said == i
    true = int((it & called).sum())
    about = f"{count(int(it.sum()), 'row')}; it said so {called.sum():,} times and was right {true:,} times."

    def found(answers: Array) -> Score:
        hits = int((answers[it] == i).sum())
        return percent(hits / it.sum(), case.sampling.share(worth, hits, int(it.sum())))

    return Measure(
        name=f"recall_{i}",
        label=case.labels[i],
        help=about,
        unit="%",
        model=found(said),
        baseline=found(case.baseline.argmax(axis=1)),
        linear=None if formula is None else found(formula),
    )
