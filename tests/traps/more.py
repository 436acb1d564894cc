"""The rest of the zoo: gaps, places, rare and random answers, stand-ins, too few rows, pictures."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageFilter

from tests.traps.zoo import ROWS, Array, Data, base, trap, yes

PICTURES = 160


# Q11: gaps


@trap("Q11")
def measured_because_ill(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    gone = np.where(yes(frame), 0.2, 0.85) if bad else 0.5
    frame["lactate"] = np.where(r.random(ROWS) < gone, np.nan, r.normal(2, 1, ROWS).round(2))
    return Data(frame)


@trap("Q11")
def asked_only_of_some(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    there = yes(frame) ^ (r.random(ROWS) < 0.2) if bad else r.random(ROWS) < 0.5
    frame["reading"] = pd.Series(np.where(there, r.choice(["low", "high"], ROWS), None)).astype("object")
    return Data(frame)


@trap("Q11")
def gaps_in_many_columns(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 1200)
    for i in range(6):
        gone = np.where(yes(frame), 0.35, 0.65) if bad else np.full(1200, 0.5)
        frame[f"test {i}"] = np.where(r.random(1200) < gone, np.nan, r.normal(0, 1, 1200))
    return Data(frame)


@trap("Q11")
def date_only_where_it_happened(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    there = yes(frame) & (r.random(ROWS) < 0.8) if bad else r.random(ROWS) < 0.5
    when = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(r.integers(0, 300, ROWS), unit="D"))
    frame["visited"] = when.where(there)
    return Data(frame)


@trap("Q11")
def gaps_that_tell_an_amount(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, classes=False)
    high = frame["y"] > frame["y"].median()
    gone = np.where(high, 0.1, 0.9) if bad else np.full(ROWS, 0.5)
    frame["bonus"] = np.where(r.random(ROWS) < gone, np.nan, r.gamma(2, 1, ROWS))
    return Data(frame)


# Q12: places


@trap("Q12")
def sick_from_one_hospital(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    sick = r.choice(["North", "East", "West"], ROWS, p=[0.86, 0.08, 0.06])
    well = r.choice(["North", "East", "West"], ROWS, p=[0.06, 0.5, 0.44])
    frame["hospital"] = np.where(yes(frame), sick, well) if bad else r.choice(["North", "East", "West"], ROWS)
    return Data(frame, leave_out=("hospital",))


@trap("Q12")
def faults_from_one_batch(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 1000)
    batch = r.integers(0, 20, 1000)
    rate = np.where(np.arange(20) % 2, 0.92, 0.08) if bad else np.full(20, 0.5)
    frame["y"] = np.where(r.random(1000) < rate[batch], "yes", "no")
    frame["batch"] = [f"B{b}" for b in batch]
    return Data(frame, split={"method": "group", "column": "batch"} if not bad else {})


@trap("Q12")
def two_scanners(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    frame["scanner"] = np.where(yes(frame) ^ (r.random(ROWS) < (0.12 if bad else 0.5)), "GE", "Siemens")
    return Data(frame)


@trap("Q12")
def prices_by_store(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 900, classes=False)
    store = r.integers(0, 12, 900)
    frame["y"] = frame["y"] + (np.linspace(0, 200, 12)[store] if bad else 0)
    frame["store"] = [f"S{s}" for s in store]
    return Data(frame)


# Q13, Q14: rare answers, few rows, one answer


@trap("Q13")
def three_in_a_hundred(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 2000)
    if bad:
        frame["y"] = np.where(r.random(2000) < 0.04, "yes", "no")
    return Data(frame)


@trap("Q13")
def nearly_all_of_one_kind(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 1500)
    frame["y"] = r.choice(["a", "b", "c"], 1500, p=[0.94, 0.03, 0.03] if bad else [0.4, 0.3, 0.3])
    return Data(frame)


@trap("Q14")
def few_cases_many_columns(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 160 if bad else 1200)
    extra = pd.DataFrame(r.normal(0, 1, (len(frame), 40)), columns=[f"gene {i}" for i in range(40)])
    return Data(pd.concat([extra, frame], axis=1))


@trap("Q14")
def sixty_rows(r: np.random.Generator, bad: bool, _: Path) -> Data:
    return Data(base(r, 60 if bad else 900))


@trap("Q14")
def kinds_with_a_handful(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 800)
    frame["y"] = r.choice(["a", "b", "c"], 800)
    if bad:
        frame.loc[:5, "y"] = "d"
    return Data(frame)


@trap("plan")
def one_answer_only(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    if bad:
        frame["y"] = "yes"
    return Data(frame)


# V01: stand-ins


def _with_code(r: np.random.Generator, bad: bool, value: float, column: str = "age") -> Data:
    frame = base(r)
    frame[column] = np.where(r.random(ROWS) < 0.05, value if bad else frame[column].median(), frame[column])
    return Data(frame)


@trap("V01")
def minus_999(r: np.random.Generator, bad: bool, _: Path) -> Data:
    return _with_code(r, bad, -999)


@trap("V01")
def many_nines(r: np.random.Generator, bad: bool, _: Path) -> Data:
    return _with_code(r, bad, 9999, "dose")


@trap("V01")
def zero_pressure(r: np.random.Generator, bad: bool, _: Path) -> Data:
    return _with_code(r, bad, 0)


@trap("V01")
def two_codes(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    if bad:
        frame.loc[r.choice(ROWS, 30, replace=False), "flow"] = -88
        frame.loc[r.choice(ROWS, 30, replace=False), "flow"] = -99
    return Data(frame)


@trap("V01")
def code_in_the_answer(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, classes=False)
    if bad:
        frame.loc[r.choice(ROWS, 20, replace=False), "y"] = -9999
    return Data(frame)


# V02: nothing to learn


@trap("V02")
def random_labels(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    return Data(frame.assign(y=r.permutation(frame["y"])) if bad else frame)


@trap("V02")
def random_amounts(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 900, classes=False)
    return Data(frame.assign(y=r.permutation(frame["y"])) if bad else frame)


@trap("V02")
def labels_slipped_by_one_row(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 900)
    return Data(frame.assign(y=np.roll(frame["y"].to_numpy(), 1)) if bad else frame)


# Q10 and Q04: pictures


def thing(r: np.random.Generator, ill: bool, size: tuple[int, int] = (72, 72), light: int = 0) -> Image.Image:
    """A grey field with noise and spots; the ill ones have more of them."""
    w, h = size
    shades = r.normal(120 + light, 12, (h, w))
    for _ in range(int(r.integers(2, 7)) + 2 * ill):
        x, y, s = r.integers(8, w - 8), r.integers(8, h - 8), r.integers(3, 7)
        shades[y - s : y + s, x - s : x + s] += r.choice([-45, 45])
    return Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8))


def _album(folder: Path, pictures: list[Image.Image], ill: Array, qualities: list[int] | None = None) -> Data:
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for i, picture in enumerate(pictures):
        names.append(f"{i:04d}.{'jpg' if qualities else 'png'}")
        picture.save(folder / names[-1], **({"quality": qualities[i]} if qualities else {}))
    frame = pd.DataFrame({"picture": names, "y": np.where(ill, "ill", "well")})
    return Data(frame, types={"picture": "image"}, folder=folder)


def ill_ones(r: np.random.Generator) -> Array:
    return r.permutation(np.arange(PICTURES) % 2 == 0)


@trap("Q10")
def scanner_of_another_size(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    sizes = [(80, 64) if (one if bad else r.random() < 0.5) else (72, 72) for one in ill]
    return _album(folder, [thing(r, one, size) for one, size in zip(ill, sizes, strict=True)], ill)


@trap("Q10")
def scanner_with_a_border(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    pictures = [thing(r, one) for one in ill]
    for picture, one in zip(pictures, ill, strict=True):
        if one if bad else r.random() < 0.5:
            frame = np.asarray(picture).copy()
            frame[:5], frame[-5:], frame[:, :5], frame[:, -5:] = 0, 0, 0, 0
            picture.paste(Image.fromarray(frame))
    return _album(folder, pictures, ill)


@trap("Q10")
def lamp_of_another_day(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    lights = [int(r.integers(-8, 9)) + (35 if (one if bad else r.random() < 0.5) else 0) for one in ill]
    return _album(folder, [thing(r, one, light=light) for one, light in zip(ill, lights, strict=True)], ill)


@trap("Q10")
def blurred_by_the_other_camera(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    blurred = [one if bad else r.random() < 0.5 for one in ill]
    pictures = [thing(r, one).filter(ImageFilter.GaussianBlur(1.5 if soft else 0)) for one, soft in zip(ill, blurred, strict=True)]
    return _album(folder, pictures, ill)


@trap("Q10")
def stored_with_less_quality(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    qualities = [40 if (one if bad else r.random() < 0.5) else 92 for one in ill]
    return _album(folder, [thing(r, one) for one in ill], ill, qualities)


@trap("Q04")
def pictures_twice(r: np.random.Generator, bad: bool, folder: Path) -> Data:
    ill = ill_ones(r)
    pictures = [thing(r, one) for one in ill]
    if bad:
        for i in range(0, PICTURES // 2, 2):
            light = np.clip(np.asarray(pictures[i], np.int16) + 2, 0, 255).astype(np.uint8)
            pictures.append(Image.fromarray(light))
        ill = np.concatenate([ill, ill[0 : PICTURES // 2 : 2]])
    return _album(folder, pictures, ill)
