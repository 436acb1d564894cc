"""A Reader turns the bytes of one kind of file into raw columns of text. It runs in a disposable process, never in the app."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from engine.columns import ColumnType
from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.spec import Spec

MOST_COLUMNS = 5_000
MOST_CELLS = 200_000_000
LONGEST_CELL = 1_000_000

Batch = list[pa.Array]


class Change(BaseModel):
    """One line of the import report: what was done to the file's content, where (`column` is an id), how often, with examples.

    `typing` marks lines about reading a column's text as its type: they are replaced when the type changes. `loses` marks lines about
    rows of the file that are not in the table. `undo` is the way back, where there is one; `again` says that reading the file with other
    options is. An example says what stood there and, behind an arrow, what it became.
    `edited` marks lines about rows that a person changed, `whole` those about the file as a whole, which happen once.
    """

    model_config = ConfigDict(frozen=True)

    what: str
    column: str | None = None
    count: int = 0
    examples: tuple[str, ...] = ()
    typing: bool = False
    loses: bool = False
    undo: Choice | None = None
    again: bool = False
    edited: bool = False
    whole: bool = False

    def words(self, most: int = 5) -> str:
        """The whole line: what, how often, where."""
        times = f" ({self.count:,} time{'s' if self.count != 1 else ''})" if self.count and not self.whole else ""
        return f"{self.what.rstrip('.')}{times}{': ' + ', '.join(self.examples[:most]) if self.examples else ''}."


@dataclass
class Places:
    """Where each row stands in the file: what that is called there ("line"), and one text a row, complete with the last batch."""

    word: str
    of: list[str] = field(default_factory=list)


@dataclass
class Raw:
    """What a reader returns: the names, and the rows in batches of one text array a column (null: the file has no cell there).

    The text is the source's, exactly. `names` are all different and none blank. `types` fixes the type of columns by position;
    pictures are file names under the folder given to `read`. `changes` is complete when the batches have been read to the end.
    `doubts` are questions about the file's layout.
    `reader` is the reader with the options it found. `places` is there when counting the rows does not say which of the file's each is.
    """

    names: Sequence[str]
    batches: Iterable[Batch]
    reader: "Reader"
    changes: list[Change] = field(default_factory=list)
    types: dict[int, ColumnType] = field(default_factory=dict)
    places: Places | None = None
    doubts: list[Doubt] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """One reading: the file and its name, where pictures go, the names its columns may have, and whom to tell the progress (0 to 1).

    `key` (hexadecimal, or "") is the workspace's for pseudonyms.
    """

    path: Path
    name: str
    folder: Path
    known: tuple[str, ...] = ()
    tell: Callable[[float], None] = lambda done: None
    key: str = ""

    @property
    def scratch(self) -> Path:
        """A file to be used while reading; it is removed afterwards."""
        return self.folder.parent / "scratch"

    @property
    def unpacked(self) -> Path:
        """Where what is packed in the file lies while reading; it is removed afterwards."""
        return self.folder.parent / "unpacked"


class Reader(Spec):
    """Reads one kind of file. Its fields are the options a user may correct; empty means "find out".

    `holds` says what the content is, in words; `packs` that it is a wrapping around a file of another kind.
    """

    extensions: ClassVar[tuple[str, ...]] = ()
    holds: ClassVar[str] = ""
    packs: ClassVar[bool] = False

    @classmethod
    def own(cls, options: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the options that this reader takes."""
        return {key: value for key, value in options.items() if key in cls.model_fields and key != "kind"}

    @property
    def inner(self) -> "Reader | None":
        """The reader of what is packed in the file, with the options it found; None where nothing is."""
        return None

    def holding(self, inner: "Reader") -> "Reader":
        """The same with another reader of what is packed in the file."""
        return self

    @classmethod
    def sniff(cls, path: Path) -> bool:
        """Whether the content is of this reader's kind. Looks at the bytes, never at the name."""
        raise NotImplementedError

    def read(self, job: Job) -> Raw:
        """The raw columns; pictures are written into the job's folder. Raises UnreadableFile with the place and the fix."""
        raise NotImplementedError


def column_id(position: int) -> str:
    """The id of the column at that position, counted from 0."""
    return f"c{position + 1:04d}"


def renamed(done: Iterable[tuple[int, str]]) -> list[Change]:
    """The import report's lines about names that were mended (`names.mend`)."""
    return [Change(what=what, column=column_id(position), count=1, whole=True) for position, what in done]


def check_size(columns: int, rows: int = 0) -> None:
    """Raises UnreadableFile if a table is wider or larger than can be worked with."""
    if columns > MOST_COLUMNS:
        raise UnreadableFile(
            f"The table has {columns:,} columns; at most {MOST_COLUMNS:,} can be read.", "Leave out columns and upload it again."
        )
    if columns * rows > MOST_CELLS:
        raise UnreadableFile(
            f"The table has more than {MOST_CELLS // 1_000_000} million cells ({columns:,} columns).",
            "Leave out rows or columns and upload it again.",
        )
