"""Values and types: C01 to C37 of the catalogue of bad input, each with its verdict.

Personal data (C38) has tests of its own.
"""

from pathlib import Path

import numpy as np
import pytest

from engine import advice, plan
from engine.errors import InvalidPlan
from engine.steps.codes import Codes
from tests.engine.uploads import Read, read
from tests.hostile.texts import Case, column, parameters

ELSEWHERE = {"C38"}
WORDS = [f"{a} {b} number {i}, seen by the doctor" for i, (a, b) in enumerate(zip("abcdefghij" * 8, "klmnopqrst" * 8, strict=True))]

LONG = "9007199254740993"
YES = ("yes", "Y", "1", "True", "ja", "\u25cb")

CASES = (
    Case("C01", "F", lambda: column("zip", "01234", "00501", "10001"), "leading zeros", (("zip", 0, "01234"),)),
    Case("C02", "F", lambda: column("well", "1E5", "2E7", "3A4", "1B2"), "codes such as 1E5", (("well", 0, "1E5"),)),
    Case("C02", "F", lambda: column("well", "1E5", "2E7", "3E4"), "codes such as 1E5", (("well", 1, "2E7"),)),
    Case("C03", "F", lambda: column("id", LONG, "", "9007199254740995"), "too long to be exact", (("id", 0, LONG),)),
    Case("C04", "F", lambda: column("id", "18446744073709551616", "92233720368547758080"), "too long to be exact"),
    Case("C05", "Q", lambda: column("country", "DE", "NA", "FR", "IT"), "'country' is 'NA' in 15 rows", (("country", 1, "NA"),)),
    Case("C05", "Q", lambda: column("surname", *WORDS, "Null"), "No, 'Null' is a value like the others", (("surname", 80, "Null"),)),
    Case("C05", "Q", lambda: column("alcohol", "None", "Mild", "Severe"), "'alcohol' is 'None' in 20 rows", (("alcohol", 0, "None"),)),
    Case("C05", "Q", lambda: column("stage", "-", "early", "late"), "'stage' is '-' in 20 rows", (("stage", 0, None),)),
    Case("C06", "Q", lambda: column("x", *map(str, range(80, 130)), "-999", "-999"), "Does -999 mean missing?", (("x", 50, None),)),
    Case("C06", "Q", lambda: column("age", *map(str, range(20, 80)), "999", "999"), "Does 999 mean missing?"),
    Case("C06", "Q", lambda: column("bmi", *[f"{18 + i / 10}" for i in range(70)], "0", "0"), "Does 0 mean missing?", (("bmi", 70, None),)),
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
    Case("C13", "Q", lambda: column("ok", *YES, "no", "N", "0", "False"), "mean the same?", (("ok", 3, "yes"),)),
    Case("C14", "Q", lambda: column("when", "2024-03-01", "02/03/2024", "3 Mar 2024", "04.03.2024", "Mar 5, 2024"), "in 5 ways"),
    Case("C14", "Q", lambda: column("when", "01/02/2024", "03/04/2024", "05/06/2024"), "the day or the month?"),
    Case("C15", "Q", lambda: column("date", *[str(45_323 + i) for i in range(60)]), "Yes: 45323 is 1 February 2024"),
    Case("C16", "W", lambda: column("when", *[f"20{i:02d}-03-01" for i in range(10, 25)] * 3, "9999-12-31", "0001-01-01"), "out of range"),
    Case("C16", "W", lambda: column("when", *[f"2{i:03d}-03-01" for i in range(100, 125)]), "in the future"),
    Case("C16", "W", lambda: column("when", *[f"1{i:03d}-03-01" for i in range(850, 875)]), "before 1900"),
    Case("C16", "W", lambda: column("when", *[f"13/03/{i:02d}" for i in range(20, 60)]), "two digits"),
    Case("C17", "F", lambda: column("at", *(f"2024-03-31T02:30:00{zone}" for zone in ("+01:00", "Z", "-05:00"))), "universal time"),
    Case("C18", "W", lambda: column("gene", "TP53", "BRCA1", "1-Sep", "2-Mar", "EGFR"), "Excel"),
    Case("C19", "W", lambda: column("x", "", " "), "Every value is missing. Leave this column out."),
    Case("C20", "W", lambda: column("x", "same"), "There is only one value, 'same'. Leave this column out"),
    Case("C22", "W", lambda: column("city", *[f"town {chr(97 + i % 26)}{i}" for i in range(1100)], rows=2600), "1,100 different values"),
    Case("C24", "W", lambda: column("x", *map(str, range(60)), "1e300", "5e-320"), "out of all proportion: 1e+300 in row 61"),
    Case("C25", "Q", lambda: column("price", "$5", "\u20ac7", "$6", "\u20ac8"), "amounts in several currencies", (("price", 0, "$5"),)),
    Case("C26", "W", lambda: column("blob", *[f"data:image/png;base64,{i:04d}{'iVBO' * 30}" for i in range(60)]), "a picture or other"),
    Case("C26", "W", lambda: column("blob", *[f'{{""a"": {i}, ""b"": [1]}}' for i in range(60)]), "holds JSON"),
    Case("C27", "W", lambda: column("list", *[f"[{i}, 2, 3]" for i in range(60)]), "holds lists"),
    Case("C28", "R", lambda: "a,b\n" + "x" * 1_100_000 + ",1\n2,3\n", "longer than a million characters"),
    Case("C35", "F", lambda: column("grade", "1", "1.0", "A", "B"), "'1.0'", (("grade", 1, "1"),)),
    Case("C36", "Q", lambda: column("answer", "Yes", "yes ", "YES", "No", "no"), "mean the same?", (("answer", 2, "Yes"),)),
    Case("C37", "R", lambda: column("x", "1", "2", rows=12), "There are only 12 rows."),
)


@pytest.mark.parametrize("case", parameters(CASES))
def test_every_case_gets_its_verdict(case: Case, tmp_path: Path) -> None:
    case.judge(tmp_path)


def planned(found: Read, target: str) -> str:
    """What is said before a training that predicts the column."""
    made, _ = advice.plan("d1", found.table, found.profile, found.column(target).id)
    return "\n".join(f"{problem.level}: {problem.what} {problem.fix}" for problem in plan.check(made, found.profile))


def answers(*cells: str, rows: int = 120) -> str:
    """A table whose column "answer" has these values, the last one once."""
    many = [cells[i % max(1, len(cells) - 1)] for i in range(rows - 1)]
    return "age,answer\n" + "".join(f"{20 + i * 7 % 60}.5,{cell}\n" for i, cell in enumerate([*many, cells[-1]]))


def test_c21_free_text_is_left_out_with_the_reason(tmp_path: Path) -> None:
    found = read(tmp_path, column("note", *WORDS))
    advised = {one.id: one for one in advice.inputs(found.table, found.profile, found.column("beside").id)}
    told = advised[found.column("note").id]
    assert (told.use, told.why) == (False, "Free text cannot be read by the models yet.")


def test_c23_a_category_never_seen_has_a_place_of_its_own() -> None:
    step = Codes(rare=1)
    state = step.fit(np.array([["a"], ["b"], ["a"]], object))
    assert step.apply(np.array([["b"], ["new"], [None]], object), state).tolist() == [[2], [0], [0]]


def test_c30_a_target_with_a_single_value_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, answers("yes", "yes"))
    with pytest.raises(InvalidPlan, match="'answer' cannot be predicted: every row has the same value, 'yes'"):
        planned(found, "answer")


def test_c31_rows_without_an_answer_are_left_out_and_counted(tmp_path: Path) -> None:
    said = planned(read(tmp_path, answers("yes", "no", "", "no")), "answer")
    assert "info: 39 rows have no value here and are left out." in said


def test_c32_a_class_with_one_row_is_named_before_it_is_learned(tmp_path: Path) -> None:
    assert "Only one row each: 'perhaps'." in planned(read(tmp_path, answers("yes", "no", "perhaps")), "answer")


def test_c33_a_rare_answer_is_weighed_against_the_trivial_one(tmp_path: Path) -> None:
    content = "age,answer\n" + "".join(f"{20 + i % 61}.5,{'ill' if i % 400 == 7 else 'well'}\n" for i in range(4000))
    assert "always saying 'well' would be right 99.8 times in 100" in planned(read(tmp_path, content), "answer")


def test_c34_a_number_with_many_values_is_predicted_as_one_unless_asked_otherwise(tmp_path: Path) -> None:
    found = read(tmp_path, "age,price\n" + "".join(f"{20 + i * 7 % 60}.5,{100 + i * 37 % 1009}\n" for i in range(600)))
    price = found.column("price").id
    made, _ = advice.plan("d1", found.table, found.profile, price)
    assert made.task.kind == "regression"
    asked = next(task for task in advice.tasks(found.profile, price) if task.kind == "regression")
    assert [task.kind for task in advice.tasks(found.profile, price)] == [asked.kind]


def test_c36_spellings_merged_on_import_are_one_answer(tmp_path: Path) -> None:
    found = read(tmp_path, column("answer", "Yes", "yes ", "YES", "No", "no"))
    assert found.profile.column(found.column("answer").id).distinct == 2


def test_c29_formulas_are_kept_as_they_are(tmp_path: Path) -> None:
    cells = ["=1+1", "@SUM(A1)", "+x", "-x", "=HYPERLINK('evil')", "plain"]
    assert read(tmp_path, column("cell", *cells)).values("cell")[:6] == cells


@pytest.mark.parametrize(("content", "name"), [(column("x", "", " "), "x"), (column("x", "same"), "x")])
def test_c19_and_c20_columns_without_information_are_left_out(tmp_path: Path, content: str, name: str) -> None:
    found = read(tmp_path, content)
    advised = {one.id: one for one in advice.inputs(found.table, found.profile, found.column("beside").id)}
    assert not advised[found.column(name).id].use


ELSEWHERE = {"C21", "C23", "C29", "C30", "C31", "C32", "C33", "C34"}


def test_every_case_of_the_catalogue_is_here() -> None:
    assert {case.id for case in CASES} | ELSEWHERE == {f"C{number:02d}" for number in range(1, 38)}
    assert all(any(name.startswith(f"test_{id.lower()}_") for name in globals()) for id in ELSEWHERE)


FALSE_ALARMS = {
    "whole numbers": column("x", *map(str, range(40))),
    "amounts": column("x", "12.5", "13.75", "99.25", "0.5"),
    "two answers": column("x", "yes", "no"),
    "zeros and ones": column("x", "0", "1"),
    "dates": column("x", *[f"2021-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(60)]),
    "codes of stations": column("x", "A1", "B2", "C3"),
    "counts with many zeros": column("x", "0", "0", "1", "2", "5", "3", "0", "8", "13", "21", "34", "4", "6", "7", "9"),
    "changes around zero": column("x", *map(str, range(-30, 30))),
    "words": column("x", "north", "south", "East"),
    "skewed amounts": column("x", *[str(i**3) for i in range(60)]),
}


@pytest.mark.parametrize("content", FALSE_ALARMS.values(), ids=FALSE_ALARMS)
def test_plain_data_raises_no_question(content: str, tmp_path: Path) -> None:
    assert read(tmp_path, content).answer.doubts == ()


def test_few_zeros_far_from_all_others_are_taken_for_missing_and_asked(tmp_path: Path) -> None:
    pressures = ["0"] * 5 + [str(60 + i % 60) for i in range(300)]
    insulin = ["0"] * 140 + [str(15 + i) for i in range(165)]
    rows = "".join(f"{a},{b},{i % 2}\n" for i, (a, b) in enumerate(zip(pressures, insulin, strict=True)))
    found = read(tmp_path, f"pressure,insulin,ill\n{rows}").answer
    asked = {doubt.column: doubt for doubt in found.doubts}
    assert asked["c0001"].chosen == 0 and found.columns[0].missing == ("0",)
    assert asked["c0002"].chosen == 0 and found.columns[1].missing == ("0",)
    assert sum(change.count for change in found.changes if change.column == "c0002") == 140
    alone = "".join(f"{value},{i % 2}\n" for i, value in enumerate(insulin))
    assert read(tmp_path, f"slag,ill\n{alone}").answer.doubts == ()


def test_nothing_is_said_of_a_decimal_comma_where_there_is_none(tmp_path: Path) -> None:
    rows = "".join(f"{i},5;{i % 2}\n" for i in range(60))
    found = read(tmp_path, f"dose;ill\n{rows}").answer
    said = [change.what for change in found.changes if "decimal mark" in change.what]
    assert len(said) == 1 and "'dose'" in said[0]


def test_dates_written_in_several_ways_are_named_as_such_with_examples(tmp_path: Path) -> None:
    ways = ("20{y}-03-{d:02d}", "{d}.03.20{y}", "Mar {d}, 20{y}", "03/{d:02d}/20{y}")
    cells = [ways[i % 4].format(d=i % 28 + 1, y=10 + i // 28) for i in range(112)]
    found = read(tmp_path, "x\twhen\n" + "".join(f"{i * 7 % 50 / 4}\t{cell}\n" for i, cell in enumerate(cells)))
    said = "The dates are written in 4 ways: 2010-03-01, 2.03.2010, Mar 3, 2010, 03/04/2010."
    assert said in found.problems("when")
    (told,) = [one for one in advice.inputs(found.table, found.profile, "c0001") if one.id == "c0002"]
    assert "ree text" not in told.why
    (doubt,) = [doubt for doubt in found.answer.doubts if doubt.key.startswith("dates:")]
    assert "written in 4 ways" in doubt.what and len(set(doubt.examples)) == 4
