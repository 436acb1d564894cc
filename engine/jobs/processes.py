"""Who a process is, so that a signal never reaches a stranger that was given the same number."""

import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import psutil

import engine
from engine.store.transitions import Identity

_STARTED = 19
_DEAD = {"Z", "X"}
_OOM_SCORE, _HIGHEST_SCORE = "500", "1000"
_VMSTAT = Path("/proc/vmstat")


@cache
def boot() -> str:
    """This start of the computer."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return str(int(psutil.boot_time()))


def of(pid: int) -> Identity | None:
    """The process with that number, or None; also None for one that has ended and was not collected yet."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in _DEAD else Identity(pid, int(fields[_STARTED]), boot())
    except (OSError, ValueError, IndexError):
        pass
    if sys.platform == "linux":
        return None
    try:
        return Identity(pid, int(psutil.Process(pid).create_time() * 100), boot())
    except psutil.Error:
        return None


def lives(process: Identity) -> bool:
    """Whether that very process is still there."""
    return of(process.pid) == process


def signal_group(process: Identity, number: int) -> bool:
    """Signals a process that leads its own session, and its children; False if it is gone."""
    if process.pid <= 1 or not lives(process):
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
        return True
    return False


def memory_kills() -> int:
    """How many processes the kernel has ended for want of memory since the start of the computer; 0 where it does not say."""
    try:
        lines = dict(line.split() for line in _VMSTAT.read_text("ascii").splitlines())
        return int(lines.get("oom_kill", 0))
    except (OSError, ValueError):
        return 0


def go_first(before_all: bool = False) -> None:
    """Lets the system end this process before others when memory runs out (`before_all`: also before others of ours), and leave
    no memory image with data in it.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_HIGHEST_SCORE if before_all else _OOM_SCORE, "ascii")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def start(
    program: Sequence[str],
    arguments: Sequence[object],
    log: Path,
    handed: int,
    environment: Mapping[str, str] | None = None,
    also: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Starts a program in its own session with an open file handed on, and those in `also`; what it prints is added to `log`.

    It outlives this process. `environment` is added to this process's own.
    """
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            [*program, *map(str, arguments)],
            cwd=Path(engine.__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(handed, *also),
            env={**os.environ, **(environment or {})},
        )
