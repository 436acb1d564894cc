"""What picture files say of their making: kept for one check, and nothing else of it."""

import io
from pathlib import Path

import pytest
from PIL import Image

from engine import origins
from engine.readers._pictures import Shelf


def saved(kind: str = "JPEG", notes: dict[int, object] | None = None, **how: object) -> bytes:
    exif, data = Image.Exif(), io.BytesIO()
    for tag, value in (notes or {}).items():
        exif[tag] = value
    Image.radial_gradient("L").save(data, kind, exif=exif, **how)
    return data.getvalue()


def read(data: bytes, folder: Path) -> origins.Origin:
    shelf = Shelf(folder)
    name = shelf.put(data, "one")
    shelf.finish()
    return origins.read(folder)[str(name)]


def test_camera_day_and_quality_are_known_after_the_file_was_stripped(tmp_path: Path) -> None:
    notes = {0x010F: "Canon", 0x0110: "Canon EOS R5", 0x0132: "2024:03:05 10:11:12", 0x013B: "Ann Example", 0x8298: "Ann"}
    assert read(saved(notes=notes, quality=80), tmp_path) == origins.Origin("camera 1 (Canon)", "2024-03-05", "JPEG", 80)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"EOS" not in kept and b"Ann" not in kept and b"10:11" not in kept


def test_cameras_are_told_apart_without_what_strangers_wrote(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    names = [shelf.put(saved(notes={0x010F: make}, quality=90 + i), "one") for i, make in enumerate(["Ward 3", "Nikon", "Ward 3"])]
    shelf.finish()
    found = origins.read(tmp_path)
    assert [found[str(name)].camera for name in names] == ["camera 1", "camera 2 (Nikon)", "camera 1"]


@pytest.mark.parametrize("quality", [25, 40, 75, 95])
def test_the_quality_is_that_it_was_saved_with(quality: int, tmp_path: Path) -> None:
    assert abs(read(saved(quality=quality), tmp_path).quality - quality) <= 1


@pytest.mark.parametrize("day", ["0000:00:00 00:00:00", "never", "2024"])
def test_a_date_that_is_none_says_nothing(day: str, tmp_path: Path) -> None:
    assert read(saved(notes={0x0132: day}), tmp_path).day == ""


def test_pictures_without_notes_say_their_kind_alone(tmp_path: Path) -> None:
    assert read(saved("PNG"), tmp_path) == origins.Origin(format="PNG")


def test_pictures_read_before_this_was_kept_say_nothing(tmp_path: Path) -> None:
    assert origins.read(tmp_path) == {}
    (tmp_path / origins.FILE).write_text("{")
    assert origins.read(tmp_path) == {}
