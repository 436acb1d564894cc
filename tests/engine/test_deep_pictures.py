"""Pictures with more than 256 shades, from the file to the numbers a network gets; medical files among them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine import deep_pictures
from engine.deep_pictures import Scale
from engine.readers._pictures import Shelf
from engine.steps.resize_images import ResizeImages
from tests.engine.uploads import Read, packed, read
from tests.hostile.picture_files import deep, scan, shades, soft

Array = np.ndarray[Any, Any]


def put(folder: Path, data: bytes, name: str = "one.dcm", **how: bool) -> Path:
    file = Shelf(folder, **how).put(data, name)
    assert file is not None
    return folder / file


def values_of(path: Path) -> Array:
    with Image.open(path) as picture:
        return deep_pictures.values(picture)


@pytest.mark.parametrize(
    "values",
    [
        np.arange(4096, dtype=np.uint16).reshape(64, 64),
        np.arange(-1024, 3072, dtype=np.int16).reshape(64, 64),
        np.arange(70_000, 74_096, dtype=np.int32).reshape(64, 64),
    ],
)
def test_whole_numbers_are_kept_exactly(values: Array, tmp_path: Path) -> None:
    assert deep_pictures.save(tmp_path / "a.png", values) == (values.min(), values.max())
    assert np.array_equal(values_of(tmp_path / "a.png"), values)


def test_other_numbers_are_kept_to_a_fraction_of_their_range(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32)
    values[0, 0] = np.nan
    deep_pictures.save(tmp_path / "a.png", values)
    kept = values_of(tmp_path / "a.png")
    assert np.abs(kept - values)[np.isfinite(values)].max() < np.ptp(values[np.isfinite(values)]) / 60_000
    assert kept[0, 0] == kept.min()


def test_the_scale_leaves_out_a_few_hot_pixels(tmp_path: Path) -> None:
    values = np.tile(np.arange(1000, 2000, dtype=np.uint16), (40, 1))
    values[0, :5] = 65_000
    deep_pictures.save(tmp_path / "a.png", values)
    with Image.open(tmp_path / "a.png") as picture:
        scale = deep_pictures.learn([deep_pictures.Seen.of(picture)])
    assert 1000 <= scale.low < 1010 and 1990 < scale.top < 2010


def test_the_whole_depth_can_be_kept_instead(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(deep(3000))
    assert ResizeImages(shades="whole").fit(paths(tmp_path / "a.png")) == {"channels": 1, "top": 4095.0, "low": 0.0, "by_file": False}


def paths(*files: Path) -> Array:
    return np.array([[str(file)] for file in files], object)


def test_a_recipe_of_before_reads_as_it_did(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(deep(4095))
    pixels = ResizeImages(size=32).apply(paths(tmp_path / "a.png"), {"channels": 1, "top": 4095.0})
    wanted = np.asarray(Image.open(tmp_path / "a.png"), np.float64) * 255 / 4095
    assert np.abs(pixels[0, :, :, 0] - wanted).max() <= 0.51


def test_the_machines_slope_and_intercept_are_applied(tmp_path: Path) -> None:
    stored = shades(1, 0, 2000)
    path = put(tmp_path, scan(stored, RescaleSlope=2, RescaleIntercept=-1024))
    assert np.array_equal(values_of(path), stored * 2.0 - 1024)


def test_signed_values_stay_signed(tmp_path: Path) -> None:
    stored = shades(1, -1000, 1000, np.int16)
    assert np.array_equal(values_of(put(tmp_path, scan(stored))), stored)


def test_an_inverted_picture_is_turned_with_its_window(tmp_path: Path) -> None:
    stored = shades(1, 0, 4095)
    path = put(tmp_path, scan(stored, window=(0.0, 1000.0), PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11))
    assert np.array_equal(values_of(path), 4095 - stored.astype(int))
    with Image.open(path) as picture:
        assert deep_pictures.window(picture) == (3095.0, 4095.0)


def test_filled_borders_are_as_dark_as_the_darkest_real_part(tmp_path: Path) -> None:
    stored = shades(1, 500, 1000, np.int16)
    stored[:, :4] = -2000
    assert values_of(put(tmp_path, scan(stored, PixelPaddingValue=-2000))).min() == 500


def test_colours_of_a_medical_file_are_plain_colours(tmp_path: Path) -> None:
    path = put(tmp_path, scan(np.asarray(soft(1))))
    assert np.array_equal(np.asarray(Image.open(path)), np.asarray(soft(1)))


def test_of_many_frames_the_first_is_used_and_told(tmp_path: Path) -> None:
    stored = shades(1)
    shelf = Shelf(tmp_path)
    data = scan(np.concatenate([stored, shades(2)]), Rows=32, NumberOfFrames=2)
    file = shelf.put(data, "film.dcm")
    assert file is not None
    assert np.array_equal(values_of(tmp_path / file), stored)
    assert any("only the first one is used" in change.what for change in shelf.finish())


def test_a_header_that_claims_a_huge_picture_is_left_out_before_it_is_unpacked(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.put(scan(shades(1), Rows=60_000, Columns=60_000), "huge.dcm") is None
    assert "larger than 40 million pixels" in shelf.finish()[0].what


def medical(folder: Path, **options: str) -> Read:
    places = [(k, name, i) for k, name in enumerate("ab") for i in range(9)]
    files = [(f"{name}/IM{i:03}", scan(shades(i + 50 * k), f"P{i // 3}", window=(200.0, 600.0))) for k, name, i in places]
    return read(folder, packed(files), "scans.zip", **options)


def test_medical_files_without_an_ending_are_found_and_the_window_is_asked_about(tmp_path: Path) -> None:
    found = medical(tmp_path)
    assert (found.names, found.answer.rows) == (["picture", "class", "patient"], 18)
    assert [doubt.key for doubt in found.answer.doubts] == ["medical-window"]
    assert found.answer.doubts[0].examples[0] == "a/IM000: 200 to 600"


def test_the_answer_about_the_window_reaches_the_training(tmp_path: Path) -> None:
    (tmp_path / "by").mkdir()
    by_file, alike = medical(tmp_path / "by"), medical(tmp_path, window="none")
    states = []
    for found in (by_file, alike):
        assert found.table.folder is not None
        states.append(ResizeImages().fit(paths(*(found.table.folder / name for name in found.values("picture")))))
    assert [state["by_file"] for state in states] == [True, False]
    assert alike.answer.doubts == ()
    first = paths(by_file.table.folder / by_file.values("picture")[0])  # type: ignore[operator]
    pixels = ResizeImages(size=32).apply(first, states[0])[0, :, :, 0]
    stored = shades(0)
    assert (pixels[stored <= 200] == 0).all() and (pixels[stored >= 600] == 255).all()


def test_patients_are_groups_that_the_split_keeps_whole(tmp_path: Path) -> None:
    from engine import advice

    found = medical(tmp_path)
    proposed, _ = advice.split(found.table, found.profile, found.column("class").id)
    assert (proposed.method, proposed.column) == ("group", found.column("patient").id)
    (tmp_path / "b").mkdir()
    assert set(medical(tmp_path / "b").values("patient")).isdisjoint(found.values("patient"))


def test_a_patient_has_one_name_in_every_file_of_a_workspace_and_another_elsewhere(tmp_path: Path) -> None:
    from engine import datasets
    from engine.store.workspace import Workspace

    named = []
    for place, first in (("here", 0), ("here", 40), ("elsewhere", 0)):
        workspace = Workspace.open(tmp_path / place)
        files = [(f"{name}/IM{i:03}", scan(shades(first + i + 50 * k), f"P{i // 3}")) for k, name in enumerate("ab") for i in range(9)]
        zipped = tmp_path / f"{place}{first}.zip"
        zipped.write_bytes(packed(files))
        found = datasets.add(workspace, zipped, zipped.name)
        column = next(column for column in found.columns if column.name == "patient")
        named.append(datasets.table(workspace, found.id).values(column.id).tolist())
    assert named[0] == named[1] and len(set(named[0])) == 3
    assert set(named[0]).isdisjoint(named[2])


def test_a_page_can_show_a_deep_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(deep(4095))
    shown = deep_pictures.viewable(tmp_path / "a.png")
    assert isinstance(shown, Image.Image)
    assert (shown.mode, np.asarray(shown).min(), np.asarray(shown).max()) == ("L", 0, 255)
    soft(1).save(tmp_path / "b.png")
    assert deep_pictures.viewable(tmp_path / "b.png") == tmp_path / "b.png"


def test_a_scale_without_deep_pictures_is_that_of_bytes() -> None:
    assert deep_pictures.learn([]) == Scale(0.0, 255.0, False)
