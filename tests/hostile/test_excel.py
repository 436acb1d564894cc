"""Section D of the catalogue: workbooks that are odd, damaged or hostile."""

from pathlib import Path

import openpyxl.xml.functions
import pandas as pd
import pytest

from engine.errors import UnreadableFile
from tests.engine.uploads import classes, packed, read
from tests.hostile import workbooks
from tests.hostile.cases import ASKED, FIXED, REFUSED, WARNED, Case, ids, judge
from tests.hostile.workbooks import ROWS, book, sheet

X = "book.xlsx"
ALL = ["age", "dose", "ward"]


def whole(found: object) -> bool:
    """The plain table, complete."""
    return found.names == ALL and found.answer.rows == 30 and found.values("dose")[3] == 0.75  # type: ignore[attr-defined]


CASES = [
    Case("D01", ASKED, lambda: book(("Codes", [["a", "b"], [1, 2], [3, 4]]), ("Data", ROWS)), r"Data \(31 rows, 3 columns\)", X, whole),
    Case("D01", FIXED, lambda: book(("Codes", [["a", "b"], [1, 2], [3, 4]]), ("Data", ROWS)), "'Data' was read; the others were not", X),
    Case("D02", ASKED, workbooks.hidden_rows, "10 rows of the table are hidden", X, whole),
    Case("D02", WARNED, workbooks.hidden_column, "Columns that are hidden in the workbook were read too", X, whole),
    Case("D02", ASKED, workbooks.hidden_sheet, r"Lookup \(93 rows, 3 columns, hidden\)", X, whole),
    Case(
        "D03",
        ASKED,
        workbooks.merged_header,
        "Both rows together: 'patient', 'Vitals pulse', 'Vitals temp', 'Labs na'",
        X,
        lambda found: found.types[1:] == ["number"] * 4 and found.answer.rows == 30,
    ),
    Case("D03", ASKED, workbooks.units_row, "Both rows together: 'height cm', 'weight kg'", X, lambda f: f.types == ["number", "number"]),
    Case(
        "D03",
        FIXED,
        workbooks.merged_body,
        "Merged cells hold their value once",
        X,
        lambda f: f.values("ward")[9:11] == ["w0", "w1"] and None not in f.values("ward"),
    ),
    Case("D04", FIXED, workbooks.in_the_middle, "Rows before the table were left out", X, whole),
    Case("D04", FIXED, workbooks.in_the_middle, "Notes below the table were left out|Cells apart from the table", X, whole),
    Case("D04", ASKED, workbooks.two_tables, "several tables.*A1:C31.*A33:C45", X, whole),
    Case("D04", ASKED, workbooks.side_by_side, "several tables.*A1:C31.*E1:F9", X, whole),
    Case(
        "D05",
        WARNED,
        lambda: sheet([["a", "b"], *[[i, f"=A{i}"] for i in range(12)]]),
        "Formulas without a stored result",
        X,
        lambda f: next(change for change in f.answer.changes if "Formulas" in change.what).count == 12,
    ),
    Case("D06", WARNED, workbooks.errors, "'#DIV/0!' in column 'b' counts as missing", X, lambda f: f.types == ["number", "number"]),
    Case("D06", WARNED, workbooks.spilled, "'#SPILL!' in column 'b' counts as missing", X, lambda f: f.types == ["number", "number"]),
    Case("D07", REFUSED, workbooks.locked, "password", X),
    Case("D08", WARNED, workbooks.with_macros, "holds macros .* not run", "book.xlsm", whole),
    Case("D09", REFUSED, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "[Oo]ld|damaged|password", "book.xls"),
    Case("D10", FIXED, workbooks.stray_cell, "Cells apart from the table were left out", X, whole),
    Case("D10", FIXED, workbooks.claims_all, "^", X, whole),
    Case("D11", REFUSED, workbooks.bomb, "Excel workbook unpacks to more than 100 times its size", X),
    Case("D11", REFUSED, workbooks.laughs, "damaged", X),
    Case("D11", REFUSED, lambda: workbooks.laughs("workbook.xml"), "damaged", X),
    Case("D11", REFUSED, workbooks.external_entity, "damaged", X),
    Case("D12", WARNED, workbooks.with_objects, "Not read .*: pictures, embedded files, links to other workbooks", X, whole),
    Case("D13", FIXED, workbooks.numbers_as_text, "stores as text in column 'age' were read like other numbers", X, whole),
    Case("D14", WARNED, workbooks.mixed_dates, "Column 'when' mixes real dates with dates written as text", X),
    Case("D15", REFUSED, lambda: b"just words, no workbook", "although its name ends in .xlsx", X),
    Case("D15", REFUSED, lambda: packed(classes("a", "b", each=1)), "although its name ends in .xlsx", X),
    Case("D15", REFUSED, lambda: packed([("xl/nothing.xml", b"<a/>")]), "although its name ends in .xlsx", X),
    Case("D15", REFUSED, lambda: packed([("[Content_Types].xml", b"<a/>"), ("xl/a.xml", b"<a/>")]), "damaged or of a kind", X),
    Case("D15", REFUSED, lambda: sheet(ROWS)[:3000], "damaged", X),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_verdict(case: Case, tmp_path: Path) -> None:
    judge(case, tmp_path)


def test_no_case_of_the_catalogue_is_left_out() -> None:
    assert ids(CASES) == [f"D{number:02d}" for number in range(1, 16)]


def test_workbooks_are_parsed_by_the_defused_library() -> None:
    assert openpyxl.DEFUSEDXML
    used = (openpyxl.xml.functions.fromstring, openpyxl.xml.functions.iterparse)
    assert {parse.__globals__["__name__"] for parse in used} == {"defusedxml.common"}


def test_each_choice_about_a_sheet_reads_what_it_says(tmp_path: Path) -> None:
    content = book(("Codes", [["a", "b"], [1, 2], [3, 4]]), ("Data", ROWS))
    (doubt,) = read(tmp_path, content, X).answer.doubts
    first = read(tmp_path, content, X, **doubt.choices[0].options)
    assert (doubt.chosen, first.names, first.answer.doubts[0].chosen) == (1, ["a", "b"], 0)
    assert first.answer.doubts[0].choices == doubt.choices


def test_hidden_rows_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    (doubt,) = read(tmp_path, workbooks.hidden_rows(), X).answer.doubts
    left = read(tmp_path, workbooks.hidden_rows(), X, **doubt.choices[1].options)
    assert (left.answer.rows, left.values("age")[2:4], left.answer.doubts[0].chosen) == (20, [22.0, 33.0], 1)
    (told,) = [change for change in left.answer.changes if change.loses]
    assert (told.what, told.count) == ("Hidden rows were left out.", 10)


def test_the_lower_row_of_names_alone_can_be_chosen(tmp_path: Path) -> None:
    found = read(tmp_path, workbooks.merged_header(), X, header="yes")
    assert found.names == ["column 1", "pulse", "temp", "na", "k"]
    units = read(tmp_path, workbooks.units_row(), X, header="yes")
    assert (units.names, units.answer.rows) == (["height", "weight"], 31)


def test_another_table_of_the_sheet_can_be_chosen(tmp_path: Path) -> None:
    found = read(tmp_path, workbooks.side_by_side(), X, area="E1:F9")
    assert (found.names, found.answer.rows) == (["code", "price"], 8)
    with pytest.raises(UnreadableFile, match="'nowhere' is no area of a sheet"):
        read(tmp_path, workbooks.side_by_side(), X, area="nowhere")


def test_a_column_of_its_own_after_a_blank_one_stays_in_the_table(tmp_path: Path) -> None:
    rows = [[*row, None, "remark" if not i else "late" if i == 7 else None] for i, row in enumerate(ROWS)]
    found = read(tmp_path, sheet(rows), X)
    assert (found.names, found.answer.doubts) == ([*ALL, "remark"], ())


def test_blank_rows_within_a_table_split_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, sheet([*ROWS[:10], [], *ROWS[10:20], [], [], *ROWS[20:]]), X)
    assert (found.answer.rows, found.answer.doubts) == (30, ())


def test_names_repeated_on_every_printed_page_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, sheet([*ROWS[:10], [], *ROWS[:1], *ROWS[10:]]), X)
    assert (found.answer.rows, found.types) == (30, ["number", "number", "category"])
    assert "Rows that repeat the column names were left out." in found.report


def test_durations_become_seconds(tmp_path: Path) -> None:
    found = read(tmp_path, workbooks.durations(), X)
    assert (found.types[0], found.values("took")[1]) == ("number", 840.0)
    assert "Durations in column 'took' were turned into seconds." in found.report


def test_nothing_of_another_file_comes_in_through_an_entity(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as raised:
        read(tmp_path, workbooks.external_entity(), X)
    assert "root:" not in str(raised.value)


def test_a_file_to_predict_on_is_read_from_the_sheet_with_its_columns(tmp_path: Path) -> None:
    from engine import intake
    from engine.columns import Column

    more = [["x", "y", "z", "w"], *[[i, i, i, i] for i in range(60)]]
    (tmp_path / X).write_bytes(book(("Other", more), ("Rows", [["My title"], *ROWS])))
    known = [Column(id=f"c000{i + 1}", name=name, type="number" if i < 2 else "category") for i, name in enumerate(ALL)]
    asked = {"path": str(tmp_path / X), "name": X, "folder": str(tmp_path), "source": "s", "typed": "t"}
    answer = intake.answer({**asked, "known": [column.model_dump() for column in known]}, lambda done, words: None)
    assert answer["rows"] == 30
    assert pd.read_parquet(tmp_path / "table-t.parquet")["c0002"][3] == 0.75


def test_a_table_far_down_the_sheet_is_found_and_can_be_chosen(tmp_path: Path) -> None:
    first = [["code", "price"], *[[i, i * 1.5] for i in range(320)]]
    content = sheet([*first, [], *ROWS[:1], *[[i, i / 4, "north"] for i in range(400)]])
    found = read(tmp_path, content, X)
    assert (found.names, found.answer.rows) == (ALL, 400)
    assert "other tables on the sheet were not" in found.report
    assert read(tmp_path, content, X, area="A1:B321").names == ["code", "price"]
