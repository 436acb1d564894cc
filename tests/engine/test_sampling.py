"""Where rows come in groups, intervals say what other groups would give: checked against many independent draws of groups."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.columns import Column, Table
from engine.sampling import Sampling, compare
from engine.scoring import mean
from engine.tasks import TASKS, Judged

Array = np.ndarray[Any, Any]
EACH = 20


def answered(groups: int, seed: int) -> tuple[Array, Array]:
    """(rows,) whether each answer is right, and the row's group: how easy a group is differs a lot from group to group."""
    rng = np.random.default_rng(seed)
    easy = np.repeat(rng.beta(2.0, 1.0, groups), EACH)
    return (rng.random(len(easy)) < easy).astype(float), np.repeat(np.arange(groups), EACH)


def binary(groups: int, seed: int) -> tuple[Any, Any, Array, Array, Array]:
    right, group = answered(groups, seed)
    truth = np.random.default_rng(seed + 10_000).random(len(right)) < 0.5
    chances = np.where(right == 1, truth, ~truth) * 0.8 + 0.1
    task = TASKS.get("binary")(positive="yes")
    y = np.where(truth, "yes", "no").astype(object)
    return task, task.fit(y), chances[:, None], y, group


def half(score: Any) -> float:
    return (score.high - score.low) / 2


@pytest.mark.parametrize(("groups", "measure"), [(12, "accuracy"), (40, "accuracy"), (40, "auc"), (40, "f1"), (40, "brier")])
def test_the_interval_is_as_wide_as_other_groups_would_make_the_score_vary(groups: int, measure: str) -> None:
    values, by_groups, by_rows = [], [], []
    for seed in range(40):
        task, state, outputs, y, group = binary(groups, seed)
        score = task.scores(outputs, y, state, groups=group)[measure]
        values.append(score.value)
        by_groups.append(half(score))
        by_rows.append(half(task.scores(outputs, y, state)[measure]))
    needed = 1.96 * np.std(values)
    assert 0.85 * needed < np.mean(by_groups) < 1.5 * needed
    assert np.mean(by_rows) < 0.55 * needed


@pytest.mark.parametrize("groups", [5, 15, 40])
def test_intervals_hold_the_score_over_all_groups_about_19_times_in_20(groups: int) -> None:
    held, by_rows = [], []
    for seed in range(100):
        right, group = answered(groups, seed)
        sampling = Sampling(len(right), group, seed)
        low, high = sampling.share(sampling.worth({"m": mean(right)})["m"], right.sum(), len(right)) or (1, 0)
        held.append(low <= 2 / 3 <= high)
        alone = Sampling(len(right)).share(1.0, right.sum(), len(right)) or (1, 0)
        by_rows.append(alone[0] <= 2 / 3 <= alone[1])
    assert 0.9 <= np.mean(held) <= 1.0
    assert np.mean(by_rows) < 0.75


@pytest.mark.parametrize("groups", [4, 15, 40])
def test_errors_of_a_number_hold_too(groups: int) -> None:
    task = TASKS.get("regression")()
    held = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        size = np.repeat(rng.gamma(4.0, 1.0, groups), EACH)
        y = rng.normal(0, 1, len(size))
        state = {**task.fit(y), "mean": 0.0, "spread": 1.0}
        off = size * rng.choice([-1.0, 1.0], len(size))
        score = task.scores((y + off)[:, None], y, state, groups=np.repeat(np.arange(groups), EACH))["mean_absolute_error"]
        held.append(score.low <= 4.0 <= score.high)
    assert np.mean(held) >= 0.88


def test_groups_without_any_effect_cost_little() -> None:
    right = (np.random.default_rng(0).random(1200) < 0.8).astype(float)
    sampling = Sampling(1200, np.repeat(np.arange(40), 30))
    assert sampling.worth({"m": mean(right)})["m"] > 0.5


def test_all_right_in_few_groups_is_worth_as_many_rows() -> None:
    sampling = Sampling(600, np.repeat(np.arange(6), 100))
    worth = sampling.worth({"m": mean(np.ones(600))})["m"]
    interval = sampling.share(worth, 600, 600)
    assert worth == 0 and interval is not None and interval[0] < 0.55


def test_a_rare_answer_never_found_is_not_called_perhaps_always_found() -> None:
    task = TASKS.get("binary")(positive="yes")
    y = np.where(np.arange(1600) % 40 == 0, "yes", "no").astype(object)
    state = {**task.fit(y), "threshold": 0.5}
    recall = task.scores(np.full((1600, 1), 0.1), y, state, groups=np.arange(1600) // 100)["recall"]
    assert recall.value == 0 and recall.high is not None and recall.high < 30


def test_single_rows_are_all_worth_themselves() -> None:
    assert Sampling(50).worth({"m": mean(np.arange(50.0))}) == {"m": 1.0}


def test_two_groups_say_nothing_about_others() -> None:
    sampling = Sampling(200, np.repeat([3, 8], 100))
    assert sampling.units == 2 and sampling.share(1.0, 150, 200) is None
    assert sampling.spans({"m": mean(np.arange(200.0))}) == {"m": None}
    assert compare(mean(np.ones(200)), sampling) is None


def test_luck_among_groups_is_not_called_sure() -> None:
    found = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        gain = np.repeat(rng.normal(0, 1, 8), 50) + rng.normal(0, 1, 400)
        found.append(compare(mean(gain), Sampling(400, np.repeat(np.arange(8), 50), seed)))
    assert sum(c.is_better for c in found if c) <= 7
    assert not any(c.is_sure for c in found if c)


def report(groups: int, kind: str = "binary") -> Any:
    task, state, outputs, y, group = binary(groups, 3)
    if kind == "multiclass":
        task = TASKS.get("multiclass")()
        state, outputs = task.fit(y), np.hstack([1 - outputs, outputs])
    columns = (Column(id="x", name="x", type="number"), Column(id="t", name="ill", type="category"))
    table = Table(columns, pd.DataFrame({"x": np.arange(len(y), dtype=float), "t": pd.Series(y).astype("str")}))
    baseline = np.repeat(task.baseline(task.encode(y, state), state), len(y), axis=0)
    rows = np.arange(len(y))
    judged = Judged(table, rows, y, outputs, baseline, None, "t", ("x",), group if groups else None, "patient" if groups else "")
    return task.report(judged, state)


def words(found: Any) -> str:
    lines = [panel.lines if panel.kind == "notes" else [panel.note] for panel in found.panels]
    return " ".join(line for some in lines for line in some)


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_a_report_says_that_whole_groups_were_reckoned_with(kind: str) -> None:
    found = report(40, kind)
    assert "with other groups between" in found.headline
    assert "Rows with the same 'patient' belong together, so they are reckoned from its 40 unseen values" in words(found)
    assert "different values of 'patient'" not in words(found)


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_few_groups_are_said_to_be_few(kind: str) -> None:
    said = words(report(6, kind))
    assert "Only 6 different values of 'patient' could be kept unseen, so every range is rough." in said
    assert "More groups would narrow it." in said and "More rows would" not in said


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_two_groups_cannot_judge(kind: str) -> None:
    found = report(2, kind)
    assert found.headline.startswith("Too few groups to judge: the 40 unseen rows come from only 2. ")
    assert found.verdict == "unclear" and found.main.model.low is None
    assert "no range can be given" in words(found)
