"""A plan that crashes its worker before it can say a word: three attempts, each after a longer wait, and nobody behind it waits."""

import sys
import time

import pytest

from engine.jobs import rounds
from engine.jobs.rounds import Rounds
from engine.store import runs, transitions
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import LIGHT, ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
STEPS = 5
SHORT, REAL = (0.3, 1.2, 5.0), rounds.BACK_OFF


@pytest.mark.parametrize(("waits", "behind"), [pytest.param(SHORT, 3, id="few"), fire.many(REAL, 30)])
def test_three_attempts_and_the_others_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, waits: tuple[float, ...], behind: int
) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", waits)
    poison = runs.add(workspace, ToyPlan(), name="poison").id
    others = [runs.add(workspace, ToyPlan(steps=STEPS)).id for _ in range(behind)]
    looking, began = Rounds(workspace, program=_program(poison)), {}

    def look() -> bool:
        looking.step()
        run = runs.get(workspace, poison)
        began.setdefault(run.attempt, time.monotonic())
        return not transitions.unfinished(workspace)

    until(look, "every run ends", 60 + 10 * behind)
    failed = runs.get(workspace, poison)
    assert (failed.state, failed.reason, failed.attempt) == ("failed", "worker_crash", 3)
    assert failed.message.startswith("The training ended unexpectedly. It was started 3 times, so it is not started again.")
    assert began[2] - began[1] >= waits[0] and began[3] - began[2] >= waits[1]
    assert "No module named 'no_such_library'" in (workspace.run(poison) / "log.txt").read_text()
    order = [(event.run, event.after) for id in (poison, *others) for event in runs.events(workspace, id)]
    assert [run for run, after in order if after == "succeeded"] == others
    first = min(event.seq for id in others for event in runs.events(workspace, id) if event.after == "succeeded")
    assert first < max(event.seq for event in runs.events(workspace, poison)), "the others had to wait for the end of the poison"
    fire.assert_right(workspace, others, STEPS)


def _program(poison: str) -> tuple[str, ...]:
    """Workers that cannot even be imported for that one run."""
    return (sys.executable, "-c", f"import sys\nif {poison!r} in sys.argv: import no_such_library\n{LIGHT}", "work")
