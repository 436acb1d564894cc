"""Whether a training has used up what it was given: time over all its attempts, memory at this moment."""

import os
import time
from typing import Literal

import psutil

from engine.terms import Terms

Over = Literal["", "time", "memory"]


class Limits:
    """`spent` are the seconds of earlier attempts. Once over, it stays over."""

    def __init__(self, spent: float = 0.0) -> None:
        self.over: Over = ""
        self._began = time.monotonic() - spent
        self._process = psutil.Process(os.getpid())

    def look(self, terms: Terms) -> Over:
        """What has run out, memory before time."""
        if terms.most_bytes is not None and self._process.memory_info().rss > terms.most_bytes:
            self.over = "memory"
        elif not self.over and terms.most_seconds is not None and time.monotonic() - self._began > terms.most_seconds:
            self.over = "time"
        return self.over
