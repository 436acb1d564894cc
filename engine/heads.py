"""What a network ends in: from the features of an architecture to the outputs of a task. Knows neither.

Features of shape (rows, members, features) are those of several networks in one: each member gets weights of its own, and the answer is
the mean of theirs.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.lazy import keras

ANSWER, MEMBERS = "answer", "answers"
FREE = "free_"


@dataclass(frozen=True)
class Ending:
    """How many outputs, through which activation, and what each begins with (before the activation)."""

    outputs: int
    activation: str | None = None
    start: float | Sequence[float] = 0.0


def build(x: Any, ending: Ending) -> Any:
    """The output tensor (rows, outputs) on features (rows, features) or (rows, members, features)."""
    start = keras.initializers.Constant(ending.start if isinstance(ending.start, float) else [*ending.start])
    if len(x.shape) == 2:
        layer = keras.layers.Dense(ending.outputs, activation=ending.activation, bias_initializer=start, dtype="float32", name=ANSWER)
        return layer(x)
    members, features = x.shape[1:]
    reach = 1 / np.sqrt(features)
    layer = keras.layers.EinsumDense(
        "rmf,mfo->rmo",
        output_shape=(members, ending.outputs),
        bias_axes="mo",
        activation=ending.activation,
        kernel_initializer=keras.initializers.RandomUniform(-reach, reach),
        bias_initializer=start,
        dtype="float32",
        name=MEMBERS,
    )
    return _mean(layer(x))


def taught(model: Any) -> Any:
    """The model as it is trained: itself or, with members, one whose loss is the mean of theirs, sharing all weights.

    The loss of the mean would let members lean on each other (Gorishniy et al. 2024, "TabM", section 3); rows that it does not learn from
    are judged by the mean answer.
    """
    if not _has_members(model):
        return model
    return _members()(model.input, model.get_layer(MEMBERS).output, name="members")


def shift(model: Any, shifts: Any) -> None:
    """Takes `shifts` (classes,) out of the log chances of a model of classes, by what its last sums begin with."""
    bias = _last_sums(model).bias
    apart = shifts[1:] - shifts[:1] if bias.shape[-1] == 1 else shifts
    bias.assign(bias - np.asarray(apart, np.float32))


@contextmanager
def honest(model: Any, shifts: Any) -> Iterator[None]:
    """Meanwhile the model answers without those shifts; afterwards it is exactly what it was. Nothing happens for None."""
    if shifts is None:
        yield
        return
    bias = _last_sums(model).bias
    before = np.array(keras.ops.convert_to_numpy(bias))
    shift(model, shifts)
    try:
        yield
    finally:
        bias.assign(before)


def free(model: Any) -> list[Any]:
    """Weights that are not to be pulled towards zero: those of layers whose name says so."""
    return [weight for layer in model.layers if layer.name.startswith(FREE) for weight in layer.trainable_variables]


def answering(model: Any) -> Any:
    """The model as it is asked: the inverse of `taught`."""
    if not _has_members(model) or model.layers[-1].name == ANSWER:
        return model
    return keras.Model(model.input, _mean(model.output), name="model")


def _mean(answers: Any) -> Any:
    """(rows, members, outputs) to (rows, outputs)."""
    return keras.layers.GlobalAveragePooling1D(dtype="float32", name=ANSWER)(answers)


def _has_members(model: Any) -> bool:
    return MEMBERS in {layer.name for layer in model.layers}


def _last_sums(model: Any) -> Any:
    """The layer whose bias the answers begin with."""
    return model.get_layer(MEMBERS if _has_members(model) else ANSWER)


def _members() -> Any:
    class Members(keras.Model):  # type: ignore[misc]
        """Outputs (rows, members, outputs)."""

        def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True) -> Any:
            if not training:
                return super().compute_loss(x, y, keras.ops.mean(y_pred, axis=1), sample_weight, training)
            members, outputs = y_pred.shape[1:]
            weights = None if sample_weight is None else keras.ops.repeat(sample_weight, members, axis=0)
            each = keras.ops.reshape(y_pred, (-1, outputs))
            return super().compute_loss(x, keras.ops.repeat(y, members, axis=0), each, weights, training)

        def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            return super().compute_metrics(x, y, keras.ops.mean(y_pred, axis=1), sample_weight)

    return Members
