"""What a training takes, once one like it has ended: it is expected to go on for as long."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from engine import datasets, rehearsal
from engine.jobs import answers, worker
from engine.keep import Keep
from engine.plan import Plan
from engine.rehearsal import Rehearsal
from engine.store import db, experience, runs
from engine.store.experience import Went
from engine.store.workspace import Workspace
from engine.team import Team
from tests import lessons
from tests.lessons import Heard


@pytest.fixture
def plan(workspace: Workspace, tmp_path) -> Plan:
    """A plan for a stored table, of a training that may go on for long."""
    table = lessons.table()
    table.frame.set_axis([column.name for column in table.columns], axis=1).to_csv(tmp_path / "patients.csv", index=False)
    dataset = datasets.add(workspace, tmp_path / "patients.csv", "patients.csv")
    return lessons.plan(epochs=500, patience=20).model_copy(update={"dataset": dataset.id})


def ended(workspace: Workspace, plan: Plan, epochs: int, again: int = 0, **row: Any) -> None:
    """A run that has ended after so many epochs; `row` is what else is noted of it."""
    run = runs.add(workspace, plan)
    facts = json.dumps({"epoch": epochs, "again": again})
    values = {"state": "succeeded", "facts": facts, "ended": f"2026-01-01T00:00:{len(runs.all(workspace)):02d}+00:00", **row}
    with db.write(workspace) as database:
        database.execute(f"UPDATE runs SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?", (*values.values(), run.id))


def test_nothing_is_known_before_the_first(workspace: Workspace, plan: Plan) -> None:
    assert experience.of(workspace, plan) is None


def test_the_latest_like_it_counts_whatever_its_columns(workspace: Workspace, plan: Plan) -> None:
    ended(workspace, plan, 90)
    ended(workspace, plan.model_copy(update={"inputs": plan.inputs[:1], "recipe": ()}), 120, again=80)
    assert experience.of(workspace, plan) == Went(120, 80)


def test_what_learns_differently_does_not_count(workspace: Workspace, plan: Plan) -> None:
    trees = lessons.plan("boosted_trees").model_copy(update={"dataset": plan.dataset})
    for other in (
        plan.model_copy(update={"training": plan.training.with_(patience=5)}),
        plan.model_copy(update={"dataset": "d0000000000"}),
        plan.model_copy(update={"target": plan.inputs[0], "inputs": (plan.target,)}),
        trees,
    ):
        ended(workspace, other, 90)
    assert experience.of(workspace, plan) is None
    assert experience.of(workspace, trees) == Went(90)


@pytest.mark.parametrize("row", [{"wish": "stop"}, {"reason": "time_limit"}, {"state": "failed"}, {"state": "running"}])
def test_what_was_cut_short_does_not_count(workspace: Workspace, plan: Plan, row: dict[str, str]) -> None:
    ended(workspace, plan, 90)
    ended(workspace, plan, 10, **row)
    assert experience.of(workspace, plan) == Went(90)


def test_the_next_is_expected_to_take_as_many_epochs(workspace: Workspace, plan: Plan) -> None:
    asked = plan.model_dump(mode="json")
    before = answers.estimate(workspace, asked)
    ended(workspace, plan, 400)
    after = answers.estimate(workspace, asked)
    assert not before["known"] and after["known"]
    assert after["seconds"] - before["seconds"] == pytest.approx(after["per_epoch"] * (400 - 40), rel=0.05)
    assert after["seconds_low"] <= after["seconds"] <= after["seconds_high"]


def test_each_model_of_a_team_is_expected_to_take_as_many_and_learns_once_only(workspace: Workspace, plan: Plan) -> None:
    team, tried = plan.model_copy(update={"team": Team(folds=5)}), [(plan, answers._rehearsed(workspace, plan))]
    unknown, known = (rehearsal.estimate_team(team, tried, went=went)["seconds"] for went in ((), (Went(400, 300),)))
    epoch = plan.training.cost(tried[0][1].lesson, *_fold(tried[0][1])).epoch
    assert known - unknown == pytest.approx(5 * (400 - 40) * epoch)


def _fold(tried: Rehearsal) -> tuple[int, int]:
    """How many rows teach and how many steer one model of five."""
    rows = tried.training + tried.validation
    return rows - rows // 5, rows // 5


def test_the_very_same_plan_is_expected_to_take_what_it_took(workspace: Workspace, plan: Plan) -> None:
    team = plan.model_copy(update={"team": Team(folds=5)})
    other = team.model_copy(update={"inputs": team.inputs[:1], "recipe": ()})
    for one, seconds in ((team, 70.0), (team.model_copy(update={"name": "Named otherwise"}), 90.0), (other, 30.0)):
        ended(workspace, one, 15, facts=json.dumps({"seconds": seconds}))
    assert experience.took(workspace, team) == 90.0 and experience.took(workspace, plan) is None
    answer = answers.estimate(workspace, team.model_dump(mode="json"))
    assert answer["seconds"] == 90.0 and answer["known"] and answer["seconds_low"] <= 90.0 <= answer["seconds_high"]


def test_what_was_stopped_says_nothing_of_the_very_same_plan(workspace: Workspace, plan: Plan) -> None:
    ended(workspace, plan, 15, facts=json.dumps({"seconds": 5.0}), wish="stop")
    assert experience.took(workspace, plan) is None


class First(Heard):
    """Keeps what was told after the first epoch."""

    def facts(self, values: Mapping[str, Any]) -> None:
        super().facts({name: value for name, value in values.items() if name not in self.known})


@pytest.mark.parametrize("kind", ["mlp", "boosted_trees"])
def test_it_is_said_after_the_first_epoch_and_changes_nothing_that_is_learned(kind: str, tmp_path) -> None:
    from engine import training

    plan, table = lessons.plan(kind, epochs=300, patience=5), lessons.table()
    told, weights = [], []
    for usual in (10, 200):
        heard = First()
        prepared = training.prepare(plan, table, heard)
        made = training.learn(prepared, heard, tmp_path / f"{usual}", usual=usual)
        told.append(heard.known["seconds_left_likely"] / heard.known["seconds_left"])
        weights.append(made.report.main)
    assert told == pytest.approx([9 / 299, 199 / 299])
    assert weights[0] == weights[1]


def test_the_worker_tells_by_it(workspace: Workspace, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import training

    given: list[int] = []
    learn = training.learn

    def heard(*args: Any, **more: Any) -> Any:
        given.append(args[-1])
        return learn(*args, **more)

    monkeypatch.setattr(training, "learn", heard)
    ended(workspace, plan.model_copy(update={"training": plan.training.with_(epochs=3)}), 2)
    short = plan.model_copy(update={"training": plan.training.with_(epochs=3)})
    run = runs.add(workspace, short)
    worker.learn(workspace, run, Heard(), Keep())
    assert given == [2]
