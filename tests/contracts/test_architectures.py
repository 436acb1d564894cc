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
def test_layers_follow_neither_from_the_seed_nor_from_names(kind: str) -> None:
    """Else what is worked out for one network could not be lent to the next."""
    from engine.lazy import keras

    lesson, found = lessons.lesson(lessons.small(kind)), []
    for shapes, seed in ((lesson.shapes, 5), (lesson.shapes.unnamed, 0)):
        keras.backend.clear_session()
        found.append(_unseeded(network.build(lesson.architecture, lesson.task, lesson.state, shapes, seed).get_config()))
    assert found[0] == found[1]


def _unseeded(config: object) -> object:
    if isinstance(config, dict):
        return {name: _unseeded(value) for name, value in config.items() if name != "seed"}
    return [_unseeded(value) for value in config] if isinstance(config, list | tuple) else config


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


def test_each_pair_of_values_has_a_weight_of_its_own() -> None:
    from engine.lazy import keras

    lesson = lessons.lesson(ARCHITECTURES.get("wide_deep")())
    model = network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, 0)
    codes = np.array([(i, j) for i in range(5) for j in range(12)], np.int32)
    places = keras.Model(model.input["code"], model.get_layer("values_and_pairs").output)(codes).numpy()
    assert places[:, 2].tolist() == list(range(17, 77))
    assert places[:, 0].max() < places[:, 1].min() and places[:, 1].max() < 17
    assert model.get_layer("wide_weights").input_dim == 77


def test_pairs_of_very_many_values_are_left_out() -> None:
    task, y = lessons.tasks()["binary"]
    shapes = Shapes(code=(("a", 3), ("b", 5000), ("c", 4)))
    model = network.build(ARCHITECTURES.get("wide_deep")(), task, task.fit(y), shapes, 0)
    assert model.get_layer("wide_weights").input_dim == 5007 + 12


@pytest.mark.parametrize("kind", ["transformer", "wide_deep"])
def test_the_order_of_columns_means_nothing(kind: str) -> None:
    """With the columns in another order, and what is learned for each of them moved along, every answer stays."""
    lesson = lessons.lesson(ARCHITECTURES.get(kind)())
    model = network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, 0)
    other = network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, 1)
    order, inputs = [2, 0, 3, 1], {name: x[:20] for name, x in lesson.train.items()}
    for mine, its in zip(model.layers, other.layers, strict=True):
        its.set_weights([_moved(mine, x, order) for x in mine.get_weights()])
    before, unmoved = model(inputs).numpy(), other(inputs).numpy()
    after = other({**inputs, "number": inputs["number"][:, order]}).numpy()
    assert np.allclose(after, before, atol=1e-5) and not np.allclose(unmoved, before, atol=1e-3)


def _moved(layer: object, x: np.ndarray, order: list[int]) -> np.ndarray:
    """The weights that belong to single numbers, in the new order: of a number's token, or of the layers that take the numbers first."""
    if layer.name == "number_tokens":  # type: ignore[attr-defined]
        return x[order]
    takes_numbers = layer.name in ("dense_1", "answer") and x.ndim == 2 and x.shape[0] not in (64, 85)  # type: ignore[attr-defined]
    return np.concatenate([x[order], x[4:]]) if takes_numbers else x
