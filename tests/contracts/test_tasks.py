"""What every task promises, tested on each file in the folder with a target column it offers itself for."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import heads, lazy, profile, scoring
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.panels import Report
from engine.tasks import TASKS, Judged, Task

Array = np.ndarray[Any, Any]
ROWS = 240
LONGEST_QUESTION = 100


@dataclass(frozen=True)
class Case:
    """A task on a small table of two inputs and a target: fitted, with the outputs of a model that has learned something."""

    task: Task
    table: Table
    y: Array
    state: dict[str, Any]
    encoded: Array
    outputs: Array
    baseline: Array

    def judged(self, rows: Array, outputs: Array | None = None, linear: bool = True) -> Judged:
        said = self.outputs[rows] if outputs is None else outputs
        rest = (self.baseline, self.outputs[rows][::-1] if linear else None, "t", ("a", "b"))
        return Judged(self.table.take(rows), rows, self.y[rows], said, *rest)


def targets() -> dict[str, tuple[Column, pd.Series]]:
    """Columns to predict, of every sort, each following from the inputs with some noise."""
    rng = np.random.default_rng(0)
    base = rng.normal(size=ROWS)
    noisy = base + rng.normal(0, 0.4, ROWS)
    words = pd.Series(np.array(["low", "middle", "high"], object)[np.digitize(noisy, [-0.5, 0.5])]).astype("str")
    kinds = words.replace({"low": "ash", "middle": "beech", "high": "oak"})
    rare = pd.Series(np.where(noisy > 1.4, "failed", "fine")).astype("str")
    return {
        "zero or one": (Column(id="t", name="diagnosis", type="number"), pd.Series((noisy > 0).astype(float))),
        "rare": (Column(id="t", name="outcome", type="category"), rare),
        "three kinds": (Column(id="t", name="kind", type="category"), kinds),
        "three words": (Column(id="t", name="grade", type="category"), words),
        "zero to four": (Column(id="t", name="stage", type="number"), pd.Series(np.digitize(noisy, [-1, 0, 1, 2]).astype(float))),
        "measured": (Column(id="t", name="strength (MPa)", type="number"), pd.Series(np.round(30 + 8 * noisy, 2))),
        "whole": (Column(id="t", name="price", type="number"), pd.Series(np.round(200_000 + 50_000 * noisy))),
    }


def table_of(column: Column, values: pd.Series) -> Table:
    rng = np.random.default_rng(1)
    inputs = (Column(id="a", name="Age", type="number"), Column(id="b", name="Site", type="category"))
    site = pd.Series(rng.choice(["x", "y"], len(values))).astype("str")
    frame = pd.DataFrame({"a": rng.normal(size=len(values)), "b": site, "t": values})
    frame.loc[::17, "a"] = np.nan
    return Table((*inputs, column), frame)


def learned(task: Task, encoded: Array, state: dict[str, Any]) -> Array:
    """Outputs of a linear model that may look at a noisy hint of the answer: right often, not always."""
    x = (encoded.astype(float) + np.random.default_rng(2).normal(0, 0.6 * np.std(encoded), len(encoded)))[:, None]
    return task.from_estimator(task.linear().fit(x, encoded), x, state)


def offers() -> list[Any]:
    found = []
    for kind, member in TASKS.members.items():
        for name, (column, values) in targets().items():
            task = member.offer(profile.of_column(column, values))
            if task is not None:
                found.append(pytest.param((task, column, values), id=f"{kind}-{name}"))
    return found


@pytest.fixture(scope="module", params=offers())
def case(request: pytest.FixtureRequest) -> Case:
    task, column, values = request.param
    table = table_of(column, values)
    y = table.values("t")
    state = task.fit(y)
    encoded = task.encode(y, state)
    outputs = learned(task, encoded, state)
    state = task.settle(outputs[:60], encoded[:60], state)
    return Case(task, table, y, state, encoded, outputs, task.baseline(encoded, state))


def as_json(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def test_every_task_offers_itself_for_some_column() -> None:
    assert {p.values[0][0].kind for p in offers()} == set(TASKS.members)


def test_one_task_at_most_is_the_obvious_one() -> None:
    for name, (column, values) in targets().items():
        proposed = [kind for kind, member in TASKS.members.items() if member.propose(profile.of_column(column, values))]
        assert len(proposed) == 1, f"{name}: {proposed}"


def test_what_is_proposed_is_also_offered(case: Case) -> None:
    column = profile.of_column(case.table.column("t"), case.table.frame["t"])
    proposed = type(case.task).propose(column)
    assert proposed is None or type(case.task).offer(column) is not None


def test_no_task_offers_itself_for_dates_pictures_or_a_constant() -> None:
    dates = profile.of_column(Column(id="t", name="day", type="date"), pd.Series(pd.date_range("2024-01-01", periods=50)))
    constant = profile.of_column(Column(id="t", name="c", type="number"), pd.Series(np.ones(50)))
    empty = profile.of_column(Column(id="t", name="e", type="category"), pd.Series([np.nan] * 50).astype("str"))
    for member in TASKS.members.values():
        assert [member.offer(column) for column in (dates, constant, empty)] == [None, None, None]


def test_the_form_offers_only_text_fields_and_what_it_offers_can_be_set(case: Case) -> None:
    options = type(case.task).options(profile.of_column(case.table.column("t"), case.table.frame["t"]))
    fields = {p.name for p in case.task.params() if p.type == "text"}
    assert set(options) <= fields
    for name, values in options.items():
        for value in values:
            assert getattr(case.task.with_(**{name: value}), name) == value


def test_the_question_names_the_column_in_one_line(case: Case) -> None:
    said = case.task.question("stroke")
    assert "stroke" in said and "\n" not in said and said.endswith("?")
    assert len(said) < LONGEST_QUESTION


def test_a_task_survives_its_stored_form(case: Case) -> None:
    assert TASKS.parse(json.loads(case.task.model_dump_json())) == case.task


def test_learned_state_is_json(case: Case) -> None:
    assert json.loads(as_json(case.state)) == case.state


def test_encoded_targets_are_flat_and_finite(case: Case) -> None:
    assert case.encoded.shape == (ROWS,)
    assert case.encoded.dtype in (np.dtype(np.float32), np.dtype(np.int32))
    assert np.isfinite(case.encoded).all()


def test_missing_targets_are_not_known_and_change_nothing(case: Case) -> None:
    y = case.y.copy()
    y[5] = np.nan if y.dtype == np.float64 else None
    known = case.task.known(y, case.state)
    assert known.dtype == bool and not known[5] and known.sum() == ROWS - 1
    fitted = case.task.fit(y)
    assert case.task.fit(y[known]) == fitted


def test_one_answer_only_cannot_be_trained(case: Case) -> None:
    with pytest.raises(InvalidPlan, match="Every training row") as error:
        case.task.fit(case.y[case.y == case.y[0]])
    assert error.value.fix


def test_no_known_target_cannot_be_trained(case: Case) -> None:
    nothing = np.full(9, np.nan) if case.y.dtype == np.float64 else np.full(9, None, object)
    with pytest.raises(InvalidPlan, match="No training row"):
        case.task.fit(nothing)


def test_the_untrained_network_starts_no_worse_than_the_trivial_answer(case: Case) -> None:
    inputs = lazy.keras.Input((2,))
    model = lazy.keras.Model(inputs, heads.build(inputs, case.task.ending(case.state)))
    said = np.asarray(model(np.zeros((ROWS, 2), np.float32)))
    assert said.shape == (ROWS, case.baseline.shape[1])
    losses = [case.task.evaluate(outputs, case.encoded, case.state)["loss"] for outputs in (said, case.baseline)]
    assert losses[0] <= 1.001 * losses[1]


def test_keras_measures_what_the_task_measures(case: Case) -> None:
    lazy.keras.utils.set_random_seed(3)
    inputs = lazy.keras.Input((2,))
    model = lazy.keras.Model(inputs, heads.build(inputs, case.task.ending(case.state)))
    metrics = case.task.metrics(case.state)
    model.compile("adam", case.task.loss(), metrics=case.task.measures(case.state), run_eagerly=True)
    x = np.random.default_rng(3).normal(size=(ROWS, 2)).astype(np.float32)
    model.fit(x, case.encoded, batch_size=ROWS // 2, verbose=0)
    live = model.evaluate(x, case.encoded, batch_size=ROWS, verbose=0, return_dict=True)
    ours = case.task.evaluate(np.asarray(model(x)), case.encoded, case.state)
    assert set(live) == set(ours)
    assert ours["loss"] == pytest.approx(live["loss"], rel=1e-3)
    for metric in metrics:
        assert ours[metric.name] == pytest.approx(metric.factor * live[metric.name], rel=0.02)


def test_the_baseline_line_is_finite_for_every_live_metric(case: Case) -> None:
    values = case.task.evaluate(case.baseline, case.encoded, case.state)
    assert set(values) == {"loss", *(m.name for m in case.task.metrics(case.state))}
    assert np.isfinite(list(values.values())).all()


def test_a_learned_model_is_better_than_the_baseline_in_every_live_metric(case: Case) -> None:
    model, trivial = (case.task.evaluate(o, case.encoded, case.state) for o in (case.outputs, case.baseline))
    assert model["loss"] < trivial["loss"]
    for metric in case.task.metrics(case.state):
        assert (model[metric.name] > trivial[metric.name]) == (metric.better == "higher")


def test_answers_are_in_the_users_words_and_units(case: Case) -> None:
    answers = case.task.decode(case.outputs, case.state)
    assert len(answers) == ROWS and answers.columns[0] == "prediction"
    assert not answers.isna().any(axis=None)
    if case.task.estimator == "classifier":
        sure = answers["how sure"]
        assert ((sure >= 0) & (sure <= 1)).all()
        chances = answers[[c for c in answers if c.startswith("chance of ")]]
        assert chances.sum(axis=1).to_numpy() == pytest.approx(np.ones(ROWS), abs=1e-5)
        assert set(answers["prediction"]) <= set(case.state["labels"])
    else:
        assert (answers["from"] <= answers["prediction"]).all() and (answers["prediction"] <= answers["to"]).all()


def test_one_row_and_no_row_are_answered(case: Case) -> None:
    assert len(case.task.decode(case.outputs[:1], case.state)) == 1
    assert len(case.task.decode(case.outputs[:0], case.state)) == 0


def test_answers_stand_beside_the_truth_in_words(case: Case) -> None:
    known = case.y[case.task.known(case.y, case.state)]
    outputs = case.outputs[case.task.known(case.y, case.state)]
    told = case.task.beside(outputs, case.task.encode(known, case.state), case.state)
    assert len(told) == len(known) and all(one.truth and one.said and one.note for one in told)
    assert all(0 <= one.part <= 1 for one in told if one.is_right is not None and one.part is not None)
    assert as_json([one.model_dump() for one in told])


def test_groups_only_widen_the_main_interval(case: Case) -> None:
    groups = np.arange(len(case.y)) // 20
    alone, together = (next(iter(case.task.scores(case.outputs, case.y, case.state, groups=g).values())) for g in (None, groups))
    assert together.value == alone.value and together.low is not None and together.high is not None
    assert together.high - together.low > 0.6 * (alone.high - alone.low)


def test_scores_have_intervals_around_them_and_name_the_same_measures_for_all(case: Case) -> None:
    model, trivial = (case.task.scores(o, case.y, case.state) for o in (case.outputs, case.baseline))
    assert list(model) == list(trivial)
    for name, score in model.items():
        assert score.value is not None, name
        assert score.low is None or score.high is None or score.low <= score.value <= score.high, name
    first = next(iter(model.values()))
    assert first.low is not None and first.high is not None and first.low < first.high


def test_the_live_main_metric_is_judged_too(case: Case) -> None:
    assert case.task.metrics(case.state)[0].name in case.task.scores(case.outputs, case.y, case.state)


def test_scores_do_not_depend_on_the_order_of_the_rows(case: Case) -> None:
    turned = case.task.scores(case.outputs[::-1], case.y[::-1], case.state)
    for name, score in case.task.scores(case.outputs, case.y, case.state).items():
        assert turned[name].value == pytest.approx(score.value, abs=1e-9), name


def test_a_report_is_json_and_comes_back_the_same(case: Case) -> None:
    report = case.task.report(case.judged(np.arange(60, ROWS)), case.state)
    assert Report.model_validate(json.loads(as_json(report.model_dump(mode="json")))) == report
    assert report.rows_test == ROWS - 60
    assert report.headline and report.verdict in ("good", "fair")


def test_a_report_compares_the_main_measure_with_both_others(case: Case) -> None:
    main = case.task.report(case.judged(np.arange(ROWS)), case.state).main
    assert main.model.low is not None and main.model.high is not None
    assert main.baseline is not None and main.linear is not None and main.label
    assert case.task.report(case.judged(np.arange(ROWS), linear=False), case.state).main.linear is None


@pytest.mark.parametrize("rows", [0, 1, 2, 9])
def test_too_few_rows_are_never_called_good(case: Case, rows: int) -> None:
    report = case.task.report(case.judged(np.arange(rows)), case.state)
    as_json(report.model_dump(mode="json"))
    assert report.verdict == "unclear"
    assert report.headline.startswith(("Too few rows to judge", "It cannot be judged"))


def test_a_test_part_with_one_answer_is_judged_without_a_crash(case: Case) -> None:
    rows = np.flatnonzero(case.y == case.y[0])
    as_json(case.task.report(case.judged(rows), case.state).model_dump(mode="json"))


def test_rows_without_an_answer_are_left_out_of_the_judgement(case: Case) -> None:
    y = case.y.copy()
    y[:100] = np.nan if y.dtype == np.float64 else None
    holes = Case(case.task, case.table, y, case.state, case.encoded, case.outputs, case.baseline)
    assert holes.task.report(holes.judged(np.arange(ROWS)), case.state).rows_test == ROWS - 100


def test_a_model_that_always_gives_the_trivial_answer_is_poor(case: Case) -> None:
    rows = np.arange(ROWS)
    report = case.task.report(case.judged(rows, np.repeat(case.baseline, ROWS, axis=0)), case.state)
    assert report.verdict == "poor"
    assert report.headline.startswith("No better than always")


def test_worst_mistakes_carry_the_inputs_and_the_row_in_the_dataset(case: Case) -> None:
    rows = np.arange(100, ROWS)
    panel = next(p for p in case.task.report(case.judged(rows), case.state).panels if p.kind == "mistakes")
    assert panel.columns == ["Age", "Site"] and panel.note
    assert len(panel.rows) <= 50
    for line in panel.rows:
        source = case.table.frame.iloc[line["row"] - 1]
        assert line["values"][1] == source["b"]
        assert line["values"][0] == (None if np.isnan(source["a"]) else pytest.approx(source["a"]))
        assert line["truth"] != line["prediction"] and line["detail"]


def test_importing_the_tasks_imports_no_learning_library() -> None:
    heavy = {"sklearn", "scipy", "keras", "tensorflow"}
    program = f"import sys; from engine.tasks import TASKS; TASKS.members; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_the_main_measure_alone_is_the_first_of_all_scores(case: Case) -> None:
    asked = case.task.main(case.outputs, case.encoded, case.state)
    first = next(iter(case.task.scores(case.outputs, case.y, case.state).values()))
    assert scoring.value(asked, ROWS) == pytest.approx(first.value, rel=1e-5)


def test_an_answer_is_right_where_it_is_the_truth_or_only_more_or_less_off(case: Case) -> None:
    right = case.task.right(case.outputs, case.encoded, case.state)
    beside = [answer.is_right for answer in case.task.beside(case.outputs, case.encoded, case.state)]
    assert (right.tolist() if right is not None else [None] * ROWS) == beside
