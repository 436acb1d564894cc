"""Sampling: the processor's time, the graphics cards by NVIDIA's library, and the count of energy where there is one."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.jobs import sampling
from engine.jobs.sampling import Cards, Counter, Sampler


class Library:
    """Stands in for NVIDIA's library: two cards, whose counts a test may raise."""

    def __init__(self, has_count: bool = True) -> None:
        self.counts = [5_000, 9_000]
        self.has_count = has_count

    def nvmlInit(self) -> None:
        pass

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, i: int) -> int:
        return [0, 1][i]

    def nvmlDeviceGetHandleByUUID(self, name: str) -> int:
        return {"GPU-a": 0, "GPU-b": 1}[name]

    def nvmlDeviceGetUtilizationRates(self, card: int) -> SimpleNamespace:
        return SimpleNamespace(gpu=[80, 40][card])

    def nvmlDeviceGetMemoryInfo(self, card: int) -> SimpleNamespace:
        return SimpleNamespace(used=2**30 * (card + 1), total=16 * 2**30)

    def nvmlDeviceGetPowerUsage(self, card: int) -> int:
        return 150_000

    def nvmlDeviceGetTotalEnergyConsumption(self, card: int) -> int:
        if not self.has_count:
            raise RuntimeError("Not Supported")
        return self.counts[card]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Library], Library]:
    def put(library: Library) -> Library:
        monkeypatch.setitem(sys.modules, "pynvml", library)  # type: ignore[arg-type]
        return library

    return put


def busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def zone(folder: Path, place: str, name: str, count: int) -> Path:
    path = folder / place
    path.mkdir(parents=True, exist_ok=True)
    (path / "name").write_text(f"{name}\n")
    (path / "energy_uj").write_text(f"{count}\n")
    (path / "max_energy_range_uj").write_text("1000000000\n")
    return path


def test_a_busy_second_is_one_core_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "SAMPLE_SECONDS", 0.2)
    sampler = Sampler()
    assert sampler.due() is None
    busy(0.3)
    sample = sampler.due()
    assert sample is not None and sample.cores * sample.span == pytest.approx(0.3, abs=0.06)
    assert sample.memory > 10 * 2**20 and sample.gpu is None and sample.gpu_joules is None
    assert sampler.facts(sample) == {"cpu": 100 * sample.cores, "ram": sample.memory}


def test_the_last_part_of_a_second_counts_too() -> None:
    sampler = Sampler()
    busy(0.1)
    assert sampler.due() is None
    last = sampler.due(is_last=True)
    assert last is not None and 0.1 <= last.span < 1 and last.at == last.span
    assert sampler.due(is_last=True) is None


def test_without_the_library_there_is_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert Cards({}).use() == (None, None) and Cards({}).joules(1.0) is None


def test_all_cards_are_measured_together(installed: Callable[[Library], Library]) -> None:
    library = installed(Library())
    cards = Cards({})
    share, memory = cards.use()
    assert (share, memory) == (pytest.approx(0.6), 3 * 2**30)
    assert cards.words(sampling.Sample(1, 1, 1, 1, share, memory)) == "2 cards 60 % busy, 3.0 of 32 GB"
    library.counts = [6_000, 11_000]
    assert (cards.joules(1.0), cards.joules(1.0)) == (3.0, 0.0)


def test_a_card_that_counts_no_energy_is_asked_for_its_power(installed: Callable[[Library], Library]) -> None:
    installed(Library(has_count=False))
    assert Cards({}).joules(2.0) == pytest.approx(600)


@pytest.mark.parametrize(
    ("chosen", "share"), [("1", 0.4), ("GPU-a", 0.8), ("0,1", 0.6), ("-1", None), ("", None), ("0,7,1", 0.8), ("NoDevFiles", None)]
)
def test_only_the_cards_that_the_training_may_use_count(installed: Callable[[Library], Library], chosen: str, share: float | None) -> None:
    installed(Library())
    assert Cards({"CUDA_VISIBLE_DEVICES": chosen}).use()[0] == (None if share is None else pytest.approx(share))


def test_the_processors_count_is_shared_by_the_work_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked = iter([100.0, 104.0])
    monkeypatch.setattr(sampling, "_machine", lambda: next(worked))
    package, part = zone(tmp_path, "intel-rapl:0", "package-0", 10_000_000), zone(tmp_path, "intel-rapl:0:0", "core", 1)
    memory, platform = zone(tmp_path, "intel-rapl:0:2", "dram", 0), zone(tmp_path, "intel-rapl:1", "psys", 0)
    counter = Counter(tmp_path)
    for path, count in ((package, 50_000_000), (part, 30_000_000), (memory, 4_000_000), (platform, 90_000_000)):
        (path / "energy_uj").write_text(str(count))
    assert counter.joules(1.0) == pytest.approx(44 / 4)


def test_a_count_that_began_again_is_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked = iter([100.0, 101.0])
    monkeypatch.setattr(sampling, "_machine", lambda: next(worked))
    package = zone(tmp_path, "intel-rapl:0", "package-0", 990_000_000)
    counter = Counter(tmp_path)
    (package / "energy_uj").write_text("10000000")
    assert counter.joules(1.0) == pytest.approx(20)


def test_a_count_that_may_not_be_read_is_none(tmp_path: Path) -> None:
    assert Counter(tmp_path).joules(1.0) is None
    (zone(tmp_path, "intel-rapl:0", "package-0", 1) / "energy_uj").unlink()
    assert Counter(tmp_path).joules(1.0) is None
