"""Q10: pictures whose class shows without looking at what is in them."""

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from engine import origins
from engine.checks import _file_names, _pictures
from engine.checks._neighbours import some
from engine.checks.base import Array, Case, Check, leaving, signed
from engine.panels import Bars, Notes
from engine.problems import Problem
from engine.profile import ColumnProfile
from engine.strength import Answers
from engine.wording import number

PICTURES, FEWEST, FEWEST_OF_A_CLASS = 1000, 60, 10
TELLS, ABOVE_CHANCE, WORTH = 0.8, 0.25, 0.15
BINS, SHOWN = 12, 6
FORM = ("width", "height", "border")
SURFACE = (*FORM, "bytes", "brightness", "hue", "blur")
NAMES = {
    "width": "width",
    "height": "height",
    "border": "plain border",
    "bytes": "bytes a pixel",
    "brightness": "brightness",
    "hue": "colour",
    "blur": "sharpness",
}
MADE = {"camera": "camera", "day": "day it was taken", "format": "kind of file", "quality": "quality it was stored with"}
PLEDGE = "Yes, pictures taken later will differ between the classes in the same way."


class Scanner(Check):
    """Does a picture's size, border, light, camera or file name alone tell its class?"""

    kind: Literal["scanner"] = "scanner"
    title = "Reads the scanner"
    id: ClassVar[str] = "Q10"
    flatters: ClassVar[bool] = True
    order = 10

    def search(self, case: Case) -> list[Problem]:
        known = case.answers
        if known is None or not known.is_class or len(known) < FEWEST:
            return []
        named = [problem for column in case.inputs if (problem := self._named(case, known, column)) is not None]
        picture = next((column for column in case.inputs if column.type == "image"), None)
        return named if picture is None or case.rows.folder is None else [*named, *self._pictures(case, known, picture, case.rows.folder)]

    def _named(self, case: Case, known: Answers, column: ColumnProfile) -> Problem | None:
        """Names of files among the inputs, of which a folder or a word tells the class."""
        values = case.values(column)
        if column.type not in ("category", "text") or not _file_names.are_names(values):
            return None
        kept, y = _judged(known.y, len(known.names))
        found = _file_names.parts(values[kept])
        right = {name: _balanced({name: codes}, y) for name, (codes, _) in found.items()} if len(np.unique(y)) > 1 else {}
        best = max(right, key=lambda name: right[name], default="")
        if not best or right[best] <= max(TELLS, 1 / len(np.unique(y)) + ABOVE_CHANCE):
            return None
        codes, words = found[best]
        tells = _commonest([words[int(code)] for code in codes], [known.names[k] for k in known.y[kept]])
        share = number(100 * right[best], 2)
        what = f"These are names of files, and the {best} alone tells '{case.target.name}' {share} times in 100 ({tells[0]})."
        fix = "Leave it out: a new file will not be named after its answer."
        return leaving(self.found(column.name, what, fix, column=column.id, evidence=Notes(title="What goes with what", lines=tells)))

    def _pictures(self, case: Case, known: Answers, picture: ColumnProfile, folder: Path) -> list[Problem]:
        places = some(np.arange(len(known)), PICTURES)
        seen = _pictures.look(folder, case.values(picture)[places], places)
        kept, y = _judged(known.y[seen.rows], len(known.names))
        classes = len(np.unique(y))
        if classes < 2:
            return []
        traits = {name: x[kept] for name, x in seen.traits.items()}
        needed = max(TELLS, 1 / classes + ABOVE_CHANCE)
        right = {name: _balanced({name: x}, y) for name, x in traits.items()}
        form, surface = (_balanced({name: traits[name] for name in names}, y) for names in (FORM, SURFACE))
        found = self._made(case, known, picture, seen.rows[kept], y)
        if max(form, *(right[name] for name in FORM)) > needed:
            return [self._told(picture.name, right, FORM, case, True), *found]
        if max(surface, *right.values()) > needed:
            return [self._told(picture.name, right, SURFACE, case, False), *found]
        hints = {name: right[name] for name in (*FORM, "bytes") if _beats_chance(right[name], y)}
        return [*([self._hinted(case, picture.name, hints, right, classes)] if hints and not found else []), *found]

    def _made(self, case: Case, known: Answers, picture: ColumnProfile, rows: Array, y: Array) -> list[Problem]:
        """Cameras, days and kinds of files that go with a class, as the files told before they were stripped of it."""
        kept = origins.read(case.rows.folder) if case.rows.folder else {}
        told = [kept.get(str(name), origins.Origin()) for name in case.values(picture)[rows]]
        marks = {trait: [str(getattr(one, trait) or "not said") for one in told] for trait in MADE}
        marks = {trait: words for trait, words in marks.items() if len(set(words)) > 1}
        right = {trait: _balanced({trait: np.unique(words, return_inverse=True)[1]}, y) for trait, words in marks.items()}
        best = max(right, key=lambda trait: right[trait], default="")
        if not best or not _beats_chance(right[best], y):
            return []
        chance, share = number(100 / len(np.unique(y)), 2), number(100 * right[best], 2)
        tells = _commonest(marks[best], [known.names[k] for k in known.y[rows]])
        what = f"The {MADE[best]} alone tells the class of a picture {share} times in 100 (by chance {chance}): {tells[0]}."
        fix = "A model may learn how the pictures were made. Add pictures of each class made in the same way, or judge it on such ones."
        return [self.found(picture.name, what, fix, evidence=Notes(title=f"Pictures by {MADE[best]}", lines=tells))]

    def _hinted(self, case: Case, where: str, hints: dict[str, float], right: dict[str, float], classes: int) -> Problem:
        best = max(hints, key=lambda name: (name != "bytes", hints[name]))
        share, chance = number(100 * hints[best], 2), number(100 / classes, 2)
        what = f"The {NAMES[best]} of a picture alone tells its class more often than chance ({share} times in 100, by chance {chance})."
        fix = "Look whether pictures of one class were taken or cut in another way; if so, take or cut them alike."
        if best != "bytes":
            return self.found(where, what, fix, evidence=_bars(case, right))
        fix = "Look whether pictures of one class were stored in another way. If they only show more, all is well."
        return self.found(where, what, fix, "info", evidence=_bars(case, right))

    def _told(self, where: str, right: dict[str, float], names: tuple[str, ...], case: Case, is_form: bool) -> Problem:
        best = max(names, key=lambda name: right[name])
        bars = _bars(case, right)
        share = number(100 * right[best], 2)
        if not is_form:
            what = f"Light, colour and sharpness alone tell the class (the {NAMES[best]} is right {share} times in 100)."
            fix = "If each class has its own camera or day, take them alike. If the things themselves differ so, all is well."
            return self.found(where, what, fix, evidence=bars)
        what = f"The {NAMES[best]} of a picture alone tells its class {share} times in 100: the model may be reading the scanner."
        fix = "Take the pictures of all classes in the same way, or cut them alike."
        return signed(self.found(where, what, fix, "stop", evidence=bars), PLEDGE)


def _bars(case: Case, right: dict[str, float]) -> Bars:
    return Bars(
        title=f"How well '{case.target.name}' shows without looking at what is in a picture",
        x_label="From this alone",
        y_label="Right in 100, all classes counting equally",
        names=[NAMES[name] for name in SURFACE],
        values=[100 * right[name] for name in SURFACE],
    )


def _judged(y: Array, classes: int) -> tuple[Array, Array]:
    """(rows,) whether a row's class has rows enough; and those rows' classes, numbered anew."""
    kept = np.isin(y, np.flatnonzero(np.bincount(y, minlength=classes) >= FEWEST_OF_A_CLASS))
    return kept, np.unique(y[kept], return_inverse=True)[1]


def _beats_chance(right: float, y: Array) -> bool:
    """Whether so large a mean share right of the classes is more than luck (three standard errors) and worth a word."""
    sizes = np.bincount(y)
    error = float(np.sqrt((right * (1 - right) / sizes).sum())) / len(sizes)
    return right - 3 * max(error, 1e-9) > 1 / len(sizes) and right >= 1 / len(sizes) + WORTH


def _commonest(marks: list[str], said: list[str]) -> list[str]:
    """ "Canon: 78 of 80 'ill'", the commonest marks first, each with its commonest class."""
    table = pd.crosstab(pd.Series(marks, dtype="str"), pd.Series(said, dtype="str"))
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index[:SHOWN]
    return [f"{mark}: {int(table.loc[mark].max()):,} of {int(table.loc[mark].sum()):,} are '{table.loc[mark].idxmax()}'" for mark in order]


def _balanced(traits: dict[str, Array], y: Array) -> float:
    """The mean share right in each class when traits in bins tell it, as if they were independent; each half judged by the other."""
    half = np.random.default_rng(0).permutation(len(y)) % 2
    classes = int(y.max()) + 1
    score = np.zeros((len(y), classes))
    for x in traits.values():
        coded = _bins(x)
        for h in (0, 1):
            cells = np.bincount(coded[half != h] * classes + y[half != h], minlength=(int(coded.max()) + 1) * classes)
            table = cells.reshape(-1, classes) + 0.5
            score[half == h] += np.log(table / table.sum(axis=0))[coded[half == h]]
    said = score.argmax(axis=1)
    return float(np.mean([(said[y == k] == k).mean() for k in range(classes)]))


def _bins(x: Array) -> Array:
    distinct, codes = np.unique(x, return_inverse=True)
    if len(distinct) <= BINS:
        return codes
    edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, x, side="right")
