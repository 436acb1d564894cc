"""What is special in each task: which value is yes, where the threshold lies, how numbers are written."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import profile
from engine.columns import Column
from engine.errors import InvalidPlan
from engine.profile import ColumnProfile
from engine.tasks import TASKS
from engine.tasks.binary import Binary
from engine.tasks.multiclass import Multiclass
from engine.tasks.ordinal import Ordinal
from engine.tasks.regression import Regression, unit_in

Array = np.ndarray[Any, Any]
STAGES = np.array([0.0, 1, 2, 3, 4] * 12)


def column(values: Any, name: str = "target", **facts: Any) -> ColumnProfile:
    series = pd.Series(values)
    is_number = pd.api.types.is_numeric_dtype(series)
    type = "number" if is_number else "category"
    return profile.of_column(Column(id="t", name=name, **{"type": type, **facts}), series if is_number else series.astype("str"))


def obvious(values: Any) -> str:
    found = [kind for kind, member in TASKS.members.items() if member.propose(column(values))]
    assert len(found) <= 1
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.0, 1.0] * 20, "binary"),
        (["Yes", "No"] * 20, "binary"),
        ([0.5, 1.5] * 20, "binary"),
        ([3.0, 4.0, 5.0, 6.0, 7.0, 8.0] * 20, "multiclass"),
        (["a", "b", "c"] * 20, "multiclass"),
        ([0.0, 0.5, 1.0] * 20, "regression"),
        (np.arange(40.0), "regression"),
        ([f"id{i}" for i in range(40)], ""),
        ([1.0] * 40, ""),
    ],
)
def test_the_obvious_task_follows_from_the_values(values: Any, kind: str) -> None:
    assert obvious(values) == kind


def test_numbers_with_a_few_values_can_be_asked_in_every_way() -> None:
    offered = {kind: member.offer(column(STAGES)) for kind, member in TASKS.members.items()}
    assert offered == {"binary": Binary(negative="0"), "multiclass": Multiclass(), "ordinal": Ordinal(), "regression": Regression()}


def test_the_form_of_yes_or_no_offers_the_values_there_are() -> None:
    assert Binary.options(column(STAGES)) == {"positive": ["", "0", "1", "2", "3", "4"], "negative": ["", "0", "1", "2", "3", "4"]}


@pytest.mark.parametrize(
    ("task", "question"),
    [
        (Binary(positive="malignant"), "Yes/No question: will diagnosis be malignant?"),
        (Binary(negative="0"), "Yes/No question: will diagnosis be anything but 0?"),
        (Binary(positive="4", negative="0"), "Yes/No question: will diagnosis be 4 rather than 0?"),
        (Multiclass(), "One of several answers: which diagnosis will it be?"),
        (Regression(), "A number: how much will diagnosis be?"),
    ],
)
def test_the_question_is_told_in_words(task: Any, question: str) -> None:
    assert task.question("diagnosis") == question


def test_a_number_as_yes_is_found_however_it_is_written() -> None:
    y = np.array([1.0, 2.0] * 5)
    for written in ("2", "2.0", " 2"):
        assert Binary(positive=written).fit(y)["labels"] == ["1", "2"]


def test_one_value_against_all_the_others() -> None:
    task = Binary(positive="4")
    state = task.fit(STAGES)
    assert state["labels"] == ["not 4", "4"] and state["prevalence"] == pytest.approx(0.2)
    assert task.encode(STAGES[:5], state).tolist() == [0, 0, 0, 0, 1]


def test_all_values_but_one_are_yes() -> None:
    task = Binary(negative="0")
    state = task.fit(STAGES)
    assert state["labels"] == ["0", "not 0"] and state["prevalence"] == pytest.approx(0.8)
    assert task.encode(STAGES[:5], state).tolist() == [0, 1, 1, 1, 1]
    assert task.known(np.array([7.0, np.nan]), state).tolist() == [True, False]


def test_with_yes_and_no_both_chosen_other_rows_are_left_out() -> None:
    task = Binary(positive="4", negative="0")
    state = task.fit(STAGES)
    assert state["labels"] == ["0", "4"] and state["rows"] == 24
    assert task.known(STAGES[:5], state).tolist() == [True, False, False, False, True]


def test_what_cannot_be_asked_says_why_and_what_next() -> None:
    words = np.array(["red", "green", "blue"] * 4, object)
    with pytest.raises(InvalidPlan, match="has 3 different values, and none is chosen as yes") as none:
        Binary().fit(words)
    assert none.value.fix == "Choose which one means yes (or which one means no): 'blue', 'green', 'red'."
    with pytest.raises(InvalidPlan, match="'pink' is in no training row") as pink:
        Binary(positive="pink").fit(words)
    assert pink.value.fix == "Choose one of: 'blue', 'green', 'red'."
    with pytest.raises(InvalidPlan, match="'red' cannot mean both yes and no"):
        Binary(positive="red", negative="red").fit(words)
    with pytest.raises(InvalidPlan, match="Every training row says 'red', so there is nothing to tell apart"):
        Binary(positive="red").fit(words[words == "red"])
    with pytest.raises(InvalidPlan, match="has 1,200 different values; at most 1,000 answers"):
        Multiclass().fit(np.arange(1200.0))
    with pytest.raises(InvalidPlan, match="Every training row has the same value, 5.25"):
        Regression().fit(np.full(9, 5.25))
    with pytest.raises(InvalidPlan, match="holds text such as 'red', not numbers"):
        Regression().fit(words)


def test_answers_by_class_follow_yes_and_no() -> None:
    counts = {"0": 160, "1": 55, "2": 36}
    assert Binary(negative="0").answers(counts) == {"0": 160, "not 0": 91}
    assert Regression().answers(counts) == {}


def settled(task: Binary, y: Array, chances: Array, prevalence: float) -> dict[str, Any]:
    state = {**task.fit(np.array([0.0, 1.0])), "prevalence": prevalence}
    return task.settle(chances[:, None], y.astype(float), state)


def test_where_both_answers_are_common_one_half_stays_unless_another_is_clearly_better() -> None:
    rng = np.random.default_rng(0)
    chances = rng.uniform(0, 1, 300)
    honest = (rng.random(300) < chances).astype(int)
    assert settled(Binary(positive="1"), honest, chances, 0.5)["threshold"] == 0.5
    shifted = (rng.random(300) < np.clip(2 * chances - 0.1, 0, 1)).astype(int)
    assert 0.2 < settled(Binary(positive="1"), shifted, chances, 0.45)["threshold"] < 0.46


def test_where_one_answer_is_rare_the_threshold_balances_finds_and_false_alarms() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(3000) < 0.04).astype(int)
    chances = np.clip(rng.beta(1, 40, 3000) + 0.15 * y * rng.random(3000), 0, 1)
    state = settled(Binary(positive="1"), y, chances, 0.04)

    def f1(cut: float) -> float:
        said = chances >= cut
        return float(2 * (said & (y == 1)).sum() / (said.sum() + y.sum()))

    assert f1(state["threshold"]) >= 0.95 * max(f1(cut) for cut in np.linspace(0.01, 0.5, 200))
    assert f1(state["threshold"]) > 2 * f1(0.5)
    assert "false alarms (F1)" in state["threshold_why"]


def test_too_few_rare_rows_do_not_choose_a_threshold_by_luck() -> None:
    chances = np.linspace(0.0, 0.3, 100)
    y = np.r_[1, np.zeros(99)].astype(int)
    state = settled(Binary(positive="1"), y, chances, 0.05)
    assert 4 <= (chances >= state["threshold"]).sum() <= 6
    assert state["threshold_why"] == "as many alarms as there are rare rows on average"


def test_a_row_less_likely_than_average_is_never_an_alarm() -> None:
    rng = np.random.default_rng(0)
    for prevalence in (0.03, 0.1, 0.3, 0.45, 0.55, 0.9, 0.98):
        for _ in range(10):
            state = settled(Binary(positive="1"), rng.integers(0, 2, 60), rng.random(60), prevalence)
            assert state["threshold"] > prevalence if prevalence < 0.5 else state["threshold"] < prevalence


@pytest.mark.parametrize("rows", [0, 1, 2])
@pytest.mark.parametrize("prevalence", [0.05, 0.4, 0.95])
def test_a_threshold_is_settled_on_hardly_any_rows(rows: int, prevalence: float) -> None:
    assert 0 < settled(Binary(positive="1"), np.ones(rows, int), np.full(rows, 0.7), prevalence)["threshold"] < 1


def test_how_sure_is_the_chance_of_the_answer_given() -> None:
    task = Binary(positive="Yes")
    state = {**task.fit(np.array(["No"] * 9 + ["Yes"], object)), "threshold": 0.2}
    answers = task.decode(np.array([[0.3], [0.1]]), state)
    assert answers["prediction"].tolist() == ["Yes", "No"]
    assert answers["how sure"].tolist() == pytest.approx([0.3, 0.9])
    assert list(answers) == ["prediction", "how sure", "chance of Yes", "chance of No"]


def test_classes_are_ordered_as_numbers_and_unseen_ones_are_not_known() -> None:
    task = Multiclass()
    state = task.fit(np.array([10.0, 9.0, 10.0, 2.0]))
    assert state["labels"] == ["2", "9", "10"] and state["shares"] == [0.25, 0.25, 0.5]
    assert task.known(np.array([9.0, 11.0]), state).tolist() == [True, False]


def test_a_class_the_linear_model_never_saw_gets_no_chance() -> None:
    task = Multiclass()
    state = task.fit(np.array(["a", "b", "c"] * 4, object))
    x = np.random.default_rng(0).normal(size=(20, 2))
    said = task.from_estimator(task.linear().fit(x, np.arange(20) % 2 * 2), x, state)
    assert said.shape == (20, 3) and (said[:, 1] == 0).all()


def test_the_first_three_guesses_count_from_six_classes_on() -> None:
    y = np.arange(60.0) % 6
    task = Multiclass()
    chances = np.tile([0.3, 0.25, 0.2, 0.1, 0.1, 0.05], (60, 1))
    assert task.scores(chances, y, task.fit(y))["top_3"].value == pytest.approx(50.0)
    assert "top_3" not in task.scores(chances[:, :5], y % 5, task.fit(y % 5))


def test_guessing_the_same_for_every_row_is_not_right_within_three_guesses_by_ties() -> None:
    y = np.arange(60) % 10
    task = Multiclass()
    assert task.scores(np.full((1, 10), 0.1), y, task.fit(y))["top_3"].value == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("values", "raw", "shown"),
    [
        ([100.0, 250_000, 500_001], 300_123.456, 300_123),
        ([3.0, 4, 5, 6, 7, 8], 5.6321, 5.6),
        ([79.99, 61.89, 40.27], 44.44444, 44.44),
        ([0.001, 0.0025, 0.01], 0.0033333, 0.0033),
        ([1 / 3, 2 / 3, 5 / 7], 0.5123456789, 0.51235),
    ],
)
def test_answers_are_as_precise_as_the_training_values(values: list[float], raw: float, shown: float) -> None:
    task = Regression()
    state = task.fit(np.array(values))
    answer = task.decode(np.array([[(raw - state["mean"]) / state["spread"]]]), state)["prediction"].iloc[0]
    assert answer == pytest.approx(shown, abs=1e-12)


def test_whole_values_are_answered_with_whole_numbers() -> None:
    task = Regression()
    state = {**task.fit(np.array([100.0, 400, 1000])), "margin": 30.5}
    answers = task.decode(np.zeros((2, 1)), state)
    assert [str(kind) for kind in answers.dtypes] == ["int64"] * 3
    assert answers.iloc[0].tolist() == [500, 469, 531]


def test_a_range_does_not_go_below_zero_where_no_value_does() -> None:
    task = Regression()
    state = {**task.fit(np.array([1.0, 5.0, 30.0])), "margin": 50.0}
    assert task.decode(np.zeros((1, 1)), state)["from"].iloc[0] == 0
    assert task.decode(np.zeros((1, 1)), {**state, "low": -1.0})["from"].iloc[0] == -38


def test_the_range_holds_nine_of_ten_unseen_values() -> None:
    rng = np.random.default_rng(0)
    task = Regression()
    held = []
    for _ in range(60):
        y = rng.normal(50, 10, 400)
        state = task.fit(y)
        outputs = (task.encode(y, state) + rng.normal(0, 0.4, 400))[:, None]
        state = task.settle(outputs[:80], task.encode(y[:80], state), state)
        answers = task.decode(outputs[80:], state)
        held.append(np.mean((answers["from"] <= y[80:]) & (y[80:] <= answers["to"])))
    assert 0.88 <= np.mean(held) <= 0.93


def test_no_range_is_given_on_fewer_than_twenty_validation_rows() -> None:
    task = Regression()
    state = task.fit(np.arange(30.0))
    assert list(task.decode(np.zeros((3, 1)), task.settle(np.zeros((19, 1)), np.ones(19), state))) == ["prediction"]
    assert list(task.decode(np.zeros((3, 1)), task.settle(np.zeros((20, 1)), np.ones(20), state))) == ["prediction", "from", "to"]


def test_no_constant_is_off_by_less_than_the_trivial_answer() -> None:
    y = np.random.default_rng(0).lognormal(0, 1.5, 500)
    task = Regression()
    state = task.fit(y)
    encoded = task.encode(y, state)
    trivial = task.evaluate(task.baseline(encoded, state), encoded, state)["mean_absolute_error"]
    tried = [task.evaluate(np.array([[c]]), encoded, state)["mean_absolute_error"] for c in np.linspace(-1, 2, 300)]
    assert trivial <= min(tried) + 1e-6


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("strength (MPa)", "MPa"),
        ("Torque [Nm]", "Nm"),
        ("Flow (Veh/5 Minutes)", "Veh/5 Minutes"),
        ("humidity (%)", "%"),
        ("age (years)", "years"),
        ("temperature (°C)", "°C"),
        ("price", ""),
        ("price (net)", ""),
        ("grade (0-10)", ""),
        ("score (estimated)", ""),
    ],
)
def test_the_unit_is_read_from_the_columns_name(name: str, unit: str) -> None:
    assert unit_in(name) == unit
    offered = Regression.offer(column(np.arange(40.0), name))
    assert offered is not None and offered.unit == unit


def test_a_unit_found_in_the_values_is_used() -> None:
    offered = Regression.offer(column(np.arange(40.0), "price (net)", unit="$"))
    assert offered is not None and offered.unit == "$"
