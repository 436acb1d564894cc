"""How long a file takes from the disk to a typed, profiled dataset, and how much memory.

Prints a table; asserts nothing about time. Run: make bench ARGS=tests/bench/test_intake.py
"""

import gc
import io
import json
import resource
import subprocess
import sys
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
from tests.bench import filled, mixed
from tests.bench.tables import MEGABYTE, SCALE, megabytes, ms, ratio, scaled, seconds, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
_LOOKS = scaled(7, 3)
_SIZES = {"1 MB": 10_000, "100 MB": 1_000_000, "1 GB": 10_000_000}
_PANDAS = """
import json, resource, sys, time
import pandas
began = time.perf_counter()
rows = len(getattr(pandas, sys.argv[1])(sys.argv[2]))
spent = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([rows, spent, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
"""


@pytest.mark.parametrize("size", [20, 200])
def test_a_text_table(workspace: Workspace, size: int) -> None:
    """Twelve columns: numbers, a date, categories, quoted text and gaps."""
    path = filled.csv(workspace.uploads / "table.csv", size * min(1.0, SCALE))
    _report(f"CSV of {megabytes(path.stat().st_size)}", *_added(workspace, path))


@pytest.mark.parametrize("size", list(_SIZES))
@pytest.mark.parametrize(("kind", "made", "plain"), [("csv", mixed.csv, "read_csv"), ("parquet", mixed.parquet, "read_parquet")])
def test_beside_pandas(workspace: Workspace, tmp_path: Path, kind: str, made: Callable[[Path, int], Path], plain: str, size: str) -> None:
    """Fifteen columns: typed, written and profiled, beside pandas' reading of the same file in a process of its own."""
    path = made(tmp_path / f"rows.{kind}", scaled(_SIZES[size], 100))
    rounds = 1 if size == "1 GB" else 3
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_added_again(workspace, path))
        theirs.append(_pandas(plain, path))
    assert len({rows for rows, *_ in (*ours, *theirs)}) == 1
    heads = [f"{kind}, {size} of text", "time", "processor", "peak", "of the file"]
    lines = [_line("Modelwright", ours, path), _line(f"pandas.{plain}", theirs, path)]
    middle = [[float(np.median([one[i] for one in many])) for i in (1, 2, 3)] for many in (ours, theirs)]
    lines.append(["ratio", *(ratio(ours, theirs) for ours, theirs in zip(*middle, strict=True)), ""])
    show(f"{kind.upper()} of {megabytes(path.stat().st_size)}, {ours[0][0]:,} rows, 15 columns (median of {rounds})", heads, lines)


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


def _added_again(workspace: Workspace, path: Path) -> tuple[int, float, float, float]:
    """(rows, seconds, the reading process's processor seconds, its largest memory in bytes); the dataset is deleted again."""
    before = _of_children()
    _, dataset, spent, peak, _ = _added(workspace, path)
    used = _of_children() - before
    datasets.delete(workspace, dataset.id)
    return dataset.rows, spent, used, float(peak)


def _pandas(call: str, path: Path) -> tuple[int, float, float, float]:
    """The same of pandas, its import not in the seconds."""
    done = subprocess.run([sys.executable, "-c", _PANDAS, call, str(path)], capture_output=True, text=True, check=True)
    rows, spent, used, peak = json.loads(done.stdout)
    return rows, spent, used, peak


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _line(name: str, many: list[tuple[int, float, float, float]], path: Path) -> list[str]:
    peak = float(np.median([one[3] for one in many]))
    return [name, seconds([one[1] for one in many]), seconds([one[2] for one in many]), megabytes(peak), ratio(peak, path.stat().st_size)]


def _watch(peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.05):
        for child in psutil.Process().children(recursive=True):
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
