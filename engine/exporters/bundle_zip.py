"""The whole bundle as one zip file."""

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.exporters.base import Exporter

if TYPE_CHECKING:
    from engine.bundle import Bundle


class BundleZip(Exporter):
    """Everything in one file: the model, its preparation, the judgement and a card to read; Modelwright can use it anywhere."""

    kind: Literal["bundle_zip"] = "bundle_zip"
    title = "Whole model"
    order = 10
    suffix = ".zip"
    mime = "application/zip"

    def write(self, bundle: "Bundle", path: Path) -> Path:
        from engine import bundle as bundles

        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(bundle.folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(bundle.folder))
        with tempfile.TemporaryDirectory() as place:
            bundles.load(bundles.unpack(path, Path(place) / "bundle"))
        return path
