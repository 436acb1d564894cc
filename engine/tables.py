"""A dataset's values on disk: the source text and the typed table, written and read in pieces so that size does not matter."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine import cells, mapped, values
from engine.columns import Column, Table
from engine.errors import UnreadableFile
from engine.readers.base import LONGEST_CELL, Batch, check_size, column_id

HEAD_ROWS = 1_000
_PIECE = 100_000
_GATHERED = 64 * 2**20
_LOOKED_AT = 10_000
_MANY = 1_000_000
_ARROW = {"number": pa.float64(), "date": pa.timestamp("ns")}


@dataclass(frozen=True)
class Stored:
    """Typed rows on disk that need not all be in memory at once. `folder` holds the pictures."""

    path: Path
    columns: tuple[Column, ...]
    rows: int
    folder: Path | None = None

    def table(self, columns: Sequence[str] | None = None) -> Table:
        """All rows; with `columns` (ids) only these."""
        wanted = [column for column in self.columns if columns is None or column.id in columns]
        return read_table(self.path, wanted, folder=self.folder)

    def pieces(self, most: int) -> Iterator[Table]:
        """The rows in order, at most so many at a time, each piece numbered from 0."""
        for batch in pq.ParquetFile(self.path).iter_batches(most, columns=[column.id for column in self.columns]):
            yield as_table(pa.Table.from_batches([batch]), self.columns, self.folder)


def write_source(path: Path, width: int, batches: Iterable[Batch]) -> int:
    """Writes the text of all cells, one column an id; returns the number of rows."""
    schema = pa.schema([(column_id(i), pa.string()) for i in range(width)])
    pieces = _gathered(schema, batches)
    first = next(pieces, schema.empty_table())
    rows = 0
    with _writer(path, schema, _repeating(first)) as writer:
        for piece in chain([first], pieces):
            writer.write_table(piece, row_group_size=max(1, piece.num_rows))
            rows += piece.num_rows
    return rows


def _gathered(schema: pa.Schema, batches: Iterable[Batch]) -> Iterator[pa.Table]:
    """The batches put together to row groups worth their overhead, by rows or, where those are long, by bytes."""
    waiting: list[pa.RecordBatch] = []
    rows = held = size = 0
    for batch in batches:
        check_size(len(schema), rows := rows + len(batch[0]))
        _refuse_long_cells(batch)
        _refuse_no_text(batch)
        waiting.append(pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in batch], schema=schema))
        held, size = held + waiting[-1].num_rows, size + waiting[-1].nbytes
        if held >= _PIECE or size >= _GATHERED:
            yield pa.Table.from_batches(waiting, schema)
            waiting, held, size = [], 0, 0
    if waiting:
        yield pa.Table.from_batches(waiting, schema)


def _repeating(piece: pa.Table) -> list[str]:
    """The columns whose values come again in these rows: worth writing each value once a row group, and a number for every row."""
    some = piece.slice(0, _LOOKED_AT)
    return [name for name in some.column_names if len(some.column(name).unique()) <= 0.5 * some.num_rows]


def joined(first: Table, others: Table) -> Table:
    """The rows of the first, then those of the others, which have the same columns."""
    frame = pd.concat([first.frame, others.frame[list(first.frame)]], ignore_index=True)
    return Table(first.columns, frame, first.folder)


def source_column(path: Path, id: str) -> pa.Array:
    """All text of one column: (rows,) large strings, null where the file had no cell."""
    stat = path.stat()
    return cells.joined(_opened(path, stat.st_ino, stat.st_mtime_ns, get_ident()).read(columns=[id], use_threads=False).column(0).chunks)


def write_table(
    path: Path,
    source: Path,
    columns: Sequence[Column],
    tell: Callable[[float], None] = lambda done: None,
    places: Sequence[str] | None = None,
    before: Sequence[tuple[Column, pa.Array]] = (),
) -> None:
    """Types the source's text as the columns say. The first thousand rows are a piece of their own, so that a look at them is cheap.

    `places` are the ids under which the source has the columns, where they are not the columns' own; `before` are whole columns that
    the source does not have and that come first.
    """
    texts = places or [column.id for column in columns]
    schema = pa.schema([(c.id, _ARROW.get(c.type, pa.large_string())) for c in (*(column for column, _ in before), *columns)])
    file = pq.ParquetFile(source)

    def typed(piece: pa.Table, done: int) -> pa.Table:
        read = [piece.column(place).cast(pa.large_string()).combine_chunks() for place in texts]
        arrays = [whole.slice(done, piece.num_rows) for _, whole in before]
        arrays += [values.typed(text, column)[0] for text, column in zip(read, columns, strict=True)]
        return pa.Table.from_arrays(arrays, schema=schema)

    pieces = _one_ahead(_numbered(_pieces(file, sorted(set(texts))), typed))
    first = next(pieces, schema.empty_table())
    with _writer(path, schema, _repeating(first)) as writer:
        done = 0
        for piece in chain([first], pieces):
            writer.write_table(piece, row_group_size=_PIECE)
            done += piece.num_rows
            tell(done / max(1, file.metadata.num_rows))


def _numbered(pieces: Iterator[pa.Table], typed: Callable[[pa.Table, int], pa.Table]) -> Iterator[pa.Table]:
    done = 0
    for piece in pieces:
        yield typed(piece, done)
        done += piece.num_rows


def _one_ahead(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The pieces, each made in a thread while the one before is written."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = pool.submit(next, pieces, None)
            yield piece


def exchange_column(path: Path, old: Path, column: Column, typed: pa.Array) -> None:
    """The typed table with one column exchanged."""
    file = pq.ParquetFile(old, memory_map=True)
    place = file.schema_arrow.get_field_index(column.id)
    schema = file.schema_arrow.set(place, pa.field(column.id, _ARROW.get(column.type, pa.large_string())))
    with _writer(path, schema) as writer:
        start = 0
        for group in range(file.num_row_groups):
            piece = file.read_row_group(group)
            part = typed.slice(start, piece.num_rows)
            writer.write_table(piece.set_column(place, schema.field(place), part), row_group_size=_PIECE)
            start += piece.num_rows


def exchange_source(path: Path, old: Path, texts: Mapping[str, pa.Array | None]) -> None:
    """The source's text with whole columns exchanged, and those left out that come with None."""
    file = pq.ParquetFile(old, memory_map=True)
    kept = [field.name for field in file.schema_arrow if texts.get(field.name, "") is not None]
    schema = pa.schema([(name, pa.string()) for name in kept])
    with _writer(path, schema) as writer:
        start = 0
        for group in range(file.num_row_groups):
            piece = file.read_row_group(group, columns=[name for name in kept if name not in texts] or kept[:1])
            arrays = [_part(texts[name], start, piece.num_rows) if name in texts else piece.column(name) for name in kept]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=_PIECE)
            start += piece.num_rows


def read_table(
    path: Path, columns: Sequence[Column], rows: "int | np.ndarray[Any, Any] | None" = None, folder: Path | None = None
) -> Table:
    """The typed rows: all, the first `rows`, or those at the positions `rows`."""
    names = [column.id for column in columns]
    file = pq.ParquetFile(path, memory_map=True)
    if rows is None and file.metadata.num_rows > _MANY:
        frame = {column.id: _mapped(file, column, path.parent) for column in columns}
        return Table(tuple(columns), pd.DataFrame(frame, index=pd.RangeIndex(file.metadata.num_rows), copy=False), folder)
    if isinstance(rows, np.ndarray):
        found = _at(file, names, rows.astype(np.int64))
    else:
        found = file.read(columns=names) if rows is None else _first(file, names, rows)
    return as_table(found, columns, folder)


@lru_cache(maxsize=4)
def _opened(path: Path, _inode: int, _changed: int, _thread: int) -> pq.ParquetFile:
    """Kept open: reading the description of thousands of columns again for each of them takes minutes and address space.

    By one thread each.
    """
    return pq.ParquetFile(path, pre_buffer=False)


def as_table(found: pa.Table, columns: Sequence[Column], folder: Path | None = None) -> Table:
    """An Arrow table as a Table."""
    return Table(tuple(columns), _frame(((column, found) for column in columns), found.num_rows), folder)


def _frame(found: Iterable[tuple[Column, pa.Table]], rows: int) -> pd.DataFrame:
    """Column by column, so that of many rows no more than one column is there twice."""
    frame = {column.id: values.to_pandas(_whole(table.column(column.id)), column.type) for column, table in found}
    return pd.DataFrame(frame, index=pd.RangeIndex(rows), copy=False)


def _mapped(file: pq.ParquetFile, column: Column, folder: Path) -> "pd.Series[Any]":
    """A column of many rows; of one that is large only the file it is mapped from stays, not the memory it was read into."""
    if column.type not in _ARROW:
        return values.to_pandas(cells.joined(file.read(columns=[column.id]).column(0).chunks, folder), column.type)
    place = mapped.empty((file.metadata.num_rows,), np.float64 if column.type == "number" else "datetime64[ns]", folder)
    start = 0
    for batch in file.iter_batches(_PIECE, columns=[column.id]):
        place[start : start + len(batch)] = values.to_pandas(batch.column(0), column.type).to_numpy()
        start += len(batch)
    return pd.Series(place, copy=False)


def _at(file: pq.ParquetFile, names: list[str], rows: "np.ndarray[Any, Any]") -> pa.Table:
    """Piece by piece, so that no more than one piece and the rows asked for are in memory."""
    order = np.argsort(rows, kind="stable")
    ascending, found, start = rows[order], [], 0
    for group in range(file.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        mine = ascending[np.searchsorted(ascending, start) : np.searchsorted(ascending, end)]
        if len(mine):
            found.append(file.read_row_group(group, columns=names).take(pa.array(mine - start)))
        start = end
    if not found:
        return file.schema_arrow.empty_table().select(names)
    back = np.empty(len(rows), np.int64)
    back[order] = np.arange(len(rows))
    return pa.concat_tables(found).take(pa.array(back))


def _first(file: pq.ParquetFile, names: list[str], rows: int) -> pa.Table:
    groups, seen = [], 0
    for group in range(file.num_row_groups):
        if seen >= rows:
            break
        groups.append(group)
        seen += file.metadata.row_group(group).num_rows
    return file.read_row_groups(groups, columns=names).slice(0, rows)


def _pieces(file: pq.ParquetFile, names: Sequence[str]) -> Iterator[pa.Table]:
    for group in range(file.num_row_groups):
        piece = file.read_row_group(group, columns=list(names))
        if group == 0:
            yield piece.slice(0, HEAD_ROWS)
            piece = piece.slice(HEAD_ROWS)
        if piece.num_rows:
            yield piece


def _part(column: pa.Array, start: int, rows: int) -> pa.Array:
    return column.slice(start, rows).cast(pa.string())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


@contextmanager
def _writer(path: Path, schema: pa.Schema, repeating: Sequence[str] | None = None) -> Iterator[pq.ParquetWriter]:
    """`repeating` are the columns to write as different values and their numbers; None: all that it shortens."""
    by_value: Any = True if repeating is None else list(repeating)
    with pq.ParquetWriter(path, schema, compression="lz4", write_statistics=False, use_dictionary=by_value) as writer:
        yield writer


def _refuse_no_text(batch: Batch) -> None:
    """Bytes that are no letters would break whatever looks at them later."""
    for position, column in enumerate(batch):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            raise UnreadableFile(
                f"A value in column {position + 1} is damaged: its bytes are no letters.",
                "Write the file again with the program it came from, and upload the new one.",
            ) from error


def _refuse_long_cells(batch: Batch) -> None:
    import pyarrow.compute as pc

    for position, column in enumerate(batch):
        if column.nbytes > LONGEST_CELL and (pc.max(pc.binary_length(column)).as_py() or 0) > LONGEST_CELL:
            raise UnreadableFile(
                f"A value in column {position + 1} is longer than a million characters.", "Shorten or remove it and upload the file again."
            )
