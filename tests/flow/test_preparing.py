"""The plan that somebody looks at is prepared before the click: by the spare worker, for that plan alone, and never to anyone's harm."""

import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from engine import advice, bundle, datasets
from engine import plan as plans
from engine.jobs import spare, supervisor
from engine.jobs.early import Early
from engine.jobs.rounds import Rounds
from engine.jobs.spare import Spare
from engine.plan import Plan
from engine.store import metrics, models, preparing, runs
from engine.store.preparing import Looked
from engine.store.workspace import Workspace
from tests.flow.toy import SPARE, TOY, ToyPlan
from tests.flow.watching import until

pytestmark = pytest.mark.slow
SAMPLE = Path(__file__).parents[2] / "sample_data" / "breast_cancer.csv"


@pytest.fixture(autouse=True)
def _switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(spare.SWITCH, raising=False)


@pytest.fixture
def waiting(workspace: Workspace) -> Iterator[Spare]:
    made = Spare(workspace, SPARE)
    made.keep()
    yield made
    made.drop()


def look_at(workspace: Workspace, plan: Any) -> Looked:
    preparing.look_at(workspace, plan)
    looked = preparing.latest(workspace)
    assert looked is not None
    return looked


def prepared(workspace: Workspace) -> list[str]:
    path = workspace.path / "prepared"
    return path.read_text().split() if path.exists() else []


def trained(workspace: Workspace, rounds: Rounds, plan: Any) -> runs.Run:
    run = runs.add(workspace, plan)
    until(lambda: not rounds.step(), "the run ends", 120)
    return runs.get(workspace, run.id)


def test_the_plan_looked_at_last_counts_and_its_name_does_not_matter(workspace: Workspace) -> None:
    assert preparing.latest(workspace) is None
    first, second = look_at(workspace, ToyPlan(steps=5)), look_at(workspace, ToyPlan(steps=6))
    assert (first.number, second.number) == (1, 2)
    assert second.is_for(vars(ToyPlan(steps=6, name="Other"))) and not second.is_for(first.plan)


def test_a_plan_is_prepared_once_and_another_one_in_its_place(workspace: Workspace, waiting: Spare) -> None:
    first = look_at(workspace, ToyPlan(steps=1))
    for _ in range(3):
        waiting.prepare(first)
    until(lambda: waiting.is_ready, "the first is prepared")
    waiting.prepare(look_at(workspace, ToyPlan(steps=2)))
    until(lambda: waiting.is_ready, "the second is prepared")
    assert prepared(workspace) == ["1", "2"]


def test_a_plan_that_was_changed_meanwhile_is_given_up(workspace: Workspace, waiting: Spare) -> None:
    waiting.prepare(look_at(workspace, ToyPlan(steps=1, preparing=60.0)))
    until(lambda: waiting.is_preparing, "it is at work")
    waiting.prepare(look_at(workspace, ToyPlan(steps=2)))
    until(lambda: waiting.is_ready, "the second is prepared")
    assert prepared(workspace) == ["2"]


def test_the_prepared_worker_takes_the_run_and_its_plan_is_not_prepared_again(workspace: Workspace, waiting: Spare) -> None:
    assert waiting._process is not None
    pid, plan = waiting._process.pid, ToyPlan(steps=3)
    waiting.prepare(looked := look_at(workspace, plan))
    until(lambda: waiting.is_ready, "it is prepared")
    assert trained(workspace, Rounds(workspace, program=("false",), spare=waiting), plan).pid == pid
    assert not waiting.wants(looked)
    waiting.keep()
    waiting.prepare(looked)
    assert not waiting.is_preparing and waiting.wants(look_at(workspace, plan))


def test_a_run_of_another_plan_is_handed_over_as_well_and_what_was_looked_at_is_prepared_anew(workspace: Workspace, waiting: Spare) -> None:
    assert waiting._process is not None
    pid = waiting._process.pid
    waiting.prepare(looked := look_at(workspace, ToyPlan(steps=3)))
    run = trained(workspace, Rounds(workspace, program=("false",), spare=waiting), ToyPlan(steps=4))
    assert (run.state, run.pid) == ("succeeded", pid)
    assert waiting.wants(looked)


def test_a_run_does_not_wait_for_long_on_another_plan(workspace: Workspace, waiting: Spare, monkeypatch: pytest.MonkeyPatch) -> None:
    assert waiting._process is not None
    pid = waiting._process.pid
    until(lambda: waiting.is_ready, "it has started")
    waiting.prepare(look_at(workspace, ToyPlan(steps=1, preparing=60.0, hears=False)))
    monkeypatch.setattr(spare, "PATIENCE", 0.0)
    run = trained(workspace, Rounds(workspace, program=TOY, spare=waiting), ToyPlan(steps=4))
    assert run.state == "succeeded" and run.pid != pid and waiting._process is None
    assert not psutil.pid_exists(pid)


def test_a_worker_that_dies_while_preparing_costs_nothing_and_is_not_asked_the_same_again(workspace: Workspace, waiting: Spare) -> None:
    plan = ToyPlan(steps=3, ends="killed while preparing")
    waiting.prepare(looked := look_at(workspace, plan))
    until(lambda: not waiting._lives(), "it has died")
    waiting.keep()
    assert waiting._lives() and not waiting.wants(looked)
    waiting.drop()
    rounds = Rounds(workspace, program=TOY, spare=waiting)
    assert trained(workspace, rounds, ToyPlan(steps=3)).state == "succeeded"


def test_it_gives_way_when_memory_becomes_short(workspace: Workspace, waiting: Spare, monkeypatch: pytest.MonkeyPatch) -> None:
    assert waiting._process is not None
    pid = waiting._process.pid
    waiting.prepare(looked := look_at(workspace, ToyPlan(steps=1)))
    waiting.give_way()
    assert waiting._lives()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=2**30))
    waiting.give_way()
    assert not psutil.pid_exists(pid) and not waiting.wants(looked)
    waiting.keep()
    assert waiting._process is None


def test_it_would_be_the_first_to_be_ended_for_want_of_memory(workspace: Workspace, waiting: Spare) -> None:
    assert waiting._process is not None
    score = Path(f"/proc/{waiting._process.pid}/oom_score_adj")
    until(lambda: score.read_text().strip() == "1000", "it has made itself the first")
    run = runs.add(workspace, ToyPlan(steps=200))
    rounds = Rounds(workspace, program=("false",), spare=waiting)
    until(lambda: rounds.step() and runs.get(workspace, run.id).state == "running", "the run is at work")
    assert score.read_text().strip() == "500"


def test_two_supervisors_prepare_the_same_plan_and_one_worker_trains_it(workspace: Workspace, waiting: Spare) -> None:
    other = Spare(workspace, SPARE)
    other.keep()
    assert waiting._process is not None and other._process is not None
    pids = {waiting._process.pid, other._process.pid}
    plan = ToyPlan(steps=20)
    for one in (waiting, other):
        one.prepare(look_at(workspace, plan))
    both = [Rounds(workspace, program=("false",), spare=one) for one in (waiting, other)]
    run = runs.add(workspace, plan)
    until(lambda: not [rounds.step() for rounds in both][0], "the run ends")
    done = runs.get(workspace, run.id)
    assert (done.state, done.attempt) == ("succeeded", 1) and done.pid in pids
    assert not (workspace.run(run.id) / "twice").exists()
    other.drop()


def test_a_supervisor_prepares_what_is_looked_at_and_nothing_while_a_training_runs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "SPARE_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(supervisor, "SPARE_SOON_SECONDS", 0.0)
    rounds = Rounds(workspace, program=TOY, spare=Spare(workspace, SPARE))
    service = supervisor._Service(rounds, 0)

    def turn() -> bool:
        service._notice(service._step())
        service._care_for_spare()
        return bool(rounds.spare and rounds.spare.is_ready)

    preparing.look_at(workspace, ToyPlan(steps=1))
    until(lambda: turn() and prepared(workspace) == ["1"], "the first is prepared")
    run = runs.add(workspace, ToyPlan(steps=1000))
    until(lambda: [turn()] and runs.get(workspace, run.id).state == "running", "the run is at work")
    preparing.look_at(workspace, ToyPlan(steps=2))
    began = time.monotonic()
    while time.monotonic() - began < 1.0:
        turn()
    assert prepared(workspace) == ["1"] and rounds.spare is not None and rounds.spare._process is None
    runs.wish(workspace, run.id, "cancel")
    until(lambda: turn() and prepared(workspace) == ["1", "2"], "the second is prepared")
    rounds.spare.drop()


@pytest.mark.timeout(600)
def test_a_prepared_run_is_the_very_run_of_a_new_process(workspace: Workspace) -> None:
    plan = _real(workspace)
    cold = trained(workspace, Rounds(workspace), plan)
    ready = Spare(workspace)
    ready.keep()
    for looked in (plans.with_setting(plan, "architecture.widths", "[8]"), plan):
        ready.prepare(look_at(workspace, looked))
        until(lambda: ready.is_ready, "it is prepared", 300)
    warm = trained(workspace, Rounds(workspace, program=("false",), spare=ready), plan.model_copy(update={"name": "Other"}))
    assert (cold.state, warm.state) == ("succeeded", "succeeded")
    assert _measures(workspace, warm.id) == _measures(workspace, cold.id)
    assert _facts(warm) == _facts(cold)
    made = [bundle.load(models.folder(workspace, run.id)) for run in (cold, warm)]
    assert made[0].report == made[1].report and made[1].plan.name == "Other"
    weights = [[(v.path, v.numpy().tobytes()) for v in one.model.keras_model.weights] for one in made]
    assert weights[0] == weights[1]
    assert "Nothing was prepared" not in (workspace.logs / "spare.log").read_text()


def test_what_was_prepared_is_not_used_when_the_rows_have_changed(workspace: Workspace) -> None:
    plan = _real(workspace, "linear")
    early, run = Early(workspace), runs.add(workspace, plan)
    asked = json.loads(plan.model_dump_json())
    assert early.prepare(asked, lambda: False)
    other = datasets.get(workspace, plan.dataset).columns[1]
    datasets.retype(workspace, plan.dataset, other.id, "category")
    assert early.take(run) is None


def test_what_was_prepared_is_handed_out_once_and_for_its_plan_alone(workspace: Workspace) -> None:
    plan = _real(workspace, "linear")
    early, run = Early(workspace), runs.add(workspace, plan)
    asked = json.loads(plan.model_dump_json())
    assert early.prepare(asked, lambda: False)
    kept = early._prepared
    assert early.prepare(asked | {"name": "Other"}, lambda: False) and early._prepared is kept
    assert early.take(run) is not None and early.take(run) is None
    assert not early.prepare(asked, lambda: True) and early.take(run) is None
    assert not early.prepare(asked | {"target": "c9999"}, lambda: False) and early.take(run) is None


def _real(workspace: Workspace, kind: str = "mlp") -> Plan:
    dataset = datasets.add(workspace, SAMPLE, SAMPLE.name)
    profile = datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, datasets.table(workspace, dataset.id), profile)
    shape = next(c.architecture for c in advice.architectures(profile, plan.inputs, plan.task) if c.architecture.kind == kind)
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, shape))
    changes = {"architecture": shape, "recipe": steps, "training": advice.training(profile, shape)}
    return plans.with_setting(plan.model_copy(update=changes), "training.epochs", "3")


def _measures(workspace: Workspace, run: str) -> dict[str, Any]:
    return {name: line for name, line in metrics.series(workspace, run).items() if name != "running_loss"}


def _facts(run: runs.Run) -> dict[str, Any]:
    return {name: run.facts[name] for name in ("rows", "metrics", "baseline", "parameters", "epochs", "epoch", "best")}


def test_a_supervisor_with_very_many_open_files_has_a_spare_that_listens(workspace: Workspace) -> None:
    """Beyond 1,024 descriptors the number of the line to the spare is too high for some ways of listening."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1_400:
        pytest.skip(f"this system allows only {hard} open files, so the line cannot get such a number")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1_400), hard))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    made = Spare(workspace, SPARE)
    try:
        made.keep()
        made.prepare(look_at(workspace, ToyPlan(steps=1, preparing=60.0)))
        until(lambda: made.is_preparing, "it is at work")
        made.prepare(look_at(workspace, ToyPlan(steps=2)))
        until(lambda: made.is_ready, "the second is prepared", 15)
    finally:
        made.drop()
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
