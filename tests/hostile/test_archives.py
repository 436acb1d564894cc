"""E09 to E20 of the catalogue: zips that point outside, explode, lie, or are simply packed as people pack them."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from engine.errors import UnreadableFile
from tests.engine.uploads import packed, read
from tests.hostile import picture_files as made
from tests.hostile.picture_files import ASKED, FIXED, REFUSED, WARNED, Case, beside, folders, photo
from tests.hostile.verdicts import judge


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in folders("a", "b", each=2):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def repeated() -> bytes:
    out = io.BytesIO(packed(folders("a", "b")))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("a/A.PNG", photo(5001))
        archive.writestr("a/a.png", photo(5002))
    return out.getvalue()


def deep_down() -> bytes:
    return packed(folders("good", "bad", inside="1/2/3/4/"))


TABLE = [(f"x/p{i}.png", photo(i)) for i in range(24)]

CASES = [
    Case("E09", REFUSED, lambda: made.with_member("../../evil.png", photo(1)), "points outside of it, '../../evil.png'"),
    Case("E09", REFUSED, lambda: made.with_member("/abs/evil.png", photo(1)), "points outside of it"),
    Case("E09", REFUSED, lambda: made.with_member("C:\\w\\evil.png", photo(1)), "points outside of it"),
    Case("E10", REFUSED, lambda: made.with_member("a/l.png", b"/etc/passwd", external_attr=0o120777 << 16), "holds a link, 'a/l.png'"),
    Case("E11", REFUSED, lambda: beside(("a/bomb.png", b"\0" * 30_000_000)), "unpacks to more than 100 times its size"),
    Case("E12", REFUSED, made.overlapping, "lie over one another"),
    Case("E12", REFUSED, made.lying, "None of the 2 pictures could be opened"),
    Case("E14", WARNED, repeated, "stand for more than one file", holds=lambda found: found.answer.rows == 26),
    Case("E15", REFUSED, made.protected, "protected by a password"),
    Case("E16", REFUSED, lambda: packed([("inner.zip", beside())]), "a zip archive with other archives in it .*Unpack"),
    Case("E16", REFUSED, tar, "a tar archive.*Unpack"),
    Case("E16", REFUSED, lambda: b"7z\xbc\xaf\x27\x1c" + b"x" * 60, "a 7z archive.*Unpack"),
    Case("E16", REFUSED, lambda: b"Rar!\x1a\x07" + b"x" * 60, "a RAR archive.*Unpack"),
    Case(
        "E17",
        FIXED,
        lambda: beside(("__MACOSX/a/._1.png", b"x"), ("a/.DS_Store", b"x"), ("b/Thumbs.db", b"x"), ("b/._2.png", b"x")),
        "operating system had added",
        holds=lambda found: found.answer.rows == 24 and "no pictures" not in found.report,
    ),
    Case("E18", ASKED, lambda: made.in_letters(["いぬ", "ねこ"], "cp932"), "letters that it does not name.*Japanese.*いぬ"),
    Case("E18", ASKED, lambda: made.in_letters(["良品", "缺陷"], "gb18030"), "Chinese .GBK.: 良品"),
    Case("E18", ASKED, lambda: made.in_letters(["Schön", "Größe"], "cp437"), "Western .DOS.: .*Schön"),
    Case("E19", REFUSED, lambda: beside()[:3000], "damaged"),
    Case("E19", REFUSED, lambda: packed([]), "damaged or empty zip"),
    Case("E19", REFUSED, lambda: photo(1, "JPEG") + beside(), "is a single picture", name="photo.jpg"),
    Case("E20", REFUSED, lambda: packed([(f"{i}.png", photo(i)) for i in range(24)]), "no class folders: all 24 pictures lie side by side"),
    Case("E20", REFUSED, lambda: packed(folders("only", each=24)), r"lie in one folder \('only'\)"),
    Case("E20", REFUSED, lambda: packed(folders("train", "test")), "'test', 'train': parts that data is divided into, not classes"),
    Case("E20", FIXED, deep_down, "", holds=lambda found: dict(found.profile.columns[1].top) == {"good": 12, "bad": 12}),
    Case("E20", FIXED, lambda: packed([*TABLE, ("labels.csv", made.table([f"p{i}" for i in range(24)]))]), "names the pictures"),
    Case(
        "E20",
        ASKED,
        lambda: packed([*TABLE, ("a.csv", made.table([f"p{i}" for i in range(24)])), ("b.csv", made.table([f"p{i}" for i in range(20)]))]),
        r"More than one table.*a\.csv: 24 pictures.*b\.csv: 20 pictures",
    ),
    Case("E20", ASKED, lambda: packed([(f"{'cat' if i % 2 else 'dog'}_{i}.png", photo(i)) for i in range(24)]), "Yes: dog, cat"),
]


def test_every_case_of_the_catalogue_is_here() -> None:
    assert {case.id for case in CASES} | {"E13"} == {f"E{number:02d}" for number in range(9, 21)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_archives(case: Case, tmp_path: Path) -> None:
    judge(case, tmp_path)


def test_e13_an_archive_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.readers._zip.MOST_MEMBERS", 20)
    with pytest.raises(UnreadableFile, match="holds 24 files; at most 20 can be read"):
        read(tmp_path, beside(), "pictures.zip")


@pytest.mark.parametrize(
    ("letters", "names"), [("cp932", ["いぬ", "ねこ"]), ("cp437", ["Schön", "Größe"]), ("cp949", ["고양이", "강아지"])]
)
def test_names_in_old_letters_are_read_and_can_be_read_otherwise(letters: str, names: list[str], tmp_path: Path) -> None:
    found = read(tmp_path, made.in_letters(names, letters), "pictures.zip")
    assert set(found.values("class")) == set(names)
    doubt = found.answer.doubts[0]
    assert doubt.choices[doubt.chosen].options == {"letters": letters}
    (tmp_path / "again").mkdir()
    other = read(tmp_path / "again", made.in_letters(names, letters), "pictures.zip", **doubt.choices[1].options)
    assert not set(other.values("class")) & set(names)
    assert other.answer.doubts == ()


def test_names_that_say_they_are_unicode_are_not_asked_about(tmp_path: Path) -> None:
    found = read(tmp_path, packed(folders("いぬ", "Größe")), "pictures.zip")
    assert (set(found.values("class")), found.answer.doubts) == ({"いぬ", "Größe"}, ())


def test_pictures_in_a_document_do_not_make_it_a_zip_of_pictures(tmp_path: Path) -> None:
    document = packed([("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>"), ("word/media/image1.png", photo(1))])
    with pytest.raises(UnreadableFile, match="holds an office document"):
        read(tmp_path, document, "letter.zip")
