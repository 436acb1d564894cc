"""Runs: all of them in a table; open, compare, duplicate with one change, delete."""

import pandas as pd

from app import run_table, side_by_side
from engine.plan import with_setting
from engine.store import projects, runs
from engine.store.workspace import Workspace
from tests.app.conftest import NASTY, Page
from tests.app.trained import Trained


def chosen(page: Page, *rows: int) -> Page:
    """The page with these rows of the table ticked."""
    key = next(element.key for element in page.at.dataframe if element.key and element.key.startswith("runs-"))
    page.at.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return page.run()


def another(made: Trained, **more: str) -> str:
    """A second run with another learning rate, still waiting."""
    return runs.add(made.workspace, with_setting(made.plan(), "training.learning_rate", "0.5"), project=made.project, **more).id


def test_an_empty_workspace_says_what_will_be_here(empty: Workspace) -> None:
    assert "No runs yet" in Page("runs").words


def test_each_run_stands_with_its_state_result_and_project(trained: Trained) -> None:
    another(trained)
    table: pd.DataFrame = Page("runs").at.dataframe[0].value
    assert list(table["State"]) == ["Waiting", "Trained"]
    assert list(table["Project"]) == [f"Clinic {NASTY}"] * 2
    assert table["Result"][0] == "–" and " to " in table["Result"][1]


def test_one_run_can_be_opened(trained: Trained) -> None:
    page = chosen(Page("runs"), 0).click("open")
    assert page.at.header[0].value == "Evaluate"
    assert page.at.query_params["run"] == trained.run


def test_a_waiting_run_opens_on_the_train_page(trained: Trained) -> None:
    id = another(trained)
    page = chosen(Page("runs"), 0).click("open")
    assert page.at.header[0].value == "Waiting for its turn"
    assert page.at.query_params["run"] == id


def test_duplicating_brings_the_choices_back_for_one_change(trained: Trained) -> None:
    projects.save(trained.workspace, trained.project, draft={"target": trained.plan().target, "plan": None})
    page = chosen(Page("runs"), 0).click("duplicate")
    assert page.at.header[0].value == "Design"
    assert trained.plan().model_dump(mode="json") == trained.get().plan


def test_a_run_without_a_project_gets_one_when_duplicated(trained: Trained) -> None:
    projects.delete(trained.workspace, trained.project)
    chosen(Page("runs"), 0).click("duplicate")
    (project,) = projects.all(trained.workspace)
    assert project.dataset == trained.dataset and project.draft["plan"]["training"]["epochs"] == 12


def test_deleting_asks_first_and_says_what_goes(trained: Trained) -> None:
    page = chosen(Page("runs"), 0).click("delete")
    assert "goes, with its model, report and curves" in page.words and "cannot be undone" in page.words
    page.click("delete-runs-no")
    assert runs.all(trained.workspace)
    chosen(page, 0).click("delete").click("delete-runs-yes")
    assert runs.all(trained.workspace) == []
    assert not trained.workspace.run(trained.run).exists()


def test_what_a_person_deleted_is_not_said_to_be_gone(trained: Trained) -> None:
    page = Page("runs", project=trained.project, run=trained.run)
    chosen(page, 0).click("delete").click("delete-runs-yes")
    page.at.switch_page("views/evaluate.py").run()
    assert "not there any more" not in page.words


def test_several_runs_stand_side_by_side_with_what_differs(trained: Trained) -> None:
    another(trained, name="Faster")
    page = chosen(Page("runs"), 0, 1)
    table: pd.DataFrame = page.at.dataframe[1].value
    assert "Training: learning rate" in table.index
    assert "Training: epochs" not in table.index and "Model" not in table.index
    assert list(table.loc["Training: learning rate"]) == ["0.5", "0"]
    assert page.at.get("plotly_chart")


def test_runs_on_different_data_are_not_compared_silently(trained: Trained) -> None:
    plan = trained.plan().model_copy(update={"dataset": "d0000000000"})
    runs.add(trained.workspace, plan)
    assert "learned from different data" in chosen(Page("runs"), 0, 1).words


def test_a_run_of_another_version_is_listed_and_compared(trained: Trained) -> None:
    run = trained.get().model_copy(update={"plan": {"from": "the future"}})
    assert run_table.frame([run], {})["State"][0] == "Trained"
    assert side_by_side.facts(run)["Took"]
