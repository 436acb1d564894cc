"""Q10: pictures whose class shows without looking at what is in them."""

from typing import ClassVar, Literal

import numpy as np

from engine.checks import _pictures
from engine.checks._neighbours import some
from engine.checks.base import Array, Case, Check, signed
from engine.panels import Bars
from engine.problems import Problem
from engine.wording import number

PICTURES, FEWEST, FEWEST_OF_A_CLASS = 1000, 60, 10
TELLS, ABOVE_CHANCE = 0.8, 0.25
BINS = 12
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
PLEDGE = "Yes, pictures taken later will differ between the classes in the same way."


class Scanner(Check):
    """Does a picture's size, border or light alone tell its class?"""

    kind: Literal["scanner"] = "scanner"
    title = "Reads the scanner"
    id: ClassVar[str] = "Q10"
    order = 10

    def search(self, case: Case) -> list[Problem]:
        picture = next((column for column in case.inputs if column.type == "image"), None)
        known = case.answers
        if picture is None or known is None or not known.is_class or case.rows.folder is None or len(known) < FEWEST:
            return []
        places = some(np.arange(len(known)), PICTURES)
        seen = _pictures.look(case.rows.folder, case.values(picture)[places], places)
        y = known.y[seen.rows]
        sizes = np.bincount(y, minlength=len(known.names))
        kept = np.isin(y, np.flatnonzero(sizes >= FEWEST_OF_A_CLASS))
        classes, y = np.unique(y[kept], return_inverse=True)
        if len(classes) < 2:
            return []
        traits = {name: x[kept] for name, x in seen.traits.items()}
        needed = max(TELLS, 1 / len(classes) + ABOVE_CHANCE)
        right = {name: _balanced({name: x}, y) for name, x in traits.items()}
        form, surface = (_balanced({name: traits[name] for name in names}, y) for names in (FORM, SURFACE))
        if max(form, *(right[name] for name in FORM)) > needed:
            return [self._told(picture.name, right, FORM, case, True)]
        if max(surface, *right.values()) > needed:
            return [self._told(picture.name, right, SURFACE, case, False)]
        return []

    def _told(self, where: str, right: dict[str, float], names: tuple[str, ...], case: Case, is_form: bool) -> Problem:
        best = max(names, key=lambda name: right[name])
        bars = Bars(
            title=f"How well '{case.target.name}' shows without looking at what is in a picture",
            x_label="From this alone",
            y_label="Right in 100, all classes counting equally",
            names=[NAMES[name] for name in SURFACE],
            values=[100 * right[name] for name in SURFACE],
        )
        share = number(100 * right[best], 2)
        if not is_form:
            what = f"Light, colour and sharpness alone tell the class (the {NAMES[best]} is right {share} times in 100)."
            fix = "If each class has its own camera or day, take them alike. If the things themselves differ so, all is well."
            return self.found(where, what, fix, evidence=bars)
        what = f"The {NAMES[best]} of a picture alone tells its class {share} times in 100: the model may be reading the scanner."
        fix = "Take the pictures of all classes in the same way, or cut them alike."
        return signed(self.found(where, what, fix, "stop", evidence=bars), PLEDGE)


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
