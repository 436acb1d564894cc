"""A case of bad or hostile input: what makes it, what has to become of it, and how that is judged."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.errors import UnreadableFile
from tests.engine.uploads import Read, read

REFUSED, FIXED, WARNED, ASKED = "R", "F", "W", "Q"


@dataclass(frozen=True)
class Case:
    """`id` as in the catalogue; `words`: a pattern that the refusal, the report's line, or the question has; `holds`: what else is so."""

    id: str
    verdict: str
    make: Callable[[], bytes]
    words: str
    name: str
    holds: Callable[[Read], bool] = lambda found: True

    def __str__(self) -> str:
        return f"{self.id}-{self.verdict}"


def judge(case: Case, folder: Path) -> None:
    """Reads the case as an upload and holds what comes of it against the verdict."""
    if case.verdict == REFUSED:
        with pytest.raises(UnreadableFile, match=case.words) as raised:
            read(folder, case.make(), case.name)
        assert raised.value.what.endswith(".") and raised.value.fix.endswith(".")
        return
    found = read(folder, case.make(), case.name)
    asked = "\n".join(f"{doubt.what} {[choice.label for choice in doubt.choices]}" for doubt in found.answer.doubts)
    told = found.report + "\n" + "\n".join(found.problems(name) for name in found.names)
    assert re.search(case.words, asked if case.verdict == ASKED else told), f"{case}: {asked if case.verdict == ASKED else told}"
    assert case.holds(found), f"{case}: {found.names} {found.table.frame.head()}"


def ids(cases: Sequence[Case], *others: str) -> list[str]:
    """Each id once, in order."""
    return sorted({case.id for case in cases} | set(others))
