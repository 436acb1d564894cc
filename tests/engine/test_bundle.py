"""A bundle travels: it answers raw rows elsewhere as it did here, and notices when it was touched."""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import bundle, training
from engine.bundle import Bundle
from engine.columns import Table
from engine.errors import EngineError, NotFound
from tests import lessons
from tests.lessons import Heard

MODELS = ["mlp", "boosted_trees"]


@pytest.fixture(scope="module", params=MODELS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return training.train(lessons.plan(request.param, epochs=5), lessons.table(), Heard(), tmp_path_factory.mktemp("run") / "bundle")


@pytest.fixture
def copy(made: Bundle, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.folder, tmp_path / "copy"))


def test_a_loaded_bundle_answers_raw_rows_as_the_trained_model_did(made: Bundle, copy: Path) -> None:
    rows = lessons.table()
    assert np.allclose(bundle.load(copy).outputs(rows), made.outputs(rows), atol=1e-6)
    assert bundle.load(copy).predict(rows).equals(made.predict(rows))


def test_answers_are_in_the_users_words_with_how_sure(made: Bundle) -> None:
    answers = made.predict(lessons.table())
    assert set(answers["prediction"]) <= {"yes", "no"} and len(answers) == 240
    assert answers["how sure"].between(0, 1).all()


def test_it_needs_no_target_and_copes_with_gaps_and_unknown_words(made: Bundle) -> None:
    frame = pd.DataFrame(
        {
            "c0001": [np.nan, 50.0],
            "c0002": [np.nan, np.nan],
            "c0003": pd.Series(["moon", None]).astype("str"),
            "c0004": pd.to_datetime(pd.Series([None, "2030-01-01"])).astype("datetime64[ns]"),
        }
    )
    answers = made.predict(Table(lessons.table().columns[:4], frame))
    assert answers["how sure"].notna().all()


def test_a_missing_column_is_named(made: Bundle) -> None:
    table = lessons.table()
    without = Table(table.columns[1:], table.frame.drop(columns="c0001"))
    with pytest.raises(EngineError, match="The column 'age' is missing."):
        made.predict(without)


def test_unusual_rows_are_reported_in_words(made: Bundle) -> None:
    table = lessons.table().take(np.arange(3))
    table.frame["c0001"] = [20.0, 900.0, np.nan]
    table.frame["c0003"] = pd.Series(["north", "moon", "south"]).astype("str")
    said = {problem.where: problem.what for problem in made.problems(table) if problem.where != "age"}
    assert said["ward"] == "1 row has a value that never occurs in the training rows: 'moon'."
    ages = [problem.what for problem in made.problems(table) if problem.where == "age"]
    assert "1 row lies outside of what the model has seen (20 to 78), such as 900." in ages
    assert "1 row has no value for age." in ages


def test_one_unusual_row_is_reported_by_its_value(made: Bundle) -> None:
    table = lessons.table().take(np.arange(1))
    table.frame["c0001"] = [900.0]
    assert made.problems(table)[0].what == "age is 900, but the training rows went from 20 to 78."


def test_the_form_knows_ranges_and_choices_of_the_training_rows(made: Bundle) -> None:
    fields = {field.name: field for field in bundle.form(made.folder)}
    assert list(fields) == ["age", "sugar [mg/dl]", "ward", "admitted"]
    assert fields["age"].low == 20 and fields["age"].high == 78 and fields["age"].whole
    assert not fields["sugar [mg/dl]"].whole and fields["sugar [mg/dl]"].missing > 0.02
    assert sorted(fields["ward"].choices) == ["east", "north", "south"] and fields["ward"].common == fields["ward"].choices[0]
    assert fields["admitted"].low == pd.Timestamp("2020-01-01").timestamp()


def test_report_and_form_are_read_without_the_model(made: Bundle, copy: Path) -> None:
    for file in [*copy.glob("*.keras"), *copy.glob("*.npz")]:
        file.unlink()
    assert bundle.report(copy) == made.report
    assert len(bundle.form(copy)) == 4


@pytest.mark.parametrize("name", ["recipe.json", "report.json", "samples.json"])
def test_a_changed_file_is_noticed(copy: Path, name: str) -> None:
    (copy / name).write_text((copy / name).read_text() + " ")
    with pytest.raises(EngineError, match=f"'{name}' was changed"):
        bundle.load(copy)


def test_a_missing_or_foreign_file_is_noticed(copy: Path) -> None:
    (copy / "extra.txt").write_text("x")
    with pytest.raises(EngineError, match=r"'extra.txt' is not part of it"):
        bundle.load(copy)
    (copy / "extra.txt").unlink()
    (copy / "task.json").unlink()
    with pytest.raises(EngineError, match=r"'task.json' is missing"):
        bundle.load(copy)


def test_a_model_that_answers_differently_is_not_trusted(copy: Path) -> None:
    samples = json.loads((copy / "samples.json").read_text())
    samples["outputs"] = [[1 - value for value in row] for row in samples["outputs"]]
    (copy / "samples.json").write_text(json.dumps(samples))
    _sign_again(copy)
    with pytest.raises(EngineError, match="does not answer as it did when it was made"):
        bundle.load(copy)


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no model in"):
        bundle.load(tmp_path)


def test_a_network_with_code_in_it_is_never_loaded(tmp_path: Path) -> None:
    from engine import network
    from engine.lazy import keras

    inputs = keras.Input((2,), name="number")
    model = keras.Model({"number": inputs}, keras.layers.Lambda(lambda x: x + 1)(inputs))
    model.save(tmp_path / network.FILE)
    with pytest.raises(EngineError, match=r"was not made here: it holds 'keras.layers.Lambda'"):
        network.load(tmp_path)


def test_trees_that_would_never_end_are_refused(tmp_path: Path) -> None:
    from engine.trees import Forest

    model = lessons.taught("boosted_trees").model
    model.save(tmp_path)
    with np.load(tmp_path / "trees.npz") as arrays:
        found = dict(arrays)
    found["left"][0] = 0
    np.savez(tmp_path / "trees.npz", **found)
    with pytest.raises(EngineError, match="do not form trees"):
        Forest.load(tmp_path)


def test_the_card_says_what_it_is_and_how_good(made: Bundle) -> None:
    card = (made.folder / "card.md").read_text()
    assert made.report.headline in card and "sugar \\[mg/dl\\]" in card
    for heading in ("What it does", "How good it is", "What it was made from", "Where it should not be trusted", "How it was made"):
        assert f"\n## {heading}\n" in card


def test_nothing_half_written_is_left_when_writing_fails(made: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("engine.samples.write", fail)
    with pytest.raises(OSError, match="disk full"):
        training.train(lessons.plan("boosted_trees", epochs=1), lessons.table(), Heard(), tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(EngineError, match=r"'other.zip' is not a model"):
        bundle.unpack(tmp_path / "other.zip", tmp_path / "place")


def _sign_again(folder: Path) -> None:
    from engine import manifest

    kept = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != manifest.FILE}
    manifest.write(folder, lambda place: [(place / name).write_bytes(content) for name, content in kept.items()])
