"""A transformer over the columns of a table: FT-Transformer (Gorishniy et al. 2021, arXiv 2106.11959)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.architectures._embedded import embedded
from engine.architectures.base import Architecture, Shapes
from engine.lazy import keras
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile
    from engine.tasks.base import Task

HEADS = 8
WIDENING = 4 / 3
MOST_COLUMNS = 100


class Transformer(Architecture):
    """Lets every column look at every other before it answers: the most thorough way through a table, and by far the slowest.

    Each column becomes a token; an answer token gathers what they say. Blocks normalise first, except the very first one (section 3.3 and
    appendix E of the paper), and their feed-forward part is gated by ReLU (ReGLU), which every export can take.
    """

    kind: Literal["transformer"] = "transformer"
    title = "Transformer"
    order = 45
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})

    blocks: int = param(3, "Blocks", help="How often the columns look at each other.", ge=1, le=12, search=(1, 4))
    size: Literal[64, 96, 128, 192] = param(64, "Numbers for each column", help="How many stand for a column.", search=(64, 96, 128, 192))
    dropout: float = param(0.1, "Dropout", help="The share left out at random in each step; more slows memorising.", ge=0, le=0.9)
    attention_dropout: float = param(
        0.2, "Dropout of looks", help="The share of looks from column to column left out at random.", ge=0, le=0.9, advanced=True
    )

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        types = {profile.column(id).type for id in inputs}
        if not types & {"number", "category", "date"} or "image" in types or len(inputs) > MOST_COLUMNS:
            return None
        return cls(), 0.1, "Slow, and rarely better than the others on tables: worth a try where they all fall short."

    def habits(self, rows: int) -> Mapping[str, Any]:
        return {"learning_rate": 0.0005, "weight_decay": 1e-5, "schedule": "constant"}

    def body(self, inputs: dict[str, Any], shapes: Shapes, seed: int) -> Any:
        tokens = [self._answer_token(inputs)]
        if "number" in inputs:
            tokens.append(self._numbers(inputs["number"]))
        if "code" in inputs:
            values = embedded(inputs["code"], shapes, self.size)
            tokens.append(keras.layers.Reshape((len(shapes.code), self.size), name="category_tokens")(values))
        x = keras.layers.Concatenate(axis=1, name="tokens")(tokens)
        for number in range(1, self.blocks + 1):
            x = self._block(x, number)
        x = keras.layers.Flatten(name="gathered")(x)
        return keras.layers.Activation("relu", name="relu")(keras.layers.LayerNormalization(name="normalise")(x))

    def _answer_token(self, inputs: dict[str, Any]) -> Any:
        """(rows, 1, size): the same learned numbers for every row, looked up at place 0."""
        name, x = next(iter(inputs.items()))
        x = keras.layers.Rescaling(0.0, name="nothing")(x)
        place = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", trainable=False, name=f"no_{name}")(x)
        return keras.layers.Embedding(1, self.size, embeddings_initializer=_small(self.size), name="answer_token")(place)

    def _numbers(self, numbers: Any) -> Any:
        """(rows, columns, size): each number by its own line."""
        small = {"kernel_initializer": _small(self.size), "bias_initializer": _small(self.size)}
        shape = (numbers.shape[1], self.size)
        return keras.layers.EinsumDense("rc,cv->rcv", output_shape=shape, bias_axes="cv", name="number_tokens", **small)(numbers)

    def _block(self, x: Any, number: int) -> Any:
        """Attention, then a gated layer for each token. In the last block only the answer token looks, since only it is asked after."""
        seen = keras.layers.LayerNormalization(name=f"normalise_looks_{number}")(x) if number > 1 else x
        asking = seen
        if number == self.blocks:
            columns = x.shape[1] - 1
            asking = keras.layers.Cropping1D((0, columns), name="answer_asks")(seen)
            x = keras.layers.Cropping1D((0, columns), name="answer_alone")(x)
        look = keras.layers.MultiHeadAttention(HEADS, self.size // HEADS, dropout=self.attention_dropout, name=f"looks_{number}")
        x = keras.layers.Add(name=f"with_looks_{number}")([x, look(asking, seen)])
        seen = keras.layers.LayerNormalization(name=f"normalise_{number}")(x)
        width = int(self.size * WIDENING)
        gate = keras.layers.Dense(width, activation="relu", name=f"gate_{number}")(seen)
        values = keras.layers.Dense(width, name=f"values_{number}")(seen)
        inner = keras.layers.Multiply(name=f"gated_{number}")([gate, values])
        inner = keras.layers.Dropout(self.dropout, name=f"dropout_{number}")(inner)
        return keras.layers.Add(name=f"with_values_{number}")([x, keras.layers.Dense(self.size, name=f"dense_{number}")(inner)])


def _small(size: int) -> Any:
    reach = size**-0.5
    return keras.initializers.RandomUniform(-reach, reach)
