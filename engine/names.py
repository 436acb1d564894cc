"""Names that people give, made fit to be shown: readable, of bounded length, without characters that hide or reorder text."""

import re
import unicodedata
from collections.abc import Sequence
from os.path import commonprefix

LONGEST = 200
LOOK_ALIKES = "look-alikes"
"""The column that says which pictures look nearly the same."""

_JOINER = "\u200d"


def clean(text: str) -> str:
    """The text in NFC, on one line, without control, bidirectional or invisible characters, at most 200 characters long.

    Everything visible stays as it is, `<b>` and `**` too: making a name harmless is the business of the page that shows it.
    """
    visible = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text) if c.isspace() or c == _JOINER or _is_visible(c))
    return re.sub(" +", " ", "".join(visible)).strip()[:LONGEST].strip()


def without_shared(names: Sequence[str]) -> list[str]:
    """The names of runs without the parts (ended by a comma) that all of them begin with; the last part of a name always stays."""
    shared = commonprefix([name.split(", ")[:-1] for name in names]) if len(names) > 1 else []
    return [", ".join(name.split(", ")[len(shared) :]) for name in names]


def mend(names: Sequence[str | None]) -> tuple[list[str], list[tuple[int, str]]]:
    """The names, all different and none blank, and what was done: (position, sentence).

    A blank becomes "column 3"; the second "a" becomes "a (2)".
    """
    mended: list[str] = []
    done: list[tuple[int, str]] = []
    wanted = [clean(name or "") for name in names]
    taken = set(wanted)
    for position, (given, name) in enumerate(zip(names, wanted, strict=True)):
        number = position + 1
        if not name:
            name = _free(f"column {number}", taken)
            done.append((position, f"Column {number} had no name; it is called '{name}'."))
        elif name in mended:
            first, name = name, _free(name, taken)
            done.append((position, f"Column {number} was called '{first}' like another one; it is called '{name}' now."))
        elif name != (given or "").strip():
            done.append((position, f"The name of column {number} was mended; it is called '{name}' now."))
        taken.add(name)
        mended.append(name)
    return mended, done


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    return found


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
