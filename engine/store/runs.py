"""Runs: one training each, from queued to its end. How a run changes its state is in `transitions`."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from engine import checkpoints
from engine.errors import EngineError, NotFound
from engine.names import clean
from engine.store import db, transitions, trash
from engine.store.db import Database
from engine.store.records import new_id, now, to_json
from engine.store.transitions import ACTIVE, DONE, State, move
from engine.store.workspace import Workspace
from engine.terms import Terms

if TYPE_CHECKING:
    from engine.plan import Plan

__all__ = ["ACTIVE", "DONE", "Asked", "Ended", "Event", "Run", "State", "move"]

Asked = Literal["stop", "cancel", "pause"]
AT_ONCE = Terms()


_SOON_JUDGED = "The best model so far will be judged and kept."
_BY_ITSELF = "NOT EXISTS (SELECT 1 FROM study_runs AS inner_run WHERE inner_run.run = runs.id AND inner_run.role <> 'winner')"
_OUTRANKED_BY = {"pause": "pause stop cancel", "stop": "stop cancel", "cancel": "cancel"}


class Run(BaseModel):
    """One run. Times are ISO-8601 UTC text; `attempt` counts its starts; `wish` is what the person asked of it.

    `pid`, `ticks` and `boot` name the process of the latest attempt, also after it has ended. Facts and measures are those of the
    attempt `begun`: a later one that is about to start has not touched them yet. `resumed` is where it went on (in epochs).
    Of those that wait the most urgent starts first; `place` is where it is trained, such as "cpu:0".
    """

    model_config = ConfigDict(frozen=True)

    id: str
    project: str | None
    dataset: str
    name: str
    plan: dict[str, Any]
    state: State
    reason: str
    message: str
    attempt: int
    wish: str | None
    created: str
    started: str | None
    ended: str | None
    facts: dict[str, Any]
    score: dict[str, Any] | None
    pid: int | None
    ticks: int | None
    boot: str | None
    begun: int
    resumed: float
    urgency: int
    place: str
    terms: Terms

    @property
    def is_active(self) -> bool:
        """A process is at work."""
        return self.state in ACTIVE

    @property
    def is_done(self) -> bool:
        """Its state cannot change any more."""
        return self.state in DONE


class Event(BaseModel):
    """One change of a run's state; `seq` gives the order, not the time."""

    model_config = ConfigDict(frozen=True)

    seq: int
    run: str
    attempt: int
    before: str | None
    after: str
    reason: str
    message: str
    at: str
    progress: bool = False


class Ended(BaseModel):
    """That a run has ended; `headline` is what its judgement says first, if there is one."""

    model_config = ConfigDict(frozen=True)

    seq: int
    run: str
    name: str
    state: State
    message: str
    headline: str
    at: str


def add(
    workspace: Workspace,
    plan: "Plan",
    project: str | None = None,
    name: str = "",
    request: str | None = None,
    terms: Terms = AT_ONCE,
) -> Run:
    """A new run in the queue. The same `request` (any text the caller chose) a second time gives the first run back."""
    with db.write(workspace, durable=True) as database:
        id = insert(database, plan, project, name, request, terms)
    return get(workspace, id)


def insert(database: Database, plan: "Plan", project: str | None, name: str, request: str | None, terms: Terms) -> str:
    """`add` inside an open write: the id of the new run, or of the one that this request made before."""
    id = new_id("r")
    added = database.execute(
        "INSERT INTO runs (id, request, project, dataset, name, plan, created, terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (request) DO NOTHING",
        (id, request, project, plan.dataset, clean(name or plan.name), plan.model_dump_json(), now(), terms.model_dump_json()),
    ).rowcount
    if not added:
        return str(db.select(database, "SELECT id FROM runs WHERE request = ?", (request,))[0]["id"])
    transitions.note(database, id, 0, None, "queued")
    return id


def get(workspace: Workspace, id: str) -> Run:
    """The run with that id. Raises NotFound."""
    found = db.rows(workspace, "SELECT * FROM runs WHERE id = ?", (id,))
    if not found:
        raise NotFound("This run does not exist any more.", "Choose another one under Runs.")
    return _run(found[0])


def all(workspace: Workspace, project: str | None = None, limit: int | None = None, of_studies: bool = False) -> list[Run]:
    """Runs (of one project, if given), the newest first; those that only answer a study's question if asked for."""
    found = db.rows(
        workspace,
        f"SELECT * FROM runs WHERE (:project IS NULL OR project = :project) AND (:inner OR {_BY_ITSELF}) ORDER BY rowid DESC LIMIT :limit",
        {"project": project, "inner": of_studies, "limit": -1 if limit is None else limit},
    )
    return [_run(row) for row in found]


def of_study(workspace: Workspace, study: str) -> list[Run]:
    """The runs that belong to a study, the oldest first."""
    sql = "SELECT runs.* FROM runs JOIN study_runs ON run = runs.id WHERE study = ? ORDER BY number"
    return [_run(row) for row in db.rows(workspace, sql, (study,))]


def active(workspace: Workspace, dataset: str | None = None, with_paused: bool = False) -> list[Run]:
    """Runs (on one dataset, if given) that a process works on or will: not ended and, unless asked for, not paused.

    They come in the order in which they start.
    """
    found = db.rows(
        workspace,
        "SELECT * FROM runs WHERE (state IN ('queued', 'starting', 'running', 'interrupted') OR (state = 'paused' AND :paused))"
        " AND (:dataset IS NULL OR dataset = :dataset) ORDER BY urgency DESC, rowid",
        {"dataset": dataset, "paused": with_paused},
    )
    return [_run(row) for row in found]


def wish(workspace: Workspace, id: str, asked: Asked) -> Run:
    """Asks a run to stop and keep the best model so far, to pause, or to be thrown away; the same twice is asked once.

    "cancel" replaces "stop", and "stop" replaces "pause", not the other way round. Nothing happens to a run that has ended.
    A waiting or paused run needs no worker for it, but for "stop": where something was kept, it is judged as soon as possible.
    Raises EngineError for "stop" when nothing was kept when the run was paused.
    """
    kept = checkpoints.exist(workspace.checkpoints(id))
    with db.write(workspace, durable=True) as database:
        if asked == "pause":
            _pause(database, id)
        elif asked == "stop" and kept:
            database.execute("UPDATE runs SET wish = 'stop' WHERE id = ? AND state IN ('queued', 'interrupted', 'paused')", (id,))
            transitions.change(database, id, None, "paused", "queued", "", _SOON_JUDGED)
        elif asked == "stop" and transitions.state_of(database, id) == "paused":
            raise EngineError("This training kept nothing when it was paused.", "Let it go on, or cancel it.")
        else:
            _cancel_waiting(database, id)
        database.execute(
            "UPDATE runs SET wish = ? WHERE id = ? AND state IN ('starting', 'running') AND instr(?, coalesce(wish, '-')) = 0",
            (asked, id, _OUTRANKED_BY[asked]),
        )
    run = get(workspace, id)
    if run.state == "cancelled":
        checkpoints.remove(workspace.checkpoints(id))
    return run


def resume(workspace: Workspace, id: str) -> Run:
    """Lets a paused run go on, or takes back a wish to pause. Nothing happens to any other."""
    at = checkpoints.newest(workspace.checkpoints(id))
    with db.write(workspace, durable=True) as database:
        transitions.change(database, id, None, "paused", "queued", "", checkpoints.goes_on(at))
        database.execute("UPDATE runs SET wish = NULL WHERE id = ? AND state IN ('starting', 'running') AND wish = 'pause'", (id,))
    return get(workspace, id)


def _pause(database: Database, id: str) -> None:
    for waiting in ("queued", "interrupted"):
        if transitions.change(database, id, None, waiting, "paused", "", "Paused."):
            database.execute("UPDATE runs SET wish = NULL WHERE id = ?", (id,))


def _cancel_waiting(database: Database, id: str) -> None:
    for waiting in ("queued", "interrupted", "paused"):
        began = database.execute("SELECT begun FROM runs WHERE id = ?", (id,)).fetchone()
        said = "Cancelled." if began and began[0] else "Cancelled before it started."
        transitions.change(database, id, None, waiting, "cancelled", "user_cancel", said)


def put_first(workspace: Workspace, id: str) -> Run:
    """Lets a waiting run start before all others that wait. Those at work go on."""
    with db.write(workspace) as database:
        database.execute(
            "UPDATE runs SET urgency = (SELECT max(urgency) FROM runs WHERE state IN ('queued', 'interrupted', 'paused')) + 1"
            " WHERE id = ? AND state IN ('queued', 'interrupted')"
            " AND EXISTS (SELECT 1 FROM runs AS other WHERE other.state IN ('queued', 'interrupted') AND other.id <> runs.id"
            " AND (other.urgency > runs.urgency OR (other.urgency = runs.urgency AND other.rowid < runs.rowid)))",
            (id,),
        )
    return get(workspace, id)


def set_terms(workspace: Workspace, id: str, terms: Terms) -> Run:
    """Other terms for a run that has not ended; one at work hears of its limits within a second."""
    with db.write(workspace) as database:
        done = ("succeeded", "failed", "cancelled")
        database.execute("UPDATE runs SET terms = ? WHERE id = ? AND state NOT IN (?, ?, ?)", (terms.model_dump_json(), id, *done))
    return get(workspace, id)


def rename(workspace: Workspace, id: str, name: str) -> Run:
    """The run under a new name. Raises NotFound."""
    with db.write(workspace) as database:
        database.execute("UPDATE runs SET name = ? WHERE id = ?", (clean(name), id))
    return get(workspace, id)


def delete(workspace: Workspace, id: str) -> None:
    """Takes the run, its measures and its model away for good, at once however large. Raises EngineError while it is at work."""
    with db.write(workspace, durable=True) as database:
        if not database.execute("DELETE FROM runs WHERE id = ? AND state NOT IN ('starting', 'running')", (id,)).rowcount:
            found = db.select(database, "SELECT name FROM runs WHERE id = ?", (id,))
            if found:
                raise EngineError(f"The run '{found[0]['name']}' is being trained.", "Cancel it first, then delete it.")
        trash.promise(database, f"runs/{id}")
    trash.keep_promise(workspace, f"runs/{id}")


def set_facts(workspace: Workspace, id: str, attempt: int, values: Mapping[str, Any]) -> bool:
    """Adds to what is known about the run at work; False if that attempt is not (any more) the one at work."""
    with db.write(workspace) as database:
        return transitions.merge_facts(database, id, attempt, values)


def set_score(workspace: Workspace, id: str, attempt: int, score: Mapping[str, Any]) -> bool:
    """Replaces the score of the run at work; False if that attempt is not (any more) the one at work."""
    with db.write(workspace) as database:
        sql = "UPDATE runs SET score = ? WHERE id = ? AND attempt = ? AND state IN ('starting', 'running')"
        return database.execute(sql, (to_json(score), id, attempt)).rowcount == 1


def events(workspace: Workspace, id: str) -> list[Event]:
    """What happened to the run, in order."""
    return [Event(**row) for row in db.rows(workspace, "SELECT * FROM events WHERE run = ? ORDER BY seq", (id,))]


def latest_event(workspace: Workspace) -> int:
    """The `seq` of the newest event of all runs; 0 before there is one."""
    return int(db.rows(workspace, "SELECT coalesce(max(seq), 0) AS seq FROM events")[0]["seq"])


def ended_after(workspace: Workspace, seq: int) -> list[Ended]:
    """Which runs have ended since the event `seq`, in order; without those that only answer a study's question."""
    sql = (
        "SELECT events.seq, run, name, after AS state, events.message, coalesce(json_extract(score, '$.headline'), '') AS headline, at"
        " FROM events JOIN runs ON runs.id = run WHERE seq > ? AND after IN ('succeeded', 'failed', 'cancelled')"
        f" AND {_BY_ITSELF} ORDER BY seq"
    )
    return [Ended(**row) for row in db.rows(workspace, sql, (seq,))]


def _run(row: dict[str, Any]) -> Run:
    row = {key: value for key, value in row.items() if key != "request"}
    row["plan"] = json.loads(row["plan"])
    row["facts"] = json.loads(row["facts"])
    row["terms"] = Terms.model_validate_json(row["terms"])
    row["score"] = json.loads(row["score"]) if row["score"] else None
    return Run.model_construct(**row)
