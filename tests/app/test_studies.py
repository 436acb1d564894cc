"""Studies: asked for on Train, followed and used on their page, listed apart from the runs."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from app import check_list, searching, study_page
from engine import board_words, datasets, verdicts
from engine.jobs.desk import Desk
from engine.panels import Measure, Score
from engine.plan import Plan
from engine.problems import Problem
from engine.store import looks, metrics, projects, runs, studies, transitions
from engine.store.studies import Record
from engine.store.transitions import Identity
from engine.studies import STUDIES, Asked, Look
from engine.studies.base import Study
from engine.studies.cross_validation import CrossValidation
from engine.studies.tuning import Tuning
from tests.app.conftest import NASTY, Page
from tests.app.trained import Trained

SOMEBODY = Identity(pid=4, ticks=5, boot="a boot")
COSTS = {"seconds": 42.0, "seconds_low": 20.0, "seconds_high": 100.0, "epochs": 12, "per_epoch": 0.25, "megabytes": 320.0}
LAYERS = {"layers": [{"name": "answer", "kind": "Dense", "shape": "1", "parameters": 31, "inputs": []}], "parameters": 31}


@pytest.fixture(autouse=True)
def quick_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "ask", lambda self, question, timeout=60.0, **arguments: COSTS | LAYERS)


def asked(made: Trained, spec: Study) -> Record:
    plan = made.plan().model_copy(update={"name": f"Ill {NASTY}"})
    return studies.add(made.workspace, plan, spec, project=made.project)


def ended(made: Trained, study: Record, child: Asked, losses: Sequence[float], value: float) -> None:
    """A training of the study that has succeeded with these losses by epoch."""
    studies.begin(made.workspace, study, child)
    run = studies.children(made.workspace, study.id)[-1].run
    attempt = transitions.claim(made.workspace, run.id, run.attempt) or 0
    transitions.begin(made.workspace, run.id, attempt, SOMEBODY)
    for epoch, loss in enumerate(losses, start=1):
        metrics.add(made.workspace, run.id, attempt, float(epoch), {"val_loss": loss})
    facts = {
        "unseen": "these rows",
        "rows": {"train": 150, "validation": 42, "test": 48},
        "best": {"epoch": 1, "value": value, "loss": min(losses)},
        "metrics": [{"name": "accuracy", "label": "Right answers", "unit": "%", "better": "higher"}],
    }
    runs.set_facts(made.workspace, run.id, attempt, facts)
    main = Measure(name="accuracy", label="Right answers", unit="%", model=Score(value=value, low=value - 5, high=value + 5))
    score = {**main.model.model_dump(), "label": main.label, "unit": "%", "better": "higher", "baseline": 60.0, "headline": "Right often."}
    assert transitions.succeed(made.workspace, run.id, attempt, score, "0" * 64, 1)


def look(made: Trained, study: Record) -> Look:
    return Look(
        Plan.model_validate(study.plan),
        studies.children(made.workspace, study.id),
        lambda: datasets.profile(made.workspace, made.dataset),
        lambda ids: datasets.table(made.workspace, made.dataset, ids),
        lambda run: metrics.series(made.workspace, run).get("val_loss", ([], [])),
    )


def driven(made: Trained, spec: Study, values: Sequence[float]) -> Record:
    """A study whose first trainings have these results."""
    study = asked(made, spec)
    for i, value in enumerate(values):
        (child,) = spec.next(look(made, study), room=1)
        ended(made, study, child, [1.0, 1 - value / 100 + 0.01 * i], value)
    known: dict[str, Any] = spec.facts(look(made, study))
    studies.know(made.workspace, study.id, known)
    return study


def opened(made: Trained, study: Record) -> Page:
    return Page("runs", project=made.project, study=study.id)


@pytest.mark.parametrize("kind", list(STUDIES.members))
def test_a_click_on_train_makes_one_study_and_leads_to_it(trained: Trained, kind: str) -> None:
    runs.delete(trained.workspace, trained.run)
    page = Page("train", project=trained.project).click(f"study-start-{kind}")
    (study,) = studies.all(trained.workspace)
    assert (study.spec["kind"], study.project, study.plan["target"]) == (kind, trained.project, trained.plan().target)
    assert page.at.query_params["study"] == study.id
    assert page.at.header[0].value == STUDIES.members[kind].title


def test_a_model_just_trained_can_be_asked_whether_its_figure_is_stable(trained: Trained) -> None:
    page = Page("train", project=trained.project).click("study-start-cross_validation")
    (study,) = studies.all(trained.workspace)
    assert {**study.plan, "name": ""} == {**trained.plan().model_dump(mode="json"), "name": ""}
    assert page.at.query_params["study"] == study.id


def test_choices_changed_since_a_run_have_to_pass_the_checks_before_a_study_is_made_of_them(trained: Trained) -> None:
    changed = trained.plan().model_copy(update={"seed": 5})
    projects.save(trained.workspace, trained.project, draft={"target": changed.target, "plan": changed.model_dump(mode="json")})
    page = Page("train", project=trained.project)
    assert "Your choices have changed since this run." in page.words and not page.has("study-start-cross_validation")
    page.click("again").click("study-start-cross_validation")
    assert studies.all(trained.workspace)[0].plan["seed"] == 5


def test_the_page_says_mean_interval_and_the_difference_that_counts(trained: Trained) -> None:
    page = opened(trained, driven(trained, CrossValidation(), [80.0, 84.0, 82.0]))
    assert "82 % on average of 3 trainings" in page.words.replace("\\", "")
    assert "You would need a difference of" in page.words
    table = next(element.value for element in page.at.dataframe if element.key == "fold-table")
    assert list(table["Unseen"]) == ["Part 1", "Part 2", "Part 3"] and list(table["Guessing"]) == ["60\u202f%"] * 3


def test_what_flatters_an_answer_stands_beside_it(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = Problem(where="Rows", what="Many rows are nearly the same.", fix="Keep them together.", level="warn", check="Q04")
    monkeypatch.setattr(check_list, "found", lambda plan, dataset: [twins])
    words = opened(trained, driven(trained, CrossValidation(), [80.0, 84.0, 82.0])).words
    assert check_list.TOO_GOOD in words and "Many rows are nearly the same. Keep them together." in words


def test_trainings_of_a_study_are_not_among_the_runs_but_can_be_opened(trained: Trained) -> None:
    study = driven(trained, CrossValidation(), [80.0, 84.0])
    page = Page("runs")
    assert len(next(e.value for e in page.at.dataframe if e.key.startswith("runs-"))) == 1
    assert "Is the figure stable" in page.words or any("Is the figure stable" in str(e.proto) for e in page.at.get("page_link"))
    page = opened(trained, study)
    page.at.session_state["fold-table"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page = page.run()
    assert "Open part 2" in [button.label for button in page.at.button]


def test_stopping_is_a_wish_said_once(trained: Trained) -> None:
    study = driven(trained, Tuning(), [80.0])
    page = opened(trained, study).click("study-stop")
    assert studies.get(trained.workspace, study.id).wish == "stop"
    assert page.at.button(key="study-stop").disabled


def test_the_time_left_counts_the_final_training_also_beyond_a_limit() -> None:
    def left(seconds: float, minutes: float, finished: int, final: float | None) -> str:
        study = SimpleNamespace(is_done=False, wish="", seconds=seconds, spec={"minutes": minutes}, facts={"final": 1})
        run = SimpleNamespace(is_active=True, is_done=False, facts={"done": final})
        children = [] if final is None else [SimpleNamespace(role=studies.WINNER, run=run)]
        return study_page._left(study, children, finished, 6)  # type: ignore[arg-type]

    assert left(40.0, 0.0, 4, None) == "about 30\u202fs left"
    assert left(40.0, 1.0, 4, None) == "about 30\u202fs left"
    assert left(55.0, 1.0, 5, None) == "about 16\u202fs left"
    assert left(66.0, 0.0, 6, 0.6) == "about 4\u202fs left"


def test_the_time_of_a_search_counts_the_other_kinds_it_begins_with(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, profile = trained.plan(), datasets.profile(trained.workspace, trained.plan().dataset)
    firsts = Tuning().begins_with(plan, profile)
    kinds = [one.architecture.kind for one in firsts]
    assert kinds[0] == plan.architecture.kind and len(set(kinds)) > 2
    monkeypatch.setattr(searching.state, "workspace", lambda: trained.workspace)
    monkeypatch.setattr(searching.slots, "names", lambda workspace: ["one place"])
    asked = Tuning(trainings_at_most=10)
    slow, quick = {"seconds": 20.0, "megabytes": 900.0}, {"seconds": 2.0, "megabytes": 300.0}
    whole = searching.cost(asked, plan, profile, lambda one: slow if one.architecture.kind == kinds[-1] else quick)
    assert isinstance(whole, dict)
    assert (whole["seconds"], whole["megabytes"]) == (20.0 + 10 * 2.0, 900.0)
    assert searching.cost(asked, plan, profile, lambda one: None if one.architecture.kind == kinds[-1] else slow) is None
    limited = searching.cost(asked.within(30.0), plan, profile, lambda one: slow)
    assert isinstance(limited, dict) and limited["seconds"] == 30.0


@pytest.mark.parametrize(
    ("places", "said"),
    [((1, 1), "cannot be told apart, so what looked better may"), ((1, 2), "keep your own settings"), ((2, 1), "found is better")],
)
def test_a_search_is_said_to_be_luck_where_the_own_settings_do_as_well(places: tuple[int, int], said: str) -> None:
    lines = [
        SimpleNamespace(run=SimpleNamespace(id=id), place=place, value=84.0, low=75.0, high=92.0)
        for id, place in zip(("own", "found"), places, strict=True)
    ]
    board = SimpleNamespace(lines=lines, unit="%")
    told = board_words.beside(board, "own", "found")  # type: ignore[arg-type]
    assert "your own settings come to 84 % (75 to 92)" in told and said in told
    assert board_words.beside(board, "gone", "found") == ""  # type: ignore[arg-type]


def test_while_stopping_the_page_says_that_and_no_time_left(trained: Trained) -> None:
    study = driven(trained, Tuning(), [80.0])
    page = opened(trained, study).click("study-stop")
    (bar,) = page.at.get("progress")
    assert bar.proto.text == "Stopping: no further training begins"
    assert "stopping" in page.words and "the time left is known" not in page.words


def test_a_stopped_study_counts_what_ended_and_goes_on_at_a_click(trained: Trained) -> None:
    study = driven(trained, CrossValidation(), [80.0, 84.0])
    plan = Plan.model_validate(study.plan)
    studies.begin(trained.workspace, study, Asked(role="fold", number=2, plan=plan))
    given_up = studies.children(trained.workspace, study.id)[-1].run.id
    runs.wish(trained.workspace, given_up, "cancel")
    studies.wish_stop(trained.workspace, study.id)
    studies.end(trained.workspace, study.id, "done", "Stopped as you asked; what was ready by then counts.")
    page = opened(trained, study)
    assert "2 of 5" in page.words and "Stopped as you asked" in page.words
    page.click("study-go-on")
    now = studies.get(trained.workspace, study.id)
    assert (now.state, now.wish, now.message) == ("running", None, "")
    assert [child.number for child in studies.children(trained.workspace, study.id)] == [0, 1]
    assert not page.has("study-go-on") and page.has("study-stop")


def test_a_study_that_came_to_its_own_end_has_nothing_to_go_on_with(trained: Trained) -> None:
    study = driven(trained, CrossValidation(), [80.0, 84.0])
    studies.end(trained.workspace, study.id, "done", "")
    assert not opened(trained, study).has("study-go-on")


def test_a_deleted_winner_is_said(trained: Trained) -> None:
    study = driven(trained, Tuning(), [80.0, 84.0])
    studies.end(trained.workspace, study.id, "done", "")
    assert "The model with the best settings was deleted." in opened(trained, study).words


def test_the_judgement_of_the_best_settings_counts_as_a_look_and_says_earlier_ones(trained: Trained) -> None:
    looks.add(trained.workspace, trained.dataset, "these rows", "r0000000001")
    study = driven(trained, Tuning(), [80.0, 84.0])
    plan = Plan.model_validate(study.plan)
    ended(trained, study, Asked(role=studies.WINNER, number=9, plan=plan), [1.0, 0.1], 83.0)
    page = opened(trained, study)
    assert looks.count(trained.workspace, trained.dataset, "these rows") == 2
    assert verdicts.first_looks(2) in page.words.replace("\\", "") and "nobody has looked" not in page.words


def test_any_settings_can_be_taken_over_for_one_training_and_undone(trained: Trained) -> None:
    study = driven(trained, Tuning(), [80.0, 85.0, 90.0])
    searching = projects.get(trained.workspace, trained.project).draft | {"search": Tuning().model_dump(mode="json")}
    projects.save(trained.workspace, trained.project, draft=searching)
    page = opened(trained, study)
    table = next(element.value for element in page.at.dataframe if element.key == "search-table")
    assert list(table["No."]) == ["3", "2", "1"]
    page.at.session_state["search-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    before, wanted = trained.plan(), studies.children(trained.workspace, study.id)[2].run.plan
    page = page.run().click("search-use")
    taken = projects.get(trained.workspace, trained.project).draft
    after = Plan.model_validate(taken["plan"])
    assert not taken["search"] and taken["undo"][-1]["search"]["kind"] == "tuning"
    assert after.architecture.model_dump(mode="json") == wanted["architecture"] and after.split == before.split
    assert page.at.header[0].value == "Design"


def test_a_deleted_study_is_gone_with_its_trainings(trained: Trained) -> None:
    study = driven(trained, CrossValidation(folds=2), [80.0, 84.0])
    studies.end(trained.workspace, study.id, "done", "")
    page = opened(trained, study).click("study-delete").click("study-delete-yes")
    assert studies.all(trained.workspace) == [] and len(runs.all(trained.workspace, of_studies=True)) == 1
    assert page.at.header[0].value == "Runs"


def test_a_study_that_is_gone_is_said(trained: Trained) -> None:
    page = Page("runs", project=trained.project, study="s0000000000")
    assert "The study that this page was opened with is not there any more" in page.words


def test_a_failed_study_says_why(trained: Trained) -> None:
    study = asked(trained, CrossValidation())
    studies.end(trained.workspace, study.id, "failed", "Only 3 rows are left.")
    assert "Only 3 rows are left" in opened(trained, study).words
