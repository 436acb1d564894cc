"""Train with more effort than one model: models ready instead of epochs, what can be used already, and how long it still takes."""

import pytest

from app import run_page
from engine.plan import Plan
from engine.split import Split
from engine.store import metrics, projects, runs, transitions
from engine.store.runs import Run
from engine.team import Team
from engine.terms import Terms
from tests.app.conftest import Page
from tests.app.test_train import SOMEBODY, quick_desk, ready
from tests.app.trained import Trained

__all__ = ["quick_desk", "ready"]


def of_a_team(made: Trained) -> Run:
    best = made.plan().model_copy(update={"team": Team(folds=5)})
    run = runs.add(made.workspace, best, project=made.project, terms=Terms(seconds=600.0))
    attempt = transitions.claim(made.workspace, run.id, run.attempt)
    assert attempt is not None and transitions.begin(made.workspace, run.id, attempt, SOMEBODY)
    return runs.get(made.workspace, run.id)


def ready_models(made: Trained, run: Run, unseen: list[float], left: float | None) -> None:
    """So many models are ready, with these losses of all of them together."""
    for number, loss in enumerate(unseen, start=1):
        metrics.add(made.workspace, run.id, run.attempt, float(number), {"val_loss": loss, "val_accuracy": 80.0 + number})
    measures = [{"name": "accuracy", "label": "Right answers", "unit": "%", "better": "higher"}]
    facts = {"team": {"ready": len(unseen), "of": 5}, "epoch": len(unseen), "epochs": 5, "seconds_left": left, "metrics": measures}
    transitions.report(made.workspace, run.id, run.attempt, [], {**facts, "baseline": {"loss": 0.7, "accuracy": 60.0}}, [], False)


def test_a_team_counts_the_models_that_are_ready_and_can_be_used(ready: Trained) -> None:
    run = of_a_team(ready)
    ready_models(ready, run, [0.5, 0.4], 70.0)
    page = Page("train", project=ready.project, run=run.id)
    assert "2 models of 5 are ready and can be used: Stop keeps them." in page.words
    assert "Models ready" in page.words and "2 of 5" in page.words and "about 70\u202fs" in page.words
    assert "82\u202f%" in page.words


@pytest.mark.parametrize(
    ("team", "told"),
    [
        ({"ready": 0}, "one is learning"),
        ({"ready": 2}, "all of them can be used"),
        ({"ready": 3, "unneeded": 2, "late": 0}, "2 fewer than planned: their kind adds nothing"),
        ({"ready": 3, "unneeded": 0, "late": 4}, "4 fewer than planned: it ended before them"),
        ({"ready": 3, "unneeded": 2, "late": 4}, "6 fewer than planned: it ended, or they add nothing"),
    ],
)
def test_why_there_are_fewer_models_than_were_planned_is_said(team: dict[str, int], told: str) -> None:
    assert run_page._steps_tile({"team": team, "epochs": 5}, "epoch", True)[2] == told


def test_before_its_first_model_a_team_goes_by_what_was_measured(ready: Trained) -> None:
    run = of_a_team(ready)
    ready_models(ready, run, [], None)
    page = Page("train", project=ready.project, run=run.id)
    assert "The first model is learning" in page.words
    assert "about 10\u202fmin" in page.words


def test_while_a_team_reads_again_what_is_ready_it_says_no_time(ready: Trained) -> None:
    run = of_a_team(ready)
    ready_models(ready, run, [0.5, 0.4], None)
    now = runs.get(ready.workspace, run.id)
    assert run_page._left(now.model_copy(update={"attempt": 2})) == "–" and run_page._left(now).startswith("about 10")


def test_a_cancelled_team_claims_no_model(ready: Trained) -> None:
    run = of_a_team(ready)
    ready_models(ready, run, [0.5, 0.4], 70.0)
    rows = {"columns": [], "rows": [{"row": 3, "values": []}]}
    transitions.report(ready.workspace, run.id, run.attempt, [], {"examples": rows}, [], False)
    assert "of your own row" in Page("train", project=ready.project, run=run.id).words
    assert transitions.move(ready.workspace, run.id, run.attempt, "running", "cancelled", "", "")
    page = Page("train", project=ready.project, run=run.id)
    assert "2 models had been trained when it was cancelled; they were thrown away." in page.words
    assert "none was kept" in page.words and "of your own row" not in page.words and "can be used" not in page.words


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"wish": "stop"}, run_page.EARLY),
        ({"reason": "time_limit"}, run_page.EARLY),
        ({"state": "cancelled"}, run_page.NO_MODEL),
        ({}, "The same choices give the same model; change something first."),
    ],
)
def test_a_run_that_ended_early_is_not_said_to_come_out_the_same_again(
    changed: dict[str, str], told: str, ready: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(run_page.st, "caption", said.append)
    run = of_a_team(ready).model_copy(update=changed)
    run_page._again(run, Plan.model_validate(run.plan))
    assert said == [told]


def test_the_chart_of_a_team_has_models_below_it(ready: Trained) -> None:
    charts = run_page._charts(of_a_team(ready))
    assert {chart["step"] for chart in charts} == {"models ready"}


def test_what_a_team_learns_from_and_its_effort_are_said_before_the_start(ready: Trained) -> None:
    state = projects.get(ready.workspace, ready.project).draft
    best = ready.plan().model_copy(update={"team": Team(folds=5, seconds=120.0), "split": Split(method="random")})
    projects.save(ready.workspace, ready.project, draft={**state, "plan": best.model_dump(mode="json")})
    page = Page("train", project=ready.project)
    assert "each also steers some of the models" in page.words
    assert "up to 5 models, within 2\u202fmin" in page.words and ">Good<" in page.words
