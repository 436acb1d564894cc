"""RealMLP: a multilayer perceptron with all that was found to help on tables (Holzmüller et al. 2024, arXiv 2407.04491)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine.architectures import _pieces
from engine.architectures._embedded import embedded
from engine.architectures._widths import Widths
from engine.architectures.base import Architecture, Shapes
from engine.heads import FREE
from engine.lazy import keras
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task

SLOW, FAST = 0.1, 6.0
FREQUENCIES, VALUES, SPREAD = 16, 3, 0.1
FEW_LEVELS, SAMPLE, MIXED = 8, 1024, 5
LONGEST, SHORTEST, EPOCH_ROWS = 256, 32, 256 * 10_000
MOST_IN_WAVES = 256


class RealMlp(Architecture):
    """A network with every detail tuned for tables: often the most exact single one when right answers count, and a good second opinion.

    Numbers also go through waves of learned lengths; a diagonal layer weighs the inputs; weights are scaled so that one learning rate suits
    layers of all widths (neural tangent parametrisation). A slower or faster learning of some weights is had by learning w / factor.
    """

    kind: Literal["realmlp"] = "realmlp"
    title = "Tuned network"
    order = 15
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {5: {}}

    widths: Widths = param((256, 256, 256), "Neurons in each layer", help="One number a layer, from the inputs to the answer.")
    activation: Literal["selu", "mish"] = param(
        "selu",
        "Activation",
        help="How a neuron answers. Its learning rate goes with it: 0.04 with SELU, 0.2 with Mish.",
        choices={"selu": "SELU (for answers to choose from)", "mish": "Mish (for numbers)"},
        advanced=True,
    )
    dropout: float = param(
        0.15, "Dropout", help="The share of neurons left out at random in each step; more slows memorising.", ge=0, le=0.9, search=(0, 0.5)
    )
    waves: bool = param(True, "Numbers also as waves", help="Lets the answer rise and fall along a number.", advanced=True)

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        types = {profile.column(id).type for id in inputs}
        if not types & {"number", "category", "date"} or "image" in types or profile.rows < 100:
            return None
        activation = "selu" if task.estimator == "classifier" else "mish"
        return cls(activation=activation), 0.6, "Tuned on hundreds of tables: a strong second opinion beside the team of networks."

    def habits(self, rows: int) -> Mapping[str, Any]:
        return {
            "epochs": int(np.clip(EPOCH_ROWS / max(rows, 1), SHORTEST, LONGEST)),
            "patience": 0,
            "batch_size": 256,
            "learning_rate": 0.04 if self.activation == "selu" else 0.2,
            "weight_decay": 0.02,
            "clip": 0.0,
            "schedule": "waves",
            "memory": 0.95,
        }

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        parts = []
        for name, x in inputs.items():
            parts += [embedded(x, shapes, FEW_LEVELS, _normal(1.0))] if name == "code" else self._numbers(x, shapes)
        x = keras.layers.Concatenate(name="all_inputs")(parts) if len(parts) > 1 else parts[0]
        x = _each(x, 1.0, FAST, "weigh_inputs")
        for number, width in enumerate(self.widths, start=1):
            x = self._layer(x, width, number)
        return keras.layers.Rescaling(1 / np.sqrt(x.shape[1]), name="to_answer")(x)

    def adapt(self, model: Any, rows: Mapping[str, Any]) -> None:
        """Layer by layer: every neuron's input gets variance 1 on training rows, and its bias lies among them."""
        some = {name: x[:: max(1, len(x) // SAMPLE)][:SAMPLE] for name, x in rows.items() if name in model.input}
        random = np.random.default_rng(len(self.widths))
        for number in range(1, len(self.widths) + 1):
            before = np.asarray(keras.Model(model.input, model.get_layer(f"to_layer_{number}").output)(some))
            layer = model.get_layer(f"layer_{number}")
            kernel, _ = layer.get_weights()
            kernel = kernel / np.maximum(SLOW * (before @ kernel).std(axis=0), 1e-3)
            met = before[random.integers(0, len(before), (kernel.shape[1], MIXED))]
            shares = random.exponential(size=(kernel.shape[1], MIXED))
            shares /= shares.sum(axis=1, keepdims=True)
            bias = -np.einsum("nm,nmf,fn->n", shares, met, kernel)
            layer.set_weights([kernel.astype(np.float32), bias.astype(np.float32)])

    def _layer(self, x: Any, width: int, number: int) -> Any:
        """W x / sqrt(inputs) + b, where b learns at a tenth of the rate; then from x towards the activation by a share that is learned."""
        x = keras.layers.Rescaling(1 / (SLOW * np.sqrt(x.shape[1])), name=f"to_layer_{number}")(x)
        x = keras.layers.Dense(width, kernel_initializer=_normal(1.0), name=f"layer_{number}")(x)
        x = keras.layers.Rescaling(SLOW, name=f"from_layer_{number}")(x)
        bent = keras.layers.Activation(self.activation, name=f"{self.activation}_{number}")(x)
        bent = _each(keras.layers.Subtract(name=f"bend_{number}")([bent, x]), 1.0, SLOW, f"bent_{number}")
        x = keras.layers.Add(name=f"bent_by_share_{number}")([x, bent])
        return keras.layers.Dropout(self.dropout, name=f"dropout_{number}")(x) if self.dropout else x

    def _numbers(self, numbers: Any, shapes: Shapes) -> list[Any]:
        flags = [i for i in shapes.flags if i < numbers.shape[1]]
        varied = [i for i in range(numbers.shape[1]) if i not in set(flags)]
        if not self.waves or not varied or len(varied) > MOST_IN_WAVES:
            return [numbers]
        some = _pieces.picked(numbers, varied, _pieces.VARIED) if flags else numbers
        return [_in_waves(some), *([_pieces.picked(numbers, flags, "yes_no_numbers")] if flags else [])]


def _in_waves(x: Any) -> Any:
    """(rows, columns) to (rows, columns x 4): each number, and three mixtures of 16 waves along it that learn at a tenth of the rate."""
    columns = x.shape[1]
    lengths = keras.layers.EinsumDense(
        "rc,cf->rcf",
        output_shape=(columns, FREQUENCIES),
        bias_axes="cf",
        kernel_initializer=_normal(2 * np.pi * SPREAD / SLOW),
        bias_initializer=keras.initializers.RandomUniform(-np.pi / SLOW, np.pi / SLOW),
        name=f"{FREE}waves",
    )
    waves = keras.ops.cos(keras.layers.Rescaling(SLOW, name="slow_waves")(lengths(x)))
    reach = 1 / (SLOW * np.sqrt(FREQUENCIES))
    mix = keras.layers.EinsumDense(
        "rcf,cfv->rcv",
        output_shape=(columns, VALUES),
        bias_axes="cv",
        kernel_initializer=keras.initializers.RandomUniform(-reach, reach),
        bias_initializer=keras.initializers.RandomUniform(-reach, reach),
        name=f"{FREE}mixed_waves",
    )
    mixed = keras.layers.Rescaling(SLOW, name="slow_mixture")(mix(waves))
    itself = keras.layers.Reshape((columns, 1), name="numbers_themselves")(x)
    return keras.layers.Flatten(name="numbers_in_waves")(keras.layers.Concatenate(axis=2, name="numbers_and_waves")([itself, mixed]))


def _each(x: Any, start: float, factor: float, name: str) -> Any:
    """Each value times a weight of its own that begins at `start` and learns `factor` times as fast as others."""
    layer = keras.layers.EinsumDense(
        "rc,c->rc", output_shape=(x.shape[1],), kernel_initializer=keras.initializers.Constant(start / factor), name=f"{FREE}{name}"
    )
    return keras.layers.Rescaling(factor, name=name)(layer(x))


def _normal(spread: float) -> Any:
    return keras.initializers.RandomNormal(stddev=spread)
