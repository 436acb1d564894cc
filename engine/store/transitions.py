"""How runs change: each change is one compare-and-swap with its event in the same transaction.

A result of False means that the race was lost, which is never an error. `attempt` is a fencing token: what an older process
still writes is not taken. Who calls `claim`, or `move` on a run whose process is gone, holds the run's lock (jobs.locks).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from engine.store import db, usage
from engine.store.db import Database
from engine.store.records import now, to_json
from engine.store.workspace import Workspace
from engine.terms import Terms

State = Literal["queued", "starting", "running", "paused", "succeeded", "failed", "interrupted", "cancelled"]
ACTIVE = frozenset({"starting", "running"})
DONE = frozenset({"succeeded", "failed", "cancelled"})
_NEXT: dict[str, frozenset[str]] = {
    "queued": frozenset({"starting", "failed", "cancelled", "paused"}),
    "starting": frozenset({"running", "failed", "interrupted", "cancelled"}),
    "running": frozenset({"succeeded", "failed", "interrupted", "cancelled", "paused"}),
    "interrupted": frozenset({"queued", "failed", "cancelled", "paused"}),
    "paused": frozenset({"queued", "cancelled"}),
}
_AT_WORK = "id = ? AND attempt = ? AND state IN ('starting', 'running')"


@dataclass(frozen=True)
class Point:
    """One measure at a step (in epochs)."""

    name: str
    step: float
    value: float


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same number: pid, start ticks since boot, and the boot."""

    pid: int
    ticks: int
    boot: str


@dataclass(frozen=True)
class Cause:
    """Why an attempt was interrupted, and how far the newest checkpoint reached then (in epochs)."""

    reason: str
    message: str
    reached: float = 0.0


@dataclass(frozen=True)
class Resumption:
    """Where an attempt goes on: the step (in epochs), the measures up to there that may not have been written, and what was known."""

    step: float = 0.0
    points: tuple[Point, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


FROM_THE_BEGINNING = Resumption()
ON_TIME = Cause("", "")


@dataclass(frozen=True)
class Unfinished:
    """What is needed to look after a run, read many times a second."""

    id: str
    state: str
    attempt: int
    wish: str | None
    reason: str
    process: Identity | None
    terms: Terms = Terms()

    def interrupted(self, reason: str) -> "Unfinished":
        """The same after its process has died."""
        return replace(self, state="interrupted", reason=reason)


def unfinished(workspace: Workspace) -> list[Unfinished]:
    """Runs that wait, work or were interrupted, in the order in which they start: the urgent first, then the oldest."""
    return _unfinished(workspace, "state IN ('queued', 'starting', 'running', 'interrupted') ORDER BY urgency DESC, rowid", ())


def look(workspace: Workspace, id: str) -> Unfinished | None:
    """That run in whatever state, or None if there is none."""
    found = _unfinished(workspace, "id = ?", (id,))
    return found[0] if found else None


def claim(workspace: Workspace, id: str, attempt: int, places: Sequence[str] | None = None) -> int | None:
    """Takes a queued run for the next attempt; its number, or None. With `places` only if one of them is free: it gets the first such.

    What an earlier attempt left stays until the new one begins and knows where. A wish to stop is still to be heard.
    """
    with db.write(workspace, durable=True) as database:
        place = "" if places is None else _free_place(database, places)
        if place is None:
            return None
        taken = database.execute(
            "UPDATE runs SET state = 'starting', attempt = attempt + 1, score = NULL, reason = '', message = '', place = ?,"
            " wish = nullif(wish, 'pause'), pid = NULL, ticks = NULL, boot = NULL WHERE id = ? AND state = 'queued' AND attempt = ?",
            (place, id, attempt),
        ).rowcount
        if not taken:
            return None
        note(database, id, attempt + 1, "queued", "starting")
    return attempt + 1


def _free_place(database: Database, places: Sequence[str]) -> str | None:
    """The best one that is free; runs started by hand have no place of their own but need room all the same."""
    taken = [row[0] for row in database.execute("SELECT place FROM runs WHERE state IN ('starting', 'running')").fetchall()]
    return next((place for place in places if place not in taken), None) if len(taken) < len(places) else None


def place(workspace: Workspace, id: str) -> str:
    """Where the run is or was trained, such as "cpu:0"; "" before that and for one started by hand."""
    found = db.rows(workspace, "SELECT place FROM runs WHERE id = ?", (id,))
    return str(found[0]["place"]) if found else ""


def refuse(workspace: Workspace, id: str, attempt: int, reason: str, message: str) -> bool:
    """Ends a run that waits and could never be trained here."""
    return move(workspace, id, attempt, "queued", "failed", reason, message)


def spawned(workspace: Workspace, id: str, attempt: int, process: Identity) -> None:
    """Remembers the process of an attempt before it has said anything itself."""
    with db.write(workspace) as database:
        database.execute(
            f"UPDATE runs SET pid = ?, ticks = ?, boot = ? WHERE {_AT_WORK}", (process.pid, process.ticks, process.boot, id, attempt)
        )


def begin(workspace: Workspace, id: str, attempt: int, process: Identity, at: Resumption = FROM_THE_BEGINNING) -> bool:
    """The worker says that it is at work, who it is, and where it goes on: what was measured and known beyond that place is gone."""
    with db.write(workspace, durable=True) as database:
        if not change(database, id, attempt, "starting", "running"):
            return False
        database.execute(
            "UPDATE runs SET started = ?, pid = ?, ticks = ?, boot = ?, begun = ?, resumed = ?, facts = ? WHERE id = ?",
            (now(), process.pid, process.ticks, process.boot, attempt, at.step, to_json(at.facts), id),
        )
        database.execute("DELETE FROM metrics WHERE run = ? AND (step > ? OR ? = 0)", (id, at.step, at.step))
        add_points(database, id, at.points)
    return True


def interrupt(workspace: Workspace, id: str, attempt: int, before: str, cause: Cause) -> bool:
    """The process at work has ended or will. Notes whether the attempt got further than it began."""
    with db.write(workspace, durable=True) as database:
        if not change(database, id, attempt, before, "interrupted", cause.reason, cause.message):
            return False
        database.execute(
            "UPDATE events SET progress = 1 WHERE seq = (SELECT max(seq) FROM events WHERE run = ?)"
            " AND ? > (SELECT resumed FROM runs WHERE id = ? AND begun = ?)",
            (id, cause.reached, id, attempt),
        )
    return True


def pause(workspace: Workspace, id: str, attempt: int, message: str) -> bool:
    """The worker has left the training as it was asked to, and what was asked in the meantime counts as well."""
    with db.write(workspace, durable=True) as database:
        found = database.execute(f"SELECT wish FROM runs WHERE {_AT_WORK}", (id, attempt)).fetchone()
        if not found:
            return False
        if found[0] == "cancel":
            return change(database, id, attempt, "running", "cancelled", "user_cancel", "Cancelled.")
        change(database, id, attempt, "running", "paused", "", message)
        if found[0] == "pause":
            database.execute("UPDATE runs SET wish = NULL WHERE id = ?", (id,))
        else:
            change(database, id, attempt, "paused", "queued")
    return True


def move(workspace: Workspace, id: str, attempt: int, before: str, after: str, reason: str = "", message: str = "") -> bool:
    """Changes the state if it still is `before` in that attempt."""
    with db.write(workspace, durable=True) as database:
        return change(database, id, attempt, before, after, reason, message)


def succeed(
    workspace: Workspace, id: str, attempt: int, score: Mapping[str, Any], manifest: str, size: int, early: Cause = ON_TIME
) -> bool:
    """The end of a training whose bundle is safely on the disk; `manifest` is the SHA-256 of its manifest. `early`: why before its time."""
    with db.write(workspace, durable=True) as database:
        if not change(database, id, attempt, "running", "succeeded", early.reason, early.message):
            return False
        database.execute("UPDATE runs SET score = ? WHERE id = ?", (to_json(score), id))
        database.execute("INSERT INTO models (run, manifest, bytes, created) VALUES (?, ?, ?, ?)", (id, manifest, size, now()))
    return True


def report(
    workspace: Workspace,
    id: str,
    attempt: int,
    points: Iterable[Point],
    facts: Mapping[str, Any],
    used: Sequence[usage.Sample] = (),
    durable: bool = False,
) -> bool:
    """What a worker writes while training, in one transaction; False if it is no longer its run. A durable one makes those before it so."""
    with db.write(workspace, durable) as database:
        if not database.execute(f"SELECT 1 FROM runs WHERE {_AT_WORK}", (id, attempt)).fetchone():
            return False
        add_points(database, id, points)
        usage.add(database, id, attempt, used)
        return not facts or merge_facts(database, id, attempt, facts)


def asked(workspace: Workspace, id: str, attempt: int) -> str | None:
    """The person's wish ("" if none) for a worker; None if the run is no longer its run."""
    found = db.rows(workspace, f"SELECT wish FROM runs WHERE {_AT_WORK}", (id, attempt))
    return (found[0]["wish"] or "") if found else None


def terms(workspace: Workspace, id: str) -> Terms:
    """The terms as they are now; none for a run that is gone."""
    found = db.rows(workspace, "SELECT terms FROM runs WHERE id = ?", (id,))
    return Terms.model_validate_json(found[0]["terms"]) if found else Terms()


def say(workspace: Workspace, id: str, message: str) -> None:
    """Tells why a run is still waiting."""
    with db.write(workspace) as database:
        database.execute("UPDATE runs SET message = ? WHERE id = ? AND state = 'queued' AND message <> ?", (message, id, message))


def interruptions(workspace: Workspace, id: str, reason: str = "") -> int:
    """How often the run was interrupted (for that reason, if given) without having got any further."""
    sql = "SELECT count(*) AS n FROM events WHERE run = ? AND after = 'interrupted' AND progress = 0 AND ? IN ('', reason)"
    return int(db.rows(workspace, sql, (id, reason))[0]["n"])


def change(database: Database, id: str, attempt: int | None, before: str, after: str, reason: str = "", message: str = "") -> bool:
    """`move` inside an open write; an `attempt` of None takes whatever attempt it is."""
    if after not in _NEXT.get(before, ()):
        raise ValueError(f"A run cannot go from {before!r} to {after!r}.")
    moved = database.execute(
        "UPDATE runs SET state = ?, reason = ?, message = ?, ended = ?"
        " WHERE id = ? AND state = ? AND attempt = coalesce(?, attempt) RETURNING attempt",
        (after, reason, message, now() if after in DONE else None, id, before, attempt),
    ).fetchall()
    if moved:
        note(database, id, moved[0][0], before, after, reason, message)
    return bool(moved)


def may_follow(before: str, after: str) -> bool:
    """Whether a run may go from the one state to the other."""
    return after in _NEXT.get(before, ())


def state_of(database: Database, id: str) -> str:
    """The state inside an open write; "" if there is no such run."""
    found = database.execute("SELECT state FROM runs WHERE id = ?", (id,)).fetchone()
    return str(found[0]) if found else ""


def note(database: Database, id: str, attempt: int, before: str | None, after: str, reason: str = "", message: str = "") -> None:
    """Writes the event of a change of state."""
    database.execute(
        "INSERT INTO events (run, attempt, before, after, reason, message, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id, attempt, before, after, reason, message, now()),
    )


def add_points(database: Database, id: str, points: Iterable[Point]) -> None:
    """Writes measures; one written again replaces the old one and is news to every viewer."""
    database.conn.executemany(
        "INSERT OR REPLACE INTO metrics (run, name, step, value, kind) VALUES (?, ?, ?, ?, ?)",
        [(id, point.name, point.step, *db.kind_of(point.value)) for point in points],
    )


def merge_facts(database: Database, id: str, attempt: int, values: Mapping[str, Any]) -> bool:
    """Adds facts inside an open write."""
    found = database.execute(f"SELECT facts FROM runs WHERE {_AT_WORK}", (id, attempt)).fetchone()
    if not found:
        return False
    database.execute("UPDATE runs SET facts = ? WHERE id = ?", (to_json({**json.loads(found[0]), **values}), id))
    return True


def _unfinished(workspace: Workspace, where: str, params: tuple[str, ...]) -> list[Unfinished]:
    found = db.rows(workspace, f"SELECT id, state, attempt, wish, reason, pid, ticks, boot, terms FROM runs WHERE {where}", params)
    return [
        Unfinished(
            row["id"],
            row["state"],
            row["attempt"],
            row["wish"],
            row["reason"],
            Identity(row["pid"], row["ticks"], row["boot"]) if row["pid"] else None,
            Terms.model_validate_json(row["terms"]),
        )
        for row in found
    ]
