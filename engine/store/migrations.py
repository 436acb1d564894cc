"""The tables, as named changes that are recorded when done. A released change is never edited: add the next one."""

from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.store.db import Database, Migrations, connect, in_memory, select, write

if TYPE_CHECKING:
    from engine.store.workspace import Workspace

CHANGES = Migrations("modelwright")


def bring_up_to_date(workspace: "Workspace") -> None:
    """Makes or changes the tables if that is not done yet; tables in use are copied first. Raises EngineError if a newer Modelwright
    wrote them."""
    from engine.store import backup

    with connect(workspace) as db:
        number = _number(db)
        if not _pending(db) and number == latest():
            return
        is_in_use = bool(CHANGES.applied(db))
        if is_in_use and _pending(db):
            backup.before_change(workspace)
    with write(workspace, durable=True) as db:
        CHANGES.apply(db)
        db.execute(f"PRAGMA user_version = {latest()}")


def latest() -> int:
    """The number of the tables' present form: how many changes led to it. It is kept in the file (PRAGMA user_version)."""
    return len(CHANGES._migrations)


def sound_schema() -> dict[str, str]:
    """Each table, index and trigger as it should be: name -> SQL."""
    fresh = in_memory()
    CHANGES.apply(fresh)
    found = select(fresh, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {row["name"]: row["sql"] for row in found if not row["name"].startswith("sqlite_")}


def _number(db: Database) -> int:
    number = int(db.execute("PRAGMA user_version").fetchone()[0])
    if number > latest():
        raise EngineError(
            f"This workspace was used by a newer Modelwright (its format is {number}, and this one knows up to {latest()}).",
            "Update Modelwright, or choose another workspace.",
        )
    return number


def _pending(db: Database) -> bool:
    done = {change.name for change in CHANGES.applied(db)}
    known = {change.name for change in CHANGES._migrations}
    if unknown := sorted(done - known):
        raise EngineError(
            f"This workspace was used by a newer Modelwright (it knows '{unknown[0]}').", "Update Modelwright, or choose another workspace."
        )
    return done != known


@CHANGES()
def projects_and_datasets(db: Database) -> None:
    """What a person works on. `draft` and `record` are JSON."""
    db.executescript("""
        CREATE TABLE datasets (
            id TEXT PRIMARY KEY,
            record TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX datasets_by_content ON datasets (sha256);
        CREATE TABLE projects (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            dataset TEXT,
            draft TEXT NOT NULL DEFAULT '{}',
            created TEXT NOT NULL,
            changed TEXT NOT NULL
        ) STRICT;
    """)


@CHANGES()
def runs_and_events(db: Database) -> None:
    """Trainings. `wish` is what the person asked of one; one event is written with each change of state."""
    db.executescript("""
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            request TEXT UNIQUE,
            project TEXT REFERENCES projects (id) ON DELETE SET NULL,
            dataset TEXT NOT NULL,
            name TEXT NOT NULL,
            plan TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued' CHECK (
                state IN ('queued', 'starting', 'running', 'paused', 'succeeded', 'failed', 'interrupted', 'cancelled')
            ),
            reason TEXT NOT NULL DEFAULT '',
            message TEXT NOT NULL DEFAULT '',
            attempt INTEGER NOT NULL DEFAULT 0,
            wish TEXT CHECK (wish IN ('stop', 'cancel', 'pause')),
            created TEXT NOT NULL,
            started TEXT,
            ended TEXT,
            facts TEXT NOT NULL DEFAULT '{}',
            score TEXT,
            pid INTEGER,
            ticks INTEGER,
            boot TEXT
        ) STRICT;
        CREATE INDEX runs_by_state ON runs (state);
        CREATE INDEX runs_by_project ON runs (project);
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            before TEXT,
            after TEXT NOT NULL,
            reason TEXT NOT NULL,
            message TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX events_by_run ON events (run);
        CREATE TRIGGER runs_end_once BEFORE UPDATE OF state ON runs
        WHEN OLD.state IN ('succeeded', 'failed', 'cancelled') AND NEW.state <> OLD.state
        BEGIN SELECT RAISE(ABORT, 'a run that has ended cannot change its state'); END;
    """)


@CHANGES()
def metrics_and_models(db: Database) -> None:
    """Measures while training (`seq` is never used twice, so a viewer can go on after it), and finished bundles."""
    db.executescript("""
        CREATE TABLE metrics (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            step REAL NOT NULL,
            value REAL,
            kind TEXT NOT NULL CHECK (kind IN ('finite', 'nan', 'inf', '-inf')),
            UNIQUE (run, name, step),
            CHECK ((value IS NULL) = (kind <> 'finite'))
        ) STRICT;
        CREATE INDEX metrics_by_run ON metrics (run);
        CREATE TABLE models (
            run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
            manifest TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            created TEXT NOT NULL
        ) STRICT;
    """)


@CHANGES()
def usage_and_settings(db: Database) -> None:
    """What each attempt of a run used of the computer, over time (thinned) and in all; and what a person has set for this workspace.

    `at` and `span` are seconds: each row of `usage` stands for the time from `at - span` to `at` of its attempt. `processor_joules`
    is NULL where the system does not count them, `gpu_joules` where there is no graphics card.
    """
    db.executescript("""
        CREATE TABLE usage (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            at REAL NOT NULL,
            span REAL NOT NULL,
            cores REAL NOT NULL,
            memory INTEGER NOT NULL,
            gpu REAL,
            gpu_memory INTEGER,
            PRIMARY KEY (run, attempt, at)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE spent (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            samples INTEGER NOT NULL,
            seconds REAL NOT NULL,
            processor_seconds REAL NOT NULL,
            processor_joules REAL,
            gpu_joules REAL,
            PRIMARY KEY (run, attempt)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE settings (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
    """)


@CHANGES()
def sizes_and_deletions(db: Database) -> None:
    """Bytes of each place in the workspace, and places that were deleted and are not all gone from the disk yet."""
    db.executescript("""
        CREATE TABLE sizes (
            place TEXT PRIMARY KEY,
            bytes INTEGER NOT NULL,
            stamp TEXT NOT NULL,
            measured TEXT NOT NULL
        ) STRICT;
        CREATE TABLE deletions (
            place TEXT PRIMARY KEY,
            asked TEXT NOT NULL
        ) STRICT;
    """)


@CHANGES()
def webhook(db: Database) -> None:
    """The address that is told when a run has ended; no row while nobody is. `outcomes` is JSON, the newest first."""
    db.executescript("""
        CREATE TABLE webhook (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            address TEXT NOT NULL,
            told INTEGER NOT NULL,
            tries INTEGER NOT NULL DEFAULT 0,
            tried TEXT,
            outcomes TEXT NOT NULL DEFAULT '[]'
        ) STRICT;
    """)


@CHANGES()
def going_on_after_an_interruption(db: Database) -> None:
    """`begun` is the attempt that the measures belong to, `resumed` the step (in epochs) at which it went on.

    An interruption with `progress` came after a newer checkpoint: it does not count as one attempt lost.
    """
    db.execute("ALTER TABLE runs ADD COLUMN begun INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE runs ADD COLUMN resumed REAL NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE events ADD COLUMN progress INTEGER NOT NULL DEFAULT 0")


@CHANGES()
def a_queue_with_places(db: Database) -> None:
    """`urgency` orders what waits (the higher first), `place` is where a run is trained ("cpu:0"), `terms` are JSON."""
    db.execute("ALTER TABLE runs ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE runs ADD COLUMN place TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE runs ADD COLUMN terms TEXT NOT NULL DEFAULT '{}'")


@CHANGES()
def a_plan_to_prepare(db: Database) -> None:
    """The plan that somebody looks at and may train next: one row, whose `number` grows with every change."""
    db.executescript("""
        CREATE TABLE preparing (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL,
            plan TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT;
    """)


@CHANGES()
def looks_at_unseen_rows(db: Database) -> None:
    """One row for each run whose judgement was shown, on the unseen rows told by `digest`. It outlives the run: the look was taken."""
    db.executescript("""
        CREATE TABLE looks (
            dataset TEXT NOT NULL,
            digest TEXT NOT NULL,
            run TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (dataset, digest, run)
        ) STRICT, WITHOUT ROWID;
    """)


@CHANGES()
def studies_of_several_runs(db: Database) -> None:
    """Questions that several runs answer together. `plan`, `spec`, `terms`, `facts` and `settings` are JSON; `seconds` counts the time at
    work. A run belongs to at most one study, under a `number`; it is `dropped` when the study has given it up.
    """
    db.executescript("""
        CREATE TABLE studies (
            id TEXT PRIMARY KEY,
            request TEXT UNIQUE,
            project TEXT REFERENCES projects (id) ON DELETE SET NULL,
            dataset TEXT NOT NULL,
            name TEXT NOT NULL,
            plan TEXT NOT NULL,
            spec TEXT NOT NULL,
            terms TEXT NOT NULL DEFAULT '{}',
            state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed')),
            wish TEXT CHECK (wish IN ('stop')),
            message TEXT NOT NULL DEFAULT '',
            seconds REAL NOT NULL DEFAULT 0,
            facts TEXT NOT NULL DEFAULT '{}',
            created TEXT NOT NULL,
            ended TEXT
        ) STRICT;
        CREATE TABLE study_runs (
            study TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            run TEXT NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
            role TEXT NOT NULL,
            settings TEXT NOT NULL DEFAULT '{}',
            dropped INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (study, number)
        ) STRICT;
    """)
