"""A Reader turns the bytes of one kind of file into a raw table. It runs in a disposable process, never in the app."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine.columns import ColumnType
from engine.spec import Spec


class Change(BaseModel):
    """One line of the import report: what was done to the file's content, where, how often, with examples."""

    model_config = ConfigDict(frozen=True)

    what: str
    column: str | None = None
    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass
class Raw:
    """What a reader returns: a frame of text (or natively typed) columns under the user's names, and what it did.

    Columns of dtype str hold the source text exactly. Pictures are relative file names under the folder given to `read`;
    `types` fixes the type of such columns. `names` are the user's labels in order (duplicates and blanks already mended).
    """

    frame: pd.DataFrame
    changes: list[Change] = field(default_factory=list)
    types: dict[str, ColumnType] = field(default_factory=dict)


class Reader(Spec):
    """Reads one kind of file. Its fields are the options a user may correct; empty means "find out"."""

    extensions: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def sniff(cls, path: Path, name: str) -> float:
        """How surely (0 to 1) this content is of this reader's kind. Looks at the bytes; `name` only breaks ties."""
        raise NotImplementedError

    def read(self, path: Path, folder: Path) -> Raw:
        """The raw table; pictures are written into `folder`. Raises UnreadableFile with the place and the fix."""
        raise NotImplementedError
