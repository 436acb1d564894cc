"""The long questions, asked without a process of their own: whole or not at all."""

from pathlib import Path

import pytest

from app import samples
from engine import datasets
from engine.jobs import long_answers
from engine.store import projects, runs
from engine.store.workspace import Workspace


class Enough(BaseException):
    """A cancel, as it comes from outside."""


@pytest.fixture
def asked() -> dict[str, object]:
    return samples.asked(samples.get("diabetes_progression"), train=True)


def test_a_sample_becomes_a_project_with_its_run(workspace: Workspace, tmp_path: Path, asked: dict) -> None:
    told: list[tuple[float, str]] = []
    made = long_answers.open_sample(workspace, tmp_path, lambda *now: told.append(now), **asked)
    (project,), (run,) = projects.all(workspace), runs.all(workspace)
    assert made == {"project": project.id, "run": run.id}
    assert (project.name, run.state, run.project) == ("Diabetes progression", "queued", project.id)
    assert project.draft["plan"]["dataset"] == project.dataset and project.draft["target"] == project.draft["plan"]["target"]
    assert [part for part, _ in told] == sorted(part for part, _ in told)
    assert "Working out how to learn from it" in [words for _, words in told]


def test_it_can_be_opened_without_training(workspace: Workspace, tmp_path: Path) -> None:
    project = samples.open_sample(workspace, samples.get("diabetes_progression"))
    assert project.dataset and project.draft["plan"] and runs.all(workspace) == []


@pytest.mark.parametrize("at", ["Reading the data", "Working out how to learn from it", "Starting the training"])
def test_a_sample_cancelled_on_the_way_leaves_no_project(workspace: Workspace, tmp_path: Path, asked: dict, at: str) -> None:
    def tell(part: float, words: str) -> None:
        if words == at:
            raise Enough

    with pytest.raises(Enough):
        long_answers.open_sample(workspace, tmp_path, tell, **asked)
    assert (projects.all(workspace), runs.all(workspace)) == ([], [])


def test_a_sample_whose_run_cannot_be_queued_leaves_no_project(
    workspace: Workspace, tmp_path: Path, asked: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise Enough

    monkeypatch.setattr(runs, "add", stopped)
    with pytest.raises(Enough):
        long_answers.open_sample(workspace, tmp_path, lambda part, words: None, **asked)
    assert projects.all(workspace) == [] and len(datasets.all(workspace)) == 1
