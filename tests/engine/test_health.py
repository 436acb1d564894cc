"""`modelwright doctor --repair` and the sizes in `modelwright runs`: asks, does what was wanted, and says it."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine import cli
from engine.command_line import health
from engine.store import backup, db, disk, projects, runs
from engine.store.workspace import Workspace
from tests.engine.test_restore import flip
from tests.engine.waiting import finished


@pytest.fixture(autouse=True)
def _good_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "version", lambda: (3, 53, 4))
    monkeypatch.setattr(disk, "free", lambda path: 100 * 10**9)
    monkeypatch.setattr(health, "_devices", lambda: "not asked")


def modelwright(workspace: Workspace, *words: str, answers: str = "") -> Result:
    return CliRunner().invoke(cli.app, [*words, "--workspace", str(workspace.path)], input=answers)


def left_over(workspace: Workspace) -> Path:
    folder = finished(workspace).parent / "checkpoints"
    folder.mkdir()
    return folder


def test_without_repair_nothing_changes_and_the_way_is_named(workspace: Workspace) -> None:
    folder = left_over(workspace)
    done = modelwright(workspace, "doctor")
    assert "is still there. Put it into the trash." in done.stdout and "modelwright doctor --repair" in done.stdout
    assert folder.exists()


def test_each_repair_is_asked_about(workspace: Workspace) -> None:
    folder = left_over(workspace)
    assert "this is lost" not in modelwright(workspace, "doctor", "--repair", answers="n\n").stderr
    assert folder.exists()
    done = modelwright(workspace, "doctor", "--repair", answers="y\ny\n")
    assert "Put it into the trash? [y/N]" in done.stderr and "The trash is empty." in done.stderr
    assert not folder.exists() and done.stdout.endswith("All is well.\n")


def test_yes_mends_without_asking_what_loses_nothing(workspace: Workspace) -> None:
    folder, broken = left_over(workspace), finished(workspace)
    shutil.rmtree(broken)
    done = modelwright(workspace, "doctor", "--repair", "--yes")
    assert not folder.exists() and len(runs.all(workspace)) == 2
    assert "Delete this run? This is lost: The run with its curves" in done.stderr
    done = modelwright(workspace, "doctor", "--repair", "--yes", answers="y\n")
    assert len(runs.all(workspace)) == 1 and done.stdout.endswith("All is well.\n")


def test_a_damaged_database_is_restored_from_here_too(workspace: Workspace) -> None:
    projects.add(workspace, "Before")
    backup.keep_daily(workspace)
    flip(workspace)
    assert modelwright(workspace, "doctor").exit_code == 2
    done = modelwright(workspace, "doctor", "--repair", answers="y\n")
    assert "The database is again as it was on" in done.stderr and done.exit_code == 0
    assert [project.name for project in projects.all(workspace)] == ["Before"]


def test_a_program_is_told_what_was_done(workspace: Workspace) -> None:
    left_over(workspace)
    told = json.loads(modelwright(workspace, "doctor", "--repair", "--yes", "--json").stdout)
    assert told["problems"] == [] and told["done"][-1] == "The trash is empty."


def test_runs_are_listed_with_what_they_take(workspace: Workspace) -> None:
    finished(workspace)
    lines = modelwright(workspace, "runs").stdout.splitlines()
    assert " bytes  A plan" in lines[0]
    assert lines[1].startswith("1 run, ") and lines[1].endswith("; 100 GB are free on the disk.")
    assert json.loads(modelwright(workspace, "runs", "--json").stdout)[0]["bytes"] > 0
