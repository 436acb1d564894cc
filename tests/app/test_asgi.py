"""What nobody has caught, and a database that another program holds: the reader gets a sentence that fits, never a traceback."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import EngineError
from engine.store import db, projects
from engine.store.workspace import Workspace
from tests.app.test_train import at_work, learn, opened
from tests.app.trained import Trained
from tests.chaos.test_locked_database import held


def shown(error: Exception) -> str:
    def page(error: Exception) -> None:
        from app import asgi

        assert asgi._on_error(error)

    at = AppTest.from_function(page, kwargs={"error": error}, default_timeout=30).run()
    assert not at.exception
    return " ".join(one.value for one in at.markdown).replace("\\", "")


def test_a_held_database_is_named_and_the_click_is_said_to_be_lost(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.2)
    db.let_go()
    with held(empty, 60), pytest.raises(db.Busy) as busy:
        projects.add(empty, "Fresh")
    assert "Another program is using the database" in shown(busy.value)
    assert "was not carried out" in shown(busy.value)


def test_that_another_program_holds_the_database_is_said_beside_the_numbers(trained: Trained) -> None:
    run = at_work(trained)
    learn(trained, run, [0.9, 0.7, 0.5])
    page = opened(trained, run)
    with held(trained.workspace, 60):
        page.run()
        assert "Database busy: another program is using it. The training goes on meanwhile" in page.words
        assert "3 of 12" in page.words
    assert "Database busy" not in page.run().words


def test_what_a_person_can_mend_is_said_in_its_own_words(empty: Workspace) -> None:
    assert "The disk is full. Make room." in shown(EngineError("The disk is full.", "Make room.")).replace("*", "").replace("]", "")


def test_a_fault_of_the_program_is_owned_up_to(empty: Workspace) -> None:
    assert "That is a fault of the program, not yours." in shown(KeyError("x"))
