"""What a worker uses of the computer, about once a second: processor, memory, graphics cards, and energy where it is counted.

Whatever cannot be read on a system is left out; nothing here ever ends a training.
"""

import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from engine.store.usage import Sample

SAMPLE_SECONDS = 1.0
SHORTEST = 0.05
POWERCAP = Path("/sys/class/powercap")


class Sampler:
    """Follows this process from the moment it is made."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._began = self._last = time.monotonic()
        self._worked = self._work()
        self.cards = Cards()
        self._counter = Counter()

    def due(self, is_last: bool = False) -> Sample | None:
        """What was used since the last time; None if that was under a second ago. The last time a shorter stretch counts too."""
        now = time.monotonic()
        span = now - self._last
        if span < (SHORTEST if is_last else SAMPLE_SECONDS):
            return None
        worked = self._work()
        used = max(0.0, worked - self._worked)
        joules = self._counter.joules(used)
        self._last, self._worked = now, worked
        memory = self._process.memory_info().rss
        return Sample(now - self._began, span, used / span, memory, *self.cards.use(), joules, self.cards.joules(span))

    def facts(self, sample: Sample) -> dict[str, Any]:
        """The same for the page: "cpu" (percent of one core), "ram" (bytes) and, where there is one, "gpu" (words)."""
        used = {"cpu": 100 * sample.cores, "ram": sample.memory}
        return used if sample.gpu is None else {**used, "gpu": self.cards.words(sample)}

    def _work(self) -> float:
        """Seconds that cores have worked for this process and the children it has waited for."""
        return float(sum(self._process.cpu_times()[:4]))


class Cards:
    """The graphics cards a training may use, if NVIDIA's library is there."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._library: Any = None
        self._cards: list[Any] = []
        self._counted: list[int] | None = None
        self.memory = 0
        with contextlib.suppress(Exception):
            import pynvml

            pynvml.nvmlInit()
            self._library = pynvml
            self._cards = _visible(pynvml, environment.get("CUDA_VISIBLE_DEVICES"))
            self.memory = sum(pynvml.nvmlDeviceGetMemoryInfo(card).total for card in self._cards)
            self._counted = self._counts()

    def use(self) -> tuple[float | None, int | None]:
        """The share of the time in which they worked (0 to 1, the mean of all) and the bytes that are taken; None without a card."""
        if not self._cards:
            return None, None
        with contextlib.suppress(Exception):
            busy = [self._library.nvmlDeviceGetUtilizationRates(card).gpu for card in self._cards]
            taken = sum(self._library.nvmlDeviceGetMemoryInfo(card).used for card in self._cards)
            return sum(busy) / len(busy) / 100, taken
        return None, None

    def joules(self, span: float) -> float | None:
        """What the cards took since the last time: their own count, else their power now for `span` seconds; None without a card."""
        if not self._cards:
            return None
        with contextlib.suppress(Exception):
            counted, before = self._counts(), self._counted
            self._counted = counted
            if counted is not None and before is not None:
                return max(0, sum(counted) - sum(before)) / 1000
            return float(sum(self._library.nvmlDeviceGetPowerUsage(card) for card in self._cards)) / 1000 * span
        return None

    def words(self, sample: Sample) -> str:
        """ "63 % busy, 10.2 of 80 GB", and how many cards if there are several."""
        many = f"{len(self._cards)} cards " if len(self._cards) > 1 else ""
        taken = (sample.gpu_memory or 0) / 2**30
        return f"{many}{100 * (sample.gpu or 0):.0f} % busy, {taken:.1f} of {self.memory / 2**30:.0f} GB"

    def _counts(self) -> list[int] | None:
        """Each card's count of millijoules since the driver was loaded; None for cards before Volta, which have none."""
        try:
            return [self._library.nvmlDeviceGetTotalEnergyConsumption(card) for card in self._cards]
        except Exception:
            return None


class Counter:
    """The processor's own count of energy (RAPL), where it may be read; often only the administrator may (CVE-2020-8694).

    It counts the whole processor with its memory, so this process has the part of it that it has of the work done meanwhile.
    """

    def __init__(self, folder: Path = POWERCAP) -> None:
        self._zones = [zone for zone in sorted(folder.glob("intel-rapl:*")) if _is_whole(zone)]
        self._counts = self._read()
        self._machine = _machine()

    def joules(self, worked: float) -> float | None:
        """The part of the count since the last time that `worked` seconds of cores have; None if there is no count."""
        counts, before = self._read(), self._counts
        machine, machine_before = _machine(), self._machine
        self._counts, self._machine = counts, machine
        if counts is None or before is None:
            return None
        micro = sum(_risen(zone, now, then) for zone, now, then in zip(self._zones, counts, before, strict=True))
        return micro / 1e6 * min(1.0, worked / max(machine - machine_before, worked, 1e-9))

    def _read(self) -> list[int] | None:
        try:
            return [_number(zone / "energy_uj") for zone in self._zones] or None
        except (OSError, ValueError):
            return None


def _is_whole(zone: Path) -> bool:
    """A processor or the memory beside it; not a part of one, nor the platform, which would count it twice."""
    with contextlib.suppress(OSError):
        return (zone / "name").read_text("ascii").strip().split("-")[0] in {"package", "dram"}
    return False


def _risen(zone: Path, now: int, before: int) -> int:
    """How far a count has gone on; it begins again at its end, after some minutes or hours."""
    return now - before if now >= before else now - before + _number(zone / "max_energy_range_uj")


def _number(path: Path) -> int:
    return int(path.read_text("ascii"))


def _machine() -> float:
    """Seconds that all cores of the computer have worked."""
    times = psutil.cpu_times()
    return float(times.user + times.system + getattr(times, "nice", 0.0))


def _visible(library: Any, chosen: str | None) -> list[Any]:
    """The cards that CUDA will see: all, or the numbers and names in CUDA_VISIBLE_DEVICES, up to the first that is none."""
    if chosen is None:
        return [library.nvmlDeviceGetHandleByIndex(i) for i in range(library.nvmlDeviceGetCount())]
    cards: list[Any] = []
    for name in filter(None, map(str.strip, chosen.split(","))):
        try:
            by_number = name.isdecimal()
            cards.append(library.nvmlDeviceGetHandleByIndex(int(name)) if by_number else library.nvmlDeviceGetHandleByUUID(name))
        except Exception:
            break
    return cards
