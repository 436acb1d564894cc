"""The line of steps says what is done, what needs the person, and why something is not possible yet."""

from app import steps
from engine.store.projects import Project
from engine.store.runs import Run
from engine.terms import Terms

PROJECT = Project(id="p1", name="x", dataset="d1", draft={}, created="2026-01-01T00:00:00+00:00", changed="2026-01-01T00:00:00+00:00")


def run(state: str) -> Run:
    blank = dict.fromkeys(Run.model_fields)
    return Run(
        **{
            **blank,
            "id": "r1",
            "dataset": "d1",
            "name": "x",
            "plan": {},
            "state": state,
            "reason": "",
            "message": "",
            "attempt": 1,
            "begun": 1,
            "urgency": 0,
            "place": "",
            "terms": Terms(),
            "resumed": 0.0,
            "created": "x",
            "facts": {},
        }
    )


def states(*args: object) -> list[str]:
    return [step.state for step in steps.line(*args)]  # type: ignore[arg-type]


def test_without_a_project_nothing_is_open() -> None:
    assert set(states(None, (), False, False, [])) == {"not yet"}


def test_a_new_project_needs_data() -> None:
    line = steps.line(PROJECT.model_copy(update={"dataset": None}), (), False, False, [])
    assert (line[0].state, line[0].why) == ("needs you", "Add a file with your data.")
    assert line[1].why == "First choose what to predict, on the Data page."


def test_data_without_a_target_needs_one() -> None:
    line = steps.line(PROJECT, (), False, False, [])
    assert (line[0].state, line[0].why) == ("needs you", "Choose what to predict.")


def test_with_a_plan_all_up_to_training_is_open() -> None:
    assert states(PROJECT, ("prepare",), True, True, []) == ["done", "done", "ready", "ready", "not yet", "not yet"]


def test_while_a_model_learns_the_line_says_so() -> None:
    assert states(PROJECT, (), True, True, [run("running")])[3] == "running"
    assert states(PROJECT, (), True, True, [run("queued"), run("succeeded")])[3:] == ["running", "ready", "ready"]


def test_a_failed_training_needs_the_person() -> None:
    assert states(PROJECT, (), True, True, [run("failed")])[3:] == ["needs you", "not yet", "not yet"]
    assert states(PROJECT, (), True, True, [run("failed"), run("succeeded")])[3:] == ["done", "ready", "ready"]


def test_back_and_next_follow_the_line() -> None:
    assert (steps.before("data"), steps.after("data")) == (None, "prepare")
    assert (steps.before("use"), steps.after("use")) == ("evaluate", None)
    assert (steps.before("home"), steps.after("home")) == (None, None)


def test_a_paused_training_waits_for_the_person() -> None:
    train = steps.line(PROJECT, (), True, True, [run("paused"), run("succeeded")])[3]
    assert (train.state, train.why) == ("needs you", "The training is paused.")
