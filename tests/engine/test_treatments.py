"""Each treatment on a few texts: what it makes of them, of gaps, and of what it cannot read."""

import pyarrow as pa
import pytest

from engine import treatments, values
from engine.columns import COLUMN_TYPES, Column, Treatment
from engine.errors import EngineError

KEY = "5a" * 32


def made(texts: list[str | None], how: Treatment, name: str = "column") -> list[str | None]:
    given = pa.array(texts, pa.large_string())
    return list(treatments.apply(given, values.read(given, "c0001", name).column, how, KEY)[0].to_pylist())


@pytest.mark.parametrize(
    ("how", "before", "after"),
    [
        (Treatment(kind="year"), "1957-03-09", "1957"),
        (Treatment(kind="age", on="2026-03-08"), "1957-03-09", "68"),
        (Treatment(kind="age", on="2026-03-09"), "1957-03-09", "69"),
        (Treatment(kind="band", size=10), "47", "40 to 49"),
        (Treatment(kind="band", size=5), "1957", "1955 to 1959"),
        (Treatment(kind="prefix", size=2), "sw1a 1aa", "SW"),
        (Treatment(kind="prefix", size=3), "01067", "010"),
        (Treatment(kind="initial"), "ørsted", "Ø."),
        (Treatment(kind="round", size=1), "52.51704", "52.5"),
        (Treatment(kind="round", size=1), "52.51704, -13.38886", "52.5, -13.4"),
        (Treatment(kind="mask"), "ask jo@example.org", "ask [e-mail]"),
    ],
)
def test_a_treatment_makes_this_of_that(how: Treatment, before: str, after: str) -> None:
    assert made([before] * 20, how)[0] == after


@pytest.mark.parametrize("kind", ["pseudonym", "initial", "prefix", "mask"])
def test_a_gap_stays_a_gap(kind: str) -> None:
    how = Treatment(kind=kind, size=2)  # type: ignore[arg-type]
    assert made(["anna", None, "", "NULL", "berta"] * 5, how)[1:4] == [None, None, None]


def test_what_cannot_be_read_is_counted_and_not_kept() -> None:
    texts = pa.array(["1957-03-09"] * 40 + ["Easter"], pa.large_string())
    column = Column(id="c0001", name="born", type="date")
    got, failed = treatments.apply(texts, column, Treatment(kind="year"))
    assert (got[40].as_py(), failed) == (None, 1)


def test_pseudonyms_differ_by_key_and_agree_for_the_same_text() -> None:
    one, other = treatments.pseudonym("P-17", KEY), treatments.pseudonym("P-17", "5b" * 32)
    assert one != other
    assert made([" P-17 ", "P-17", "P-18"] * 5, Treatment(kind="pseudonym"))[:2] == [one, one]


def test_pseudonyms_without_a_key_are_refused() -> None:
    with pytest.raises(EngineError, match="with a key that is not on this computer"):
        treatments.apply(pa.array(["a"], pa.large_string()), Column(id="c0001", name="name", type="text"), Treatment(kind="pseudonym"))


def test_every_type_is_offered_something_and_the_proposal_first() -> None:
    proposal = Treatment(kind="prefix", size=2)
    for type in COLUMN_TYPES:
        offered = treatments.offered(type, proposal)
        assert offered[0] == proposal
        assert len(offered) == len(set(offered)) >= 3
        assert all(treatments.label(how) and treatments.told(how, "x") for how in offered)


@pytest.mark.parametrize("how", [Treatment(kind="year"), Treatment(kind="age", on="2026-01-01"), Treatment(kind="pseudonym")])
def test_a_file_that_comes_treated_stays_as_it_is(how: Treatment) -> None:
    once = made(["1957-03-09", "1961-11-30", "1988-07-01"] * 5, how)
    column = Column(id="c0001", name="born", type="date")
    assert treatments.apply(pa.array(once, pa.large_string()), column, how, KEY)[0].to_pylist() == once


def test_one_value_that_a_person_types_is_treated_as_the_others_were() -> None:
    column = treatments.treated(Column(id="c0001", name="born", type="date"), Treatment(kind="year"))
    assert treatments.one("1957-03-09", column) == "1957"
    assert treatments.one("1957", column) == "1957"


def test_how_a_treated_column_is_read_quotes_none_of_its_values() -> None:
    before = Column(id="c0001", name="surname", type="category", alike=(("BRANDNER", "Brandner"),))
    for kind in ("pseudonym", "mask", "initial"):
        assert "rand" not in treatments.treated(before, Treatment(kind=kind), KEY).model_dump_json()  # type: ignore[arg-type]
