"""A row that names a process which has nothing to do with us: the number was given to another one. It is never signalled."""

import os
from dataclasses import replace

import pytest

from engine.jobs import locks, processes, rounds
from engine.jobs.rounds import Rounds
from engine.store import runs, transitions
from engine.store.transitions import Identity
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import TOY, ToyPlan
from tests.flow.watching import started, until

pytestmark = pytest.mark.slow
ANY_SIGNAL = (
    "import signal, sys, time\n"
    "for number in (1, 2, 3, 10, 12, 15, 18): signal.signal(number, lambda number, frame: open(sys.argv[1], 'a').write(f'{number} '))\n"
    "print(flush=True)\n"
    "while True: time.sleep(60)"
)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM_AFTER", "KILL_AFTER"):
        monkeypatch.setattr(rounds, name, -1.0)
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))


@pytest.mark.parametrize("times", fire.counts(5, 100))
@pytest.mark.parametrize("is_locked", [True, False], ids=["its lock is held", "its lock is free"])
def test_the_stranger_is_left_alone(workspace: Workspace, times: int, is_locked: bool) -> None:
    heard = workspace.path / "heard"
    with started("python3", "-c", ANY_SIGNAL, heard) as stranger:
        until(lambda: _catches(stranger.pid), "it listens to signals")
        found = processes.of(stranger.pid)
        assert found is not None
        earlier = [replace(found, ticks=found.ticks - 1), replace(found, ticks=found.ticks + 7), replace(found, boot="the boot before")]
        for number in range(times):
            _cancelled_while_named(workspace, earlier[number % len(earlier)], is_locked)
        assert stranger.poll() is None and not heard.exists()
        assert processes.signal_group(found, 15)
        until(heard.exists, "it hears a signal meant for it")


def _cancelled_while_named(workspace: Workspace, process: Identity, is_locked: bool) -> None:
    """A run at work under that name is cancelled by force."""
    run, looking = runs.add(workspace, ToyPlan()).id, Rounds(workspace, program=TOY)
    lock = locks.take(workspace.run(run) / "lock")
    assert lock is not None and transitions.claim(workspace, run, 0) and transitions.begin(workspace, run, 1, process)
    runs.wish(workspace, run, "cancel")
    if is_locked:
        for _ in range(3):
            looking.step()
        assert runs.get(workspace, run).state == "running"
    os.close(lock)
    looking.step()
    assert runs.get(workspace, run).state == "cancelled"


def _catches(pid: int) -> bool:
    with open(f"/proc/{pid}/status") as status:
        caught = next(line.split()[1] for line in status if line.startswith("SigCgt"))
    return bool(int(caught, 16) & (1 << (15 - 1)))
