"""The structure of text tables: B01 to B24 of the catalogue of bad input, each with its verdict."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.uploads import GOOD, Read, read
from tests.hostile.texts import Case, parameters

LINES = GOOD.splitlines()


def rows(make: Callable[[int], str], head: str = "a,b,c", count: int = 60) -> str:
    return head + "\n" + "".join(make(i) + "\n" for i in range(count))


def triple(i: int) -> str:
    return f"{i},{i * 2},{i * 3}"


def with_lines(*odd: str) -> str:
    """A good table in which these lines stand in the middle."""
    return "\n".join([*LINES[:50], *odd, *LINES[50:]]) + "\n"


def wide(columns: int, count: int = 25) -> str:
    return rows(lambda i: ",".join(str(i + k) for k in range(columns)), ",".join(f"n{k}" for k in range(columns)), count)


GENES = "gene," + ",".join(f"patient {k}" for k in range(40)) + "\n"
GENES += "".join(f"G{i}," + ",".join(f"{i + k / 7:.2f}" for k in range(40)) + "\n" for i in range(8))

CASES = (
    Case("B01", "R", lambda: "a,b,c\n", "no rows of values below them"),
    Case("B02", "R", lambda: "a,b,c\n1,2,3\n", "There is only 1 row."),
    Case("B03", "F", lambda: with_lines("1,2"), "fewer than 3 values were filled up", (("c", 49, None),)),
    Case("B03", "Q", lambda: with_lines(*["1,2"] * 5), "5 of 105 rows have fewer values"),
    Case("B04", "Q", lambda: with_lines("1,2,x,9"), "1 of 101 row has more values than there are columns"),
    Case("B04", "R", lambda: with_lines(*["1,2,x,9"] * 30), "line 51 has 4, not 3"),
    Case("B05", "Q", lambda: rows(lambda i: f"r{i},{i},{i * 2},{i * 3}"), "Which value has no name?", (("a", 1, 1.0),)),
    Case("B06", "F", lambda: rows(lambda i: f"{i},{i * 2},{i * 3},"), "ends with a delimiter and nothing behind it", (("c", 1, 3.0),)),
    Case("B06", "F", lambda: rows(lambda i: f"{i},{i * 2},{i * 3},", "a,b,c,"), "ends with a delimiter and nothing behind it"),
    Case("B07", "F", lambda: rows(lambda i: f'{i},"x\ny, z",w'), "", (("b", 3, "x\ny, z"), ("c", 3, "w"))),
    Case("B08", "R", lambda: rows(lambda i: f'{i},"x, y",z') + '7,"oops, 1\n' + "8,w,z\n" * 3, "opened on line 62 is never closed"),
    Case("B09", "F", lambda: rows(lambda i: f"{i},5;{i * 2},25;x", "a;b;c"), "separated by semicolons", (("a", 1, 1.5), ("b", 1, 2.25))),
    Case("B09", "Q", lambda: rows(lambda i: f"{i},5;{i * 2},25", "a;b"), "Semicolons: 0,5  |  0,25 | Commas: 0  |  5;0  |  25"),
    Case("B10", "F", lambda: GOOD.replace(",", "\t"), "separated by tabs"),
    Case("B10", "F", lambda: GOOD.replace(",", "|"), "separated by vertical bars"),
    Case("B10", "F", lambda: rows(lambda i: f"{i:3d} {i * 2:4d} {i / 4:6.2f}", "  a    b      c"), "separated by blanks", (("b", 2, 4.0),)),
    Case("B11", "Q", lambda: "Report of March\nmade by hand\n\n" + GOOD, "line 4: a,b,c | It begins on line 1: Report of March"),
    Case("B12", "Q", lambda: "weight,height,name\nkg,cm,\n" + rows(lambda i: f"{i},{i * 2},x{i}", "")[1:], "What is the second row"),
    Case("B12", "F", lambda: "weight,height\nkg,cm\n" + rows(lambda i: f"{i},{i * 2}", "")[1:], "was left out", (("height", 1, 2.0),)),
    Case("B13", "Q", lambda: rows(triple, "5,6,7"), "What is the first row of the table: 5,6,7?"),
    Case("B14", "F", lambda: rows(triple, "a,a,b"), "it is called 'a (2)' now", (("a (2)", 2, 4.0),)),
    Case("B15", "F", lambda: rows(triple, "a,a,a.1"), "it is called 'a (2)' now", (("a.1", 2, 6.0),)),
    Case("B16", "F", lambda: rows(lambda i: f"{i},{i * 2},x", "a,,c"), "Column 2 had no name", (("column 2", 2, 4.0),)),
    Case("B17", "W", lambda: rows(triple, "Cafe\u0301,caf\u00e9,ca\u200bf\u00e9 "), "differ only in capitals, blanks or marks"),
    Case("B18", "W", lambda: wide(1_001), "There are 1,001 columns"),
    Case("B19", "R", lambda: wide(5_001, 2), "5,001 columns; at most 5,000"),
    Case("B20", "Q", lambda: "# made by a tool\n# on Monday\n" + GOOD, "line 3: a,b,c | It begins on line 1: # made by a tool"),
    Case("B20", "Q", lambda: with_lines("# the sensor was changed here"), "1 line begins with # and is shorter than a row"),
    Case("B21", "Q", lambda: GOOD + "Total,1237,\n", "What is in the last row of the table?", (("a", 99, 43.0),)),
    Case("B21", "F", lambda: GOOD + "Total,1237,\n\nSource: the ward\n", "Sums or notes below the table were left out"),
    Case("B22", "W", lambda: GOOD + "\n".join(LINES[1:11]) + "\n", "10 rows are exact copies of other ones"),
    Case("B23", "Q", lambda: GENES, "The table has 41 columns and only 8 rows"),
    Case("B24", "F", lambda: rows(lambda i: f"{i},{i % 7},{i % 3}", ",b,c"), "only numbers the rows"),
    Case("B24", "F", lambda: rows(lambda i: f"{i},{i % 7},{i % 3}", "Unnamed: 0,b,c"), "only numbers the rows"),
)


@pytest.mark.parametrize("case", parameters(CASES))
def test_every_case_gets_its_verdict(case: Case, tmp_path: Path) -> None:
    case.judge(tmp_path)


def test_every_case_of_the_catalogue_is_here() -> None:
    assert {case.id for case in CASES} == {f"B{number:02d}" for number in range(1, 25)}


def other_answer(tmp_path: Path, content: str, key: str) -> Read:
    """The file as it is read with the second choice of that question, which is asked no more."""
    doubt = next(doubt for doubt in read(tmp_path, content).answer.doubts if doubt.key == key)
    again = read(tmp_path, content, **doubt.choices[1].options)
    assert key not in {doubt.key for doubt in again.answer.doubts}
    return again


def test_the_other_answer_about_short_rows_leaves_them_out(tmp_path: Path) -> None:
    assert other_answer(tmp_path, with_lines(*["1,2"] * 5), "short").answer.rows == 100


def test_the_other_answer_about_long_rows_keeps_them_cut(tmp_path: Path) -> None:
    found = other_answer(tmp_path, with_lines("1,2,x,9"), "long")
    assert (found.answer.rows, found.values("c")[49]) == (101, "x")


def test_the_other_answer_about_an_extra_value_names_the_first_ones(tmp_path: Path) -> None:
    found = other_answer(tmp_path, rows(lambda i: f"r{i},{i},{i * 2},{i * 3}"), "extra")
    assert found.names == ["a", "b", "c", "column 4"]
    assert found.values("b")[2] == 2.0


def test_the_other_answer_about_the_start_reads_from_line_1(tmp_path: Path) -> None:
    assert other_answer(tmp_path, "Weights of March\n" + GOOD, "start").names[0] == "Weights of March"


def test_the_other_answer_about_units_keeps_the_row(tmp_path: Path) -> None:
    found = other_answer(tmp_path, "weight,height\nkg,cm\n" + rows(lambda i: f"{i},{i * 2}", "")[1:], "units")
    assert found.answer.rows == 61


def test_the_other_answer_about_names_takes_the_first_row(tmp_path: Path) -> None:
    found = other_answer(tmp_path, rows(triple, "5,6,7"), "header")
    assert (found.names, found.answer.rows) == (["5", "6", "7"], 60)


def test_the_other_answer_about_comments_keeps_them(tmp_path: Path) -> None:
    assert other_answer(tmp_path, with_lines("# the sensor was changed here"), "comments").answer.rows == 101


def test_the_other_answer_about_totals_keeps_them(tmp_path: Path) -> None:
    assert other_answer(tmp_path, GOOD + "Total,1237,\n", "totals").answer.rows == 101


def test_a_turned_table_has_its_columns_as_rows(tmp_path: Path) -> None:
    found = other_answer(tmp_path, GENES, "turned")
    assert (found.answer.rows, found.names[:3]) == (40, ["gene", "G0", "G1"])
    assert found.values("G1")[:2] == [1.0, 1.14]


def test_a_category_called_total_in_many_rows_is_no_footer(tmp_path: Path) -> None:
    assert read(tmp_path, rows(lambda i: f"{'Total' if i % 3 == 2 else 'Men'},{i},{i * 2}")).answer.rows == 60


def test_a_last_column_with_its_first_value_late_is_not_lost(tmp_path: Path) -> None:
    content = rows(lambda i: f"{i},{i * 2},{'late' if i == 900 else ''}", "a,b,", 1000)
    assert read(tmp_path, content).values("column 3")[900] == "late"


def test_a_quoted_name_with_a_line_break_does_not_cost_the_names(tmp_path: Path) -> None:
    names = ["plain", 'with "marks", and a comma', "line\nbreak", "x" * 900, "a b"]
    text = io.StringIO()
    csv.writer(text).writerows([names, *([str(i + j) for j in range(5)] for i in range(80))])
    found = read(tmp_path, text.getvalue())
    assert found.answer.rows == 80
    assert [column.name for column in found.answer.columns][0] == "plain"
    assert not any("ordinary characters" in change.what for change in found.answer.changes)
