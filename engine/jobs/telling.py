"""How a worker tells: what training says is written by a thread, a few times a second, and the person's wish comes back."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from engine.jobs.limits import Limits
from engine.jobs.sampling import Sampler
from engine.store import db, transitions
from engine.store.transitions import Point
from engine.store.usage import Sample
from engine.store.workspace import Workspace
from engine.tell import Tell, Wish

PACE = 0.25
MOST_POINTS = 200_000
MOST_SAMPLES = 20_000
DURABLE_SECONDS = 2.0
_PASSING = frozenset(
    {"stage", "done", "seconds_left", "seconds_left_least", "seconds_left_likely", "rows_per_second", "seconds", "cpu", "ram", "gpu"}
)


class Telling(Tell):
    """Never keeps training waiting: the first measures are written at once, later ones at most four times a second.

    A database that is busy is tried again later; nothing is lost meanwhile. `is_replaced` says that the run belongs to a
    later attempt (or is gone): whoever sees that ends without another word. `asked` is the person's wish as written, and
    `told` are the facts so far, those `known` from an earlier attempt included.
    """

    def __init__(
        self, workspace: Workspace, run: str, attempt: int, known: Mapping[str, Any] | None = None, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
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
        self._used: list[Sample] = []
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._end = threading.Event()
        self._hurry = threading.Event()
        self._is_first = True
        self._sampler = Sampler()
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
        if sample := self._sampler.due(is_last=self._end.is_set()):
            self._used = [*self._used, sample][-MOST_SAMPLES:]
            facts = {**self._sampler.facts(sample), **facts}
        durable = time.monotonic() - self._durable_at > DURABLE_SECONDS
        try:
            if points or facts:
                self.is_replaced |= not transitions.report(*self._place, points, facts, self._used, durable)
                self._used = []
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
        over = self.limits.look(transitions.terms(*self._place[:2]))
        if self.is_replaced or self.asked == "cancel" or over == "memory":
            self._wish = "cancel"
        elif self.is_terminated or self.asked == "pause":
            self._wish = "pause"
        else:
            self._wish = "stop" if self.asked == "stop" or over == "time" else "go on"
