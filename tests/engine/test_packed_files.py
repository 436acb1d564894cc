"""What is special about wrappings: gzip, and tables in a zip."""

import gzip
from pathlib import Path

import pytest

from engine import datasets
from engine.errors import UnreadableFile
from engine.readers import _packed
from engine.readers._content import effort
from engine.store.workspace import Workspace
from tests.engine.spreadsheets import xls
from tests.engine.uploads import GOOD, packed, read

OTHER = "when;amount\n" + "".join(f"2020-01-{i % 28 + 1:02d};{i},5\n" for i in range(60))


def test_what_is_packed_is_read_with_its_own_reader_and_options(tmp_path: Path) -> None:
    found = read(tmp_path, gzip.compress(OTHER.encode()), "bills.csv.gz")
    assert (found.names, found.types, found.values("amount")[3]) == (["when", "amount"], ["date", "number"], 3.5)
    assert found.answer.reader["inside"]["delimiter"] == ";"


def test_options_of_what_is_packed_are_given_by_their_own_names(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(GOOD.encode()), "a.csv.gz", header="no").names == ["column 1", "column 2", "column 3"]


def test_a_gzip_bomb_is_stopped_while_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_packed, "HARMLESS", 2**20)
    bomb = gzip.compress(bytes(8 * 2**20))
    with pytest.raises(UnreadableFile, match="'a.csv.gz' unpacks to more than 200 times its size"):
        read(tmp_path, bomb, "a.csv.gz")
    assert not (tmp_path / "unpacked").exists()


def test_what_unpacks_to_more_than_can_be_read_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_packed, "MOST_BYTES", 1000)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read(tmp_path, gzip.compress(GOOD.encode()), "a.csv.gz")


def test_a_zip_whose_list_of_contents_points_nowhere_is_damaged(tmp_path: Path) -> None:
    content = packed([("table.csv", GOOD.encode())])
    at = content.index(b"PK\x01\x02") + 42
    with pytest.raises(UnreadableFile, match="damaged"):
        read(tmp_path, content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :], "one.zip")


def test_a_packed_file_may_take_longer_than_its_size_would_have_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(GOOD.encode()))
    (tmp_path / "b").write_text(GOOD)
    assert effort(tmp_path / "a") > (tmp_path / "a").stat().st_size and effort(tmp_path / "b") == len(GOOD)


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip"])
def test_a_wrapping_inside_a_wrapping_is_not_opened(tmp_path: Path, name: str) -> None:
    inner = gzip.compress(GOOD.encode())
    with pytest.raises(UnreadableFile, match="holds a gzip archive"):
        read(tmp_path, gzip.compress(inner) if name.endswith("gz") else packed([("table.csv", inner)]), name)


def test_of_several_tables_one_is_read_and_which_is_asked(tmp_path: Path) -> None:
    content = packed([("data/test.csv", b"a,b\n1,2\n" * 900), ("data/train.csv", GOOD.encode()), ("data/README.txt", b"hello")])
    found = read(tmp_path, content, "kaggle.zip")
    (doubt,) = found.answer.doubts
    assert (found.names, found.answer.reader["table"]) == (["a", "b", "c"], "data/train.csv")
    assert "The file 'data/train.csv' in the zip was read; the others were not." in found.report
    assert doubt.what == "The zip holds 2 tables. Which one is your data?"
    assert [choice.label for choice in doubt.choices] == [f"data/train.csv ({len(GOOD) / 1000:.3g} kB)", "data/test.csv (7.2 kB)"]


def test_another_table_of_the_zip_is_taken_by_an_answer_and_read_with_options_of_its_own(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["x", "y"], *[[i, i / 2] for i in range(50)]]
    (tmp_path / "two.zip").write_bytes(packed([("old.xls", xls(Sheet=rows)), ("train.csv", OTHER.encode())]))
    before = datasets.add(workspace, tmp_path / "two.zip", "two.zip")
    assert before.reader["inside"]["delimiter"] == ";"
    after = datasets.settle(workspace, before.id, "zip-table", 1)
    assert [column.name for column in after.columns] == ["x", "y"]
    assert (after.reader["inside"]["kind"], after.rows) == ("spreadsheet", 50)
    asked = after.doubts[0]
    assert asked.choices[asked.chosen].label.startswith("old.xls") and asked not in after.open_doubts


def test_options_found_for_another_file_of_the_zip_are_not_used(tmp_path: Path) -> None:
    content = packed([("a.csv", GOOD.encode()), ("b.csv", OTHER.encode())])
    (tmp_path / "first").mkdir()
    used = read(tmp_path / "first", content, "two.zip", table="b.csv").answer.reader
    again = read(tmp_path, content, "two.zip", **{**used, "table": "a.csv"})
    assert (again.names, again.answer.reader["inside"]["delimiter"]) == (["a", "b", "c"], ",")


def test_a_file_that_is_not_in_the_zip_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"has no file 'c.csv'. Its tables are: a.csv."):
        read(tmp_path, packed([("a.csv", GOOD.encode())]), "one.zip", table="c.csv")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["metadata.json", "config.json", "model.weights.h5"], "holds a Keras model, not data"),
        (["[Content_Types].xml", "word/document.xml", "docProps/app.json"], "holds an office document"),
        (["a.csv", "../b.csv"], "points outside of it"),
    ],
)
def test_a_zip_that_is_something_else_is_not_taken_for_data(tmp_path: Path, files: list[str], words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, packed([(name, b"{}") for name in files]), "a.zip")
