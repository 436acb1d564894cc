"""An Exporter writes a trained model in a form to take away."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from engine.spec import Spec

if TYPE_CHECKING:
    from engine.bundle import Bundle


class Exporter(Spec):
    """Base of the exporters. `suffix` ends the file's name; `mime` is its media type."""

    suffix: ClassVar[str] = ""
    mime: ClassVar[str] = "application/octet-stream"

    @classmethod
    def suits(cls, folder: Path) -> bool:
        """Whether the model of the bundle in `folder` can be written so."""
        return True

    def write(self, bundle: "Bundle", path: Path) -> Path:
        """Writes the file at `path`, loads it again and compares the sample predictions. Raises EngineError."""
        raise NotImplementedError
