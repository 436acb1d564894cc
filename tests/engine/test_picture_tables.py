"""Pictures with a table that names them, and with classes in their names."""

from pathlib import Path

import pandas as pd
import pytest

from engine import importing, new_rows
from engine.columns import Column
from engine.errors import UnreadableFile
from engine.readers import _named
from tests.engine.uploads import Read, packed, read
from tests.hostile.picture_files import folders, photo, table

PICTURES = [(f"shots/Part_{i:02}.JPG", photo(i, "JPEG")) for i in range(24)]


def zipped(folder: Path, *files: tuple[str, bytes], **options: str) -> Read:
    return read(folder, packed([*PICTURES, *files]), "parts.zip", **options)


@pytest.mark.parametrize(
    "name",
    [
        "shots/Part_{:02}.JPG",
        "Part_{:02}.JPG",
        "part_{:02}.jpg",
        "PART_{:02}",
        "C:\\work\\shots\\Part_{:02}.JPG",
        "./shots/part_{:02}.png",
        "/data/2024/Part_{:02}",
    ],
)
def test_a_picture_is_found_by_any_way_of_naming_it(name: str, tmp_path: Path) -> None:
    found = zipped(tmp_path, ("labels.csv", table([name.format(i) for i in reversed(range(24))])))
    assert (found.names, found.types, found.answer.rows) == (["picture", "age", "answer"], ["image", "number", "category"], 24)
    assert found.values("age")[:3] == [20.0, 21.0, 22.0]
    assert found.answer.reader["layout"] == "table"
    assert found.table.folder is not None
    assert (found.table.folder / found.values("picture")[0]).stat().st_size > 0


def test_each_row_has_its_own_picture(tmp_path: Path) -> None:
    one = zipped(tmp_path, ("labels.csv", table(["part_07", "part_03", *[f"part_{i:02}" for i in range(8, 24)]])))
    (tmp_path / "b").mkdir()
    other = read(tmp_path / "b", packed([PICTURES[7], PICTURES[3], *PICTURES[8:]]), "p.zip", layout="none")
    assert one.table.folder and other.table.folder
    same = [(one.table.folder / a).read_bytes() == (other.table.folder / b).read_bytes() for a, b in zip(*both(one, other), strict=True)]
    assert all(same)


def both(one: Read, other: Read) -> tuple[list[str], list[str]]:
    return one.values("picture"), other.values("picture")


def test_rows_without_picture_and_pictures_without_row_are_counted(tmp_path: Path) -> None:
    found = zipped(tmp_path, ("labels.csv", table([f"part_{i:02}" for i in range(3, 29)])))
    lines = {change.what: change for change in found.answer.changes}
    rows, pictures = (
        lines["Rows of 'labels.csv' that name no picture in the zip were left out."],
        lines["Pictures that no row of 'labels.csv' names were left out."],
    )
    assert (found.answer.rows, rows.count, pictures.count) == (21, 5, 3)
    assert rows.examples[0] == "row 22: 'part_24'"
    assert pictures.examples == ("shots/Part_00.JPG", "shots/Part_01.JPG", "shots/Part_02.JPG")
    assert rows.loses and pictures.loses


def test_a_name_that_fits_several_pictures_is_no_guess(tmp_path: Path) -> None:
    twice = [(f"{eye}/{i:02}.png", photo(i + 50 * k)) for k, eye in enumerate(("left", "right")) for i in range(12)]
    rows = [*[f"left/{i:02}" for i in range(12)], *[f"right/{i:02}" for i in range(11)], "05.png"]
    found = read(tmp_path, packed([*twice, ("labels.csv", table(rows))]), "p.zip")
    told = next(change for change in found.answer.changes if "fits several pictures" in change.what)
    assert (found.answer.rows, told.count, told.examples) == (23, 1, ("row 24: '05.png'",))
    assert set(found.values("folder")) == {"left", "right"}


def test_numbers_that_a_spreadsheet_has_shortened_find_their_picture(tmp_path: Path) -> None:
    frame = pd.DataFrame({"image": range(24), "grade": ["good", "bad"] * 12})
    pictures = [(f"{i:05}.png", photo(i)) for i in range(24)]
    path = tmp_path / "t.xlsx"
    frame.to_excel(path, index=False)
    found = read(tmp_path, packed([*pictures, ("grades.xlsx", path.read_bytes())]), "p.zip")
    assert (found.names, found.answer.rows) == (["picture", "grade"], 24)


def test_what_reading_the_table_did_is_told_of_the_right_column(tmp_path: Path) -> None:
    text = table([f"part_{i:02}" for i in range(24)]).replace(b"file,age,answer", b"file,answer,answer")
    found = zipped(tmp_path, ("labels.csv", text))
    told = next(change for change in found.answer.changes if "like another one" in change.what)
    assert told.what.startswith("In 'labels.csv': ")
    assert next(column for column in found.answer.columns if column.id == told.column).name == "answer (2)"


def test_a_question_about_the_table_is_answered_in_the_report(tmp_path: Path) -> None:
    text = table([f"part_{i:02}" for i in range(24)], ("größer", "kleiner")).decode().encode("cp1252")
    found = zipped(tmp_path, ("labels.csv", text))
    told = [change for change in found.answer.changes if "It was taken as: " in change.what]
    assert [change.what.startswith("In 'labels.csv': ") and change.undo is None for change in told] == [True]
    assert set(found.values("answer")) == {"größer", "kleiner"}


def test_several_rows_may_speak_of_one_picture(tmp_path: Path) -> None:
    found = zipped(tmp_path, ("labels.csv", table([f"part_{i % 24:02}" for i in range(30)])))
    assert found.answer.rows == 30
    assert found.values("picture")[0] == found.values("picture")[24]
    assert found.values("look-alikes")[0] == found.values("look-alikes")[24] is not None


def test_the_other_table_can_be_chosen(tmp_path: Path) -> None:
    small = ("small.csv", table([f"part_{i:02}" for i in range(20)], ("x", "y")))
    found = zipped(tmp_path, ("large.csv", table([f"part_{i:02}" for i in range(24)])), small)
    doubt = found.answer.doubts[0]
    assert [choice.label for choice in doubt.choices] == ["large.csv: 24 pictures", "small.csv: 20 pictures"]
    (tmp_path / "b").mkdir()
    other = read(tmp_path / "b", packed([*PICTURES, ("large.csv", b"file\n"), small]), "p.zip", **doubt.choices[1].options)
    assert (other.answer.rows, set(other.values("answer")), other.answer.doubts) == (20, {"x", "y"}, ())


def test_a_table_about_something_else_is_no_table_of_the_pictures(tmp_path: Path) -> None:
    prices = b"item,price\n" + b"".join(b"thing %d,%d\n" % (i, i) for i in range(40))
    found = read(tmp_path, packed([*folders("a", "b"), ("prices.csv", prices)]), "p.zip")
    assert found.names == ["picture", "class"]
    assert "Files that are no pictures were left out." in found.report


def test_a_table_that_names_other_pictures_is_said_to(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"'labels.csv' does not name them as they are called \('shots/Part_00.JPG'\)"):
        zipped(tmp_path, ("labels.csv", table([f"other{i}" for i in range(24)])))


def test_new_pictures_are_answered_whether_or_not_a_row_names_them(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(packed([*PICTURES, ("labels.csv", table([f"part_{i:02}" for i in range(20)]))]))
    known = (Column(id="c0001", name="picture", type="image"), Column(id="c0003", name="answer", type="category"))
    request = importing.Request(
        path=str(tmp_path / "upload"), name="new.zip", folder=str(tmp_path), source="s", typed="t", known=known, optional=("c0003",)
    )
    assert new_rows.read(request, lambda done, words: None)["rows"] == 24


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        ("cat_{:03}.jpg dog_{:03}.jpg", {"cat", "dog"}),
        ("cat.{}.png dog.{}.png", {"cat", "dog"}),
        ("{:04}-cat.png {:04}-dog.png", {"cat", "dog"}),
        ("cat({}).png dog({}).png", {"cat", "dog"}),
        ("cat{}.png dog{}.png", {"cat", "dog"}),
        ("scan_sick_{}.png scan_well_{}.png", {"sick", "well"}),
        ("golden_retriever_{}.png german_shepherd_{}.png pug_{}.png", {"golden_retriever", "german_shepherd", "pug"}),
        ("3_{:04}.png 7_{:04}.png", {"3", "7"}),
    ],
)
def test_classes_are_found_in_names(names: str, classes: set[str]) -> None:
    files = [name.format(i) for name in names.split() for i in range(12)]
    found = _named.find(files)
    assert set(found[0].classes) == classes
    assert found[0].classes[0] in files[0]


@pytest.mark.parametrize(
    "names", ["IMG_{:04}.jpg", "IMG_{}.jpg DSC_{}.jpg", "{:032x}.png", "2023-01-{:02}.png", "train_{}.png test_{}.png"]
)
def test_names_without_classes_have_none(names: str) -> None:
    assert _named.find([name.format(i * 7919 + 1) for name in names.split() for i in range(12)]) == []


def test_an_answer_about_names_is_taken_and_not_asked_again(tmp_path: Path) -> None:
    names = [f"{side}_{kind}_{i}.png" for side in ("left", "right") for kind in "xy" for i in range(6)]
    files = packed([(name, photo(n)) for n, name in enumerate(names)])
    first = read(tmp_path, files, "p.zip")
    choices = first.answer.doubts[0].choices
    assert [choice.label for choice in choices] == [
        "Yes: x, y", "Yes: left, right", "Yes: left_x, left_y, right_x, right_y", "No, the names say nothing"
    ]  # fmt: skip
    wanted = (["left", "right"], ["left_x", "left_y", "right_x", "right_y"], [])
    for number, (choice, classes) in enumerate(zip(choices[1:], wanted, strict=True)):
        (tmp_path / str(number)).mkdir()
        again = read(tmp_path / str(number), files, "p.zip", **choice.options)
        assert sorted(set(again.values("class") if "class" in again.names else [])) == classes
        assert again.answer.doubts == ()


def test_folders_called_train_and_test_are_no_classes(tmp_path: Path) -> None:
    names = [f"{part}/{kind}.{i}.png" for part in ("train", "test") for kind in ("cat", "dog") for i in range(8)]
    found = read(tmp_path, packed([(name, photo(n)) for n, name in enumerate(names)]), "p.zip")
    assert (set(found.values("class")), set(found.values("part"))) == ({"cat", "dog"}, {"train", "test"})
