"""Where to tell that a run has ended, how far that has come, and what became of the last tries. At most one address a workspace."""

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from engine.store import db
from engine.store.records import now, to_json
from engine.store.workspace import Workspace

KEPT = 5


class Outcome(BaseModel):
    """What became of telling that one run has ended; `why` says in words what went wrong."""

    model_config = ConfigDict(frozen=True)

    seq: int
    name: str
    state: Literal["delivered", "waiting", "given up"]
    why: str
    at: str


class Webhook(BaseModel):
    """The address, the `seq` of the last event that needs no telling any more, and the tries for the one after it."""

    model_config = ConfigDict(frozen=True)

    address: str
    told: int
    tries: int
    tried: str | None
    outcomes: tuple[Outcome, ...]


def get(workspace: Workspace) -> Webhook | None:
    """The webhook as it stands, with the newest outcome first; None while it is switched off."""
    found = db.rows(workspace, "SELECT address, told, tries, tried, outcomes FROM webhook")
    return Webhook(**{**found[0], "outcomes": json.loads(found[0]["outcomes"])}) if found else None


def switch_on(workspace: Workspace, address: str) -> None:
    """Tells that address from now on: runs that ended before are history. Nothing changes if it is the one told already."""
    with db.write(workspace, durable=True) as database:
        database.execute("DELETE FROM webhook WHERE address <> ?", (address,))
        database.execute(
            "INSERT INTO webhook (id, address, told) SELECT 1, ?, coalesce(max(seq), 0) FROM events WHERE true ON CONFLICT (id) DO NOTHING",
            (address,),
        )


def switch_off(workspace: Workspace) -> None:
    """Tells nobody any more, and forgets the address."""
    with db.write(workspace, durable=True) as database:
        database.execute("DELETE FROM webhook")


def note(workspace: Workspace, before: Webhook, outcome: Outcome) -> bool:
    """Writes down what became of a try; False, and nothing, if the webhook is not (any more) what it was `before`."""
    is_over = outcome.state != "waiting"
    kept = [outcome, *(known for known in before.outcomes if known.seq != outcome.seq)][:KEPT]
    values: dict[str, Any] = {
        "told": outcome.seq if is_over else before.told,
        "tries": 0 if is_over else before.tries + 1,
        "tried": now(),
        "outcomes": to_json([one.model_dump() for one in kept]),
        "address": before.address,
        "before": before.told,
    }
    with db.write(workspace, durable=True) as database:
        sql = "UPDATE webhook SET told = :told, tries = :tries, tried = :tried, outcomes = :outcomes"
        return database.execute(f"{sql} WHERE address = :address AND told = :before", values).rowcount == 1
