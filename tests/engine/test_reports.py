"""What a report says in words: plainly bad news, no flattery, and charts that hold what they show."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import reports, verdicts
from engine.columns import Column, Table
from engine.intervals import Comparison
from engine.panels import Report
from engine.tasks import Judged, Task
from engine.tasks.binary import Binary
from engine.tasks.multiclass import Multiclass
from engine.tasks.regression import Regression

Array = np.ndarray[Any, Any]
SURE = Comparison(0.3, 0.2, 0.4, True)
LIKELY = Comparison(0.1, 0.01, 0.2, False)
SAME = Comparison(0.02, -0.1, 0.14, False)
BEHIND = Comparison(-0.02, -0.1, 0.06, False)
WORSE = Comparison(-0.3, -0.4, -0.2, False)


def judge(task: Task, train: Array, y: Array, outputs: Array, linear: Array | None = None, **facts: Any) -> Report:
    """The report on `y` of a task fitted on `train`; `facts` overwrite its state (threshold, margin)."""
    state = {**task.fit(train), **facts}
    known = train[task.known(train, state)]
    baseline = task.baseline(task.encode(known, state), state)
    is_number = y.dtype == np.float64
    columns = (Column(id="x", name="Speed", type="number"), Column(id="t", name="outcome", type="number" if is_number else "category"))
    frame = pd.DataFrame({"x": np.arange(len(y), dtype=float), "t": pd.Series(y) if is_number else pd.Series(y).astype("str")})
    report = task.report(Judged(Table(columns, frame), np.arange(len(y)), y, outputs, baseline, linear, "t", ("x",)), state)
    json.dumps(report.model_dump(mode="json"), allow_nan=False)
    return report


def words(y: Array, *names: str) -> Array:
    return np.array(names, object)[np.asarray(y, int)]


def panel(report: Report, kind: str) -> Any:
    return next(p for p in report.panels if p.kind == kind)


def notes(report: Report) -> str:
    return "\n".join(line for p in report.panels if p.kind == "notes" for line in p.lines)


def test_a_good_yes_no_model_is_told_beside_the_trivial_answer() -> None:
    y = np.r_[np.zeros(126), np.ones(74)]
    chances = np.where(np.arange(200) % 20 == 0, 0.5 + 0.2 * (0.5 - y), 0.5 + 0.4 * (y - 0.5))[:, None]
    report = judge(Binary(positive="malignant"), words(y, "benign", "malignant"), words(y, "benign", "malignant"), chances)
    assert report.headline == (
        "Right for 190 of the 200 rows it never saw (95 %; with other rows between 91 and 97 %). "
        "Always saying 'benign' would be right for 126 of them (63 %)."
    )
    assert report.verdict == "good"


def test_no_better_than_always_saying_no_is_the_first_line() -> None:
    rng = np.random.default_rng(3)
    y = (rng.random(300) < 0.3).astype(float)
    report = judge(Binary(positive="Yes"), words(y, "No", "Yes"), words(y, "No", "Yes"), rng.uniform(0.0, 0.6, (300, 1)))
    assert report.headline.startswith(("No better than always saying 'No'", "Worse than always saying 'No'"))
    assert report.verdict == "poor"


def test_where_one_answer_is_rare_the_headline_counts_finds_and_false_alarms() -> None:
    y = np.r_[np.ones(68), np.zeros(1932)]
    chances = np.r_[np.full(31, 0.8), np.full(37, 0.02), np.full(12, 0.7), np.full(1920, 0.01)][:, None]
    report = judge(Binary(positive="1"), y, y, chances)
    assert report.headline.startswith("Finds 31 of the 68 rows it never saw where outcome is '1', with 12 false alarms.")
    assert "guessing would in 50." in report.headline and "Right for" not in report.headline
    assert report.main.name == "auc"


def test_the_rare_answer_is_sought_even_if_it_is_the_no() -> None:
    y = np.r_[np.zeros(20), np.ones(380)]
    chances = np.r_[np.full(15, 0.1), np.full(5, 0.9), np.full(4, 0.1), np.full(376, 0.97)][:, None]
    report = judge(Binary(positive="good"), words(y, "scrap", "good"), words(y, "scrap", "good"), chances)
    assert report.headline.startswith("Finds 15 of the 20 rows it never saw where outcome is 'scrap', with 4 false alarms.")


def test_a_ranking_model_that_decides_no_better_is_fair_and_says_both() -> None:
    rng = np.random.default_rng(0)
    y = (np.arange(300) % 10 < 3).astype(float)
    chances = np.clip(0.25 + 0.12 * y + rng.normal(0, 0.08, 300), 0.01, 0.49)[:, None]
    report = judge(Binary(positive="2"), y + 1, y + 1, chances)
    assert report.headline.startswith("No better than always saying '1' when it has to decide, but it does tell the two apart. ")
    assert "gives the right one the higher chance" in report.headline
    assert report.verdict == "fair"


def test_unseen_rows_without_any_yes_are_not_called_good() -> None:
    train = np.r_[np.zeros(90), np.ones(10)]
    report = judge(Binary(positive="1"), train, np.zeros(50), np.full((50, 1), 0.01))
    assert report.headline.startswith("It cannot be judged. None of the 50 unseen rows has outcome '1'")
    assert report.verdict == "unclear" and report.main.model.value is None


def test_several_answers_are_told_beside_the_commonest() -> None:
    y = np.arange(300) % 3
    said = np.where(np.arange(300) % 10 == 0, (y + 1) % 3, y)
    kinds = words(y, "pit", "scratch", "stain")
    report = judge(Multiclass(), kinds, kinds, 0.8 * np.eye(3)[said] + 0.2 / 3)
    assert report.headline.startswith("Right for 270 of the 300 rows it never saw (90 %; with other rows between 86 and 93 %).")
    assert report.headline.endswith("Always saying 'pit' would be right for 100 of them (33 %).")
    assert report.verdict == "good"


def test_where_one_of_several_answers_dominates_each_kind_counts_equally() -> None:
    y = np.r_[np.zeros(270, int), np.ones(20, int), np.full(10, 2)]
    nothing = judge(Multiclass(), y.astype(float), y.astype(float), np.tile([0.9, 0.06, 0.04], (300, 1)))
    perfect = judge(Multiclass(), y.astype(float), y.astype(float), 0.9 * np.eye(3)[y] + 0.1 / 3)
    assert nothing.headline.startswith("No better than always saying '0'.") and nothing.verdict == "poor"
    assert "each kind counting equally" in perfect.headline and perfect.main.name == "balanced_accuracy"


def test_a_number_is_told_in_its_unit_beside_guessing_the_middle() -> None:
    rng = np.random.default_rng(0)
    y = np.round(rng.normal(35, 16, 200), 2)
    task = Regression(unit="MPa")
    state = task.fit(y)
    report = judge(task, y, y, (task.encode(y, state) + rng.normal(0, 0.3, 200))[:, None])
    assert report.headline.startswith("Off by 3.") and " MPa on average (between 3." in report.headline
    assert "Always guessing the middle value, 3" in report.headline
    assert report.verdict == "good"


def test_a_number_without_a_unit_reads_well_too() -> None:
    y = np.arange(60.0)
    report = judge(Regression(), y, y, np.zeros((60, 1)))
    assert report.headline.startswith("No better than always guessing the middle value. Off by 15 on average (between ")
    assert "  " not in report.headline


@pytest.mark.parametrize("seed", range(20))
def test_random_answers_are_never_presented_as_a_model(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(200) % 2).astype(float)
    rare = (rng.random(400) < 0.06).astype(float)
    kinds = rng.integers(0, 4, 200)
    numbers = rng.lognormal(0, 1, 200)
    chances = rng.random((200, 4))
    found = [
        judge(Binary(positive="1"), y, y, rng.random((200, 1))),
        judge(Binary(positive="1"), rare, rare, rng.random((400, 1)), threshold=0.9),
        judge(Multiclass(), kinds.astype(float), kinds.astype(float), chances / chances.sum(axis=1, keepdims=True)),
        judge(Regression(), numbers, numbers, rng.normal(0, 0.2, (200, 1))),
    ]
    assert all(report.verdict in verdicts.UNPROVEN for report in found)
    assert all(report.headline.startswith(("No better than", "Worse than", "Ahead of", "It cannot be told yet")) for report in found)


def test_the_verdict_needs_certainty_and_skill() -> None:
    assert verdicts.verdict(None, 0.9, None) == "unclear"
    assert verdicts.verdict(LIKELY, 0.9, None) == "poor"
    assert verdicts.verdict(SURE, 0.3, None) == "fair"
    assert verdicts.verdict(SURE, 0.6, SAME) == "good"
    assert verdicts.verdict(SURE, 0.6, WORSE) == "fair"


def test_few_unseen_rows_leave_open_what_a_model_is_worth() -> None:
    y = np.arange(16.0) % 2
    said = np.where(np.arange(16) % 3 == 0, 1 - y, y)
    report = judge(Binary(positive="1"), y, y, 0.2 + 0.6 * said[:, None])
    assert report.verdict == "unclear"
    assert report.headline.startswith(("It cannot be told yet whether this is better than always saying", "Ahead of"))
    assert "would settle it (" in report.detail


def test_the_opening_never_flatters() -> None:
    against = "always saying 'no'"
    assert verdicts.opening(SURE, against, 200) == ""
    assert verdicts.opening(LIKELY, against, 40) == "Ahead of always saying 'no', but with so few rows this can be luck. "
    assert verdicts.opening(SAME, against, 40) == "No better than always saying 'no', as far as 40 unseen rows can tell. "
    assert verdicts.opening(BEHIND, against, 40) == "No better than always saying 'no'. "
    assert verdicts.opening(WORSE, against, 40) == "Worse than always saying 'no'. "
    assert verdicts.opening(None, against, 3) == "Too few rows to judge: only 3 rows could be kept unseen. "


def test_a_simple_formula_that_does_as_well_is_named() -> None:
    said = "is right for 93 of 100"
    assert verdicts.beside_linear(WORSE, said, False).startswith("A simple formula (a linear model) is better: it is right for 93 of 100.")
    assert verdicts.beside_linear(BEHIND, said, False) == (
        "A simple formula (a linear model) does as well: it is right for 93 of 100. The formula is easier to explain."
    )
    assert verdicts.beside_linear(SAME, said, False).startswith("It is not clearly better than a simple formula")
    assert verdicts.beside_linear(SURE, said, False).startswith("It does better than a simple formula")
    assert verdicts.beside_linear(SAME, said, True) == "A simple formula (a linear model) fares no better: it is right for 93 of 100."
    assert verdicts.beside_linear(None, said, False) == ""


def test_a_better_simple_formula_keeps_a_model_from_being_good() -> None:
    y = np.r_[np.zeros(200), np.ones(200)]
    wrong = np.arange(400) % 8 == 0
    model = np.where(wrong, 1 - y, y)[:, None] * 0.8 + 0.1
    report = judge(Binary(positive="1"), y, y, model, linear=y[:, None] * 0.8 + 0.1)
    assert report.detail.startswith("A simple formula (a linear model) is better: it is right for 400 of them (100 %). Prefer it")
    assert report.verdict == "fair"


def test_too_good_to_be_true_is_doubted_on_many_rows_only() -> None:
    y = (np.arange(400) % 2).astype(float)
    assert "almost too good to be true" in notes(judge(Binary(positive="1"), y, y, y[:, None] * 0.9 + 0.05))
    assert "too good" not in notes(judge(Binary(positive="1"), y, y[:150], y[:150, None] * 0.9 + 0.05))
    exact, numbers = Regression(), np.arange(300.0)
    assert "too good" in notes(judge(exact, numbers, numbers, exact.encode(numbers, exact.fit(numbers))[:, None]))


def test_few_rows_and_wide_intervals_are_noted() -> None:
    y = (np.arange(24) % 2).astype(float)
    said = notes(judge(Binary(positive="1"), y, y, np.where(np.arange(24) % 6 == 0, 1 - y, y)[:, None] * 0.8 + 0.1))
    assert "Only 24 rows could be kept unseen" in said
    assert "The main measure is uncertain" in said


def test_percentages_that_lie_are_noted_and_honest_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    chances = rng.uniform(0.05, 0.95, 2000)
    honest = (rng.random(2000) < chances).astype(float)
    timid = (rng.random(2000) < 0.5 + (chances - 0.5) * 0.5).astype(float)
    assert "percentages" not in notes(judge(Binary(positive="1"), honest, honest, chances[:, None]))
    assert "Do not take its percentages literally: they are off by 1" in notes(judge(Binary(positive="1"), timid, timid, chances[:, None]))


def test_honest_percentages_are_seldom_doubted_on_few_rows() -> None:
    rng = np.random.default_rng(7)
    said = [rng.uniform(0.05, 0.95, 60) for _ in range(60)]
    doubted = [verdicts.miscalibrated((rng.random(60) < s).astype(float), s) != "" for s in said]
    assert sum(doubted) <= 8


def test_a_range_that_does_not_hold_is_noted() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(0, 10, 300)
    off = rng.normal(0, 0.5, (300, 1))
    state = Regression().fit(y)
    outputs = Regression().encode(y, state)[:, None] + off
    assert "take its ranges as too narrow" in notes(judge(Regression(), y, y, outputs, margin=2.0))
    assert "it is made for 90 of 100" in notes(judge(Regression(), y, y, outputs, margin=0.5 * state["spread"] * 1.645))
    assert "Too few validation rows" in notes(judge(Regression(), y, y, outputs))


def test_a_range_is_called_wide_only_where_it_makes_a_difference() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(0, 10, 20_000)
    state = Regression().fit(y)
    outputs = Regression().encode(y, state)[:, None] + rng.normal(0, 0.5, (20_000, 1))
    told = lambda share_of: notes(judge(Regression(), y, y, outputs, margin=0.5 * state["spread"] * share_of))  # noqa: E731
    assert "it is made for 90 of 100" in told(1.73)
    assert "its ranges are wide" in told(2.2)


def test_the_confusion_counts_truth_by_answer() -> None:
    truth, said = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    assert reports.confusion(truth, said, ["a", "b", "c"]).counts == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]


def test_very_many_classes_are_drawn_as_fifty() -> None:
    truth = np.concatenate([np.arange(80), np.arange(60)])
    drawn = reports.confusion(truth, truth, [f"k{i}" for i in range(80)])
    assert len(drawn.labels) == 50 and drawn.labels[-1] == "all others"
    assert sum(map(sum, drawn.counts)) == 140 and "49 commonest of 80" in drawn.note


def test_thresholds_count_what_would_happen() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(500) < 0.05).astype(int)
    chances = np.clip(rng.beta(1, 30, 500) + 0.1 * y, 0, 1)
    drawn = reports.thresholds(y, chances, 0.0731, "yes", "no")
    assert len(drawn.thresholds) <= 101 and drawn.thresholds == sorted(set(drawn.thresholds))
    assert 0.0731 in drawn.thresholds and drawn.chosen == 0.0731
    for i, cut in enumerate(drawn.thresholds):
        said = chances >= cut
        assert drawn.true_positive[i] == int((said & (y == 1)).sum())
        assert drawn.false_positive[i] == int((said & (y == 0)).sum())
        assert drawn.true_positive[i] + drawn.false_negative[i] == int(y.sum())
        assert drawn.false_positive[i] + drawn.true_negative[i] == int((y == 0).sum())


def test_the_marked_point_of_the_roc_curve_is_the_confusion_matrix() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.4).astype(float)
    chances = np.clip(0.4 + 0.2 * (y - 0.4) + rng.normal(0, 0.15, 400), 0, 1)[:, None]
    report = judge(Binary(positive="1"), y, y, chances)
    (true_no, alarms), (missed, hits) = panel(report, "confusion").counts
    roc, precision, calibration = (p for p in report.panels if p.kind == "curve")
    assert roc.point == pytest.approx((100 * alarms / (alarms + true_no), 100 * hits / (hits + missed)))
    assert precision.point == pytest.approx((100 * hits / (hits + missed), 100 * hits / (hits + alarms)))
    assert calibration.title == "When it says 80 %, is it 80 %?"


def test_curves_start_and_end_at_the_corners_and_stay_small() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(5000) < 0.3).astype(int)
    line = reports.roc(y, rng.random(5000), y == 1, "yes").lines[0]
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0.0, 0.0, 100.0, 100.0)
    assert len(line.x) <= 300 and line.x == sorted(line.x) and line.y == sorted(line.y)


def test_the_calibration_band_holds_its_line() -> None:
    rng = np.random.default_rng(0)
    said = rng.random(500)
    line = reports.calibration((rng.random(500) < said).astype(float), said, "'yes'").lines[0]
    assert len(line.x) == 10 == len(line.low) == len(line.high)
    assert all(low <= y <= high for low, y, high in zip(line.low, line.y, line.high, strict=True))


def test_a_scatter_is_thinned_but_keeps_the_extremes() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=20_000)
    answers = y + rng.normal(0, 0.1, 20_000)
    answers[777], y[123], y[456] = 40.0, -30.0, 30.0
    drawn = reports.predicted_against_true(y, answers, np.arange(20_000) + 5, "strength", "MPa")
    assert len(drawn.x) == 2000 == len(drawn.rows) and {777 + 5, 123 + 5, 456 + 5} <= set(drawn.rows)
    assert "2,000 of 20,000 rows drawn" in drawn.note and drawn.x_label == "True strength, MPa"


def test_an_error_histogram_counts_every_row_and_names_each_bar_once() -> None:
    rng = np.random.default_rng(0)
    for errors in (rng.standard_cauchy(500), np.r_[np.zeros(499), 1e9], np.full(20, 2.5), rng.normal(0, 1e-9, 50)):
        drawn = reports.error_histogram(errors, "price", "€")
        assert sum(drawn.values) == len(errors)
        assert len(set(drawn.names)) == len(drawn.names) == len(drawn.values)


def test_mistakes_of_pictures_carry_the_file_name() -> None:
    named = {"p": ("picture", "image"), "d": ("taken", "date"), "t": ("kind", "category")}
    columns = tuple(Column(id=id, name=name, type=type) for id, (name, type) in named.items())
    frame = pd.DataFrame({"p": ["pit/1.png"], "d": pd.to_datetime(["2024-05-01 12:00"]), "t": ["pit"]})
    drawn = reports.mistakes(Table(columns, frame), ("p", "d"), [(0, 41, "pit", "stain", "97 % sure")])
    assert drawn.columns == ["taken"]
    assert drawn.rows == [
        {"row": 42, "truth": "pit", "prediction": "stain", "detail": "97 % sure", "values": ["2024-05-01T12:00:00"], "image": "pit/1.png"}
    ]


def test_the_surest_mistakes_come_first() -> None:
    y = np.r_[np.zeros(50), np.ones(50)]
    chances = np.r_[np.full(48, 0.1), 0.8, 0.95, np.full(49, 0.9), 0.4][:, None]
    worst = panel(judge(Binary(positive="1"), y, y, chances), "mistakes")
    assert [row["row"] for row in worst.rows] == [50, 49, 100]
    assert worst.rows[0]["detail"] == "95 % sure of '1', gave '0' 5 %"
    assert worst.note.startswith("Wrong for 3 of 100 rows it never saw.")


def test_the_largest_errors_come_first_in_the_users_unit() -> None:
    y = np.arange(50.0)
    task = Regression(unit="kg")
    outputs = task.encode(y, task.fit(y))[:, None].astype(float)
    outputs[7] += 20 / task.fit(y)["spread"]
    worst = panel(judge(task, y, y, outputs), "mistakes").rows[0]
    assert (worst["row"], worst["truth"], worst["prediction"], worst["detail"]) == (8, "7 kg", "27 kg", "20 kg too high")


def test_nearly_sure_is_not_sure() -> None:
    from engine.tasks._classes import labelled

    def note(sure: float) -> str:
        return labelled(pd.DataFrame({"prediction": ["a"], "how sure": [sure]}), np.array([0]), ["a"])[0].note

    assert [note(sure) for sure in (0.999999, 1.0, 0.87)] == ["99.99 % sure", "100 % sure", "87 % sure"]


def test_an_error_histogram_knows_its_numbers_and_its_unit() -> None:
    drawn = reports.error_histogram(np.linspace(-3, 5, 100), "price", "€")
    assert len(drawn.edges) == len(drawn.values) + 1 and drawn.edges[0] == -drawn.edges[-1]
    assert drawn.x_label == "Predicted minus true price, €"


def test_a_unit_is_said_once() -> None:
    for name, said in (("strength (MPa)", "strength (MPa)"), ("strength", "strength, MPa"), ("MPa at 28 days", "MPa at 28 days, MPa")):
        assert reports.error_histogram(np.arange(9.0), name, "MPa").x_label == f"Predicted minus true {said}"
