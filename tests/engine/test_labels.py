"""Class labels read as the user wrote them."""

from collections import Counter

import numpy as np
import pytest

from engine import labels


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1"), (-1.0, "-1"), (0.5, "0.5"), (0.1 + 0.2, "0.3"), (-0.0, "0"), (float("nan"), None), (None, None), ("Yes", "Yes")],
)
def test_values_are_written_as_a_person_would(value: object, shown: str | None) -> None:
    assert labels.text(value) == shown


def test_a_column_of_values_becomes_labels_in_place() -> None:
    assert labels.texts(np.array([1.0, np.nan, 2.0, 1.0])).tolist() == ["1", None, "2", "1"]
    assert labels.texts(np.array(["b", None, "a"], object)).tolist() == ["b", None, "a"]
    assert labels.texts(np.array([], float)).tolist() == []


def test_numbers_are_ordered_as_numbers_and_words_by_alphabet() -> None:
    assert labels.ordered(["10", "9", "-1"]) == ["-1", "9", "10"]
    assert labels.ordered(["b", "A", "c"]) == ["A", "b", "c"]
    assert labels.ordered(["nan", "2"]) == ["2", "nan"]


@pytest.mark.parametrize(
    ("counts", "yes"),
    [
        ({"0": 500, "1": 268}, "1"),
        ({"0": 2, "1": 700}, "1"),
        ({"1": 700, "2": 300}, "2"),
        ({"-1": 5, "1": 9}, "1"),
        ({"No": 5174, "Yes": 1869}, "Yes"),
        ({"B": 357, "M": 212}, "M"),
        ({"malignant": 400, "benign": 100}, "malignant"),
        ({"ham": 4827, "spam": 747}, "spam"),
        ({"ok": 10, "scratched": 90}, "scratched"),
        ({"left": 5, "right": 5}, "right"),
    ],
)
def test_the_likely_yes_is_the_value_one_asks_about(counts: dict[str, int], yes: str) -> None:
    assert labels.likely_yes(counts) == yes


def test_the_likely_no_is_zero_or_a_plain_no() -> None:
    assert labels.likely_no(["0", "1", "2", "3", "4"]) == "0"
    assert labels.likely_no(["mild", "none", "severe"]) == "none"
    assert labels.likely_no(["3", "4", "5"]) is None


def test_long_lists_are_shortened() -> None:
    assert labels.listed(["a", "b"]) == "'a', 'b'"
    assert labels.listed([str(i) for i in range(10)], most=2) == "'0', '1' and 8 more"


@pytest.mark.parametrize(
    "y",
    [
        np.array([3.0, 1.0, np.nan, 1.0, 0.5, np.inf, 3.0, 1.0]),
        np.array(["b", None, "a", "b", "c", "a"], object),
        np.array([], np.float64),
        np.array([], object),
    ],
)
def test_labels_are_tallied_in_the_order_they_come(y: np.ndarray) -> None:
    expected = Counter(label for label in labels.texts(y) if label is not None)
    assert list(labels.tallied(y).items()) == list(expected.items())
