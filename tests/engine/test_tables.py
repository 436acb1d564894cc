"""The source and the typed table on disk: row groups of a size worth their overhead, whatever batches the rows come in."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine import tables
from engine.columns import Column
from engine.readers import _quick
from engine.readers._quick import Body


def _batches(*sizes: int) -> list[list[pa.Array]]:
    return [[pa.array([f"{batch}-{row}" for row in range(size)]), pa.array(["same"] * size)] for batch, size in enumerate(sizes)]


def test_small_batches_are_gathered_to_one_row_group(tmp_path: Path) -> None:
    batches = _batches(3, 1, 5)
    assert tables.write_source(tmp_path / "source.parquet", 2, batches) == 9
    file = pq.ParquetFile(tmp_path / "source.parquet")
    assert file.num_row_groups == 1
    assert file.read().column("c0001").to_pylist() == [text for batch in batches for text in batch[0].to_pylist()]


def test_large_batches_are_not_kept_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_PIECE", 4)
    tables.write_source(tmp_path / "source.parquet", 2, _batches(3, 2, 4))
    file = pq.ParquetFile(tmp_path / "source.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [5, 4]


def test_a_source_without_rows_can_be_written(tmp_path: Path) -> None:
    assert tables.write_source(tmp_path / "source.parquet", 2, []) == 0
    assert pq.ParquetFile(tmp_path / "source.parquet").schema_arrow.names == ["c0001", "c0002"]


def test_a_failure_while_typing_ahead_reaches_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    tables.write_source(tmp_path / "source.parquet", 2, _batches(3))
    monkeypatch.setattr("engine.values.typed", broken)
    with pytest.raises(MemoryError):
        tables.write_table(tmp_path / "table.parquet", tmp_path / "source.parquet", [Column(id="c0001", name="a", type="text")])


@pytest.mark.parametrize(("text", "regular"), [("1,2\n3,4\n", True), ("1,2\n3,4,5\n", False), ("1,2\n3\n", False), ('"1\n2",2\n', True)])
def test_only_rows_that_all_have_their_values_are_regular(text: str, regular: bool, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    assert _quick.is_regular(Body(path, 0, 1, 2, ",", '"')) is regular


def test_marks_are_counted_anew_in_a_changed_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    body = Body(path, 0, 1, 2, ",", '"')
    path.write_text("1,2\n")
    assert _quick.is_regular(body)
    path.write_text('1,"2\n3,4\n5,6\n')
    assert not _quick.is_regular(body)


def test_many_rows_are_read_column_by_column_to_the_same_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [Column(id="c0001", name="a", type="text"), Column(id="c0002", name="b", type="category")]
    tables.write_source(tmp_path / "source.parquet", 2, _batches(3, 4))
    tables.write_table(tmp_path / "table.parquet", tmp_path / "source.parquet", columns)
    at_once = tables.read_table(tmp_path / "table.parquet", columns)
    monkeypatch.setattr(tables, "_MANY", 5)
    one_by_one = tables.read_table(tmp_path / "table.parquet", columns)
    assert one_by_one.frame.equals(at_once.frame)
    assert [*one_by_one.frame.dtypes] == [*at_once.frame.dtypes]
