"""Q04: unseen rows that were learned already, as copies or near copies."""

from typing import ClassVar, Literal

import numpy as np

from engine import alike, nearness
from engine.checks import _neighbours, _pictures
from engine.checks.base import ROWS, Array, Case, Check, dividing, signed
from engine.panels import Notes, Panel
from engine.problems import Level, Problem
from engine.profile import ColumnProfile
from engine.wording import count, of_hundred

MANY, MANY_ALIKE, MANY_NEAR = 0.01, 0.05, 0.03
SHOWN, LONGEST = 3, 160
PICTURES, UNSEEN_PICTURES = 1200, 300
PLEDGE = "Yes, these are different cases that only look alike."
REST = "rows that steer or judge"
SOME = "Some of them"
TOGETHER = "Keep such rows together"
KEEP_TOGETHER = (
    "If so, the result will look better than it is for new cases. Keep such rows together: then all of a case teach, or none does. "
    "'{}' is still learned from."
)
NAME_CASES = (
    "If so, the result will look better than it is for new cases. Rows are divided by another column already: add a column to the file "
    "that numbers the cases (the same number for all rows that are alike but for '{}'), bring it in again, and divide by that one."
)
FIX = "Remove the copies from the file, or give each case a column that says which rows are the same and divide by it."


class Copies(Check):
    """Are rows kept unseen that were learned already, as copies?"""

    kind: Literal["copies"] = "copies"
    title = "Copies on both sides"
    id: ClassVar[str] = "Q04"
    flatters: ClassVar[bool] = True
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
        return self._rows(case, unseen, case.parts.train) or self._texts(case, unseen, case.parts.train)

    def _rows(self, case: Case, unseen: Array, learned: Array) -> list[Problem]:
        ids = [column.id for column in case.inputs]
        hashed = _neighbours.hashes(case.rows.frame[[*ids, case.plan.target]])
        same = _neighbours.copies(hashed, unseen, learned)
        if same.mean() > MANY:
            is_real = _neighbours.is_surprising(hashed)
            said = f"{_share(same)} {REST} are exact copies of some that teach: the same row can be learned and tested."
            fix = FIX if is_real else "With so few different values rows repeat by nature; trust the score less."
            shown = _twins(unseen[same], _neighbours.key(hashed), learned, "is a copy of row", "")
            return [self._copied(said, fix, "stop" if is_real else "warn", shown)]
        column, alike = _neighbours.but_one(hashed[:, :-1], unseen, learned)
        if alike.mean() > MANY_ALIKE:
            name = case.inputs[column].name
            said = f"{_share(alike)} {REST} are like one that teaches in every column but '{name}': they seem to be one case."
            shown = _twins(unseen[alike], _neighbours.key(hashed[:, :-1], column), learned, "differs from row", f" only in '{name}'")
            return [self._but_one(case, case.inputs[column], said, shown)]
        smooth = [c.id for c in case.inputs if c.type == "number" and c.distinct > nearness.CONTINUOUS]
        share, pairs = _neighbours.near(case.rows.frame[smooth].to_numpy(np.float64), unseen, learned)
        if share > MANY:
            said = f"About {of_hundred(share)} {REST} are almost the same as one that teaches: {_neighbours.pairs_words(pairs)}."
            return [self._copied(said, FIX, "stop" if share > MANY_NEAR else "warn", None)]
        return []

    def _but_one(self, case: Case, column: ColumnProfile, said: str, shown: Notes) -> Problem:
        if case.method.goes_by:
            return self._copied(said, NAME_CASES.format(column.name), "warn", shown)
        problem = self._copied(said, KEEP_TOGETHER.format(column.name), "warn", shown)
        return dividing(problem, "alike", column).model_copy(update={"button": TOGETHER})

    def _texts(self, case: Case, unseen: Array, learned: Array) -> list[Problem]:
        """Molecules and longer texts, whether they are learned from or only tell what a row is about."""
        asked = [c for c in case.others if c.type in ("category", "text") and c.distinct >= alike.FEWEST_WORDS]
        for column in (c for c in asked if c.id != case.plan.split.column or not case.method.names_cases):
            values = case.rows.values(column.id)
            found = alike.cases(values)
            if not found.what:
                continue
            sizes = np.bincount(found.of)
            tells = found.telling & (sizes <= max(alike.COMMON, 0.01 * len(values)))[found.of]
            met = np.isin(found.of[unseen], found.of[learned]) & tells[unseen]
            if met.mean() > MANY:
                return [self._alike(case, column, found, unseen[met], float(met.mean()))]
        return []

    def _alike(self, case: Case, column: ColumnProfile, found: alike.Cases, rows: Array, share: float) -> Problem:
        what = {
            "molecule": f"hold the molecule of a row it learns from (salts, isotopes and mirror forms of '{column.name}' counted as one)",
            "text": f"have nearly the same '{column.name}' as a row it learns from",
        }[found.what]
        looked = f" ({len(case.rows):,} of all rows were looked at)" if len(case.rows) < case.profile.rows else ""
        is_real = share > MANY_NEAR and (found.what == "molecule" or column in case.inputs)
        said = f"About {of_hundred(share)} {REST} {what}: the model is asked about what it has met{looked}."
        fix = f"Divide by '{column.name}': rows that are alike in it then stay together."
        pairs = _alike_pairs(case, column, found, rows)
        problem = dividing(self._copied(said, fix, "stop" if is_real else "warn", pairs), "group", column)
        return problem.model_copy(update={"column": column.id})

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
        said = f"{_share(found)} pictures not learned from look the same as one it learns from: {_neighbours.pairs_words(pairs)}."
        return [self._copied(said, "Keep one of each, or divide by what they show.", "stop" if found.mean() > MANY else "warn", None)]

    def _copied(self, what: str, fix: str, level: Level, evidence: Panel | None) -> Problem:
        problem = self.found(ROWS, what, fix, level, evidence=evidence)
        return signed(problem, PLEDGE) if level == "stop" else problem


def _twins(rows: Array, key: Array, learned: Array, before: str, behind: str) -> Notes:
    """Some of those rows, each beside a learned one with the same key, whose number stands between the words."""
    twins = [int(learned[np.argmax(key[learned] == key[row])]) for row in rows[:SHOWN]]
    lines = [f"Row {row + 1:,} is not learned from and {before} {twin + 1:,}{behind}." for row, twin in zip(rows, twins, strict=False)]
    return Notes(title=SOME, lines=lines)


def _alike_pairs(case: Case, column: ColumnProfile, found: alike.Cases, rows: Array) -> Notes:
    """Some of the unseen rows, those written differently first, each beside the learned one like it."""
    assert case.parts is not None
    values, learned = case.rows.values(column.id), case.parts.train
    order = np.argsort(found.of[learned], kind="stable")
    twins = learned[order[np.searchsorted(found.of[learned], found.of[rows], sorter=order)]]
    first = np.argsort(values[rows] == values[twins], kind="stable")[:SHOWN]
    lines = [f"Not learned from: '{_cut(values[rows[i]])}'. Learned: '{_cut(values[twins[i]])}'." for i in first]
    return Notes(title=SOME, lines=lines)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _share(found: Array) -> str:
    return f"{int(found.sum()):,} of {len(found):,}"
