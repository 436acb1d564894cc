"""What every exporter promises: a file that answers as the model does, or a refusal in words."""

from pathlib import Path

import pytest

from engine import bundle, training
from engine.bundle import Bundle
from engine.errors import EngineError
from engine.exporters import EXPORTERS
from tests import lessons
from tests.lessons import Heard

KINDS = list(EXPORTERS.members)


@pytest.fixture(scope="module", params=["linear", "boosted_trees"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return training.train(lessons.plan(request.param, epochs=2), lessons.table(), Heard(), tmp_path_factory.mktemp("run") / "bundle")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_written_or_refused_with_a_way_out(made: Bundle, kind: str, tmp_path: Path) -> None:
    exporter = EXPORTERS.get(kind)()
    path = tmp_path / f"model{exporter.suffix}"
    if exporter.suits(made.folder):
        assert exporter.write(made, path) == path and path.stat().st_size > 0
        return
    with pytest.raises(EngineError) as error:
        exporter.write(made, path)
    assert error.value.fix and not path.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_suffix_and_a_media_type_are_named(kind: str) -> None:
    exporter = EXPORTERS.get(kind)
    assert exporter.suffix.startswith(".") and "/" in exporter.mime


def test_the_zip_answers_as_the_folder_does(made: Bundle, tmp_path: Path) -> None:
    path = EXPORTERS.get("bundle_zip")().write(made, tmp_path / "model.zip")
    again = bundle.load(bundle.unpack(path, tmp_path / "unpacked"))
    assert (again.outputs(lessons.table()) == made.outputs(lessons.table())).all()


def test_the_keras_file_opens_in_keras_alone(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    from engine.lazy import keras

    made = training.train(lessons.plan("linear", epochs=2), lessons.table(), Heard(), tmp_path / "bundle")
    path = EXPORTERS.get("keras_file")().write(made, tmp_path / "model.keras")
    alone = keras.saving.load_model(path)
    rows = made.fitted.apply(lessons.table())
    assert abs(alone.predict({"number": rows["number"]}, verbose=0) - made.outputs(lessons.table())).max() < 1e-6
