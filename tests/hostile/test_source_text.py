"""Nothing is lost on the way in: the text of every cell comes back exactly as it stood in the file, however it was typed."""

import csv
import io
from pathlib import Path

import pytest

from engine import tables
from engine.readers.base import column_id
from tests.engine.uploads import read

TRICKY: dict[str, list[str]] = {
    "leading zeros": ["01234", "00501", "10001"],
    "wells": ["1E5", "2E7", "3A4"],
    "beyond 2^53": ["9007199254740993", "9007199254740995", "1"],
    "beyond 2^63": ["18446744073709551616", "92233720368547758080", "5"],
    "countries": ["NA", "DE", "FR"],
    "names": ["Null", "None", "O'Brien"],
    "sentinels": ["-999", "12", "13"],
    "infinite": ["inf", "-Infinity", "NaN"],
    "decimal commas": ["1,5", "2,25", "1.234,5"],
    "thousands": ["1,234", "12,000", "1,234,567"],
    "narrow blanks": ["1\u202f234", "1\u00a0234", "1 234"],
    "apostrophes": ["1'234", "12'000.5", "7"],
    "money": ["$5", "\u20ac7", "USD 8"],
    "percent": ["10%", "10 %", "-5%"],
    "units": ["5 mg", "7mg", "8 mg/l"],
    "limits": ["<0.1", "\u22650.5", "> 100"],
    "pairs": ["120/80", "130 / 85", "99/61"],
    "minus signs": ["\u22125", "-5", "\u20135"],
    "full width": ["\uff11\uff12", "\u0664\u0662", "3"],
    "booleans": ["yes", "Y", "\u25cb"],
    "ISO dates": ["2024-03-01", "2024-03-01T02:30:00+01:00", "2024-03"],
    "dates": ["01/02/2024", "13.02.2024", "3 Mar 24"],
    "serials": ["45323", "45323.5", "1"],
    "genes": ["1-Sep", "MARCH1", "2-Mar"],
    "odd years": ["9999-12-31", "0001-01-01", "1850-05-05"],
    "blanks around": [" left", "right ", "  both  "],
    "blanks alone": ["", " ", "   "],
    "inner quotes": ['say "hi"', '"quoted"', "'single'"],
    "line breaks": ["two\nlines", "two\r\nlines", "end\n"],
    "delimiters": ["a,b", "a;b", "a\tb"],
    "formulas": ["=1+1", "@SUM(A1)", "+x"],
    "HTML": ["<b>x</b>", "<img src=x onerror=alert(1)>", "&amp;"],
    "Markdown": ["**bold**", "[x](http://evil)", ":red[x]"],
    "emoji": ["\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f"],
    "accents": ["caf\u00e9", "cafe\u0301", "\u00c5ngstr\u00f6m"],
    "invisible": ["a\u200bb", "\u202eabc", "a\u00adb"],
    "JSON": ['{"a": 1}', "[1, 2]", "null"],
    "escapes": ["\\n", "C:\\temp", "%s {0}"],
    "exponents": ["1e300", "5e-324", "1E+5"],
    "shapes of zero": ["0", "-0", "0.000"],
}
ROWS = 30


def cell(column: str, row: int) -> str:
    return TRICKY[column][row % len(TRICKY[column])]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stored text of a file that has all these columns."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(TRICKY)
    writer.writerows([cell(column, row) for column in TRICKY] for row in range(ROWS))
    folder = tmp_path_factory.mktemp("tricky")
    assert read(folder, out.getvalue()).names == list(TRICKY)
    return folder / "source-s.parquet"


def test_there_are_forty_columns() -> None:
    assert len(TRICKY) == 40


@pytest.mark.parametrize("column", TRICKY)
def test_the_text_comes_back_exactly(source: Path, column: str) -> None:
    found = tables.source_column(source, column_id(list(TRICKY).index(column))).to_pylist()
    assert found == [cell(column, row) for row in range(ROWS)]
