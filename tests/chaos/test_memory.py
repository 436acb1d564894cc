"""Memory runs out: the run says so, is tried once more from where it was, and then says what would help."""

import pytest

from engine.jobs import processes, rounds
from engine.jobs.supervisor import Here
from engine.store import runs
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import TOY, ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
STEPS = 80


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The kernel's count of processes it has ended for want of memory, to add to."""
    count = [0]
    monkeypatch.setattr(processes, "memory_kills", lambda: count[0])
    return count


def end_by_the_kernel(workspace: Workspace, here: Here, kernel: list[int], attempt: int) -> None:
    """As the kernel does it: SIGKILL, and its counter goes up."""
    until(lambda: here.poll().begun == attempt and fire.at_work(workspace) and workspace.checkpoints(here.id).exists(), "it works", 30)
    (worker,) = fire.at_work(workspace)
    kernel[0] += 1
    assert fire.kill(worker)
    until(lambda: here.poll().state != "running", "its end is noticed", 10)


@pytest.mark.parametrize("times", fire.counts(2, 20))
def test_a_worker_ended_by_the_kernel_is_told_from_a_killed_one(workspace: Workspace, kernel: list[int], times: int) -> None:
    for _ in range(times):
        here = Here(workspace, runs.add(workspace, ToyPlan(steps=STEPS, seconds=0.01, keeps=True)).id, TOY)
        end_by_the_kernel(workspace, here, kernel, 1)
        run = here.wait()
        told = [event for event in runs.events(workspace, run.id) if event.after == "interrupted"]
        assert [event.reason for event in told] == ["out_of_memory"]
        assert told[0].message == "The computer ran out of memory, so the system ended the training."
        assert run.attempt == 2
        fire.assert_right(workspace, [run.id], STEPS)


def test_a_training_that_is_always_too_large_is_tried_twice(workspace: Workspace, kernel: list[int]) -> None:
    here = Here(workspace, runs.add(workspace, ToyPlan(steps=1, ends="deaf")).id, TOY)
    for attempt in (1, 2):
        until(lambda n=attempt: here.poll().begun == n and fire.at_work(workspace), "it works", 30)
        kernel[0] += 1
        assert fire.kill(*fire.at_work(workspace))
        until(lambda: here.poll().state != "running", "its end is noticed", 10)
    run = here.wait()
    assert (run.state, run.reason, run.attempt) == ("failed", "out_of_memory", 2)
    assert run.message.endswith("Use a smaller batch, smaller pictures or fewer rows.")
    fire.assert_sound(workspace)


def test_memory_that_is_refused_is_no_mistake_of_ours(workspace: Workspace) -> None:
    """A limit of the operating system (RLIMIT_AS) instead of the kernel's axe: the training gets an error, and says what helps."""
    run = Here(workspace, runs.add(workspace, ToyPlan(steps=3, ends="beyond its limit")).id, TOY).wait()
    assert (run.state, run.reason, run.attempt) == ("failed", "out_of_memory", 1)
    assert run.message == "There was not enough memory for this training. Use a smaller batch, smaller pictures or fewer rows."
    assert "MemoryError" in (workspace.run(run.id) / "log.txt").read_text()
    fire.assert_sound(workspace)
