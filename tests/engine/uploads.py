"""Files as people upload them, and reading one without starting a process."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from engine import dataset_files, importing, tables
from engine.columns import Column, Table
from engine.importing import Answer
from engine.profile import Profile

GOOD = "a,b,c\n" + "".join(f"{i * 7 % 50},{i / 4},x{i % 3}\n" for i in range(100))


@dataclass(frozen=True)
class Read:
    """What came of a file."""

    answer: Answer
    table: Table
    profile: Profile

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.answer.columns]

    @property
    def types(self) -> list[str]:
        return [column.type for column in self.answer.columns]

    @property
    def report(self) -> str:
        """The import report's sentences, one a line."""
        return "\n".join(change.what for change in self.answer.changes)

    def column(self, name: str) -> Column:
        return self.table.named(name)

    def values(self, name: str) -> list[Any]:
        return list(self.table.values(self.column(name).id))

    def problems(self, name: str) -> str:
        return "\n".join(f"{problem.what} {problem.fix}" for problem in self.profile.column(self.column(name).id).problems)


def read(folder: Path, content: str | bytes, name: str = "data.csv", **options: Any) -> Read:
    """The content as an upload called `name`, read in this process."""
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    request = importing.Request(path=str(path), name=name, folder=str(folder), source="s", typed="t", options=options)
    answer = importing.read(request, lambda done, words: None)
    _, pictures, table, profile = dataset_files.files(folder, "s", "t")
    return Read(answer, tables.read_table(table, answer.columns, folder=pictures), Profile.model_validate_json(profile.read_text()))


def picture(seed: int = 0, width: int = 32, height: int = 32, mode: str = "RGB", format: str = "PNG", **how: Any) -> bytes:
    """A noisy picture's bytes."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return saved(Image.fromarray(noise).convert(mode), format, **how)


def saved(image: Image.Image, format: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **how)
    return out.getvalue()


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def classes(*names: str, each: int = 12, inside: str = "") -> list[tuple[str, bytes]]:
    """Pictures in one folder for each class."""
    return [(f"{inside}{name}/{i}.png", picture(100 * k + i)) for k, name in enumerate(names) for i in range(each)]
