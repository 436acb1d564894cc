"""A workspace as version 0.1.0 made it is reopened: copied first, brought up to date, and nothing in it is lost."""

import json
from pathlib import Path

import pytest

import engine
from engine.errors import EngineError
from engine.store import backup, db, disk, doctor, metrics, migrations, projects, runs, studies
from engine.store.workspace import Workspace
from engine.studies import Asked
from engine.studies.cross_validation import CrossValidation
from tests import lessons

# Word for word what the three changes of 0.1.0 made. It stays as it is, whatever becomes of engine/store/migrations.py.
TABLES = """
CREATE TABLE [_sqlite_migrations] (
   [id] INTEGER PRIMARY KEY, [migration_set] TEXT, [name] TEXT, [applied_at] TEXT
);
CREATE UNIQUE INDEX [idx__sqlite_migrations_migration_set_name] ON [_sqlite_migrations] ([migration_set], [name]);
CREATE TABLE datasets (id TEXT PRIMARY KEY, record TEXT NOT NULL, sha256 TEXT NOT NULL, created TEXT NOT NULL) STRICT;
CREATE INDEX datasets_by_content ON datasets (sha256);
CREATE TABLE projects (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, dataset TEXT, draft TEXT NOT NULL DEFAULT '{}', created TEXT NOT NULL, changed TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
    id TEXT PRIMARY KEY, request TEXT UNIQUE, project TEXT REFERENCES projects (id) ON DELETE SET NULL, dataset TEXT NOT NULL,
    name TEXT NOT NULL, plan TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (
        state IN ('queued', 'starting', 'running', 'paused', 'succeeded', 'failed', 'interrupted', 'cancelled')
    ),
    reason TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '', attempt INTEGER NOT NULL DEFAULT 0,
    wish TEXT CHECK (wish IN ('stop', 'cancel', 'pause')), created TEXT NOT NULL, started TEXT, ended TEXT,
    facts TEXT NOT NULL DEFAULT '{}', score TEXT, pid INTEGER, ticks INTEGER, boot TEXT
) STRICT;
CREATE INDEX runs_by_state ON runs (state);
CREATE INDEX runs_by_project ON runs (project);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, attempt INTEGER NOT NULL,
    before TEXT, after TEXT NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_run ON events (run);
CREATE TRIGGER runs_end_once BEFORE UPDATE OF state ON runs
WHEN OLD.state IN ('succeeded', 'failed', 'cancelled') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'a run that has ended cannot change its state'); END;
CREATE TABLE metrics (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL,
    step REAL NOT NULL, value REAL, kind TEXT NOT NULL CHECK (kind IN ('finite', 'nan', 'inf', '-inf')),
    UNIQUE (run, name, step), CHECK ((value IS NULL) = (kind <> 'finite'))
) STRICT;
CREATE INDEX metrics_by_run ON metrics (run);
CREATE TABLE models (
    run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE, manifest TEXT NOT NULL, bytes INTEGER NOT NULL, created TEXT NOT NULL
) STRICT;
"""
ROWS = """
INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES
    ('modelwright', 'projects_and_datasets', '2026-10-01 08:00:00+00:00'),
    ('modelwright', 'runs_and_events', '2026-10-01 08:00:00+00:00'),
    ('modelwright', 'metrics_and_models', '2026-10-01 08:00:00+00:00');
INSERT INTO projects VALUES ('p1111111111', 'Ward 3', NULL, '{"target": "c0002"}', '2026-10-01T08:00:00.000+00:00',
    '2026-10-01T08:05:00.000+00:00');
INSERT INTO runs (id, project, dataset, name, plan, state, reason, message, attempt, created, started, ended, facts) VALUES
    ('r1111111111', 'p1111111111', 'd1111111111', 'First try', '{"dataset": "d1111111111"}', 'failed', 'diverged', 'It diverged.', 1,
    '2026-10-01T08:01:00.000+00:00', '2026-10-01T08:01:02.000+00:00', '2026-10-01T08:02:00.000+00:00', '{"seconds": 58}');
INSERT INTO events (run, attempt, before, after, reason, message, at) VALUES
    ('r1111111111', 0, NULL, 'queued', '', '', '2026-10-01T08:01:00.000+00:00'),
    ('r1111111111', 1, 'queued', 'starting', '', '', '2026-10-01T08:01:01.000+00:00'),
    ('r1111111111', 1, 'starting', 'running', '', '', '2026-10-01T08:01:02.000+00:00'),
    ('r1111111111', 1, 'running', 'failed', 'diverged', 'It diverged.', '2026-10-01T08:02:00.000+00:00');
INSERT INTO metrics (run, name, step, value, kind) VALUES
    ('r1111111111', 'loss', 1.0, 0.5, 'finite'), ('r1111111111', 'loss', 2.0, NULL, 'nan');
"""


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The folder of a workspace of version 0.1.0."""
    for name in ("datasets", "runs/r1111111111", "uploads", "logs"):
        (tmp_path / name).mkdir(parents=True)
    with db.connect(Workspace(tmp_path)) as database:
        database.executescript(TABLES + ROWS)
    db.forget(Workspace(tmp_path))
    return tmp_path


def test_nothing_is_lost(first: Path) -> None:
    workspace = Workspace.open(first, check=True)
    assert [(project.name, project.draft) for project in projects.all(workspace)] == [("Ward 3", {"target": "c0002"})]
    (run,) = runs.all(workspace)
    assert (run.name, run.state, run.message, run.facts) == ("First try", "failed", "It diverged.", {"seconds": 58})
    assert [event.after for event in runs.events(workspace, run.id)] == ["queued", "starting", "running", "failed"]
    steps, values = metrics.series(workspace, run.id)["loss"]
    assert steps == [1.0, 2.0] and values[0] == 0.5 and values[1] != values[1]


def test_studies_can_be_asked_and_hide_their_runs(first: Path) -> None:
    workspace = Workspace.open(first)
    assert studies.all(workspace) == [] and [run.id for run in runs.all(workspace)] == ["r1111111111"]
    plan = lessons.plan().model_copy(update={"dataset": "d1111111111"})
    record = studies.add(workspace, plan, CrossValidation(), project="p1111111111")
    assert studies.begin(workspace, record, Asked(0, plan, "fold")) and not studies.begin(workspace, record, Asked(0, plan, "fold"))
    assert len(studies.children(workspace, record.id)) == 1
    assert [run.id for run in runs.all(workspace)] == ["r1111111111"] and len(runs.all(workspace, of_studies=True)) == 2


def test_it_is_copied_before_it_is_changed(first: Path) -> None:
    workspace = Workspace.open(first)
    (copy,) = (backup.folder(workspace) / "before-changes").iterdir()
    with db.reading(copy) as before:
        names = [row[0] for row in before.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert names == ["projects_and_datasets", "runs_and_events", "metrics_and_models"]
    assert backup.read(copy) == backup.Copy(copy, backup.made(copy), projects=1, runs=1)


def test_the_copy_does_not_count_among_the_seven(first: Path) -> None:
    workspace = Workspace.open(first)
    for day in range(10, 19):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(backup, "now", lambda day=day: f"2026-11-{day}T00:00:00.000+00:00")
            backup.keep_daily(workspace)
    assert len(backup.paths(workspace)) == 8


def test_its_format_is_recorded(first: Path) -> None:
    workspace = Workspace.open(first)
    assert db.rows(workspace, "PRAGMA user_version") == [{"user_version": migrations.latest()}]
    assert json.loads(workspace.format.read_text()) == {"format": migrations.latest(), "program": engine.__version__}


def test_it_is_changed_and_copied_once(first: Path) -> None:
    for _ in range(3):
        workspace = Workspace.open(first)
    assert len(list((backup.folder(workspace) / "before-changes").iterdir())) == 1


def test_a_new_workspace_needs_no_copy(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "new")
    assert not backup.folder(workspace).exists()


def test_it_is_sound_afterwards(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "version", lambda: (3, 53, 4))
    monkeypatch.setattr(disk, "free", lambda path: 100 * 2**30)
    assert doctor.examine(Workspace.open(first)) == []


def test_a_newer_format_is_refused_in_words_and_left_alone(first: Path) -> None:
    workspace = Workspace.open(first)
    with db.connect(workspace) as database:
        database.execute("PRAGMA user_version = 99")
    said = r"newer Modelwright \(its format is 99, and this one knows up to \d+\)\. Update Modelwright"
    with pytest.raises(EngineError, match=said):
        Workspace.open(first)
    assert db.rows(workspace, "PRAGMA user_version") == [{"user_version": 99}]


def test_a_change_that_fails_leaves_the_old_form(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(database: db.Database) -> None:
        database.execute("CREATE TABLE half (x)")
        raise RuntimeError("power")

    broken = migrations.Migrations("modelwright")
    for change in migrations.CHANGES._migrations:
        broken._migrations.append(change)
    broken(name="fails")(fails)
    monkeypatch.setattr(migrations, "CHANGES", broken)
    with pytest.raises(RuntimeError, match="power"):
        Workspace.open(first)
    assert db.rows(Workspace(first), "SELECT name FROM sqlite_schema WHERE name IN ('half', 'sizes')") == []
    assert db.rows(Workspace(first), "PRAGMA user_version") == [{"user_version": 0}]
