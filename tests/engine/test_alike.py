"""Texts that are one case though they are not written alike."""

import numpy as np
import pytest

from engine import alike
from engine.splits import group

WORDS = ["pump", "valve", "motor", "belt", "gear", "seal", "fan", "shaft", "housing", "bolt", "cable", "sensor"]


def texts(count: int, words: int = 20) -> list[str]:
    random = np.random.default_rng(0)
    return [" ".join(random.choice(WORDS, words)) for _ in range(count)]


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("CC(=O)[O-].[Na+]", "CC(=O)O"),
        ("C[C@@H]([NH3+])C(=O)[O-]", "CC(N)C(=O)O"),
        ("F/C=C/F", "FC=CF"),
        ("[2H]C([2H])([2H])O", "CO"),
        ("[13CH3]O", "CO"),
        ("c1cc[nH]c1", "c1cc[nH]c1"),
        ("C[N+](C)(C)C.[Cl-]", "C[N+](C)(C)C"),
    ],
)
def test_a_molecule_is_told_without_salt_isotope_and_stereo_marks(written: str, bare: str) -> None:
    assert alike.bare(written) == bare


def test_different_molecules_stay_apart() -> None:
    written = ["CCO", "CC=O", "CCN", "c1ccccc1", "C1CCCCC1", "CCCl", "CCBr", "C#N"]
    assert len({alike.bare(one) for one in written}) == len(written)


def test_texts_of_which_a_few_words_differ_are_one_case() -> None:
    given = texts(100)
    given[1], given[3] = given[0] + " again", given[2].upper() + "."
    found = alike.cases(np.array(given, object))
    assert found.what == "text" and found.of[0] == found.of[1] and found.of[2] == found.of[3]
    assert len(set(found.of)) == 98


def test_texts_without_blanks_are_compared_by_letter() -> None:
    random = np.random.default_rng(0)
    given = ["".join(chr(0x4E00 + letter) for letter in random.integers(0, 3000, 60)) for _ in range(50)]
    given[1] = given[0][:-2] + "\u4e00\u4e01"
    found = alike.cases(np.array(given, object))
    assert found.what == "text" and found.of[0] == found.of[1] and len(set(found.of)) == 49


def test_what_very_many_texts_hold_makes_them_no_copies() -> None:
    given = [f"{text} the line was stopped and the shift leader was told as the rules of this plant say" for text in texts(200)]
    assert len(set(alike.cases(np.array(given, object)).of)) == 200


@pytest.mark.parametrize("values", [["red", "blue", None] * 10, [f"C{i}" for i in range(30)], ["SON", "COCO", "PIN", "NO", "OH", "CO"] * 5])
def test_names_and_codes_are_only_compared_as_they_are(values: list[str | None]) -> None:
    found = alike.cases(np.array(values, object))
    assert found.what == "" and len(set(found.of)) == len(set(values) - {None}) + values.count(None)


def test_a_row_without_a_text_is_a_case_of_its_own() -> None:
    given = np.array([*texts(20), None, None], object)
    assert len(set(alike.cases(given).of)) == 22


def test_salts_of_one_molecule_stay_on_one_side() -> None:
    acids = ["C" * n + "C(=O)O" for n in range(4, 30)]
    salts = ["C" * n + "C(=O)[O-].[Na+]" for n in range(4, 30)]
    numbered = group.numbered(np.array([*acids, *salts], object))
    assert numbered[:26].tolist() == numbered[26:].tolist() and len(set(numbered)) == 26


def test_numbers_and_dates_are_compared_as_they_are() -> None:
    assert len(set(alike.cases(np.array([1.0, 1.0, np.nan, np.nan])).of)) == 3
    assert len(set(alike.cases(np.array(["2020-01-01", "2020-01-01", "NaT"], "datetime64[ns]")).of)) == 2
