"""Why a run still waits, and when it is expected to start. Knows times and sizes, neither processes nor the store."""

import heapq
from collections.abc import Sequence
from datetime import UTC, datetime

import psutil

from engine.terms import Terms

ROOM = 0.05
SMALLER = "Use a smaller batch, smaller pictures or fewer rows."


def is_due(terms: Terms) -> bool:
    """Whether the time it was put off to has come. The clock of the computer decides, as the person who chose the time would."""
    return not terms.not_before or datetime.now(UTC) >= datetime.fromisoformat(terms.not_before)


def refusal(terms: Terms) -> str:
    """A sentence with the numbers for what could never be trained on this computer, else ""."""
    there, needed = psutil.virtual_memory().total, _gigabytes(1e6 * terms.megabytes)
    if terms.most_bytes and 1e6 * terms.megabytes > terms.most_bytes:
        return f"It needs about {needed} of memory, more than the {_gigabytes(terms.most_bytes)} it was given. {SMALLER}"
    if 1e6 * terms.megabytes <= (1 - ROOM) * there:
        return ""
    return f"It needs about {needed} of memory, and this computer has {_gigabytes(there)} in all. {SMALLER}"


def shortage(terms: Terms) -> str:
    """A sentence with the numbers if there is too little free memory at this moment, else ""."""
    free = psutil.virtual_memory().available
    if 1e6 * terms.megabytes <= free:
        return ""
    needed = _gigabytes(1e6 * terms.megabytes)
    return f"Waiting for memory: it needs about {needed}, and {_gigabytes(free)} are free. Close programs that use much of it."


def expected(at_work: Sequence[float], ahead: Sequence[float], places: int) -> float:
    """Seconds until the next place is free, when those at work need so much longer and those ahead are trained first."""
    free_in = [0.0] * max(places - len(at_work), 0) + list(at_work)
    heapq.heapify(free_in)
    for seconds in ahead:
        heapq.heappush(free_in, heapq.heappop(free_in) + seconds)
    return free_in[0] if free_in else 0.0


def _gigabytes(amount: float) -> str:
    return f"{amount / 1e9:.1f} GB"
