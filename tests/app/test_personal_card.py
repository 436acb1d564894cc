"""The card about personal data: what is said, what a click does, and what is left of it afterwards."""

from pathlib import Path

import pytest

from app import personal_card
from engine import advice, datasets, intake, quarantine
from engine.anonymity import Anonymity
from engine.columns import Treatment
from engine.jobs import long_answers
from engine.store import projects, settings
from engine.store.workspace import Workspace
from tests.app.conftest import Filled, Page

FIRST = ("Anna", "Berta", "Clara", "Doris")
TABLE = "surname,city,ill\n" + "".join(f"{FIRST[i % 4]}{'xyzuvw'[i % 6]},{'abc'[i % 3]},{i % 2}\n" for i in range(60))


@pytest.fixture
def brought(empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Filled:
    monkeypatch.setattr(quarantine, "run", lambda request, log, tell=None: intake.answer(request, tell or (lambda done, words: None)))
    (tmp_path / "people.csv").write_text(TABLE, "utf-8")
    dataset = datasets.add(empty, tmp_path / "people.csv", "people.csv")
    return Filled(empty, projects.add(empty, "People", dataset.id).id, dataset.id)


def test_a_column_of_names_is_shown_with_what_is_proposed_and_none_of_its_values(brought: Filled) -> None:
    page = Page("data", project=brought.project)
    assert "1 column seems to hold personal data · surname" in page.words.replace("*", "").replace(":gray[", "")
    assert not page.has("personal-treat")
    page.click("personal-now")
    assert "surname · Names of persons." in page.words.replace("*", "")
    assert page.at.selectbox(key=f"personal-{brought.dataset}-{brought.column('surname')}").value == Treatment(kind="drop")
    card = page.words.split("1 column seems")[1].split("What should the model predict")[0]
    assert "Annax" not in card


def test_what_is_kept_as_it_is_takes_one_line_and_comes_back_when_asked_for(brought: Filled) -> None:
    page = Page("data", project=brought.project).click("personal-now").click("personal-keep")
    assert "surname is personal data, kept as it came." in page.words
    assert not page.has("personal-treat")
    assert page.click("personal-again").has("personal-treat")


def test_what_is_put_off_is_a_line_again(brought: Filled) -> None:
    page = Page("data", project=brought.project).click("personal-now").click("personal-later")
    assert page.has("personal-now") and not page.has("personal-treat")


def test_a_click_treats_the_columns_and_asks_the_same_question_again(brought: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict = {}
    monkeypatch.setattr("app.errands.start", lambda key, question, **given: asked.update(given, question=question) is None)
    Page("data", project=brought.project).click("personal-now").click("personal-treat")
    given = {name: value for name, value in asked.items() if name not in ("question", "replace")}
    assert asked["question"] == "treat"
    long_answers.treat(brought.workspace, brought.workspace.path, lambda part, stage: None, **given)
    assert [column.name for column in datasets.get(brought.workspace, brought.dataset).columns] == ["city", "ill"]
    page = Page("data", project=brought.project)
    assert "personal data" not in page.words
    assert page.at.selectbox(key="target").value == brought.column("ill")


def test_choices_about_other_columns_outlive_the_treatment(brought: Filled) -> None:
    city, surname = brought.column("city"), brought.column("surname")
    profile = datasets.profile(brought.workspace, brought.dataset)
    plan, _ = advice.plan(brought.dataset, datasets.table(brought.workspace, brought.dataset), profile)
    assert city in plan.inputs
    said = {"inputs": {city: False, surname: True}, "roles": {city: "ignored"}}
    chosen = {"target": plan.target, "plan": plan.model_dump(mode="json"), **said}
    projects.save(brought.workspace, brought.project, draft=chosen)
    given = {"dataset": brought.dataset, "treatments": {surname: {"kind": "pseudonym"}}, "with_runs": True, "project": brought.project}
    long_answers.treat(brought.workspace, brought.workspace.path, lambda part, stage: None, **given)
    after = projects.get(brought.workspace, brought.project).draft
    assert after["inputs"] == {city: False, surname: True} and after["roles"] == {city: "ignored"}
    assert after["plan"]["inputs"] == [surname] and after["target"] == plan.target
    assert Page("data", project=brought.project).at.selectbox(key="target").value == plan.target


def test_the_setting_is_on_the_workspace_page(empty: Workspace) -> None:
    page = Page("workspace")
    toggle = next(box for box in [*page.at.toggle, *page.at.checkbox] if "before anything is kept" in box.label)
    toggle.set_value(True)
    page.run()
    assert settings.get(empty).treat_personal


def test_the_counts_are_said_in_plain_words() -> None:
    now = Anonymity(rows=80, groups=80, smallest=1, alone=80, few=80)
    then = Anonymity(rows=80, groups=9, smallest=1, alone=1, few=4, telling="c0001", alone_without=0)
    assert personal_card.told(now, then, {"c0001": "age"}) == (
        "As it is, 80 rows of 80 stand alone by these facts: who knows them of a person finds the row. Treated so, 1 row stands alone, and"
        " the smallest group has 1 row. “age” gives most away: without it, 0 would."
    )
