"""A file to predict on, matched with the columns a model knows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import dataset_files, importing, new_rows, tables
from engine.columns import Column, Table
from engine.errors import UnreadableFile
from engine.problems import Problem
from tests.engine.uploads import classes, packed, picture

AGE = Column(id="c0001", name="Age", type="number")
CITY = Column(id="c0002", name="home city", type="category", missing=("?",))
SICK = Column(id="c0003", name="sick", type="category")
PHOTO = Column(id="c0001", name="picture", type="image")
KIND = Column(id="c0002", name="class", type="category")


def read(
    folder: Path, content: str | bytes, *known: Column, name: str = "new.csv", optional: tuple[str, ...] = ()
) -> tuple[Table, list[Problem]]:
    path = folder / "new"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    request = importing.Request(path=str(path), name=name, folder=str(folder), source="s", typed="t", known=known, optional=optional)
    answer: dict[str, Any] = new_rows.read(request, lambda done, words: None)
    columns = tuple(Column.model_validate(column) for column in answer["columns"])
    _, pictures, table, _ = dataset_files.files(folder, "s", "t")
    return tables.read_table(table, columns, folder=pictures), [Problem.model_validate(problem) for problem in answer["problems"]]


def said(problems: list[Problem]) -> str:
    return "\n".join(f"{problem.where}: {problem.what}" for problem in problems)


def test_order_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "more,home city,Age\n1,Rome,41\n2,?,42\n", AGE, CITY)
    assert list(table.frame) == ["c0001", "c0002"]
    assert (table.values("c0001").tolist(), table.values("c0002").tolist()) == ([41.0, 42.0], ["Rome", None])
    assert problems == []


def test_names_match_without_capitals_and_blanks_and_that_is_told(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "AGE,Home_City\n41,Rome\n", AGE, CITY)
    assert table.values("c0001").tolist() == [41.0]
    assert "home city: The file's column 'Home_City' was taken for 'home city'." in said(problems)


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="The file has no column 'Age', 'home city', which the model needs. .* it has 'x', 'sick'."):
        read(tmp_path, "x,sick\n1,no\n", AGE, CITY, SICK)


def test_the_target_may_be_absent(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "Age,home city\n41,Rome\n", AGE, CITY, SICK, optional=("c0003",))
    assert list(table.frame) == ["c0001", "c0002"]
    table, _ = read(tmp_path, "Age,home city,sick\n41,Rome,no\n", AGE, CITY, SICK, optional=("c0003",))
    assert table.values("c0003").tolist() == ["no"]


def test_values_of_another_type_are_missing_and_named(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "Age\n41\nold\n43\n", AGE)
    assert np.isnan(table.values("c0001")[1])
    assert said(problems) == "Age: 1 value is not a number and counts as missing: row 2 ('old')."


def test_another_way_of_writing_numbers_is_understood_and_told(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "Age;x\n41,5;1\n42,25;2\n", AGE)
    assert table.values("c0001").tolist() == [41.5, 42.25]
    assert "Values are written another way here than in the training data" in said(problems)


def test_one_row_without_names_fits_a_model_without_names(tmp_path: Path) -> None:
    known = [Column(id=f"c000{i}", name=f"column {i}", type="number") for i in (1, 2, 3)]
    table, _ = read(tmp_path, "6,148,72\n", *known)
    assert table.frame.iloc[0].tolist() == [6.0, 148.0, 72.0]


def test_one_row_of_words_under_known_names(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "home city,sick\nRome,no\n", CITY, SICK)
    assert table.values("c0002").tolist() == ["Rome"]


def test_pictures_need_no_class_folders_to_be_predicted(tmp_path: Path) -> None:
    table, _ = read(tmp_path, packed([("x.png", picture(1)), ("y.png", picture(2))]), PHOTO, KIND, name="p.zip", optional=("c0002",))
    assert (len(table), list(table.frame)) == (2, ["source", "c0001"])
    assert table.folder is not None and (table.folder / table.values("c0001")[0]).is_file()


def test_a_single_picture_is_enough_to_predict(tmp_path: Path) -> None:
    table, _ = read(tmp_path, picture(1), PHOTO, KIND, name="one.png", optional=("c0002",))
    assert len(table) == 1


def test_class_folders_are_read_where_they_are(tmp_path: Path) -> None:
    table, _ = read(tmp_path, packed(classes("a", "b", each=2)), PHOTO, KIND, name="p.zip", optional=("c0002",))
    assert table.values("c0002").tolist() == ["a", "a", "b", "b"]


def ragged(rows: int = 40, *long: int) -> str:
    return "Age,home city\n" + "".join(f"{20 + i},Rome{',5,6' if i in long else ''}\n" for i in range(rows))


def test_rows_keep_their_line_when_ragged_ones_are_left_out(tmp_path: Path) -> None:
    table, problems = read(tmp_path, ragged(40, 2, 7), AGE, CITY)
    lines = {int(line): age for line, age in zip(table.values("source"), table.values("c0001"), strict=True)}
    assert len(lines) == 38 and all(age == 20 + line - 2 for line, age in lines.items())
    assert not {4, 9} & set(lines)
    assert "left out (2 times): line 4 has 4, line 9 has 4." in said(problems) and "the column 'line' says where" in said(problems)
    assert [problem.level for problem in problems if "left out" in problem.what] == ["warn"]


@pytest.mark.parametrize("lost", [0, 39])
def test_a_lost_row_at_either_end_is_noticed_too(tmp_path: Path, lost: int) -> None:
    table, _ = read(tmp_path, ragged(40, lost), AGE, CITY)
    assert [column.name for column in table.columns] == ["line", "Age", "home city"]
    assert table.values("source")[0] == ("3" if lost == 0 else "2")


def test_blank_lines_shift_nothing_unsaid(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "Age,home city\n41,Rome\n\n42,Oslo\n", AGE, CITY)
    assert table.values("source").tolist() == ["2", "4"]


def test_a_whole_file_needs_no_line_numbers(tmp_path: Path) -> None:
    table, _ = read(tmp_path, ragged(40), AGE, CITY)
    assert [column.id for column in table.columns] == ["c0001", "c0002"]


def test_a_column_called_line_keeps_its_name(tmp_path: Path) -> None:
    line = Column(id="c0001", name="line", type="number")
    table, _ = read(tmp_path, "line,x\n" + "".join(f"{i},1{',2' if i == 1 else ''}\n" for i in range(20)), line)
    assert [column.name for column in table.columns] == ["line in the file", "line"]


def test_sheet_rows_are_told_where_blank_ones_lie_between(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Age"], [41], [], [43]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    table, _ = read(tmp_path, (tmp_path / "book.xlsx").read_bytes(), AGE, name="book.xlsx")
    assert (table.values("source").tolist(), table.values("c0001").tolist()) == (["2", "4"], [41.0, 43.0])


def test_each_picture_keeps_the_name_it_came_with(tmp_path: Path) -> None:
    content = packed([("x.png", picture(1)), ("bad.png", b"no picture"), ("y.png", picture(2))])
    table, problems = read(tmp_path, content, PHOTO, KIND, name="p.zip", optional=("c0002",))
    assert table.values("source").tolist() == ["x.png", "y.png"]
    assert "bad.png" in said(problems)
