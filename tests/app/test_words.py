"""Numbers in words: three digits that matter, the unit always, and no false round numbers."""

from datetime import UTC, datetime

import pytest

from app import words

T = words.THIN


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.123456, "", "0.123"),
        (12.3456, "", "12.3"),
        (1234.56, "", "1,230"),
        (1234567, "", "1,230,000"),
        (0.00012345, "", "0.000123"),
        (0.0000012, "", "1.20e-06"),
        (-3.14159, "", "-3.14"),
        (35214.0, "$", "$35,200"),
        (-1.5, "€", "-€1.5"),
        (5.0, "kg", f"5{T}kg"),
        (999.6, "", "1,000"),
        (0, "%", f"0{T}%"),
        (None, "kg", "–"),
        (float("nan"), "", "–"),
        (float("inf"), "", "–"),
    ],
)
def test_a_measure_has_three_digits_that_matter(value: float | None, unit: str, said: str) -> None:
    assert words.measure(value, unit) == said


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (0, f"0{T}%"),
        (1, f"100{T}%"),
        (0.0004, f"<{T}0.1{T}%"),
        (0.9999, f">{T}99.9{T}%"),
        (0.034, f"3.4{T}%"),
        (0.345, f"34{T}%"),
        (0.995, f"99.5{T}%"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(part: float, said: str) -> None:
    assert words.share(part) == said


@pytest.mark.parametrize(("n", "said"), [(23, f"23{T}bytes"), (23_940, f"23.9{T}kB"), (200_000_000, f"200{T}MB"), (5e12, f"5{T}TB")])
def test_a_size_has_its_unit(n: float, said: str) -> None:
    assert words.size(n) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "under a second"),
        (8.4, f"8{T}s"),
        (125, f"2{T}min"),
        (4800, f"80{T}min"),
        (5400, f"1{T}h 30{T}min"),
        (7200, f"2{T}h"),
        (None, "–"),
    ],
)
def test_a_duration_is_about_right(seconds: float | None, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("2026-05-04T12:00:00+00:00", "just now"),
        ("2026-05-04T11:59:00+00:00", "1 minute ago"),
        ("2026-05-04T09:00:00", "3 hours ago"),
        ("2026-05-01T11:00:00+00:00", "3 days ago"),
        ("2026-03-09T11:00:00+00:00", "on 9 March 2026"),
    ],
)
def test_a_moment_is_told_as_distance(then: str, said: str) -> None:
    assert words.ago(then, datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC)) == said


def test_a_long_list_ends_in_how_many_more() -> None:
    assert words.listing(["a"]) == "a"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.listing(list("abcdef"), "or") == "a, b, c or 3 more"
    assert words.listing([]) == ""
