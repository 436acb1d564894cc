"""What the checks say on a page: a stop is passed by signing, and only so."""

from pathlib import Path

import numpy as np
import pandas as pd

from engine import datasets
from engine.plan import Plan
from engine.store import projects
from engine.store.workspace import Workspace
from tests.app.conftest import NASTY, Filled, Page
from tests.app.trained import simple_plan


def plan(filled: Filled) -> Plan:
    return Plan.model_validate(projects.get(filled.workspace, filled.project).draft["plan"])


def test_a_stop_is_passed_only_by_signing_and_can_be_taken_back(filled: Filled) -> None:
    leak, made = filled.column("bill code"), simple_plan(filled.workspace, filled.dataset)
    made = made.model_copy(update={"inputs": (*made.inputs, leak)})
    projects.save(filled.workspace, filled.project, draft={"target": made.target, "plan": made.model_dump(mode="json")})
    page = Page("train", project=filled.project)
    assert page.at.button(key="start").disabled and "“Yes, it is known beforehand.”" in page.words
    place = f"preflight-0-Q01-{leak}"
    page.click(f"sign-do-{place}")
    assert plan(filled).overrides == () and "A signature needs a name." in page.words
    page.at.text_input(key=f"sign-name-{place}").set_value(f"Ada {NASTY}")
    page.click(f"sign-do-{place}")
    (signed,) = plan(filled).overrides
    assert (signed.check, signed.column, signed.name) == ("Q01", leak, f"Ada {NASTY}")
    assert not page.at.button(key="start").disabled and f"Signed: Ada {NASTY}" in page.words
    page.click(next(button.key for button in page.at.button if button.label == "Take it back"))
    assert plan(filled).overrides == () and page.at.button(key="start").disabled


def test_rows_alike_but_for_one_column_are_kept_together_by_a_click_and_let_go_again(empty: Workspace, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    mixtures = pd.DataFrame(random.normal(50, 10, (80, 4)).round(2), columns=["cement", "water", "slag", "ash"])
    rows = mixtures.loc[mixtures.index.repeat(4)].reset_index(drop=True)
    rows["age"] = np.tile([3, 7, 28, 90], 80)
    rows["strength"] = (rows["cement"] / rows["water"] * 20 + np.log(rows["age"]) * 5 + random.normal(0, 1, len(rows))).round(2)
    rows.sample(frac=1, random_state=1).to_csv(tmp_path / "mixtures.csv", index=False)
    dataset = datasets.add(empty, tmp_path / "mixtures.csv", "mixtures.csv")
    project = projects.add(empty, "Mixtures", dataset.id).id
    Page("data", project=project)
    page = Page("train", project=project)
    assert "in every column but 'age': they seem to be one case" in page.words.replace("\\", "")
    page.click(next(button.key for button in page.at.button if button.label == "Keep such rows together"))
    age = next(column.id for column in dataset.columns if column.name == "age")
    split = Plan.model_validate(projects.get(empty, project).draft["plan"]).split
    assert (split.method, split.column) == ("alike", age)
    assert "they seem to be one case" not in Page("train", project=project).words
    page = Page("prepare", project=project)
    page.until(lambda: "Rows that differ only in 'age', or hardly at all, are one case" in page.words.replace("\\", ""))
    page.at.selectbox(key="split-alike").set_value("")
    page.run()
    assert "split-alike" not in [box.key for box in page.at.selectbox]
    page = Page("train", project=project)
    page.click(next(button.key for button in page.at.button if button.label == "Keep such rows together"))
    page = Page("prepare", project=project).click("undo")
    assert "split-alike" not in [box.key for box in page.at.selectbox], "what was undone is not asked about"
    assert Plan.model_validate(projects.get(empty, project).draft["plan"]).split.method == "random"
