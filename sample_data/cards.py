"""The card pictures: each drawn from its sample's own data, with colours that read on a light and a dark page."""

from pathlib import Path

import numpy as np
import pandas as pd
from pictures import CLASSES, Picture
from PIL import Image, ImageDraw

WIDTH, HEIGHT, EDGE = 280, 136, 6
INDIGO, AMBER, GREEN, GREY = "#6366f1", "#f59e0b", "#10b981", "#94a3b8"
TILE, GAP, RADIUS = 64, 8, 6


def breast_cancer(table: pd.DataFrame) -> str:
    x, y = _fit(table["worst radius"], WIDTH), _fit(-table["worst concave points"], HEIGHT)
    malignant = table["diagnosis"] == "malignant"
    return _svg(_dots(x[~malignant], y[~malignant], INDIGO), _dots(x[malignant], y[malignant], AMBER))


def diabetes_progression(table: pd.DataFrame) -> str:
    mass, score = table["body mass index (kg/m²)"], table["disease progression"]
    x, y = _fit(mass, WIDTH), _fit(-score, HEIGHT)
    slope, start = np.polyfit(x, y, 1)
    ends = np.array([x.min(), x.max()])
    return _svg(_dots(x, y, INDIGO), _line(ends, slope * ends + start, AMBER, 2.5))


def machine_failure(table: pd.DataFrame) -> str:
    """Tool wear, torque and vibration of the machine that failed most often; its failures are dots."""
    failed = table["failure"] == "Yes"
    busiest = table.loc[failed, "machine id"].mode()[0]
    log = table[table["machine id"] == busiest].head(90)
    x = _fit(log["timestamp"].astype("int64"), WIDTH)
    rows = (("tool wear (min)", INDIGO), ("torque (Nm)", GREEN), ("vibration (mm/s)", GREY))
    band = (HEIGHT - 4) / len(rows)
    parts = []
    for place, (column, colour) in enumerate(rows):
        y = _fit(-log[column].interpolate(), band, EDGE) + place * band + 2
        stops = (log["failure"] == "Yes").to_numpy()
        parts += [_line(x, y, colour, 1.6), _dots(x[stops], y[stops], AMBER, 6.5)]
    return _svg(*parts)


def loan_risk(table: pd.DataFrame) -> str:
    """One column a band of monthly burden, from light to heavy: the share not repaid in amber."""
    burden = table["loan amount (€)"] / table["term (months)"] / table["yearly income (€)"]
    bands = pd.cut(burden[burden < burden.quantile(0.98)], 14, labels=False)
    counts = pd.crosstab(bands, table["outcome"].loc[bands.index])
    step, tallest = (WIDTH - 2 * EDGE) / len(counts), counts.sum(axis=1).max()
    bars = []
    for place, (_, row) in enumerate(counts.iterrows()):
        left, floor = EDGE + place * step + 1.5, HEIGHT - EDGE
        for outcome, colour in (("default", AMBER), ("repaid", INDIGO)):
            tall = row[outcome] / tallest * (HEIGHT - 2 * EDGE)
            floor -= tall
            bars.append(f'<rect x="{left:.1f}" y="{floor:.1f}" width="{step - 3:.1f}" height="{tall:.1f}" fill="{colour}"/>')
    return _svg(*bars)


def steel_defects(pictures: list[Picture]) -> Image.Image:
    """The first two pictures of each class, one below the other."""
    by_class = [[picture for name, picture in pictures if name.split("/")[0] == kind][:2] for kind in CLASSES]
    return _sheet([pair[row] for row in (0, 1) for pair in by_class])


def digits(pictures: list[Picture]) -> Image.Image:
    """The most ordinary picture of each digit: the one nearest to the mean of its class."""
    ordinary = []
    for digit in "12345678":
        own = [picture for name, picture in pictures if name.split("/")[0] == digit]
        pixels = np.stack([np.asarray(picture, float) for picture in own])
        distance = ((pixels - pixels.mean(axis=0)) ** 2).sum(axis=(1, 2))
        ordinary.append(own[int(distance.argmin())])
    return _sheet(ordinary)


def write(path: Path, drawing: str | Image.Image) -> None:
    if isinstance(drawing, str):
        path.write_text(drawing, encoding="utf-8", newline="\n")
    else:
        drawing.save(path, optimize=True)


def _sheet(tiles: list[Image.Image]) -> Image.Image:
    """Four by two tiles with round corners on a transparent ground."""
    sheet = Image.new("LA", (WIDTH, HEIGHT))
    for place, picture in enumerate(tiles):
        tile = picture.resize((TILE, TILE), Image.Resampling.BICUBIC).point(lambda grey: grey // 8 * 8)
        corner = (place % 4 * (TILE + GAP), place // 4 * (TILE + GAP))
        sheet.paste(tile.convert("LA"), corner, _round_mask())
    return sheet


def _round_mask() -> Image.Image:
    large = Image.new("L", (4 * TILE, 4 * TILE))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, 4 * TILE - 1, 4 * TILE - 1), 4 * RADIUS, fill=255)
    return large.resize((TILE, TILE), Image.Resampling.BOX)


def _fit(values: pd.Series, length: float, edge: float = EDGE + 2) -> np.ndarray:
    """Values stretched to lie between `edge` and `length - edge`."""
    low, high = values.min(), values.max()
    return (edge + (values - low) / (high - low) * (length - 2 * edge)).to_numpy()


def _dots(x: np.ndarray, y: np.ndarray, colour: str, size: float = 4.5) -> str:
    moves = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x, y, strict=True))
    return f'<path d="{moves}" stroke="{colour}" stroke-width="{size}" stroke-opacity=".85"/>'


def _line(x: np.ndarray, y: np.ndarray, colour: str, width: float) -> str:
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<polyline points="{points}" stroke="{colour}" stroke-width="{width}"/>'


def _svg(*parts: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'{head} fill="none" stroke-linecap="round" stroke-linejoin="round">{"".join(parts)}</svg>\n'
