"""What every architecture promises, tested on each file in the folder."""

import numpy as np
import pytest

from engine import diagram, network
from engine.architectures import ARCHITECTURES, Architecture
from engine.architectures.base import Shapes
from engine.columns import Column
from engine.profile import ColumnProfile, Profile
from engine.tasks import TASKS
from tests import lessons

KINDS = list(ARCHITECTURES.members)
NETWORKS = [kind for kind in KINDS if ARCHITECTURES.get(kind).learner == "gradient"]
TASK_KINDS = ["binary", "multiclass", "regression"]


def profile(rows: int, *types: str) -> Profile:
    columns = tuple(
        ColumnProfile(column=Column(id=f"c{i}", name=f"column {i}", type=type), rows=rows, missing=0, distinct=9)  # type: ignore[arg-type]
        for i, type in enumerate(types)
    )
    return Profile(rows=rows, columns=columns)


@pytest.mark.parametrize("task", TASK_KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_answers_in_the_shape_of_its_task(kind: str, task: str) -> None:
    taught = lessons.taught(kind, task)
    outputs = taught.model.predict(taught.lesson.validation)
    assert outputs.shape == (60, 3 if task == "multiclass" else 1) and outputs.dtype == np.float32
    assert np.isfinite(outputs).all()
    if task != "regression":
        assert (outputs >= 0).all() and (outputs <= 1.000001).all()


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_network_is_functional_and_starts_alike_for_a_seed(kind: str) -> None:
    from engine.lazy import keras

    lesson = lessons.lesson(lessons.small(kind))
    first, again, other = (network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, seed) for seed in (5, 5, 6))
    assert isinstance(first, keras.Model) and not isinstance(first, keras.Sequential)
    assert all((a == b).all() for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    assert any((a != b).any() for a, b in zip(first.get_weights(), other.get_weights(), strict=True))


@pytest.mark.parametrize("kind", NETWORKS)
def test_the_picture_of_a_network_joins_every_layer_to_those_before_it(kind: str) -> None:
    lesson = lessons.lesson(lessons.small(kind))
    model = network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, 0)
    boxes = diagram.layers(model)
    names = [box.name for box in boxes]
    assert len(set(names)) == len(names)
    assert all(before in names for box in boxes for before in box.inputs)
    assert all(box.inputs or box.kind == "Input" for box in boxes)
    assert sum(box.parameters for box in boxes) == model.count_params()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rows", "types"), [(60, ["number"]), (5000, ["number", "category", "date"]), (500, ["image"]), (500, ["text"])])
def test_a_proposal_has_a_rank_and_one_sentence_of_reason(kind: str, rows: int, types: list[str]) -> None:
    found = ARCHITECTURES.get(kind).propose(profile(rows, *types), [f"c{i}" for i in range(len(types))], TASKS.get("binary")())
    if found is None:
        return
    architecture, rank, why = found
    assert isinstance(architecture, ARCHITECTURES.get(kind)) and 0 <= rank <= 1
    assert why[0].isupper() and why.endswith(".") and len(why) < 200


@pytest.mark.parametrize("types", [["number"], ["category"], ["number", "category", "date"], ["image"]])
def test_something_is_proposed_for_every_kind_of_data(types: list[str]) -> None:
    asked = (profile(800, *types), [f"c{i}" for i in range(len(types))], TASKS.get("binary")())
    assert [kind for kind in KINDS if ARCHITECTURES.get(kind).propose(*asked)]


def test_the_classic_network_for_small_pictures_has_the_classic_layers() -> None:
    architecture: Architecture = ARCHITECTURES.get("cnn")(batch_norm=False, dropout=0)
    task, y = lessons.tasks()["multiclass"]
    model = network.build(architecture, task, task.fit(y), Shapes(pixels=(32, 32, 3)), 0)
    boxes = [(box.kind, box.shape) for box in diagram.layers(model) if box.kind in ("Convolution", "Keep the strongest", "Fully connected")]
    assert [kind for kind, _ in boxes] == [
        "Convolution", "Keep the strongest", "Convolution", "Keep the strongest", "Convolution", "Fully connected", "Fully connected",
    ]  # fmt: skip
    assert boxes[0][1] == "32 x 32 x 32" and boxes[4][1] == "8 x 8 x 64" and boxes[5][1] == "64"


@pytest.mark.parametrize("side", [8, 28, 64, 200])
def test_a_large_picture_does_not_make_a_huge_last_layer(side: int) -> None:
    lesson = lessons.lesson(lessons.small("cnn"))
    model = network.build(ARCHITECTURES.get("cnn")(), lesson.task, lesson.state, Shapes(pixels=(side, side, 3)), 0)
    assert model.count_params() < 400_000


def test_widths_that_no_computer_can_hold_are_refused_in_words() -> None:
    from engine.errors import InvalidPlan

    with pytest.raises(InvalidPlan, match="Neurons in each layer.*between 1 and 8,192"):
        ARCHITECTURES.parse({"kind": "mlp", "widths": [64, 1_000_000]})
