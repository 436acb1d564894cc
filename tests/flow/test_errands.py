"""Errands: a long question to a process of its own, that survives the app, ends when it should, and says so when it did not."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.errors import InvalidPlan
from engine.jobs import errands
from engine.jobs.errands import Errand
from engine.store.workspace import Workspace
from tests.flow.toy_errand import TOY
from tests.flow.watching import is_gone, until

pytestmark = pytest.mark.slow


def begun(workspace: Workspace, question: str, key: str = "toy-1", **arguments: Any) -> Errand:
    return errands.start(workspace, key, question, program=TOY, **arguments)


def now(workspace: Workspace, key: str = "toy-1") -> Errand:
    found = errands.find(workspace, key)
    assert found is not None
    return found


def ended(workspace: Workspace, key: str = "toy-1") -> Errand:
    until(lambda: now(workspace, key).is_over, "the errand ends")
    return now(workspace, key)


def process_of(workspace: Workspace, key: str = "toy-1") -> psutil.Process:
    told: dict[str, Any] = {}
    until(lambda: told.update(errands._get(errands._folder(workspace, key)) or {}) or told.get("process"), "the child says who it is")
    return psutil.Process(told["process"][0])


def test_a_secret_reaches_the_question_and_no_file(workspace: Workspace) -> None:
    begun(workspace, "whisper", secret="pässword-1")
    assert ended(workspace).answer == {"letters": 10}
    assert [path for path in workspace.path.rglob("*") if path.is_file() and "pässword-1".encode() in path.read_bytes()] == []


def test_it_tells_how_far_it_is_and_keeps_its_answer(workspace: Workspace) -> None:
    errand = begun(workspace, "count", to=60, each=0.05)
    assert (errand.state, errand.stage) == ("under way", "Starting")
    until(lambda: 0 < now(workspace).part < 1, "it is in the middle")
    assert now(workspace).stage.startswith("Counting: ")
    until(lambda: now(workspace).left or now(workspace).is_over, "it says how long it takes")
    assert 0 < (now(workspace).left or 0) < 10
    done = ended(workspace)
    assert (done.state, done.error) == ("done", None)
    assert done.answer == {"counted": 60, "workspace": str(workspace.path)}
    assert len((done.folder / "lines.txt").read_text().splitlines()) == 60
    assert now(workspace) == done


def test_a_mistake_keeps_its_kind_its_words_and_its_fix(workspace: Workspace) -> None:
    begun(workspace, "refuse")
    error = ended(workspace).error
    assert isinstance(error, InvalidPlan)
    assert (error.what, error.fix) == ("The plan has no inputs.", "Choose at least one column.")


def test_a_bug_is_told_plainly_and_its_details_only_in_the_log(workspace: Workspace) -> None:
    begun(workspace, "stumble")
    error = ended(workspace).error
    assert error is not None and error.what == "This could not be finished because of a mistake inside Modelwright (KeyError)."
    assert "secret details" in (workspace.logs / "errands.log").read_text()


@pytest.mark.parametrize("question", ["_hidden", "no_such_thing", "Path"])
def test_only_public_questions_are_answered(workspace: Workspace, question: str) -> None:
    begun(workspace, question)
    assert "ValueError" in str(ended(workspace).error)


def test_a_cancelled_one_is_gone_at_once_and_leaves_nothing(workspace: Workspace) -> None:
    errand = begun(workspace, "count", to=10_000)
    process = process_of(workspace)
    errands.cancel(workspace, "toy-1")
    assert errands.find(workspace, "toy-1") is None and errands.all(workspace) == []
    until(lambda: is_gone(process), "the child ends", 10)
    until(lambda: not list(errand.folder.parent.iterdir()), "its folder goes, and its lock", 10)


def test_one_cancelled_before_it_has_begun_ends_too(workspace: Workspace) -> None:
    errand = begun(workspace, "count", to=10_000)
    errands.cancel(workspace, "toy-1")
    until(lambda: not errand.folder.exists(), "its folder goes", 20)


def test_one_that_does_not_listen_is_ended_by_force(workspace: Workspace) -> None:
    errand = begun(workspace, "be_deaf")
    until((errand.folder / "deaf").exists, "it is deaf")
    process = process_of(workspace)
    errands.cancel(workspace, "toy-1")
    until(lambda: is_gone(process), "the child ends", 10)
    until(lambda: not errand.folder.exists(), "its folder goes", 10)


def test_cancelling_ends_the_processes_it_started(workspace: Workspace) -> None:
    errand = begun(workspace, "keep_a_child")
    until((errand.folder / "child").exists, "the grandchild runs")
    grandchild = psutil.Process(int((errand.folder / "child").read_text()))
    errands.cancel(workspace, "toy-1")
    until(lambda: is_gone(grandchild), "the grandchild ends", 10)


def test_a_killed_child_is_noticed_and_said(workspace: Workspace) -> None:
    begun(workspace, "count", to=10_000)
    until(lambda: now(workspace).part > 0, "it counts")
    process_of(workspace).kill()
    error = ended(workspace).error
    assert error is not None
    assert str(error) == ("It was ended before it was finished: the computer was restarted, or had no memory left. Start it again.")
    assert begun(workspace, "count", to=1).state == "under way"
    assert ended(workspace).answer["counted"] == 1


def test_the_same_one_twice_is_one(workspace: Workspace) -> None:
    begun(workspace, "count", to=10_000)
    process = process_of(workspace)
    assert begun(workspace, "count", to=3).arguments == {"to": 10_000}
    assert process_of(workspace) == process
    errands.cancel(workspace, "toy-1")


def test_a_file_goes_with_the_errand_that_took_it(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "upload").write_text("a\nb\n")
    errand = begun(workspace, "read_lines", take=tmp_path / "upload")
    assert ended(workspace).answer == ["a", "b"]
    assert not (tmp_path / "upload").exists()
    errands.forget(workspace, "toy-1")
    until(lambda: not errand.folder.exists(), "its folder goes", 10)


def test_a_new_one_can_take_the_place_of_one_under_way(workspace: Workspace) -> None:
    begun(workspace, "count", to=10_000)
    process = process_of(workspace)
    begun(workspace, "count", to=3, replace=True)
    assert is_gone(process)
    assert ended(workspace).answer["counted"] == 3


def test_one_can_be_started_anew_right_after_it_was_cancelled(workspace: Workspace) -> None:
    begun(workspace, "count", to=10_000)
    errands.cancel(workspace, "toy-1")
    begun(workspace, "count", to=3)
    assert ended(workspace).answer["counted"] == 3
    time.sleep(errands.UNTIL_KILLED)
    assert now(workspace).answer["counted"] == 3


def test_a_result_is_forgotten_and_one_under_way_is_not(workspace: Workspace) -> None:
    begun(workspace, "count", to=10_000)
    errands.forget(workspace, "toy-1")
    assert now(workspace).state == "under way"
    begun(workspace, "count", key="toy-2", to=1)
    ended(workspace, "toy-2")
    errands.forget(workspace, "toy-2")
    assert errands.find(workspace, "toy-2") is None
    assert [errand.key for errand in errands.all(workspace, "toy-")] == ["toy-1"]
    errands.cancel(workspace, "toy-1")


def test_only_old_results_are_swept(workspace: Workspace) -> None:
    for key in ("toy-1", "toy-2"):
        begun(workspace, "count", key=key, to=1)
        ended(workspace, key)
    begun(workspace, "count", key="toy-3", to=10_000)
    until(lambda: now(workspace, "toy-3").part > 0, "it counts")
    old = time.time() - 2 * errands.STALE_AFTER
    for key in ("toy-1", "toy-3"):
        os.utime(errands._folder(workspace, key), (old, old))
    assert errands.sweep(workspace) == 1
    assert [errand.key for errand in errands.all(workspace)] == ["toy-2", "toy-3"]
    errands.cancel(workspace, "toy-3")


@pytest.mark.parametrize("key", ["../outside", "", "a/b", "Capital", "a" * 200])
def test_a_key_is_never_a_path(workspace: Workspace, key: str) -> None:
    assert errands.find(workspace, key) is None
    with pytest.raises(ValueError, match="no key"):
        begun(workspace, "count", key=key, to=1)


def test_an_app_that_was_killed_finds_it_when_it_is_back(workspace: Workspace) -> None:
    app = f"""
        import time
        from pathlib import Path
        from engine.jobs import errands
        from engine.store.workspace import Workspace
        errands.start(Workspace(Path({str(workspace.path)!r})), "toy-1", "count", program={TOY!r}, to=60, each=0.05)
        print("started", flush=True)
        time.sleep(60)
    """
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(app)], stdout=subprocess.PIPE, cwd=root, start_new_session=True) as killed:
        assert killed.stdout is not None and killed.stdout.readline() == b"started\n"
        until(lambda: now(workspace).part > 0, "it counts")
        os.killpg(killed.pid, signal.SIGKILL)
    assert now(workspace).state == "under way"
    assert ended(workspace).answer["counted"] == 60
