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
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from engine import datasets
from engine.store.workspace import Workspace
from tests.bench import filled
from tests.bench.tables import MEGABYTE, SCALE, megabytes, ms, ratio, scaled, seconds, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
_LOOKS = scaled(7, 3)


@pytest.mark.parametrize("size", [20, 200])
def test_a_text_table(workspace: Workspace, size: int) -> None:
    """Twelve columns: numbers, a date, categories, quoted text and gaps."""
    path = filled.csv(workspace.uploads / "table.csv", size * min(1.0, SCALE))
    _report(f"CSV of {megabytes(path.stat().st_size)}", *_added(workspace, path))


def test_pictures(workspace: Workspace) -> None:
    """50,000 JPEGs of 32 by 32 in ten class folders."""
    _report("A zip of pictures", *_added(workspace, _zip(workspace.uploads / "pictures.zip", scaled(50_000, 500))))


def _added(workspace: Workspace, path: Path) -> tuple[Workspace, datasets.Dataset, float, int, int]:
    """(..., seconds, the reading process at its largest, what this process grew by; both in bytes)."""
    gc.collect()
    before = psutil.Process().memory_info().rss
    peak, done = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(peak, done))
    watch.start()
    began = time.perf_counter()
    dataset = datasets.add(workspace, path, path.name)
    spent = time.perf_counter() - began
    done.set()
    watch.join()
    return workspace, dataset, spent, peak[0], psutil.Process().memory_info().rss - before


def _watch(peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.05):
        for child in psutil.Process().children():
            try:
                peak[0] = max(peak[0], child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue


def _report(title: str, workspace: Workspace, dataset: datasets.Dataset, spent: float, peak: int, grown: int) -> None:
    per = f"{dataset.bytes / MEGABYTE / spent:.1f} MB/s", f"{dataset.rows / spent:,.0f} rows/s"
    held = megabytes(peak), f"{ratio(peak, dataset.bytes)} times the file", megabytes(grown)
    heads = ["read, typed and profiled", "speed", "", "reader's peak", "", "this process grew by"]
    show(f"{title}, {dataset.rows:,} rows, {len(dataset.columns)} columns", heads, [[seconds([spent]), *per, *held]])
    looks: dict[str, Callable[[], Any]] = {
        "head": lambda: datasets.head(workspace, dataset.id),
        "profile": lambda: datasets.profile(workspace, dataset.id),
        "table": lambda: datasets.table(workspace, dataset.id),
    }
    show(f"Looking at it afterwards (median of {_LOOKS})", ["look", "time"], [[name, ms(_spent(look))] for name, look in looks.items()])


def _spent(look: Callable[[], Any]) -> list[float]:
    """Seconds of each look after a first, unmeasured one."""
    look()
    return [_timed(look) for _ in range(_LOOKS)]


def _timed(look: Callable[[], Any]) -> float:
    began = time.perf_counter()
    look()
    return time.perf_counter() - began


def _zip(path: Path, count: int) -> Path:
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            out = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(out, "JPEG")
            archive.writestr(f"pictures/class {number % 10}/{number:05d}.jpg", out.getvalue())
    return path
