"""Where a run can be trained: one at a time on each graphics card, or a number of them on the processor with its cores divided among them.

How many on the processor the workspace's settings say, and `MODELWRIGHT_SLOTS` before them. A worker gets its place in its environment,
before TensorFlow looks.
"""

import contextlib
import os
from pathlib import Path
from typing import Any

from engine.store import settings
from engine.store.workspace import Workspace

VARIABLE = "MODELWRIGHT_SLOTS"
THREADS = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")
MOST = 64


def names(workspace: Workspace) -> list[str]:
    """The places, the best first: cards by free memory ("gpu:0"), else parts of the processor ("cpu:0")."""
    return _cards() or [f"cpu:{number}" for number in range(on_processor(workspace))]


def on_processor(workspace: Workspace) -> int:
    """How many runs share the processor."""
    said = os.environ.get(VARIABLE, "")
    return min(max(int(said), 1), MOST) if said.isdecimal() else settings.get(workspace).slots


def environment(workspace: Workspace, place: str) -> dict[str, str]:
    """What a worker at that place is to find in its environment; nothing for a place that is none ("")."""
    if place.startswith("gpu:"):
        return {"CUDA_VISIBLE_DEVICES": place.removeprefix("gpu:")}
    return dict.fromkeys(THREADS, str(max(1, cores() // on_processor(workspace)))) if place else {}


def cores() -> int:
    """Processor cores this process may use, also where a container's limit is below what the system shows."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        there = min(there, max(1, round(int(quota) / int(period))))
    return there


def _cards() -> list[str]:
    """Graphics cards by free memory, the most first; [] without a card, its library, or a TensorFlow that uses it."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"} or not _uses_cards():
        return []
    with contextlib.suppress(Exception):
        import pynvml

        pynvml.nvmlInit()
        free = {number: _free(pynvml, number) for number in range(pynvml.nvmlDeviceGetCount())}
        return [f"gpu:{number}" for number in sorted(free, key=free.__getitem__, reverse=True)]
    return []


def _uses_cards() -> bool:
    """The processor-only package cannot use a card that is there."""
    from importlib.util import find_spec

    return find_spec("nvidia") is not None


def _free(library: Any, number: int) -> int:
    return int(library.nvmlDeviceGetMemoryInfo(library.nvmlDeviceGetHandleByIndex(number)).free)
