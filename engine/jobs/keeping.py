"""The housekeeping of a workspace beside everything else: looks whether the database is sound, copies it, empties the trash and
measures what takes how much room."""

import threading
import time

from engine import journal
from engine.errors import EngineError
from engine.jobs import errands
from engine.store import backup, db, sizes, transitions, trash, wiping
from engine.store.records import now
from engine.store.workspace import Workspace, look_through, notice

EVERY = 5.0
COPY_EVERY = 3600.0
FINISH = "finish-treating"


class Keeper:
    """A thread of the supervisor. It may end at any moment; the next one goes on where it was."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="keeper")

        self._was_looked_through = False
        self._next_copy = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it soon: in the middle of a large folder if need be."""
        self._is_over.set()
        self._thread.join(2.0)

    def round(self) -> None:
        """Everything that is due now."""
        try:
            if not self._was_looked_through and not look_through(self.workspace):
                return
            self._was_looked_through = True
            self._copy_when_idle()
            self._finish_treatments()
            trash.empty(self.workspace, self._is_over.is_set)
            sizes.measure(self.workspace, self._is_over.is_set)
        except (db.DatabaseError, OSError, EngineError) as error:
            notice(self.workspace, error)
            journal.say(f"{now()} Housekeeping: {type(error).__name__}: {error}")

    def _copy_when_idle(self) -> None:
        if time.monotonic() >= self._next_copy and not transitions.unfinished(self.workspace):
            self._next_copy = time.monotonic() + COPY_EVERY
            backup.keep_daily(self.workspace)

    def _finish_treatments(self) -> None:
        """What a treatment of personal data still had to remove when its process ended goes now, in a process that knows the libraries.

        Not while a treatment is at work, and not again after it failed.
        """
        if not wiping.left(self.workspace) or any(e.question == "treat" and not e.is_over for e in errands.all(self.workspace)):
            return
        found = errands.find(self.workspace, FINISH)
        if found is None or found.state == "done":
            errands.start(self.workspace, FINISH, "finish_treating")

    def _run(self) -> None:
        while not self._is_over.is_set() and self.workspace.database.exists():
            self.round()
            self._is_over.wait(EVERY)
