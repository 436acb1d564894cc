"""Text tables in the shapes people have them."""

import codecs
from pathlib import Path

import pytest

from engine.errors import UnreadableFile
from tests.engine.uploads import GOOD, read

ROWS = "name,age,city\n" + "".join(f"Zoë{i},{20 + i % 50},Köln\n" for i in range(60))


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_delimiters_are_found_and_told(tmp_path: Path, mark: str, word: str) -> None:
    found = read(tmp_path, GOOD.replace(",", mark))
    assert (found.names, found.types, found.answer.rows) == (["a", "b", "c"], ["number", "number", "category"], 100)
    assert f"The values are separated by {word}." in found.report


def test_commas_are_not_worth_a_line(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).report == ""


def test_semicolons_with_decimal_commas(tmp_path: Path) -> None:
    found = read(tmp_path, "x;y\n" + "".join(f"{i},5;{i + 1}.{i * 37 % 1000:03d}\n" for i in range(50)))
    assert found.values("x")[3] == 3.5
    assert found.values("y")[1] == 2037.0


def test_three_digits_behind_a_comma_between_semicolons(tmp_path: Path) -> None:
    content = "x;y\n" + "".join(f"{i + 1},{i * 7:03d};{i}\n" for i in range(50))
    assert read(tmp_path, content).values("x")[1] == 2.007
    assert read(tmp_path, content, decimal=".").values("x")[1] == 2007.0


def test_points_between_semicolons_stay_decimal_marks(tmp_path: Path) -> None:
    content = "x;y\n" + "".join(f"{i}.5;0.99{i}\n" for i in range(9)) * 5
    assert read(tmp_path, content).values("y")[3] == 0.993


def test_columns_by_blanks(tmp_path: Path) -> None:
    found = read(tmp_path, "".join(f" {i:5d}   {i * 1.5:8.2f}  {i % 3}\n" for i in range(50)))
    assert (len(found.names), found.answer.rows) == (3, 50)
    assert "separated by blanks" in found.report


def test_one_column_of_sentences_is_one_column(tmp_path: Path) -> None:
    found = read(tmp_path, "text\n" + "".join(f"Hello, this is {i}; ok, fine\n" if i % 2 else f"no comma {i}\n" for i in range(60)))
    assert (found.names, found.answer.rows) == (["text"], 60)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (codecs.BOM_UTF8 + ROWS.encode(), ""),
        (ROWS.encode("utf-16"), "read as UTF-16"),
        (ROWS.encode("utf-16-le"), "read as UTF-16"),
        (ROWS.encode("cp1252"), "read as Windows-1252 (Western European), because it is not UTF-8"),
        (ROWS.replace("\n", "\r").encode(), ""),
        (ROWS.replace("\n", "\r\n").encode(), ""),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, content: bytes, words: str) -> None:
    found = read(tmp_path, content)
    assert found.names == ["name", "age", "city"]
    assert found.values("city")[:1] == ["Köln"]
    assert words in found.report if words else "read as" not in found.report


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_chosen_encoding_reads_what_was_found(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, ROWS.encode(encoding))
    again = read(tmp_path, ROWS.encode(encoding), encoding=found.answer.reader["encoding"])
    assert again.table.frame.equals(found.table.frame)


@pytest.mark.parametrize(("encoding", "name"), [("gb18030", "城市"), ("cp932", "東京の年齢"), ("cp1251", "возраст")])
def test_other_alphabets_are_not_taken_for_western_ones(tmp_path: Path, encoding: str, name: str) -> None:
    content = f"{name},x\n" + "".join(f"{name}{i % 4},{i}\n" for i in range(80))
    assert read(tmp_path, content.encode(encoding)).names == [name, "x"]


def test_one_bad_byte_in_utf8_is_named_and_can_be_replaced(tmp_path: Path) -> None:
    content = ROWS.encode() + "Zoë,3,Köln\n".encode("cp1252")
    with pytest.raises(UnreadableFile, match="Line 62 holds bytes that are not UTF-8"):
        read(tmp_path, content)
    found = read(tmp_path, content, encoding="utf-8")
    assert found.answer.rows == 61
    assert "replaced by '\ufffd'" in found.report


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("63.0,1.0,?,0\n67.0,1.0,3.0,1\n" * 20, False),
        ("A11,6,A34\nA12,48,A32\nA11,24,A34\n" * 20, False),
        ("ham,hello\nspam,win\nham,bye\n" * 20, False),
        ("type,text\n" + "ham,hello\nspam,win\n" * 20, True),
        ("country,1990,1991,1992\n" + "".join(f"C{i},{i * 3},{i * 5},{i * 2.5}\n" for i in range(40)), True),
        ("when,value\n" + "".join(f"2020-01-{i:02d},{i}\n" for i in range(1, 29)), True),
    ],
)
def test_the_first_row_is_names_or_values(tmp_path: Path, content: str, named: bool) -> None:
    found = read(tmp_path, content)
    assert found.answer.rows == content.count("\n") - named
    assert (found.names[0] == "column 1") is not named
    assert ("The first row holds values, not names" in found.report) is not named


def test_the_user_decides_about_the_first_row(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD, header="no")
    assert found.answer.rows == 101
    assert found.answer.reader["header"] == "no"


def test_lines_before_the_table_are_left_out_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, "Sales report\n# made by a tool\n\n" + GOOD)
    assert (found.names, found.answer.rows) == (["a", "b", "c"], 100)
    assert found.answer.changes[0].examples == ("Sales report", "# made by a tool")


def test_short_rows_are_filled_up_and_listed(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    lines[6] = "5,10"
    found = read(tmp_path, "\n".join(lines))
    short = next(change for change in found.answer.changes if "fewer than 3 values" in change.what)
    assert (found.answer.rows, short.count, short.examples) == (100, 1, ("line 7 has 2",))
    assert found.values("c")[5] is None


def test_long_rows_are_left_out_and_listed(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    lines[6] = "5,10,x,9,9"
    found = read(tmp_path, "\n".join(lines))
    long = next(change for change in found.answer.changes if "more than 3 values were left out" in change.what)
    assert (found.answer.rows, long.count, long.examples) == (99, 1, ("line 7 has 5",))


def test_a_table_of_long_rows_is_refused_with_the_first_line(tmp_path: Path) -> None:
    content = "a,b,c\n" + "".join(f"{i},{i},1,2,x\n" if i % 3 == 0 else f"{i},1,x\n" for i in range(100))
    with pytest.raises(UnreadableFile, match="34 of 100 rows have more values than columns: line 2 has 5, not 3"):
        read(tmp_path, content)


def test_one_value_more_than_names_does_not_shift_the_columns(tmp_path: Path) -> None:
    found = read(tmp_path, "a,b\n" + "".join(f"r{i},{i},{i * 2}\n" for i in range(50)))
    assert (found.names, found.values("b")[:2]) == (["column 1", "a", "b"], [0.0, 2.0])
    assert "one value more than there are names" in found.report


def test_quoted_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    found = read(tmp_path, 'a,b\n1,"x\ny"\n' + "".join(f'{i},"say ""hi"", ok"\n' for i in range(50)))
    assert found.values("b")[:2] == ["x\ny", 'say "hi", ok']


def test_quotes_as_inches_are_ordinary_characters(tmp_path: Path) -> None:
    found = read(tmp_path, "a,b\n" + "".join(f'{i},{i}" pipe\n' for i in range(51)))
    assert found.values("b")[3] == '3" pipe'


def test_a_quote_that_swallows_lines_is_noticed(tmp_path: Path) -> None:
    rows = [f"{i},z\n" for i in range(400)]
    rows[100], rows[200] = '100,"odd\n', '200,odd"\n'
    found = read(tmp_path, "a,b\n" + "".join(rows))
    assert found.answer.rows == 400
    assert "Quotation marks are ordinary characters in this file" in found.report


def test_a_quote_that_never_closes_names_its_line(tmp_path: Path) -> None:
    rows = [f'{i},"x, y",z\n' for i in range(100)] + ['7,"oops, 1\n'] + ["8,w,z\n"] * 3
    with pytest.raises(UnreadableFile, match="A quotation mark opened on line 102 is never closed"):
        read(tmp_path, "a,b,c\n" + "".join(rows))


@pytest.mark.parametrize("content", ["", "\n \n\n", "\ufeff"])
def test_nothing_in_the_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFile, match="empty|only blanks"):
        read(tmp_path, content)


def test_names_without_rows(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="'data.csv' has 3 column names but no rows of values below them. Add rows"):
        read(tmp_path, "a,b,c\n")


def test_too_many_columns(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="6,000 columns; at most 5,000"):
        read(tmp_path, ",".join(f"c{i}" for i in range(6000)) + "\n" + ",".join("1" for _ in range(6000)) + "\n")


def test_a_value_of_a_million_characters(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="column 1 is longer than a million characters"):
        read(tmp_path, "a,b\n" + "x" * 1_500_000 + ",1\n2,3\n")


def test_zero_bytes_are_taken_out_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD.replace("\n5,", "\n5\0,", 1) + "1,2,\0x0\n")
    assert found.values("c")[-1] == "x0"
    assert "Zero bytes were taken out" in found.report


def test_hostile_names_stay_labels(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD.replace("a,b,c", "<img src=x onerror=alert(1)>,**x**,e\u202evil", 1))
    assert found.names == ["<img src=x onerror=alert(1)>", "**x**", "evil"]
    assert [column.id for column in found.answer.columns] == ["c0001", "c0002", "c0003"]
