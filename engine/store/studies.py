"""Studies: a question that several runs answer together, such as whether a figure is stable. What is asked is in `engine/studies/`.

A study holds no worker: its runs are ordinary ones, and each belongs to it under a number that is given only once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from engine.errors import EngineError, NotFound
from engine.names import clean
from engine.store import db, runs, trash
from engine.store.records import new_id, now, to_json
from engine.store.runs import AT_ONCE, Run
from engine.store.workspace import Workspace
from engine.terms import Terms

if TYPE_CHECKING:
    from engine.plan import Plan
    from engine.studies.base import Asked, Study

State = Literal["running", "done", "failed"]
WINNER = "winner"


class Record(BaseModel):
    """One study. `plan` is what its runs vary, `spec` what is asked, `seconds` how long it has been at work, `facts` what is known."""

    model_config = ConfigDict(frozen=True)

    id: str
    project: str | None
    dataset: str
    name: str
    plan: dict[str, Any]
    spec: dict[str, Any]
    terms: Terms
    state: State
    wish: str | None
    message: str
    seconds: float
    facts: dict[str, Any]
    created: str
    ended: str | None

    @property
    def is_done(self) -> bool:
        return self.state != "running"

    @property
    def was_stopped(self) -> bool:
        """Whether a person ended it before its end, so that it can go on."""
        return self.is_done and self.wish == "stop"


@dataclass(frozen=True)
class Child:
    """A run of a study. `settings` are the values it tries, by path; `dropped` says that the study has given it up."""

    number: int
    role: str
    settings: Mapping[str, Any]
    dropped: bool
    run: Run

    @property
    def has_ended(self) -> bool:
        """Whether it came to an end of its own; not where it was given up because the whole study was stopped."""
        return self.run.is_done and (self.dropped or self.run.state != "cancelled")

    @property
    def is_cut_short(self) -> bool:
        """Whether it has a model, but was asked to end with it before it would have ended by itself."""
        return self.run.state == "succeeded" and self.run.wish == "stop"


def add(
    workspace: Workspace, plan: "Plan", spec: "Study", project: str | None = None, request: str | None = None, terms: Terms = AT_ONCE
) -> Record:
    """A new study. The same `request` (any text the caller chose) a second time gives the first one back."""
    id = new_id("s")
    values = (id, request, project, plan.dataset, clean(plan.name), plan.model_dump_json(), spec.model_dump_json(), terms.model_dump_json())
    with db.write(workspace, durable=True) as database:
        added = database.execute(
            "INSERT INTO studies (id, request, project, dataset, name, plan, spec, terms, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (request) DO NOTHING",
            (*values, now()),
        ).rowcount
        if not added:
            id = db.select(database, "SELECT id FROM studies WHERE request = ?", (request,))[0]["id"]
    return get(workspace, id)


def get(workspace: Workspace, id: str) -> Record:
    """The study with that id. Raises NotFound."""
    found = db.rows(workspace, "SELECT * FROM studies WHERE id = ?", (id,))
    if not found:
        raise NotFound("This study does not exist any more.", "Choose another one under Runs.")
    return _record(found[0])


def all(workspace: Workspace, project: str | None = None) -> list[Record]:
    """Studies (of one project, if given), the newest first."""
    sql = "SELECT * FROM studies WHERE :project IS NULL OR project = :project ORDER BY rowid DESC"
    return [_record(row) for row in db.rows(workspace, sql, {"project": project})]


def unfinished(workspace: Workspace) -> list[str]:
    """The ids of studies that somebody has to drive."""
    return [row["id"] for row in db.rows(workspace, "SELECT id FROM studies WHERE state = 'running' ORDER BY rowid")]


def children(workspace: Workspace, id: str) -> list[Child]:
    """The runs of a study, by number."""
    sql = "SELECT number, role, settings, dropped, run FROM study_runs WHERE study = ? ORDER BY number"
    rows = db.rows(workspace, sql, (id,))
    found = {run.id: run for run in runs.of_study(workspace, id)}
    return [
        Child(row["number"], row["role"], json.loads(row["settings"]), bool(row["dropped"]), found[row["run"]])
        for row in rows
        if row["run"] in found
    ]


def of_run(workspace: Workspace, run: str) -> str | None:
    """The study that a run belongs to, if any."""
    found = db.rows(workspace, "SELECT study FROM study_runs WHERE run = ?", (run,))
    return str(found[0]["study"]) if found else None


def begin(workspace: Workspace, study: Record, asked: "Asked") -> bool:
    """Queues a run for the study, unless one has that number already or the study has ended: run and number come together or not at all."""
    with db.write(workspace, durable=True) as database:
        open_ = db.select(database, "SELECT 1 FROM studies WHERE id = ? AND state = 'running'", (study.id,))
        taken = db.select(database, "SELECT 1 FROM study_runs WHERE study = ? AND number = ?", (study.id, asked.number))
        if taken or not open_:
            return False
        run = runs.insert(database, asked.plan, study.project, asked.plan.name, None, study.terms)
        database.execute(
            "INSERT INTO study_runs (study, number, run, role, settings) VALUES (?, ?, ?, ?, ?)",
            (study.id, asked.number, run, asked.role, to_json(asked.settings)),
        )
    return True


def drop(workspace: Workspace, child: Child) -> None:
    """Gives a run up, because others are clearly better at the same point."""
    with db.write(workspace, durable=True) as database:
        database.execute("UPDATE study_runs SET dropped = 1 WHERE run = ?", (child.run.id,))
    runs.wish(workspace, child.run.id, "cancel")


def wish_stop(workspace: Workspace, id: str) -> Record:
    """Asks a study to end now with what is there. Nothing happens to one that has ended."""
    with db.write(workspace, durable=True) as database:
        database.execute("UPDATE studies SET wish = 'stop' WHERE id = ? AND state = 'running'", (id,))
    return get(workspace, id)


def know(workspace: Workspace, id: str, facts: Mapping[str, Any], seconds: float = 0.0) -> None:
    """Adds to what is known, and to the time at work."""
    with db.write(workspace) as database:
        found = database.execute("SELECT facts FROM studies WHERE id = ?", (id,)).fetchone()
        if found:
            merged = to_json({**json.loads(found[0]), **facts})
            database.execute("UPDATE studies SET facts = ?, seconds = seconds + ? WHERE id = ?", (merged, seconds, id))


def end(workspace: Workspace, id: str, state: State, message: str) -> bool:
    """The study's end; False if it had ended before."""
    with db.write(workspace, durable=True) as database:
        sql = "UPDATE studies SET state = ?, message = ?, ended = ? WHERE id = ? AND state = 'running'"
        return database.execute(sql, (state, message, now(), id)).rowcount == 1


def go_on(workspace: Workspace, id: str) -> Record:
    """Lets a study that was stopped go on from what is there. Nothing happens to one that was not.

    Runs that were given up or cut short for the stop are asked for anew. A model that was chosen and judged by then stays until another is
    better; its number becomes one that no further run can have.
    """
    with db.write(workspace, durable=True) as database:
        changed = "state = 'running', wish = NULL, message = '', ended = NULL"
        sql = f"UPDATE studies SET {changed} WHERE id = ? AND state <> 'running' AND wish = 'stop'"
        if not database.execute(sql, (id,)).rowcount:
            return get(workspace, id)
        sql = (
            "SELECT run FROM study_runs JOIN runs ON runs.id = run WHERE study = ? AND NOT dropped "
            "AND (state = 'cancelled' OR (state = 'succeeded' AND wish = 'stop' AND role <> ?))"
        )
        given_up = [row["run"] for row in db.select(database, sql, (id, WINNER))]
        database.execute("UPDATE study_runs SET number = -1 WHERE study = ? AND role = ?", (id, WINNER))
        for run in given_up:
            database.execute("DELETE FROM runs WHERE id = ?", (run,))
            trash.promise(database, f"runs/{run}")
    for run in given_up:
        trash.keep_promise(workspace, f"runs/{run}")
    return get(workspace, id)


def release(workspace: Workspace, given: Sequence[str]) -> None:
    """These runs (ids) belong to no study any more and are listed with the others."""
    with db.write(workspace, durable=True) as database:
        for run in given:
            database.execute("DELETE FROM study_runs WHERE run = ?", (run,))


def delete(workspace: Workspace, id: str) -> None:
    """Takes the study and its runs away for good. Raises EngineError while one of them is at work."""
    with db.write(workspace, durable=True) as database:
        sql = "SELECT run, state FROM study_runs JOIN runs ON runs.id = run WHERE study = ?"
        found = db.select(database, sql, (id,))
        if any(row["state"] in runs.ACTIVE for row in found):
            raise EngineError("This study is being trained.", "Stop it first, then delete it.")
        for row in found:
            database.execute("DELETE FROM runs WHERE id = ?", (row["run"],))
            trash.promise(database, f"runs/{row['run']}")
        database.execute("DELETE FROM studies WHERE id = ?", (id,))
    for row in found:
        trash.keep_promise(workspace, f"runs/{row['run']}")


def delete_empty(workspace: Workspace, dataset: str) -> None:
    """Takes away studies of that dataset whose runs have all been deleted."""
    with db.write(workspace, durable=True) as database:
        sql = "DELETE FROM studies WHERE dataset = ? AND state <> 'running' AND id NOT IN (SELECT study FROM study_runs)"
        database.execute(sql, (dataset,))


def refuse_use(workspace: Workspace, dataset: str, name: str) -> None:
    """Raises EngineError while a study is going to train on that dataset."""
    found = db.rows(workspace, "SELECT name FROM studies WHERE dataset = ? AND state = 'running'", (dataset,))
    if found:
        what = f"The dataset '{name}' is in use by a study ('{found[0]['name']}')."
        raise EngineError(what, "Wait until it has ended, or stop it first.")


def _record(row: dict[str, Any]) -> Record:
    row = {key: value for key, value in row.items() if key != "request"}
    for name in ("plan", "spec", "facts"):
        row[name] = json.loads(row[name])
    row["terms"] = Terms.model_validate_json(row["terms"])
    return Record.model_construct(**row)
