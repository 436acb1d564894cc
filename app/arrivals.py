"""Files being read: an uploaded file becomes a dataset in the background, whatever the page does meanwhile.

What is under way is known to this process only; the dataset and the project it belongs to are in the store when it is done.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.store import projects
from engine.store.workspace import Workspace

Told = Callable[[float, str], None]
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


def start(workspace: Workspace, project: str, path: Path, name: str) -> Arrival:
    """Begins to read an uploaded file into the project and returns at once. The file is removed when it is read."""
    from engine import datasets

    def work(told: Told) -> str:
        try:
            return datasets.add(workspace, path, name, on_progress=told).id
        finally:
            path.unlink(missing_ok=True)

    return _begin(workspace, Arrival(project, name), work)


def again(workspace: Workspace, project: str, dataset: str, name: str, options: Mapping[str, Any]) -> Arrival:
    """Begins to read the project's stored file once more, with other options."""
    from engine import datasets

    return _begin(
        workspace, Arrival(project, name, "Reading again"), lambda told: datasets.reread(workspace, dataset, dict(options), told).id
    )


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


def _begin(workspace: Workspace, arrival: Arrival, work: Callable[[Told], str]) -> Arrival:
    _arrivals[arrival.project] = arrival
    threading.Thread(target=_read, args=(workspace, arrival, work), daemon=True, name=f"arrival-{arrival.project}").start()
    return arrival


def _read(workspace: Workspace, arrival: Arrival, work: Callable[[Told], str]) -> None:
    def told(done: float, stage: str) -> None:
        if arrival.cancelled:
            raise _Cancelled
        arrival.stage, arrival.done = stage, done

    try:
        dataset = work(told)
        if not arrival.cancelled:
            projects.save(workspace, arrival.project, dataset=dataset, draft={})
            arrival.dataset = dataset
    except _Cancelled:
        pass
    except EngineError as error:
        arrival.error = error
    except Exception:
        log.exception("Reading '%s' failed", arrival.name)
        arrival.error = EngineError(
            "This file could not be read because of a fault in the program.", "The details are in the log; your other data is safe."
        )


_arrivals: dict[str, Arrival] = {}
