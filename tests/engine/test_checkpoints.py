"""Checkpoints: whole or not there, the newest good one found, two kept, and cheap."""

import errno
import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import checkpoints
from engine.checkpoints import Checkpoints
from engine.keep import Kept


class Clock:
    """Time that passes only when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(checkpoints.time, "monotonic", made)
    return made


def at(step: float) -> Callable[[], Kept]:
    arrays = {"learned_0": np.full((3, 2), step, np.float32), "seed": np.array([1, 2], np.uint32)}
    return lambda: Kept(step, {"best": math.inf, "measure": math.nan, "waited": 3}, arrays)


def keep(folder: Path, *steps: float) -> Checkpoints:
    made = Checkpoints(folder, "it")
    for step in steps:
        made.offer(at(step), must=True)
    return made


def test_what_was_kept_is_found_as_it_was(tmp_path: Path) -> None:
    keep(tmp_path, 1.5)
    found = Checkpoints(tmp_path, "it").found()
    assert found is not None and found.step == 1.5
    assert found.values["best"] == math.inf and math.isnan(found.values["measure"]) and found.values["waited"] == 3
    assert found.arrays["learned_0"].dtype == np.float32 and (found.arrays["learned_0"] == 1.5).all()
    assert found.arrays["seed"].tolist() == [1, 2]


def test_nothing_kept_is_nothing_found(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "none", "it").found() is None
    assert not (tmp_path / "none").exists()


def test_the_last_two_stay(tmp_path: Path) -> None:
    keep(tmp_path, 1, 2, 3, 4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4"]
    assert checkpoints.newest(tmp_path).step == 4
    keep(tmp_path, 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["4", "5"]


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [_truncate, _flip, Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("name", ["arrays.npz", "state.json", "manifest.json"])
def test_a_broken_one_is_passed_over_for_the_one_before(tmp_path: Path, name: str, harm: Callable[[Path], None]) -> None:
    keep(tmp_path, 1, 2)
    harm(tmp_path / "2" / name)
    found = Checkpoints(tmp_path, "it")
    assert found.newest is not None and found.newest.step == 1
    found.offer(at(3), must=True)
    assert checkpoints.newest(tmp_path).step == 3


def test_half_written_ones_are_cleared(tmp_path: Path) -> None:
    keep(tmp_path, 1)
    (tmp_path / "2.tmp").mkdir()
    (tmp_path / "2.tmp" / "arrays.npz").write_bytes(b"half")
    assert Checkpoints(tmp_path, "it").newest.step == 1
    assert not (tmp_path / "2.tmp").exists()


def test_what_another_plan_kept_is_not_gone_on_with(tmp_path: Path) -> None:
    keep(tmp_path, 1)
    assert Checkpoints(tmp_path, "another").found() is None
    assert checkpoints.newest(tmp_path) is None


def test_a_checkpoint_is_no_pickle(tmp_path: Path) -> None:
    made = Checkpoints(tmp_path, "it")
    with pytest.raises(ValueError, match="allow_pickle=False"):
        made.offer(lambda: Kept(1.0, {}, {"x": np.array([object()])}), must=True)
    assert list(tmp_path.iterdir()) == []


def test_writing_takes_under_three_percent_of_the_time(tmp_path: Path, clock: Clock) -> None:
    made = Checkpoints(tmp_path, "it")
    written = 0

    def slow() -> Kept:
        nonlocal written
        written += 1
        clock.now += 0.5
        return Kept(float(written), {})

    for _ in range(10_000):
        clock.now += 0.1
        made.offer(slow)
    assert written * 0.5 / (clock.now - 100) < 0.03
    assert written > 50


def test_a_quick_one_is_written_about_once_a_second(tmp_path: Path, clock: Clock) -> None:
    made = Checkpoints(tmp_path, "it")
    steps = []
    for number in range(100):
        clock.now += 0.1
        made.offer(lambda number=number: steps.append(number) or Kept(number, {}))
    assert 8 <= len(steps) <= 10


def test_in_haste_only_what_is_quick_is_written(tmp_path: Path, clock: Clock) -> None:
    def slow() -> Kept:
        clock.now += 4.0
        return Kept(1.0, {})

    made = Checkpoints(tmp_path, "it")
    made.offer(slow, must=True)
    made.is_in_haste = True
    made.offer(at(2.0), must=True)
    assert checkpoints.newest(tmp_path).step == 1.0


def test_the_time_of_earlier_attempts_is_counted_on(tmp_path: Path, clock: Clock) -> None:
    made = Checkpoints(tmp_path, "it")
    clock.now += 7
    made.offer(at(1), must=True)
    again = Checkpoints(tmp_path, "it")
    assert again.seconds == 7
    clock.now += 5
    again.offer(at(2), must=True)
    assert Checkpoints(tmp_path, "it").seconds == 12


def test_a_full_disk_leaves_the_one_before_and_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = keep(tmp_path, 1)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        made.offer(at(2), must=True)
    assert [path.name for path in tmp_path.iterdir()] == ["1"]
    assert checkpoints.newest(tmp_path).step == 1


def test_each_file_is_on_the_disk_before_the_folder_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda handle: done.append(os.readlink(f"/proc/self/fd/{handle}")) or fsync(handle))
    monkeypatch.setattr(Path, "rename", lambda path, to: done.append("rename") or rename(path, to))
    keep(tmp_path, 1)
    named = [Path(name).name for name in done]
    assert named[:3] == ["arrays.npz", "state.json", "manifest.json"]
    assert named[3:] == ["1.tmp", "rename", tmp_path.name]


def test_what_stands_beside_is_kept_with_it(tmp_path: Path) -> None:
    made = Checkpoints(tmp_path, "it")
    made.beside = lambda: {"points": [["loss", 1.0, 0.5]]}
    made.offer(at(1), must=True)
    assert checkpoints.newest(tmp_path).beside == {"points": [["loss", 1.0, 0.5]]}
    assert json.loads((tmp_path / "1" / "state.json").read_text())["identity"] == "it"


def test_all_are_removed(tmp_path: Path) -> None:
    keep(tmp_path / "checkpoints", 1, 2)
    checkpoints.remove(tmp_path / "checkpoints")
    assert list(tmp_path.iterdir()) == []


def test_a_team_says_which_model_it_goes_on_with() -> None:
    found = checkpoints.Found(Path("1"), "", 6.0 + 28, 1.0, {}, {"turn": 6})
    assert checkpoints.goes_on(found) == "It goes on with model 7; those before it stay."
