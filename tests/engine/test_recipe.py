"""The recipe: fitted on training rows, applied to any, previewed and checked."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine import recipe
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.profile import ColumnProfile
from engine.steps import Step
from engine.steps.codes import Codes
from engine.steps.date_parts import DateParts
from engine.steps.fill_categories import FillCategories
from engine.steps.fill_numbers import FillNumbers
from engine.steps.one_hot import OneHot
from engine.steps.rescale_pixels import RescalePixels
from engine.steps.resize_images import ResizeImages
from engine.steps.scale import Scale

INPUTS = ("age", "colour", "seen", "city")
NETWORK = frozenset({"number", "code", "complete", "scaled"})


def table(rows: int = 50, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    age = rng.normal(50, 10, rows)
    age[::10] = np.nan
    frame = pd.DataFrame(
        {
            "age": age,
            "colour": pd.Series(rng.choice(["red", "blue"], rows), dtype="str"),
            "seen": pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), "D")).astype("datetime64[ns]"),
            "city": pd.Series(rng.choice(["Rome", "Oslo", None], rows), dtype="str"),
            "note": pd.Series(["free text"] * rows, dtype="str"),
        }
    )
    types: dict[str, Any] = {"age": "number", "colour": "category", "seen": "date", "city": "category", "note": "text"}
    return Table(tuple(Column(id=id, name=id.title(), type=type) for id, type in types.items()), frame)


def steps() -> list[Step]:
    return [DateParts(), FillNumbers(), FillCategories(), Scale(), Codes(columns=("city",)), OneHot()]


def profiles(*ids: str) -> list[ColumnProfile]:
    own = table()
    missing = {id: int(own.frame[id].isna().sum()) for id in own.frame}
    return [ColumnProfile(column=own.column(id), rows=50, missing=missing[id], distinct=20, low=20, high=80) for id in ids]


def test_every_prepared_column_knows_its_name_and_the_column_it_comes_from() -> None:
    fitted = recipe.fit(steps(), table(), INPUTS)
    origin = dict(zip(fitted.shapes.number, fitted.origins["number"], strict=True))
    assert origin["Age (was missing)"] == "age"
    assert origin["Seen: days since the first"] == "seen"
    assert origin["Colour = red"] == "colour"
    assert fitted.shapes.code == (("City", 4),)
    assert fitted.origins["code"] == ("city",)
    assert fitted.names == (*fitted.shapes.number, "City")


def test_the_prepared_arrays_have_the_shapes_said() -> None:
    fitted = recipe.fit(steps(), table(), INPUTS)
    prepared = fitted.apply(table(7, seed=1))
    assert prepared["number"].shape == (7, len(fitted.shapes.number))
    assert prepared["number"].dtype == np.float32
    assert prepared["code"].shape == (7, 1)
    assert prepared["code"].dtype == np.int32
    assert "pixels" not in prepared


def test_a_recipe_read_back_from_json_is_the_same_recipe() -> None:
    fitted = recipe.fit(steps(), table(), INPUTS)
    again = recipe.Fitted.from_json(json.loads(json.dumps(fitted.to_json(), allow_nan=False)))
    rows = table(30, seed=2)
    assert again == fitted
    assert all(np.array_equal(again.apply(rows)[name], values) for name, values in fitted.apply(rows).items())


def test_nothing_is_learned_from_rows_it_is_applied_to() -> None:
    fitted = recipe.fit(steps(), table(), INPUTS)
    alone, among = table(1, seed=3), table(400, seed=3)
    among.frame.iloc[0] = alone.frame.iloc[0]
    assert np.array_equal(fitted.apply(alone)["number"][0], fitted.apply(among)["number"][0])


def test_the_target_never_enters() -> None:
    rows = table()
    fitted = recipe.fit(steps(), rows, ("age", "colour"))
    rows.frame["city"] = pd.Series(["elsewhere"] * 50, dtype="str")
    assert fitted == recipe.fit(steps(), rows, ("age", "colour"))
    assert not any("City" in name for name in fitted.names)


def test_a_step_for_some_columns_leaves_the_others_alone() -> None:
    rows = table()
    rows.frame["more"] = np.arange(50.0)
    both = Table((*rows.columns, Column(id="more", name="More", type="number")), rows.frame)
    fitted = recipe.fit([FillNumbers(), Scale(columns=("age",))], both, ("age", "more"))
    prepared = dict(zip(fitted.shapes.number, fitted.apply(both)["number"].T, strict=True))
    assert prepared["More"].tolist() == list(range(50))
    assert np.abs(prepared["Age"]).max() < 3


def test_steps_work_in_the_order_they_are_in() -> None:
    scaled_after = recipe.fit([OneHot(), FillNumbers(), Scale(method="standard")], table(), ("age", "colour"))
    assert recipe.fit([FillNumbers(), OneHot()], table(), ("age", "colour")).apply(table())["number"].max() > 20
    assert np.abs(scaled_after.apply(table())["number"]).max() < 10


def test_huge_and_infinite_numbers_stay_finite_for_the_model() -> None:
    rows = table()
    rows.frame.loc[1, "age"], rows.frame.loc[2, "age"] = 1e300, np.inf
    prepared = recipe.fit([FillNumbers()], rows, ("age",)).apply(rows)["number"]
    assert np.isfinite(prepared).all()


def test_columns_left_over_are_refused_by_name() -> None:
    with pytest.raises(InvalidPlan) as error:
        recipe.fit([FillNumbers()], table(), ("age", "colour", "city"))
    assert str(error.value) == "No step turns these category columns into numbers: Colour, City. Add such a step, or leave the columns out."


def pictures(folder: Path, columns: int = 1) -> Table:
    rng = np.random.default_rng(0)
    for i in range(12):
        Image.fromarray(rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)).save(folder / f"{i}.png")
    frame = pd.DataFrame({f"p{c}": pd.Series([f"{i}.png" for i in range(12)], dtype="str") for c in range(columns)})
    return Table(tuple(Column(id=id, name=id, type="image") for id in frame), frame, folder)


def test_pictures_become_pixels(tmp_path: Path) -> None:
    rows = pictures(tmp_path)
    fitted = recipe.fit([ResizeImages(size=16), RescalePixels()], rows, ("p0",))
    prepared = fitted.apply(rows.take(np.arange(5)))
    assert fitted.shapes.pixels == (16, 16, 3)
    assert prepared["pixels"].shape == (5, 16, 16, 3)
    assert 0 <= prepared["pixels"].min() < 0.2 < 0.8 < prepared["pixels"].max() <= 1


def test_two_picture_columns_lie_behind_one_another(tmp_path: Path) -> None:
    rows = pictures(tmp_path, columns=2)
    assert recipe.fit([ResizeImages(size=16)], rows, ("p0", "p1")).shapes.pixels == (16, 16, 6)


def test_two_picture_columns_of_different_sizes_are_refused(tmp_path: Path) -> None:
    sizes = [ResizeImages(size=16, columns=("p0",)), ResizeImages(size=32, columns=("p1",))]
    with pytest.raises(InvalidPlan, match="Two picture columns are brought to different sizes"):
        recipe.fit(sizes, pictures(tmp_path, columns=2), ("p0", "p1"))


def test_a_preview_shows_the_columns_before_and_after_one_step() -> None:
    shown = recipe.preview(steps(), table(5000), INPUTS, 1)
    assert len(shown.before) == len(shown.after) == 1000
    assert "Age" in shown.labels_before
    assert shown.before["Age"].isna().any()
    assert not shown.after["Age"].isna().any()
    assert shown.labels_after[-1] == "Age (was missing)"
    assert (shown.origins_before[0], shown.origins_before[1], shown.origins_after[-1]) == ("age", "seen", "age")


def test_a_preview_has_no_two_columns_of_one_name() -> None:
    rows = table()
    named = Table((rows.column("colour"), Column(id="age", name="Colour", type="number")), rows.frame)
    shown = recipe.preview([OneHot()], named, ("colour", "age"), 0)
    assert len(set(shown.labels_after)) == len(shown.labels_after)


def test_a_preview_of_pictures_shows_bytes(tmp_path: Path) -> None:
    shown = recipe.preview([ResizeImages(size=16), RescalePixels(method="standard")], pictures(tmp_path), ("p0",), 1)
    assert len(shown.pictures_before) == len(shown.pictures_after) == 8
    assert {p.dtype for p in shown.pictures_after} == {np.dtype(np.uint8)}
    assert shown.pictures_after[0].shape == (16, 16, 3)


def test_a_preview_of_a_step_without_columns_is_empty() -> None:
    shown = recipe.preview([DateParts()], table(), ("age",), 0)
    assert shown.labels_before == shown.labels_after == ()


def test_a_recipe_that_fits_has_no_problem() -> None:
    assert recipe.check(steps(), profiles(*INPUTS), NETWORK) == []


def test_a_category_nothing_turns_into_numbers_stops_and_offers_the_step() -> None:
    (problem,) = recipe.check([FillNumbers(), Scale()], profiles("age", "colour"), frozenset({"number", "complete", "scaled"}))
    assert problem.level == "stop"
    assert problem.what == "Colour is a category, and this model cannot take that as it is."
    assert problem.fix == "Add the step 'One column per category'."
    assert problem.action == {"do": "add step", "kind": "one_hot"}


def test_gaps_stop_a_network_but_not_trees() -> None:
    (problem,) = recipe.check([Scale()], profiles("age"), NETWORK)
    assert (problem.level, problem.what) == ("stop", "Age has missing values, and this model needs a number in every place.")
    assert recipe.check([], profiles("age"), frozenset({"number", "code"})) == []


def test_unscaled_numbers_are_warned_of() -> None:
    (problem,) = recipe.check([FillNumbers()], profiles("age"), NETWORK)
    assert (problem.level, problem.action) == ("warn", {"do": "add step", "kind": "scale"})


def test_free_text_stops_and_offers_to_leave_it_out() -> None:
    (problem,) = recipe.check([], profiles("note"), NETWORK)
    assert (problem.level, problem.what) == ("stop", "'Note' is free text, which no model here can read yet.")
    assert problem.action == {"do": "leave out", "column": "note"}


def test_numbers_stop_a_model_for_pictures() -> None:
    problems = recipe.check([], profiles("age"), frozenset({"pixels", "scaled"}))
    assert [(p.level, p.action) for p in problems] == [("stop", {"do": "leave out", "column": "age"})]


def test_a_step_with_nothing_to_do_is_mentioned() -> None:
    problems = recipe.check([FillNumbers(), Scale(), DateParts()], profiles("age"), NETWORK)
    assert [(p.where, p.level) for p in problems] == [("Take dates apart", "info")]


def test_many_rows_are_prepared_in_pieces_to_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted, rows = recipe.fit(steps(), table(), INPUTS), np.arange(3, 50)[::-1]
    at_once, some_at_once = fitted.apply(table()), fitted.apply(table(), rows)
    monkeypatch.setattr(recipe, "PIECE", 7)
    for type, x in fitted.apply(table()).items():
        assert x.dtype == at_once[type].dtype
        assert np.array_equal(x, at_once[type])
        assert np.array_equal(fitted.apply(table(), rows)[type], at_once[type][rows])
        assert np.array_equal(some_at_once[type], at_once[type][rows])


def test_of_very_many_rows_some_of_the_training_rows_teach_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "TEACHING", 5)
    rows = np.arange(10, 30)
    taught = recipe.fit(steps(), table(), INPUTS, rows)
    assert taught.to_json() == recipe.fit(steps(), table().take(rows[[0, 4, 9, 14, 19]]), INPUTS).to_json()
