"""What a run was given runs out: time keeps the best model, memory ends it; both with the reason in words."""

import time

from engine.jobs.rounds import Rounds
from engine.store import runs
from engine.store.workspace import Workspace
from engine.terms import Terms
from tests.flow.toy import TOY, ToyPlan
from tests.flow.watching import until_measured

LONG = ToyPlan(steps=5_000, seconds=0.01)


def ended(workspace: Workspace, id: str, seconds: float = 30.0) -> runs.Run:
    looking, until = Rounds(workspace, program=TOY), time.monotonic() + seconds
    while not (run := runs.get(workspace, id)).is_done:
        assert time.monotonic() < until, f"still {run.state}"
        looking.step()
        time.sleep(0.02)
    return run


def test_when_its_time_is_over_the_best_model_is_kept(workspace: Workspace) -> None:
    run = ended(workspace, runs.add(workspace, LONG, terms=Terms(minutes=0.02)).id)
    assert (run.state, run.reason) == ("succeeded", "time_limit")
    assert run.message == "It was stopped after the 0.02 minutes it was given." and run.score is not None


def test_a_limit_set_while_it_trains_is_heard(workspace: Workspace) -> None:
    run = runs.add(workspace, LONG)
    looking = Rounds(workspace, program=TOY)
    looking.step()
    until_measured(workspace, run.id)
    runs.set_terms(workspace, run.id, Terms(minutes=0.001))
    assert ended(workspace, run.id).reason == "time_limit"


def test_beyond_its_memory_a_run_ends_with_the_numbers(workspace: Workspace) -> None:
    run = ended(workspace, runs.add(workspace, LONG, terms=Terms(gigabytes=0.001)).id)
    assert (run.state, run.reason) == ("failed", "out_of_memory")
    assert run.message.startswith("It grew beyond the 0.001 GB of memory it was given.")


def test_a_run_put_off_or_too_large_does_not_start_and_those_behind_it_do(workspace: Workspace) -> None:
    later = runs.add(workspace, LONG, terms=Terms(not_before="2999-01-01T00:00:00+00:00"))
    huge = runs.add(workspace, LONG, terms=Terms(megabytes=1e9))
    small = runs.add(workspace, ToyPlan())
    assert ended(workspace, small.id).state == "succeeded"
    assert runs.get(workspace, later.id).state == "queued"
    refused = runs.get(workspace, huge.id)
    assert (refused.state, refused.reason, refused.attempt) == ("failed", "out_of_memory", 0)
    assert "It needs about 1000000.0 GB of memory, and this computer has" in refused.message
