"""Sound files for every reader, from which broken ones are made. A reader without seeds fails a test."""

import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.contracts.test_readers import GOOD
from tests.engine.uploads import classes, packed, picture
from tests.hostile import workbooks

Maker = Callable[[], bytes]

TABLE = pd.DataFrame(
    {
        "age": [20 + i for i in range(40)],
        "city": ["Köln", "Rome"] * 20,
        "size": [i / 4 for i in range(40)],
        "day": [f"2024-01-{1 + i % 28:02d}" for i in range(40)],
    }
)


def parquet(table: pa.Table | None = None, **how: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(TABLE) if table is None else table, out, **how)
    return out.getvalue()


def nested() -> bytes:
    columns = {"list": pa.array([[1, 2]] * 40), "record": pa.array([{"x": i, "y": "a"} for i in range(40)]), "n": pa.array(range(40))}
    return parquet(pa.table(columns), compression="none")


_MORE: dict[str, tuple[Maker, ...]] = {
    "csv_file": (
        lambda: TABLE.to_csv(index=False).encode(),
        lambda: TABLE.to_csv(index=False, sep=";", decimal=",").encode("utf-16"),
        lambda: TABLE.to_csv(index=False, quoting=1).encode("cp1252"),
    ),
    "excel": (lambda: workbooks.sheet(workbooks.ROWS), workbooks.merged_header, workbooks.hidden_rows, workbooks.two_tables),
    "parquet": (parquet, lambda: parquet(compression="none", use_dictionary=False), nested),
    "json_records": (
        lambda: TABLE.to_json(orient="records").encode(),
        lambda: TABLE.to_json(orient="records", lines=True).encode(),
        lambda: json.dumps({"rows": [{"a": {"b": i, "c": [i]}, "d": None} for i in range(30)]}).encode(),
    ),
    "image_folder": (
        lambda: packed(classes("good", "scratched", each=5)),
        lambda: packed([(f"{kind}/{i}.jpg", picture(i, format="JPEG")) for kind in "ab" for i in range(4)]),
    ),
}
SEEDS: dict[str, tuple[Maker, ...]] = {kind: (make, *_MORE.get(kind, ())) for kind, make in GOOD.items()}
"""Reader kind -> makers of sound files: the one every reader's contract is tested with, and more that lead into other corners of it."""
