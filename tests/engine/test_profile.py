"""Statistics of a table, and what is said about it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import profile
from engine.columns import Column, Table
from engine.profile import ColumnProfile
from tests.engine.uploads import GOOD, read


def of(type: str, values: object, name: str = "x", **known: str) -> ColumnProfile:
    column = Column(id="c0001", name=name, type=type, **known)  # type: ignore[arg-type]
    dtype = {"number": "float64", "date": "datetime64[ns]"}.get(type, "str")
    return profile.of_column(column, pd.Series(values, dtype=dtype))  # type: ignore[call-overload]


def said(column: ColumnProfile) -> str:
    return "\n".join(problem.what for problem in column.problems)


def test_numbers_agree_with_numpy() -> None:
    values = np.random.default_rng(0).normal(50, 10, 1000)
    found = of("number", [*values, np.nan, np.nan])
    assert (found.rows, found.missing, found.distinct, found.whole) == (1002, 2, 1000, False)
    assert found.mean == pytest.approx(values.mean())
    assert found.spread == pytest.approx(values.std(ddof=1))
    assert found.median == pytest.approx(np.median(values))
    assert found.quantiles == pytest.approx(np.percentile(values, [1, 5, 25, 75, 95, 99]))
    assert (sum(found.counts), len(found.edges)) == (1000, len(found.counts) + 1)


def test_few_whole_numbers_have_a_bin_each() -> None:
    found = of("number", [1, 1, 2, 4] * 10)
    assert (found.edges, found.counts) == ((0.5, 1.5, 2.5, 3.5, 4.5), (20, 10, 0, 10))
    assert dict(found.top) == {"1": 20, "2": 10, "4": 10}
    assert found.whole


def test_values_far_out_do_not_flatten_the_picture() -> None:
    found = of("number", [*np.random.default_rng(0).normal(0, 1, 1000), 1e9])
    assert found.edges[-1] < 100
    assert sum(found.counts) == 1001
    assert found.high == 1e9


def test_one_number_out_of_all_proportion_is_named_with_its_row() -> None:
    values = np.random.default_rng(0).normal(100, 10, 300).round(1)
    values[41] = 1e30
    found = of("number", values)
    low, high = sorted(values)[75], sorted(values)[224]
    assert said(found) == f"1 value is out of all proportion: 1e+30 in row 42. Half of all values lie between {low:.3g} and {high:.3g}."
    assert found.problems[0].fix == "Correct or empty this cell in the file and upload it again, or leave the column out."


def test_of_many_numbers_out_of_all_proportion_three_are_shown() -> None:
    values = np.arange(1000.0) % 50
    values[::200] = -1e20
    places = "-1e+20 in row 1, -1e+20 in row 201, -1e+20 in row 401 and 2 more"
    assert f"5 values are out of all proportion: {places}." in said(of("number", values))


def test_numbers_beyond_what_a_model_holds_are_said() -> None:
    found = of("number", np.linspace(1e31, 9e31, 100))
    assert said(found) == "100 values are beyond 1e+30, such as 1e+31 in row 1."
    assert found.problems[0].fix == "Each counts as 1e+30; write the column in a larger unit and upload the file again, or leave it out."


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).lognormal(0, 4, 2000),
        10 ** np.random.default_rng(0).uniform(-20, 20, 500),
        np.r_[np.zeros(990), np.full(10, 1e6)],
        np.r_[np.random.default_rng(0).normal(0, 1, 500), 99_999_999.0],
        [0.0, 1e12],
    ],
)
def test_a_wide_range_is_not_out_of_all_proportion(values: object) -> None:
    assert of("number", values).extremes is None


def test_statistics_of_the_largest_numbers_are_finite_and_can_be_stored() -> None:
    found = of("number", [1.7e308, -1.7e308, 1e300, 3.0] * 10)
    assert ColumnProfile.model_validate_json(found.model_dump_json()) == found
    assert found.mean == pytest.approx(2.5e299)
    assert np.isfinite([found.spread, *found.edges, *found.quantiles]).all()


def test_one_huge_number_does_not_make_a_column_look_constant() -> None:
    assert of("number", [1.0, 2.0, 3.0, 1e300]).spread == pytest.approx(5e299)


def test_categories_are_counted_commonest_first() -> None:
    found = of("category", ["b", "a", "b", None, "b", "a", "c"])
    assert (found.top, found.distinct, found.missing) == ((("b", 3), ("a", 2), ("c", 1)), 3, 1)


def test_dates_have_their_range_in_seconds() -> None:
    found = of("date", ["1970-01-02", "1970-01-03", None])
    assert (found.low, found.high, found.distinct, found.missing) == (86400.0, 172800.0, 2, 1)


def test_an_empty_column_has_no_statistics_and_says_so() -> None:
    for type in ("number", "category", "date", "text"):
        found = of(type, [None] * 30)
        assert (found.distinct, found.low, found.counts) == (0, None, ())
        assert said(found) == "Every value is missing."


def test_one_value_and_mostly_missing_are_told_with_the_way_out() -> None:
    found = of("number", [5.0] * 30)
    assert found.problems[0].what == "There is only one value, '5'."
    assert found.problems[0].action == {"do": "leave out", "column": "c0001"}
    assert "80 % of the values are missing." in said(of("number", [1.0, 2.0] * 10 + [np.nan] * 80))


@pytest.mark.parametrize(
    ("type", "name", "values"),
    [
        ("number", "row", range(1, 51)),
        ("number", "id", np.random.default_rng(0).permutation(10_000)[:50] * 7),
        ("number", "customerID", np.random.default_rng(0).permutation(10_000)[:50] * 7),
        ("text", "customer", [f"{i * 7919 % 9000 + 1000}-VHVEG" for i in range(50)]),
        ("text", "key", [f"{i * 7919:032x}" for i in range(50)]),
        ("category", "Compound ID", [f"substance {i}" for i in range(50)]),
    ],
)
def test_ids_are_recognised(type: str, name: str, values: object) -> None:
    found = of(type, list(values), name)  # type: ignore[call-overload]
    assert found.identifier
    assert "looks like an id" in said(found)


@pytest.mark.parametrize(
    ("type", "name", "values"),
    [
        ("number", "price", np.random.default_rng(0).permutation(10_000)[:50] * 7),
        ("number", "paid", np.random.default_rng(0).permutation(10_000)[:50]),
        ("number", "id", np.random.default_rng(0).random(50)),
        ("number", "id", [1, 2, 3] * 20),
        ("text", "review", [f"It took {i} days to arrive, {'fine' if i % 2 else 'bad'}" for i in range(50)]),
        ("text", "smiles", ["C" * (i % 7 + 1) + "1=O" + "N(C)" * (i // 7) + "c" * (i % 3) for i in range(50)]),
    ],
)
def test_amounts_and_sentences_are_no_ids(type: str, name: str, values: object) -> None:
    assert not of(type, list(values), name).identifier  # type: ignore[call-overload]


def test_numbers_with_text_name_the_rows() -> None:
    found = of("text", [*map(str, range(40)), "n.a.!", "low"])
    assert "Most values are numbers, but 2 rows hold text: row 41 ('n.a.!'), row 42 ('low')." in said(found)


def test_many_categories_and_look_alikes_are_told() -> None:
    assert "There are 60 different values in 180 rows." in said(of("category", [f"k{i}" for i in range(60)] * 3))
    assert "'Yes' and 'yes' differ only in capital letters or blanks" in said(of("category", ["Yes", "yes", "no"] * 10))


def test_dates_that_could_be_read_the_other_way_are_told() -> None:
    values = ["2020-02-01", "2020-03-04"] * 10
    assert "Day and month cannot be told apart; the dates were read as day/month/year." in said(of("date", values, date_format="%d/%m/%Y"))
    assert said(of("date", values)) == ""
    assert said(of("date", [*values, "2020-03-14"], date_format="%d/%m/%Y")) == ""


def test_copies_of_rows_and_few_rows_are_told() -> None:
    columns = (Column(id="c0001", name="a", type="number"), Column(id="c0002", name="b", type="category"))
    frame = pd.DataFrame({"c0001": [1.0, 2.0, 1.0, np.nan, np.nan], "c0002": pd.Series(["x", "x", "x", None, None], dtype="str")})
    found = profile.compute(Table(columns, frame))
    assert (found.rows, found.duplicates) == (5, 2)
    assert [problem.what for problem in found.problems] == ["There are only 5 rows.", "2 rows are exact copies of other ones."]
    assert found.problems[0].level == "stop"


def test_computing_gives_what_reading_gave(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert profile.compute(found.table) == found.profile
