"""How long a file takes from the disk to a typed, profiled dataset, and how much memory.

Prints a table; asserts nothing about time. Run: make bench ARGS=tests/bench/test_intake.py
"""

import gc
import io
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from engine import datasets
from engine.store.workspace import Workspace

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
MEGABYTE = 2**20
_ROWS = 20_000
_LOOKS = 7


@pytest.mark.parametrize("megabytes", [20, 200])
def test_a_text_table(workspace: Workspace, megabytes: int) -> None:
    """Twelve columns: numbers, a date, categories, quoted text and gaps."""
    _report(f"CSV of {megabytes} MB", *_added(workspace, _csv(workspace.uploads / "table.csv", megabytes)))


def test_pictures(workspace: Workspace) -> None:
    """50,000 JPEGs of 32 by 32 in ten class folders."""
    _report("50,000 pictures", *_added(workspace, _zip(workspace.uploads / "pictures.zip", 50_000)))


def _added(workspace: Workspace, path: Path) -> tuple[Workspace, datasets.Dataset, float, float, float]:
    """(..., seconds, peak MB of the reading process, MB by which this process grew)."""
    gc.collect()
    before = psutil.Process().memory_info().rss
    peak, done = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(peak, done))
    watch.start()
    began = time.perf_counter()
    dataset = datasets.add(workspace, path, path.name)
    seconds = time.perf_counter() - began
    done.set()
    watch.join()
    return workspace, dataset, seconds, peak[0] / MEGABYTE, (psutil.Process().memory_info().rss - before) / MEGABYTE


def _watch(peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.05):
        for child in psutil.Process().children():
            try:
                peak[0] = max(peak[0], child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue


def _report(title: str, workspace: Workspace, dataset: datasets.Dataset, seconds: float, peak: float, grown: float) -> None:
    size = dataset.bytes / MEGABYTE
    looks = {
        "head": _milliseconds(lambda: datasets.head(workspace, dataset.id)),
        "profile": _milliseconds(lambda: datasets.profile(workspace, dataset.id)),
        "table": _milliseconds(lambda: datasets.table(workspace, dataset.id), 1),
    }
    print(f"\n{title}: {size:.0f} MB, {dataset.rows:,} rows, {len(dataset.columns)} columns")
    print(f"  read, typed and profiled  {seconds:8.1f} s   {size / seconds:6.1f} MB/s   {dataset.rows / seconds:10,.0f} rows/s")
    print(f"  peak memory of the reader {peak:8.0f} MB  {peak / max(size, 1):6.1f} times the file")
    print(f"  this process grew by      {grown:8.1f} MB")
    for name, spent in looks.items():
        print(f"  {name:<25} {spent:8.1f} ms")


def _milliseconds(look: Callable[[], Any], times: int = _LOOKS) -> float:
    """The median after a first, unmeasured look."""
    look()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        look()
        spent.append((time.perf_counter() - began) * 1000)
    return median(spent)


def _csv(path: Path, megabytes: int) -> Path:
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,when,site,amount,rate,temperature,pressure,code,note,flag,gaps,share\n")
        rows = 0
        while file.tell() < megabytes * MEGABYTE:
            file.write("\n".join(map(",".join, zip(*_columns(rng, rows), strict=True))) + "\n")
            rows += _ROWS
    return path


def _columns(rng: np.random.Generator, start: int) -> list[Any]:
    gaps = np.where(rng.random(_ROWS) < 0.05, "", np.round(rng.random(_ROWS), 5).astype(str))
    return [
        np.arange(start, start + _ROWS).astype(str),
        np.char.add("2024-01-", np.char.zfill(rng.integers(1, 29, _ROWS).astype(str), 2)),
        rng.choice(["Berlin", "Paris", "Rome", "São Paulo"], _ROWS),
        np.round(rng.gamma(2, 100, _ROWS), 2).astype(str),
        np.round(rng.random(_ROWS), 6).astype(str),
        np.round(rng.normal(20, 5, _ROWS), 1).astype(str),
        rng.integers(900, 1100, _ROWS).astype(str),
        np.char.add("K", rng.integers(0, 500, _ROWS).astype(str)),
        rng.choice(["ok", '"late, but ok"', "bad"], _ROWS),
        rng.integers(0, 2, _ROWS).astype(str),
        gaps,
        rng.random(_ROWS).astype(str),
    ]


def _zip(path: Path, count: int) -> Path:
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            out = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(out, "JPEG")
            archive.writestr(f"pictures/class {number % 10}/{number:05d}.jpg", out.getvalue())
    return path
