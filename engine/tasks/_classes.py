"""What the class tasks share: scikit-learn's side of them, scores, and the worst mistakes among labelled answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine import reports
from engine.panels import Mistakes, Score
from engine.tasks.base import Answer, Array, Judged
from engine.wording import count

RARE = {"as_is": "As they are", "balanced": "As much as common ones"}
MOST_TIMES = 100.0
"""No row counts more than so many others: a handful of rows would otherwise be all that is learned."""


def balanced(shares: Sequence[float]) -> tuple[float, ...]:
    """How much a row of each class must count for all classes to count alike, with mean 1 over the rows that have these shares."""
    most = max(shares)
    times = [min(most / share, MOST_TIMES) if share > 0 else 1.0 for share in shares]
    return normed(shares, times)


def counted(rare: str) -> str:
    """What a report says of rows that did not all count alike while it learned."""
    if rare == "as_is":
        return ""
    how = "as much as common ones" if rare == "balanced" else "by what mistakes cost"
    return f"While it learned, rare answers counted {how}; its chances are corrected for it, so they still say how often something comes."


def normed(shares: Sequence[float], times: Sequence[float]) -> tuple[float, ...]:
    """The same proportions with mean 1 over rows that have these shares."""
    mean = sum(share * time for share, time in zip(shares, times, strict=True)) or 1.0
    return tuple(time / mean for time in times)


def of_rows(counting: Sequence[float] | None, y: Array) -> Array | None:
    """(rows,) how much each row of these encoded classes counts."""
    return None if counting is None else np.asarray(counting, np.float32)[np.asarray(y).astype(np.int64)]


def shares_of(y: Array, classes: int) -> Array:
    """(1, classes) float32: the share of each class among encoded targets, the trivial answer to every row."""
    counts = np.bincount(np.asarray(y, np.int64), minlength=classes)
    return np.asarray(counts / max(1, counts.sum()), np.float32)[None, :]


def linear_classifier() -> Any:
    """Logistic regression on imputed and standardised numbers."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), LogisticRegression(max_iter=150, tol=1e-3))


def class_chances(estimator: Any, x: Array, classes: int) -> Array:
    """(rows, classes) chances of a fitted classifier; 0 for a class it never saw."""
    given = np.asarray(estimator.predict_proba(x))
    chances = np.zeros((len(given), classes), np.float32)
    chances[:, np.asarray(estimator.classes_, np.int64)] = given
    return chances


def wrong_answers(judged: Judged, places: Array, truth: Array, said: Array, chances: Array, names: Sequence[str]) -> Mistakes:
    """The surest wrong answers first. `places` are positions in the judged rows; `chances` are (rows, classes)."""
    wrong = np.flatnonzero(truth != said)
    order = wrong[np.argsort(-chances[wrong, said[wrong]], kind="stable")]
    worst = [
        (int(places[i]), int(judged.rows[places[i]]), names[truth[i]], names[said[i]], _detail(chances[i], truth[i], said[i], names))
        for i in order[: reports.MOST_MISTAKES]
    ]
    return reports.mistakes(judged.table, judged.shown, worst, _note(len(wrong), len(truth), judged.they))


def labelled(answers: pd.DataFrame, y: Array, names: Sequence[str]) -> list[Answer]:
    """Decoded answers beside the true labels."""
    pairs = zip(answers["prediction"], answers["how sure"], np.asarray(y).astype(int), strict=True)
    return [
        Answer(truth=names[k], said=said, note=f"{_whole(100 * sure)} % sure", is_right=said == names[k], part=float(sure))
        for said, sure, k in pairs
    ]


def interval_score(point: float | None, interval: tuple[float, float] | None) -> Score:
    """A score with its interval; both None where the measure is not defined."""
    if point is None or interval is None:
        return Score(value=point)
    return Score(value=point, low=min(interval[0], point), high=max(interval[1], point))


def percent(point: float | None, interval: tuple[float, float] | None) -> Score:
    """The same for a share, in percent."""
    score = interval_score(point, interval)
    return Score(**{name: None if part is None else 100 * part for name, part in score})


def _detail(chances: Array, truth: int, said: int, names: Sequence[str]) -> str:
    sure, given = 100 * float(chances[said]), 100 * float(chances[truth])
    return f"{_whole(sure)} % sure of '{names[said]}', gave '{names[truth]}' {_whole(given)} %"


def _whole(value: float) -> str:
    """Whole percent, with decimals only near 0 and 100, so that "100 % sure" means it."""
    value = min(max(value, 0.01), 99.99) if 0 < value < 100 else value
    return f"{value:.0f}" if 1 <= value <= 99 else f"{value:.2f}".rstrip("0").rstrip(".")


def _note(wrong: int, rows: int, they: str) -> str:
    if not wrong:
        return f"It made no mistake on the {count(rows, 'row')} {they}."
    listed = f" The {reports.MOST_MISTAKES} it was surest about are listed." if wrong > reports.MOST_MISTAKES else " The surest come first."
    return f"Wrong for {wrong:,} of {count(rows, 'row')} {they}.{listed}"


def tempered(chances: Array, power: float) -> Array:
    """(rows, classes) each row's chances to that power, brought to sum 1 again."""
    if power == 1:
        return chances
    sharpened: Array = np.clip(chances, 1e-12, 1.0) ** power
    return np.asarray(sharpened / sharpened.sum(axis=1, keepdims=True))
