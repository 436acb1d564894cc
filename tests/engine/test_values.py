"""Which type a column of text is given, how its values are read, and what is told about it."""

import numpy as np
import pandas as pd
import pytest

from engine import values
from engine.columns import Column
from engine.errors import EngineError
from engine.readers.base import Change


def texts(*cells: str | None) -> "pd.Series[str]":
    return pd.Series(list(cells), dtype="str")


def proposed(*cells: str | None, name: str = "x") -> tuple[Column, str]:
    column, changes = values.propose(texts(*cells), "c0001", name)
    return column, said(changes)


def said(changes: list[Change]) -> str:
    return "\n".join(f"{change.what} {change.count} {' '.join(change.examples)}" for change in changes)


def numbers(column: Column, *cells: str | None) -> list[float]:
    return values.convert(texts(*cells), column)[0].tolist()


def test_plain_numbers_need_no_line_in_the_report() -> None:
    column, report = proposed("1", "2.5", "-3e2", "0")
    assert (column.type, report) == ("number", "")
    assert numbers(column, "1", "2.5", "-3e2") == [1.0, 2.5, -300.0]


def test_zero_and_one_stay_numbers() -> None:
    assert proposed(*"0110100101")[0].type == "number"


@pytest.mark.parametrize("code", ["?", "NA", "N/A", "nan", "None", "-", "#N/A", "NULL"])
def test_codes_for_missing_are_told_and_read_as_missing(code: str) -> None:
    column, report = proposed("1", code, "3", code)
    assert (column.type, column.missing) == ("number", (code,))
    assert f"'{code}' in column 'x' counts as missing. 2 row 2: '{code}' → missing row 4: '{code}' → missing" in report
    assert np.isnan(numbers(column, code)[0])


def test_blanks_are_told_with_their_rows() -> None:
    column, report = proposed("1", " ", "3", "")
    assert column.type == "number"
    assert "Blank cells in column 'x' count as missing. 2 row 2: blank → missing row 4: blank → missing" in report


def test_a_few_words_among_numbers_are_listed_and_missing() -> None:
    column, report = proposed(*map(str, range(40)), "abc", name="age")
    assert column.type == "number"
    assert "Values in column 'age' that are no numbers count as missing. 1 row 41: 'abc'" in report


def test_many_words_among_numbers_keep_the_text() -> None:
    column, _ = proposed(*map(str, range(20)), "low", "low", "high")
    assert column.type in ("category", "text")


def test_infinite_numbers_are_missing_and_told() -> None:
    column, report = proposed(*map(str, range(40)), "inf")
    assert "1 row 41: 'inf'" in report
    assert np.isnan(numbers(column, "inf")[0])


@pytest.mark.parametrize(
    ("cells", "marks", "first"),
    [
        (("1,5", "2,75"), (",", ""), 1.5),
        (("1,234.5", "2,000"), (".", ","), 1234.5),
        (("1.234,5", "12.000"), (",", "."), 1234.5),
        (("1 234,5", "7,25"), (",", " "), 1234.5),
        (("1\u00a0234,5", "7,25"), (",", " "), 1234.5),
        (("1'234.5", "12"), (".", "'"), 1234.5),
        (("\u22125.5", "3"), (".", ""), -5.5),
        (("\uff11\uff12", "3"), (".", ""), 12.0),
    ],
)
def test_marks_in_numbers_are_found(cells: tuple[str, ...], marks: tuple[str, str], first: float) -> None:
    column, _ = proposed(*cells)
    assert (column.type, column.decimal, column.thousands) == ("number", *marks)
    assert numbers(column, *cells)[0] == first


def test_a_comma_that_could_mean_either_is_read_as_thousands_and_told() -> None:
    column, report = proposed("1,234", "5,678")
    assert numbers(column, "1,234") == [1234.0]
    assert "They could also be meant the other way" in report


def test_a_comma_after_zero_is_a_decimal_mark() -> None:
    assert numbers(proposed("0,123", "1,234")[0], "1,234") == [1.234]


@pytest.mark.parametrize(
    ("cells", "unit", "first"), [(("$1,200.50", "$7"), "$", 1200.5), (("10%", "7.5 %"), "%", 10.0), (("5 mg", "7.5 mg"), "mg", 5.0)]
)
def test_one_unit_around_all_numbers_is_taken_off_and_told(cells: tuple[str, ...], unit: str, first: float) -> None:
    column, report = proposed(*cells)
    assert (column.type, column.unit) == ("number", unit)
    assert numbers(column, *cells)[0] == first
    assert f"'{unit}' around the numbers" in report


def test_codes_with_a_letter_are_no_numbers_with_a_unit() -> None:
    assert proposed(*["A11", "A12", "A13"] * 10)[0].type == "category"


def test_different_units_stay_text() -> None:
    assert proposed("5 mg", "7 kg", "5 mg")[0].type == "category"


def test_leading_zeros_are_kept_and_told() -> None:
    column, report = proposed("01234", "00456", "10115")
    assert column.type == "category"
    assert "whole numbers with leading zeros: codes rather than amounts" in report
    assert values.convert(texts("01234"), column)[0].tolist() == ["01234"]


def test_numbers_too_long_to_be_exact_stay_text() -> None:
    column, report = proposed(*(str(9007199254740993 + i) for i in range(30)))
    assert column.type == "text"
    assert "too long to be exact" in report


def test_na_is_a_country_among_countries() -> None:
    column, _ = proposed(*["DE", "NA", "US", "FR"] * 5)
    assert column.missing == ()
    assert proposed(*["red", "NA", "blue"] * 5)[0].missing == ("NA",)


def test_none_can_be_a_category() -> None:
    column, _ = proposed(*["None", "Brick", "Stone"] * 5)
    assert (column.type, column.missing) == ("category", ())


def test_blanks_around_categories_are_taken_off_and_told() -> None:
    column, report = proposed(*[" yes", "yes", "no "] * 5)
    assert values.convert(texts(" yes", "no "), column)[0].tolist() == ["yes", "no"]
    assert "Blanks before or after values in column 'x' were taken away. 10" in report


def test_long_or_unrepeated_words_are_free_text() -> None:
    assert proposed(*(f"message number {i} says hello" for i in range(40)))[0].type == "text"
    assert proposed(*["a long story " * 10, "another long story " * 10] * 20)[0].type == "text"


def test_nothing_but_blanks_is_free_text_without_an_error() -> None:
    column, report = proposed("", None, " ")
    assert column.type == "text"
    assert "count as missing. 3" in report


@pytest.mark.parametrize(
    ("cells", "pattern", "first"),
    [
        (("2016-07-01 00:00:00", "2016-07-02 12:30:00"), "", "2016-07-01"),
        (("1949-01", "1949-02"), "", "1949-01-01"),
        (("04/01/2016 0:00", "13/01/2016 0:05"), "%d/%m/%Y %H:%M", "2016-01-04"),
        (("01/04/2016", "01/13/2016"), "%m/%d/%Y", "2016-01-04"),
        (("31.12.99", "01.02.99"), "%d.%m.%y", "1999-12-31"),
        (("1 Jan 2020", "28 Feb 2020"), "%d %b %Y", "2020-01-01"),
        (("01/31/2020 3:15 PM", "02/01/2020 4:00 AM"), "%m/%d/%Y %I:%M %p", "2020-01-31 15:15"),
    ],
)
def test_dates_are_recognised(cells: tuple[str, ...], pattern: str, first: str) -> None:
    column, _ = proposed(*cells)
    assert (column.type, column.date_format) == ("date", pattern)
    read = values.convert(texts(*cells), column)[0]
    assert read.dtype == "datetime64[ns]"
    assert read[0] == pd.Timestamp(first)


def test_the_chosen_order_of_day_and_month_is_told() -> None:
    _, report = proposed("04/01/2016", "13/01/2016", name="when")
    assert "Dates in column 'when' were read as day/month/year." in report


def test_even_steps_decide_between_day_and_month() -> None:
    cells = [f"{month:02d}/01/2020" for month in range(1, 13)]
    assert proposed(*cells)[0].date_format == "%d/%m/%Y"
    daily = [f"{month:02d}/{day:02d}/2020" for month in range(1, 4) for day in range(1, 13)]
    assert proposed(*daily)[0].date_format == "%m/%d/%Y"


def test_a_date_that_does_not_exist_is_missing_and_told() -> None:
    cells = [f"2020-01-{1 + i % 28:02d}" for i in range(40)]
    column, report = proposed(*cells, "2020-02-31")
    assert column.type == "date"
    assert "no dates count as missing. 1 row 41: '2020-02-31'" in report


def test_times_with_zones_become_universal_time() -> None:
    column, report = proposed("2020-01-01T10:00:00+02:00", "2020-06-01T10:00:00+00:00")
    assert values.convert(texts("2020-01-01T10:00:00+02:00"), column)[0][0] == pd.Timestamp("2020-01-01 08:00")
    assert "converted to universal time (UTC)" in report


def test_phone_numbers_and_ranges_are_no_dates() -> None:
    assert proposed(*["555-1234", "555-4321"] * 5)[0].type == "category"
    assert proposed(*["10-11", "12-13"] * 5)[0].type == "category"


def test_one_value_is_read_as_its_column_says() -> None:
    price = Column(id="c0001", name="price", type="number", decimal=",", thousands=".", unit="€")
    assert values.parse_one("1.234,50 €", price) == 1234.5
    assert values.parse_one(7, price) == 7.0
    assert values.parse_one("", price) is None
    assert values.parse_one("2020-02-01", Column(id="c", name="d", type="date")) == pd.Timestamp("2020-02-01")
    assert values.parse_one(1.0, Column(id="c", name="k", type="category")) == "1"


def test_one_value_that_cannot_be_read_says_what_is_wanted() -> None:
    with pytest.raises(EngineError, match="'abc' is not a number. Write a number for 'age', such as 12.5, or leave it empty."):
        values.parse_one("abc", Column(id="c", name="age", type="number"))
    with pytest.raises(EngineError, match="'soon' is not a date. Write 'due' as day/month/year"):
        values.parse_one("soon", Column(id="c", name="due", type="date", date_format="%d/%m/%Y"))
