"""What is ambiguous is asked once, with rows of the file and the likelier answer chosen, and not only done and told."""

import random
from pathlib import Path

import pytest

from tests.engine.uploads import Read, read

dice = random.Random(3)
POINTED = [f"{dice.randint(1, 9)}.{dice.randint(100, 999)}" for _ in range(60)]


def asked(found: Read, name: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """By kind of question about that column: the label of the answer in use, and the examples."""
    id = found.column(name).id
    mine = [doubt for doubt in found.answer.doubts if doubt.column == id]
    return {doubt.key.split(":")[0]: (doubt.choices[doubt.chosen].label, doubt.examples) for doubt in mine}


def table(columns: dict[str, list[str]], mark: str) -> str:
    rows = zip(*columns.values(), strict=True)
    return "\n".join(mark.join(cells) for cells in [tuple(columns), *rows]) + "\n"


def test_a_point_is_asked_about_even_if_another_column_has_decimal_commas(tmp_path: Path) -> None:
    other = [f"{i},5" for i in range(60)]
    found = read(tmp_path, table({"price": POINTED, "size": other}, ";"))
    label, examples = asked(found, "price")["decimals"]
    assert label == f"Thousands: {POINTED[0]} is {POINTED[0].replace('.', '')}" and POINTED[0] in examples
    assert found.values("price")[0] == float(POINTED[0].replace(".", ""))


def test_a_code_for_missing_is_asked_about_in_a_table_with_decimal_commas(tmp_path: Path) -> None:
    ages = ["-999" if i % 9 == 0 else str(20 + i) for i in range(60)]
    found = read(tmp_path, table({"age": ages, "size": [f"{i},5" for i in range(60)]}, ";"))
    assert found.column("age").missing == ("-999",)
    assert asked(found, "age")["sentinel"][0] == "Yes, it means that the value is missing"


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_point_that_no_other_column_explains_is_asked_about_whatever_separates_the_values(tmp_path: Path, mark: str) -> None:
    found = read(tmp_path, table({"price": POINTED, "rooms": [str(i % 5) for i in range(60)]}, mark))
    assert asked(found, "price")["decimals"][0] == f"Decimals: {POINTED[0]} is {POINTED[0]}"


@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_point_that_another_column_explains_is_not_asked_about(tmp_path: Path, mark: str) -> None:
    found = read(tmp_path, table({"price": POINTED, "size": [f"{i}.25" for i in range(60)]}, mark))
    assert asked(found, "price") == {}


def test_many_columns_with_three_decimals_are_no_question(tmp_path: Path) -> None:
    found = read(tmp_path, table({name: dice.sample(POINTED, 60) for name in "abcd"}, ","))
    assert found.answer.doubts == ()


def test_several_codes_in_a_column_are_asked_about(tmp_path: Path) -> None:
    ages = ["-999" if i % 9 == 0 else "-888" if i % 7 == 0 else str(20 + i) for i in range(90)]
    found = read(tmp_path, table({"age": ages, "rooms": [str(i % 5) for i in range(90)]}, ","))
    assert set(found.column("age").missing) == {"-999", "-888"}
    (doubt,) = found.answer.doubts
    assert "-999 in 10 rows and -888 in" in doubt.what and "Do they mean missing?" in doubt.what
    assert {"row 1: -999", "row 8: -888"} <= set(doubt.examples)


def test_one_answer_in_several_spellings_is_asked_about_beside_numbers_in_several_ways(tmp_path: Path) -> None:
    found = read(tmp_path, table({"smoker": ["Y", "yes", "no"] * 20, "rooms": [str(i % 5) for i in range(60)]}, ","))
    assert asked(found, "smoker")["alike"][0].startswith("Yes:")
