"""The process that reads uploads: what it may do, and what becomes of the app when it ends badly."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine import datasets, importing, quarantine
from engine.columns import Column
from engine.errors import UnreadableFile
from engine.store.workspace import Workspace
from tests.engine.uploads import GOOD

pytestmark = pytest.mark.slow


@pytest.fixture
def request_(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "upload"
    path.write_text(GOOD)
    return importing.Request(path=str(path), name="data.csv", folder=str(tmp_path), source="s", typed="t").model_dump(mode="json")


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Another program in the place of `engine.intake`."""
    real = subprocess.Popen
    monkeypatch.setattr(quarantine.subprocess, "Popen", lambda _, **how: real(program(code), **how))


def test_it_answers_in_json_lines(request_: dict[str, Any], tmp_path: Path) -> None:
    told: list[str] = []
    answer = quarantine.run(request_, tmp_path / "log", lambda done, words: told.append(words))
    assert answer["rows"] == 100
    assert list(dict.fromkeys(told)) == ["Reading", "Finding types", "Writing the table"]
    assert (tmp_path / "log").read_text() == ""


def test_a_mistake_in_the_file_comes_back_as_what_it_is(request_: dict[str, Any], tmp_path: Path) -> None:
    Path(request_["path"]).write_text("a,b\n")
    with pytest.raises(UnreadableFile) as raised:
        quarantine.run(request_, tmp_path / "log")
    assert raised.value.fix == "Add rows and upload it again."


def test_a_crash_is_a_sentence_and_the_caller_lives(request_: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(UnreadableFile, match="the reading broke off .* Save it again with the program it came from"):
        quarantine.run(request_, tmp_path / "log")


def test_taking_too_long_is_ended(request_: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(quarantine, "WALL_SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(UnreadableFile, match="took too long and was stopped"):
        quarantine.run(request_, tmp_path / "log")
    assert time.monotonic() - began < 20


def test_calling_it_off_ends_the_process(request_: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    write_pid = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid()));"
    stand_in(monkeypatch, write_pid + 'print(\'{"progress": 0.1, "words": "x"}\', flush=True); time.sleep(60)')

    def call_off(done: float, words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quarantine.run(request_, tmp_path / "log", call_off)
    assert not psutil.pid_exists(int(pid.read_text()))


def test_it_gets_no_secrets_and_has_limits(request_: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    code = (
        "import json, os, sys; from engine import intake; intake._limit(0); import resource as r;"
        "limits = {'memory': r.getrlimit(r.RLIMIT_AS)[0], 'files': r.getrlimit(r.RLIMIT_NOFILE)[0]};"
        "print(json.dumps({'done': {'names': sorted(os.environ), **limits}}))"
    )
    stand_in(monkeypatch, code)
    answer = quarantine.run(request_, tmp_path / "log")
    assert "MY_TOKEN" not in answer["names"]
    assert (answer["memory"], answer["files"]) == (4 * 2**30, 256)


def test_more_memory_than_allowed_is_a_sentence(request_: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; from engine import importing, intake; intake.MEMORY = 2 * 2**30;"
        "importing.read = lambda asked, tell: bytearray(3 * 2**30); sys.exit(intake.main())"
    )
    stand_in(monkeypatch, code)
    with pytest.raises(UnreadableFile, match="needs more memory than"):
        quarantine.run(request_, tmp_path / "log")


def test_several_uploads_at_once(workspace: Workspace) -> None:
    def upload(number: int) -> None:
        path = workspace.uploads / f"{number}.csv"
        path.write_text(GOOD + f"{number},1,x\n")
        datasets.add(workspace, path, path.name)

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(d.name for d in datasets.all(workspace)) == ["0", "1", "2"]


def test_a_large_table_changes_its_type_in_a_process_of_its_own(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workspace.uploads / "data.csv"
    path.write_text(GOOD)
    dataset = datasets.add(workspace, path, "data.csv")
    monkeypatch.setattr(datasets, "_SMALL", 10)
    after = datasets.retype(workspace, dataset.id, "c0001", "category")
    assert after.columns[0].type == "category"
    assert datasets.table(workspace, dataset.id).values("c0001")[1] == "7"


def test_new_rows_are_read_in_it_too(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("B;a\n1,5;2\n")
    columns = (Column(id="c0001", name="a", type="number"), Column(id="c0002", name="b", type="number"))
    table, problems = datasets.read_new(columns, path, "new.csv", folder=tmp_path / "place")
    assert table.frame.to_dict("list") == {"c0001": [2.0], "c0002": [1.5]}
    assert [problem.where for problem in problems] == ["b", "b"]


def test_the_answer_survives_odd_words(request_: dict[str, Any], tmp_path: Path) -> None:
    Path(request_["path"]).write_text("a\u2028b,\U0001f600\n" + "x\u2028y,1\n" * 30)
    names = [column["name"] for column in quarantine.run(request_, tmp_path / "log")["columns"]]
    assert names == ["a b", "\U0001f600"]
    assert json.dumps(names) and os.path.exists(request_["path"])


@pytest.mark.slow
def test_thousands_of_columns_fit_into_the_memory_an_upload_may_use(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = [f"x{i}" for i in range(2_400)]
    path.write_text("\n".join([",".join(names), *(",".join(str((row * i) % 97 / 7) for i in range(len(names))) for row in range(60))]))
    dataset = datasets.add(workspace, path, "wide.csv")
    assert (dataset.rows, len(dataset.columns)) == (60, 2_400)
