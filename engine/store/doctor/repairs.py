"""What a repair is, and how a problem offers one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.store.records import now
from engine.store.workspace import Workspace

REPAIR, ABOUT = "repair", "about"


@dataclass(frozen=True)
class Repair:
    """`title` is what its button says; `act` takes what it is about and says what was done; `loses` names what is gone afterwards."""

    name: str
    title: str
    act: Callable[[Workspace, str], str]
    loses: str = ""


def offer(repair: Repair, about: str = "") -> dict[str, str]:
    """The action of a problem that this repair mends."""
    return {REPAIR: repair.name, ABOUT: about}


def write_down(workspace: Workspace, what: str, taken_away: Any) -> None:
    """What a repair takes out of the database is kept as a line of logs/doctor.log."""
    workspace.logs.mkdir(exist_ok=True)
    with (workspace.logs / "doctor.log").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"at": now(), "what": what, "taken_away": taken_away}, ensure_ascii=False, default=str) + "\n")


def run_named(row: Mapping[str, Any]) -> str:
    """How a run is called in a problem."""
    return f"Run '{row['name']}' ({row['id']})"
