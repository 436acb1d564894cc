"""Parquet files, piece by piece.

What its types become: numbers, yes/no, text and dates the text that says them exactly; durations seconds; categories their words; records a
column for each part, on request. Lists, maps and bytes are left out. An extension type is what it is stored as: none is ever registered
from a file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers._content import head
from engine.readers.base import Batch, Change, Job, Raw, Reader, check_size, column_id, renamed
from engine.spec import param

_ROWS = 50_000
_MOST_BYTES = 4 * 2**30
_SHOWN = 5


@dataclass(frozen=True)
class Part:
    """A column to be read: its place in the file, and in the record there (-1: the whole of it)."""

    name: str
    place: int
    inner: int
    type: pa.DataType


class Parquet(Reader):
    """A Parquet file, as data tools write it."""

    kind: Literal["parquet"] = "parquet"
    title = "Parquet"
    order = 30
    extensions: ClassVar[tuple[str, ...]] = (".parquet", ".pq")
    holds: ClassVar[str] = "a Parquet table"

    records: Literal["", "leave", "flatten"] = param(
        "",
        "Records inside cells",
        choices={"": "Find out", "leave": "Are left out", "flatten": "Become one column for each part"},
        advanced=True,
    )

    @classmethod
    def sniff(cls, path: Path) -> bool:
        return head(path, 4) == b"PAR1"

    def read(self, job: Job) -> Raw:
        try:
            file = pq.ParquetFile(job.path, memory_map=True)
            schema, rows = file.schema_arrow, file.metadata.num_rows
            parts = [part for place, field in enumerate(schema) for part in self._parts(place, field)]
        except pa.ArrowMemoryError as error:
            raise MemoryError from error
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _unreadable(error, "is damaged or not complete") from error
        if not parts:
            raise UnreadableFile("The Parquet file has no columns with plain values.", "Save plain columns of numbers, text or dates.")
        check_size(len(parts), rows)
        if rows * sum(_width(part.type) for part in parts) > _MOST_BYTES:
            raise UnreadableFile(
                f"The Parquet file unpacks to more than 4 GB ({rows:,} rows).", "Leave out rows or columns and upload it again."
            )
        names, done = mend([part.name for part in parts])
        changes = [*_left_out(schema, parts), *_durations(parts, names)]
        changes += renamed(done)
        found = self.model_copy(update={"records": "flatten" if self.records == "flatten" else "leave"})
        return Raw(names, _batches(file, parts, job), found, changes, doubts=self._doubts(schema))

    def _parts(self, place: int, field: pa.Field) -> list[Part]:
        kind = _plain(field.type)
        if _is_usable(kind):
            return [Part(field.name, place, -1, kind)]
        if self.records != "flatten" or not pa.types.is_struct(kind):
            return []
        inner = [(i, _plain(kind.field(i).type)) for i in range(kind.num_fields)]
        return [Part(f"{field.name}.{kind.field(i).name}", place, i, type) for i, type in inner if _is_usable(type)]

    def _doubts(self, schema: pa.Schema) -> list[Doubt]:
        records = [field for field in schema if pa.types.is_struct(_plain(field.type))]
        if not records:
            return []
        shown = tuple(f"{field.name}: {', '.join(inner.name for inner in list(_plain(field.type))[:_SHOWN])}" for field in records[:_SHOWN])
        what = f"{len(records)} column{'s hold' if len(records) > 1 else ' holds'} a record with several parts in each cell. Use the parts?"
        choices = (
            Choice(label="No, leave them out", options={"records": "leave"}),
            Choice(label="Yes, one column for each part", options={"records": "flatten"}),
        )
        return [Doubt(key="records", what=what, examples=shown, choices=choices, chosen=int(self.records == "flatten"))]


def _left_out(schema: pa.Schema, parts: Sequence[Part]) -> list[Change]:
    used = {part.place for part in parts}
    names = tuple(schema.field(place).name for place in range(len(schema)) if place not in used)
    what = "Columns with lists, records or bytes were left out."
    return [Change(what=what, count=len(names), examples=names[:_SHOWN], again=True)] if names else []


def _durations(parts: Sequence[Part], names: Sequence[str]) -> list[Change]:
    found = [(place, name) for place, (part, name) in enumerate(zip(parts, names, strict=True)) if pa.types.is_duration(part.type)]
    return [Change(what=f"Durations in column '{name}' were turned into seconds.", column=column_id(place)) for place, name in found]


def _batches(file: pq.ParquetFile, parts: Sequence[Part], job: Job) -> Iterator[Batch]:
    wanted, names, read = {part.place for part in parts}, file.schema_arrow.names, 0
    by_name = [names[place] for place in sorted(wanted)] if len(set(names)) == len(names) else None
    places = {place: i for i, place in enumerate(sorted(wanted))} if by_name else {place: place for place in wanted}
    try:
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(_ROWS, row_groups=[group], columns=by_name):
                read += batch.num_rows
                if batch.num_rows:
                    yield [_text(_of(batch.column(places[part.place]), part)) for part in parts]
                job.tell(read / max(1, file.metadata.num_rows))
    except pa.ArrowMemoryError as error:
        raise MemoryError from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(error, f"is damaged after row {read:,}") from error


def _of(column: pa.Array, part: Part) -> pa.Array:
    whole = column.storage if isinstance(column.type, pa.BaseExtensionType) else column
    return whole if part.inner < 0 else pc.struct_field(whole, [part.inner])


def _text(column: pa.Array) -> pa.Array:
    """The values as text that says them exactly; null where there is none."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if pa.types.is_duration(column.type):
        column = _seconds(column)
    return column.cast(pa.string())


def _seconds(column: pa.Array) -> pa.Array:
    """Whole numbers of any unit as seconds, exactly."""
    digits = {"s": 0, "ms": 3, "us": 6, "ns": 9}[column.type.unit]
    whole = column.cast(pa.int64())
    if not digits:
        return whole
    numbers = [None if value is None else f"{value / 10**digits:.{digits}f}".rstrip("0").rstrip(".") for value in whole.to_pylist()]
    return pa.array(numbers, pa.string())


def _plain(kind: pa.DataType) -> pa.DataType:
    """What an extension type is stored as."""
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _is_usable(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    plain = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    moments = (pa.types.is_timestamp, pa.types.is_date, pa.types.is_time, pa.types.is_duration)
    text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(is_kind(kind) for is_kind in (*plain, *moments, *text))


def _width(kind: pa.DataType) -> int:
    """Bytes a value takes at least once unpacked. The file's own word on its size cannot be trusted."""
    try:
        return max(8, int(kind.bit_width) // 8)
    except ValueError:
        return 16


def _unreadable(error: Exception, how: str) -> UnreadableFile:
    if "crypt" in str(error).lower():
        return UnreadableFile("The Parquet file is encrypted.", "Save it without encryption and upload it again.")
    return UnreadableFile(f"The Parquet file {how}.", "Write it again and upload the new file.")
