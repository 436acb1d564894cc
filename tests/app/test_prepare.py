"""Prepare: the proposed steps with their reasons, changing them with undo, and the split in plain words."""

from typing import Any

import pytest

from engine import datasets, embeddings
from engine.embeddings import Learned
from engine.jobs import answers, desk
from engine.plan import Plan
from engine.store import models, projects
from tests.app.conftest import Filled, Page
from tests.app.trained import Trained


@pytest.fixture
def page(filled: Filled) -> Page:
    Page("data", project=filled.project)
    return Page("prepare", project=filled.project)


def plan(filled: Filled) -> Plan:
    return Plan.model_validate(projects.get(filled.workspace, filled.project).draft["plan"])


def kinds(filled: Filled) -> list[str]:
    return [step.kind for step in plan(filled).recipe]


def test_each_step_stands_with_its_reason_and_its_effect(page: Page, filled: Filled) -> None:
    assert "1. " in page.words
    assert "missing" in page.words
    assert page.words.count("Before") >= len(kinds(filled)) - 1


def test_removing_a_step_can_be_undone(page: Page, filled: Filled) -> None:
    before = kinds(filled)
    page.click("remove-0")
    assert kinds(filled) == before[1:]
    page.click("undo")
    assert kinds(filled) == before
    assert not page.has("undo")


def test_steps_can_be_put_in_another_order(page: Page, filled: Filled) -> None:
    before = kinds(filled)
    page.click("move-down-0")
    assert kinds(filled) == [before[1], before[0], *before[2:]]


def test_an_added_step_goes_where_it_belongs(page: Page, filled: Filled) -> None:
    page.click("add-clip")
    order = kinds(filled)
    assert "clip" in order
    if "scale" in order:
        assert order.index("clip") < order.index("scale")


def test_back_to_the_proposal_brings_it_back(page: Page, filled: Filled) -> None:
    before = kinds(filled)
    page.click("remove-0").click("propose")
    assert kinds(filled) == before
    assert not page.has("propose")


def test_without_a_needed_step_the_problem_offers_it(page: Page, filled: Filled) -> None:
    needed = next(i for i, kind in enumerate(kinds(filled)) if kind in {"one_hot", "codes"})
    page.click(f"remove-{needed}")
    assert "Must be solved" in page.words
    fix = next(button.key for button in page.at.button if button.key.startswith("fix-recipe"))
    page.click(fix)
    assert "Must be solved" not in page.words


def test_a_setting_changes_the_stored_plan(page: Page, filled: Filled) -> None:
    page.click("add-clip")
    position = kinds(filled).index("clip")
    page.at.number_input(key=f"step-{position}-clip.lower").set_value(5.0)
    page.run()
    assert plan(filled).recipe[position].lower == 5.0


def test_the_same_case_in_several_rows_is_asked_and_kept_together(page: Page, filled: Filled) -> None:
    patient = filled.column("patient id")
    page.at.selectbox(key="split-group").set_value(patient)
    page.run()
    assert (plan(filled).split.method, plan(filled).split.column) == ("group", patient)
    assert "one case after the other" in page.words


def test_time_is_drawn_oldest_first(page: Page, filled: Filled) -> None:
    page.at.selectbox(key="split-group").set_value("")
    page.run()
    page.at.selectbox(key="split-time").set_value(filled.column("visit"))
    page.run()
    assert plan(filled).split.method == "time"
    assert "oldest first" in page.words
    assert "01 Jan 2024" in page.words


def test_the_share_of_unseen_rows_can_be_set(page: Page, filled: Filled) -> None:
    page.at.slider(key="split-test").set_value(40)
    page.run()
    assert plan(filled).split.test == 0.4


def test_a_gap_before_the_unseen_rows_is_drawn_as_left_out(page: Page, filled: Filled) -> None:
    page.at.selectbox(key="split-group").set_value("")
    page.run()
    page.at.selectbox(key="split-time").set_value(filled.column("visit"))
    page.run()
    page.at.number_input(key="split-gap").set_value(10.0)
    page.run()
    assert plan(filled).split.gap == 10.0
    assert "<b>Left out</b> 18 rows (in no part)" in page.words


def test_a_column_can_say_which_rows_are_unseen(page: Page, filled: Filled) -> None:
    ward = filled.column("ward")
    page.at.selectbox(key="split-column").set_value(ward)
    page.run()
    made = plan(filled)
    assert (made.split.method, made.split.column, ward in made.inputs) == ("column", ward, False)
    assert sorted(made.split.mapping.values()) == ["test", "train", "train"]
    page.at.selectbox(key="split-means-0").set_value("none")
    page.run()
    assert sorted(plan(filled).split.mapping.values()) == ["none", "test", "train"]
    page.at.selectbox(key="split-column").set_value("")
    page.run()
    assert plan(filled).split.method != "column" and ward in plan(filled).inputs


class _Desk:
    """Says what a step is worth, as the desk would, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, question: str, timeout: float, plan: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(question)
        return {"low": 0.1, "sentence": "On your rows: 0.3 points better (between 0.1 and 0.5 is likely)."}


def test_what_takes_long_to_learn_is_measured_only_on_a_click(page: Page, filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _Desk()
    monkeypatch.setattr(desk, "for_workspace", lambda workspace: asked)
    page.click("add-denoise")
    assert "denoise" in kinds(filled)
    assert "learned while the model trains" in page.words and not asked.asked
    page.click(f"measure-{kinds(filled).index('denoise')}")
    page.run()
    assert "On your rows: 0.3 points better" in page.words
    assert asked.asked == ["gain"]


def test_a_gain_measured_on_real_rows_is_a_sentence(filled: Filled, page: Page) -> None:
    page.click("add-denoise")
    found = answers.gain(filled.workspace, plan(filled).model_dump(mode="json"))
    assert found["sentence"].startswith(("On your rows: ", "No gain here: ", "It does harm")) and found["rows"] > 100


def test_what_a_network_learned_for_values_is_taken_with_one_click(trained: Trained) -> None:
    ward = next(c.id for c in datasets.get(trained.workspace, trained.dataset).columns if c.name == "ward")
    known = {"north": (0.5, 1.0), "south": (-1.0, 0.0), "east": (0.0, 0.2)}
    embeddings.written(models.folder(trained.workspace, trained.run), [Learned(column=ward, vectors=known, rest=(0.0, 0.0))])
    page = Page("prepare", project=trained.project)
    assert not page.has("add-embed_values")
    page.click(f"take-{ward}")
    kinds = [step.kind for step in trained.plan().recipe]
    assert kinds.index("embed_values") < kinds.index("one_hot")
    assert "Values as learned before" in page.words
    page.click("undo")
    assert "embed_values" not in [step.kind for step in trained.plan().recipe]
