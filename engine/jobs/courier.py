"""The courier tells the webhook that runs have ended: one after the other, at least once, with growing waits when it fails.

It works in a thread of its own, so that a slow receiver delays no run. How far it has come is in the store; a lock of its own
keeps two of them from telling the same twice.
"""

import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine import journal, names
from engine.errors import EngineError, NotFound
from engine.jobs import locks, webhook
from engine.store import projects, runs, webhooks
from engine.store.records import now
from engine.store.runs import Ended, Run
from engine.store.webhooks import Outcome, Webhook
from engine.store.workspace import Workspace

Post = Callable[[str, Mapping[str, Any]], int]
EVERY = 1.0
REST = 60.0
PATIENCE = 3.0
WAITS = (5.0, 20.0, 60.0, 300.0, 900.0, 2400.0)
MOST_WORDS = 500
_PATH = re.compile(r"(?<![\w/\\])(?:[A-Za-z]:|~)?[/\\](?:[^\s/\\'\"]+[/\\])+[^\s'\"]*")
_QUOTED = re.compile(r"(?<!\w)(?:'.*?'(?!\w)|\".*?\"(?!\w)|“.*?”)")


class Courier:
    """Looks every second whether there is something to tell. `waits` are the seconds before each further try."""

    def __init__(self, workspace: Workspace, post: Post = webhook.post, waits: Sequence[float] = WAITS) -> None:
        self.workspace = workspace
        self.is_at_work = False
        self._post = post
        self._waits = waits
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks it to end, and waits a little for an answer that is on its way."""
        self._ended.set()
        self._thread.join(PATIENCE)

    def step(self) -> bool:
        """Tells one thing if one is due; whether it did (well or not)."""
        if not self.workspace.database.exists() or not self._due():
            return False
        lock = locks.take(self.workspace.path / "webhook.lock")
        if lock is None:
            return False
        try:
            due = self._due()
            return bool(due) and self._tell(*due)
        finally:
            os.close(lock)

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                while self.step() and not self._ended.is_set():
                    pass
            except Exception as error:
                journal.trace(error)
                self._ended.wait(REST)

    def _due(self) -> tuple[Webhook, Ended] | tuple[()]:
        hook = webhooks.get(self.workspace)
        ended = runs.ended_after(self.workspace, hook.told) if hook else []
        self.is_at_work = bool(ended)
        return (hook, ended[0]) if hook and ended and self._is_due(hook) else ()

    def _is_due(self, hook: Webhook) -> bool:
        """A clock that was set back makes it due, rather than late by as much."""
        if not hook.tries or not hook.tried:
            return True
        since = (datetime.now(UTC) - datetime.fromisoformat(hook.tried)).total_seconds()
        return not 0 <= since < self._waits[min(hook.tries, len(self._waits)) - 1]

    def _tell(self, hook: Webhook, end: Ended) -> bool:
        try:
            content = message(self.workspace, end)
        except NotFound:
            return False
        outcome = Outcome(seq=end.seq, name=names.clean(end.name), state="delivered", why="", at=now())
        try:
            self._post(hook.address, content)
        except EngineError as error:
            is_last = hook.tries >= len(self._waits)
            outcome = outcome.model_copy(update={"state": "given up" if is_last else "waiting", "why": str(error), "at": now()})
            if is_last:
                journal.say(f"{now()} webhook: gave up telling the end of run {end.run}. {error}")
        return webhooks.note(self.workspace, hook, outcome)


def message(workspace: Workspace, end: Ended) -> dict[str, Any]:
    """What is told of a run that has ended. No rows, no paths; what a message quotes may come from a row, so it is left out."""
    run = runs.get(workspace, end.run)
    score = run.score if end.state == "succeeded" else None
    return {
        "event": "run_ended",
        "id": f"{end.run}-{end.seq}",
        "run": end.run,
        "name": names.clean(end.name),
        "project": _project(workspace, run),
        "state": end.state,
        "message": _QUOTED.sub("'…'", _without_paths(workspace, end.message)),
        "headline": _without_paths(workspace, end.headline),
        "score": {part: score.get(part) for part in ("label", "value", "unit")} if score else None,
        "ended": end.at,
    }


def trial() -> dict[str, Any]:
    """What a test sends: the same fields, about no run."""
    said = "A test from Modelwright. When a training ends, a message like this one tells it."
    told = {"event": "test", "id": f"test-{now()}", "run": None, "name": "Test", "project": None, "state": "succeeded", "message": said}
    return {**told, "headline": "", "score": None, "ended": now()}


def _project(workspace: Workspace, run: Run) -> str | None:
    try:
        return names.clean(projects.get(workspace, run.project).name) if run.project else None
    except NotFound:
        return None


def _without_paths(workspace: Workspace, text: str) -> str:
    ours = re.sub(rf"{re.escape(str(workspace.path))}[^\s'\"]*", "…", text)
    return _PATH.sub("…", ours)[:MOST_WORDS]
