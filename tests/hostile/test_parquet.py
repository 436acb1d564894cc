"""E01 to E08 of the catalogue: Parquet files of odd types, damaged ones, and one that unpacks to far more than it says."""

import datetime
import decimal
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engine.uploads import read
from tests.hostile.cases import ASKED, FIXED, REFUSED, WARNED, Case, ids, judge

P = "data.parquet"
N = 40


def parquet(columns: dict[str, Any], **how: Any) -> bytes:
    return written(pa.table(columns), **how)


def written(table: pa.Table, **how: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **how)
    return out.getvalue()


def nested() -> bytes:
    records = pa.array([{"x": i, "y": "a"} for i in range(N)])
    lists, maps = pa.array([[1, 2]] * N), pa.array([[("k", 1)]] * N, pa.map_(pa.string(), pa.int64()))
    return parquet({"record": records, "list": lists, "map": maps, "n": pa.array(range(N))})


def typed() -> bytes:
    day = datetime.date(2024, 1, 1)
    return parquet(
        {
            "price": pa.array([decimal.Decimal(i) / 4 for i in range(N)], pa.decimal128(12, 2)),
            "half": pa.array(np.arange(N, dtype=np.float16)),
            "huge": pa.array([2**64 - 1 - i for i in range(N)], pa.uint64()),
            "took": pa.array([datetime.timedelta(milliseconds=1500 * i) for i in range(N)], pa.duration("us")),
            "when": pa.array([datetime.datetime(2024, 1, 1, 12)] * N, pa.timestamp("ms", "+02:00")),
            "ends": pa.array([datetime.date(9999, 12, 31) if i == 3 else day for i in range(N)]),
            "bytes": pa.array([b"\x00\x01"] * N),
        }
    )


def no_letters() -> bytes:
    return parquet({"a": pa.array([b"\xff\xfe"] * N).view(pa.string())})


def bomb() -> bytes:
    """Half a megabyte that unpacks to three gigabytes of numbers."""
    out = io.BytesIO()
    piece = pa.table({name: pa.array(np.full(1_000_000, 7)) for name in "abc"})
    with pq.ParquetWriter(out, piece.schema) as writer:
        for _ in range(70):
            writer.write_table(piece)
    assert len(out.getvalue()) < 1_000_000
    return out.getvalue()


def doubled() -> bytes:
    return written(pa.Table.from_arrays([pa.array(range(N))] * 2, names=["a", "a"]))


class Foreign(pa.ExtensionType):  # type: ignore[misc]
    """A type from a stranger, which reading must not bring to life."""

    def __init__(self) -> None:
        super().__init__(pa.int64(), "stranger.type")

    def __arrow_ext_serialize__(self) -> bytes:
        return b"cos\nsystem\n(S'true'\ntR."

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: pa.DataType, serialized: bytes) -> "Foreign":
        raise AssertionError("a type from a file came to life")


def foreign() -> bytes:
    return parquet({"a": pa.ExtensionArray.from_storage(Foreign(), pa.array(range(N))), "b": pa.array(range(N))})


CASES = [
    Case("E01", WARNED, nested, "Columns with lists, records or bytes were left out", P, lambda f: f.names == ["n"]),
    Case("E01", ASKED, nested, "holds a record with several parts in each cell", P),
    Case("E02", FIXED, typed, "Durations in column 'took' were turned into seconds", P, lambda f: f.values("took")[1] == 1.5),
    Case("E02", FIXED, typed, "^", P, lambda f: f.values("price")[3] == 0.75 and f.values("half")[5] == 5.0),
    Case("E02", FIXED, typed, "'huge' holds whole numbers .* too long", P, lambda f: f.values("huge")[0] == "18446744073709551615"),
    Case("E02", WARNED, typed, "Values in column 'ends' .* missing|out of|9999", P),
    Case("E02", WARNED, typed, "Columns with lists, records or bytes were left out", P, lambda f: "bytes" not in f.names),
    Case("E03", REFUSED, bomb, "more than 200 million cells", P),
    Case("E04", REFUSED, lambda: typed()[:900], "damaged or not complete", P),
    Case("E04", REFUSED, lambda: b"PAR1", "damaged or not complete", P),
    Case("E04", REFUSED, no_letters, "damaged after row 40", P),
    Case("E05", REFUSED, lambda: b"PARE" + bytes(200) + b"PARE", "encrypted", P),
    Case("E06", FIXED, doubled, r"is called 'a \(2\)' now", P, lambda f: f.names == ["a", "a (2)"]),
    Case("E07", REFUSED, lambda: parquet({"a": pa.array([], pa.int64())}), "no rows of values", P),
    Case("E07", REFUSED, lambda: written(pa.table({})), "no columns with plain values", P),
    Case("E08", FIXED, foreign, "^", P, lambda f: f.types == ["number", "number"] and f.values("a")[7] == 7.0),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_verdict(case: Case, tmp_path: Path) -> None:
    judge(case, tmp_path)


def test_no_case_of_the_catalogue_is_left_out() -> None:
    assert ids(CASES) == [f"E{number:02d}" for number in range(1, 9)]


def test_records_become_columns_on_request(tmp_path: Path) -> None:
    (doubt,) = read(tmp_path, nested(), P).answer.doubts
    found = read(tmp_path, nested(), P, **doubt.choices[1].options)
    assert (found.names, found.answer.doubts[0].chosen) == (["record.x", "record.y", "n"], 1)
    assert (found.values("record.x")[5], found.values("record.y")[5]) == (5.0, "a")


def test_a_time_of_another_zone_is_brought_to_universal_time(tmp_path: Path) -> None:
    found = read(tmp_path, typed(), P)
    assert str(found.values("when")[0]).startswith("2024-01-01T12:00")
    assert found.types[found.names.index("when")] == "date"


def test_the_versions_that_ran_code_from_files_are_not_used() -> None:
    assert tuple(map(int, pa.__version__.split(".")[:3])) >= (14, 0, 1)
