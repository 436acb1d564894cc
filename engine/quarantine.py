"""Starts the process that reads an upload, hears its progress, and ends it when it breaks off, takes too long or is not wanted any more."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import engine
from engine.errors import EngineError, UnreadableFile
from engine.readers._content import effort

Progress = Callable[[float, str], None]

WALL_SECONDS = 300
_BYTES_PER_SECOND = 2 * 2**20
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")


def run(request: dict[str, Any], log: Path, on_progress: Progress | None = None) -> dict[str, Any]:
    """The answer of `engine.intake` to this request. Whatever `on_progress` raises ends the process and goes on to the caller.

    Raises the EngineError that was raised there, or UnreadableFile if the process did not survive the file.
    """
    size = effort(Path(request["path"])) if "path" in request else 0
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.intake"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
            start_new_session=True,
            cwd=Path(engine.__file__).parents[1],
        )
    late = threading.Timer(WALL_SECONDS + size / _BYTES_PER_SECOND, end, (process,))
    late.daemon = True
    late.start()
    try:
        return _answer(process, request, on_progress)
    finally:
        late.cancel()
        end(process)


def _answer(process: "subprocess.Popen[bytes]", request: dict[str, Any], on_progress: Progress | None) -> dict[str, Any]:
    assert process.stdin and process.stdout
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(request).encode())
        process.stdin.close()
    for line in process.stdout:
        said = json.loads(line)
        if "done" in said:
            return dict(said["done"])
        if "error" in said:
            raise UnreadableFile(said["error"]["what"], said["error"]["fix"])
        if on_progress:
            on_progress(said["progress"], said["words"])
    raise _broken_off(process)


def _broken_off(process: "subprocess.Popen[bytes]") -> EngineError:
    status = process.wait()
    if status in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGTERM):
        return UnreadableFile(
            "Reading the file took too long and was stopped.", "Leave out rows or columns, or save it as Parquet, and upload it again."
        )
    return UnreadableFile(
        f"The file could not be read: the reading broke off (status {status}).",
        "Save it again with the program it came from, or in another format.",
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the process with all it has started, and closes its ends; nothing if it is over."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream:
                stream.close()


def _environment() -> dict[str, str]:
    """No secrets: only what Python needs to start."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    root = str(Path(engine.__file__).parents[1])
    return kept | {
        "PYTHONPATH": root,
        "PYTHONSAFEPATH": "1",
        "PYTHONIOENCODING": "utf-8",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OPENBLAS_NUM_THREADS": "1",
    }
