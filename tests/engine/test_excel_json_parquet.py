"""What is special about workbooks, JSON and Parquet."""

import datetime
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.errors import UnreadableFile
from tests.engine.uploads import read

RECORDS = [{"age": 20 + i, "city": ["Köln", "Rome"][i % 2], "ok": i % 3 == 0, "note": None} for i in range(30)]


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_is_chosen_and_the_others_are_told(tmp_path: Path) -> None:
    content = workbook(Cover=[], Data=[["a", "b"], *[[i, i / 2] for i in range(30)]], More=[["z"], [1]])
    found = read(tmp_path, content, "book.xlsx")
    assert (found.names, found.answer.rows, found.answer.reader["sheet"]) == (["a", "b"], 30, "Data")
    assert "The sheet 'Data' was read; the others were not." in found.report
    assert read(tmp_path, content, "book.xlsx", sheet="More").names == ["z"]
    with pytest.raises(UnreadableFile, match="no sheet 'Mroe'. Its sheets are: Cover, Data, More."):
        read(tmp_path, content, "book.xlsx", sheet="Mroe")


def test_a_table_in_the_middle_of_a_sheet(tmp_path: Path) -> None:
    rows = [[], [None, None, "My report"], [], [None, None, "when", "amount"]]
    rows += [[None, None, datetime.datetime(2020, 1, 1 + i % 28, i % 24), i * 1.5] for i in range(40)]
    found = read(tmp_path, workbook(Data=rows), "book.xlsx")
    assert (found.names, found.types, found.answer.rows) == (["when", "amount"], ["date", "number"], 40)
    assert found.values("amount")[3] == 4.5
    assert found.answer.changes[0].examples == ("My report",)


def test_formulas_never_calculated_are_told(tmp_path: Path) -> None:
    rows = [["a", "double"], *[[i, f"=A{i + 2}*2"] for i in range(30)]]
    found = read(tmp_path, workbook(Data=rows), "book.xlsx")
    assert next(change for change in found.answer.changes if "Formulas without a stored result" in change.what).count == 30


def test_errors_in_cells_are_missing(tmp_path: Path) -> None:
    rows = [["a", "b"], *[[i, "#DIV/0!" if i == 3 else i] for i in range(30)]]
    assert "'#DIV/0!' in column 'b' counts as missing." in read(tmp_path, workbook(Data=rows), "book.xlsx").report


def test_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="The workbook is empty"):
        read(tmp_path, workbook(Data=[]), "book.xlsx")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS),
        "\n".join(json.dumps(record) for record in RECORDS),
        json.dumps({"status": "ok", "records": RECORDS}),
        json.dumps({key: [record[key] for record in RECORDS] for key in RECORDS[0]}),
        pd.DataFrame(RECORDS).to_json(),
        pd.DataFrame(RECORDS).to_json(orient="split"),
        pd.DataFrame(RECORDS).to_json(orient="index"),
    ],
    ids=["records", "lines", "wrapped", "columns", "pandas", "split", "index"],
)
def test_json_in_its_usual_shapes(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, content, "data.json")
    assert (found.names, found.answer.rows) == (["age", "city", "ok", "note"], 30)
    assert found.types == ["number", "category", "category", "text"]
    assert [found.values(name)[0] for name in found.names] == [20.0, "Köln", "true", None]


def test_records_inside_records_become_columns_and_numbers_stay_exact(tmp_path: Path) -> None:
    records = [{"id": i, "place": {"x": 0.1 * i, "y": "00" + str(i)}, "tags": ["a", "b"]} for i in range(30)]
    found = read(tmp_path, json.dumps(records), "data.json")
    assert found.names == ["id", "place.x", "place.y", "tags"]
    assert found.values("place.y")[3] == "003"
    assert "Lists inside records were kept as text." in found.report


def test_a_record_inside_takes_no_place_of_another_value(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps([{"a": {"b": i}, "a.b": -i} for i in range(30)]), "data.json")
    assert (found.names, found.values("a.b")[3], found.values("a.b (2)")[3]) == (["a.b (2)", "a.b"], -3.0, 3.0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[{"a": 1}, {"a": ', "not valid JSON: Expecting value at line 1, column 18"),
        ('{"a": 1}\n{"a": 2}\n{"a": 3, }', "Line 3 of the JSON file is not valid JSON"),
        ("[" * 100_000, "too many lists and records inside each other"),
        ("[1, 2, 3]", "holds no list of records"),
        ("{}", "holds no list of records"),
    ],
)
def test_json_that_is_no_table(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, content, "data.json")


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def test_parquet_types_are_read_as_what_they_say(tmp_path: Path) -> None:
    content = parquet(
        number=pa.array([1.5, None, float("nan"), 0.1] * 10),
        flag=pa.array([True, False] * 20),
        day=pa.array([datetime.date(2020, 1, 1 + i % 28) for i in range(40)]),
        moment=pa.array([datetime.datetime(2020, 1, 1, i % 24) for i in range(40)], pa.timestamp("us", "UTC")),
        kind=pa.array(["a", "b"] * 20).dictionary_encode(),
        list=pa.array([[1, 2]] * 40),
    )
    found = read(tmp_path, content, "data.parquet")
    assert found.names == ["number", "flag", "day", "moment", "kind"]
    assert found.types == ["number", "category", "date", "date", "category"]
    assert found.values("number")[3] == 0.1
    assert found.values("moment")[5] == pd.Timestamp("2020-01-01 05:00")
    assert found.answer.changes[0].examples == ("list",)


def test_a_parquet_file_of_double_names(tmp_path: Path) -> None:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(range(30)), pa.array(range(30))], names=["a", "a"]), out)
    assert read(tmp_path, out.getvalue(), "data.parquet").names == ["a", "a (2)"]


def test_a_parquet_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pq.ParquetWriter(out, pa.schema([("a", pa.int64()), ("b", pa.int64())])) as writer:
        piece = pa.table({"a": pa.array([7] * 1_000_000), "b": pa.array([7] * 1_000_000)})
        for _ in range(110):
            writer.write_table(piece)
    assert len(out.getvalue()) < 2_000_000
    with pytest.raises(UnreadableFile, match="more than 200 million cells"):
        read(tmp_path, out.getvalue(), "data.parquet")
