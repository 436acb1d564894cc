"""From which chance on a Yes/No model says yes, chosen on validation rows.

Two rules, because two things are promised. Where both answers are common the report says how often the model is right, so the
threshold stays at one half unless another is right more often by more than chance. Where one answer is rare the report says how
many are found and at how many false alarms, so F1 of the rare answer is maximised: it weighs a miss and a false alarm alike and,
unlike balanced accuracy, does not buy one more find with thousands of false alarms. Without known costs neither is "the" right
one; the report shows every other threshold.
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

FEWEST = 5
"""With fewer rare rows than this a threshold cannot be chosen by looking at them."""


def for_being_right(y: Array, chances: Array, prevalence: float) -> tuple[float, str]:
    """One half, or the threshold that is right more often by over two standard errors. Second: why, in words ("" for one half)."""
    yes = y > 0.5
    cuts = np.asarray(_candidates(chances))
    if min(yes.sum(), (~yes).sum()) < FEWEST:
        return _beyond(0.5, prevalence), ""
    kept, turned = np.sort(chances[yes]), np.sort(chances[~yes])
    right = len(kept) - np.searchsorted(kept, cuts) + np.searchsorted(turned, cuts)
    best = cuts[np.lexsort((np.abs(cuts - 0.5), -right))[0]]
    changed = (chances >= best) != (chances >= 0.5)
    gained = int(right.max()) - int(((chances >= 0.5) == yes).sum())
    if gained <= 2 * np.sqrt(changed.sum()):
        return _beyond(0.5, prevalence), ""
    return _beyond(float(best), prevalence), "the choice most often right on the validation rows"


def for_finding(y: Array, chances: Array, prevalence: float) -> tuple[float, str]:
    """The threshold with the best F1 of the rarer answer; with too few of them, as many alarms as there are rare rows on average."""
    is_flipped = prevalence > 0.5
    rare, score = (y <= 0.5, 1 - chances) if is_flipped else (y > 0.5, chances)
    share = min(prevalence, 1 - prevalence)
    if not len(y):
        return _beyond(0.5, prevalence), ""
    if rare.sum() < FEWEST or rare.all():
        cut, why = float(np.quantile(score, 1 - share, method="higher")), "as many alarms as there are rare rows on average"
    else:
        cut, why = _best_f1(rare, score), "the best balance of finds and false alarms (F1) on the validation rows"
    return _beyond(1 - cut if is_flipped else cut, prevalence), why


def for_costs(y: Array, chances: Array, missed: float, alarm: float) -> tuple[float, str]:
    """The threshold at which mistakes have cost the least; with few rows of an answer, the one that is cheapest for honest chances.

    Of equally cheap ones that nearest to alarm / (alarm + missed), which is the best for honest chances (Elkan 2001, theorem 1).
    """
    honest = alarm / (alarm + missed)
    yes = y > 0.5
    if min(yes.sum(), (~yes).sum()) < FEWEST:
        return honest, "the cheapest choice if its chances are honest"
    distinct = np.unique(chances)
    cuts = np.concatenate([[distinct[0] / 2], (distinct[:-1] + distinct[1:]) / 2, [(distinct[-1] + 1) / 2]])
    is_inside = np.searchsorted(distinct, honest)
    cuts[is_inside] = honest  # between the same two chances, so it divides these rows alike
    misses = np.searchsorted(np.sort(chances[yes]), cuts, side="left")
    alarms = (~yes).sum() - np.searchsorted(np.sort(chances[~yes]), cuts, side="left")
    costs = missed * misses + alarm * alarms
    cheapest = cuts[costs <= costs.min() * (1 + 1e-12)]
    return float(cheapest[np.abs(cheapest - honest).argmin()]), "the choice whose mistakes cost the least on the validation rows"


def _best_f1(rare: Array, score: Array) -> float:
    """The middle one of the thresholds whose F1 is within 2 % of the best, so that one row more or less moves it little."""
    cuts = np.asarray(_candidates(score))
    ranked, hits_at = np.sort(score), np.sort(score[rare])
    called = len(score) - np.searchsorted(ranked, cuts, side="left")
    hits = len(hits_at) - np.searchsorted(hits_at, cuts, side="left")
    f1 = 2 * hits / np.maximum(called + rare.sum(), 1)
    near = cuts[f1 >= 0.98 * f1.max()]
    return float(near[(len(near) - 1) // 2])


def _candidates(chances: Array) -> list[float]:
    """Half-way between neighbouring chances, at most 500 of them, ascending; the lowest and highest chance if all are equal."""
    distinct = np.unique(chances)
    if len(distinct) < 2:
        return [float(cut) for cut in distinct]
    if len(distinct) > 501:
        distinct = np.unique(np.quantile(distinct, np.linspace(0, 1, 501)))
    return [float(cut) for cut in (distinct[:-1] + distinct[1:]) / 2]


def _beyond(threshold: float, prevalence: float) -> float:
    """Rounded, and on the far side of the average chance: a row less likely than average is never an alarm for the rarer answer."""
    rounded = float(f"{threshold:.4g}")
    if prevalence < 0.5:
        return max(rounded, min(0.5, 1.02 * prevalence))
    return min(rounded, max(0.5, 1 - 1.02 * (1 - prevalence)))
