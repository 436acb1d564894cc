"""What a run's worker wrote: its log is a file that only grows, so it is read from its end."""

import re
from dataclasses import dataclass
from pathlib import Path

from engine.store.workspace import Workspace

MOST_BYTES = 64 * 1024
MOST_LINES = 300
LONGEST = 500
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Tail:
    """The last lines of a log as plain text, how large the log is (bytes), and whether these lines are all of it."""

    text: str
    size: int
    is_whole: bool


def of(workspace: Workspace, run: str) -> Path:
    """The run's log; it is not there before its worker has started."""
    return workspace.run(run) / "log.txt"


def tail(workspace: Workspace, run: str, lines: int = MOST_LINES, most: int = MOST_BYTES) -> Tail:
    """Its last lines, from at most its last `most` bytes. No log reads as an empty one."""
    try:
        with of(workspace, run).open("rb") as file:
            size = file.seek(0, 2)
            begin = file.seek(max(0, size - most))
            read = file.read(most)
    except FileNotFoundError:
        return Tail("", 0, True)
    found = read.decode("utf-8", "replace").split("\n")
    if begin and len(found) > 1:
        found = found[1:]
    shown = [plain(line) for line in found]
    while shown and not shown[-1]:
        shown.pop()
    return Tail("\n".join(shown[-lines:]), size, not begin and len(shown) <= lines)


def plain(line: str) -> str:
    """A line as a terminal would leave it: what overwrote a progress bar, without colours and characters that cannot be seen."""
    left = _TERMINAL.sub("", line).rstrip("\r").rpartition("\r")[2]
    left = _UNSEEN.sub("", left).rstrip()
    return left if len(left) <= LONGEST else f"{left[:LONGEST]}…"
