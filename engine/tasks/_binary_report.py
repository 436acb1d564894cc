"""The judgement of a Yes/No model, written in words and panels."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine import reports, verdicts
from engine.intervals import FEWEST_ROWS, Comparison
from engine.panels import Measure, Panel, Report, Score, Verdict
from engine.reports import Definition, Scored
from engine.sampling import compare
from engine.scoring import Array, Statistic, difference, mean, roc_auc
from engine.tasks._binary_scores import answers, both, chances_of_yes, costs_of, is_imbalanced, sought
from engine.tasks._case import Case
from engine.tasks._classes import counted, wrong_answers
from engine.tasks.base import Judged, State
from engine.wording import count, number, of_hundred, of_them, rate, share

if TYPE_CHECKING:
    from engine.tasks.binary import Binary


@dataclass(frozen=True)
class _Case(Case):
    """The unseen rows in arrays: truth (0 or 1), chances of yes of each contender, and what each answers."""

    name: str
    chances: Array
    baseline: Array
    linear: Array | None
    want: int
    is_imbalanced: bool

    @property
    def usual(self) -> str:
        """What the trivial answer always says."""
        return str(self.state["labels"][1 if self.state["prevalence"] >= 0.5 else 0])

    def said(self, chances: Array) -> Array:
        return answers(chances, self.state)

    def right(self, chances: Array) -> Statistic:
        return mean(self.said(chances) == self.y)


def write(task: "Binary", judged: Judged, state: State) -> Report:
    """Headline, comparison, charts and worst mistakes from the rows the model never saw."""
    case = _case(task, judged, state)
    model, baseline, linear = (
        None if outputs is None else task.scores(outputs[:, None], judged.y[case.places], state, groups=case.sampling.groups)
        for outputs in (case.chances, case.baseline, case.linear)
    )
    assert model is not None
    measures = [reports.measure(about, model, baseline, linear) for about in _definitions(case, list(model))]
    main = measures[0]
    ranking = _ranking(case, model["auc"].value)
    best = 1.0 if case.is_imbalanced else 100.0
    few = verdicts.is_few(case.rows, case.groups)
    trivial = verdicts.with_gap(_beside_guessing(case, model["auc"].value), main, best, best, few)
    formula = _beside_linear(case)
    verdict = _verdict(case, main, trivial, ranking, formula)
    detail = _detail(case, linear, formula, verdict in verdicts.UNPROVEN)
    settled = verdicts.settled_by(trivial, case.rows, case.groups) if verdict == "unclear" else ""
    return Report(
        headline=_headline(case, main, model, trivial, ranking),
        detail=verdicts.joined(settled, detail),
        verdict=verdict,
        main=main,
        panels=[
            case.comparison(measures, f"Always saying '{case.usual}'"),
            *verdicts.notes([*_notes(case, main, model), counted(task.rare)]),
            *_charts(case),
        ],
        rows_test=case.rows,
    )


def _case(task: "Binary", judged: Judged, state: State) -> _Case:
    places = np.flatnonzero(task.known(judged.y, state))

    def of(outputs: Array) -> Array:
        return np.asarray(chances_of_yes(outputs, len(judged.y)).astype(np.float64)[places])

    return _Case(
        judged=judged,
        state=state,
        name=judged.table.named(judged.target).name,
        places=places,
        y=task.encode(judged.y[places], state).astype(int),
        chances=of(judged.outputs),
        baseline=of(judged.baseline),
        linear=None if judged.linear is None else of(judged.linear),
        want=sought(state),
        is_imbalanced=is_imbalanced(state),
    )


def _definitions(case: _Case, names: list[str]) -> list[Definition]:
    it = case.state["labels"][case.want]
    ranking = "Given one row of each kind, how often the right one gets the higher chance: 1 is always, 0.5 is guessing."
    evenly = "Also called balanced accuracy. Guessing gives 50 %."
    gap = "The gap between the chances it says and what comes (calibration error)."
    every = [
        Definition("accuracy", "Right answers", "Of all rows it is judged on (also called accuracy).", "%"),
        Definition("auc", "Ranking (ROC AUC)", ranking),
        Definition("recall", f"Found of all '{it}'", "Also called recall or sensitivity.", "%"),
        Definition("precision", f"True of the rows it calls '{it}'", "Also called precision.", "%"),
        Definition("balanced_accuracy", "Right answers, both kinds counting equally", evenly, "%"),
        Definition("f1", f"F1 of '{it}'", "The balance of finding them and being right about them; 1 is perfect."),
        Definition("average_precision", f"Average precision of '{it}'", "The share of true alarms over all thresholds; 1 is perfect."),
        Definition("calibration_error", "Its percentages are off by", gap, "%", "lower"),
        Definition("brier", "Brier score", "The squared distance of its chances from what came; 0 is perfect.", "", "lower"),
        Definition("log_loss", "Log loss", "Punishes being sure and wrong; 0 is perfect.", "", "lower"),
    ]
    if "costs" in case.state:
        dear = "What its missed cases and false alarms cost together, in your unit."
        every.insert(1, Definition("cost", "Mistakes cost, per 100 cases", dear, "", "lower"))
    return sorted(every, key=lambda about: about.name != names[0])


def _beside_guessing(case: _Case, auc: float | None) -> Comparison | None:
    """The main measure against the trivial answer: the ranking where one answer is rare, else the right answers, paired by row.

    A ranking that is surely better than guessing rules out luck, so then being right more often need not be as sure by itself.
    """
    if case.is_imbalanced:
        return _ranking(case, auc)
    found = compare(difference(case.right(case.chances), case.right(case.baseline)), case.sampling)
    ranking = _ranking(case, auc)
    is_sure = found is not None and ranking is not None and found.is_better and ranking.is_sure
    return replace(found, is_sure=True) if found is not None and is_sure else found


def _ranking(case: _Case, auc: float | None) -> Comparison | None:
    """The ranking against guessing, which is one half by definition."""
    there = int(case.y.sum())
    if auc is None or case.rows < FEWEST_ROWS:
        return None
    sampling = case.sampling
    worth = sampling.worth({"auc": roc_auc(case.y, case.chances)})["auc"]
    ends, surely = (sampling.ranking(worth, auc, there, case.rows - there, sure) for sure in (False, True))
    return Comparison(auc - 0.5, ends[0] - 0.5, ends[1] - 0.5, surely[0] > 0.5) if ends and surely else None


def _beside_linear(case: _Case) -> Comparison | None:
    if case.linear is None or case.rows == 0:
        return None
    of = (lambda chances: roc_auc(case.y, chances)) if case.is_imbalanced else case.right
    return compare(difference(of(case.chances), of(case.linear)), case.sampling)


def _verdict(case: _Case, main: Measure, trivial: Comparison | None, ranking: Comparison | None, linear: Comparison | None) -> Verdict:
    """A model that ranks well but is not more often right than the trivial answer is fair, not poor: see the headline."""
    if not case.is_imbalanced and _only_ranks(trivial, ranking):
        return "fair"
    base, value = main.baseline.value if main.baseline else None, main.model.value
    best = 1.0 if case.is_imbalanced else 100.0
    skill = None if base is None or value is None or base >= best else (value - base) / (best - base)
    return verdicts.verdict(trivial, skill, linear)


def _only_ranks(trivial: Comparison | None, ranking: Comparison | None) -> bool:
    return trivial is not None and not trivial.is_sure and ranking is not None and ranking.is_sure


def _headline(case: _Case, main: Measure, model: Scored, trivial: Comparison | None, ranking: Comparison | None) -> str:
    against = f"always saying '{case.usual}'"
    if case.rows == 0:
        return "It cannot be judged: no row with a known answer was kept unseen."
    if case.is_imbalanced:
        return verdicts.opening(trivial, against, case.rows, case.groups) + _finds(case) + _ranks(case, model["auc"])
    right, usual = (int((case.said(chances) == case.y).sum()) for chances in (case.chances, case.baseline))
    score = main.model
    low, high = (score.low or 0) / 100, (100 if score.high is None else score.high) / 100
    often = f"Right for {rate(right, case.rows, (low, high), 'groups' if case.groups else 'rows', case.judged.they)}."
    base = f" Always saying '{case.usual}' would be right for {of_them(usual, case.rows)}."
    if _only_ranks(trivial, ranking) and trivial is not None and not trivial.is_better:
        far = verdicts.as_far_as(trivial, case.rows, case.groups)
        start = f"No better than {against} when it has to decide{far}, but it does tell the two apart. "
        return start + often + base + _ranks(case, model["auc"])
    return verdicts.opening(trivial, against, case.rows, case.groups) + often + base


def _finds(case: _Case) -> str:
    it, called = case.y == case.want, case.said(case.chances) == case.want
    label, hits, alarms = case.state["labels"][case.want], int((it & called).sum()), int((~it & called).sum())
    if not it.any():
        return f"None of the {count(case.rows, 'unseen row')} has {case.name} '{label}', so finding them cannot be judged."
    many = f"{hits:,} of the {count(int(it.sum()), 'row')} {case.judged.they} where {case.name} is '{label}'"
    return f"Finds {many}, with {count(alarms, 'false alarm')}."


def _ranks(case: _Case, auc: Score) -> str:
    if auc.value is None or not case.sampling.is_known:
        return ""
    if auc.low is None or auc.high is None:
        return " It gives every row the same chance."
    pairs = share(auc.value, auc.low, auc.high, "pairs")
    return f" Given one row of each kind, it gives the right one the higher chance in {pairs}; guessing would in 50."


def _detail(case: _Case, linear: Scored | None, formula: Comparison | None, is_poor: bool) -> str:
    sentences = []
    if linear is not None and case.rows:
        score = linear["auc" if case.is_imbalanced else "accuracy"].value or 0.0
        often = f"is right for {of_them(round(score / 100 * case.rows), case.rows)}"
        said = f"ranks {of_hundred(score)} pairs right" if case.is_imbalanced else often
        sentences.append(verdicts.beside_linear(formula, said, is_poor))
    sentences.append(_cost(case))
    why = f", {case.state['threshold_why']}" if case.state.get("threshold_why") else ""
    sentences.append(f"It says '{case.state['labels'][1]}' from a chance of {100 * case.state['threshold']:.3g} % on{why}.")
    return " ".join(sentence for sentence in sentences if sentence)


def _cost(case: _Case) -> str:
    """What mistakes cost beside both answers that need no model."""
    if "costs" not in case.state or not case.rows:
        return ""
    missed, alarm = case.state["costs"]
    no, yes = case.state["labels"]
    own = float(costs_of(case.y, case.said(case.chances), missed, alarm).mean())
    never, always = 100 * missed * float(case.y.mean()), 100 * alarm * float(1 - case.y.mean())
    others = f"always saying '{no}' would cost {number(never)}, always saying '{yes}' {number(always)}"
    return f"Its mistakes cost {number(own)} per 100 cases; {others}."


def _notes(case: _Case, main: Measure, model: Scored) -> list[str]:
    auc, rare = model["auc"].value, int(min(case.y.sum(), case.rows - case.y.sum())) if case.rows else 0
    rarer = case.state["labels"][int(case.y.mean() < 0.5)] if case.rows else ""
    skipped = len(case.judged.y) - case.rows
    return [
        verdicts.too_good(auc is not None and auc >= 0.99, case.rows, "it ranks at least 99 of 100 pairs right"),
        verdicts.few_rows(case.rows),
        verdicts.few_groups(case.judged.group_name, case.groups),
        f"Only {count(rare, 'unseen row')} with '{rarer}': how well it finds them is rough." if 0 < rare < 10 else "",
        f"No unseen row has '{rarer}', so telling the two apart cannot be judged." if case.rows and not rare else "",
        verdicts.wide(main, 0.1 if case.is_imbalanced else verdicts.WIDE_POINTS, case.groups),
        verdicts.miscalibrated(case.y.astype(float), case.chances),
        f"{count(skipped, 'unseen row')} without one of the two answers left out." if skipped else "",
    ]


def _charts(case: _Case) -> list[Panel]:
    if case.rows == 0:
        return []
    no, yes = case.state["labels"]
    said, it = case.said(case.chances), case.y == case.want
    also = None if case.linear is None else ("a simple formula", case.linear)
    turned = None if also is None else (also[0], also[1] if case.want else 1 - also[1])
    panels: list[Panel] = [
        reports.confusion(case.y, said, [no, yes]),
        reports.thresholds(case.y, case.chances, case.state["threshold"], yes, no),
    ]
    if 0 < it.sum() < case.rows:
        found = case.chances if case.want else 1 - case.chances
        panels.append(reports.roc(case.y, case.chances, said == 1, yes, also))
        panels.append(reports.precision_recall(it.astype(int), found, said == case.want, case.state["labels"][case.want], turned))
    panels.append(reports.calibration(case.y.astype(float), case.chances, f"'{yes}'"))
    panels.append(wrong_answers(case.judged, case.places, case.y, said, both(case.chances), [no, yes]))
    return panels
