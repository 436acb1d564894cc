"""The two sample picture sets: rendered steel surfaces, and scikit-learn's handwritten digits as small pictures.

A surface is drawn at twice its final size as heights and stains on brushed metal, then lit from one side, blurred a
little, and given camera noise. Every picture is brought to its own random brightness and contrast, whatever its class,
so neither tells the class.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, rotate, zoom
from sklearn.datasets import load_digits

SIZE = 64
FINE = 2 * SIZE
CLASSES = ("none", "pits", "scratches", "stains")
PER_CLASS = 200
DIGIT, MARGIN = 32, 3

Picture = tuple[str, Image.Image]


def steel_defects(seed: int = 5) -> Iterator[Picture]:
    """(path, 64x64 grey picture) of 800 plates in class folders; numbers run through all classes in random order."""
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(np.repeat(CLASSES, PER_CLASS))
    for number, kind in enumerate(kinds, start=1):
        yield f"{kind}/plate_{number:03d}.jpg", Image.fromarray(surface(kind, rng))


def digits() -> Iterator[Picture]:
    """(path, 32x32 grey picture) of 1,797 digits in class folders, enlarged smoothly from 8x8 onto a black ground."""
    source = load_digits()
    for number, (pixels, digit) in enumerate(zip(source.images, source.target, strict=True), start=1):
        small = Image.fromarray((pixels * 255 / 16).round().astype(np.uint8))
        inner = DIGIT - 2 * MARGIN
        large = np.pad(np.asarray(small.resize((inner, inner), Image.Resampling.BICUBIC)), MARGIN)
        yield f"{digit}/digit_{number:04d}.png", Image.fromarray((large // 17 * 17).astype(np.uint8))


def write_zip(path: Path, pictures: Iterable[Picture]) -> None:
    """Pictures in name order, all dated the same, so the same pictures give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, picture in sorted(pictures, key=lambda item: item[0]):
            content = io.BytesIO()
            picture.save(content, "JPEG" if name.endswith(".jpg") else "PNG", quality=88, optimize=True)
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content.getvalue())


def surface(kind: str, rng: np.random.Generator) -> np.ndarray:
    """One plate: (64, 64) uint8."""
    height, shade = _brushed(rng), np.zeros((FINE, FINE))
    light = rng.uniform(0, 2 * np.pi)
    if kind == "scratches":
        height, shade = _scratches(rng, height, shade)
    if kind == "pits":
        height, shade = _pits(rng, height, shade, rng.integers(6, 17), rng.uniform(0.7, 1.5))
    if kind == "stains":
        shade = shade + _stain(rng)
    if rng.random() < 0.2:
        height, shade = _pits(rng, height, shade, rng.integers(1, 3), rng.uniform(0.35, 0.7))
    relief = np.cos(light) * np.gradient(height, axis=1) + np.sin(light) * np.gradient(height, axis=0)
    grey = 0.5 * height + 1.9 * relief + shade + _lighting(rng, light)
    return _photograph(rng, grey)


def _brushed(rng: np.random.Generator) -> np.ndarray:
    """Fine parallel streaks of several lengths, roughly along the rolling direction, with some loose grain."""
    wide = FINE * 3 // 2
    streaks = sum(
        weight * _unit(gaussian_filter(rng.normal(size=(wide, wide)), (across, along), mode="wrap", truncate=2.5))
        for weight, across, along in ((0.5, 0.6, 6), (0.45, 0.9, 20), (0.3, 2.4, 40))
    )
    turned = rotate(streaks, rng.normal(0, 9), reshape=False, order=1, mode="wrap")
    edge = (wide - FINE) // 2
    grain = _unit(gaussian_filter(rng.normal(size=(FINE, FINE)), 0.8))
    return rng.uniform(0.2, 0.42) * turned[edge : edge + FINE, edge : edge + FINE] + rng.uniform(0.06, 0.15) * grain


def _scratches(rng: np.random.Generator, height: np.ndarray, shade: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One to three long, slightly bent grooves with a raised rim, some broken off, some faint."""
    for _ in range(rng.integers(1, 4)):
        path, strength = _groove(rng), rng.uniform(1.2, 2.6)
        skips = gaussian_filter(rng.normal(size=path.shape), 9)
        path = path * (1 - 0.7 * (skips > rng.uniform(0.9, 2.0) * skips.std()))
        core, rim = gaussian_filter(path, rng.uniform(0.5, 1.0)), gaussian_filter(path, 2.2)
        height = height + strength * (1.4 * rim - 1.8 * core)
        shade = shade + strength * rng.choice([-0.9, 1.1], p=[0.6, 0.4]) * core
    return height, shade


def _groove(rng: np.random.Generator) -> np.ndarray:
    centre, angle = rng.uniform(0.25, 0.75, 2) * FINE, rng.uniform(0, np.pi)
    half = rng.uniform(0.32, 0.8) * FINE * np.array([np.cos(angle), np.sin(angle)])
    bend = rng.normal(0, 0.06) * FINE * np.array([-np.sin(angle), np.cos(angle)])
    t = np.linspace(-1, 1, 40)[:, None]
    points = centre + t * half + (1 - t**2) * bend
    canvas = Image.new("L", (FINE, FINE))
    ImageDraw.Draw(canvas).line([tuple(point) for point in points], fill=255, width=int(rng.integers(1, 4)))
    return np.asarray(canvas) / 255


def _pits(
    rng: np.random.Generator, height: np.ndarray, shade: np.ndarray, count: int, depth: float
) -> tuple[np.ndarray, np.ndarray]:
    """Small irregular hollows, often in a cluster: dark inside, one wall lit, the other in shadow."""
    y, x = np.mgrid[:FINE, :FINE]
    centre, spread = rng.uniform(0.25, 0.75, 2) * FINE, rng.uniform(0.08, 0.3) * FINE
    ripple = _unit(gaussian_filter(rng.normal(size=(FINE, FINE)), 2.5))
    for cx, cy in np.clip(rng.normal(centre, spread, (count, 2)), 3, FINE - 3):
        radius, squeeze, angle = 2.0 + rng.gamma(2.2, 1.1), rng.uniform(0.65, 1.0), rng.uniform(0, np.pi)
        along = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
        across = ((y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)) / squeeze
        inside = radius - np.hypot(along, across) - 0.22 * radius * ripple
        bowl = np.sqrt(np.clip(inside / radius, 0, 1))
        height = height * (1 - 0.8 * bowl) - 0.9 * depth * radius * bowl
        shade = shade + depth * (0.3 * radius - 1.0) * bowl
    return height, shade


def _stain(rng: np.random.Generator) -> np.ndarray:
    """A dried patch of liquid: uneven inside, an irregular outline, often a darker tide mark along it."""
    y, x = np.mgrid[:FINE, :FINE] / FINE
    cx, cy, angle = *rng.uniform(0.2, 0.8, 2), rng.uniform(0, np.pi)
    along = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
    across = ((y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)) * rng.uniform(1, 1.8)
    outline = 0.07 * _unit(gaussian_filter(rng.normal(size=(FINE, FINE)), 9)) + 0.025 * _unit(
        gaussian_filter(rng.normal(size=(FINE, FINE)), 3)
    )
    inside = rng.uniform(0.14, 0.34) - np.hypot(along, across) + outline
    body = _step(inside / rng.uniform(0.008, 0.05))
    mark = np.exp(-((inside / 0.022) ** 2))
    uneven = 1 + 0.3 * _unit(gaussian_filter(rng.normal(size=(FINE, FINE)), 6))
    strength = rng.uniform(0.75, 1.7) * rng.choice([-1, 0.75], p=[0.75, 0.25])
    return strength * body * uneven - rng.uniform(0, 0.9) * mark


def _lighting(rng: np.random.Generator, light: float) -> np.ndarray:
    """A lamp from one side, the soft band it mirrors in, and darker corners."""
    y, x = np.mgrid[:FINE, :FINE] / FINE - 0.5
    slope = rng.uniform(0.2, 1.0) * (x * np.cos(light) + y * np.sin(light))
    turn = light + rng.normal(0, 0.3)
    offset = x * np.cos(turn) + y * np.sin(turn) - rng.uniform(-0.5, 0.5)
    band = rng.uniform(0, 0.6) * np.exp(-((offset / rng.uniform(0.12, 0.35)) ** 2))
    return slope + band - rng.uniform(0, 0.9) * (x**2 + y**2)


def _photograph(rng: np.random.Generator, grey: np.ndarray) -> np.ndarray:
    small = zoom(gaussian_filter(grey, rng.uniform(0.7, 1.4)), 0.5, order=1)
    small = _unit(small) + rng.normal(0, rng.uniform(0.04, 0.14), small.shape)
    return np.clip(rng.uniform(100, 155) + rng.uniform(20, 34) * small, 0, 255).round().astype(np.uint8)


def _unit(x: np.ndarray) -> np.ndarray:
    return (x - x.mean()) / x.std()


def _step(x: np.ndarray) -> np.ndarray:
    """A smooth step from 0 to 1."""
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))
