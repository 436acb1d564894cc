"""Traps of what is written: texts and molecules that are one case though they are not alike letter by letter."""

from pathlib import Path

import numpy as np

from tests.traps.zoo import ROWS, Data, base, trap

_FAULTS = ["pump", "valve", "motor", "belt", "gear", "seal", "fan", "shaft", "housing"]
_SEEN = ["leaks", "rattles", "sticks", "overheats", "vibrates", "smells", "slips", "jams", "cracks"]
_DONE = ["replaced", "cleaned", "tightened", "greased", "aligned", "tested", "swapped", "inspected", "reset"]
_WHEN = ["night", "morning", "shift", "weekend", "holiday", "audit", "startup", "shutdown", "storm"]

NOTES = 200


def _report(r: np.random.Generator) -> list[str]:
    return [word for _ in range(4) for word in ("the", *(str(r.choice(words)) for words in (_FAULTS, _SEEN, _WHEN, _DONE, _FAULTS)))]


@trap("Q04")
def notes_written_twice(r: np.random.Generator, bad: bool, _: Path) -> Data:
    """A few words of the second note differ, and all measurements do."""
    frame = base(r)
    notes = [_report(r) for _ in range(ROWS)]
    for i in range(0, NOTES if bad else 0, 2):
        notes[i + 1] = [*notes[i][:-2], "checked", "again"]
    frame["note"] = [" ".join(words) for words in notes]
    return Data(frame, types={"note": "text"})


@trap("Q04")
def salts_of_one_molecule(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, classes=False)
    pieces = ["C", "CC", "O", "N", "C(C)", "C(=O)N", "c1ccccc1", "C1CCNCC1", "S", "C(F)", "C#C", "c1ccncc1"]
    bodies = ["".join(r.choice(pieces, 9)) for _ in range(ROWS)]
    for i in range(0, 120 if bad else 0, 2):
        bodies[i + 1] = bodies[i]
    ends = [("C(=O)O", "C(=O)[O-].[Na+]")[i % 2] for i in range(ROWS)]
    frame["structure"] = [body + end for body, end in zip(bodies, ends, strict=True)]
    return Data(frame, types={"structure": "text"})


@trap("Q04")
def form_letters(r: np.random.Generator, bad: bool, _: Path) -> Data:
    """A text of one form in every row is no copy; the twin has only that, the trap also whole notes written again."""
    frame = base(r)
    lines = [f"the {r.choice(_FAULTS)} of line {r.integers(1, 5)} was looked at as planned and nothing was found" for _ in range(ROWS)]
    for i in range(0, 100 if bad else 0, 2):
        lines[i] = " ".join(_report(r))
        lines[i + 1] = lines[i] + " again"
    frame["remark"] = lines
    return Data(frame, types={"remark": "text"})
