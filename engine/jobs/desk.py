"""The desk answers short questions that need TensorFlow, in one resident child, so that the app never imports it.

`Desk` is the app's end; `python -m engine.jobs.desk WORKSPACE` is the child: one JSON line in, one JSON line out. Questions
are the public functions of `answers`, which are handed the workspace first. The child ends when the app does.
"""

import inspect
import json
import os
import queue
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import IO, Any

import engine
from engine import errors, journal
from engine.errors import EngineError
from engine.jobs import processes
from engine.store.records import now, to_json
from engine.store.workspace import Workspace

DESK = (sys.executable, "-m", "engine.jobs.desk")
LARGE_LOG = 2**20
_SORRY = "This question could not be answered because of a mistake inside Modelwright"
_LOG = "look into logs/desk.log in the workspace"
_making = threading.Lock()


class Desk:
    """Asks one question at a time; threads wait for their turn. A child that died or hangs is replaced."""

    def __init__(self, workspace: Workspace, program: tuple[str, ...] = DESK) -> None:
        self._workspace = workspace
        self._program = program
        self._turn = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._closed: subprocess.Popen[str] | None = None
        self._was_closed = False
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()

    def ask(self, question: str, timeout: float = 60.0, **arguments: Any) -> Any:
        """The answer. Raises the EngineError raised inside, or one that says that it took too long or went wrong."""
        until = time.monotonic() + timeout
        if not self._turn.acquire(timeout=timeout):
            raise EngineError("The computer is still busy with an earlier question.", "Try again in a moment.")
        try:
            return self._answer(json.dumps({"question": question, "arguments": json.loads(to_json(arguments))}), until)
        finally:
            self._turn.release()

    def warm(self) -> None:
        """Starts the child and lets it import TensorFlow, in the background."""
        threading.Thread(target=self._warm, name="desk-warm", daemon=True).start()

    def close(self) -> None:
        """Ends the child, also in the middle of an answer; who waits for that answer is told. A later question starts a new child."""
        child = self._child
        if child is not None:
            self._closed = child
            child.kill()
            child.wait()

    def _warm(self) -> None:
        try:
            self.ask("warm", timeout=120.0)
        except EngineError as error:
            journal.say(f"The desk could not be warmed up: {error}")

    def _answer(self, line: str, until: float) -> Any:
        reply = self._exchange(line, until)
        if not reply and self._was_closed:
            raise EngineError("The question was dropped because the app is closing.", "Open the app again.")
        reply = reply or self._exchange(line, until)
        if not reply:
            raise EngineError(f"{_SORRY}: its process ended twice.", f"Try again; if it happens again, {_LOG}.")
        found = json.loads(reply)
        if "error" in found:
            raise _error(**found["error"])
        return found["answer"]

    def _exchange(self, line: str, until: float) -> str:
        """The reply, or "" if the child died over it. Raises EngineError when the time is up."""
        child = self._living()
        try:
            assert child.stdin is not None
            child.stdin.write(line + "\n")
            child.stdin.flush()
            reply = self._heard.get(timeout=max(until - time.monotonic(), 0.01))
        except queue.Empty:
            self._end()
            raise EngineError("The answer took too long, so the question was dropped.", "Try again, or make the model smaller.") from None
        except OSError:
            reply = ""
        if not reply:
            self._was_closed = child is self._closed
            self._end()
        return reply

    def _living(self) -> "subprocess.Popen[str]":
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        self._heard = queue.SimpleQueue()
        self._child = _start(self._workspace, self._program)
        threading.Thread(target=_listen, args=(self._child.stdout, self._heard), name="desk", daemon=True).start()
        return self._child

    def _end(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                continue
        self._child = None


def for_workspace(workspace: Workspace) -> Desk:
    """The one desk of this process for that workspace."""
    with _making:
        return _desk(workspace)


@cache
def _desk(workspace: Workspace) -> Desk:
    return Desk(workspace)


def _start(workspace: Workspace, program: tuple[str, ...]) -> "subprocess.Popen[str]":
    log = workspace.logs / "desk.log"
    if log.exists() and log.stat().st_size > LARGE_LOG:
        log.unlink()
    with log.open("ab") as out:
        return subprocess.Popen(
            [*program, str(workspace.path)],
            cwd=Path(engine.__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=out,
            encoding="utf-8",
            start_new_session=True,
        )


def _listen(stdout: IO[str], heard: "queue.SimpleQueue[str]") -> None:
    try:
        for line in stdout:
            heard.put(line)
    except (OSError, ValueError):
        pass
    heard.put("")


def _error(kind: str, what: str, fix: str) -> EngineError:
    known = getattr(errors, kind, EngineError)
    return known(what, fix) if isinstance(known, type) and issubclass(known, EngineError) else EngineError(what, fix)


def main() -> int:
    """The child: answers until its input ends. Whatever libraries print goes to the log, not among the answers."""
    processes.go_first()
    workspace = Workspace(Path(sys.argv[1]))
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        for line in sys.stdin:
            out.write(_reply(workspace, line) + "\n")
            out.flush()
    return 0


def _reply(workspace: Workspace, line: str) -> str:
    asked = json.loads(line)
    try:
        return json.dumps({"answer": json.loads(to_json(_call(workspace, asked["question"], asked["arguments"])))})
    except EngineError as error:
        return json.dumps({"error": {"kind": type(error).__name__, "what": error.what, "fix": error.fix}})
    except Exception as error:
        journal.say(f"--- {asked['question']}, {now()}")
        journal.trace(error)
        sorry = {"kind": "EngineError", "what": f"{_SORRY} ({type(error).__name__}).", "fix": f"To find out more, {_LOG}."}
        return json.dumps({"error": sorry})


def _call(workspace: Workspace, question: str, arguments: dict[str, Any]) -> Any:
    if question == "warm":
        return _import_heavy_libraries()
    from engine.jobs import answers

    own = [f for _, f in inspect.getmembers(answers, inspect.isfunction) if f.__module__ == answers.__name__]
    public = {f.__name__: f for f in own if not f.__name__.startswith("_")}
    if question not in public:
        raise ValueError(f"There is no question {question!r}; there are {', '.join(public)}.")
    return public[question](workspace, **arguments)


def _import_heavy_libraries() -> bool:
    from engine.jobs import answers  # noqa: F401
    from engine.lazy import keras, tensorflow

    return bool(tensorflow.constant(1.0) + 1.0 == 2.0) and bool(keras.__version__)


if __name__ == "__main__":
    sys.exit(main())
