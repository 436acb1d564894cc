"""The trap zoo: data sets with a planted fault, each with a twin that is the same without it. Generated, never stored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine import advice, profile
from engine.columns import Column, Table
from engine.plan import Plan

Array = np.ndarray[Any, Any]
ROWS = 600


@dataclass(frozen=True)
class Data:
    """A table with a column `y` to predict, and how the plan is set on purpose: all columns in, rows divided as said."""

    frame: pd.DataFrame
    types: dict[str, str] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trap:
    """A fault: its name, the ids of the checks that should find it, and the data with (True) or without it, from a random generator."""

    name: str
    checks: tuple[str, ...]
    make: Callable[[np.random.Generator, bool, Path], Data]


TRAPS: list[Trap] = []


def trap(*checks: str) -> Callable[[Callable[..., Data]], Callable[..., Data]]:
    def add(make: Callable[..., Data]) -> Callable[..., Data]:
        TRAPS.append(Trap(make.__name__, checks, make))
        return make

    return add


def case(data: Data) -> tuple[Plan, profile.Profile, Table]:
    """The plan a person would have with every column in use, the statistics and the rows."""
    columns = tuple(Column(id=f"c{i:04d}", name=name, type=_type(data, name)) for i, name in enumerate(data.frame.columns))  # type: ignore[arg-type]
    frame = data.frame.set_axis([column.id for column in columns], axis=1).reset_index(drop=True)
    for column in columns:
        kept = frame[column.id]
        words = kept.astype("str").where(kept.notna())
        frame[column.id] = kept.astype(float) if column.type == "number" else kept if column.type == "date" else words
    table = Table(columns, frame, data.folder)
    known, ids = profile.compute(table), {column.name: column.id for column in columns}
    plan, _ = advice.plan("d1", table, known, ids["y"])
    split = {"method": "random", "column": "", **data.split}
    split["column"] = ids.get(split["column"], "")
    usable = ("image",) if data.folder else ("number", "category", "date")
    away = {ids["y"], *(ids[name] for name in data.leave_out), *([split["column"]] if split["method"] == "group" else [])}
    inputs = tuple(column.id for column in columns if column.id not in away and column.type in usable)
    return plan.model_copy(update={"inputs": inputs, "split": plan.split.model_copy(update=split)}), known, table


def _type(data: Data, name: str) -> str:
    kind = data.frame[name].dtype
    return data.types.get(name) or ("date" if kind.kind == "M" else "number" if kind.kind in "fiu" else "category")


def base(r: np.random.Generator, n: int = ROWS, classes: bool = True) -> pd.DataFrame:
    """Honest rows: five columns, some of which have to do with `y`."""
    a, b, c = r.normal(50, 10, n), r.gamma(3, 2, n), r.normal(0, 1, n)
    site = r.choice(["red", "green", "blue"], n)
    score = (a - 50) / 10 + 0.3 * (b - 6) + (site == "red") + r.normal(0, 1, n)
    y = np.where(score > np.median(score), "yes", "no") if classes else 100 + 12 * score
    flow = r.normal(3, 1, n).round(3)
    return pd.DataFrame({"age": a.round(1), "dose": b.round(2), "marker": c.round(3), "colour": site, "flow": flow, "y": y})


def yes(frame: pd.DataFrame) -> Array:
    return (frame["y"] == "yes").to_numpy()


# Q01: the answer in a column


@trap("Q01")
def copy_of_the_answer(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    frame["code"] = np.where(yes(frame) if bad else r.random(len(frame)) < 0.5, "X9", "A1")
    return Data(frame)


@trap("Q01")
def nearly_a_copy(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    flip = r.random(len(frame)) < (0.01 if bad else 0.4)
    frame["state"] = np.where(yes(frame) ^ flip, "open", "shut")
    return Data(frame)


@trap("Q01")
def many_codes_for_the_answer(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    k = r.integers(0, 5, len(frame))
    frame["treatment"] = [f"T{i + 5 * (y if bad else 0)}" for i, y in zip(k, yes(frame), strict=True)]
    return Data(frame)


@trap("Q01")
def other_unit_of_the_answer(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, classes=False)
    frame["in pounds"] = (frame["y"] * 2.2046 if bad else r.normal(200, 30, ROWS)).round(1)
    return Data(frame)


@trap("Q01")
def answer_with_a_little_noise(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, classes=False)
    frame["estimate"] = frame["y"] + r.normal(0, frame["y"].std() * (0.05 if bad else 1.5), ROWS)
    return Data(frame)


@trap("Q01")
def curved_copy_of_the_answer(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, n=1500, classes=False)
    frame["energy"] = np.exp((frame["y"] if bad else r.permutation(frame["y"])) / 30)
    return Data(frame)


@trap("Q01")
def prediction_of_another_model(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, classes=False).rename(columns={"y": "density"})
    frame["predicted density" if bad else "old weight"] = frame["density"] + r.normal(0, 10, ROWS)
    return Data(frame.rename(columns={"density": "y", "predicted density": "predicted y"}))


@trap("Q01")
def fault_of_a_kind(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 1200)
    rare = r.random(1200) < 0.08
    frame["y"] = np.where(rare, "yes", "no")
    part = rare if bad else r.random(1200) < 0.08
    frame["tool worn"] = np.where(part & (r.random(1200) < 0.4), 1, 0)
    return Data(frame)


@trap("Q01")
def smooth_number_that_settles_it(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    frame["lab index"] = np.where(yes(frame), 4.0, 0.0) * (1 if bad else 0.2) + r.normal(0, 0.5, ROWS)
    return Data(frame)


# Q03: names of rows


@trap("Q03")
def numbered_rows(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    frame.insert(0, "nr", np.arange(1, ROWS + 1) if bad else r.integers(0, 40, ROWS))
    return Data(frame)


@trap("Q03")
def patient_codes(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    frame.insert(0, "customer id", [f"{n:04d}-XK" for n in r.permutation(9000)[:ROWS]] if bad else r.choice(["A1", "B2"], ROWS))
    return Data(frame)


@trap("Q03")
def long_hashes(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    frame["ref"] = ["".join(r.choice(list("0123456789abcdef"), 32)) for _ in range(ROWS)] if bad else r.choice(list("abc"), ROWS)
    return Data(frame)


@trap("Q03")
def sorted_by_the_answer(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r).sort_values("y").reset_index(drop=True)
    counted = 1000 + np.cumsum(r.integers(1, 9, ROWS))
    frame["lab sequence"] = counted if bad else r.permutation(counted)
    return Data(frame)


@trap("Q03")
def growing_counter(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, classes=False)
    counted = np.cumsum(r.integers(1, 30, ROWS))
    frame["ticks"] = counted if bad else r.permutation(counted)
    return Data(frame)


# Q04: copies


@trap("Q04")
def oversampled_before(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 250 if bad else 1000)
    return Data(frame.sample(1000, replace=True, random_state=1).reset_index(drop=True) if bad else frame)


@trap("Q04")
def nearly_the_same_rows(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 900)
    if bad:
        again = frame.sample(300, random_state=2).copy()
        for name in ("age", "dose", "marker", "flow"):
            again[name] = again[name] + r.normal(0, frame[name].std() * 1e-4, 300)
        frame = pd.concat([frame, again]).sample(frac=1, random_state=3).reset_index(drop=True)
    return Data(frame)


@trap("Q04")
def augmented_before(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 300, classes=False)
    smooth = ["age", "dose", "marker", "flow"]
    if bad:
        frame = pd.concat([frame.assign(**{n: frame[n] * (1 + r.normal(0, 1e-4, 300)) for n in smooth}) for _ in range(3)])
    return Data(frame.sample(frac=1, random_state=3).reset_index(drop=True))


@trap("Q04")
def same_sample_measured_again(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 300, classes=False)
    if bad:
        frame = frame.loc[np.repeat(frame.index, 3)].reset_index(drop=True)
    frame["days"] = r.choice([3, 7, 28, 56, 90], len(frame))
    frame["y"] = frame["y"] + 0.3 * frame["days"] + r.normal(0, 3, len(frame))
    return Data(frame)


@trap("Q04")
def copies_across_time(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 500)
    frame = pd.concat([frame, frame if bad else base(r, 500)], ignore_index=True)
    frame["day"] = pd.date_range("2020-01-01", periods=1000)
    return Data(frame, split={"method": "time", "column": "day"}, leave_out=("day",))


# Q05: the same case on both sides


def _people(r: np.random.Generator, each: int, name: str, code: Callable[[int], object]) -> pd.DataFrame:
    people = base(r, ROWS // each)
    frame = people.loc[np.repeat(people.index, each)].reset_index(drop=True)
    frame["pulse"] = r.normal(70, 9, len(frame)).round(1)
    frame["heat"] = r.normal(37, 0.5, len(frame)).round(2)
    frame["marker"] = r.normal(0, 1, len(frame)).round(3)
    frame.insert(0, name, np.repeat([code(i) for i in range(len(people))], each))
    return frame.sample(frac=1, random_state=5).reset_index(drop=True)


@trap("Q05")
def same_patients(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _people(r, 4, "patient_id", lambda i: f"P{i:03d}")
    return Data(frame, split={} if bad else {"method": "group", "column": "patient_id"})


@trap("Q05")
def same_machines(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _people(r, 12, "machine", lambda i: f"M{i}")
    return Data(frame, split={} if bad else {"method": "group", "column": "machine"})


@trap("Q05")
def same_subjects_by_number(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _people(r, 6, "subject", lambda i: 100 + i)
    return Data(frame, split={} if bad else {"method": "group", "column": "subject"})


@trap("Q05")
def same_people_without_a_name(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _people(r, 5, "ref", lambda i: f"{7919 * (i + 3) % 10007:05d}")
    return Data(frame, types={"ref": "category"}, split={} if bad else {"method": "group", "column": "ref"})


@trap("Q05")
def same_wafer(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _people(r, 3, "wafer no", lambda i: 5000 + i)
    return Data(frame, split={} if bad else {"method": "group", "column": "wafer no"})


@trap("Q05")
def same_people_by_account(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _people(r, 8, "account", lambda i: f"AC-{i}")
    return Data(frame, split={} if bad else {"method": "group", "column": "account"})


# Q06: time


def _days(r: np.random.Generator, smooth: float, classes: bool) -> pd.DataFrame:
    n, level = 800, np.zeros(800)
    for i in range(1, n):
        level[i] = smooth * level[i - 1] + r.normal(0, 1)
    y = level + r.normal(0, 0.2, n)
    load, wind = (y + r.normal(0, 2, n)).round(2), r.normal(5, 2, n)
    frame = pd.DataFrame({"day": pd.date_range("2021-01-01", periods=n), "load": load, "wind": wind})
    frame["y"] = np.where(y > np.median(y), "yes", "no") if classes else y.round(3)
    return frame


@trap("Q06")
def shuffled_days(r: np.random.Generator, bad: bool, _: Path) -> Data:
    return Data(_days(r, 0.97 if bad else 0.0, classes=False))


@trap("Q06")
def shuffled_days_of_classes(r: np.random.Generator, bad: bool, _: Path) -> Data:
    return Data(_days(r, 0.97 if bad else 0.0, classes=True))


@trap("Q06")
def answers_that_drift(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r, 800, classes=False)
    frame["sold on"] = pd.date_range("2019-01-01", periods=800)
    frame["y"] = frame["y"] + (np.linspace(0, 150, 800) if bad else 0)
    return Data(frame)


@trap("Q06")
def hours_in_any_order(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _days(r, 0.95, classes=False).rename(columns={"day": "hour"})
    frame = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    return Data(frame, split={} if bad else {"method": "time", "column": "hour"})


@trap("Q06")
def known_at_discharge(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    told = np.where(yes(frame) ^ (r.random(ROWS) < 0.12), "ward", "home")
    frame["discharge to" if bad else "came by"] = told if bad else r.choice(["car", "foot"], ROWS)
    return Data(frame)


@trap("Q06")
def refund_after_the_complaint(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    paid = np.where(yes(frame), r.gamma(2, 30, ROWS) * (r.random(ROWS) < 0.7), 0) + r.gamma(1, 5, ROWS)
    frame["refund" if bad else "price"] = (paid if bad else r.gamma(2, 30, ROWS)).round(2)
    return Data(frame)


@trap("Q06")
def later_date(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = base(r)
    frame["opened"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(r.permutation(ROWS), unit="D")
    lag = np.where(yes(frame), r.integers(20, 60, ROWS), r.integers(1, 30, ROWS))
    frame["paid"] = frame["opened"] + pd.to_timedelta(lag if bad else r.integers(-60, 60, ROWS), unit="D")
    return Data(frame)


@trap("Q06")
def running_mean_with_today(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _days(r, 0.6, classes=False)
    mean = frame["y"].rolling(7, min_periods=1).mean()
    frame["weekly mean"] = mean if bad else mean.shift(1).bfill()
    return Data(frame, split={"method": "time", "column": "day"})


@trap("Q06")
def tomorrow_as_a_column(r: np.random.Generator, bad: bool, _: Path) -> Data:
    frame = _days(r, 0.6, classes=False)
    frame["level"] = frame["y"].shift(-1 if bad else 1).ffill().bfill()
    return Data(frame, split={"method": "time", "column": "day"})
