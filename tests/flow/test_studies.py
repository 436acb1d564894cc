"""Studies with real drivers and workers whose training is a formula: whatever dies, no run is made or trained twice."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine import advice, datasets
from engine.errors import EngineError
from engine.jobs import locks, study, studying
from engine.jobs.rounds import Rounds
from engine.jobs.studying import Studies
from engine.plan import Plan
from engine.store import runs, studies, transitions, trash
from engine.store.studies import Record
from engine.store.workspace import Workspace
from engine.studies.cross_validation import CrossValidation
from engine.studies.tuning import Tuning
from tests.flow import toy_study

pytestmark = pytest.mark.slow
TOY = (sys.executable, "-m", "tests.flow.toy_study")
PATIENCE = 120.0


@pytest.fixture
def plan(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setenv("MODELWRIGHT_SLOTS", "2")
    draw = random.Random(0)
    rows = [(draw.gauss(170, 10), draw.gauss(70, 9)) for _ in range(120)]
    lines = ["height,weight,tall", *(f"{h:.1f},{w:.1f},{'yes' if h > 172 else 'no'}" for h, w in rows)]
    (tmp_path / "people.csv").write_text("\n".join(lines))
    dataset = datasets.add(workspace, tmp_path / "people.csv", "people.csv")
    profile = datasets.profile(workspace, dataset.id)
    made, _ = advice.plan(dataset.id, datasets.table(workspace, dataset.id), profile, profile.columns[2].id)
    network = next(c.architecture for c in advice.architectures(profile, made.inputs, made.task) if c.architecture.kind == "mlp")
    training = advice.training(profile, network).with_(epochs=toy_study.EPOCHS, learning_rate=0.0001, schedule="constant")
    return made.model_copy(update={"architecture": network, "training": training})


def drive(workspace: Workspace, id: str, meanwhile: Callable[[Record, Studies], None] = lambda record, drivers: None) -> Record:
    """Looks after drivers and workers, as the supervisor does, until the study has ended."""
    rounds, drivers = Rounds(workspace, places=lambda workspace: ["cpu:0", "cpu:1"], program=TOY), Studies(workspace)
    until = time.monotonic() + PATIENCE
    while not (record := studies.get(workspace, id)).is_done:
        assert time.monotonic() < until, studies.children(workspace, id)
        rounds.step()
        drivers.step()
        meanwhile(record, drivers)
        time.sleep(0.05)
    return record


def kill_driver(drivers: Studies) -> bool:
    for child in drivers._children.values():
        with suppress(ProcessLookupError):
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                return True
    return False


def trained(workspace: Workspace) -> list[str]:
    return [line.split()[0] for line in (workspace.path / "trained").read_text().splitlines()]


def result(record: Record) -> dict:
    """Without what names this very study's runs."""
    scores = [{key: value for key, value in score.items() if key != "run"} for score in record.facts["scores"]]
    return {**record.facts, "scores": scores}


def test_cross_validation_trains_each_fold_once_and_sums_up(workspace: Workspace, plan: Plan) -> None:
    record = drive(workspace, studies.add(workspace, plan, CrossValidation()).id)
    children = studies.children(workspace, record.id)
    assert [child.run.plan["split"]["fold"] for child in children] == [0, 1, 2, 3, 4]
    assert {child.run.plan["split"]["folds"] for child in children} == {5}
    assert (record.state, record.facts["mean"], record.facts["finished"]) == ("done", 82.0, 5)
    assert "82 % on average of 5 trainings" in record.facts["said"]
    assert "You would need a difference of" in record.facts["needed"]
    assert runs.all(workspace) == [] and len(runs.all(workspace, of_studies=True)) == 5


def test_a_killed_driver_is_replaced_and_nothing_is_trained_twice(workspace: Workspace, plan: Plan) -> None:
    undisturbed = drive(workspace, studies.add(workspace, plan, CrossValidation(folds=4)).id)
    (workspace.path / "trained").unlink()
    record, killed, draw = studies.add(workspace, plan, CrossValidation(folds=4)), [], random.Random(1)

    def disturb(now: Record, drivers: Studies) -> None:
        if len(killed) < 4 and draw.random() < 0.08 and kill_driver(drivers):
            killed.append(now.id)

    ended = drive(workspace, record.id, disturb)
    assert killed and ended.state == "done"
    assert len(trained(workspace)) == len(set(trained(workspace))) == 4
    assert result(ended) == result(undisturbed)


@pytest.mark.parametrize("place", ["asked", "begun-child"])
def test_a_driver_that_dies_between_two_steps_asks_again(
    workspace: Workspace, plan: Plan, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, deaths = studies.add(workspace, plan, CrossValidation(folds=3)), []
    monkeypatch.setenv("MODELWRIGHT_FAILPOINT", place)

    def count(now: Record, drivers: Studies) -> None:
        if not deaths and any(child.poll() is not None for child in drivers._children.values()):
            deaths.append(place)
            monkeypatch.delenv("MODELWRIGHT_FAILPOINT")

    assert drive(workspace, record.id, count).state == "done"
    assert deaths and len(set(trained(workspace))) == len(trained(workspace)) == 3


def test_tuning_finds_a_better_learning_rate_and_only_the_winner_meets_the_unseen_rows(workspace: Workspace, plan: Plan) -> None:
    record = drive(workspace, studies.add(workspace, plan, Tuning(trainings_at_most=16)).id)
    children = studies.children(workspace, record.id)
    assert record.state == "done", record.message
    trials, winners = [c for c in children if c.role == "trial"], [c for c in children if c.role == "winner"]
    assert len(trials) == 16 and trials[0].run.plan["training"]["learning_rate"] == plan.training.learning_rate
    assert {(c.run.score or {}).get("headline") for c in trials if c.run.score} == {"steering"}
    assert all(c.run.plan["split"]["spares_unseen"] for c in trials)
    (winner,) = winners
    assert winner.run.score["headline"] == "unseen" and not winner.run.plan["split"]["spares_unseen"]
    assert toy_study.loss(winner.run.plan) < toy_study.loss(trials[0].run.plan) / 2
    assert winner.run.plan["training"] == trials[record.facts["best"]].run.plan["training"]
    assert [run.id for run in runs.all(workspace)] == [winner.run.id]


def test_stopping_keeps_the_best_so_far(workspace: Workspace, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    record = studies.add(workspace, plan, Tuning(trainings_at_most=200))

    def stop(now: Record, drivers: Studies) -> None:
        if now.facts.get("finished", 0) >= 3:
            studies.wish_stop(workspace, record.id)

    ended = drive(workspace, record.id, stop)
    children = studies.children(workspace, record.id)
    assert ended.state == "done" and "Stopped as you asked" in ended.message
    assert len(children) < 20 and children[-1].role == "winner" and children[-1].run.state == "succeeded"


def stopped(workspace: Workspace, record: Record, after: int) -> Record:
    """The study, stopped once that many of its trainings have ended."""

    def stop(now: Record, drivers: Studies) -> None:
        if now.facts.get("finished", 0) >= after:
            studies.wish_stop(workspace, record.id)

    return drive(workspace, record.id, stop)


def test_a_stopped_cross_validation_goes_on_with_the_trainings_that_are_missing(workspace: Workspace, plan: Plan) -> None:
    undisturbed = drive(workspace, studies.add(workspace, plan, CrossValidation()).id)
    record = stopped(workspace, studies.add(workspace, plan, CrossValidation()), after=2)
    before = [child.run.id for child in studies.children(workspace, record.id) if child.has_ended]
    assert record.state == "done" and record.facts["finished"] == len(before) == len(record.facts["scores"]) < 5
    studies.go_on(workspace, record.id)
    ended = drive(workspace, record.id)
    children = studies.children(workspace, record.id)
    assert [child.run.state for child in children] == ["succeeded"] * 5 and {child.run.id for child in children} >= set(before)
    assert (ended.state, ended.message, ended.wish) == ("done", "", None)
    assert result(ended) == result(undisturbed)
    assert len(runs.all(workspace, of_studies=True)) == 10


def test_a_stopped_tuning_goes_on_and_the_model_chosen_by_then_is_a_run_of_its_own(workspace: Workspace, plan: Plan) -> None:
    record = stopped(workspace, studies.add(workspace, plan, Tuning(trainings_at_most=10, gives_up_early=False)), after=3)
    (chosen,) = [child.run for child in studies.children(workspace, record.id) if child.role == "winner"]
    studies.go_on(workspace, record.id)
    ended = drive(workspace, record.id)
    children = studies.children(workspace, record.id)
    (winner,) = [child.run for child in children if child.role == "winner"]
    assert ended.state == "done" and ended.facts["finished"] == len(children) - 1 == 10
    is_same = {**chosen.plan, "name": ""} == {**winner.plan, "name": ""}
    assert {run.id for run in runs.all(workspace)} == {chosen.id, winner.id} and (chosen.id == winner.id) == is_same
    assert len({child.number for child in children}) == 11


def test_a_first_training_cut_short_by_the_stop_is_made_anew(workspace: Workspace, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise all others would be compared with the person's own settings as they stood half-way."""
    monkeypatch.setenv("TOY_SECONDS", "3")
    record = studies.add(workspace, plan, Tuning(trainings_at_most=3, gives_up_early=False))

    def stop(now: Record, drivers: Studies) -> None:
        if any(child.run.state == "running" for child in studies.children(workspace, record.id)):
            studies.wish_stop(workspace, record.id)

    drive(workspace, record.id, stop)
    short = [child for child in studies.children(workspace, record.id) if child.is_cut_short]
    assert 0 in [child.number for child in short if child.role == "trial"]
    monkeypatch.setenv("TOY_SECONDS", "0.3")
    studies.go_on(workspace, record.id)
    drive(workspace, record.id)
    trials = [child for child in studies.children(workspace, record.id) if child.role == "trial"]
    assert [child.number for child in trials] == [0, 1, 2] and not any(child.is_cut_short for child in trials)
    assert trials[0].run.id not in {child.run.id for child in short}
    assert trials[0].run.facts["epoch"] == toy_study.EPOCHS


def test_only_a_study_that_was_stopped_goes_on(workspace: Workspace, plan: Plan) -> None:
    record = drive(workspace, studies.add(workspace, plan, CrossValidation(folds=2)).id)
    assert not record.was_stopped and studies.go_on(workspace, record.id) == record


def test_when_the_minutes_are_over_the_best_so_far_is_taken(workspace: Workspace, plan: Plan) -> None:
    record = drive(workspace, studies.add(workspace, plan, Tuning(trainings_at_most=200, minutes=0.1)).id)
    children = studies.children(workspace, record.id)
    assert record.state == "done" and 2 < len(children) < 100
    assert (children[-1].role, children[-1].run.state) == ("winner", "succeeded")


def test_a_study_whose_driver_always_dies_ends_with_a_reason(workspace: Workspace, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studying, "BACK_OFF", 0.0)
    monkeypatch.setattr(studying, "EVERY", 0.0)
    record, drivers = studies.add(workspace, plan, CrossValidation()), Studies(workspace, (sys.executable, "-c", "raise SystemExit(1)"))
    until = time.monotonic() + PATIENCE
    while not (found := studies.get(workspace, record.id)).is_done:
        assert time.monotonic() < until
        drivers.step()
    assert found.state == "failed" and "It ended unexpectedly several times" in found.message


def test_trainings_that_all_fail_end_the_study_with_their_reason(workspace: Workspace, plan: Plan) -> None:
    spec = CrossValidation(folds=2)
    record = studies.add(workspace, plan, spec)
    driver = study.Driver(workspace, record.id)
    for _ in range(3):
        driver.step()
        for child in studies.children(workspace, record.id):
            transitions.refuse(workspace, child.run.id, child.run.attempt, "out_of_memory", "It needs about 900 GB.")
    found = studies.get(workspace, record.id)
    assert (found.state, found.message) == ("failed", "It needs about 900 GB.")


def test_a_deleted_study_takes_its_runs_with_it(workspace: Workspace, plan: Plan) -> None:
    record = drive(workspace, studies.add(workspace, plan, CrossValidation(folds=2)).id)
    folders = [workspace.run(child.run.id) for child in studies.children(workspace, record.id)]
    studies.delete(workspace, record.id)
    trash.empty(workspace)
    assert studies.all(workspace) == [] and runs.all(workspace, of_studies=True) == []
    assert not any(folder.exists() for folder in folders)


def test_a_study_at_work_is_not_deleted(workspace: Workspace, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_SECONDS", "30")
    record, told = studies.add(workspace, plan, CrossValidation(folds=2)), []

    def delete(now: Record, drivers: Studies) -> None:
        if any(child.run.is_active for child in studies.children(workspace, record.id)) and not told:
            with pytest.raises(EngineError, match="This study is being trained. Stop it first"):
                studies.delete(workspace, record.id)
            told.append(studies.wish_stop(workspace, record.id))

    assert drive(workspace, record.id, delete).state == "failed"
    assert told


def test_the_same_request_asks_once(workspace: Workspace, plan: Plan) -> None:
    first, second = (studies.add(workspace, plan, CrossValidation(), request="click") for _ in range(2))
    assert first.id == second.id and len(studies.all(workspace)) == 1


def test_a_study_has_one_driver(workspace: Workspace, plan: Plan) -> None:
    record = studies.add(workspace, plan, CrossValidation(folds=2))
    lock = locks.take(study.lock_file(workspace, record.id))
    other = Studies(workspace)
    other.step()
    assert lock is not None and other._children == {}
    os.close(lock)
