"""A network of fully connected layers for tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine.architectures._embedded import embedded, usual_size
from engine.architectures._widths import Widths
from engine.architectures.base import Architecture, Shapes
from engine.lazy import keras
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task

VALUES, REACH, MOST_BENT = 8, 2.3, 128


class Mlp(Architecture):
    """Layers of neurons, each connected to all of the layer before: finds curves and combinations in tables."""

    kind: Literal["mlp"] = "mlp"
    title = "Neural network"
    order = 10
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})

    widths: Widths = param(
        (256, 128),
        "Neurons in each layer",
        help="One number a layer, from the inputs to the answer.",
        search=((64,), (128, 64), (256, 128), (256, 256, 128)),
    )
    activation: Literal["relu", "gelu", "silu", "tanh"] = param(
        "silu",
        "Activation",
        help="How a neuron answers to its input.",
        choices={"relu": "ReLU", "gelu": "GELU", "silu": "SiLU (smooth ReLU)", "tanh": "tanh"},
        advanced=True,
    )
    dropout: float = param(
        0.1,
        "Dropout",
        help="The share of neurons left out at random in each step; more of it slows memorising down.",
        ge=0,
        le=0.9,
        search=(0.0, 0.5),
    )
    bends: int = param(
        24,
        "Bends for each number",
        help="Lets a number act differently in different ranges before columns are combined. 0 leaves this out.",
        ge=0,
        le=128,
        advanced=True,
    )
    batch_norm: bool = param(
        False, "Normalise between layers", help="Batch normalisation: steadier training of deeper networks.", advanced=True
    )
    embedding: int = param(
        0,
        "Numbers for each category",
        help="How many numbers stand for a category (its embedding).",
        zero="chosen by how many there are",
        ge=0,
        le=64,
        advanced=True,
    )

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        types = {profile.column(id).type for id in inputs}
        if not types & {"number", "category", "date"} or "image" in types:
            return None
        if profile.rows < 1000:
            why = f"Finds curves and combinations; kept small because there are only {profile.rows} rows."
            return cls(widths=(128, 64), dropout=0.2), 0.7, why
        return cls(), 0.7, f"Finds curves and combinations of columns, and {profile.rows:,} rows are enough to learn from."

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        parts = []
        for name, x in inputs.items():
            parts += [self._embed(x, shapes)] if name == "code" else [x, *self._bent(x)]
        x = keras.layers.Concatenate(name="all_inputs")(parts) if len(parts) > 1 else parts[0]
        for number, width in enumerate(self.widths, start=1):
            x = self._layer(x, width, number)
            if self.dropout:
                x = keras.layers.Dropout(self.dropout, name=f"dropout_{number}")(x)
        return x

    def _layer(self, x: Any, width: int, number: int) -> Any:
        if not self.batch_norm:
            return keras.layers.Dense(width, activation=self.activation, name=f"dense_{number}")(x)
        x = keras.layers.Dense(width, use_bias=False, name=f"dense_{number}")(x)
        x = keras.layers.BatchNormalization(momentum=0.9, name=f"normalise_{number}")(x)
        return keras.layers.Activation(self.activation, name=f"{self.activation}_{number}")(x)

    def _bent(self, numbers: Any) -> list[Any]:
        """(rows, columns) to (rows, columns x 8): each number through straight pieces that bend at places spread over its range.

        Near to piecewise linear encoding (Gorishniy et al. 2022, arXiv 2203.05556), with places that learn. Left out for very many columns.
        """
        columns = numbers.shape[1]
        if not self.bends or columns > MOST_BENT:
            return []
        bend = keras.layers.EinsumDense(
            "rc,cb->rcb", output_shape=(columns, self.bends), bias_axes="cb", activation="relu", name="bend_numbers"
        )
        bent = bend(numbers)
        places = np.linspace(-REACH, REACH, self.bends, dtype=np.float32)
        bend.set_weights([np.ones((columns, self.bends), np.float32), np.tile(-places, (columns, 1))])
        weigh = keras.layers.EinsumDense("rcb,cbv->rcv", output_shape=(columns, VALUES), bias_axes="cv", name="weigh_bends")
        return [keras.layers.Flatten(name="bent_numbers")(weigh(bent))]

    def _embed(self, codes: Any, shapes: Shapes) -> Any:
        return embedded(codes, shapes, self.embedding or usual_size(shapes))
