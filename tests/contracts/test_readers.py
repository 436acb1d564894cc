"""What every reader promises, tested on each file in the folder."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.errors import UnreadableFile
from engine.readers import READERS, choose
from tests.engine.spreadsheets import ods
from tests.engine.uploads import classes, packed, read

TABLE = pd.DataFrame({"age": [20 + i for i in range(40)], "city": ["Köln", "Rome"] * 20, "size": [i / 4 for i in range(40)]})


def parquet() -> bytes:
    out = io.BytesIO()
    TABLE.to_parquet(out)
    return out.getvalue()


def excel() -> bytes:
    out = io.BytesIO()
    TABLE.to_excel(out, index=False)
    return out.getvalue()


def stata() -> bytes:
    out = io.BytesIO()
    TABLE.to_stata(out, write_index=False, version=118)
    return out.getvalue()


def arrays() -> bytes:
    out = io.BytesIO()
    np.savez(out, **{name: TABLE[name].to_numpy("U10" if name == "city" else None) for name in TABLE})
    return out.getvalue()


def arff() -> str:
    columns = "@attribute age integer\n@attribute city {Köln, Rome}\n@attribute size real\n"
    return f"% made for a test\n@relation things\n{columns}@data\n{TABLE.to_csv(index=False, header=False)}"


def fixed() -> str:
    rows = [f"{row.age:<6}{row.city:<10}{row.size:>6}" for row in TABLE.itertuples(index=False)]
    return "\n".join([f"{'age':<6}{'city':<10}{'size':>6}", "----- --------- ------", *rows]) + "\n"


GOOD: dict[str, Callable[[], bytes]] = {
    "csv_file": lambda: TABLE.to_csv(index=False).encode(),
    "excel": excel,
    "parquet": parquet,
    "json_records": lambda: TABLE.to_json(orient="records").encode(),
    "image_folder": lambda: packed(classes("good", "scratched", each=20)),
    "gzip_file": lambda: gzip.compress(TABLE.to_csv(index=False).encode()),
    "zip_table": lambda: packed([("data/table.csv", TABLE.to_csv(index=False).encode())]),
    "numpy_arrays": arrays,
    "stata": stata,
    "spreadsheet": lambda: ods(Sheet=[list(TABLE), *TABLE.values.tolist()]),
    "arff": lambda: arff().encode(),
    "fixed_width": lambda: fixed().encode(),
}
LINES = ("csv_file", "fixed_width")
"""Text of which every first part is whole."""
TABLES = [kind for kind in READERS.members if kind != "image_folder"]


def named(kind: str) -> str:
    return "upload" + READERS.members[kind].extensions[0]


@pytest.fixture(params=list(READERS.members))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_its_content_is_its_own_and_that_of_readers_asked_before_it_is_not(kind: str, tmp_path: Path) -> None:
    order = list(READERS.members)
    for other in order[: order.index(kind) + 1]:
        path = tmp_path / kind
        path.write_bytes(GOOD[kind]())
        assert READERS.members[other].sniff(path) == (other == kind), f"{other} says so of {kind}"
    assert choose(path, "upload").kind == kind


def test_it_reads_all_rows_and_says_which_options_it_used(kind: str, tmp_path: Path) -> None:
    found = read(tmp_path, GOOD[kind](), named(kind))
    assert (found.answer.rows, len(found.table), found.profile.rows) == (40, 40, 40)
    assert READERS.parse(found.answer.reader).kind == kind
    assert not (tmp_path / "scratch").exists() and not (tmp_path / "unpacked").exists()
    assert [column.id for column in found.answer.columns] == [f"c{i + 1:04d}" for i in range(len(found.names))]


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_table_gives_the_same_types_and_values(kind: str, tmp_path: Path) -> None:
    found = read(tmp_path, GOOD[kind](), named(kind))
    assert found.names == ["age", "city", "size"]
    assert found.types == ["number", "category", "number"]
    assert [found.values(name)[3] for name in found.names] == [23.0, "Rome", 0.75]


def test_the_options_it_used_read_the_same_again(kind: str, tmp_path: Path) -> None:
    first = read(tmp_path, GOOD[kind](), named(kind))
    used = {key: value for key, value in first.answer.reader.items() if key != "kind"}
    (tmp_path / "again").mkdir()
    assert read(tmp_path / "again", GOOD[kind](), named(kind), **used).table.frame.equals(first.table.frame)


@pytest.mark.parametrize("kind", [kind for kind in READERS.members if kind not in LINES])
def test_a_file_cut_off_is_a_sentence_with_a_fix(kind: str, tmp_path: Path) -> None:
    content = GOOD[kind]()
    with pytest.raises(UnreadableFile) as raised:
        read(tmp_path, content[: len(content) // 2], named(kind))
    assert raised.value.what.endswith(".") and raised.value.fix.endswith(".")


def test_another_content_under_its_name_is_told(kind: str, tmp_path: Path) -> None:
    other = "csv_file" if kind != "csv_file" else "json_records"
    path = tmp_path / "upload"
    path.write_bytes(GOOD[other]())
    with pytest.raises(UnreadableFile, match="although its name ends in"):
        choose(path, named(kind))


def test_every_option_has_a_label(kind: str) -> None:
    assert all(option.label for option in READERS.members[kind].params())
    assert READERS.members[kind].description().endswith(".")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "holds a PNG picture, although its name ends in .csv"),
        (b"\xff\xd8\xff\xe0" + b"x" * 50, "holds a JPEG picture"),
        (packed(classes("a", "b", each=1)), "holds a zip archive of pictures"),
        (packed([("a.csv", b"1,2")]), "holds a zip archive with a table in it, although its name ends in .csv"),
        (b"<!DOCTYPE html><html><table></table></html>", "holds a web page, not a table"),
        (json.dumps([{"a": 1}]).encode(), "holds JSON, although its name ends in .csv"),
        (b"%PDF-1.7 ...", "holds a PDF document"),
        (b"\x1f\x8b\x08" + b"x" * 50, "holds a gzip archive"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "old or password-protected Excel workbook"),
        (b"$FL2@(#) SPSS DATA FILE" + b"x" * 50, "holds an SPSS file"),
        (b"\x80\x04\x95" + b"x" * 50, "holds a Python pickle"),
        (b"a.csv".ljust(257, b"\0") + b"ustar\0" + bytes(249) + b"1,2\n" * 2000, "holds a tar archive"),
        (bytes(range(256)) * 20, "neither text nor a kind of file known here"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=words) as raised:
        read(tmp_path, content, "data.csv")
    assert raised.value.fix


def test_a_name_without_a_known_ending_is_read_by_its_content(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD["csv_file"](), "processed.cleveland.data").answer.rows == 40
    (tmp_path / "b").mkdir()
    assert read(tmp_path / "b", GOOD["json_records"](), "export").answer.rows == 40
