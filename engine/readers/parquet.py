"""Parquet files, piece by piece."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers._content import head
from engine.readers.base import Batch, Change, Job, Raw, Reader, check_size, column_id

_ROWS = 50_000
_MOST_BYTES = 4 * 2**30


class Parquet(Reader):
    """A Parquet file, as data tools write it."""

    kind: Literal["parquet"] = "parquet"
    title = "Parquet"
    order = 30
    extensions: ClassVar[tuple[str, ...]] = (".parquet", ".pq")
    holds: ClassVar[str] = "a Parquet table"

    @classmethod
    def sniff(cls, path: Path) -> bool:
        return head(path, 4) == b"PAR1"

    def read(self, job: Job) -> Raw:
        try:
            file = pq.ParquetFile(job.path, memory_map=True)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile("The Parquet file is damaged or not complete.", "Write it again and upload the new file.") from error
        schema = file.schema_arrow
        usable = [place for place, field in enumerate(schema) if _is_usable(field.type)]
        if not usable:
            raise UnreadableFile("The Parquet file has no columns with plain values.", "Save plain columns of numbers, text or dates.")
        check_size(len(usable), file.metadata.num_rows)
        if file.metadata.num_rows * sum(_width(schema.field(place).type) for place in usable) > _MOST_BYTES:
            raise UnreadableFile(
                f"The Parquet file unpacks to more than 4 GB ({file.metadata.num_rows:,} rows).",
                "Leave out rows or columns and upload it again.",
            )
        left_out = tuple(schema.field(place).name for place in range(len(schema)) if place not in usable)
        changes = (
            [Change(what="Columns with lists, records or bytes were left out.", count=len(left_out), examples=left_out[:5])]
            if left_out
            else []
        )
        names, done = mend([schema.field(place).name for place in usable])
        changes += [Change(what=what, column=column_id(place)) for place, what in done]
        return Raw(names, _batches(file, usable, job), self, changes)


def _batches(file: pq.ParquetFile, usable: list[int], job: Job) -> Iterator[Batch]:
    read = 0
    try:
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(_ROWS, row_groups=[group]):
                read += batch.num_rows
                if batch.num_rows:
                    yield [_text(batch.column(place)) for place in usable]
                job.tell(read / max(1, file.metadata.num_rows))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"The Parquet file is damaged after row {read:,}.", "Write it again and upload the new file.") from error


def _text(column: pa.Array) -> pa.Array:
    """The values as text that says them exactly; null where there is none."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if pa.types.is_duration(column.type):
        column = column.cast(pa.int64())
    return column.cast(pa.string())


def _is_usable(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    plain = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_temporal, pa.types.is_null)
    text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(is_kind(kind) for is_kind in (*plain, *text))


def _width(kind: pa.DataType) -> int:
    """Bytes a value takes at least once unpacked. The file's own word on its size cannot be trusted."""
    try:
        return max(8, int(kind.bit_width) // 8)
    except ValueError:
        return 16
