"""Files being read: an uploaded file becomes a dataset in the background, whatever the page does meanwhile.

What is under way is known to this process only; the dataset and the project it belongs to are in the store when it is done.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.store import projects
from engine.store.workspace import Workspace

log = logging.getLogger("modelwright.app")


class _Cancelled(Exception):
    """The person does not want the file any more."""


@dataclass
class Arrival:
    """One file on its way into a project."""

    project: str
    name: str
    stage: str = "Waiting"
    done: float | None = None
    dataset: str | None = None
    error: EngineError | None = None
    began: float = field(default_factory=time.monotonic)
    cancelled: bool = False

    @property
    def is_over(self) -> bool:
        return self.dataset is not None or self.error is not None or self.cancelled

    @property
    def seconds_left(self) -> float | None:
        """From the part done so far; None in the first two seconds or when the part is unknown."""
        spent = time.monotonic() - self.began
        return spent / self.done - spent if self.done and self.done > 0.02 and spent > 2 else None


def start(workspace: Workspace, project: str, path: Path, name: str, options: Mapping[str, Any] | None = None, keep_file: bool = False) -> Arrival:
    """Begins to read the file into the project and returns at once. The file is removed when it is read, unless `keep_file`."""
    arrival = Arrival(project, name)
    _arrivals[project] = arrival
    threading.Thread(target=_read, args=(workspace, arrival, path, options, keep_file), daemon=True, name=f"arrival-{project}").start()
    return arrival


def of(project: str) -> Arrival | None:
    """The project's file on its way (or just arrived, or failed), if there is one."""
    return _arrivals.get(project)


def forget(project: str) -> None:
    """The page has shown what became of it."""
    _arrivals.pop(project, None)


def cancel(project: str) -> None:
    """Stops reading as soon as the reader says where it is."""
    arrival = _arrivals.get(project)
    if arrival:
        arrival.cancelled = True


def _read(workspace: Workspace, arrival: Arrival, path: Path, options: Mapping[str, Any] | None, keep_file: bool) -> None:
    from engine import datasets

    def told(stage: str, done: float | None = None) -> None:
        if arrival.cancelled:
            raise _Cancelled
        arrival.stage, arrival.done = stage, done

    try:
        dataset = datasets.add(workspace, path, arrival.name, on_progress=told, options=dict(options) if options else None)
        if not arrival.cancelled:
            projects.save(workspace, arrival.project, dataset=dataset.id, draft={})
            arrival.dataset = dataset.id
    except _Cancelled:
        pass
    except EngineError as error:
        arrival.error = error
    except Exception:
        log.exception("Reading '%s' failed", arrival.name)
        arrival.error = EngineError("This file could not be read because of a fault in the program.", "The details are in the log; your other data is safe.")
    finally:
        if not keep_file:
            path.unlink(missing_ok=True)


_arrivals: dict[str, Arrival] = {}
