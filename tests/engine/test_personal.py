"""Personal data is noticed in many languages and forms, and what only looks like it is left alone."""

import pandas as pd
import pyarrow as pa
import pytest

from engine import personal, values
from engine.columns import Treatment
from engine.personal import DETECTORS, Found, _checks
from engine.personal.contacts import masked
from tests.engine.personal_columns import Made
from tests.engine.personal_set import columns

RECALL, PRECISION = 0.95, 0.80
REAL = {
    "French social security numbers (NIR)": "2 55 08 14 168 025 38",
    "Italian tax codes": "RSSMRA85T10A562S",
    "Spanish identity numbers (DNI, NIE)": "12345678-Z",
    "Chinese identity numbers": "11010519491231002X",
    "Swiss insurance numbers (AHV)": "756.9217.0769.85",
    "Brazilian tax numbers (CPF)": "111.444.777-35",
    "Turkish identity numbers": "10000000146",
    "Polish identity numbers (PESEL)": "44051401359",
    "Russian insurance numbers (SNILS)": "112-233-445 95",
    "German tax numbers": "86 095 742 719",
    "Belgian national numbers": "85.07.30-033 28",
    "Indian Aadhaar numbers": "2341 2341 2346",
    "British NHS numbers": "943 476 5919",
    "Swedish personal numbers": "811218-9876",
    "Dutch citizen numbers (BSN)": "111222333",
    "Portuguese tax numbers (NIF)": "123456789",
    "Canadian insurance numbers (SIN)": "130 692 544",
}
"""The examples that the issuing offices and their documents print."""


def found(header: str, cells: list[str]) -> Found | None:
    reading = values.read(pa.array(cells, pa.large_string()), "c0001", header)
    return personal.find(reading.column, values.to_pandas(reading.values, reading.column.type))


def test_recall_and_precision_over_a_set_of_columns_in_eleven_languages(capsys: pytest.CaptureFixture[str]) -> None:
    made = columns()
    said = [(one, found(one.header, one.cells)) for one in made]
    missed = [one for one, flag in said if one.personal and flag is None]
    wrong = [(one, flag) for one, flag in said if not one.personal and flag is not None]
    hits = sum(one.personal and flag is not None for one, flag in said)
    recall, precision = hits / (hits + len(missed)), hits / (hits + len(wrong))
    with capsys.disabled():
        print(f"\n{len(made)} columns: recall {recall:.3f}, precision {precision:.3f}")
        _print(missed, wrong)
    assert len(made) >= 300
    assert recall >= RECALL
    assert precision >= PRECISION


def _print(missed: list[Made], wrong: list[tuple[Made, Found | None]]) -> None:
    for one in missed:
        print(f"  missed {one.about}: '{one.header}' {one.cells[:2]}")
    for one, flag in wrong:
        print(f"  wrong {one.about}: '{one.header}' as {flag.kind if flag else ''} {one.cells[:2]}")


@pytest.mark.parametrize("number", _checks.NUMBERS, ids=lambda number: number.name)
def test_a_check_digit_tells_a_real_number_from_its_neighbours(number: _checks.Number) -> None:
    real = REAL[number.name]
    assert number.fits(real)
    place = next(i for i in range(len(real) - 1, -1, -1) if real[i].isdigit())
    neighbours = [f"{real[:place]}{digit}{real[place + 1 :]}" for digit in "0123456789" if digit != real[place]]
    assert sum(number.fits(one) for one in neighbours) <= 1


def test_accounts_and_cards_are_told_by_their_sums() -> None:
    assert _checks.iban("GB82 WEST 1234 5698 7654 32")
    assert not _checks.iban("GB82 WEST 1234 5698 7654 33")
    assert _checks.card("4111 1111 1111 1111")
    assert not _checks.card("4111 1111 1111 1112")


def test_the_reason_never_repeats_a_value() -> None:
    cells = [f"anna.{i}@example.org" for i in range(40)]
    flag = found("contact", cells)
    assert flag is not None
    assert not any(cell in flag.model_dump_json() for cell in cells)


def test_the_name_decides_where_values_could_be_either() -> None:
    cells = [f"{20000 + 37 * i}" for i in range(40)]
    postcode, plain = found("plz", cells), found("price", cells)
    assert postcode is not None
    assert postcode.kind == "postcode"
    assert plain is None


def test_a_treated_column_is_not_flagged_again() -> None:
    cells = pd.Series([f"anna.{i}@example.org" for i in range(40)], dtype="str")
    column = values.propose(cells, "c0001", "mail")[0].model_copy(update={"treatment": Treatment(kind="pseudonym")})
    assert personal.find(column, cells) is None


def test_contacts_in_a_text_give_way_to_a_word() -> None:
    text = "Call 0171 2345678 or write to jo@example.org, account GB82 WEST 1234 5698 7654 32, dose 2.5 mg on 2024-03-01."
    assert masked(text) == "Call [phone number] or write to [e-mail], account [bank account], dose 2.5 mg on 2024-03-01."


@pytest.mark.parametrize("kind", list(DETECTORS.members))
def test_every_kind_stays_quiet_about_numbers_and_about_nothing(kind: str) -> None:
    detector = DETECTORS.members[kind](kind=kind)
    for cells in ([str(i / 7) for i in range(60)], ["yes", "no"] * 30, ["x"] * 60):
        reading = values.read(pa.array(cells, pa.large_string()), "c0001", "measured")
        assert detector.look(personal.looked(reading.column, values.to_pandas(reading.values, reading.column.type))) is None


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("Passenger", [f"{last}, Mr. {first}" for last in ("Kowal", "Bellini", "Zhou") for first in ("Bogdan", "Tariq")], "names"),
        ("Ф.И.О.", ["Иванов И.И.", "Козлов Д.А.", "Орлов П.П."], "names"),
        ("attending_physician", ["S. Pappas", "Y. van Dijk", "T. Mensah", "O. Santoro"], "names"),
        ("d.o.b", [f"1{i % 9}/0{1 + i % 9}/19{30 + i}" for i in range(40)], "birth"),
        ("Postleitz.", [f"{20000 + 37 * i}" for i in range(40)], "postcode"),
        ("subject", [f"S{4000 + 7 * i}" for i in range(40)], "record"),
        ("rodne_cislo", [f"99{i % 10}2{i % 10}2/3{i:03}" for i in range(40)], "national"),
    ],
)
def test_shortened_names_titles_and_initials_are_understood(header: str, cells: list[str], kind: str) -> None:
    flag = found(header, cells)
    assert flag is not None
    assert flag.kind == kind


@pytest.mark.parametrize("header", ["lat_pulldown_kg", "longitude_error"])
def test_degrees_that_are_none_are_left_alone(header: str) -> None:
    assert found(header, [f"{20 + i / 7:.2f}" for i in range(40)]) is None
