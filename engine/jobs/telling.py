"""How a worker tells: what training says is written by a thread, a few times a second, and the person's wish comes back."""

import contextlib
import threading
import time
from collections.abc import Mapping
from typing import Any

import psutil

from engine.store import db, transitions
from engine.store.transitions import Point
from engine.store.workspace import Workspace
from engine.tell import Tell, Wish

PACE = 0.25
SAMPLE_SECONDS = 1.0
MOST_POINTS = 200_000
DURABLE_SECONDS = 2.0
_PASSING = frozenset({"stage", "done", "seconds_left", "rows_per_second", "seconds", "cpu", "ram", "gpu"})


class Telling(Tell):
    """Never keeps training waiting: the first measures are written at once, later ones at most four times a second.

    A database that is busy is tried again later; nothing is lost meanwhile. `is_replaced` says that the run belongs to a
    later attempt (or is gone): whoever sees that ends without another word. `asked` is the person's wish as written, and
    `told` are the facts so far, those `known` from an earlier attempt included.
    """

    def __init__(self, workspace: Workspace, run: str, attempt: int, known: Mapping[str, Any] | None = None) -> None:
        self.is_replaced = False
        self.is_terminated = False
        self.asked = ""
        self.told: dict[str, Any] = dict(known or {})
        self._place = (workspace, run, attempt)
        self._wish: Wish = "go on"
        self._points: list[Point] = []
        self._not_durable: list[Point] = []
        self._durable_at = time.monotonic()
        self._facts: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._end = threading.Event()
        self._hurry = threading.Event()
        self._is_first = True
        self._sampler = _Sampler()
        self._thread = threading.Thread(target=self._loop, name="telling", daemon=True)
        self._thread.start()

    def metrics(self, step: float, values: Mapping[str, float]) -> Wish:
        points = [Point(name, float(step), float(value)) for name, value in values.items()]
        with self._lock:
            self._points += points
        self._news.set()
        if self._is_first:
            self._is_first = False
            self._hurry.set()
        return self._wish

    def stage(self, text: str, done: float | None = None) -> Wish:
        self.facts({"stage": text, "done": done})
        return self._wish

    def facts(self, values: Mapping[str, Any]) -> None:
        with self._lock:
            self._facts.update(values)
            self.told.update(values)
        self._news.set()

    def terminate(self) -> None:
        """The system wants this process to end: training is told to pause, so that it can go on later."""
        self.is_terminated = True
        if self._wish != "cancel":
            self._wish = "pause"

    def beside(self) -> dict[str, Any]:
        """What a checkpoint takes with it: the facts, and all measures that a power cut now could still undo."""
        with self._lock:
            points = [[point.name, point.step, point.value] for point in self._not_durable + self._points]
            return {"facts": {name: value for name, value in self.told.items() if name not in _PASSING}, "points": points}

    def close(self) -> None:
        """Writes what is left, reads the wish a last time, and ends the thread."""
        self._end.set()
        self._hurry.set()
        self._news.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._end.is_set():
            self._news.wait(PACE)
            self._write()
            if self._hurry.wait(PACE):
                self._hurry.clear()
        while not self._write():
            time.sleep(1.0)

    def _write(self) -> bool:
        self._news.clear()
        with self._lock:
            points, self._points = self._points, []
            facts, self._facts = self._facts, {}
            self._not_durable += points
        facts = {**self._sampler.due(), **facts}
        durable = time.monotonic() - self._durable_at > DURABLE_SECONDS
        try:
            if points or facts:
                self.is_replaced |= not transitions.report(*self._place, points, facts, durable)
            self._hear(transitions.asked(*self._place))
        except db.DatabaseError:
            with self._lock:
                del self._not_durable[len(self._not_durable) - len(points) :]
                self._points = (points + self._points)[-MOST_POINTS:]
                self._facts = {**facts, **self._facts}
            return False
        if durable and points:
            with self._lock:
                self._durable_at, self._not_durable = time.monotonic(), []
        return True

    def _hear(self, asked: str | None) -> None:
        self.is_replaced |= asked is None
        self.asked = asked or ""
        if self.is_replaced or asked == "cancel":
            self._wish = "cancel"
        elif self.is_terminated or asked == "pause":
            self._wish = "pause"
        else:
            self._wish = "stop" if asked == "stop" else "go on"


class _Sampler:
    """What the process uses of the computer, about once a second."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._process.cpu_percent(None)
        self._last = time.monotonic()
        self._gpu = _Gpu()

    def due(self) -> dict[str, Any]:
        """Facts "cpu" (percent of one core), "ram" (bytes) and, where there is one, "gpu" (words); {} if it is too early."""
        if time.monotonic() - self._last < SAMPLE_SECONDS:
            return {}
        self._last = time.monotonic()
        used = {"cpu": self._process.cpu_percent(None), "ram": self._process.memory_info().rss}
        gpu = self._gpu.words()
        return {**used, "gpu": gpu} if gpu else used


class _Gpu:
    """The first graphics card, if its library is there."""

    def __init__(self) -> None:
        self._library: Any = None
        with contextlib.suppress(Exception):
            import pynvml

            pynvml.nvmlInit()
            self._card = pynvml.nvmlDeviceGetHandleByIndex(0)
            self._library = pynvml

    def words(self) -> str:
        if self._library is None:
            return ""
        with contextlib.suppress(Exception):
            busy = self._library.nvmlDeviceGetUtilizationRates(self._card).gpu
            memory = self._library.nvmlDeviceGetMemoryInfo(self._card)
            return f"{busy} % busy, {memory.used / 2**30:.1f} of {memory.total / 2**30:.0f} GB"
        return ""
