"""The sample data: its list tells the truth, its script makes it again, and its size stays small."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

FOLDER = Path(__file__).parents[2] / "sample_data"
SAMPLES: list[dict[str, Any]] = json.loads((FOLDER / "samples.json").read_text("utf-8"))
TABLES = [sample for sample in SAMPLES if sample["file"].endswith(".csv")]
PICTURES = [sample for sample in SAMPLES if sample["file"].endswith(".zip")]
BY_ID = {sample["id"]: sample for sample in SAMPLES}
WORDS = {"id", "title", "question", "story", "domain", "file", "target", "task", "picture", "picture_text", "origin"}


def each(samples: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", samples, ids=lambda sample: sample["id"])


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder made anew by its script."""
    out = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, str(FOLDER / "make.py"), "--out", str(out)], check=True, timeout=240)
    return out


def table(sample: dict[str, Any]) -> pd.DataFrame:
    return pd.read_csv(FOLDER / sample["file"])


def pixels(path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(path) as archive:
        return {name: np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in archive.namelist()}


@each(SAMPLES)
def test_every_sample_says_what_it_is_and_where_it_comes_from(sample: dict[str, Any]) -> None:
    assert all(sample[word] for word in WORDS)
    assert sample["question"].endswith("?")
    assert sample["domain"] in {"healthcare", "manufacturing", "finance", "general"}
    assert sample["task"] in {"binary", "multiclass", "regression"}
    assert sample["origin"].startswith(("Real: ", "Synthetic: "))
    assert sample["origin"] in (FOLDER / "README.md").read_text("utf-8")


@each(TABLES)
def test_the_list_matches_the_table(sample: dict[str, Any]) -> None:
    rows = table(sample)
    assert len(rows) == sample["rows"]
    assert list(rows.columns) == sample["columns"]
    assert rows[sample["target"]].notna().all()
    if sample["task"] == "regression":
        middle = rows[sample["target"]].describe()
        assert sample["balance"] == {"lowest": middle["min"], "median": middle["50%"], "highest": middle["max"]}
    else:
        assert rows[sample["target"]].value_counts().to_dict() == sample["balance"]


@each(TABLES)
def test_hints_name_columns_and_values_that_exist(sample: dict[str, Any]) -> None:
    hints = sample["hints"]
    named = [hints.get("group"), hints.get("time"), *hints.get("sensitive", []), *hints.get("leave_out", [])]
    assert {name for name in named if name} <= set(sample["columns"])
    assert (sample["task"] == "binary") == ("positive" in hints)
    assert hints.get("positive", sample["target"]) in {*sample["balance"], sample["target"]}


@each(PICTURES)
def test_the_list_matches_the_pictures(sample: dict[str, Any]) -> None:
    pictures = pixels(FOLDER / sample["file"])
    classes = pd.Series([name.split("/")[0] for name in pictures]).value_counts().to_dict()
    assert len(pictures) == sample["rows"]
    assert classes == sample["balance"]
    assert len({Path(name).name for name in pictures}) == len(pictures), "names are numbered through all classes"
    assert {picture.dtype.name for picture in pictures.values()} == {"uint8"}


@each(SAMPLES)
def test_the_card_picture_is_small_and_leaves_the_page_colour_alone(sample: dict[str, Any]) -> None:
    path = FOLDER / sample["picture"]
    assert path.stat().st_size < 30_000
    if path.suffix == ".svg":
        drawing = ElementTree.fromstring(path.read_text("utf-8"))
        assert drawing.get("viewBox") == "0 0 280 136"
        assert not [part for part in drawing.iter() if part.tag.endswith(("text", "style", "script", "image"))]
    else:
        alpha = np.asarray(Image.open(path).convert("RGBA"))[..., 3]
        assert (Image.open(path).size, alpha[0, 0]) == ((280, 136), 0)


@each(SAMPLES)
def test_no_file_is_above_the_limit(sample: dict[str, Any]) -> None:
    assert (FOLDER / sample["file"]).stat().st_size < 1_500_000


@pytest.mark.slow
@each(TABLES)
def test_a_table_is_made_again_byte_for_byte(sample: dict[str, Any], remade: Path) -> None:
    first, second = (hashlib.sha256((folder / sample["file"]).read_bytes()).hexdigest() for folder in (FOLDER, remade))
    assert first == second


@pytest.mark.slow
@each(PICTURES)
def test_pictures_are_made_again_pixel_for_pixel(sample: dict[str, Any], remade: Path) -> None:
    first, second = pixels(FOLDER / sample["file"]), pixels(remade / sample["file"])
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.slow
def test_the_list_is_made_again(remade: Path) -> None:
    assert json.loads((remade / "samples.json").read_text("utf-8")) == SAMPLES


def test_three_readings_in_a_hundred_come_before_a_failure() -> None:
    balance = BY_ID["machine_failure"]["balance"]
    assert balance["Yes"] / sum(balance.values()) == pytest.approx(0.03, abs=0.003)


def test_every_machine_has_many_rows_and_some_sensors_are_silent() -> None:
    readings = table(BY_ID["machine_failure"])
    assert readings["machine id"].nunique() == 60
    assert readings["machine id"].value_counts().min() > 100
    assert 0.02 < readings["coolant pressure (bar)"].isna().mean() < 0.1


def test_overstrain_needs_torque_and_wear_together() -> None:
    readings = table(BY_ID["machine_failure"])
    failed = readings["failure"] == "Yes"
    strained, worn = readings["torque (Nm)"] > 52, readings["tool wear (min)"] > 180
    assert failed[strained & worn].mean() > 4 * max(failed[strained & ~worn].mean(), failed[~strained & worn].mean())


def test_loans_carry_the_injustice_that_the_words_admit() -> None:
    loans = table(BY_ID["loan_risk"])
    defaulted = (loans["outcome"] == "default").groupby(loans["sex"]).mean()
    assert 0.16 < (loans["outcome"] == "default").mean() < 0.20
    assert defaulted["female"] - defaulted["male"] > 0.05


def test_brightness_does_not_tell_the_defect() -> None:
    pictures = pixels(FOLDER / "steel_defects.zip")
    means = pd.Series({name: picture.mean() for name, picture in pictures.items()})
    by_class = means.groupby(means.index.str.split("/").str[0]).mean()
    assert by_class.max() - by_class.min() < 0.25 * means.std()
