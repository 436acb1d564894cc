"""A table as large files are: fifteen columns of whole numbers, fractions, categories, dates, text ids and gaps, in blocks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

BYTES_A_ROW = 103
_BLOCK = 100_000


def csv(path: Path, rows: int) -> Path:
    """About 100 bytes a row, without quotation marks."""
    plain = pyarrow.csv.WriteOptions(quoting_style="none")
    with pyarrow.csv.CSVWriter(path, _schema(), write_options=plain) as writer:
        for block in _blocks(rows):
            writer.write_batch(block)
    return path


def parquet(path: Path, rows: int) -> Path:
    """The same rows, typed."""
    with pq.ParquetWriter(path, _schema()) as writer:
        for block in _blocks(rows):
            writer.write_batch(block)
    return path


def _blocks(rows: int) -> Iterator[pa.RecordBatch]:
    rng = np.random.default_rng(11)
    for start in range(0, rows, _BLOCK):
        yield _block(rng, start, min(_BLOCK, rows - start))


def _schema() -> pa.Schema:
    return _block(np.random.default_rng(0), 0, 1).schema


def _block(rng: np.random.Generator, start: int, rows: int) -> pa.RecordBatch:
    day = np.datetime64("2021-01-01")
    second = np.datetime64("2024-03-01T00:00:00")
    columns: dict[str, pa.Array] = {
        "sample": _worded("S-", np.arange(start, start + rows) * 7 % 100_000_000),
        "taken": pa.array(day + rng.integers(0, 1400, rows)),
        "measured": pa.array(second + rng.integers(0, 30_000_000, rows)).cast(pa.string()),
        "site": _one_of(rng, rows, ["Berlin", "Lyon", "Porto", "Gdańsk", "Turin"]),
        "line": _one_of(rng, rows, [f"line {i:02d}" for i in range(40)]),
        "shift": _one_of(rng, rows, ["early", "late", "night"]),
        "operator": _worded("op", rng.integers(100, 900, rows)),
        "age": pa.array(rng.integers(18, 95, rows)),
        "parts": _with_gaps(rng, rng.poisson(220, rows), 0.02),
        "serial": pa.array(rng.integers(1, 2_000_000_000, rows)),
        "temperature": pa.array(np.round(rng.normal(36.8, 4, rows), 1)),
        "pressure": _with_gaps(rng, np.round(rng.gamma(9, 12, rows), 2), 0.05),
        "torque": pa.array(np.round(rng.normal(0, 1, rows), 5)),
        "current": _with_gaps(rng, np.round(rng.random(rows), 6), 0.1),
        "failed": pa.array((rng.random(rows) < 0.04).astype(np.int64)),
    }
    return pa.RecordBatch.from_pydict(columns)


def _worded(before: str, numbers: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(before, pa.array(numbers).cast(pa.string()), "")


def _one_of(rng: np.random.Generator, rows: int, words: list[str]) -> pa.Array:
    return pa.array(words).take(pa.array(rng.integers(0, len(words), rows)))


def _with_gaps(rng: np.random.Generator, values: np.ndarray, share: float) -> pa.Array:
    return pa.array(values, mask=rng.random(len(values)) < share)
