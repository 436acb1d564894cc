"""Answers that stand in an order: whole numbers, numbered grades, and words everybody orders alike."""

import re
from collections.abc import Sequence

from engine import labels

SEPARATOR = "<"
FEWEST, MOST = 3, 20

_SCALES = (
    "none no absent nil zero normal|minimal trace|slight|mild light|moderate medium|marked|severe heavy serious|critical extreme",
    "very low|low|rather low|middle medium moderate mid normal average|rather high|high|very high",
    "very small|small|medium middle|large big|very large|huge",
    "very poor very bad|poor bad|fair average ok okay satisfactory|good|very good|excellent outstanding",
    "never|rarely seldom|sometimes occasionally|often frequently|usually|always",
    "strongly disagree|disagree|neutral undecided neither|agree|strongly agree",
    "very dissatisfied|dissatisfied|neutral|satisfied|very satisfied",
    "very unlikely|unlikely|neutral possible|likely|very likely",
    "trivial cosmetic|minor|moderate|major|critical|catastrophic",
    "i|ii|iii|iv|v|vi",
    "keine|leicht|mittel|schwer",
    "niedrig|mittel|hoch",
    "faible|moyen moyenne|fort élevé",
)
_TWO_WORDS = ("very ", "rather ", "strongly ")
_NUMBERED = re.compile(r"(grade|stage|level|class|grad|stufe|stadium|degree|phase|tier|rank|asa|nyha|g|t|n|l|p)[ _.:-]*(\d{1,2})")
_STEPPED = "grade grades stage rating ratings quality score level severity degree stars rank asa nyha gleason apgar ecog"
STEPPED = frozenset(_STEPPED.split())


def known(names: Sequence[str]) -> list[str]:
    """The names in their order, lowest first, if it is plain which that is; else []."""
    places = [_number(name) for name in names]
    if all(place is not None for place in places):
        return labels.ordered([*names])
    plain = {name: name.strip().casefold() for name in names}
    for find in (_numbered(list(plain.values())), *map(_scale, _SCALES)):
        if all(said in find for said in plain.values()) and len({find[said] for said in plain.values()}) == len(names):
            return sorted(names, key=lambda name: find[plain[name]])
    return []


def written(order: str) -> list[str]:
    """The names in "mild < moderate < severe"."""
    return [name for part in order.split(SEPARATOR) if (name := part.strip())]


def _scale(text: str) -> dict[str, int]:
    return {word: place for place, words in enumerate(text.split("|")) for word in _words(words)}


def _words(words: str) -> list[str]:
    """Words that mean the same; "very low" is one of them, and so is what stands behind a second "very"."""
    for first in _TWO_WORDS:
        if words.startswith(first):
            return [first + one.strip() for one in words.split(first) if one.strip()]
    return words.split()


def _numbered(names: Sequence[str]) -> dict[str, int]:
    """Such as "stage 1" and "stage 2": the same word before every number."""
    found = {name: match for name in names if (match := _NUMBERED.fullmatch(name))}
    return {name: int(match[2]) for name, match in found.items()} if len({match[1] for match in found.values()}) == 1 else {}


def _number(name: str) -> float | None:
    try:
        return float(name)
    except ValueError:
        return None
