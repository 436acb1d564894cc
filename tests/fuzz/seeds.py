"""Sound files for every reader, from which broken ones are made. A reader without seeds fails a test."""

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.contracts.test_readers import GOOD
from tests.engine import spreadsheets
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
    "gzip_file": (
        lambda: gzip.compress(TABLE.to_csv(index=False).encode()),
        lambda: gzip.compress(TABLE.to_json(orient="records").encode(), 0),
    ),
    "zip_table": (
        lambda: packed([("a/train.csv", TABLE.to_csv(index=False).encode()), ("a/test.csv", TABLE.to_csv(index=False).encode())]),
        lambda: packed([("book.xls", spreadsheets.xls(Data=sheets())), ("README.md", b"hello")]),
    ),
    "spreadsheet": (
        lambda: spreadsheets.ods(Data=sheets(), More=[["z"], [1]]),
        lambda: spreadsheets.xls(Data=[["when", "ratio"], *[[("date", 43831 + i), ("error", 7)] for i in range(40)]]),
        lambda: spreadsheets.xlsb(Data=sheets()),
    ),
    "numpy_arrays": (
        lambda: array(np.arange(120.0).reshape(40, 3)),
        lambda: array(np.array([(i, f"n{i % 3}") for i in range(40)], [("größe", "<i4"), ("name", "U9")])),
        lambda: arrays(False, X=np.ones((40, 3)), y=np.arange(40), feature_names=np.array(["a", "b", "c"])),
        lambda: arrays(True, x_train=np.ones((40, 3)), y_train=np.arange(40) % 2, x_test=np.zeros((9, 3))),
    ),
    "stata": (lambda: stata(114), lambda: stata(118)),
    "arff": (
        lambda: (ARFF + TABLE.to_csv(index=False, header=False)).encode(),
        lambda: (ARFF + "{0 1, 1 Rome, 3 2024-01-01}\n" * 20 + "% end\n{}\n").encode(),
    ),
    "fixed_width": (lambda: fixed(False), lambda: fixed(True)),
    "image_folder": (
        lambda: packed(classes("good", "scratched", each=5)),
        lambda: packed([(f"{kind}/{i}.jpg", picture(i, format="JPEG")) for kind in "ab" for i in range(4)]),
    ),
}


def stata(version: int) -> bytes:
    out = io.BytesIO()
    coded = TABLE.assign(sex=[1, 2] * 20, city="Rome")
    coded.to_stata(out, write_index=False, version=version, value_labels={"sex": {1: "male", 2: "female"}})
    return out.getvalue()


def arrays(compressed: bool, **named: Any) -> bytes:
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **named)
    return out.getvalue()


def array(values: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()


def fixed(ruler: bool) -> bytes:
    lines = [f"{'age':<6}{'city':<12}{'size':>8} day", *(["----- ----------- -------- ----------"] if ruler else [])]
    lines += [f"{row.age:<6}{row.city + ' town':<12}{row.size:>8} {row.day}" for row in TABLE.itertuples(index=False)]
    return ("\n".join(lines) + "\n").encode()


def sheets() -> list[list[Any]]:
    return [list(TABLE), *TABLE.values.tolist()]


ARFF = "@relation x\n@attribute age numeric\n@attribute 'the city' {Köln, Rome}\n@attribute size real\n@attribute day date\n@data\n"

SEEDS: dict[str, tuple[Maker, ...]] = {kind: (make, *_MORE.get(kind, ())) for kind, make in GOOD.items()}
"""Reader kind -> makers of sound files: the one every reader's contract is tested with, and more that lead into other corners of it."""
