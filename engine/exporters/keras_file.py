"""The network alone, as a Keras file."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine import network, samples
from engine.errors import EngineError
from engine.exporters.base import Exporter

if TYPE_CHECKING:
    from engine.bundle import Bundle


class KerasFile(Exporter):
    """The network alone for Keras programs; it takes prepared inputs, so the preparation has to be done there."""

    kind: Literal["keras_file"] = "keras_file"
    title = "Keras file"
    order = 20
    suffix = ".keras"

    @classmethod
    def suits(cls, folder: Path) -> bool:
        return (folder / network.FILE).is_file()

    def write(self, bundle: "Bundle", path: Path) -> Path:
        if not self.suits(bundle.folder):
            raise EngineError("This model is not a Keras network.", "Take the whole bundle instead.")
        shutil.copyfile(bundle.folder / network.FILE, path)
        rows, expected = samples.read(bundle.folder, bundle.inputs)
        samples.compare(expected, network.read(path).predict(bundle.fitted.apply(rows)))
        return path
