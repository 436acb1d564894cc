"""Design: models with what they cost, settings that are saved, and a picture that follows them."""

import pytest

from engine import datasets, effort, extras
from engine.architectures import ARCHITECTURES
from engine.jobs.desk import Desk
from engine.learners import LEARNERS
from engine.store import preparing, projects, runs, studies
from engine.store.workspace import Workspace
from tests.app.conftest import Filled, Page
from tests.app.trained import Trained

LAYERS = {
    "layers": [
        {"name": "number", "kind": "Input", "shape": "9", "parameters": 0, "inputs": []},
        {"name": "answer", "kind": "Fully connected", "shape": "1", "parameters": 10, "inputs": ["number"]},
    ],
    "parameters": 10,
    "edges": [["number", "answer"]],
}
TEAM = {"seconds": 400.0, "seconds_low": 200.0, "seconds_high": 900.0, "epochs": 5, "per_epoch": 80.0, "megabytes": 800.0}
COSTS = {"seconds": 42.0, "seconds_low": 20.0, "seconds_high": 100.0, "epochs": 12, "per_epoch": 0.25, "megabytes": 320.0}


@pytest.fixture(autouse=True)
def quick_desk(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """A desk that knows the answers at once; gives what it was asked."""
    asked: list[dict] = []

    def ask(self: Desk, question: str, timeout: float = 60.0, *, plan: dict) -> dict:
        asked.append({"question": question, "plan": plan})
        if question == "layers":
            return LAYERS
        return {**TEAM, "seconds_unlimited": TEAM["seconds"]} if plan["team"] else COSTS

    monkeypatch.setattr(Desk, "ask", ask)
    return asked


def drawn(project: str) -> Page:
    """The page with all answers in: the first look asks, and a person looks again a moment later."""
    page = Page("design", project=project)
    for _ in range(40):
        if "measuring" not in page.words:
            return page
        page.run()
    raise AssertionError("The costs never came.")


def test_without_a_plan_the_page_leads_to_the_data(empty: Workspace) -> None:
    assert "No project is open" in Page("design").words


def test_without_a_target_the_page_leads_to_the_data(filled: Filled) -> None:
    assert "Nothing to predict yet" in Page("design", project=filled.project).words


def test_each_model_stands_with_its_time_and_one_is_recommended(trained: Trained) -> None:
    page = drawn(trained.project)
    assert page.words.count("about **42") >= 3
    assert sum("Recommended" in markdown.value for markdown in page.at.markdown) <= 1
    assert page.at.button(key="use-linear").disabled
    assert not page.at.button(key="use-mlp").disabled


def test_a_plan_not_trained_yet_is_looked_at_once_when_its_costs_are_known(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    look_at = preparing.look_at
    monkeypatch.setattr(preparing, "look_at", lambda workspace, plan: asked.append(plan.architecture.kind) or look_at(workspace, plan))
    page = drawn(trained.project)
    page.run().run()
    assert asked == []
    page.click("use-mlp")
    for _ in range(40):
        if asked:
            break
        page.run()
    page.run()
    assert asked == ["mlp"]
    looked = preparing.latest(trained.workspace)
    assert looked is not None and looked.plan["architecture"]["kind"] == "mlp"


def test_the_picture_says_what_each_layer_learns(trained: Trained) -> None:
    words = drawn(trained.project).words
    assert 'aria-label="The model, from its inputs to its answer: Input, then Fully connected"' in words
    assert "**10** numbers in all" in words


def test_another_model_brings_its_own_preparation_and_training(trained: Trained) -> None:
    before = trained.plan()
    drawn(trained.project).click("use-boosted_trees")
    after = trained.plan()
    assert (before.architecture.kind, after.architecture.kind) == ("linear", "boosted_trees")
    assert after.training.kind == "scikit"
    assert after.recipe != before.recipe


def test_trees_can_be_told_that_more_of_a_number_means_a_higher_answer(trained: Trained) -> None:
    page = drawn(trained.project).click("use-boosted_trees")
    columns = datasets.profile(trained.workspace, trained.dataset).columns
    number = next(column.id for column in columns if column.type == "number" and column.id in trained.plan().inputs)
    page.at.multiselect(key="model-boosted_trees.rising").set_value([number])
    page.run()
    assert trained.plan().architecture.rising == (number,)  # type: ignore[attr-defined]
    page.at.multiselect(key="model-boosted_trees.falling").set_value([number])
    page.run()
    assert "may push the answer up only and down only at once" in page.words


def test_a_model_whose_library_is_gone_says_so_and_can_be_changed(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = trained.plan()
    trees = ARCHITECTURES.parse({"kind": "lightgbm_trees"})
    plan = plan.model_copy(update={"architecture": trees, "training": LEARNERS.parse({"kind": "boosters"})})
    projects.save(trained.workspace, trained.project, draft={"target": plan.target, "plan": plan.model_dump(mode="json")})
    monkeypatch.setattr(extras, "is_there", lambda library: False)
    page = drawn(trained.project)
    assert "python -m pip install lightgbm" in page.words
    page.click("use-linear")
    assert trained.plan().architecture.kind == "linear"


def test_a_model_can_be_taken_back(trained: Trained) -> None:
    before = trained.plan()
    drawn(trained.project).click("use-mlp").click("undo")
    assert trained.plan() == before


def test_a_setting_is_saved_and_asked_about(trained: Trained, quick_desk: list[dict]) -> None:
    page = drawn(trained.project)
    page.at.number_input(key="learner-linear.epochs").set_value(7)
    page.run()
    assert trained.plan().training.epochs == 7
    for _ in range(40):
        if any(asked["question"] == "estimate" and asked["plan"]["training"].get("epochs") == 7 for asked in quick_desk):
            return
        page.run()
    raise AssertionError("The new setting was never measured.")


def test_a_model_that_cannot_be_built_is_said_in_words(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import EngineError

    def refuse(self: Desk, question: str, timeout: float = 60.0, **arguments: object) -> dict:
        raise EngineError("The picture is too small for so many layers.", "Take fewer layers.")

    monkeypatch.setattr(Desk, "ask", refuse)
    page = Page("design", project=trained.project)
    for _ in range(40):
        if "too small for so many layers" in page.words:
            assert "Take fewer layers." in page.words
            return
        page.run()
    raise AssertionError("The mistake was not told.")


def test_next_leads_to_a_new_training_when_the_choices_differ(trained: Trained) -> None:
    page = drawn(trained.project).click("use-mlp").click("bar-next")
    assert "Ready to train" in page.words


def test_next_leads_to_the_run_when_it_has_these_very_choices(trained: Trained) -> None:
    page = drawn(trained.project).click("bar-next")
    assert any(header.value == "Trained" for header in page.at.header)


def test_each_effort_stands_with_what_it_would_take(trained: Trained) -> None:
    words = drawn(trained.project).words
    assert "How much effort?" in words
    assert "about 42\u202fs" in words and "about 7\u202fmin" in words
    assert "800\u202fMB" in words and "Wh" in words


def test_quick_is_the_effort_nobody_chose(trained: Trained) -> None:
    assert drawn(trained.project).at.segmented_control(key="effort").value == "quick"


def test_more_effort_is_a_click_and_can_be_taken_back(trained: Trained) -> None:
    before, page = trained.plan(), drawn(trained.project)
    page.at.segmented_control(key="effort").set_value("best")
    page.run()
    assert effort.of(trained.plan()) == "best"
    page.click("undo")
    assert trained.plan() == before
    assert page.at.segmented_control(key="effort").value == "quick"


def test_a_time_can_be_given_and_taken_away(trained: Trained) -> None:
    page = drawn(trained.project)
    assert not [field for field in page.at.number_input if field.key == "effort-minutes"]
    page.at.segmented_control(key="effort").set_value("good")
    page.run()
    assert page.at.number_input(key="effort-minutes").value is None
    page.at.number_input(key="effort-minutes").set_value(2.0)
    page.run()
    assert trained.plan().team is not None and trained.plan().team.seconds == 120.0
    page.until(lambda: "instead of 7\u202fmin" in page.words)
    page.at.segmented_control(key="effort").set_value("quick")
    page.run()
    assert trained.plan().team is None


@pytest.mark.parametrize("minutes", [0.0, -3.0, 1e9])
def test_a_time_that_cannot_be_had_is_refused_in_words_and_what_was_in_use_stays(minutes: float, trained: Trained) -> None:
    page = drawn(trained.project)
    page.at.segmented_control(key="effort").set_value("good")
    page.run()
    page.at.number_input(key="effort-minutes").set_value(2.0)
    page.run()
    page.at.number_input(key="effort-minutes").set_value(minutes)
    page.run()
    assert "cannot be had: give 0.5 to 10,080, or nothing for no limit. In use: 2" in page.words
    assert trained.plan().team is not None and trained.plan().team.seconds == 120.0
    page.at.number_input(key="effort-minutes").set_value(3.0)
    page.run()
    assert "cannot be had" not in page.words


def test_search_is_the_most_effort_and_leads_to_the_study_instead_of_a_training(trained: Trained) -> None:
    page = drawn(trained.project)
    page.at.segmented_control(key="effort").set_value("search")
    page.run()
    assert page.at.segmented_control(key="effort").value == "search"
    assert "The effort is Search" in page.words and "the best of up to 30" in page.words
    page.at.number_input(key="search.trainings_at_most").set_value(8)
    page.run()
    page = drawn(trained.project)
    assert "the best of up to 8" in page.words
    page.click("bar-next")
    assert page.at.session_state["_train-anew"] == trained.project
    runs.delete(trained.workspace, trained.run)
    train = Page("train", project=trained.project)
    assert train.at.button(key="start").label == "Start the search" and "up to 8 trainings" in train.words
    train.click("start")
    (study,) = studies.all(trained.workspace)
    assert (study.spec["kind"], study.spec["trainings_at_most"], study.plan["team"]) == ("tuning", 8, None)
    assert train.at.query_params["study"] == study.id


def test_the_time_given_and_the_search_asked_for_stay_when_another_effort_is_looked_at(trained: Trained) -> None:
    page = drawn(trained.project)

    def choose(level: str) -> None:
        page.at.segmented_control(key="effort").set_value(level)
        page.run()

    choose("good")
    page.at.number_input(key="effort-minutes").set_value(2.0)
    page.run()
    choose("search")
    assert page.at.number_input(key="search.minutes").value == 2.0
    page.at.number_input(key="search.trainings_at_most").set_value(8)
    page.run()
    page.at.number_input(key="search.minutes").set_value(3.0)
    page.run()
    choose("quick")
    choose("best")
    assert trained.plan().team is not None and trained.plan().team.seconds == 180.0
    choose("search")
    assert (page.at.number_input(key="search.trainings_at_most").value, page.at.number_input(key="search.minutes").value) == (8, 3.0)


def test_a_search_is_taken_back_and_brought_back_by_undo(trained: Trained) -> None:
    page = drawn(trained.project)
    for level in ("search", "quick"):
        page.at.segmented_control(key="effort").set_value(level)
        page.run()
    page.click("undo")
    assert page.at.segmented_control(key="effort").value == "search"
    page.click("undo")
    assert page.at.segmented_control(key="effort").value == "quick"


def test_another_effort_ends_the_wish_to_search(trained: Trained) -> None:
    page = drawn(trained.project)
    page.at.segmented_control(key="effort").set_value("search")
    page.run()
    page.at.segmented_control(key="effort").set_value("good")
    page.run()
    page.at.segmented_control(key="effort").set_value("quick")
    page.run()
    assert "The effort is Quick" in page.words
    runs.delete(trained.workspace, trained.run)
    assert Page("train", project=trained.project).at.button(key="start").label == "Start training"


def test_another_kind_of_model_keeps_the_effort(trained: Trained) -> None:
    page = drawn(trained.project)
    page.at.segmented_control(key="effort").set_value("good")
    page.run()
    page.click("use-boosted_trees")
    assert (trained.plan().architecture.kind, effort.of(trained.plan())) == ("boosted_trees", "good")


def test_why_the_design_is_as_it_is_stands_beside_the_effort(trained: Trained) -> None:
    words = drawn(trained.project).words
    assert "Why this design" in words and "The effort is Quick" in words


def test_a_kind_that_cannot_be_measured_is_not_waited_for(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import EngineError

    def refuse(self: Desk, question: str, timeout: float = 60.0, *, plan: dict) -> dict:
        if plan["architecture"]["kind"] == "boosted_trees":
            raise EngineError("It cannot be measured.", "Choose another.")
        return LAYERS if question == "layers" else COSTS

    monkeypatch.setattr(Desk, "ask", refuse)
    page = drawn(trained.project)
    assert "How much effort?" in page.words
    page.at.segmented_control(key="effort").set_value("best")
    page.run()
    assert "measuring" not in page.words and "It cannot be measured." in page.words
