"""What is special about fixed width, ARFF, NumPy, Stata and the spreadsheets that are not .xlsx."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.errors import UnreadableFile
from engine.readers import _borders, choose
from tests.engine import spreadsheets
from tests.engine.uploads import read

NAMES = ["John Smith", "Jane Doe", "Ann", "Maria Cruz", "Bo Li"]
CITIES = ["New York", "Rome", "Köln", ""]
QUOTED = "'New York'"
COLUMNS = f"@attribute age numeric\n@ATTRIBUTE 'the city' {{{QUOTED},Rome}}\n@attribute code {{0,1}}\n@attribute note string\n"
ARFF = f"@RELATION x\n{COLUMNS}@DATA\n"


def fixed(rows: int = 40, names: list[str] = NAMES) -> list[str]:
    """Lines with a name of two words, gaps, numbers on the right and a date with its time."""
    places = [(i, names[i % len(names)], CITIES[i % 4]) for i in range(rows)]
    table = [f"{i + 1:<6}{name:<20}{city:<10}{i * 1.5:>10.2f} 2020-01-{i % 28 + 1:02d} 10:00" for i, name, city in places]
    return [f"{'ID':<6}{'NAME':<20}{'CITY':<10}{'AMOUNT':>10} WHEN", *table]


def text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("rows", [6, 40, 1000])
def test_columns_are_cut_where_blanks_run_through_all_lines(tmp_path: Path, rows: int) -> None:
    found = read(tmp_path, text(fixed(rows)), "report.txt")
    assert found.names == ["ID", "NAME", "CITY", "AMOUNT", "WHEN"]
    assert [found.values(name)[3] for name in found.names[:4]] == [4.0, "Maria Cruz", None, 4.5]
    assert found.values("WHEN")[3] == pd.Timestamp("2020-01-04 10:00")
    assert found.answer.doubts[0].examples[1] == "1 | John Smith | New York | 0.00 | 2020-01-01 10:00"


def test_titles_rulers_and_commas_in_names_do_not_confuse_it(tmp_path: Path) -> None:
    lines = fixed(names=[f"Doe, {name}" for name in NAMES])
    found = read(tmp_path, text(["Report of 2020", "", lines[0], "-" * 25 + " " + "-" * 30, *lines[1:]]), "report.txt")
    assert (found.names[1], found.values("NAME")[3], found.answer.rows) == ("NAME", "Doe, Maria Cruz", 40)
    assert "Lines before the table were left out." in found.report


def test_a_longer_value_further_down_is_kept_whole_and_one_that_runs_into_the_next_column_is_left_out(tmp_path: Path) -> None:
    lines = fixed(3000)
    lines[2500] = lines[2500][:6] + f"{'Hubert von Blainest':<20}" + lines[2500][26:]
    lines[2600] = lines[2600][:6] + "Hubert von Wolfeschlegelsteinhausenberger" + lines[2600][26:]
    lines[2700] = lines[2700][:36] + "1234567.50" + lines[2700][46:]
    found = read(tmp_path, text(lines), "report.txt")
    assert (found.values("NAME")[2499], found.values("AMOUNT")[2698]) == ("Hubert von Blainest", 1234567.5)
    lost = next(change for change in found.answer.changes if change.loses)
    assert (lost.count, lost.examples, found.answer.rows) == (1, ("line 2,601",), 2999)


def test_values_of_two_words_are_kept_together_where_the_names_are_one_each(tmp_path: Path) -> None:
    lines = ["age   city            size", *[f"{20 + i:<6}{['Köln', 'Rome'][i % 2] + ' town':<12}{i / 4:>8}" for i in range(40)]]
    found = read(tmp_path, text(lines), "towns.txt")
    assert (found.names, found.values("city")[3]) == (["age", "city", "size"], "Rome town")


def test_where_columns_begin_can_be_said(tmp_path: Path) -> None:
    found = read(tmp_path, text(fixed()), "report.txt", starts="1, 7, 27")
    assert found.names == ["ID", "NAME", "CITY AMOUNT WHEN"]
    with pytest.raises(UnreadableFile, match="'7, 3' does not say where columns begin"):
        read(tmp_path, text(fixed()), "report.txt", starts="7, 3")


@pytest.mark.parametrize(
    "lines",
    [
        ["one line of words that means nothing", "and another one which is not a table", "nor is this line here at all"] * 9,
        [f"2020-01-01 10:00:00 UTC,{i}" for i in range(30)],
        [f"{i}\tham\tsome words   and more" for i in range(30)],
        [f"{i} {i * 2} {i * 3}" for i in range(10, 40)],
        ["1;  2;  3"] * 30,
    ],
    ids=["prose", "commas", "tabs", "blanks", "semicolons"],
)
def test_other_text_is_not_taken_for_fixed_width(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "upload").write_text(text(lines))
    assert choose(tmp_path / "upload", "upload").kind == "csv_file"


def test_what_lies_between_two_columns_and_belongs_to_neither_is_not_guessed() -> None:
    either = _borders.Gap(4, 10)
    assert _borders.cut("abcd    12345", [either]) == ["abcd", "12345"]
    assert _borders.cut("abcd efg12345", [either]) == ["abcd", "efg12345"]
    assert _borders.cut("abcdefghijklm", [either]) is None
    assert _borders.cut("abcd efg  123", [either._replace(side="before")]) == ["abcd efg", "123"]
    assert _borders.cut("abcdefg   123", [either._replace(side="behind")]) is None


def test_arff_types_and_listed_values_are_respected(tmp_path: Path) -> None:
    rows = "".join(f"{20 + i}, {['Rome', QUOTED][i % 2]}, {i % 2}, 'it\\'s, {i}'\n" for i in range(30))
    found = read(tmp_path, ARFF + rows + "% end\n?, Paris, 1, ?\n", "x.arff")
    assert (found.names, found.types) == (["age", "the city", "code", "note"], ["number", "category", "category", "text"])
    assert [found.values(name)[3] for name in found.names] == [23.0, "New York", "1", "it's, 3"]
    assert np.isnan(found.values("age")[30])
    strange = next(change for change in found.answer.changes if "not in its list" in change.what)
    assert (strange.column, strange.examples) == ("c0002", ("line 38: 'Paris'",))


def test_sparse_arff_is_filled_up_as_it_is_meant_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, ARFF + "{}\n" + "{0 5, 1 Rome, 3 'a, b'}\n" * 30, "x.arff")
    assert [found.values(name)[0] for name in found.names[:3]] == [0.0, "New York", "0"]
    assert [found.values(name)[1] for name in found.names] == [5.0, "Rome", "0", "a, b"]
    assert "Rows name only some of their cells" in found.report


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ARFF + "1,Rome\n", "Line 7 of the ARFF file has 2 values, not 4"),
        (ARFF + "1,Rome,0,'a\n", "Line 7 of the ARFF file has a quotation mark that is never closed"),
        (ARFF + "{9 1}\n", "has '9 1' where a place from 0 to 3 and its value should be"),
        (ARFF + "{0 1\n", "opens a sparse row and does not close it"),
        (ARFF.replace("@DATA", ""), "has no line '@data'"),
        ("@relation x\n@attribute bag relational\n@data\n", "holds tables inside cells"),
        ("@relation x\n@attribute a {1,2\n@data\n1\n", "opens a list of values and does not close it"),
        (ARFF + "1,Rome,0," + " " * 100_000 + "'\n" * 2, "quotation mark"),
    ],
)
def test_arff_that_is_not_what_it_declares_is_refused_with_the_line(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, content, "x.arff")


def arrays(compressed: bool = False, **named: Any) -> bytes:
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **named)
    return out.getvalue()


def one(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def test_x_and_y_stand_side_by_side_under_their_names(tmp_path: Path) -> None:
    x = np.arange(120).reshape(40, 3) / 8
    found = read(tmp_path, arrays(y=np.arange(40) % 2, X=x, feature_names=np.array(["a", "b", "c"])), "data.npz")
    assert found.names == ["a", "b", "c", "y"]
    assert [found.values(name)[3] for name in found.names] == [*x[3], 1.0]


def test_parts_for_training_and_testing_are_not_mixed_and_asked_about(tmp_path: Path) -> None:
    content = arrays(True, x_train=np.ones((40, 3)), y_train=np.arange(40), x_test=np.zeros((50, 3)), y_test=np.ones(50))
    found = read(tmp_path, content, "data.npz")
    assert (found.names, found.answer.rows) == (["x_train 1", "x_train 2", "x_train 3", "y_train"], 40)
    assert [choice.label for choice in found.answer.doubts[0].choices] == [
        "x_train and y_train (40 rows, 4 columns)",
        "x_test and y_test (50 rows, 4 columns)",
    ]
    assert read(tmp_path, content, "data.npz", array="x_test").answer.rows == 50


def test_structured_arrays_keep_their_names_and_exact_values(tmp_path: Path) -> None:
    kind = [("größe", "<f4"), ("name", "S9"), ("day", "M8[D]"), ("big", ">i8"), ("part", "f8", (2,))]
    rows = [(0.1, f"n{i % 4}", f"2020-01-{i % 28 + 1:02d}", 2**53 + 1, (1, 2)) for i in range(30)]
    found = read(tmp_path, one(np.array(rows, kind)), "data.npy")
    assert (found.names, found.types[:3]) == (["größe", "name", "day", "big"], ["number", "category", "date"])
    assert found.values("größe")[0] == 0.1
    assert "left out" in found.report


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (one(np.array([{"a": 1}] * 30, object)), "holds Python objects, which could run a program"),
        (arrays(x=np.ones((30, 2)), y=np.array(["a"] * 30, object)), "The array 'y' holds Python objects"),
        (one(np.zeros((30, 8, 8))), r"has 3 dimensions \(30 x 8 x 8\)"),
        (arrays(indices=np.ones(9), indptr=np.ones(9), shape=np.ones(2), data=np.ones(9), format=np.array(b"csr")), "sparse matrix"),
        (one(np.array([chr(0xD800) * 3] * 30)).replace(b"\x00\xd8\0\0", b"\xff\xff\xff\xff"), "holds values that cannot be shown"),
        (one(np.array(5)), "holds no array with rows"),
        (one(np.zeros((2, 2)))[:64] + b"\0" * 9, "damaged or not complete"),
        (one(np.zeros((4, 4))).replace(b"(4, 4), }", b"(99999999, 9999), }"), "larger than 1 GB"),
    ],
)
def test_arrays_that_are_no_table_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, content, "data.npz" if content[:2] == b"PK" else "data.npy")


@pytest.mark.parametrize("version", [114, 117, 118, 119])
def test_stata_codes_are_shown_by_labels_unless_these_name_only_special_values(tmp_path: Path, version: int) -> None:
    table = pd.DataFrame({"sex": [1, 2] * 20, "income": [-9, *range(0, 3900, 100)], "day": pd.date_range("2020-01-01", periods=40)})
    table = table.assign(gap=[1.0, np.nan] * 20, size=np.float32(1.1))
    out = io.BytesIO()
    labels = {"sex": {1: "male", 2: "female"}, "income": {-9: "refused"}}
    table.to_stata(out, write_index=False, version=version, value_labels=labels, convert_dates={"day": "td"})
    found = read(tmp_path, out.getvalue(), "survey.dta")
    assert found.types == ["category", "number", "date", "number", "number"]
    assert [found.values(name)[2] for name in found.names] == ["male", 100.0, pd.Timestamp("2020-01-03"), 1.0, 1.1]
    assert next(change.examples for change in found.answer.changes if "stayed numbers" in change.what) == ("income (-9: refused)",)
    undo = next(change.undo for change in found.answer.changes if "shown by their labels" in change.what)
    assert undo and read(tmp_path, out.getvalue(), "survey.dta", **undo.options).values("sex")[0] in (1.0, "1")


ROWS = [["when", "=name", "amount"], *[[f"2020-01-{i % 28 + 1:02d}", "=1+1" if i == 3 else f"n{i % 3}", i / 4] for i in range(30)]]


@pytest.mark.parametrize("kind", ["ods", "xls", "xlsb"])
def test_each_kind_of_spreadsheet_gives_its_sheets_and_texts_as_they_are(tmp_path: Path, kind: str) -> None:
    content = getattr(spreadsheets, kind)(Data=ROWS, More=[["z"], [1], [2]])
    found = read(tmp_path, content, f"book.{kind}")
    assert (found.names, found.types, found.answer.rows) == (["when", "=name", "amount"], ["date", "category", "number"], 30)
    assert (found.values("=name")[3], found.values("amount")[3], found.answer.reader["sheet"]) == ("=1+1", 0.75, "Data")
    assert read(tmp_path, content, f"book.{kind}", sheet="More").names == ["z"]


def test_days_and_errors_of_an_old_workbook(tmp_path: Path) -> None:
    rows = [["day", "ratio"], *[[("date", 43831 + i), ("error", 7) if i == 3 else i] for i in range(30)]]
    found = read(tmp_path, spreadsheets.xls(Data=rows), "book.xls")
    assert found.types == ["date", "number"]
    assert found.values("day")[3] == pd.Timestamp("2020-01-04") and np.isnan(found.values("ratio")[3])


def test_an_office_file_without_sheets_is_no_spreadsheet(tmp_path: Path) -> None:
    content = spreadsheets.xls(Data=ROWS).replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")[:16])
    with pytest.raises(UnreadableFile, match="old or password-protected Excel workbook"):
        read(tmp_path, content, "book.doc")
