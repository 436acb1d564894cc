"""The plan that somebody looks at and may train next, so that it can be prepared before the click. A hint: nothing depends on it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.store import db
from engine.store.records import is_same_plan, now
from engine.store.workspace import Workspace

if TYPE_CHECKING:
    from engine.plan import Plan


@dataclass(frozen=True)
class Looked:
    """The plan, as JSON gives it, and its number, which grows with every change."""

    number: int
    plan: dict[str, Any]

    def is_for(self, plan: dict[str, Any]) -> bool:
        """Whether that plan says the same; its name is left out."""
        return is_same_plan(self.plan, plan)


def look_at(workspace: Workspace, plan: "Plan") -> None:
    """Says that this plan may be trained next. Said again, the number grows: it may have been trained, or its rows changed, meanwhile."""
    with db.write(workspace) as database:
        database.execute(
            "INSERT INTO preparing (id, number, plan, at) VALUES (1, 1, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET number = number + 1, plan = excluded.plan, at = excluded.at",
            (plan.model_dump_json(), now()),
        )


def latest(workspace: Workspace) -> Looked | None:
    """The plan looked at last, by anyone."""
    found = db.rows(workspace, "SELECT number, plan FROM preparing")
    return Looked(found[0]["number"], json.loads(found[0]["plan"])) if found else None
