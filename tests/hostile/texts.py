"""What a case of bad or hostile text is, and how its verdict is judged."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.doubts import Doubt
from engine.errors import UnreadableFile
from tests.engine.uploads import Read, read


@dataclass(frozen=True)
class Case:
    """One file and the verdict it must get.

    R: refused with advice (or a problem that stops), F: mended with a line in the report, W: accepted with a problem that says so,
    Q: a question. `words` are expected in what is said. `holds` are values (column, row, value) that the table must have.
    """

    id: str
    verdict: str
    make: Callable[[], str | bytes]
    words: str
    holds: tuple[tuple[str, int, object], ...] = ()
    name: str = "data.csv"

    def judge(self, folder: Path) -> None:
        """Fails unless the file gets its verdict."""
        if self.verdict == "R":
            self._is_refused(folder)
            return
        found = read(folder, self.make(), self.name)
        said = {"F": found.report, "W": problems(found), "Q": "\n".join(map(question, found.answer.doubts))}[self.verdict]
        assert self.words in said, said[:600]
        for column, row, value in self.holds:
            there = found.values(column)[row]
            assert (None if there != there else there) == value

    def _is_refused(self, folder: Path) -> None:
        try:
            found = read(folder, self.make(), self.name)
        except UnreadableFile as error:
            assert self.words in f"{error.what} {error.fix}" and error.fix
            return
        assert self.words in "\n".join(f"{problem.what} {problem.fix}" for problem in found.profile.problems if problem.level == "stop")


def column(name: str, *cells: str, rows: int = 60) -> str:
    """A table of that column, whose cells are repeated, and a plain number beside it."""
    lines = [f'"{cells[i % len(cells)]}",{i}.5' for i in range(max(rows, len(cells)))]
    return f'"{name}",beside\n' + "\n".join(lines) + "\n"


def question(doubt: Doubt) -> str:
    """All that is asked, in one text."""
    return f"{doubt.what} [{' | '.join(choice.label for choice in doubt.choices)}] {doubt.choices[doubt.chosen].label}"


def problems(found: Read) -> str:
    """All that is said about the table and its columns."""
    about = [*found.profile.problems, *(problem for one in found.profile.columns for problem in one.problems)]
    return "\n".join(f"{problem.level}: {problem.what} {problem.fix}" for problem in about)


def parameters(cases: tuple[Case, ...]) -> list[object]:
    """The cases as pytest wants them."""
    return [pytest.param(case, id=f"{case.id}-{case.verdict}-{place}") for place, case in enumerate(cases)]
