"""Facts that the networks for tables have to agree with."""

import numpy as np
import pytest

from engine import heads, network, optimisers
from engine.architectures import ARCHITECTURES
from engine.architectures._pieces import _edges
from engine.architectures.base import Shapes
from engine.lazy import keras
from engine.tasks import TASKS
from tests import lessons

RNG = np.random.default_rng


def built(kind: str, columns: int, rows: int = 800, **settings: object) -> tuple[object, dict[str, np.ndarray]]:
    """An untrained network that was adapted to rows of very different sizes."""
    architecture = ARCHITECTURES.get(kind)(**settings)
    x = (RNG(0).normal(size=(rows, columns)) * np.linspace(0.3, 2, columns)).astype(np.float32)
    task, y = lessons.tasks()["binary"]
    model = network.build(architecture, task, task.fit(y), Shapes(number=tuple(f"c{i}" for i in range(columns))), 3)
    architecture.adapt(model, {"number": x})
    return model, {"number": x}


@pytest.mark.parametrize("columns", [3, 40])
def test_a_tuned_network_starts_with_inputs_of_variance_one_to_every_neuron(columns: int) -> None:
    model, rows = built("realmlp", columns)
    for number in (1, 2, 3):
        layer = model.get_layer(f"layer_{number}")
        before = np.asarray(keras.Model(model.input, model.get_layer(f"to_layer_{number}").output)(rows))
        spread = (0.1 * before @ layer.get_weights()[0]).std(axis=0)
        assert np.median(spread) == pytest.approx(1, abs=0.1)


def test_its_biases_lie_among_the_training_rows() -> None:
    model, rows = built("realmlp", 6)
    after = np.asarray(keras.Model(model.input, model.get_layer("from_layer_1").output)(rows))
    share = (after > 0).mean(axis=0)
    assert ((share > 0.01) & (share < 0.99)).mean() > 0.95


LOW, HIGH = (0, 1 / 15, 3 / 15, 7 / 15, 1), ((2**0.5 - 1) / 15, (2**1.5 - 1) / 15)


@pytest.mark.parametrize(("done", "expected"), [*((t, 0) for t in LOW), *((t, 1) for t in HIGH)])
def test_the_learning_rate_falls_in_four_waves(done: float, expected: float) -> None:
    settings = optimisers.Settings("adamw", 0.04, 0.9, 0.02, 0.0, "waves", 0.0, 0.95)
    rate = optimisers.build(settings, 30_000)
    schedule = rate._learning_rate
    assert float(schedule(round(30_000 * done))) == pytest.approx(0.04 * expected, abs=2e-4)


def test_the_steps_it_remembers_are_those_of_the_recipe() -> None:
    settings = optimisers.Settings("adamw", 0.04, 0.9, 0.02, 0.0, "waves", 0.0, 0.95)
    assert optimisers.build(settings, 10).beta_2 == 0.95


def test_weights_that_learn_at_another_rate_are_not_pulled_to_zero() -> None:
    model, _ = built("realmlp", 5)
    free = heads.free(model)
    made = optimisers.build(optimisers.Settings("adamw", 0.04, 0.9, 0.02, 0.0, "waves", 0.0), 10, free)
    made.build(model.trainable_variables)
    pulled = [v for v in model.trainable_variables if made._use_weight_decay(v)]
    assert free and not {id(v) for v in free} & {id(v) for v in pulled}
    assert {v.name for v in pulled} == {"kernel"} and len(pulled) == 4


def test_the_size_of_a_small_team_of_networks() -> None:
    """10 columns: a line and pieces of 16 numbers each; 8 members; two layers of 128; a last layer for each member."""
    model, _ = built("tabm", 10, members=8, width=128, layers=2, bins=48, size=16)
    line, pieces = 10 * 16 * 2, 10 * 48 * 16
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == (
        line + pieces + 8 * 160 + (160 * 128 + 128) + (128 * 128 + 128) + 8 * (128 + 1)
    )


def test_a_piece_is_zero_below_its_bin_one_above_and_rises_within() -> None:
    model, rows = built("tabm", 2, bins=8)
    edges = rows["number"][:, 0].min(), rows["number"][:, 0].max()
    asked = np.stack([np.linspace(edges[0] - 1, edges[-1] + 1, 50), np.zeros(50)], axis=1).astype(np.float32)
    pieces = np.asarray(keras.Model(model.input, model.get_layer("pieces").output)({"number": asked}))[:, 0]
    used = pieces[:, np.ptp(pieces, axis=0) > 0]
    assert (np.diff(used, axis=0) >= -1e-6).all()
    assert np.allclose(used[0], 0, atol=1e-5) and np.allclose(used[-1], 1, atol=1e-5)
    assert used.shape[1] == 8


@pytest.mark.parametrize("values", [np.zeros(50), np.repeat([0.0, 1.0], 30), np.concatenate([np.zeros(900), RNG(0).random(100)])])
def test_bins_stay_apart_where_many_rows_share_a_value(values: np.ndarray) -> None:
    edges = _edges(values, 16)
    assert (np.diff(edges) > 0).all() and len(edges) <= 17
    if len(values) == 1000:
        assert len(edges) > 6


def test_the_pieces_of_a_column_do_not_depend_on_where_it_stands() -> None:
    x = RNG(1).normal(size=(300, 3)).astype(np.float32)
    turned = x[:, [2, 0, 1]]
    found = []
    for rows in (x, turned):
        architecture = ARCHITECTURES.get("tabm")(bins=12)
        task, y = lessons.tasks()["binary"]
        model = network.build(architecture, task, task.fit(y), Shapes(number=("a", "b", "c")), 0)
        architecture.adapt(model, {"number": rows})
        found.append(model.get_layer("pieces").get_weights()[0])
    assert np.allclose(found[0][[2, 0, 1]], found[1])


def test_members_learn_each_by_its_own_error_and_answer_by_their_mean() -> None:
    model, rows = built("tabm", 4, members=5)
    taught = heads.taught(model)
    taught.compile("adam", TASKS.get("binary")().loss())
    x, y = {"number": rows["number"][:64]}, RNG(2).integers(0, 2, 64).astype(np.float32)
    each = np.asarray(taught(x))[:, :, 0]
    assert each.shape == (64, 5) and np.allclose(np.asarray(model(x))[:, 0], each.mean(axis=1), atol=1e-6)
    y_pred = keras.ops.convert_to_tensor(each[:, :, None])
    own = float(taught.compute_loss(x, keras.ops.convert_to_tensor(y), y_pred, training=True))
    chance = np.clip(each, 1e-7, 1 - 1e-7)
    assert own == pytest.approx(-np.mean(np.where(y[:, None] > 0, np.log(chance), np.log(1 - chance))), rel=1e-4)
    mean = float(taught.compute_loss(x, keras.ops.convert_to_tensor(y), y_pred, training=False))
    together = np.clip(each.mean(axis=1), 1e-7, 1 - 1e-7)
    assert mean == pytest.approx(-np.mean(np.where(y > 0, np.log(together), np.log(1 - together))), rel=1e-4)


def test_yes_no_columns_get_no_pieces() -> None:
    architecture = ARCHITECTURES.get("tabm")(bins=12)
    task, y = lessons.tasks()["binary"]
    model = network.build(architecture, task, task.fit(y), Shapes(number=("a", "b", "c"), flags=(1,)), 0)
    assert model.get_layer("pieces").kernel.shape == (2, 12)
