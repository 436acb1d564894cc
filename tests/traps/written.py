"""Traps of what is written: texts and molecules that are one case, names of files, and what picture files say of themselves."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from engine.readers._pictures import Shelf
from tests.traps.more import PICTURES, ill_ones, thing
from tests.traps.zoo import ROWS, Data, base, trap, yes

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


# Q10: names of files, and what the files of pictures say


@trap("Q10")
def answer_in_the_file_name(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    word = np.where(yes(frame) if bad else r.random(ROWS) < 0.5, "defect", "good")
    frame["file"] = [f"line{r.integers(1, 4)}/{one}_{i:04d}.png" for i, one in enumerate(word)]
    return Data(frame)


def _read_in(folder: Path, ill: np.ndarray, saved: Callable[[int, bool], tuple[Image.Image, dict[str, object]]]) -> Data:
    """Pictures that went through the reading of uploads, so that what their files said is known and no longer in them."""
    folder.mkdir(parents=True, exist_ok=True)
    shelf, names = Shelf(folder), []
    for i, one in enumerate(ill):
        picture, how = saved(i, bool(one))
        data = io.BytesIO()
        picture.save(data, **how)
        names.append(shelf.put(data.getvalue(), f"{i}.jpg"))
    shelf.finish()
    return Data(pd.DataFrame({"picture": names, "y": np.where(ill, "ill", "well")}), types={"picture": "image"}, folder=folder)


@trap("Q10")
def ill_ones_from_another_camera(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    other = ill ^ (r.random(PICTURES) < (0.15 if bad else 0.5))

    def saved(i: int, is_ill: bool) -> tuple[Image.Image, dict[str, object]]:
        notes = Image.Exif()
        notes[0x010F], notes[0x0110] = ("Canon", "Canon EOS R5") if other[i] else ("NIKON", "Z 6")
        return thing(r, is_ill), {"format": "JPEG", "quality": 90, "exif": notes}

    return _read_in(folder, ill, saved)


@trap("Q10")
def ill_ones_on_another_day(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    days = np.where(ill, 5, 0) + r.integers(0, 5, PICTURES) if bad else r.integers(0, 10, PICTURES)

    def saved(i: int, is_ill: bool) -> tuple[Image.Image, dict[str, object]]:
        notes = Image.Exif()
        notes[0x0132] = f"2024:03:{days[i] + 1:02d} 10:00:00"
        return thing(r, is_ill), {"format": "JPEG", "quality": 90, "exif": notes}

    return _read_in(folder, ill, saved)


@trap("Q10")
def well_ones_saved_again(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    again = ~ill if bad else r.random(PICTURES) < 0.5
    return _read_in(folder, ill, lambda i, is_ill: (thing(r, is_ill), {"format": "JPEG", "quality": 85 if again[i] else 90}))


@trap("Q10")
def ill_ones_a_little_wider(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    """Of the ill ones seven of ten are wide, of the others two of ten."""
    ill = ill_ones(r)
    wide = r.random(PICTURES) < (np.where(ill, 0.75, 0.2) if bad else 0.5)
    return _read_in(folder, ill, lambda i, is_ill: (thing(r, is_ill, (80, 72) if wide[i] else (72, 72)), {"format": "PNG"}))
