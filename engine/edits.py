"""Edits: cells a person mended and rows they dropped, in order. They lie over the text as it was read, which itself never changes."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from engine import dates, values
from engine.columns import Column
from engine.errors import EngineError
from engine.readers.base import Change

Array = np.ndarray[Any, Any]

MOST_ROWS = 100_000
_SHOWN = 5
_PIECE = 100_000


class Edit(BaseModel):
    """One change a person made. `rows` are positions in the text as it was read, from 0.

    With a `column` (id) its cell in the one row became `after` (null: empty); without, the rows were dropped. `before` says what stood
    there, so that the edit can be told, and repeated on a file read again only if the same stands there: the cell's text, or for each
    dropped row a digest of all its cells.
    """

    model_config = ConfigDict(frozen=True)

    rows: tuple[int, ...]
    column: str = ""
    before: tuple[str | None, ...]
    after: str | None = None
    who: str = ""
    when: str

    @property
    def drops(self) -> bool:
        return not self.column

    def line(self, columns: Sequence[Column]) -> Change:
        """Its line in the import report."""
        by = f"{self.who or 'Somebody'} on {self.when[:10]} at {self.when[11:16]} UTC"
        if self.drops:
            places = tuple(f"row {row + 1:,}" for row in self.rows[:_SHOWN])
            return Change(what=f"Rows were dropped by {by}", count=len(self.rows), examples=places, loses=True, edited=True)
        name = next((c.name for c in columns if c.id == self.column), self.column)
        what = f"Row {self.rows[0] + 1:,} of column '{name}' was changed from {_quoted(self.before[0])} to {_quoted(self.after)} by {by}."
        return Change(what=what, column=self.column, edited=True)


def lines(edits: Sequence[Edit], columns: Sequence[Column]) -> list[Change]:
    """All of them, for the import report."""
    return [edit.line(columns) for edit in edits]


def kept(edits: Sequence[Edit], rows: int) -> Array:
    """(rows that are left,) the position of each in the text as it was read, which has so many `rows`."""
    dropped = [row for edit in edits if edit.drops for row in edit.rows]
    return np.delete(np.arange(rows), dropped) if dropped else np.arange(rows)


def text_for(value: Any, column: Column) -> str | None:
    """The text that means `value` in this column's way of writing; None for an empty cell. Raises EngineError if none does."""
    if column.type == "image":
        raise EngineError("A picture cannot be written.", "Drop the row instead.")
    if value is None or (meant := values.parse_one(value, column)) is None:
        return None
    if isinstance(meant, str):
        return meant
    wanted = [str(value).strip(), *_written(meant, column)]
    for text in wanted:
        got, failed = values.typed(pa.array([text], pa.large_string()), column)
        if not failed[0] and values.to_pandas(got, column.type).iloc[0] == meant:
            return text
    raise EngineError(f"'{value}' cannot be written in the column '{column.name}' as its other values are.", f"Write it as {wanted[-1]}.")


def plain(value: float, column: Column) -> str:
    """The number as the column writes it, without a unit."""
    return repr(float(value)).removesuffix(".0").replace(".", column.decimal)


def read(source: Path, cells: Iterable[tuple[int, str]], drops: Iterable[int]) -> tuple[dict[tuple[int, str], str | None], dict[int, str]]:
    """What stands in those cells (row, column id), and a digest of each of those rows, as it was read."""
    wanted, rows = sorted(cells), sorted(set(drops))
    file, start = pq.ParquetFile(source), 0
    found: dict[tuple[int, str], str | None] = {}
    digests: dict[int, str] = {}
    for group in range(file.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        here = [cell for cell in wanted if start <= cell[0] < end]
        if here:
            piece = file.read_row_group(group, columns=sorted({column for _, column in here}))
            found |= {(row, column): piece.column(column)[row - start].as_py() for row, column in here}
        if gone := [row for row in rows if start <= row < end]:
            taken = file.read_row_group(group).take(pa.array([row - start for row in gone]))
            digests |= {row: _digest(cells_of.values()) for row, cells_of in zip(gone, taken.to_pylist(), strict=True)}
        start = end
    return found, digests


def still_hold(source: Path, edits: Sequence[Edit]) -> list[bool]:
    """For each edit whether the same stands in its place in this text."""
    file = pq.ParquetFile(source)
    rows, names = file.metadata.num_rows, set(file.schema_arrow.names)
    inside = [edit for edit in edits if max(edit.rows) < rows and (edit.drops or edit.column in names)]
    cells, digests = read(
        source, [(e.rows[0], e.column) for e in inside if not e.drops], [row for e in inside if e.drops for row in e.rows]
    )
    return [edit in inside and _stands(edit, cells, digests) for edit in edits]


def overlay(source: Path, target: Path, edits: Sequence[Edit]) -> int:
    """Writes the text with the edits over it; gives the number of rows. Raises EngineError if none would be left."""
    file = pq.ParquetFile(source)
    left = kept(edits, file.metadata.num_rows)
    if not len(left):
        raise EngineError("No row would be left.", "Keep at least one.")
    mended = {(edit.rows[0], edit.column): edit.after for edit in edits if not edit.drops}
    with pq.ParquetWriter(target, file.schema_arrow, compression="lz4", write_statistics=False) as writer:
        for start, piece in _pieces(file):
            piece = _mended(piece, start, mended)
            mine = left[np.searchsorted(left, start) : np.searchsorted(left, start + piece.num_rows)] - start
            if len(mine):
                writer.write_table(piece if len(mine) == piece.num_rows else piece.take(pa.array(mine)), row_group_size=_PIECE)
    return len(left)


def _pieces(file: pq.ParquetFile) -> Iterator[tuple[int, pa.Table]]:
    start = 0
    for group in range(file.num_row_groups):
        piece = file.read_row_group(group)
        yield start, piece
        start += piece.num_rows


def _mended(piece: pa.Table, start: int, mended: dict[tuple[int, str], str | None]) -> pa.Table:
    import pyarrow.compute as pc

    of: dict[str, dict[int, str | None]] = {}
    for (row, column), text in mended.items():
        if start <= row < start + piece.num_rows:
            of.setdefault(column, {})[row - start] = text
    for column, cells in of.items():
        mask = np.zeros(piece.num_rows, bool)
        mask[list(cells)] = True
        place = piece.schema.get_field_index(column)
        old = piece.column(place).combine_chunks()
        new = pa.array([cells[row] for row in sorted(cells)], old.type)
        piece = piece.set_column(place, piece.schema.field(place), pc.replace_with_mask(old, pa.array(mask), new))
    return piece


def _stands(edit: Edit, cells: dict[tuple[int, str], str | None], digests: dict[int, str]) -> bool:
    if edit.drops:
        return all(digests[row] == before for row, before in zip(edit.rows, edit.before, strict=True))
    return cells[edit.rows[0], edit.column] == edit.before[0]


def _digest(cells: Iterable[str | None]) -> str:
    return hashlib.sha256("\x1f".join("\x00" if cell is None else cell for cell in cells).encode("utf-8", "replace")).hexdigest()[:16]


def _written(meant: Any, column: Column) -> list[str]:
    """Ways to write a number or a moment in this column."""
    if column.type == "date":
        when = meant.to_pydatetime()
        return [when.strftime(column.date_format or "%Y-%m-%dT%H:%M:%S"), dates.words(column.date_format)]
    bare = plain(meant, column)
    return [bare, f"{column.unit}{bare}", f"{bare} {column.unit}".strip(), bare]


def _quoted(text: str | None) -> str:
    return "empty" if text is None or not text.strip() else f"'{text[:60]}'"
