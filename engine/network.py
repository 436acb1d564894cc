"""A Keras network around an architecture and a task: built, asked, written and read. Knows nothing of learning."""

import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from engine import heads
from engine.architectures.base import Architecture, Shapes
from engine.errors import EngineError
from engine.lazy import keras, tensorflow
from engine.tasks.base import Task

Array = np.ndarray[Any, Any]
FILE = "model.keras"
EMBEDDING = "embedding"
FEW_ROWS = 64
BATCH = 512
LARGEST_CONFIG = 20_000_000
SAFE_MODULES = (
    "keras",
    "keras.layers",
    "keras.initializers",
    "keras.regularizers",
    "keras.models",
    "keras.random",
    "keras.src.models.functional",
)
SAFE_OPERATIONS = frozenset({("keras.src.ops.numpy", "Cos")})
UNSAFE_CLASSES = frozenset({"Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer", "function"})


def build(architecture: Architecture, task: Task, state: dict[str, Any], shapes: Shapes, seed: int) -> Any:
    """An untrained Functional Keras model: the architecture's body and the task's head. The same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    if not tensorflow.config.list_physical_devices("GPU"):
        tensorflow.config.experimental.enable_op_determinism()  # On a graphics card some operations would refuse to work.
    inputs = _inputs(architecture, shapes)
    if not inputs:
        raise EngineError(f"'{architecture.title}' got no columns it can use.", "Choose other inputs, or add the steps that prepare them.")
    return keras.Model(inputs, heads.build(architecture.body(dict(inputs), shapes, seed), task.ending(state)), name="model")


@dataclass(frozen=True)
class Network:
    """A trained Keras model that answers prepared inputs.

    `steered` is what was said of the rows that steered it before it learned from them, (rows, outputs); None if it never did.
    """

    keras_model: Any
    steered: Array | None = None

    def predict(self, inputs: dict[str, Array]) -> Array:
        """(rows, outputs) float32. Few rows are asked directly, which saves compiling."""
        wanted = {name: inputs[name] for name in self.keras_model.input}
        rows = len(next(iter(wanted.values())))
        if rows <= FEW_ROWS:
            return np.asarray(self.keras_model(wanted, training=False), np.float32)
        return self.compiled(wanted)

    def compiled(self, inputs: dict[str, Array]) -> Array:
        """The same by way of one compiled function: for many rows, and for a few that are asked about again and again while it learns."""
        wanted = {name: inputs[name] for name in self.keras_model.input}
        rows = len(next(iter(wanted.values())))
        parts = [{name: x[i : i + BATCH] for name, x in wanted.items()} for i in range(0, rows, BATCH)]
        return np.concatenate([np.asarray(self._compiled(part), np.float32) for part in parts])

    @cached_property
    def _compiled(self) -> Any:
        kinds = {name: tensorflow.TensorSpec((None, *x.shape[1:]), x.dtype) for name, x in self.keras_model.input.items()}
        return tensorflow.function(lambda inputs: self.keras_model(inputs, training=False), input_signature=[kinds], autograph=False)

    def save(self, folder: Path) -> None:
        """Writes the network without its optimiser."""
        bare = keras.Model(self.keras_model.input, self.keras_model.output, name="model")
        bare.save(folder / FILE)


def vectors(learned: Network) -> Array | None:
    """(codes, numbers) of the layer that turns categories into numbers, if there is one."""
    layer = next((layer for layer in learned.keras_model.layers if layer.name == EMBEDDING), None)
    return None if layer is None else np.asarray(layer.get_weights()[0])


def load(folder: Path) -> Network:
    """The network in that folder."""
    return read(folder / FILE)


def read(path: Path) -> Network:
    """The network in that file, after looking at its description: only Keras's own layers are ever made from it."""
    _check(path)
    return Network(keras.saving.load_model(path, compile=False, safe_mode=True))


def _inputs(architecture: Architecture, shapes: Shapes) -> dict[str, Any]:
    sizes = {"number": (len(shapes.number),), "code": (len(shapes.code),), "pixels": shapes.pixels or (0,)}
    kinds = {"number": "float32", "code": "int32", "pixels": "float32"}
    return {
        name: keras.Input(shape=size, dtype=kinds[name], name=name)
        for name, size in sizes.items()
        if size[0] and name in architecture.takes
    }


def _check(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("config.json").file_size > LARGEST_CONFIG:
            raise _foreign(path, "its description is far too large")
        config = json.loads(archive.read("config.json"))
    for module, name in _classes(config):
        if (module, name) in SAFE_OPERATIONS:
            continue
        if module not in SAFE_MODULES or name in UNSAFE_CLASSES:
            raise _foreign(path, f"it holds '{module}.{name}'")


def _classes(node: Any) -> list[tuple[str, str]]:
    """(module, class) of everything the description would make."""
    children = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    own = [(str(node.get("module")), str(node["class_name"]))] if isinstance(node, dict) and _makes(node) else []
    return own + [found for child in children for found in _classes(child)]


def _makes(node: dict[str, Any]) -> bool:
    return "class_name" in node and node["class_name"] not in ("__keras_tensor__", "__tensor__", "__numpy__")


def _foreign(path: Path, why: str) -> EngineError:
    return EngineError(f"The network in '{path.name}' was not made here: {why}.", "Use a bundle that Modelwright wrote.")
