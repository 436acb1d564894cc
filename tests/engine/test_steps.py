"""What is special in single steps; what all of them promise is in tests/contracts/test_steps.py."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.columns import Column
from engine.profile import ColumnProfile
from engine.steps.clip import Clip
from engine.steps.codes import Codes
from engine.steps.date_parts import DateParts
from engine.steps.fill_categories import FillCategories
from engine.steps.fill_numbers import FillNumbers
from engine.steps.one_hot import OneHot
from engine.steps.rescale_pixels import RescalePixels
from engine.steps.resize_images import ResizeImages
from engine.steps.scale import Scale

Array = np.ndarray[Any, Any]


def column(*values: float) -> Array:
    return np.array(values, float)[:, None]


def words(*values: str | None) -> Array:
    return np.array(values, dtype=object)[:, None]


def dates(*values: str) -> Array:
    return np.array(values, dtype="datetime64[ns]")[:, None]


def test_a_gap_gets_the_median_of_the_training_rows_and_a_note() -> None:
    step = FillNumbers()
    state = step.fit(column(1, 2, 9, np.nan))
    assert step.apply(column(np.nan, 100), state).tolist() == [[2, 1], [100, 0]]
    assert step.outputs(["age"], state) == [("age", 0), ("age (was missing)", 0)]


def test_a_column_without_gaps_in_training_gets_no_note() -> None:
    step = FillNumbers()
    assert step.outputs(["age"], step.fit(column(1, 2, 9))) == [("age", 0)]


def test_an_infinite_number_counts_as_missing() -> None:
    step = FillNumbers(value="mean", indicator=False)
    state = step.fit(column(1, 3, np.inf))
    assert step.apply(column(-np.inf), state).tolist() == [[2]]


def test_the_commonest_category_fills_gaps_when_asked() -> None:
    step = FillCategories(value="commonest")
    state = step.fit(words("b", "a", "b", None))
    assert step.apply(words(None, "c"), state).ravel().tolist() == ["b", "c"]


def test_clipping_spares_a_rare_flag() -> None:
    step = Clip(lower=5, upper=95)
    flag = column(*[0.0] * 99, 1.0)
    assert step.apply(flag, step.fit(flag)).sum() == 1


def test_clipping_uses_the_percentiles_of_training_rows() -> None:
    step = Clip(lower=10, upper=90)
    state = step.fit(np.arange(101.0)[:, None])
    assert step.apply(column(-50, 50, np.nan, 5000), state).ravel().tolist()[:2] == [10, 50]
    assert step.apply(column(5000), state).item() == 90


def test_robust_scaling_is_the_published_formula() -> None:
    training = np.arange(101.0)[:, None]
    step = Scale()
    z = (90 - 50) / (75 - 25)
    assert step.apply(column(90), step.fit(training)).item() == pytest.approx(z / np.sqrt(1 + (z / 3) ** 2))


def test_robust_scaling_bends_any_value_inside_its_limit() -> None:
    step = Scale(limit=3)
    state = step.fit(np.arange(101.0)[:, None])
    assert step.apply(column(1e25), state).item() == pytest.approx(3)
    assert step.apply(column(-1e25), state).item() == pytest.approx(-3)


def test_robust_scaling_with_equal_quartiles_uses_half_the_range() -> None:
    step = Scale(limit=20)
    state = step.fit(column(*[5.0] * 20, 1.0, 11.0))
    assert state["factor"] == [1 / 5]


@pytest.mark.parametrize("method", ["robust", "standard", "minmax"])
def test_flags_keep_their_values_and_constants_become_zero(method: str) -> None:
    step = Scale(method=method)
    training = np.column_stack([[0, 1, 0, 0, 0, 0, 0, 0.0], [7.0] * 8])
    assert step.apply(np.array([[1, 7], [0, 900.0]]), step.fit(training)).tolist() == [[1, 0], [0, 0]]


def test_a_gap_stays_a_gap_when_scaled_before_filling() -> None:
    step = Scale(method="standard")
    assert np.isnan(step.apply(column(np.nan), step.fit(column(1, 2, np.nan)))).all()


def test_rare_and_never_seen_categories_share_a_column_and_missing_is_none_of_them() -> None:
    step = OneHot(rare=2)
    state = step.fit(words("red", "red", "blue", "blue", "blue", "pink"))
    assert [label for label, _ in step.outputs(["colour"], state)] == ["colour = blue", "colour = red", "colour = other"]
    assert step.apply(words("red", "pink", "green", None), state).tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]]


def test_a_never_seen_category_is_zero_everywhere_when_none_was_rare() -> None:
    step = OneHot(rare=1)
    assert step.apply(words("green"), step.fit(words("red", "blue"))).tolist() == [[0, 0]]


def test_only_the_commonest_categories_are_kept_beyond_the_cap() -> None:
    step = OneHot(most=2, rare=1)
    state = step.fit(words(*"aaabbc"))
    assert state == {"levels": [["a", "b"]], "other": [True]}


def test_codes_start_at_one_and_zero_is_everything_unknown() -> None:
    step = Codes(rare=2)
    state = step.fit(words("red", "red", "blue", "blue", "blue", "pink"))
    assert step.apply(words("blue", "red", "pink", "green", None), state).ravel().tolist() == [1, 2, 0, 0, 0]
    assert step.levels(state) == [3]


def test_trees_get_every_category_as_a_code_and_networks_only_those_with_many_values() -> None:
    few = ColumnProfile(column=Column(id="c1", name="few", type="category"), rows=100, missing=0, distinct=3)
    many = ColumnProfile(column=Column(id="c2", name="many", type="category"), rows=100, missing=0, distinct=40)
    network, trees = frozenset({"number", "code", "complete", "scaled"}), frozenset({"number", "code"})
    assert Codes.propose([few, many], network)[0].columns == ("c2",)  # type: ignore[index]
    assert Codes.propose([few, many], trees)[0].columns == ()  # type: ignore[index]
    assert OneHot.propose([few, many], network) is not None
    assert OneHot.propose([few, many], trees) is None


def test_december_is_next_to_january() -> None:
    step = DateParts(trend="none")
    state = step.fit(dates("2020-01-01", "2020-07-01", "2021-12-31"))
    december, january, july = step.apply(dates("2020-12-31", "2021-01-01", "2021-07-01"), state)[:, :2]
    assert np.linalg.norm(december - january) < 0.05 < 1.9 < np.linalg.norm(july - january)


def test_dates_without_a_time_get_no_time_of_day() -> None:
    step = DateParts()
    labels = [label for label, _ in step.outputs(["sold"], step.fit(dates("2020-01-01", "2020-02-01")))]
    assert labels == ["sold: days since the first", "sold: day of the week (sine)", "sold: day of the week (cosine)"]


def test_the_year_is_the_calendar_year() -> None:
    step = DateParts(trend="year", cycles=False)
    state = step.fit(dates("2020-01-01", "2021-01-01"))
    assert step.apply(dates("1969-12-31T23:00", "2024-02-29"), state).ravel().tolist() == [1969, 2024]


def test_a_missing_date_gets_the_middle_one_and_a_note() -> None:
    step = DateParts(cycles=False)
    state = step.fit(dates("2020-01-01", "2020-01-03", "2020-01-05", "NaT"))
    assert step.apply(dates("NaT", "2020-01-05"), state).tolist() == [[2, 1], [4, 0]]


def save(path: Path, values: Array, **options: Any) -> Array:
    Image.fromarray(values).save(path, **options)
    return np.array([[str(path)]], dtype=object)


def test_a_picture_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    values = np.zeros((16, 16), np.uint8)
    values[:, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    x = save(tmp_path / "a.png", values, exif=exif)
    step = ResizeImages(size=16)
    upright = step.apply(x, step.fit(x))[0, :, :, 0]
    assert upright[0, 5] == 255
    assert upright[15, 5] == 0


def test_pictures_of_16_bits_are_read_by_their_brightest_training_value(tmp_path: Path) -> None:
    values = np.linspace(0, 4095, 256).reshape(16, 16).astype(np.uint16)
    x = save(tmp_path / "deep.png", values)
    step = ResizeImages(size=16)
    pixels = step.apply(x, step.fit(x))
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_see_through_parts_are_white(tmp_path: Path) -> None:
    x = save(tmp_path / "clear.png", np.zeros((16, 16, 4), np.uint8))
    step = ResizeImages(size=16, colour="grey")
    assert step.apply(x, step.fit(x)).min() == 255


def test_grey_pictures_stored_as_colour_are_found_to_be_grey(tmp_path: Path) -> None:
    grey = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    assert ResizeImages().fit(save(tmp_path / "grey.png", grey))["channels"] == 1
    grey[:, :, 0] = 0
    assert ResizeImages().fit(save(tmp_path / "red.png", grey))["channels"] == 3


def test_an_unreadable_picture_is_mid_grey(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    step = ResizeImages(size=8)
    pixels = step.apply(np.array([[str(tmp_path / "a.jpg")], [None]], dtype=object), {"channels": 3, "top": 255.0})
    assert pixels.shape == (2, 8, 8, 3)
    assert set(pixels.ravel().tolist()) == {128}


@pytest.mark.parametrize(("shape", "corner"), [("stretch", 200), ("crop", 200), ("pad", 0)])
def test_a_wide_picture_is_stretched_cut_or_padded(tmp_path: Path, shape: str, corner: int) -> None:
    x = save(tmp_path / "wide.png", np.full((16, 64), 200, np.uint8))
    step = ResizeImages(size=16, shape=shape)
    assert step.apply(x, step.fit(x))[0, 0, 0, 0] == corner


def test_standardised_brightness_is_measured_on_training_pictures() -> None:
    training = np.random.default_rng(0).integers(0, 100, (200, 8, 8, 3), dtype=np.uint8)
    step = RescalePixels(method="standard")
    result = step.apply(training, step.fit(training))
    assert np.allclose(result.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    assert np.allclose(result.std(axis=(0, 1, 2)), 1, atol=1e-5)


def size_for(*sizes: tuple[int, int, int]) -> int:
    column = Column(id="c1", name="picture", type="image")
    profile = ColumnProfile(column=column, rows=10, missing=0, distinct=10, sizes=sizes)
    step, _ = ResizeImages.propose([profile], frozenset({"pixels"}))  # type: ignore[misc]
    return step.size  # type: ignore[attr-defined, no-any-return]


def test_small_pictures_keep_their_size_and_large_ones_shrink() -> None:
    assert [size_for((32, 32, 10)), size_for((200, 200, 10)), size_for((8, 8, 10))] == [32, 64, 16]
