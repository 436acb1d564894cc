"""Train: what stands in the way, one button that makes one run, and a run in each of its states."""

from datetime import UTC, datetime, timedelta

import pytest

from app import run_page
from engine.checkpoints import Checkpoints
from engine.jobs.desk import Desk
from engine.keep import Kept
from engine.plan import Plan
from engine.store import db, metrics, preparing, projects, runs, transitions
from engine.store.runs import Run
from engine.store.transitions import Identity
from engine.store.workspace import Workspace
from engine.terms import Terms
from tests.app.conftest import NASTY, Filled, Page
from tests.app.trained import Trained

SOMEBODY = Identity(pid=4, ticks=5, boot="a boot")
COSTS = {"seconds": 42.0, "seconds_low": 20.0, "seconds_high": 100.0, "epochs": 12, "per_epoch": 0.25, "megabytes": 320.0}


@pytest.fixture(autouse=True)
def quick_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "ask", lambda self, question, timeout=60.0, **arguments: COSTS)


@pytest.fixture
def ready(trained: Trained) -> Trained:
    """The plan is made; nothing has been trained by it."""
    runs.delete(trained.workspace, trained.run)
    return trained


def said(page: Page) -> str:
    """The words beside the bar of progress."""
    return " ".join(bar.proto.text for bar in page.at.get("progress")).replace("\\", "")


def queued(made: Trained) -> Run:
    return runs.add(made.workspace, made.plan(), project=made.project)


def at_work(made: Trained) -> Run:
    run = queued(made)
    attempt = transitions.claim(made.workspace, run.id, run.attempt)
    assert attempt is not None and transitions.begin(made.workspace, run.id, attempt, SOMEBODY)
    return runs.get(made.workspace, run.id)


def learn(made: Trained, run: Run, unseen: list[float]) -> None:
    """Some epochs with these losses on unseen rows."""
    for epoch, loss in enumerate(unseen, start=1):
        metrics.add(made.workspace, run.id, run.attempt, float(epoch), {"loss": 1 / epoch, "val_loss": loss, "val_accuracy": 70.0 + epoch})
    facts = {
        "epoch": len(unseen),
        "epochs": 12,
        "best": {"epoch": 1 + unseen.index(min(unseen)), "value": 81.0},
        "metrics": [{"name": "accuracy", "label": "Right answers", "unit": "%", "better": "higher"}],
        "baseline": {"accuracy": 61.0, "loss": 0.69},
        "seconds_left": 30.0,
        "stage": "Learning **fast**",
        "done": 0.5,
    }
    runs.set_facts(made.workspace, run.id, run.attempt, facts)


def opened(made: Trained, run: Run | None = None) -> Page:
    return Page("train", project=made.project, **({"run": run.id} if run else {}))


def headings(page: Page) -> list[str]:
    return [header.value for header in page.at.header]


def test_without_a_project_the_page_leads_home(empty: Workspace) -> None:
    assert "No project is open" in Page("train").words


def test_without_a_target_the_page_leads_to_the_data(filled: Filled) -> None:
    assert "Nothing to predict yet" in Page("train", project=filled.project).words


def test_it_says_what_will_happen_and_how_long(ready: Trained) -> None:
    page = opened(ready)
    for _ in range(40):
        if "About **42" in page.words:
            break
        page.run()
    assert headings(page) == ["Ready to train"]
    assert "About **42" in page.words and "Linear model" in page.words and "never seen in training" in page.words


def test_the_plan_is_looked_at_once_when_its_costs_are_known(ready: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(ready)
    for _ in range(40):
        if "About **42" in page.words:
            break
        page.run()
    looked = preparing.latest(ready.workspace)
    assert looked is not None and looked.is_for(ready.plan().model_dump(mode="json"))
    monkeypatch.setattr(preparing, "look_at", lambda workspace, plan: pytest.fail("It was written again."))
    page.run().run()


def test_a_plan_is_looked_at_anew_after_it_was_trained(ready: Trained) -> None:
    page = opened(ready)
    for _ in range(40):
        if "About **42" in page.words:
            break
        page.run()
    page.click("start")
    (run,) = runs.all(ready.workspace, project=ready.project)
    transitions.move(ready.workspace, run.id, run.attempt, "queued", "cancelled")
    page.run().click("again").run()
    looked = preparing.latest(ready.workspace)
    assert looked is not None and looked.number == 2


def test_a_plan_that_cannot_be_trained_is_not_prepared(ready: Trained) -> None:
    stopped = ready.plan().model_copy(update={"inputs": ()})
    draft = projects.get(ready.workspace, ready.project).draft
    projects.save(ready.workspace, ready.project, draft=draft | {"plan": stopped.model_dump(mode="json")})
    page = opened(ready).run().run()
    assert page.at.button(key="start").disabled and preparing.latest(ready.workspace) is None


def test_impatient_clicks_make_one_run(ready: Trained) -> None:
    page, other = opened(ready), opened(ready)
    page.click("start")
    other.click("start")
    (run,) = runs.all(ready.workspace, project=ready.project)
    assert page.at.query_params["run"] == run.id
    assert headings(page) == ["Waiting for its turn"]


def test_what_cannot_be_trained_cannot_be_started(ready: Trained) -> None:
    plan = ready.plan().model_copy(update={"inputs": ()})
    projects.save(ready.workspace, ready.project, draft={"target": plan.target, "plan": plan.model_dump(mode="json")})
    page = opened(ready)
    assert "No column is chosen." in page.words
    assert page.at.button(key="start").disabled


def test_a_problem_is_mended_with_one_click(ready: Trained) -> None:
    plan = ready.plan()
    leak = next(c.id for c in _columns(ready) if c.name == "bill code")
    plan = plan.model_copy(update={"inputs": (*plan.inputs, leak)})
    projects.save(ready.workspace, ready.project, draft={"target": plan.target, "plan": plan.model_dump(mode="json")})
    page = opened(ready)
    fixes = [button for button in page.at.button if button.key.startswith("fix-preflight-")]
    assert "bill code" in page.words and fixes
    page.click(fixes[0].key)
    assert leak not in ready.plan().inputs
    page.click("undo")
    assert leak in ready.plan().inputs


def test_a_waiting_run_says_what_comes_first(ready: Trained) -> None:
    at_work(ready)
    page = opened(ready, queued(ready))
    assert headings(page) == ["Waiting for its turn"]
    assert any("1 other training first" in str(bar.proto.text) for bar in page.at.get("progress"))
    assert page.has("cancel") and not page.has("stop")


def test_a_run_at_work_shows_numbers_and_a_sentence(ready: Trained) -> None:
    run = at_work(ready)
    learn(ready, run, [0.9, 0.7, 0.5])
    page = opened(ready, run)
    assert headings(page) == ["Learning"]
    assert "Still improving" in page.words
    assert "3 of 12" in page.words and "guessing: 61" in page.words
    assert page.at.get("progress")[0].proto.text == "Learning \\*\\*fast\\*\\*"


def test_a_busy_database_is_named_and_the_page_stays(ready: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    run = at_work(ready)
    learn(ready, run, [0.9, 0.7, 0.5])

    def busy(*_: object) -> None:
        raise db.Busy("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("app.curves.of", busy)
        page = opened(ready, run)
        assert headings(page) == ["Learning"] and page.has("stop")
        assert "Database busy: another program is using it. The training goes on meanwhile" in page.words
    assert "Database busy" not in page.run().words and "3 of 12" in page.words


EXAMPLES = {
    "columns": [{"name": NASTY, "unit": ""}, {"name": "weight", "unit": "kg"}, {"name": "seen", "unit": ""}],
    "rows": [
        {"row": 1204, "values": [NASTY, 81.25, "2024-01-03T00:00:00"], "image": None},
        {"row": 7, "values": [None, 1, "x"], "image": None},
    ],
}
SAID = [
    {"truth": f"no {NASTY}", "said": f"no {NASTY}", "note": "87 % sure", "is_right": True, "part": 0.87, "true_part": None},
    {"truth": "yes", "said": "no", "note": "60 % sure", "is_right": False, "part": 0.6, "true_part": None},
]


def follow(made: Trained, run: Run, **facts: object) -> None:
    runs.set_facts(made.workspace, run.id, run.attempt, {"examples": EXAMPLES, **facts})


def test_examples_show_truth_and_answer_while_it_learns(ready: Trained) -> None:
    run = at_work(ready)
    learn(ready, run, [0.9, 0.7])
    follow(ready, run)
    page = opened(ready, run)
    assert "2 of your own rows" in page.words and "first answers come after one epoch" in page.words and "Not asked yet" in page.words
    follow(ready, run, examples_now={"step": 2, "answers": SAID})
    said = page.run().words
    assert "After epoch 2. 1 of 2 are right." in said and "✓ Right" in said and "✕ Wrong" in said
    assert "row 1,204" in said and "81.25 kg" in said and "87 % sure" in said and "missing" in said and "2024-01-03<" in said


def test_nothing_the_user_wrote_comes_to_life_in_the_examples(ready: Trained) -> None:
    run = at_work(ready)
    learn(ready, run, [0.9])
    follow(ready, run, examples_now={"step": 1, "answers": SAID})
    bodies = [e.proto.body for e in opened(ready, run).at.get("html")]
    assert any("mw-examples" in body and "&lt;img src=x" in body for body in bodies)
    assert not any("<img src=x" in body for body in bodies)


def test_numbers_say_how_far_off_they_are(ready: Trained) -> None:
    run = at_work(ready)
    learn(ready, run, [0.9])
    off = {"truth": "120 mg", "said": "143 mg", "note": "23 mg too high", "is_right": None, "part": 0.6, "true_part": 0.5}
    follow(ready, run, examples_now={"step": 1, "answers": [off, off]})
    said = opened(ready, run).words
    assert "▲ 23 mg too high" in said and "143 mg" in said and "are right" not in said


def test_a_trained_run_keeps_the_answers_of_the_kept_model(trained: Trained) -> None:
    page = opened(trained)
    assert "8 of your own rows" in page.words and "These are the last answers." in page.words


def test_a_run_that_told_of_no_examples_shows_none(ready: Trained) -> None:
    run = at_work(ready)
    learn(ready, run, [0.9])
    assert "of your own" not in opened(ready, run).words


def test_stop_is_asked_for_once(ready: Trained) -> None:
    run = at_work(ready)
    page = opened(ready, run).click("stop")
    assert runs.get(ready.workspace, run.id).wish == "stop"
    assert page.at.button(key="stop").disabled and page.at.button(key="stop").label == "Stopping…"
    page.click("cancel")
    assert runs.get(ready.workspace, run.id).wish == "cancel"


def test_a_run_is_paused_and_goes_on_with_a_click(ready: Trained) -> None:
    run = at_work(ready)
    learn(ready, run, [0.9, 0.7, 0.5])
    page = opened(ready, run).click("pause")
    assert page.at.button(key="pause").disabled and page.at.button(key="pause").label == "Pausing…"
    ready.workspace.run(run.id).mkdir(exist_ok=True)
    Checkpoints(ready.workspace.checkpoints(run.id), "it").offer(lambda: Kept(3.0, {}), must=True)
    assert transitions.pause(ready.workspace, run.id, run.attempt, "It goes on from epoch 3.")
    page = opened(ready, run)
    assert headings(page) == ["Paused"] and "It goes on from epoch 3." in page.words and "3 of 12" in page.words
    assert not page.has("pause") and not page.has("again")
    page.click("go-on")
    assert runs.get(ready.workspace, run.id).state == "queued" and headings(page) == ["Waiting for its turn"]
    assert page.at.get("progress")[0].proto.text.startswith("It goes on from epoch 3")


def test_a_paused_run_can_be_stopped_and_its_best_kept(ready: Trained) -> None:
    run = at_work(ready)
    runs.wish(ready.workspace, run.id, "pause")
    transitions.pause(ready.workspace, run.id, run.attempt, "It starts again from the beginning.")
    assert not opened(ready, run).has("stop")
    ready.workspace.run(run.id).mkdir(exist_ok=True)
    Checkpoints(ready.workspace.checkpoints(run.id), "it").offer(lambda: Kept(3.0, {}), must=True)
    page = opened(ready, run).click("stop")
    assert (runs.get(ready.workspace, run.id).state, runs.get(ready.workspace, run.id).wish) == ("queued", "stop")
    assert page.at.button(key="stop").disabled and not page.has("pause")


def test_cancelling_a_waiting_run_ends_it(ready: Trained) -> None:
    run = queued(ready)
    page = opened(ready, run).click("cancel")
    assert runs.get(ready.workspace, run.id).state == "cancelled"
    assert headings(page) == ["Cancelled"]


def test_a_failure_says_why_and_what_next(ready: Trained) -> None:
    run = at_work(ready)
    message = "The loss became infinite in epoch 2. Lower the learning rate from 1 to 0.1."
    assert transitions.move(ready.workspace, run.id, run.attempt, "running", "failed", "diverged", message)
    page = opened(ready, run)
    assert headings(page) == ["Training failed"]
    assert "Lower the learning rate from 1 to 0.1." in page.words
    assert page.at.button(key="way-out").label == "Change the learning rate"
    page.click("retry")
    assert headings(page) == ["Ready to train"]


def test_a_trained_run_leads_to_its_judgement(trained: Trained) -> None:
    page = opened(trained)
    assert headings(page) == ["Trained"]
    assert "epoch" in page.words and "Numbers learned" in page.words
    page.click("judge")
    assert headings(page) == ["Evaluate"]


def test_training_again_shows_what_would_be_trained_and_leads_back(trained: Trained) -> None:
    page = opened(trained).click("again")
    assert headings(page) == ["Ready to train"]
    assert page.at.button(key="start").label == "Train with these choices"
    page.click("last-run")
    assert headings(page) == ["Trained"]


def test_a_run_is_the_same_as_a_plan_whatever_its_name(trained: Trained) -> None:
    plan = trained.plan()
    assert run_page.is_same(trained.get(), plan.model_copy(update={"name": "Another name"}))
    assert not run_page.is_same(trained.get(), plan.model_copy(update={"seed": 5}))


def test_a_run_of_another_version_is_still_shown(trained: Trained) -> None:
    stored = trained.get().plan | {"architecture": {"kind": "from the future"}}
    run = runs.get(trained.workspace, trained.run).model_copy(update={"plan": stored})
    assert run_page.plan_of(run) is None
    assert run_page.step_word(run_page.plan_of(run)) == "epoch"


def test_trees_count_rounds() -> None:
    from engine.learners import LEARNERS

    plan = Plan.model_construct(training=LEARNERS.parse({"kind": "scikit"}))
    assert run_page.step_word(plan) == "round"


def _columns(made: Trained) -> tuple:
    from engine import datasets

    return datasets.get(made.workspace, made.dataset).columns


def test_a_run_that_waits_says_how_long_and_can_be_put_first(trained: Trained) -> None:
    working = at_work(trained)
    runs.set_facts(trained.workspace, working.id, working.attempt, {"seconds_left": 120.0})
    first = runs.add(trained.workspace, trained.plan(), project=trained.project, terms=Terms(seconds=60))
    run = runs.add(trained.workspace, trained.plan(), project=trained.project, terms=Terms(seconds=60))
    page = Page("train", project=trained.project, run=run.id)
    assert "2 other trainings first; it starts in about 3\u202fmin" in said(page)
    page.click("put-first")
    assert "1 other training first; it starts in about 2\u202fmin" in said(page)
    assert not page.has("put-first")
    assert [r.id for r in runs.active(trained.workspace)] == [run.id, working.id, first.id]


def test_a_run_put_off_says_when_and_can_start_at_once(trained: Trained) -> None:
    later = datetime.now(UTC) + timedelta(days=3)
    run = runs.add(trained.workspace, trained.plan(), project=trained.project, terms=Terms(not_before=later.isoformat()))
    page = Page("train", project=trained.project, run=run.id)
    assert "It starts on" in said(page)
    page.click("start-now")
    assert runs.get(trained.workspace, run.id).terms.not_before == ""


@pytest.mark.parametrize(("reason", "setting", "value"), [("out_of_memory", "batch_size", 16), ("diverged", "learning_rate", 0.0004)])
def test_a_failed_run_offers_its_remedy_as_one_click(trained: Trained, reason: str, setting: str, value: float) -> None:
    plan = trained.plan()
    network = {**plan.model_dump(), "training": {"kind": "gradient", "learning_rate": 0.004}}
    network["architecture"] = {"kind": "mlp"}
    run = runs.add(trained.workspace, type(plan).model_validate(network), project=trained.project)
    attempt = transitions.claim(trained.workspace, run.id, 0)
    assert attempt and transitions.begin(trained.workspace, run.id, attempt, SOMEBODY)
    runs.set_facts(trained.workspace, run.id, attempt, {"batch": 32})
    transitions.move(trained.workspace, run.id, attempt, "running", "failed", reason, "It failed.")
    before = len(runs.all(trained.workspace))
    page = Page("train", project=trained.project, run=run.id)
    page.click("remedy")
    new = runs.all(trained.workspace)[0]
    assert len(runs.all(trained.workspace)) == before + 1 and new.state == "queued"
    assert new.plan["training"][setting] == value
    again = Page("train", project=trained.project, run=run.id)
    again.click("remedy")
    assert len(runs.all(trained.workspace)) == before + 1


def test_the_terms_of_the_next_run_are_kept_and_go_with_it(ready: Trained) -> None:
    page = Page("train", project=ready.project)
    page.at.number_input(key="terms.minutes").set_value(10.0)
    page.run()
    page = Page("train", project=ready.project)
    assert page.at.number_input(key="terms.minutes").value == 10.0
    page.click("start")
    assert runs.all(ready.workspace)[0].terms == Terms(minutes=10, seconds=42.0, megabytes=320.0)
