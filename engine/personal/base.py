"""A detector looks at a column's name and at some of its values, and says whether they tell of whom the rows are."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from engine.columns import ColumnType, Treatment
from engine.spec import Spec

COMPOUND = 6
MOSTLY, NEARLY_ALL = 0.75, 0.92
FEW, ENOUGH, FIRST = 3, 12, 25
_APART = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "№": "no", "°": "o", "º": "o"})
_CAMEL = re.compile(r"([a-z0-9ß-ÿ])([A-ZÀ-Þ])")
_WORDS = re.compile(r"[^\W\d_]+|\d+|#")
_LETTERS = re.compile(r"(?<![^\W\d_])((?:[^\W\d_]\.\s?){2,}[^\W\d_]?)(?![^\W\d_])")
_SHORTENED = re.compile(r"([^\W\d_]{5,})\.")
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class Found(BaseModel):
    """What a column seems to hold, why in plain words (never with its values), how sure that is (0 to 1), and what is proposed.

    `keep_out` says that a model should not learn from it: it names a person and says nothing about the next one.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    title: str
    why: str
    sure: float
    treatment: Treatment
    keep_out: bool = True


@dataclass(frozen=True)
class Seen:
    """A column as a detector sees it: `values` are different ones among some from its whole length, trimmed; numbers without ".0"."""

    name: str
    type: ColumnType
    values: tuple[str, ...]
    repeats: float = 1.0

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the name, without capitals and accents: "Geb.Datum" is geb, datum."""
        return words_of(self.name)

    def says(self, spoken: "Vocabulary") -> bool:
        """Whether the name says one of these words."""
        return spoken.is_in(self.words) or any(spoken.begins_with(*words_of(word)) for word in _SHORTENED.findall(self.name))

    def share(self, holds: "re.Pattern[str] | Callable[[str], object]") -> float:
        """The share of the different values that match as a whole, or for which that holds; 0 if it is none of the first ones."""
        test = holds.fullmatch if isinstance(holds, re.Pattern) else holds
        if not any(test(value) for value in self.values[:FIRST]):
            return 0.0
        return sum(bool(test(value)) for value in self.values) / max(1, len(self.values))


class Vocabulary:
    """Words of a name in many languages.

    A word of six letters or more may be a part of a longer one ("Patientennummer") and may have one letter wrong; a shorter one has to
    stand alone; `a_b` are neighbours; signs of Chinese and Japanese may stand anywhere.
    """

    def __init__(self, languages: Mapping[str, str]) -> None:
        self.spoken = tuple(dict.fromkeys(word for words in languages.values() for word in words.split()))
        plain = [(word, words_of(word.replace("_", " "))) for word in self.spoken]
        self._signs = tuple("".join(parts) for word, parts in plain if _SPACELESS.search(word))
        self._phrases = tuple(parts for word, parts in plain if "_" in word)
        alone = [parts[0] for word, parts in plain if "_" not in word and not _SPACELESS.search(word)]
        self._alone = frozenset(alone)
        self._parts = tuple(word for word in alone if len(word) >= COMPOUND)

    def is_in(self, words: tuple[str, ...]) -> bool:
        return any(word in self._alone or self._is_part_of(word) for word in words) or any(_follows(words, p) for p in self._phrases)

    def begins_with(self, start: str = "", *more: str) -> bool:
        """Whether one of the longer words begins so, as in "Postleitz."."""
        return len(start) >= COMPOUND - 1 and not more and any(part.startswith(start) for part in self._parts)

    def _is_part_of(self, word: str) -> bool:
        if any(sign in word for sign in self._signs):
            return True
        return len(word) >= COMPOUND - 1 and any(part in word or _is_slip(part, word) for part in self._parts)


class Detector(Spec):
    """Base of the detectors: a kind of personal data, the words its columns are called by, and the treatment that suits it."""

    calls: ClassVar[Vocabulary] = Vocabulary({})
    treatment: ClassVar[Treatment] = Treatment(kind="drop")
    keep_out: ClassVar[bool] = True

    def look(self, seen: Seen) -> Found | None:
        """What was found in the column, or None. `seen` has at least one value."""
        raise NotImplementedError

    def found(self, seen: Seen, sure: float, why: str, treatment: Treatment | None = None) -> Found:
        """The answer in this detector's name."""
        how = treatment or self.treatment
        return Found(kind=self.kind, title=type(self).title, why=why, sure=sure, treatment=how, keep_out=self.keep_out)


@lru_cache(maxsize=10_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in small letters without accents: "customerID" is customer, id; "D.o.B." is dob."""
    whole = _LETTERS.sub(lambda found: re.sub(r"[.\s]", "", found[1]) + " ", name)
    spaced = _CAMEL.sub(r"\1 \2", whole)
    plain = unicodedata.normalize("NFKD", spaced.casefold().translate(_APART))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(_WORDS.findall(bare.translate(_APART)))


def _follows(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(words[i : i + len(phrase)] == phrase for i in range(len(words) - len(phrase) + 1))


@lru_cache(maxsize=100_000)
def _is_slip(right: str, word: str) -> bool:
    """Whether the word is the right one with one letter missing, added, exchanged, or two neighbours swapped."""
    if abs(len(right) - len(word)) > 1 or right[0] != word[0]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(right, word, strict=False)) if a != b), min(len(right), len(word)))
    a, b = right[start:], word[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
