"""The newest checkpoint is cut short, emptied or has a bit turned over: the one before it is used, and the result is the same."""

import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine import checkpoints
from engine.checkpoints import Checkpoints
from engine.jobs import rounds
from engine.jobs.supervisor import Here
from engine.keep import Kept
from engine.store import runs
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.toy import TOY, ToyPlan
from tests.flow.watching import until

STEPS_EACH = 40


def harm(folder: Path, chance: random.Random) -> str:
    """Damages one file of a checkpoint and says how."""
    path = chance.choice(sorted(path for path in folder.iterdir() if path.is_file()))
    data = bytearray(path.read_bytes())
    if chance.random() < 0.5:
        kept = chance.randrange(len(data))
        path.write_bytes(data[:kept])
        return f"{path.name} cut to {kept} of {len(data)} bytes"
    place, bit = chance.randrange(len(data)), chance.randrange(8)
    data[place] ^= 1 << bit
    path.write_bytes(data)
    return f"bit {bit} of byte {place} of {path.name}"


@pytest.mark.parametrize("times", fire.counts(100, 2000))
def test_the_one_before_is_found(tmp_path: Path, times: int) -> None:
    chance, made = random.Random(3), tmp_path / "made"
    for step in (1.0, 2.0):
        Checkpoints(made, "it").offer(lambda step=step: Kept(step, {"best": step}, {"learned": np.full(50, step)}), must=True)
    for number in range(times):
        place = shutil.copytree(made, tmp_path / str(number))
        what = harm(place / "2", chance)
        found = checkpoints.newest(place, "it")
        assert found is not None, what
        if found.step == 2.0:
            assert _is_read_the_same(found.folder, made / "2"), f"{what}, and it is used"
        shutil.rmtree(place)


def _is_read_the_same(folder: Path, whole: Path) -> bool:
    """Some bits of the list of sums say nothing, such as a space that became another blank."""
    return all((folder / name).read_bytes() == (whole / name).read_bytes() for name in (checkpoints.ARRAYS, checkpoints.STATE))


@pytest.mark.slow
@pytest.mark.parametrize("times", fire.counts(2, 100))
def test_a_training_goes_on_from_the_one_before(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))
    chance, steps = random.Random(5), STEPS_EACH * (times + 1)
    run = runs.add(workspace, ToyPlan(steps=steps, seconds=0.01, keeps=True)).id
    here, folder, fallen = Here(workspace, run, TOY), workspace.checkpoints(run), 0
    for attempt in range(1, times + 1):
        until(lambda n=attempt: here.poll().begun == n and _further(workspace, run), "the attempt has kept something new", 60)
        _kill(workspace, here)
        newest, before = sorted(_numbers(folder), reverse=True)[:2]
        wanted = checkpoints._read(folder / str(before))
        what = harm(folder / str(newest), chance)
        found = checkpoints.newest(folder)
        assert wanted is not None and found is not None, what
        fallen += found.folder.name == str(before)
        until(lambda n=attempt + 1: here.poll().begun == n, "the next attempt begins", 60)
        assert runs.get(workspace, run).resumed == found.step
    here.wait()
    print(f"\nfell back {fallen} of {times} times; the other times nothing that is read was harmed")
    assert fallen >= 0.8 * times
    fire.assert_right(workspace, [run], steps)


def _numbers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.glob("*") if path.name.isdecimal()]


def _further(workspace: Workspace, run: str) -> bool:
    """Two checkpoints at least, both of them beyond where the attempt went on, so that falling back is progress too."""
    found = [checkpoints._read(workspace.checkpoints(run) / str(number)) for number in _numbers(workspace.checkpoints(run))]
    return len(found) >= 2 and all(one is not None and one.step > runs.get(workspace, run).resumed for one in found)


def _kill(workspace: Workspace, here: Here) -> None:
    """Kills the worker; nobody looks after the run meanwhile."""
    (worker,) = fire.at_work(workspace)
    assert fire.kill(worker)
    os.waitpid(worker.pid, 0)
