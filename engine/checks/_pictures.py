"""What a picture shows without being understood: its size, its light, its sharpness, its border, and a fingerprint."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

FILE = ("width", "height", "bytes", "border")
LIGHT = ("brightness", "hue", "blur")
SIDE = 64
_SMALL = 32
_NEAR_BITS, _ALIKE, _FLAT = 4, 0.995, 4.0


@dataclass(frozen=True)
class Seen:
    """Pictures as numbers. `rows` are their rows in the table; `traits` (rows,) by name; `marks` (rows, 64) bool; `small` (rows, 1024)."""

    rows: Array
    traits: dict[str, Array]
    marks: Array
    small: Array


def look(folder: Path, names: Array, rows: Array) -> Seen:
    """The pictures `names` in `folder`, whose rows are `rows`; those that cannot be read are left out."""
    found = [(row, one) for row, name in zip(rows, names, strict=True) if name and (one := _one(folder / str(name))) is not None]
    traits = {name: np.array([one[0][name] for _, one in found], np.float64) for name in (*FILE, *LIGHT)}
    marks = np.array([one[1] for _, one in found], bool).reshape(-1, 64)
    small = np.array([one[2] for _, one in found], np.float32).reshape(-1, _SMALL * _SMALL)
    return Seen(np.array([row for row, _ in found], np.int64), traits, marks, small)


def copies(seen: Seen, of: Array, among: Array) -> Array:
    """(of,) for each picture at the positions `of` the position of one in `among` that looks the same, or -1.

    The same: at most 4 of 64 bits of the difference hash differ, and the shades of small copies go together almost wholly (correlation
    0.995: two steel plates or two ones of one hand reach 0.99). Pictures of one shade are never the same.
    """
    mine, theirs = seen.marks[of].astype(np.float32), seen.marks[among].astype(np.float32)
    bits = mine.sum(axis=1)[:, None] + theirs.sum(axis=1)[None, :] - 2 * mine @ theirs.T
    flat = seen.small.std(axis=1) < _FLAT
    found = np.full(len(of), -1)
    for i, j in zip(*np.nonzero(bits <= _NEAR_BITS + 0.5), strict=True):
        a, b = of[i], among[j]
        if not flat[a] and not flat[b] and np.corrcoef(seen.small[a], seen.small[b])[0, 1] >= _ALIKE:
            found[i] = b
    return found


def _one(path: Path) -> tuple[dict[str, float], Array, Array] | None:
    from PIL import Image

    try:
        size = path.stat().st_size
        with Image.open(path) as picture:
            width, height = picture.size
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            colour = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    except (OSError, ValueError):
        return None
    shades = np.asarray(colour.convert("L"), np.float64)
    tones = np.asarray(colour.convert("HSV"), np.float64)
    angle, weight = tones[..., 0] / 255 * 2 * np.pi, tones[..., 1] / 255
    edge = np.concatenate([shades[:2].ravel(), shades[-2:].ravel(), shades[:, :2].ravel(), shades[:, -2:].ravel()])
    around = 4 * shades[1:-1, 1:-1] - shades[:-2, 1:-1] - shades[2:, 1:-1] - shades[1:-1, :-2] - shades[1:-1, 2:]
    traits = {
        "width": float(width),
        "height": float(height),
        "bytes": size / (width * height),
        "border": float(edge.mean()) if edge.std() < 2 else -1.0,
        "brightness": float(shades.mean()),
        "hue": float(np.arctan2((weight * np.sin(angle)).mean(), (weight * np.cos(angle)).mean() + 1e-9)),
        "blur": float(np.log1p(around.var())),
    }
    nine = np.asarray(colour.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    small = np.asarray(colour.convert("L").resize((_SMALL, _SMALL), Image.Resampling.BOX), np.float32)
    return traits, (nine[:, 1:] > nine[:, :-1]).ravel(), small.ravel()
