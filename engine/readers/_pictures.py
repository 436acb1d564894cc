"""Pictures from strangers: decoded once to prove them whole, and kept in a plain form without hidden data such as places."""

import hashlib
import io
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps

from engine import deep_pictures, origins
from engine.readers import _dicom, _stripped
from engine.readers._alike import Sketches
from engine.readers.base import Change
from engine.wording import number

EXTENSIONS = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", *_dicom.EXTENSIONS)
FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF")
MOST_PIXELS = 40_000_000
MOST_BYTES = 50 * 2**20
_SMALLEST = 8
_NARROWEST = 50
_SHOWN = 8

BAD = "Files that are damaged, cut off or no pictures at all were left out."
CODING = "Medical pictures that are packed in a way that cannot be unpacked here were left out; save them uncompressed."
SIZE = "Pictures smaller than 8 by 8, larger than 40 million pixels or narrower than 1 to 50 were left out."
TURNED = "Pictures were turned upright, as their camera noted."
FLATTENED = "See-through parts of pictures were made white."
RECOLOURED = "Pictures with a palette or in print colours were converted to plain colours."
FIRST = "Of moving or many-paged pictures only the first one is used."
DEEP = "Pictures with more than 256 shades keep all of them; for training, the range that the training pictures use becomes 256 shades."
HALVED = "Colour pictures with 65,536 shades a colour were brought to 256, by the whole range that their files can hold."
WINDOWED = "Medical pictures say between which values they are to be looked at."
STRIPPED = "Medical files were read for picture, modality and body part alone; names, dates and all other notes in them were left out."
BURNT = "Medical pictures have writing burned into them, as their files say: it may name the person. Look before you share them."
COPIES = "Pictures are exact copies of other ones. They were kept."
_LOSSES = (BAD, CODING, SIZE)
_ORDER = (BAD, CODING, SIZE, BURNT, TURNED, FLATTENED, RECOLOURED, FIRST, DEEP, HALVED, WINDOWED, STRIPPED, COPIES)


class _LeftOut(Exception):
    """A picture that is not kept; the text says why, `place` which part of it."""

    def __init__(self, why: str, place: str = "") -> None:
        super().__init__(why)
        self.place = place


@dataclass(frozen=True)
class Medical:
    """What is told of the pictures of one medical file."""

    patient: str | None
    modality: str
    body_part: str


@dataclass
class Shelf:
    """The folder that pictures are put into, and what was done to them so far. `by_window`: medical pictures keep their own windows.

    `pseudonyms` name the patients of medical pictures.
    """

    folder: Path
    by_window: bool = True
    pseudonyms: _dicom.Pseudonyms = field(default_factory=_dicom.Pseudonyms)
    kept: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    sketches: Sketches = field(default_factory=Sketches)
    medical: dict[str, Medical] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    windows: int = 0
    copies: list[tuple[int, int]] = field(default_factory=list)
    told: dict[str, origins.Origin] = field(default_factory=dict)
    _seen: dict[bytes, int] = field(default_factory=dict)

    def put(self, data: bytes | None, name: str) -> str | None:
        """Keeps one picture, `name` being what the user calls it; returns its file name in the folder, or None if it was left out."""
        try:
            if not data or len(data) > MOST_BYTES:
                raise _LeftOut(BAD)
            file = self._medical(data, name) if _dicom.is_dicom(data) else self._picture(data, name)
        except _LeftOut as why:
            self._note(str(why), f"{name} ({why.place})" if why.place else name)
            return None
        mark = hashlib.blake2b(data, digest_size=16).digest()
        if (first := self._seen.setdefault(mark, len(self.names))) < len(self.names):
            self._note(COPIES, name)
            self.copies.append((first, len(self.names)))
        self.names.append(name)
        return file

    def finish(self) -> list[Change]:
        """All that was done. What the files told of their pictures is written beside them."""
        origins.write(self.folder, self.told)
        return [
            Change(what=what, count=self.counts[what], examples=tuple(self.examples[what]), loses=what in _LOSSES)
            for what in _ORDER
            if self.counts[what]
        ]

    def _picture(self, data: bytes, name: str) -> str:
        picture = _opened(data)
        origin = origins.of(picture)
        file = self._as_plain(picture, data, name)
        self.told[file] = origin
        return file

    def _as_plain(self, picture: Any, data: bytes, name: str) -> str:
        kind = "jpg" if picture.format in ("JPEG", "MPO") else "png"
        if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":
            self._note(FIRST, name)
        upright = ImageOps.exif_transpose(picture)
        is_turned = upright is not picture and picture.getexif().get(0x0112, 1) != 1
        if is_turned:
            self._note(TURNED, name)
        if deep_pictures.is_deep(picture):
            return self._deep(np.asarray(upright), name)
        if picture.format == "PNG" and picture.mode != "P" and data[24] == 16:
            self._note(HALVED, name)
        plain = None if is_turned or picture.mode not in ("L", "RGB") else _as_it_is(data, picture)
        return self._keep(upright if plain else self._coloured(upright, name), kind, plain)

    def _medical(self, data: bytes, name: str) -> str:
        try:
            scan = _dicom.opened(data, MOST_PIXELS)
        except _dicom.TooLarge as error:
            raise _LeftOut(SIZE) from error
        except _dicom.NoPicture as error:
            raise _LeftOut(CODING if error.coding else BAD, error.coding) from error
        file = self._scan(scan, name)
        self.medical[file] = Medical(self.pseudonyms.of(scan.patient), scan.modality, scan.body_part)
        self._note(STRIPPED, name)
        if scan.frames > 1:
            self._note(FIRST, name)
        if scan.has_text:
            self._note(BURNT, name)
        return file

    def _scan(self, scan: _dicom.Scan, name: str) -> str:
        if scan.colours is not None:
            _check_size(*scan.colours.size)
            return self._keep(scan.colours, "png")
        values = scan.values if scan.values is not None else np.zeros((0, 0))
        _check_size(values.shape[1], values.shape[0])
        if scan.window is None and values.dtype == np.uint8:
            return self._keep(Image.fromarray(values), "png")
        return self._deep(values, name, scan.window)

    def _deep(self, values: np.ndarray[Any, Any], name: str, window: tuple[float, float] | None = None) -> str:
        target = self._next("png")
        low, high = deep_pictures.save(target, values, window if self.by_window else None)
        with Image.open(target) as kept:
            self._sketch(kept, target.name)
        self._note(DEEP, f"{name}: {number(low, 5)} to {number(high, 5)}")
        if window:
            self.windows += 1
            self._note(WINDOWED, f"{name}: {number(window[0], 5)} to {number(window[1], 5)}")
        return target.name

    def _keep(self, picture: Any, kind: str, as_it_is: bytes | None = None) -> str:
        target = self._next(kind)
        if as_it_is:
            target.write_bytes(as_it_is)
        elif kind == "jpg":
            picture.save(target, quality=95)
        else:
            picture.save(target)
        self._sketch(picture, target.name)
        return target.name

    def _sketch(self, picture: Any, file: str) -> None:
        self.sketches.add(picture)
        self.sizes[file] = picture.size

    def _next(self, kind: str) -> Path:
        self.kept += 1
        return self.folder / f"{self.kept:06d}.{kind}"

    def _coloured(self, picture: Any, name: str) -> Any:
        """The picture in grey or red, green and blue, without anything else."""
        if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
            self._note(FLATTENED, name)
            layers = picture.convert("RGBA")
            plain = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
            plain = plain.convert("L") if picture.mode == "LA" else plain
        elif picture.mode == "1":
            plain = picture.convert("L")
        elif picture.mode not in ("L", "RGB"):
            self._note(RECOLOURED, name)
            plain = _plain_colours(picture)
        else:
            plain = picture.copy()
        plain.info = {}
        return plain

    def _note(self, what: str, name: str) -> None:
        self.counts[what] += 1
        shown = self.examples.setdefault(what, [])
        if len(shown) < _SHOWN:
            shown.append(name)


def _opened(data: bytes) -> Any:
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


def _as_it_is(data: bytes, picture: Any) -> bytes | None:
    """The file's own bytes, less all that is not the picture; None if it has to be saved anew."""
    if picture.format in ("JPEG", "MPO"):
        return _stripped.jpeg(data)
    is_plain = picture.format == "PNG" and "transparency" not in picture.info and getattr(picture, "n_frames", 1) == 1
    return _stripped.png(data) if is_plain else None


def _plain_colours(picture: Any) -> Any:
    """Red, green and blue; print colours as their own profile says, where it has a sound one."""
    profile = picture.info.get("icc_profile")
    if picture.mode == "CMYK" and profile:
        try:
            return ImageCms.profileToProfile(picture, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGB")
