"""One gzipped file, such as data.csv.gz: whatever table or pictures are packed in it."""

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, ClassVar, Literal, cast

from engine.errors import UnreadableFile
from engine.readers._content import head
from engine.readers._packed import Packed, unpack
from engine.readers.base import Job, Raw


class GzipFile(Packed):
    """A single table packed with gzip, such as data.csv.gz."""

    kind: Literal["gzip_file"] = "gzip_file"
    title = "Gzip"
    order = 45
    extensions: ClassVar[tuple[str, ...]] = (".gz",)
    holds: ClassVar[str] = "a gzip archive"

    @classmethod
    def sniff(cls, path: Path) -> bool:
        return head(path, 3) == b"\x1f\x8b\x08"

    def read(self, job: Job) -> Raw:
        try:
            with gzip.open(job.path) as file:
                unpack(cast("BinaryIO", file), job.unpacked, job.path.stat().st_size, job.name)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise UnreadableFile("The gzip archive is damaged or not complete.", "Pack it again and upload the new file.") from error
        name = job.name[:-3] if job.name.lower().endswith(".gz") else job.name
        return self.read_packed(job, name, self.inside)
