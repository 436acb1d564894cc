"""An errand is a long question to a child process of its own: it can be watched, cancelled, and found again whatever happens to the app.

An errand has a key and a folder, `errands/KEY` in the workspace: `state.json` says how far it is (always written whole), `cancel` that
nobody wants it any more, and the rest is what it makes. The child holds the lock beside the folder from its first to its last moment:
that is the proof of its life. `python -m engine.jobs.errands WORKSPACE KEY LOCK` is the child; questions are the public functions of
`long_answers`.
"""

import inspect
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import Any, Literal

from engine import errors, journal
from engine.errors import EngineError
from engine.jobs import locks, processes
from engine.store.records import now, to_json
from engine.store.transitions import Identity
from engine.store.workspace import Workspace

Tell = Callable[[float, str], None]
State = Literal["under way", "done", "failed"]

ERRAND = (sys.executable, "-m", "engine.jobs.errands")
STALE_AFTER = 24 * 3600
PATIENCE, SOON = 10.0, 0.2
UNTIL_KILLED, UNTIL_GIVEN_UP = 2.0, 60.0
OFTEN = 0.2
SURE_AFTER, SURE_FROM = 2.0, 0.02
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,120}")
_STATE, _CANCEL, _TAKEN = "state.json", "cancel", "taken"
_LONGEST_SECRET = 4000
_LOG, _LARGE_LOG = "errands.log", 2**20
_GONE = ("It was ended before it was finished: the computer was restarted, or had no memory left.", "Start it again.")
_SORRY = "This could not be finished because of a mistake inside Modelwright"


class _Cancelled(BaseException):
    """Nobody wants the errand any more. No `except Exception` on the way may swallow it."""


@dataclass(frozen=True)
class Errand:
    """One errand as it is now. `part` is how much is done (0 to 1), `left` the seconds still needed once that can be said.

    `answer` is what the question gave back, once it is done; `error` why it failed.
    """

    key: str
    folder: Path
    question: str
    arguments: dict[str, Any]
    state: State
    stage: str = ""
    part: float = 0.0
    left: float | None = None
    answer: Any = None
    error: EngineError | None = None

    @property
    def is_over(self) -> bool:
        return self.state != "under way"

    @property
    def can_go_on(self) -> bool:
        """It failed only because its process ended, and the file it took is still there."""
        return self.error is not None and self.error.what == _GONE[0] and self.has_file

    @property
    def has_file(self) -> bool:
        """The file it took is still there, or it took none."""
        return "path" not in self.arguments or Path(self.arguments["path"]).exists()


def start(
    workspace: Workspace,
    key: str,
    question: str,
    *,
    replace: bool = False,
    take: Path | None = None,
    program: tuple[str, ...] = ERRAND,
    secret: str | None = None,
    **arguments: Any,
) -> Errand:
    """Begins the errand and returns at once. One under way with that key is given back instead, or with `replace` ended first.

    The result of an earlier errand with that key is thrown away. A file to `take` moves into the errand's folder, goes with it, and is
    the question's argument `path`. A `secret` (at most 4,000 bytes) reaches the question as its argument of that name through a pipe: it
    is never written down, so the errand cannot go on without being asked for it again. Raises EngineError if the earlier one does not
    end.
    """
    folder = _folder(workspace, key)
    lock = _taken(workspace, key, replace)
    if lock is None:
        found = find(workspace, key)
        if found is None or replace:
            raise EngineError("The computer is still busy with the one before.", "Try again in a moment.")
        return found
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if take is not None:
            arguments["path"] = str(shutil.move(take, folder / _TAKEN))
        asked = {"question": question, "arguments": json.loads(to_json(arguments)), "state": "under way", "stage": "Starting"}
        _put(folder, asked)
        log = workspace.logs / _LOG
        if log.exists() and log.stat().st_size > _LARGE_LOG:
            log.unlink()
        with _in_pipe(secret) as handed:
            child = processes.start(program, [workspace.path, key, lock, *handed], log, lock, also=handed)
    finally:
        os.close(lock)
    threading.Thread(target=child.wait, name=f"errand-{key}", daemon=True).start()
    return Errand(key, folder, question, asked["arguments"], "under way", "Starting")


def once_more(workspace: Workspace, errand: Errand, **changed: Any) -> Errand:
    """Begins a failed errand again, with the file it had taken and with `changed` arguments. Raises EngineError if the file is gone."""
    taken = errand.folder / _TAKEN
    if not errand.has_file:
        raise EngineError("The file is not there any more.", "Choose it again.")
    arguments = {name: value for name, value in errand.arguments.items() if name != "path"} | changed
    if not taken.exists():
        return start(workspace, errand.key, errand.question, **arguments)
    kept = workspace.uploads / f"{token_hex(16)}.part"
    os.replace(taken, kept)
    return start(workspace, errand.key, errand.question, take=kept, **arguments)


def find(workspace: Workspace, key: str) -> Errand | None:
    """The errand with that key, also one that is over; None if there is none or it was cancelled. Notices a child that has died."""
    if not _KEY.fullmatch(key):
        return None
    folder = _folder(workspace, key)
    told = _get(folder)
    if told and told["state"] == "under way" and locks.is_free(_lock(workspace, key)):
        told = _get(folder)
        if told and told["state"] == "under way":
            told |= {"state": "failed", "error": {"kind": "EngineError", "what": _GONE[0], "fix": _GONE[1]}}
    if told is None or (folder / _CANCEL).exists():
        return None
    error = told.get("error")
    known = {name: told[name] for name in ("question", "arguments", "state", "stage", "part", "left", "answer") if name in told}
    return Errand(key, folder, **known, error=_error(**error) if error else None)


def all(workspace: Workspace, prefix: str = "") -> list[Errand]:
    """Those whose key begins so, in the order of their keys."""
    keys = sorted(path.name for path in _home(workspace).glob(f"{prefix}*") if path.is_dir())
    return [errand for key in keys if (errand := find(workspace, key))]


def cancel(workspace: Workspace, key: str) -> None:
    """From now on there is no such errand. Its process ends at the next occasion, at the latest after two seconds; then its folder goes."""
    folder = _folder(workspace, key)
    if not folder.is_dir():
        return
    with suppress(OSError):
        (folder / _CANCEL).touch()
    _signal(folder, signal.SIGTERM)
    threading.Thread(target=_see_off, args=(workspace, key), name=f"errand-{key}-ends", daemon=True).start()


def forget(workspace: Workspace, key: str) -> None:
    """Throws an errand that is over away, with what it made; at once, even if its process is not quite gone. One under way stays."""
    _clear(workspace, key, only_cancelled=False)
    errand = find(workspace, key)
    if errand and errand.is_over:
        cancel(workspace, key)


def sweep(workspace: Workspace, older_than: float = STALE_AFTER) -> int:
    """Throws away what nobody came back for. Returns how many."""
    swept = 0
    for folder in _home(workspace).glob("*"):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > older_than:
            forget(workspace, folder.name)
            swept += not folder.exists()
    return swept


def _home(workspace: Workspace) -> Path:
    return workspace.path / "errands"


def _folder(workspace: Workspace, key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of an errand.")
    return _home(workspace) / key


def _lock(workspace: Workspace, key: str) -> Path:
    return _home(workspace) / f"{key}.lock"


def _taken(workspace: Workspace, key: str, replace: bool) -> int | None:
    """The errand's lock; None while its child lives and is wanted."""
    lock = _take(workspace, key, SOON)
    if lock is None and replace:
        cancel(workspace, key)
    ends = lock is None and (_folder(workspace, key) / _CANCEL).exists()
    return _take(workspace, key, PATIENCE) if ends else lock


def _take(workspace: Workspace, key: str, patience: float) -> int | None:
    """The lock, tried more than once: who only looks whether a child lives holds it for a moment too."""
    until = time.monotonic() + patience
    while (lock := locks.take(_lock(workspace, key))) is None and time.monotonic() < until:
        time.sleep(0.02)
    return lock


def _clear(workspace: Workspace, key: str, only_cancelled: bool) -> None:
    folder, lock = _folder(workspace, key), _take(workspace, key, SOON)
    if lock is None:
        return
    try:
        if not only_cancelled or (folder / _CANCEL).exists():
            shutil.rmtree(folder, ignore_errors=True)
            _lock(workspace, key).unlink(missing_ok=True)
    finally:
        os.close(lock)


def _see_off(workspace: Workspace, key: str) -> None:
    """Waits for a cancelled child, ends it by force if need be, and clears away behind it. One that has only just been started cannot
    be signalled yet; it ends by itself as soon as it looks.
    """
    folder, began = _folder(workspace, key), time.monotonic()
    while (folder / _CANCEL).exists() and not locks.is_free(_lock(workspace, key)) and time.monotonic() - began < UNTIL_GIVEN_UP:
        if time.monotonic() - began > UNTIL_KILLED:
            _signal(folder, signal.SIGKILL)
        time.sleep(0.05)
    _clear(workspace, key, only_cancelled=True)


def _signal(folder: Path, number: int) -> None:
    told = _get(folder)
    if told and told.get("process"):
        processes.signal_group(Identity(*told["process"]), number)


def _put(folder: Path, told: dict[str, Any]) -> None:
    """Whole or not at all. A folder that is gone stays gone."""
    new = folder / f"{_STATE}.new"
    new.write_text(to_json(told), "utf-8")
    os.replace(new, folder / _STATE)


def _get(folder: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads((folder / _STATE).read_text("utf-8")))
    except (OSError, ValueError):
        return None


def _error(kind: str, what: str, fix: str) -> EngineError:
    known = getattr(errors, kind, EngineError)
    return known(what, fix) if isinstance(known, type) and issubclass(known, EngineError) else EngineError(what, fix)


@contextmanager
def _in_pipe(secret: str | None) -> Iterator[tuple[int, ...]]:
    """The reading end of a pipe that holds the secret already; nothing without one."""
    if secret is None:
        yield ()
        return
    out, into = os.pipe()
    try:
        os.write(into, secret.encode("utf-8")[:_LONGEST_SECRET])
        os.close(into)
        yield (out,)
    finally:
        os.close(out)


def _from_pipe(handed: Sequence[str]) -> dict[str, str]:
    if not handed:
        return {}
    with os.fdopen(int(handed[0]), "rb") as pipe:
        return {"secret": pipe.read(_LONGEST_SECRET).decode("utf-8")}


class _Telling:
    """The child's voice: writes how far it is, a few times a second, and hears at each occasion whether it is still wanted."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:
        self._folder, self._told = folder, told
        self._began = self._written = time.monotonic()

    def __call__(self, part: float, stage: str) -> None:
        if (self._folder / _CANCEL).exists():
            raise _Cancelled
        moment = time.monotonic()
        if moment - self._written < OFTEN and stage == self._told.get("stage"):
            return
        spent, part = moment - self._began, min(1.0, max(0.0, part))
        left = spent / part - spent if part > SURE_FROM and spent > SURE_AFTER else None
        self.say(part=part, stage=stage, left=left)

    def say(self, **more: Any) -> None:
        self._told |= more
        self._written = time.monotonic()
        _put(self._folder, self._told)


def main() -> int:
    """The child: one question, one answer."""
    path, key, number, *handed = sys.argv[1:]
    workspace, lock = Workspace(Path(path)), int(number)
    os.set_inheritable(lock, False)
    if not locks.is_of(lock, _lock(workspace, key)):
        return 1
    folder = _folder(workspace, key)
    told = _get(folder)
    if told is None:
        return 1
    secret = _from_pipe(handed)
    processes.go_first()
    tell = _Telling(folder, told)
    try:
        signal.signal(signal.SIGTERM, _stop)
        process = processes.of(os.getpid())
        tell.say(process=[process.pid, process.ticks, process.boot] if process else None)
        tell.say(state="done", answer=_answer(workspace, folder, tell, told["question"], told["arguments"] | secret), part=1.0, left=0.0)
    except _Cancelled:
        return 0
    except EngineError as error:
        tell.say(state="failed", error={"kind": type(error).__name__, "what": error.what, "fix": error.fix})
    except Exception as error:
        journal.say(f"--- {told['question']}, {now()}")
        journal.trace(error)
        sorry = {"kind": "EngineError", "what": f"{_SORRY} ({type(error).__name__}).", "fix": f"To find out more, look into logs/{_LOG}."}
        tell.say(state="failed", error=sorry)
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Cancelled


def _answer(workspace: Workspace, folder: Path, tell: Tell, question: str, arguments: dict[str, Any]) -> Any:
    from engine.jobs import long_answers

    own = [f for _, f in inspect.getmembers(long_answers, inspect.isfunction) if f.__module__ == long_answers.__name__]
    public = {f.__name__: f for f in own if not f.__name__.startswith("_")}
    if question not in public:
        raise ValueError(f"There is no question {question!r}; there are {', '.join(public)}.")
    tell(0.0, "Starting")
    return json.loads(to_json(public[question](workspace, folder, tell, **arguments)))


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)
