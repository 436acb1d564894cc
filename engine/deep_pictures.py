"""Pictures with more than 256 shades: kept as 16-bit files that say what their shades stand for, and read again in those values.

A file of ours is a grey PNG with two notes: `shades` ("start step": the value of shade 0, and from one shade to the next) and, where the
picture came with a window, `window` ("low high": the values between which it is to be looked at).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

Array = np.ndarray[Any, Any]
Window = tuple[float, float]

DEPTHS = (8, 10, 12, 14, 16)
_SHADES = 65_535
_OUTERMOST = (0.5, 99.5)
_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Scale:
    """Which values become black and white. `by_file`: a picture's own window comes first."""

    low: float = 0.0
    top: float = 255.0
    by_file: bool = False

    def of(self, picture: Image.Image) -> Window:
        """Black and white for this picture."""
        return (window(picture) if self.by_file else None) or (self.low, self.top)


@dataclass(frozen=True)
class Seen:
    """What is remembered of a picture to learn a scale from: some of its values (its ends, for the `whole`), and if it has a window."""

    values: Array
    has_window: bool

    @classmethod
    def of(cls, picture: Image.Image, whole: bool = False) -> "Seen":
        found = values(picture).ravel()
        some = np.array([found.min(), found.max()]) if whole else found[:: max(1, len(found) // _LOOKED_AT)]
        return cls(some, window(picture) is not None)


def is_deep(picture: Image.Image) -> bool:
    """Whether a picture may hold more than 256 shades of grey."""
    return picture.mode.startswith(("I", "F"))


def save(path: Path, values: Array, view: Window | None = None) -> Window:
    """Writes (height, width) grey values; returns the darkest and the brightest.

    Whole numbers no further than 65,535 apart are kept exactly, others to one part in 65,535 of their range. What is no number becomes
    the darkest value.
    """
    there = values[np.isfinite(values)]
    low, high = (float(there.min()), float(there.max())) if there.size else (0.0, 0.0)
    is_whole = values.dtype.kind in "iu" or bool((there == np.floor(there)).all())
    start, step = (low, 1.0) if is_whole and high - low <= _SHADES else (low, (high - low) / _SHADES or 1.0)
    if step == 1.0 and low >= 0 and high <= _SHADES:
        start = 0.0
    clean = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low)
    notes = PngImagePlugin.PngInfo()
    notes.add_text("shades", f"{start!r} {step!r}")
    if view:
        notes.add_text("window", f"{float(view[0])!r} {float(view[1])!r}")
    Image.fromarray(np.clip(np.round((clean - start) / step), 0, _SHADES).astype(np.uint16)).save(path, "PNG", pnginfo=notes)
    return low, high


def values(picture: Image.Image) -> Array:
    """(height, width) float64: the shades as the values they stand for."""
    shades = np.nan_to_num(np.asarray(picture, np.float64))
    start, step = _note(picture, "shades") or (0.0, 1.0)
    return shades * step + start


def window(picture: Image.Image) -> Window | None:
    """The values between which the picture says it is to be looked at."""
    found = _note(picture, "window")
    return found if found and found[1] > found[0] else None


def scaled(picture: Image.Image, low: float, top: float) -> Image.Image:
    """The picture in 256 shades: `low` and darker is black, `top` and brighter white."""
    found = (values(picture) - low) * (255 / max(top - low, 1e-12))
    return Image.fromarray(np.clip(found, 0, 255).round().astype(np.uint8))


def learn(pictures: Sequence[Seen], whole: bool = False) -> Scale:
    """The scale for pictures like these: their own windows where most have one, else what all but their outermost shades span.

    With `whole` it is all that their number of bits can hold: 0 to 4,095 where the brightest value is 3,000.
    """
    if not pictures:
        return Scale()
    low, top = _span(np.concatenate([picture.values for picture in pictures]), whole)
    return Scale(low, top, by_file=sum(picture.has_window for picture in pictures) > len(pictures) / 2)


def viewable(path: Path) -> Path | Image.Image:
    """What a page can show: the file itself, or a picture of 256 shades of one that has more."""
    with Image.open(path) as picture:
        return _seen(picture) if is_deep(picture) else path


def plain(picture: Image.Image) -> Image.Image:
    """The picture itself, or one of 256 shades of one that has more."""
    return _seen(picture) if is_deep(picture) else picture


def _seen(picture: Image.Image) -> Image.Image:
    return scaled(picture, *(window(picture) or _span(values(picture).ravel(), whole=False)))


def _span(found: Array, whole: bool) -> Window:
    if not whole:
        low, top = np.percentile(found, _OUTERMOST)
        return (float(low), float(top)) if top > low else (float(found.min()), float(max(found.max(), found.min() + 1)))
    least, most = float(found.min()), float(found.max())
    held = next((float(2**bits - 1) for bits in DEPTHS if most <= 2**bits - 1), most)
    return (0.0, held) if least >= 0 and most == np.floor(most) else (least, max(most, least + 1))


def _note(picture: Image.Image, name: str) -> Window | None:
    said: Sequence[str] = str(picture.info.get(name, "")).split()
    try:
        first, second = (float(part) for part in said)
    except ValueError:
        return None
    return (first, second) if np.isfinite([first, second]).all() else None
