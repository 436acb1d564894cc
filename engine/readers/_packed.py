"""Wrappings around a file of another kind: it is unpacked with a count of the real bytes, then read by its own reader."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from engine.errors import UnreadableFile
from engine.readers.base import Job, Raw, Reader
from engine.spec import Param, params_of

MOST_BYTES = 5 * 2**30
HIGHEST_RATIO = 200
HARMLESS = 64 * 2**20
UNPACKING = 0.3
_PIECE = 2**20


class Packed(Reader):
    """A reader of wrappings. `inside` holds the options of what is packed; those given by their plain names go there too."""

    packs: ClassVar[bool] = True

    inside: dict[str, Any] = {}

    @classmethod
    def params(cls) -> list[Param]:
        """The wrapping's own fields: those of what is packed are the other reader's."""
        return params_of(cls)

    @classmethod
    def own(cls, options: Mapping[str, Any]) -> dict[str, Any]:
        own = super().own(options)
        others = {key: value for key, value in options.items() if key not in own and key != "kind"}
        return {**own, "inside": {**own.get("inside", {}), **others}}

    @property
    def inner(self) -> Reader | None:
        from engine.readers import READERS

        kind = self.inside.get("kind", "")
        return READERS.parse({"kind": kind, **READERS.get(kind).own(self.inside)}) if kind else None

    def holding(self, inner: Reader) -> Reader:
        return self.model_copy(update={"inside": {**self.inside, **inner.model_dump()}})

    @property
    def decimal(self) -> str:
        """The decimal mark of what is packed, where it has one."""
        return str(self.inside.get("decimal", ""))

    @property
    def delimiter(self) -> str:
        """What separates the values of what is packed, where something does."""
        return str(self.inside.get("delimiter", ""))

    def read_packed(self, job: Job, name: str, options: Mapping[str, Any]) -> Raw:
        """What lies unpacked in the job's place for it, under the `name` it has in there."""
        from engine.readers import choose

        reader = choose(job.unpacked, name, options, packed=True)
        raw = reader.read(replace(job, path=job.unpacked, name=name, tell=lambda done: job.tell(UNPACKING + (1 - UNPACKING) * done)))
        return replace(raw, reader=self.holding(raw.reader))


def unpack(source: BinaryIO, target: Path, packed: int, name: str) -> None:
    """Copies the stream to a file. Raises UnreadableFile as soon as it has grown beyond what `packed` bytes honestly hold."""
    written = 0
    with target.open("wb") as file:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > MOST_BYTES:
                raise UnreadableFile(
                    f"'{name}' unpacks to more than {MOST_BYTES // 2**30} GB.", "Leave out rows or columns, or save it as Parquet."
                )
            if written > HARMLESS and written > HIGHEST_RATIO * packed:
                raise UnreadableFile(
                    f"'{name}' unpacks to more than {HIGHEST_RATIO} times its size, as harmful archives do.",
                    "Unpack it yourself, look at what is inside, and upload that.",
                )
            file.write(piece)
