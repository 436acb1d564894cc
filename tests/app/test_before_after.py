"""One column before and after a step: the right columns are paired, and each picture says what it shows."""

import numpy as np
import pandas as pd

from app import before_after
from engine.recipe import Preview

ROWS = 50


def preview(before: dict[str, object], after: dict[str, object], origins: dict[str, str]) -> Preview:
    frames = pd.DataFrame(before), pd.DataFrame(after)
    return Preview(*frames, tuple(origins[name] for name in frames[0]), tuple(origins[name] for name in frames[1]))


def test_a_filled_column_stands_beside_its_note_of_gaps() -> None:
    age = np.arange(ROWS, dtype=float)
    gaps = np.where(age < 5, np.nan, age)
    notes = {"age": age, "bmi": age, "age (was missing)": (age < 5).astype(float)}
    shown = preview({"bmi": age, "age": gaps}, notes, {"age": "c1", "bmi": "c2", "age (was missing)": "c1"})
    assert before_after.most_changed(shown) == "age"
    assert "5 values are missing." in before_after.before(shown, "age").told
    assert before_after.after(shown, "age").told.endswith("And age (was missing).")


def test_a_category_becomes_its_yes_no_columns() -> None:
    ward = ["north"] * 30 + ["south"] * 20
    flags = {"ward = north": [1.0] * 30 + [0.0] * 20, "ward = south": [0.0] * 30 + [1.0] * 20}
    shown = preview({"ward": ward}, flags, {"ward": "c1", **dict.fromkeys(flags, "c1")})
    assert before_after.before(shown, "ward").told == "2 different values."
    view = before_after.after(shown, "ward")
    assert view.told == "2 yes/no columns; each bar is the share of yes."
    assert "60\u202f%" in view.picture and "40\u202f%" in view.picture


def test_columns_of_one_date_are_told_apart() -> None:
    days = np.arange(ROWS, dtype=float)
    names = {"day: days since the first": days, "day: time of year (sine)": np.sin(days)}
    shown = preview(names, names, dict.fromkeys(names, "c1"))
    assert "time of year" not in before_after.after(shown, "day: days since the first").told


def test_a_column_that_is_taken_away_says_so() -> None:
    shown = preview({"a": [1.0] * 3}, {"b": [1.0] * 3}, {"a": "c1", "b": "c2"})
    assert "Nothing is left of it" in before_after.after(shown, "a").picture


def test_few_values_are_counted_and_many_are_binned() -> None:
    many, few = np.arange(ROWS, dtype=float), np.repeat([0.0, 1.0], ROWS // 2)
    shown = preview({"many": many, "few": few}, {}, {"many": "c1", "few": "c2"})
    assert "mw-columns" in before_after.before(shown, "many").picture
    assert "mw-rows" in before_after.before(shown, "few").picture


def test_hostile_values_stay_text() -> None:
    shown = preview({"<b>x</b>": ["<img src=x onerror=alert(1)>"] * 4}, {}, {"<b>x</b>": "c1"})
    assert "<img" not in before_after.before(shown, "<b>x</b>").picture


def test_a_middle_that_is_nothing_but_rounding_is_zero() -> None:
    scaled = np.linspace(-2, 2, ROWS) + 1e-16
    scaled[ROWS // 2 - 1 : ROWS // 2 + 1] = 1.05e-16
    view = before_after.after(preview({"age": scaled}, {"age": scaled}, {"age": "c1"}), "age")
    assert "Half lie below 0." in view.told
