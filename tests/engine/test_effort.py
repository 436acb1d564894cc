"""Effort: one choice instead of settings; it fits the columns, stays when they change, and tells what it would cost."""

import numpy as np
import pytest

from engine import advice, effort, energy, profile, reasons, rehearsal, swiftness
from engine.columns import Table
from engine.effort import EFFORTS, TITLES, WORDS
from engine.plan import Plan
from engine.profile import Profile
from engine.rehearsal import Rehearsal
from engine.store.settings import Settings
from engine.store.usage import Spent
from engine.teamwork import singles, ways
from tests import lessons


@pytest.fixture(scope="module")
def known() -> tuple[Plan, Profile, Table]:
    table = lessons.table(600)
    found = profile.compute(table)
    return advice.plan("d1", table, found, "c0005", {"time": ""})[0], found, table


def test_each_effort_has_a_title_and_a_sentence() -> None:
    assert set(TITLES) == set(WORDS) == set(EFFORTS) and all(WORDS.values())


@pytest.mark.parametrize("level", EFFORTS)
def test_the_effort_of_a_plan_is_the_one_it_was_given(level: effort.Effort, known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    made = effort.apply(plan, found, level, 120.0)
    assert effort.of(made) == level
    assert (made.team.seconds if made.team else 0.0) == (0.0 if level == "quick" else 120.0)
    assert effort.apply(made, found, "quick") == plan


@pytest.mark.parametrize("kind", ["tabm", "mlp", "boosted_trees", "forest"])
def test_good_asks_one_of_each_nature(kind: str, known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    own = next(c.architecture for c in advice.architectures(found, plan.inputs, plan.task) if c.architecture.kind == kind)
    changed = {"architecture": own, "training": advice.training(found, own)}
    asked = [way.architecture.nature for way in ways(effort.apply(plan.model_copy(update=changed), found, "good"))]
    assert sorted(asked) == ["boosted trees", "forest", "network"]


def test_few_rows_are_divided_twice(known: tuple[Plan, Profile, Table]) -> None:
    plan, found, table = known
    few = profile.compute(table.take(np.arange(300)))
    assert effort.members(effort.apply(plan, few, "good")) == 2 * effort.members(effort.apply(plan, found, "good"))


def test_the_effort_stays_when_columns_go_and_its_ways_fit_those_left(known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    before = effort.apply(plan, found, "best", 60.0)
    after = effort.again(before.model_copy(update={"inputs": ("c0001",)}), found)
    assert (effort.of(after), after.team.seconds if after.team else 0) == ("best", 60.0)
    kinds = {step.kind for way in ways(after)[1:] for step in way.recipe}
    assert "one_hot" not in kinds and "codes" not in kinds
    assert {step.kind for way in ways(before)[1:] for step in way.recipe} & {"one_hot", "codes"}


def test_another_own_kind_is_not_trained_twice_over(known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    best = effort.apply(plan, found, "best")
    assert best.team is not None and ways(best)[0] not in best.team.others


def test_pictures_have_one_effort_and_the_reason_is_said(known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    columns = [column.model_copy(update={"column": column.column.model_copy(update={"type": "image"})}) for column in found.columns]
    pictures = found.model_copy(update={"columns": tuple(columns)})
    assert not effort.suits(plan, pictures) and "pictures" in effort.unsuitable(plan, pictures)
    assert effort.apply(plan, pictures, "best").team is None
    told = reasons.design(plan, pictures)
    assert len(told) >= 3 and effort.NOT_PICTURES in told and "More pictures" in told[-1]


@pytest.mark.parametrize("level", EFFORTS)
def test_why_this_design_takes_three_to_five_sentences(level: effort.Effort, known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    told = reasons.design(effort.apply(plan, found, level), found)
    assert 3 <= len(told) <= 5
    assert all(sentence.endswith(".") for sentence in told)
    assert any(TITLES[level] in sentence for sentence in told)


def test_why_this_design_tells_what_was_set_by_hand(known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    proposed = next(c.architecture for c in advice.architectures(found, plan.inputs, plan.task) if c.architecture.kind == "mlp")
    other = plan.model_copy(update={"architecture": proposed.with_(widths=(7,))})
    told = " ".join(reasons.design(other, found))
    assert "Neural network: your choice" in told and "as you set it" in told


def test_groups_are_told_to_count_instead_of_rows(known: tuple[Plan, Profile, Table]) -> None:
    plan, found, _ = known
    grouped = plan.model_copy(update={"split": plan.split.model_copy(update={"method": "group", "column": "c0003"})})
    assert "Rows with the same 'ward' stay on one side" in " ".join(reasons.design(grouped, found))


def tried(plan: Plan, table: Table) -> list[tuple[Plan, Rehearsal]]:
    plans = singles(plan)

    def read(columns: list[str], rows: object) -> Table:
        some = table.only(columns)
        return some if rows is None else some.take(rows)  # type: ignore[arg-type]

    return [(single, rehearsal.rehearse(single, len(table), read)) for single in plans]


def test_more_effort_is_told_to_take_longer_and_never_more_than_it_may(known: tuple[Plan, Profile, Table]) -> None:
    plan, found, table = known
    trees = next(c.architecture for c in advice.architectures(found, plan.inputs, plan.task) if c.architecture.kind == "boosted_trees")
    steps = tuple(step for step, _ in advice.recipe(found, plan.inputs, trees))
    quick = plan.model_copy(update={"architecture": trees, "recipe": steps, "training": advice.training(found, trees)})
    one = rehearsal.estimate(quick, tried(quick, table)[0][1])
    good = effort.apply(quick, found, "good")
    whole = rehearsal.estimate_team(good, tried(good, table))
    assert one["seconds"] < whole["seconds"] <= whole["seconds_high"] and whole["epochs"] == effort.members(good) == 15
    assert one["megabytes"] < whole["megabytes"]
    limited = effort.apply(quick, found, "good", 4.0)
    capped = rehearsal.estimate_team(limited, tried(limited, table))
    assert capped["seconds"] == capped["seconds_high"] == 4.0
    assert capped["seconds_unlimited"] > 4.0


@pytest.mark.parametrize("is_awaited", [False, True])
def test_what_is_not_measured_takes_longer_on_a_slower_computer(
    is_awaited: bool, known: tuple[Plan, Profile, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _, table = known
    (own, rehearsed) = tried(plan, table)[0]
    cost = own.training.cost(rehearsed.lesson, rehearsed.training, rehearsed.validation)
    said = []
    for slow in (1.0, 3.0):
        monkeypatch.setattr(rehearsal, "slowness", lambda slow=slow: slow)
        said.append(rehearsal.estimate(own, rehearsed, is_awaited)["seconds"])
    more = (3**rehearsal.WORSE - 1) * rehearsal.JUDGING + (0.0 if is_awaited else 2 * cost.once)
    assert said[1] - said[0] == pytest.approx(more) and cost.once > 0


def test_how_slow_a_computer_is_lies_within_bounds_and_is_measured_once() -> None:
    assert swiftness.LEAST <= swiftness.slowness() <= swiftness.MOST
    assert swiftness.slowness() is swiftness.slowness()


def test_the_expected_energy_is_that_of_the_trainings_before() -> None:
    before = Spent(runs=4, seconds=1000.0, processor_seconds=1500.0)
    told = energy.expected(100.0, before, 8, Settings())
    assert told.watt_hours == pytest.approx(energy.of(Spent(1, 100.0, 150.0), Settings()).watt_hours)


def test_without_a_training_before_some_load_is_assumed() -> None:
    told = energy.expected(100.0, Spent(), 2, Settings())
    assert told.processor == pytest.approx(energy.USUAL_LOAD * 2 * 100 * Settings().core_watts / 3600)


def test_best_leaves_out_the_kinds_that_cannot_learn_by_the_loss_that_is_asked_for() -> None:
    table = lessons.table(600)
    found = profile.compute(table)
    made = advice.plan("d1", table, found, "c0002", {"time": ""})[0]
    plain, huber = (effort.apply(one, found, "best") for one in (made, made.model_copy(update={"task": made.task.with_(misses="huber")})))
    assert "boosted_trees" in {way.architecture.kind for way in ways(plain)}
    assert {way.training.kind for way in ways(huber)} == {"gradient"}
