"""Picture zips in the shapes people have them, and what is done to single pictures."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import UnreadableFile
from tests.engine.uploads import Read, classes, packed, picture, read, saved


def zipped(folder: Path, files: list[tuple[str, bytes]], **options: str) -> Read:
    return read(folder, packed(files), "pictures.zip", **options)


def opened(found: Read, row: int = -1) -> Image.Image:
    assert found.table.folder is not None
    return Image.open(found.table.folder / found.values("picture")[row])


@pytest.mark.parametrize("inside", ["", "root/", "a/b/c/d/"])
def test_class_folders_are_found_at_any_depth(tmp_path: Path, inside: str) -> None:
    found = zipped(tmp_path, classes("good", "bad", inside=inside))
    assert (found.names, found.types, found.answer.rows) == (["picture", "class"], ["image", "category"], 24)
    assert dict(found.profile.column("c0002").top) == {"good": 12, "bad": 12}
    assert found.profile.column("c0001").sizes == ((32, 32, 24),)
    assert found.answer.has_pictures


def test_folders_above_the_classes_are_told(tmp_path: Path) -> None:
    found = zipped(tmp_path, classes("a", "b", inside="x/left/") + classes("a", "b", inside="x/right/"))
    assert dict(found.profile.column("c0002").top) == {"a": 24, "b": 24}
    assert "Folders above the class folders were not used." in found.report


def test_folders_that_divide_the_data_become_a_column(tmp_path: Path) -> None:
    found = zipped(tmp_path, classes("a", "b", inside="x/train/") + classes("a", "b", each=3, inside="x/test/"))
    assert dict(found.profile.column("c0003").top) == {"train": 24, "test": 6}
    assert found.names[:3] == ["picture", "class", "part"]
    assert "stand in the column 'part'" in found.report


def test_folders_of_single_patients_are_no_classes(tmp_path: Path) -> None:
    files = [(f"{name}/patient{i}{name}/scan.png", picture(i)) for name in ("sick", "well") for i in range(30)]
    assert dict(zipped(tmp_path, files).profile.column("c0002").top) == {"sick": 30, "well": 30}


@pytest.mark.parametrize(("folder", "words"), [("", "lie side by side"), ("steel/", r"lie in one folder \('steel'\)")])
def test_no_class_folders(tmp_path: Path, folder: str, words: str) -> None:
    with pytest.raises(
        UnreadableFile, match=f"The zip has no class folders: all 5 pictures {words}. Put the pictures into one folder for each class"
    ):
        zipped(tmp_path, [(f"{folder}{i}.png", picture(i)) for i in range(5)])


def test_damaged_pictures_are_left_out_and_listed(tmp_path: Path) -> None:
    cut = picture(5, format="JPEG")[:400]
    files = [*classes("a", "b"), ("a/cut.jpg", cut), ("b/empty.jpg", b""), ("b/text.jpg", b"hello"), ("b/note.svg", b"<svg/>")]
    found = zipped(tmp_path, [*files, ("__MACOSX/a/._1.png", b"x"), ("b/Thumbs.db", b"x")])
    left_out = next(change for change in found.answer.changes if "damaged" in change.what)
    assert (found.answer.rows, left_out.count, left_out.examples) == (24, 3, ("a/cut.jpg", "b/empty.jpg", "b/text.jpg"))
    assert next(change for change in found.answer.changes if "no pictures were" in change.what).examples == ("b/note.svg",)


def test_only_damaged_pictures(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="None of the 2 pictures could be opened, the first being 'a/1.png'"):
        zipped(tmp_path, [("a/1.png", b"x"), ("b/2.png", b"y")])


def test_exact_copies_are_told(tmp_path: Path) -> None:
    found = zipped(tmp_path, [*classes("a", "b"), ("b/again.png", picture(0))])
    assert next(change for change in found.answer.changes if "exact copies" in change.what).examples == ("b/again.png",)


def test_tiny_and_huge_pictures_are_left_out_without_decoding(tmp_path: Path) -> None:
    huge = saved(Image.new("1", (20_000, 20_000)))
    found = zipped(
        tmp_path, [*classes("a", "b"), ("a/tiny.png", picture(1, 4, 4)), ("a/huge.png", huge), ("a/thin.png", picture(1, 900, 9))]
    )
    assert found.answer.rows == 24
    assert next(change for change in found.answer.changes if "40 million pixels" in change.what).count == 3


def test_hidden_data_is_gone_and_pictures_stand_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCamera"
    lying, standing = picture(1, 30, 20, format="JPEG", exif=exif), picture(2, 30, 20, format="JPEG", comment=b"SecretPlace")
    found = zipped(tmp_path, [*classes("a", "b"), ("b/y.jpg", standing), ("b/z.jpg", lying)])
    assert opened(found).size == (20, 30)
    assert "turned upright" in found.report
    assert found.table.folder is not None
    kept = b"".join(file.read_bytes() for file in found.table.folder.iterdir())
    assert b"Secret" not in kept
    assert np.array_equal(np.asarray(opened(found, -2)), np.asarray(Image.open(io.BytesIO(standing))))


@pytest.mark.parametrize(
    ("mode", "kept", "words"), [("RGBA", "RGB", "made white"), ("P", "RGB", "palette"), ("LA", "L", "made white"), ("1", "L", "")]
)
def test_unusual_colours_are_made_plain(tmp_path: Path, mode: str, kept: str, words: str) -> None:
    found = zipped(tmp_path, [*classes("a", "b"), ("b/z.png", picture(1, mode=mode))])
    assert opened(found).mode == kept
    assert words in found.report


def test_pictures_with_many_shades_keep_them_all(tmp_path: Path) -> None:
    ramp = np.arange(400, dtype=np.uint16).reshape(20, 20)
    files = [*classes("a", "b"), ("b/y.png", saved(Image.fromarray(ramp * 2))), ("b/z.png", saved(Image.fromarray(ramp * 8)))]
    found = zipped(tmp_path, files)
    assert np.array_equal(np.asarray(opened(found, -1)), ramp * 8)
    told = next(change for change in found.answer.changes if "more than 256 shades" in change.what)
    assert (told.count, told.examples) == (2, ("b/y.png: 0 to 798", "b/z.png: 0 to 3,192"))


@pytest.mark.parametrize("name", ["../../evil.png", "/etc/evil.png", "C:\\evil.png"])
def test_paths_that_point_outside_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="points outside of it"):
        zipped(tmp_path, [*classes("a", "b"), (name, picture())])
    assert not list(tmp_path.rglob("evil*"))


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="'a/1.png' in the zip archive unpacks to more than 100 times its size"):
        zipped(tmp_path, [("a/1.png", b"\0" * 30_000_000), ("b/2.png", picture())])


def test_links_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFile, match="holds a link, 'a/link.png'"):
        read(tmp_path, out.getvalue(), "pictures.zip")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.readers._zip.MOST_MEMBERS", 10)
    with pytest.raises(UnreadableFile, match="holds 24 files; at most 10"):
        zipped(tmp_path, classes("a", "b"))


def test_a_single_picture_is_too_little(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="'one.png' is a single picture; a model needs many"):
        read(tmp_path, picture(), "one.png")


def test_the_class_can_be_the_outermost_folder(tmp_path: Path) -> None:
    files = classes("x", "y", inside="left/") + classes("x", "y", inside="right/")
    assert dict(zipped(tmp_path, files, level="first").profile.column("c0002").top) == {"left": 24, "right": 24}
