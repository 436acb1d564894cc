"""Files and encodings: A01 to A18 of the catalogue of bad input, each with its verdict."""

import gzip
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import uploads
from engine import datasets, intake, names, quarantine
from engine.errors import UnreadableFile
from engine.store.workspace import Workspace
from tests.engine.uploads import GOOD, packed, read
from tests.hostile.texts import Case, parameters

CITIES = "city,beds\n" + "".join(f"{city},{i}\n" for i in range(20) for city in ("K\u00f6ln", "Z\u00fcrich", "Orl\u00e9ans", "M\u00e1laga"))
PRAGUE = "city,beds\n" + "".join(f"{city},{i}\n" for i in range(20) for city in ("Plze\u0148", "B\u0159eclav", "\u017d\u010f\u00e1r"))
CHINESE = "\u57ce\u5e02,beds\n" + "".join(f"{city},{i}\n" for i in range(20) for city in ("\u5317\u4eac", "\u4e0a\u6d77", "\u5e7f\u5dde"))
SHOPS = ("\u6771\u4eac\u306e\u5e97", "\u304a\u304a\u3055\u304b")
JAPANESE = "\u540d\u524d,beds\n" + "".join(f"{city},{i}\n" for i in range(20) for city in SHOPS)
KOREAN = "\uc774\ub984,beds\n" + "".join(f"{city},{i}\n" for i in range(20) for city in ("\uc11c\uc6b8\uc5ed", "\ubd80\uc0b0\uc2dc"))
MIXED = CITIES.encode() + "Zo\u00eb,3\n".encode("cp1252")
HTML = b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>"

CASES = (
    Case("A01", "R", lambda: b"", "The file is empty."),
    Case("A02", "R", lambda: b"\n\n \r\n", "only blanks"),
    Case("A02", "R", lambda: b"\xef\xbb\xbf", "only blanks"),
    Case("A03", "F", lambda: b"\xef\xbb\xbf" + GOOD.encode(), "", (("a", 1, 7.0),)),
    Case("A04", "F", lambda: CITIES.encode("utf-16"), "read as UTF-16", (("city", 0, "K\u00f6ln"),)),
    Case("A05", "F", lambda: GOOD.encode("utf-16-le"), "read as UTF-16", (("a", 1, 7.0),)),
    Case("A06", "Q", lambda: CITIES.encode("cp1252"), "Windows-1252 (Western European): K\u00f6ln", (("city", 0, "K\u00f6ln"),)),
    Case("A06", "Q", lambda: PRAGUE.encode("cp1250"), "Windows-1250 (Central European): Plze\u0148"),
    Case("A07", "Q", lambda: CHINESE.encode("gb18030"), "GB 18030 (Chinese): \u57ce\u5e02", (("beds", 3, 1.0),)),
    Case("A07", "Q", lambda: JAPANESE.encode("cp932"), "Shift-JIS (Japanese): \u540d\u524d"),
    Case("A07", "Q", lambda: CHINESE.replace("\u5e7f", "\u5ee3").encode("big5"), "(Chinese): \u57ce\u5e02"),
    Case("A07", "Q", lambda: KOREAN.encode("cp949"), "EUC-KR (Korean): \uc774\ub984"),
    Case("A08", "R", lambda: MIXED, f"Line 82 holds bytes that are not UTF-8 (at byte {len(CITIES.encode()) + 2})"),
    Case("A09", "R", lambda: CITIES.encode() + b"Z\xc3", "Line 82 holds bytes that are not UTF-8"),
    Case("A09", "R", lambda: CITIES.encode() + b"\xed\xa0\x80,3\n", "Line 82 holds bytes that are not UTF-8"),
    Case("A10", "F", lambda: GOOD.replace("\n7,", "\n7\0,", 1), "Zero bytes were taken out", (("a", 1, 7.0),)),
    Case("A10", "R", lambda: GOOD.replace(",", "\0\0,"), "neither text nor a kind of file known here"),
    Case("A10", "R", lambda: GOOD * 8 + "1,\0\0\0\0,x\n" * 400, "The file is not text: 1,600 of its"),
    Case("A11", "F", lambda: GOOD.replace("\n", "\r"), "", (("c", 99, "x0"),)),
    Case("A11", "F", lambda: GOOD.replace("\n", "\r\n", 50), "", (("c", 99, "x0"),)),
    Case("A12", "R", lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 90, "holds a PNG picture, although its name ends in .csv"),
    Case("A12", "R", lambda: packed([("a/1.txt", b"1")]), "holds a zip archive"),
    Case("A13", "R", lambda: HTML, "holds a web page, not a table"),
    Case("A13", "R", lambda: HTML, "holds a web page, not a table", name="export.xls"),
    Case("A14", "R", lambda: json.dumps([{"a": 1}] * 30).encode(), "holds JSON, although its name ends in .csv"),
    Case("A18", "R", lambda: b"a,b\n" + b"x" * 11_000_000 + b",1\n", "Line 2 is longer than 10 MB"),
)


@pytest.mark.parametrize("case", parameters(CASES))
def test_every_case_gets_its_verdict(case: Case, tmp_path: Path) -> None:
    case.judge(tmp_path)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose files are read in this process."""

    def run(request: dict[str, Any], log: Path, on_progress: Callable[[float, str], None] | None = None) -> dict[str, Any]:
        return json.loads(json.dumps(intake.answer(request, lambda done, words: None)))

    monkeypatch.setattr(quarantine, "run", run)
    return Workspace.open(tmp_path / "workspace")


def test_a06_and_a07_another_encoding_is_taken_when_it_is_chosen(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CITIES.encode("cp1252"))
    before = datasets.add(workspace, tmp_path / "file", "cities.csv")
    (doubt,) = [doubt for doubt in before.open_doubts if doubt.key.startswith("encoding")]
    assert len(doubt.choices) == 3
    after = datasets.settle(workspace, before.id, doubt.key, 1)
    assert datasets.table(workspace, before.id).values("c0001")[0] != "K\u00f6ln"
    assert after.open_doubts == () and after.options == doubt.choices[1].options
    assert datasets.add(workspace, tmp_path / "file", "cities.csv").id == before.id
    back = datasets.settle(workspace, before.id, doubt.key, 0)
    assert datasets.table(workspace, before.id).values("c0001")[0] == "K\u00f6ln"
    assert back.settled == {doubt.key: doubt.choices[0].label}


@pytest.mark.parametrize("name", ["../../x.csv", "..\\..\\con.csv", "a" * 300 + ".csv", "\U0001f600.csv", "\u202efdp.exe", "/", ""])
def test_a15_names_are_labels_and_never_paths(workspace: Workspace, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text(GOOD)
    dataset = datasets.add(workspace, tmp_path / "file", name)
    assert dataset.file_name and len(dataset.file_name) <= names.LONGEST
    assert not {"/", "\\", "\u202e"} & set(dataset.file_name + dataset.name)
    assert workspace.dataset(dataset.id).parent == workspace.datasets
    assert [path.name for path in workspace.datasets.iterdir()] == [dataset.id]


def test_a16_an_upload_that_broke_off_counts_as_none(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(workspace.path))
    id = secrets.token_hex(16)
    uploads.path_of(id).write_text(GOOD[:100])
    assert uploads._finished({"id": id, "name": "x.csv", "bytes": len(GOOD)}) is None
    assert uploads._finished({"id": id, "name": "x.csv", "bytes": 100}) is not None


def test_a17_the_same_file_twice_is_told_and_kept_once(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(GOOD)
    first = datasets.add(workspace, tmp_path / "file", "first.csv")
    again = datasets.add(workspace, tmp_path / "file", "second.csv")
    assert again.id == first.id and len(datasets.all(workspace)) == 1
    assert "The same file was uploaded before" in again.changes[0].what


def test_a12_a_gzip_archive_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(GOOD.encode()))
    from engine.readers.csv_file import CsvFile

    assert not CsvFile.sniff(path)


def test_a_question_about_letters_is_only_asked_where_it_matters(tmp_path: Path) -> None:
    assert read(tmp_path, CITIES).answer.doubts == ()


ELSEWHERE = {"A15", "A16", "A17"}


def test_every_case_of_the_catalogue_is_here() -> None:
    assert {case.id for case in CASES} | ELSEWHERE == {f"A{number:02d}" for number in range(1, 19)}
    assert all(any(name.startswith(f"test_{id.lower()}_") for name in globals()) for id in ELSEWHERE)


def test_lines_that_are_utf16_only_together_are_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, b'"grade",beside\n"\xbf",0.5\n"A"\xc630.5\n' + b'"B",1.5\n' * 30).answer.rows == 32


def test_two_encodings_line_by_line_are_refused_and_not_read_as_one(tmp_path: Path) -> None:
    rows = [f"M\u00fcller,Gr\u00f6\u00dfe,{i % 2}\n".encode("utf-8" if i % 2 else "cp1252") for i in range(200)]
    with pytest.raises(UnreadableFile, match="holds bytes that are not UTF-8 .*, while other lines are UTF-8"):
        read(tmp_path, b"name,size,ill\n" + b"".join(rows), "mixed.csv")
