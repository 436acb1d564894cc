"""The learning curve: what it says about twice as many rows, and when it keeps silent."""

from dataclasses import replace

import numpy as np
import pandas as pd

from engine import more_rows, training
from engine.learners.base import Lesson
from engine.tell import Wish
from tests.traps import zoo


class Silent:
    """Told everything, wants nothing."""

    def __call__(self, step: int, values: dict[str, float]) -> Wish | None:
        return None

    def stage(self, words: str, part: float | None = None) -> Wish | None:
        return None

    def facts(self, facts: object) -> None:
        return None


def lesson(rows: int, is_hard: bool) -> Lesson:
    random = np.random.default_rng(0)
    x = random.normal(0, 1, (rows, 6))
    said = np.sin(3 * x[:, 0]) * x[:, 1] + x[:, 2] * x[:, 3] > 0 if is_hard else x[:, 0] + random.normal(0, 1, rows) > 0
    frame = pd.DataFrame(x, columns=list("abcdef")).assign(y=np.where(said, "yes", "no"))
    plan, _, table = zoo.case(zoo.Data(frame))
    return training.prepare(plan, table, Silent()).lesson


def test_where_the_last_doubling_surely_helped_another_would_probably_too() -> None:
    curve = more_rows.panel(lesson(3000, is_hard=True))
    assert curve is not None and "Twice as many rows would probably make it better again, by less than that." in curve.note
    line = curve.lines[0]
    assert line.y[0] < line.y[1] < line.y[3] and all(low < y < high for low, y, high in zip(line.low, line.y, line.high, strict=True))


def test_where_it_surely_brought_little_another_would_too() -> None:
    curve = more_rows.panel(lesson(9000, is_hard=False))
    assert curve is not None and "Twice as many rows would probably change little." in curve.note
    assert "4,000 of the 5,850 rows were used for it" in curve.note


def test_nothing_is_promised_that_the_interval_does_not_bear() -> None:
    curve = more_rows.panel(lesson(300, is_hard=False))
    assert curve is not None and "cannot be told from so few" in curve.note and "probably" not in curve.note


def test_too_few_rows_get_no_curve() -> None:
    assert more_rows.panel(lesson(100, is_hard=False)) is None


def test_groups_are_drawn_whole_and_make_the_range_wider() -> None:
    """Rows near the middle are hard and those far from it easy, so that other groups give another score."""
    given = lesson(900, is_hard=False)
    of, judged_of = (np.digitize(np.abs(part["number"][:, 0]), [0.3, 0.6, 0.9, 1.2]) for part in (given.train, given.validation))
    alone, together = more_rows.panel(given), more_rows.panel(given, of, judged_of)
    assert alone is not None and together is not None
    width = [curve.lines[0].high[-1] - curve.lines[0].low[-1] for curve in (alone, together)]
    assert width[1] > width[0]


def test_weights_count_while_it_learns() -> None:
    given = lesson(600, is_hard=False)
    weights = np.where(given.train_y == 1, 20.0, 0.05).astype(np.float32)
    plain, weighted = more_rows.panel(given), more_rows.panel(replace(given, train_weights=weights))
    assert plain is not None and weighted is not None and plain.lines[0].y != weighted.lines[0].y
