"""Why a run waits, when it starts, and what could never be trained here: said with the numbers."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from engine.jobs import slots, waiting
from engine.store import settings
from engine.store.workspace import Workspace
from engine.terms import Terms


@pytest.fixture
def eight_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.psutil, "virtual_memory", lambda: SimpleNamespace(total=8e9, available=2e9))


def test_a_run_put_off_is_due_when_its_time_has_come() -> None:
    now = datetime.now(UTC)
    assert waiting.is_due(Terms())
    assert waiting.is_due(Terms(not_before=(now - timedelta(seconds=1)).isoformat()))
    assert not waiting.is_due(Terms(not_before=(now + timedelta(hours=1)).isoformat()))


def test_what_cannot_fit_is_refused_with_the_numbers(eight_gigabytes: None) -> None:
    assert waiting.refusal(Terms(megabytes=7000)) == ""
    assert waiting.refusal(Terms(megabytes=30_000)).startswith("It needs about 30.0 GB of memory, and this computer has 8.0 GB in all.")
    assert "more than the 2.0 GB it was given" in waiting.refusal(Terms(megabytes=3000, gigabytes=2))


def test_what_does_not_fit_now_waits_with_the_numbers(eight_gigabytes: None) -> None:
    assert waiting.shortage(Terms(megabytes=1900)) == ""
    assert waiting.shortage(Terms(megabytes=3000)).startswith("Waiting for memory: it needs about 3.0 GB, and 2.0 GB are free.")


@pytest.mark.parametrize(
    ("at_work", "ahead", "places", "seconds"),
    [
        ([], [], 1, 0.0),
        ([60.0], [], 1, 60.0),
        ([60.0], [30.0], 1, 90.0),
        ([60.0, 10.0], [], 2, 10.0),
        ([60.0, 10.0], [100.0], 2, 60.0),
        ([60.0], [100.0, 5.0], 2, 65.0),
    ],
)
def test_a_run_starts_when_those_ahead_have_had_their_turn(at_work: list[float], ahead: list[float], places: int, seconds: float) -> None:
    assert waiting.expected(at_work, ahead, places) == seconds


def test_the_cores_are_divided_among_the_places(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_cards", lambda: [])
    monkeypatch.setattr(slots, "cores", lambda: 8)
    assert slots.names(workspace) == ["cpu:0"] and slots.environment(workspace, "cpu:0")["OMP_NUM_THREADS"] == "8"
    monkeypatch.setenv(slots.VARIABLE, "4")
    assert slots.names(workspace) == ["cpu:0", "cpu:1", "cpu:2", "cpu:3"]
    assert slots.environment(workspace, "cpu:3") == {"TF_NUM_INTRAOP_THREADS": "2", "OMP_NUM_THREADS": "2"}
    monkeypatch.setenv(slots.VARIABLE, "many")
    assert slots.on_processor(workspace) == 1
    settings.set(workspace, slots=3)
    assert slots.names(workspace) == ["cpu:0", "cpu:1", "cpu:2"]


def test_cards_are_taken_by_free_memory_and_seen_by_one_worker_each(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [4, 9, 6]
    library = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 3,
        nvmlDeviceGetHandleByIndex=lambda number: number,
        nvmlDeviceGetMemoryInfo=lambda number: SimpleNamespace(free=free[number]),
    )
    monkeypatch.setitem(__import__("sys").modules, "pynvml", library)
    monkeypatch.setattr(slots, "_uses_cards", lambda: True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert slots.names(workspace) == ["gpu:1", "gpu:2", "gpu:0"]
    assert slots.environment(workspace, "gpu:1") == {"CUDA_VISIBLE_DEVICES": "1"}
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert slots.names(workspace) == ["cpu:0"]
