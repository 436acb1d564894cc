"""Numbers in words never claim more than they know."""

import pytest

from engine import wording


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (35162.0, "35,200"),
        (4.1, "4.1"),
        (0.03684, "0.0368"),
        (0.0, "0"),
        (-12.345, "-12.3"),
        (100.0, "100"),
        (9.999, "10"),
        (1e-9, "1e-09"),
        (None, "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_numbers_have_three_significant_digits(value: float | None, shown: str) -> None:
    assert wording.number(value) == shown


def test_amounts_carry_their_unit_when_there_is_one() -> None:
    assert wording.amount(4.126, "MPa") == "4.13 MPa"
    assert wording.amount(94.0, "%") == "94 %"
    assert wording.amount(-35162.0, "$") == "-$35,200"
    assert wording.amount(4.126) == "4.13"


def test_counts_know_the_singular() -> None:
    assert (wording.count(1, "row"), wording.count(2300, "row")) == ("1 row", "2,300 rows")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.94, "94 of 100"), (0.9962, "996 of 1,000"), (0.9999, "999 of 1,000"), (1.0, "100 of 100"), (0.0001, "1 of 1,000")],
)
def test_a_share_near_perfect_is_never_rounded_to_perfect(share: float, said: str) -> None:
    assert wording.of_hundred(share) == said


def test_a_rate_on_many_rows_is_out_of_a_hundred() -> None:
    assert wording.rate(940, 1000, (0.923, 0.953)) == "94 of 100 rows it never saw (between 92 and 95)"
    assert wording.of_them(740, 1000) == "74 of 100"


def test_a_rate_on_few_rows_is_told_as_it_was_counted() -> None:
    assert wording.rate(113, 114, (0.952, 0.998)) == "113 of the 114 rows it never saw (99 %; with other rows between 95 and 99.8 %)"
    assert wording.of_them(67, 114) == "67 of them (59 %)"
    assert wording.rate(17, 20, (0.64, 0.948)) == "17 of the 20 rows it never saw (85 %; with other rows between 64 and 95 %)"


def test_all_rows_right_is_said_so_with_what_it_means() -> None:
    assert wording.rate(114, 114, (0.967, 1.0)) == "all 114 rows it never saw (with other rows between 97 and 100 %)"


def test_a_title_inside_a_sentence_is_small_unless_it_is_a_name() -> None:
    assert [wording.within(title) for title in ("Neural network", "LightGBM trees")] == ["neural network", "LightGBM trees"]


def test_one_point_is_no_points() -> None:
    assert (wording.amount(1.0, "points"), wording.amount(2.0, "points"), wording.amount(1.0, "steps")) == ("1 point", "2 points", "1 step")
