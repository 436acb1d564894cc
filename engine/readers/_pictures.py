"""Pictures from strangers: decoded once to prove them whole, and kept in a plain form without hidden data such as places."""

import io
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from engine.readers.base import Change

EXTENSIONS = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif")
FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF")
MOST_PIXELS = 40_000_000
MOST_BYTES = 50 * 2**20
_SMALLEST = 8
_NARROWEST = 50
_SHOWN = 8

BAD = "Files that are damaged, cut off or no pictures at all were left out."
SIZE = "Pictures smaller than 8 by 8, larger than 40 million pixels or narrower than 1 to 50 were left out."
TURNED = "Pictures were turned upright, as their camera noted."
FLATTENED = "See-through parts of pictures were made white."
RECOLOURED = "Pictures with a palette or in print colours were converted to plain colours."
FIRST = "Of moving or many-paged pictures only the first one is used."
DEEP = "Pictures with more than 256 shades were brought to 256, all by the same scale."
COPIES = "Pictures are exact copies of other ones. They were kept."
_ORDER = (BAD, SIZE, TURNED, FLATTENED, RECOLOURED, FIRST, DEEP, COPIES)


class _LeftOut(Exception):
    """A picture that is not kept; the text says why."""


@dataclass
class Shelf:
    """The folder that pictures are put into, and what was done to them so far."""

    folder: Path
    kept: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)
    _deep: list[Path] = field(default_factory=list)

    def put(self, data: bytes | None, name: str) -> str | None:
        """Keeps one picture, `name` being what the user calls it; returns its file name in the folder, or None if it was left out."""
        try:
            picture, kind, is_deep = self._plain(data, name)
        except _LeftOut as why:
            self._note(str(why), name)
            return None
        self.kept += 1
        target = self.folder / f"{self.kept:06d}.{kind}"
        if isinstance(picture, bytes):
            target.write_bytes(picture)
        elif is_deep:
            np.save(target.with_suffix(".npy"), np.asarray(picture), allow_pickle=False)
            self._deep.append(target)
        else:
            picture.save(target, quality=95) if kind == "jpg" else picture.save(target)
        mark = hash(data)
        if mark in self._seen:
            self._note(COPIES, name)
        self._seen.add(mark)
        return target.name

    def finish(self) -> list[Change]:
        """Brings pictures with many shades to one scale, and tells all that was done."""
        raw = [(target, target.with_suffix(".npy")) for target in self._deep]
        ends = [(float(shades.min()), float(shades.max())) for _, path in raw if (shades := np.load(path)).size]
        low, high = min((a for a, _ in ends), default=0.0), max((b for _, b in ends), default=1.0)
        for target, path in raw:
            shades = (np.load(path).astype(np.float64) - low) / max(high - low, 1e-12)
            Image.fromarray((np.clip(shades, 0, 1) * 255).round().astype(np.uint8)).save(target)
            path.unlink()
        return [
            Change(what=what, count=self.counts[what], examples=tuple(self.examples[what]), loses=what in (BAD, SIZE))
            for what in _ORDER
            if self.counts[what]
        ]

    def _plain(self, data: bytes | None, name: str) -> tuple[Any, str, bool]:
        """The bytes as they are if they are plain, else a picture to save; its ending; and whether it has many shades."""
        picture = _opened(data)
        kind = "jpg" if picture.format == "JPEG" else "png"
        if getattr(picture, "n_frames", 1) > 1:
            self._note(FIRST, name)
        if picture.mode.startswith("I") or picture.mode == "F":
            self._note(DEEP, name)
            return picture, "png", True
        upright = ImageOps.exif_transpose(picture)
        if upright is not picture and picture.getexif().get(0x0112, 1) != 1:
            self._note(TURNED, name)
        elif picture.mode in ("L", "RGB") and kind == "jpg":
            return _without_metadata(data or b""), kind, False
        elif picture.mode in ("L", "RGB") and picture.format == "PNG" and not set(picture.info) - {"dpi", "gamma", "srgb", "chromaticity"}:
            return data, kind, False
        return self._coloured(upright, name), kind, False

    def _coloured(self, picture: Any, name: str) -> Any:
        """The picture in grey or red, green and blue."""
        if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
            self._note(FLATTENED, name)
            layers = picture.convert("RGBA")
            plain = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
            return plain.convert("L") if picture.mode == "LA" else plain
        if picture.mode == "1":
            return picture.convert("L")
        if picture.mode not in ("L", "RGB"):
            self._note(RECOLOURED, name)
            return picture.convert("RGB")
        plain = picture.copy()
        plain.info = {}
        return plain

    def _note(self, what: str, name: str) -> None:
        self.counts[what] += 1
        shown = self.examples.setdefault(what, [])
        if len(shown) < _SHOWN:
            shown.append(name)


def _opened(data: bytes | None) -> Any:
    if not data or len(data) > MOST_BYTES:
        raise _LeftOut(BAD)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            _check_size(*picture.size)
            picture.load()
    except _LeftOut:
        raise
    except Image.DecompressionBombError as error:
        raise _LeftOut(SIZE) from error
    except Exception as error:
        raise _LeftOut(BAD) from error
    return picture


def _check_size(width: int, height: int) -> None:
    short, long = sorted((width, height))
    if short < _SMALLEST or width * height > MOST_PIXELS or long > _NARROWEST * short:
        raise _LeftOut(SIZE)


def _without_metadata(jpeg: bytes) -> bytes:
    """A JPEG without the parts that hold camera, place, comments and previews; the picture itself is not touched."""
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xDA:
            return b"".join([*kept, jpeg[at:]])
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if not (0xE1 <= marker <= 0xEF and marker not in (0xE2, 0xEE)) and marker != 0xFE:
            kept.append(jpeg[at : at + 2 + length])
        at += 2 + length
    return jpeg
