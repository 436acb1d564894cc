"""A row that repeats the names of the columns, as where exports were put one below the other: left out, told once, and kept if wanted."""

from pathlib import Path

import pytest

from engine import datasets
from engine.store.workspace import Workspace
from tests.engine.uploads import read

ROWS = [f"{i},{20 + i * 7 % 60},{'ab'[i % 2]}" for i in range(60)]
LEFT_OUT = "Rows that repeat the names of the columns were left out."


def export(separator: str = ",", end: str = "\n", quoted: bool = False) -> str:
    """Three exports one below the other."""
    names = '"id","age","kind"' if quoted else "id,age,kind"
    pieces = [names, *ROWS[:20], names, *ROWS[20:40], names, *ROWS[40:]]
    return end.join(pieces).replace(",", separator) + end


PLAIN = [export(), export(";"), export("\t"), export(end="\r\n"), export(end="\r"), export(quoted=True), "\ufeff" + export()]


@pytest.mark.parametrize("text", [*PLAIN, "Ward 3 report\n\n" + export()])
def test_repeated_names_are_left_out_and_told_in_one_line(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert (found.answer.rows, found.types) == (60, ["number", "number", "category"])
    assert not [doubt for doubt in found.answer.doubts if doubt.column]
    (line,) = [change for change in found.answer.changes if change.what == LEFT_OUT]
    first = 22 + ("report" in text) * 2
    assert (line.count, line.loses, line.undo and line.undo.label) == (2, False, "Keep them as rows")
    assert line.examples == (f"line {first}: id, age, kind", f"line {first + 21}: id, age, kind")
    assert found.values("id") == list(range(60))


def test_each_row_keeps_the_line_it_stands_on(tmp_path: Path) -> None:
    from engine.readers import Job, choose

    path = tmp_path / "data.csv"
    path.write_text(export())
    raw = choose(path, "data.csv", {}).read(Job(path, "data.csv", tmp_path))
    list(raw.batches)
    assert raw.places and raw.places.of[19:22] == ["21", "23", "24"]


def test_they_are_rows_again_if_wanted(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "workspace")
    path = tmp_path / "file.csv"
    path.write_text(export())
    before = datasets.add(workspace, path, "file.csv")
    (line,) = [change for change in before.changes if change.what == LEFT_OUT]
    after = datasets.undo(workspace, before.id, line)
    assert after.rows == 62 and not any(change.what == LEFT_OUT for change in after.changes)


def test_blanks_before_a_value_are_kept_where_rows_are_left_out(tmp_path: Path) -> None:
    from engine import tables

    rows = [f"{i}, {'red' if i % 2 else 'blue'} ,{i % 5}" for i in range(60)]
    read(tmp_path, "\n".join(["id,colour,rooms", *rows[:30], "id,colour,rooms", *rows[30:]]) + "\n")
    assert tables.source_column(tmp_path / "source-s.parquet", "c0002")[:2].to_pylist() == [" blue ", " red "]


def test_a_value_that_is_a_name_by_chance_stays(tmp_path: Path) -> None:
    found = read(tmp_path, export().replace("\nid,age,kind", "\n7,30,kind"))
    assert found.answer.rows == 62 and LEFT_OUT not in found.report


def test_rows_of_a_single_column_are_not_taken_for_its_name(tmp_path: Path) -> None:
    found = read(tmp_path, "colour\n" + "red\ncolour\nblue\n" * 20, header="yes")
    assert found.answer.rows == 60
