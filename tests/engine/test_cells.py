"""Text in bulk is put together, trimmed, counted and coded as one by one."""

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from engine import cells, dates, values


def _some(alphabet: str, rows: int = 3_000) -> list[str | None]:
    dice = random.Random(alphabet)
    lengths = (0, 1, 3, 7, 8, 9, 16, 17, 40)
    made = ["".join(dice.choice(alphabet) for _ in range(dice.choice(lengths))) for _ in range(rows)]
    return [None, "q" * 3000, "q" * 2999 + "r", *(None if dice.random() < 0.05 else text for text in made)]


KINDS = ["ab", "aé \t", "xyz0123456789"]


@pytest.mark.parametrize("alphabet", KINDS)
def test_the_same_text_has_the_same_code_and_no_other_has_it(alphabet: str) -> None:
    texts = _some(alphabet)
    codes = cells.codes(pa.array(texts, pa.large_string()))
    assert len(set(codes.tolist())) == len(set(texts)) == len(set(zip(texts, codes.tolist(), strict=True)))
    assert not codes[0]


def test_a_code_does_not_depend_on_where_the_text_stands() -> None:
    texts = pa.array(_some("ab"), pa.large_string())
    assert (cells.codes(texts.slice(7)) == cells.codes(texts)[7:]).all()


@pytest.mark.parametrize("most", [0, 3, 20])
@pytest.mark.parametrize("alphabet", KINDS)
def test_many_different_values_are_counted_as_few_are(alphabet: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = _some(alphabet)
    counted = Counter(text for text in texts if text is not None)
    expected = len(counted), counted.most_common(most)
    assert cells.counted(pa.array(texts, pa.large_string()), most) == expected
    monkeypatch.setattr(cells, "MANY", 10)
    monkeypatch.setattr(cells, "_DIFFERENT", 0.0)
    assert cells.counted(pa.array(texts, pa.large_string()), most) == expected


def test_values_that_are_all_different_show_the_first_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MANY", 10)
    monkeypatch.setattr(cells, "_DIFFERENT", 0.0)
    texts = pa.array([f"id {i}" for i in range(500)], pa.large_string())
    assert cells.counted(texts, 2) == (500, [("id 0", 1), ("id 1", 1)])


@pytest.mark.parametrize("alphabet", KINDS)
def test_chunks_are_joined_with_their_gaps_and_let_go(alphabet: str) -> None:
    texts = _some(alphabet)
    whole = pa.array(texts, pa.string())
    chunks = [whole.slice(0, 5), whole.slice(5, 0), whole.slice(5, 1_000), whole.slice(1_005)]
    found = cells.joined(chunks)
    found.validate(full=True)
    assert found.to_pylist() == texts
    assert chunks == []


def test_text_without_blanks_around_it_is_not_copied() -> None:
    plain = pa.array(["a b", None, ""], pa.large_string())
    assert cells.trimmed(plain) is plain
    assert cells.trimmed(pa.array(["a ", "\u3000b"], pa.large_string())).to_pylist() == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    ["2024-02-29", "2023-02-29", "2024-13-01", "2024-02-28T13:45", "2024-02-28 13:45:59", "2024-02-28 24:00:00", "2024-02-28 23:59:60"]
    + ["2024-02-28 13:45:59.123456", "2024-02-28 13:45:59.123456789", "2024-02-28T13:45:59Z", "2024-02-28 13:45:59+02:00", "2024-02"]
    + ["1699-12-31", "1700-01-01", "2249-12-31", "2250-01-01", "0001-01-01", "9999-12-31", "2024-2-3", "20240203", "2024-02-28 13", "x"],
)
def test_plain_dates_are_read_as_all_dates_are(text: str) -> None:
    given = pa.array([text, None, "2020-01-01"], pa.large_string())
    moments, failed = dates.parse(values.to_pandas(given, "text"))
    if (plain := dates.plain(given)) is not None:
        assert plain.equals(pa.array(moments, pa.timestamp("ns")))
        assert not failed.any()
    else:
        assert text not in ("2024-02-29", "2024-02-28 13:45:59", "2249-12-31")


def test_a_late_word_among_numbers_is_not_missed() -> None:
    texts = pa.array([*map(str, range(5_000)), "x"], pa.large_string())
    assert cells.cast(texts, pa.float64()) is None
    assert np.array_equal(cells.cast(texts.slice(0, 5_000), pa.float64()), np.arange(5_000.0))


@pytest.mark.parametrize("texts", [["a", None, "b", "a"], [None], [], ["", "a"]])
def test_rows_with_the_same_text_share_one_object(texts: list[str | None]) -> None:
    found = cells.shared(pa.array(texts, pa.large_string()))
    assert found.dtype == object
    assert found.tolist() == texts
    assert len({id(text) for text in found}) == len(set(texts))
