"""Reading picture files into arrays of bytes."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from engine import deep_pictures
from engine.deep_pictures import Scale

Array = np.ndarray[Any, Any]
Shaping = Callable[[Image.Image, tuple[int, int]], Image.Image]

UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
BATCH = 64


def stretch(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def crop(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(picture, size, Image.Resampling.BILINEAR)


def pad(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return ImageOps.pad(picture, size, Image.Resampling.BILINEAR)


def fill(result: Array, paths: Sequence[str | None], shaping: Shaping, scale: Scale) -> None:
    """Writes each picture into its place in `result` (pictures, height, width, channels), uint8. Unreadable ones stay as they are."""

    def some(start: int) -> None:
        for i in range(start, min(start + BATCH, len(paths))):
            picture = shaped(paths[i], (result.shape[2], result.shape[1]), result.shape[3] == 1, shaping, scale)
            if picture is not None:
                result[i] = np.asarray(picture).reshape(result.shape[1:])

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        list(threads.map(some, range(0, len(paths), BATCH)))


def shaped(path: str | None, size: tuple[int, int], grey: bool, shaping: Shaping, scale: Scale) -> Image.Image | None:
    """The picture upright, in grey or red-green-blue, of that (width, height); None when it cannot be read."""
    if path is None:
        return None
    try:
        with Image.open(path) as file:
            if file.size != size and file.mode in ("L", "RGB"):
                file.draft("L" if grey else "RGB", (2 * size[0], 2 * size[1]))
            upright = _upright(file)
            flat = deep_pictures.scaled(upright, *scale.of(file)) if deep_pictures.is_deep(upright) else _opaque(upright)
            plain = flat.convert("L" if grey else "RGB")
            return plain if plain.size == size else shaping(plain, size)
    except UNREADABLE:
        return None


def learn(paths: Sequence[str | None], whole: bool) -> tuple[bool, Scale]:
    """Whether all pictures are grey, and the scale of those with more than 256 shades; `whole` as in `deep_pictures.learn`."""
    grey, deep = True, []
    for path in paths:
        try:
            with Image.open(path or "") as file:
                if deep_pictures.is_deep(file):
                    file.load()
                    deep.append(deep_pictures.Seen.of(file, whole))
                elif grey:
                    grey = _is_grey(file)
        except UNREADABLE:
            continue
    return grey, deep_pictures.learn(deep, whole)


def _upright(file: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(file) if file.getexif().get(0x0112, 1) != 1 else file


def _opaque(picture: Image.Image) -> Image.Image:
    """See-through parts on white, instead of whatever colour hides under them."""
    if not picture.has_transparency_data:
        return picture
    layers = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)


def _is_grey(file: Image.Image) -> bool:
    if file.mode in ("1", "L", "LA"):
        return True
    small = np.asarray(stretch(file.convert("RGB"), (32, 32)), np.int16)
    return bool(np.abs(small - small.mean(axis=2, keepdims=True)).max() <= 4)
