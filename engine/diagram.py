"""A Keras network as boxes and arrows: names, shapes in words, and how many numbers each layer learns."""

from typing import Any

from engine.architectures.base import Layer
from engine.lazy import keras

WORDS = {
    "InputLayer": "Input",
    "Dense": "Fully connected",
    "Conv2D": "Convolution",
    "MaxPooling2D": "Keep the strongest",
    "AveragePooling2D": "Average",
    "BatchNormalization": "Normalise",
    "Dropout": "Dropout",
    "Flatten": "Put in a row",
    "Concatenate": "Join",
    "EinsumDense": "Each number by itself",
    "Embedding": "Embedding",
    "Rescaling": "Rescale",
    "Activation": "Activation",
    "Cos": "Waves",
    "Add": "Add",
    "Subtract": "Subtract",
    "Multiply": "Multiply",
    "Reshape": "Put in order",
    "GlobalAveragePooling1D": "Mean",
    "MultiHeadAttention": "Look at each other",
    "LayerNormalization": "Normalise",
    "Cropping1D": "Pick one",
    "RandomFlip": "Mirror (training only)",
    "RandomTranslation": "Shift (training only)",
}


def layers(model: Any) -> list[Layer]:
    """The layers in order, each with the names of those before it."""
    return [
        Layer(
            _name(layer.name),
            WORDS.get(type(layer).__name__, type(layer).__name__),
            _shape(layer.output),
            layer.count_params() if isinstance(layer, keras.layers.Layer) else 0,
            _before(layer),
        )
        for layer in model.operations
    ]


def _before(layer: Any) -> tuple[str, ...]:
    if type(layer).__name__ == "InputLayer":
        return ()
    return tuple(_name(tensor._keras_history.operation.name) for tensor in keras.tree.flatten(layer.input))


def _name(name: str) -> str:
    return name.replace("_", " ")


def _shape(tensor: Any) -> str:
    return " x ".join(str(size) for size in tensor.shape[1:])
