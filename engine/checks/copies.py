"""Q04: unseen rows that were learned already, as copies or near copies."""

from typing import ClassVar, Literal

import numpy as np

from engine.checks import _neighbours, _pictures
from engine.checks.base import ROWS, Array, Case, Check, signed
from engine.panels import Notes, Panel
from engine.problems import Level, Problem
from engine.wording import count, of_hundred

MANY, MANY_ALIKE, MANY_NEAR = 0.01, 0.05, 0.03
SHOWN = 3
PICTURES, UNSEEN_PICTURES = 1200, 300
PLEDGE = "Yes, these are different cases that only look alike."
FIX = "Remove the copies from the file, or give each case a column that says which rows are the same and divide by it."


class Copies(Check):
    """Are rows kept unseen that were learned already, as copies?"""

    kind: Literal["copies"] = "copies"
    title = "Copies on both sides"
    id: ClassVar[str] = "Q04"
    order = 4

    def look(self, case: Case) -> list[Problem]:
        copies = case.profile.duplicates
        if case.method.goes_by or not MANY * case.profile.rows < copies < case.profile.rows / 2:
            return []
        said = count(copies, "row is an exact copy of another", "rows are exact copies of others")
        return [self.found(ROWS, f"{said}.", "Nothing to do: copies stay together, so none is both learned and tested.", "info")]

    def search(self, case: Case) -> list[Problem]:
        if case.parts is None or not len(case.parts.test):
            return []
        unseen = np.concatenate([case.parts.validation, case.parts.test])
        picture = next((column.id for column in case.inputs if column.type == "image"), None)
        if picture is not None:
            return self._pictures(case, picture, unseen, case.parts.train)
        return self._rows(case, unseen, case.parts.train)

    def _rows(self, case: Case, unseen: Array, learned: Array) -> list[Problem]:
        ids = [column.id for column in case.inputs]
        hashed = _neighbours.hashes(case.rows.frame[[*ids, case.plan.target]])
        same = _neighbours.copies(hashed, unseen, learned)
        if same.mean() > MANY:
            is_real = _neighbours.is_surprising(hashed)
            said = f"{_share(same)} rows kept unseen are exact copies of rows it learns from: the same row can be learned and then tested."
            fix = FIX if is_real else "With so few different values rows repeat by nature; trust the score less."
            return [self._copied(said, fix, "stop" if is_real else "warn", self._shown(case, unseen[same], hashed, learned))]
        column, alike = _neighbours.but_one(hashed[:, :-1], unseen, learned)
        if alike.mean() > MANY_ALIKE:
            name = case.inputs[column].name
            said = f"{_share(alike)} rows kept unseen are like a row it learns from in every column but '{name}': they seem to be one case."
            return [self._copied(said, "If so, give each case a column that names it, and divide by that.", "warn", None)]
        smooth = [c.id for c in case.inputs if c.type == "number" and c.distinct > _neighbours.CONTINUOUS]
        share, pairs = _neighbours.near(case.rows.frame[smooth].to_numpy(np.float64), unseen, learned)
        if share > MANY:
            said = f"About {of_hundred(share)} rows kept unseen are almost the same as a learned one: {_neighbours.pairs_words(pairs)}."
            return [self._copied(said, FIX, "stop" if share > MANY_NEAR else "warn", None)]
        return []

    def _pictures(self, case: Case, id: str, unseen: Array, learned: Array) -> list[Problem]:
        if case.rows.folder is None:
            return []
        of, among = _neighbours.some(unseen, UNSEEN_PICTURES), _neighbours.some(learned, PICTURES)
        rows = np.concatenate([of, among])
        seen = _pictures.look(case.rows.folder, case.rows.values(id)[rows], rows)
        mine, theirs = (np.flatnonzero(np.isin(seen.rows, part)) for part in (of, among))
        if not len(mine) or not len(theirs):
            return []
        same = _pictures.copies(seen, mine, theirs)
        found = same >= 0
        if not found.any():
            return []
        pairs = [(int(seen.rows[a]), int(seen.rows[b])) for a, b in zip(mine[found], same[found], strict=True)][:SHOWN]
        said = f"{_share(found)} pictures kept unseen look the same as one it learns from: {_neighbours.pairs_words(pairs)}."
        return [self._copied(said, "Keep one of each, or divide by what they show.", "stop" if found.mean() > MANY else "warn", None)]

    def _copied(self, what: str, fix: str, level: Level, evidence: Panel | None) -> Problem:
        problem = self.found(ROWS, what, fix, level, evidence=evidence)
        return signed(problem, PLEDGE) if level == "stop" else problem

    def _shown(self, case: Case, rows: Array, hashed: Array, learned: Array) -> Notes:
        whole = _neighbours.key(hashed)
        twins = [int(learned[np.argmax(whole[learned] == whole[row])]) for row in rows[:SHOWN]]
        lines = [f"Row {row + 1:,} is kept unseen and is a copy of row {twin + 1:,}." for row, twin in zip(rows, twins, strict=False)]
        return Notes(title="Some of them", lines=lines)


def _share(found: Array) -> str:
    return f"{int(found.sum()):,} of {len(found):,}"
