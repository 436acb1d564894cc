"""Broken files by the thousand: each is read, or refused with a sentence; no reader hangs, ends its process or lets anything else out."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from engine.readers import READERS
from tests.fuzz.breaking import attempt, seeds
from tests.fuzz.seeds import SEEDS

FILES = int(os.environ.get("FUZZ_FILES", "1000"))
FEW = 30
BATCH = 100
SECONDS = 60
ROOT = Path(__file__).parents[2]


def test_every_reader_has_seeds() -> None:
    assert set(SEEDS) == set(READERS.members)


@pytest.mark.parametrize("kind", list(READERS.members))
def test_the_seeds_are_sound(kind: str, tmp_path: Path) -> None:
    for place, content in enumerate(seeds(kind)):
        path = tmp_path / str(place)
        path.write_bytes(content)
        assert READERS.members[kind].sniff(path)


@pytest.mark.parametrize("kind", list(READERS.members))
def test_a_few_broken_files_are_read_or_refused(kind: str, tmp_path: Path) -> None:
    sound = seeds(kind)
    ended = Counter(attempt(kind, sound, number, tmp_path / str(number)) for number in range(FEW))
    assert set(ended) <= {"read", "refused"} and sum(ended.values()) == FEW


@pytest.mark.fuzz
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", list(READERS.members))
def test_thousands_of_broken_files_are_read_or_refused(kind: str) -> None:
    ended: Counter[str] = Counter()
    wrong: list[str] = []
    first = 0
    while first < FILES:
        first = _batch(kind, first, min(first + BATCH, FILES), ended, wrong)
    print(f"{kind}: {dict(ended)}")
    assert wrong == [], "\n\n".join(wrong[:10])
    assert ended["read"] + ended["refused"] == FILES


def _batch(kind: str, first: int, last: int, ended: "Counter[str]", wrong: list[str]) -> int:
    """Has a child read these files and notes how each ended; gives back the number to go on with, past one that hung or killed it."""
    command = [sys.executable, "-m", "tests.fuzz.child", kind, str(first), str(last)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    assert child.stdout is not None
    tried, last_words, clock = first - 1, "", _clock(child)
    for line in child.stdout:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "try":
            clock.cancel()
            tried, clock = int(rest), _clock(child)
        elif word in ("read", "refused"):
            ended[word] += 1
        elif word == "broke":
            ended[word] += 1
            wrong.append(f"{kind} {rest}".replace("\\n", "\n"))
        else:
            last_words = line
    clock.cancel()
    if child.wait() == 0:
        return last
    wrong.append(f"{kind} {tried}: the process ended with {child.returncode} (-9: hung for {SECONDS} s). {last_words}")
    return tried + 1


def _clock(child: "subprocess.Popen[str]") -> threading.Timer:
    clock = threading.Timer(SECONDS, lambda: os.killpg(child.pid, signal.SIGKILL))
    clock.daemon = True
    clock.start()
    return clock
