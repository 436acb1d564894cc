"""How much slower this computer is than the one on which fixed times, such as those of importing a library, were taken."""

import time
from functools import lru_cache

USUAL = 0.0064
"""Processor seconds of `_work` where importing TensorFlow and Keras takes four seconds, and judging a small model three."""
TIMES, LEAST, MOST = 5, 0.5, 5.0


@lru_cache(maxsize=1)
def slowness() -> float:
    """1.0 where it is as quick, 2.0 where everything takes twice as long; measured once a process, in about a tenth of a second.

    In seconds of the processor, so that other programs do not count.
    """
    return min(max(min(_seconds() for _ in range(TIMES)) / USUAL, LEAST), MOST)


def _seconds() -> float:
    began = time.process_time()
    _work()
    return time.process_time() - began


def _work() -> int:
    """What importing is made of: small objects, names and dictionaries."""
    return sum(len({str(i): (i, hash(str(i)))} | {"name": i}) for i in range(20_000))
