"""Many small networks in one: TabM-mini with piecewise linear encoding of numbers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from engine.architectures import _pieces
from engine.architectures._embedded import embedded, usual_size
from engine.architectures.base import Architecture, Shapes
from engine.lazy import keras
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task

MOST_IN_PIECES = 256
MANY_ROWS, MANY_BINS = 15_000, 96
FEW_ROWS = 10_000
"""Below, the rows that steer are missed most, and learning once more takes seconds."""


class Tabm(Architecture):
    """Several networks that share most of their weights and answer together: strong on tables from the first run.

    TabM-mini (Gorishniy et al. 2024, arXiv 2410.24210): each member sees the inputs multiplied by numbers of its own, then all go through
    the same layers, and each has its own last one. Small by default, which a processor can train in seconds;
    its sizes come from 3-fold comparisons on public tables (tests/bench/RESULTS.md).
    """

    kind: Literal["tabm"] = "tabm"
    title = "Team of networks"
    order = 5
    grows: ClassVar[bool] = False
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {1: {}, 8: {"layers": 3, "width": 256, "bins": 16, "dropout": 0.3}}

    members: int = param(16, "Networks", help="How many answer together.", ge=2, le=64, search=(4, 32))
    width: int = param(128, "Neurons in a layer", ge=8, le=2048, search=(64, 512), log=True)
    layers: int = param(2, "Layers", ge=1, le=8, search=(1, 4))
    dropout: float = param(
        0.1, "Dropout", help="The share of neurons left out at random in each step; more slows memorising.", ge=0, le=0.9, search=(0, 0.5)
    )
    bins: int = param(
        24, "Pieces for each number", help="A number may act differently in each. 0 leaves this out.", ge=0, le=256, search=(8, 96)
    )
    size: int = param(16, "Numbers for each column", help="How many stand for a column.", ge=1, le=64, advanced=True, search=(8, 32))

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        types = {profile.column(id).type for id in inputs}
        if not types & {"number", "category", "date"} or "image" in types:
            return None
        if profile.rows < MANY_ROWS:
            return cls(), 0.72, f"Sixteen small networks steady each other, which suits the {profile.rows:,} rows here."
        why = f"Eight small networks steady each other; with {profile.rows:,} rows more of them only take longer, and finer pieces pay."
        return cls(members=8, bins=MANY_BINS), 0.72, why

    def habits(self, rows: int) -> Mapping[str, Any]:
        is_large = rows >= MANY_ROWS
        return {
            "epochs": 200,
            "patience": 10 if is_large else 16,
            "learning_rate": 0.005 if is_large else 0.002,
            "weight_decay": 3e-4,
            "schedule": "constant",
            "averaging": 15,
            "batch_size": 0,
            "refit": rows < FEW_ROWS,
        }

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        chunks = [chunk for name, x in inputs.items() for chunk in (self._embed(x, shapes) if name == "code" else self._numbers(x, shapes))]
        x = keras.layers.Concatenate(name="all_inputs")([chunk for chunk, _ in chunks]) if len(chunks) > 1 else chunks[0][0]
        x = self._seen_by_members(x, [size for chunk, size in chunks for _ in range(chunk.shape[1] // size)], seed)
        for number in range(1, self.layers + 1):
            x = keras.layers.Dense(self.width, activation="relu", name=f"dense_{number}")(x)
            if self.dropout:
                x = keras.layers.Dropout(self.dropout, name=f"dropout_{number}")(x)
        return x

    def adapt(self, model: Any, rows: Mapping[str, Any]) -> None:
        _pieces.place(model, rows)

    def _numbers(self, numbers: Any, shapes: Shapes) -> list[tuple[Any, int]]:
        """(tensor, how many of its numbers stand for one column) of what varies, and of yes/no columns, which need no pieces."""
        flags = [i for i in shapes.flags if i < numbers.shape[1]]
        varied = [i for i in range(numbers.shape[1]) if i not in set(shapes.flags)]
        if not self.bins or not varied or len(varied) > MOST_IN_PIECES:
            return [(numbers, 1)]
        encoded = _pieces.encoded(_pieces.picked(numbers, varied, _pieces.VARIED) if flags else numbers, self.bins, self.size)
        return [(encoded, self.size), *([(_pieces.picked(numbers, flags, "yes_no_numbers"), 1)] if flags else [])]

    def _embed(self, codes: Any, shapes: Shapes) -> list[tuple[Any, int]]:
        size = usual_size(shapes)
        return [(embedded(codes, shapes, size), size)]

    def _seen_by_members(self, x: Any, chunks: Sequence[int], seed: int) -> Any:
        """(rows, members, numbers): multiplied by a number for each member and column, drawn at first from N(0, 1)."""
        layer = keras.layers.EinsumDense("rc,mc->rmc", output_shape=(self.members, x.shape[1]), name="members")
        result = layer(x)
        drawn = np.random.default_rng([seed, 1]).normal(size=(self.members, len(chunks)))
        layer.set_weights([np.repeat(drawn, chunks, axis=1).astype(np.float32)])
        return result
