"""Values and types: C01 to C37 of the catalogue of bad input, each with its verdict."""

from pathlib import Path

import pytest

from tests.hostile.texts import Case, column, parameters

ELSEWHERE = {"C38"}
WORDS = [f"{a} {b} number {i}, seen by the doctor" for i, (a, b) in enumerate(zip("abcdefghij" * 8, "klmnopqrst" * 8, strict=True))]

CASES = (
    Case("C01", "F", lambda: column("zip", "01234", "00501", "10001"), "leading zeros", (("zip", 0, "01234"),)),
    Case("C02", "F", lambda: column("well", "1E5", "2E7", "3A4", "1B2"), "codes such as 1E5", (("well", 0, "1E5"),)),
    Case("C02", "F", lambda: column("well", "1E5", "2E7", "3E4"), "codes such as 1E5", (("well", 1, "2E7"),)),
    Case("C03", "F", lambda: column("id", "9007199254740993", "", "9007199254740995"), "too long to be exact", (("id", 0, "9007199254740993"),)),
    Case("C04", "F", lambda: column("id", "18446744073709551616", "92233720368547758080"), "too long to be exact"),
    Case("C05", "Q", lambda: column("country", "DE", "NA", "FR", "IT"), "'country' is 'NA' in 15 rows", (("country", 1, "NA"),)),
    Case("C05", "Q", lambda: column("surname", *WORDS, "Null"), "No, 'Null' is a value like the others", (("surname", 80, "Null"),)),
    Case("C05", "Q", lambda: column("alcohol", "None", "Mild", "Severe"), "'alcohol' is 'None' in 20 rows", (("alcohol", 0, "None"),)),
    Case("C05", "Q", lambda: column("stage", "-", "early", "late"), "'stage' is '-' in 20 rows", (("stage", 0, None),)),
    Case("C06", "Q", lambda: column("pressure", *map(str, range(80, 130)), "-999", "-999"), "Does -999 mean missing?", (("pressure", 1, 81.0),)),
    Case("C06", "Q", lambda: column("age", *map(str, range(20, 80)), "999", "999"), "Does 999 mean missing?"),
    Case("C06", "Q", lambda: column("bmi", *[f"{18 + i / 10}" for i in range(70)], "0", "0"), "No, 0 is a real value", (("bmi", 70, 0.0),)),
    Case("C07", "W", lambda: column("x", *map(str, range(30)), "inf", "-Infinity", "NaN"), "no finite number"),
    Case("C08", "F", lambda: column("x", "1,5", "2,25", "0,125"), "with a comma as decimal mark", (("x", 0, 1.5),)),
    Case("C08", "Q", lambda: '"x",k\n' + "".join(f'"{i + 1},{234 + i}",{i}\n' for i in range(60)), "thousands or decimals?"),
    Case("C09", "F", lambda: column("x", "1,234.5", "12,000.25"), "a comma between thousands", (("x", 0, 1234.5),)),
    Case("C09", "F", lambda: column("x", "1.234,5", "12.000,25"), "a point between thousands", (("x", 0, 1234.5),)),
    Case("C09", "F", lambda: column("x", "1\u00a0234", "12\u00a0000", "5"), "a blank between thousands", (("x", 0, 1234.0),)),
    Case("C09", "F", lambda: column("x", "1'234", "12'000.5"), "an apostrophe between thousands", (("x", 0, 1234.0),)),
    Case("C09", "Q", lambda: "x;k\n" + "".join(f"{1 + i % 9}.{100 + i};{i}\n" for i in range(60)), "mark thousands or decimals?"),
    Case("C10", "F", lambda: column("x", "$5", "$6.5"), "'$' around the numbers", (("x", 1, 6.5),)),
    Case("C10", "F", lambda: column("x", "10%", "6%"), "'%' around the numbers", (("x", 0, 10.0),)),
    Case("C10", "F", lambda: column("x", "5 mg", "7 mg"), "'mg' around the numbers", (("x", 0, 5.0),)),
    Case("C10", "Q", lambda: column("x", "<0.1", "0.5", "0.7", "1.2"), "What should values such as <0.1", (("x", 0, 0.1), ("x", 1, 0.5))),
    Case("C10", "Q", lambda: column("bp", "120/80", "130/85", "99/61"), "Read the first number: 120/80 is 120", (("bp", 0, "120/80"),)),
    Case("C11", "F", lambda: column("x", "\u22125", "3", "\uff17", "\u0664"), "ordinary", (("x", 0, -5.0), ("x", 2, 7.0), ("x", 3, 4.0))),
    Case("C12", "Q", lambda: column("x", *map(str, range(80)), "unknown", "see notes"), "not all. What should these words count as?"),
    Case("C12", "Q", lambda: column("x", "1", "2", "3", "broken"), "The words count too: keep the column as text", (("x", 3, "broken"),)),
    Case("C13", "Q", lambda: column("ok", "yes", "Y", "1", "True", "ja", "\u25cb", "no", "N", "0", "False"), "mean the same?", (("ok", 3, "yes"),)),
    Case("C14", "Q", lambda: column("when", "2024-03-01", "02/03/2024", "3 Mar 2024", "04.03.2024", "Mar 5, 2024"), "in 5 ways"),
    Case("C14", "Q", lambda: column("when", "01/02/2024", "03/04/2024", "05/06/2024"), "the day or the month?"),
    Case("C15", "Q", lambda: column("date", *[str(45_323 + i) for i in range(60)]), "Yes: 45323 is 1 February 2024"),
    Case("C16", "W", lambda: column("when", *[f"20{i:02d}-03-01" for i in range(10, 25)] * 3, "9999-12-31", "0001-01-01"), "out of range"),
    Case("C16", "W", lambda: column("when", *[f"2{i:03d}-03-01" for i in range(100, 125)]), "in the future"),
    Case("C16", "W", lambda: column("when", *[f"1{i:03d}-03-01" for i in range(850, 875)]), "before 1900"),
    Case("C16", "W", lambda: column("when", *[f"13/03/{i:02d}" for i in range(20, 60)]), "two digits"),
    Case("C17", "F", lambda: column("at", "2024-03-31T02:30:00+01:00", "2024-03-31T02:30:00Z", "2024-03-31T02:30:00-05:00"), "universal time"),
    Case("C18", "W", lambda: column("gene", "TP53", "BRCA1", "1-Sep", "2-Mar", "EGFR"), "Excel"),
    Case("C19", "W", lambda: column("x", "", " "), "Every value is missing. Leave this column out."),
    Case("C20", "W", lambda: column("x", "same"), "There is only one value, 'same'. Leave this column out"),
    Case("C22", "W", lambda: column("city", *[f"town {chr(97 + i % 26)}{i}" for i in range(1100)], rows=2600), "1,100 different values"),
    Case("C24", "W", lambda: column("x", *map(str, range(60)), "1e300", "5e-320"), "out of all proportion: 1e+300 in row 61"),
    Case("C25", "Q", lambda: column("price", "$5", "\u20ac7", "$6", "\u20ac8"), "amounts in several currencies", (("price", 0, "$5"),)),
    Case("C26", "W", lambda: column("blob", *["data:image/png;base64," + f"{i:04d}" + "iVBORw0KGgo" * 9 for i in range(60)]), "a picture or other file"),
    Case("C26", "W", lambda: column("blob", *['{""a"": %d, ""b"": [1]}' % i for i in range(60)]), "holds JSON"),
    Case("C27", "W", lambda: column("list", *[f"[{i}, 2, 3]" for i in range(60)]), "holds lists"),
    Case("C28", "R", lambda: "a,b\n" + "x" * 1_100_000 + ",1\n2,3\n", "longer than a million characters"),
    Case("C35", "F", lambda: column("grade", "1", "1.0", "A", "B"), "'1.0'", (("grade", 1, "1"),)),
    Case("C36", "Q", lambda: column("answer", "Yes", "yes ", "YES", "No", "no"), "mean the same?", (("answer", 2, "Yes"),)),
    Case("C37", "R", lambda: column("x", "1", "2", rows=12), "There are only 12 rows."),
)


@pytest.mark.parametrize("case", parameters(CASES))
def test_every_case_gets_its_verdict(case: Case, tmp_path: Path) -> None:
    case.judge(tmp_path)
