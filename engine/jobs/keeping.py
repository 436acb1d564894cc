"""The housekeeping of a workspace beside everything else: empties the trash and measures what takes how much room."""

import sys
import threading

from engine.store import db, sizes, trash
from engine.store.records import now
from engine.store.workspace import Workspace

EVERY = 5.0


class Keeper:
    """A thread of the supervisor. It may end at any moment; the next one goes on where it was."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="keeper")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it soon: in the middle of a large folder if need be."""
        self._is_over.set()
        self._thread.join(2.0)

    def round(self) -> None:
        """Everything that is due now."""
        try:
            trash.empty(self.workspace, self._is_over.is_set)
            sizes.measure(self.workspace, self._is_over.is_set)
        except (db.DatabaseError, OSError) as error:
            print(f"{now()} Housekeeping: {type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def _run(self) -> None:
        while not self._is_over.is_set() and self.workspace.database.exists():
            self.round()
            self._is_over.wait(EVERY)
