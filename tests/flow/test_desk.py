"""The desk: one resident child, many askers, and no way for a bad question to spoil the next one."""

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.errors import EngineError, InvalidPlan
from engine.jobs import desk
from engine.jobs.desk import Desk
from engine.store.workspace import Workspace
from tests.flow.toy_desk import TOY_DESK
from tests.flow.watching import is_gone, until

pytestmark = pytest.mark.slow


@pytest.fixture
def toy(workspace: Workspace) -> Iterator[Desk]:
    made = Desk(workspace, TOY_DESK)
    yield made
    made.close()


def test_a_question_has_its_answer_in_another_process(toy: Desk, workspace: Workspace) -> None:
    answer = toy.ask("double", number=21)
    assert (answer["double"], answer["workspace"]) == (42, str(workspace.path))
    assert psutil.Process(answer["process"]).ppid() == psutil.Process().pid
    assert toy.ask("double", number=1)["process"] == answer["process"]
    assert "a library prints something" in (workspace.logs / "desk.log").read_text()


def test_mistakes_keep_their_kind_their_words_and_their_fix(toy: Desk) -> None:
    with pytest.raises(InvalidPlan) as caught:
        toy.ask("refuse")
    assert (caught.value.what, caught.value.fix) == ("The plan has no inputs.", "Choose at least one column.")


def test_a_bug_is_told_plainly_and_its_details_only_in_the_log(toy: Desk, workspace: Workspace) -> None:
    with pytest.raises(EngineError, match=r"because of a mistake inside Modelwright \(KeyError\)\. To find out more, look into") as caught:
        toy.ask("stumble")
    assert "secret" not in str(caught.value)
    assert "secret details" in (workspace.logs / "desk.log").read_text()
    assert toy.ask("double", number=2)["double"] == 4


@pytest.mark.parametrize("question", ["_hidden", "no_such_thing", "Workspace", "os"])
def test_only_public_questions_are_answered(toy: Desk, question: str) -> None:
    with pytest.raises(EngineError, match="ValueError"):
        toy.ask(question)


def test_many_threads_ask_and_each_gets_its_own_answer(toy: Desk) -> None:
    got: dict[int, float] = {}

    def ask(number: int) -> None:
        got[number] = toy.ask("double", number=number)["double"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: number * 2 for number in range(20)}


def test_a_question_that_takes_too_long_is_dropped_and_the_next_one_answered(toy: Desk) -> None:
    toy.ask("double", number=1)
    began = time.monotonic()
    with pytest.raises(EngineError, match="The answer took too long, so the question was dropped"):
        toy.ask("wait", timeout=0.5, seconds=60)
    assert time.monotonic() - began < 5
    assert toy.ask("double", number=2)["double"] == 4


def test_who_waits_too_long_for_a_turn_is_told_so(toy: Desk) -> None:
    toy.ask("double", number=1)
    other = threading.Thread(target=toy.ask, args=("wait",), kwargs={"seconds": 1.5})
    other.start()
    until(lambda: toy._turn.locked(), "the other question is being answered")
    with pytest.raises(EngineError, match="still busy with an earlier question. Try again in a moment."):
        toy.ask("double", timeout=0.2, number=1)
    other.join()


def test_a_child_that_died_is_replaced_and_asked_again(toy: Desk) -> None:
    assert toy.ask("die_once") == "alive"


def test_a_child_that_was_killed_between_questions_is_replaced(toy: Desk) -> None:
    first = toy.ask("double", number=1)["process"]
    psutil.Process(first).kill()
    assert toy.ask("double", number=3)["double"] == 6


def test_a_question_that_always_kills_the_child_is_given_up(toy: Desk) -> None:
    with pytest.raises(EngineError, match="its process ended twice. Try again"):
        toy.ask("die")
    assert toy.ask("double", number=3)["double"] == 6


def test_closing_does_not_wait_for_a_long_answer(toy: Desk) -> None:
    toy.ask("double", number=1)
    told: list[str] = []

    def ask() -> None:
        try:
            toy.ask("wait", seconds=60)
        except EngineError as error:
            told.append(error.what)

    asker = threading.Thread(target=ask)
    asker.start()
    until(lambda: toy._turn.locked(), "the question is being answered")
    began = time.monotonic()
    toy.close()
    asker.join()
    assert time.monotonic() - began < 5
    assert told == ["The question was dropped because the app is closing."]
    assert toy.ask("double", number=2)["double"] == 4


def test_the_child_ends_when_the_app_is_killed(workspace: Workspace) -> None:
    app = f"""
        import time
        from engine.jobs.desk import Desk
        from engine.store.workspace import Workspace
        from pathlib import Path
        print(Desk(Workspace(Path({str(workspace.path)!r})), {TOY_DESK!r}).ask("double", number=1)["process"], flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(app)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
    until(lambda: is_gone(child), "the child ends", 10)


def test_there_is_one_desk_for_a_workspace(workspace: Workspace) -> None:
    assert desk.for_workspace(workspace) is desk.for_workspace(Workspace(workspace.path))


def test_warming_up_imports_tensorflow_there_and_not_here(workspace: Workspace) -> None:
    code = f"""
        import sys
        from pathlib import Path
        from engine.jobs import desk
        from engine.store.workspace import Workspace
        made = desk.for_workspace(Workspace(Path({str(workspace.path)!r})))
        assert made.ask("warm", timeout=100) is True
        assert not {{"tensorflow", "keras"}} & set(sys.modules)
        made.close()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=120, cwd=Path(__file__).parents[2])
