"""The plan: what is found before a training, one-click changes, and settings by name."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from engine import plan as plans
from engine.architectures.mlp import Mlp
from engine.columns import Column
from engine.errors import InvalidPlan
from engine.extremes import Extremes
from engine.learners.gradient import Gradient
from engine.plan import Plan
from engine.problems import Problem
from engine.profile import ColumnProfile, Profile
from engine.split import Split
from engine.steps import STEPS
from engine.steps.fill_numbers import FillNumbers
from engine.steps.resize_images import ResizeImages
from engine.steps.scale import Scale
from engine.tasks.binary import Binary
from engine.tasks.multiclass import Multiclass
from engine.tasks.regression import Regression

ROWS = 1000
SPLIT = "method, column, test, validation, gap, mapping, outside, folds, fold, repeat, spares_unseen"


def column(id: str, type: Any = "number", **facts: Any) -> ColumnProfile:
    usual: dict[str, Any] = {"rows": ROWS, "missing": 0, "distinct": 200, "low": 0.0, "high": 90.0, "spread": 20.0}
    return ColumnProfile(column=Column(id=id, name=id.title(), type=type), **{**usual, **facts})


def answer(*sizes: int, **facts: Any) -> ColumnProfile:
    top = tuple((label, size) for label, size in zip("abcdefgh", sizes, strict=False))
    return column("fate", "category", top=top, distinct=len(sizes), rows=sum(sizes) + facts.get("missing", 0), **facts)


def profile(*columns: ColumnProfile, duplicates: int = 0) -> Profile:
    return Profile(rows=max(c.rows for c in columns), columns=columns, duplicates=duplicates)


def plan(**changes: Any) -> Plan:
    usual: dict[str, Any] = {
        "dataset": "d1",
        "target": "fate",
        "inputs": ("age", "bmi"),
        "task": Binary(positive="b"),
        "recipe": (FillNumbers(), Scale()),
        "architecture": Mlp(),
        "training": Gradient(),
    }
    return Plan(**{**usual, **changes})


def found(made: Plan, known: Profile, where: str) -> list[Problem]:
    return [problem for problem in plans.check(made, known) if problem.where == where]


FINE = profile(column("age"), column("bmi"), answer(600, 400))


def test_a_sound_plan_has_no_problem() -> None:
    assert plans.check(plan(), FINE) == []


def test_a_plan_survives_being_stored() -> None:
    made = plan(confirmed=("age",))
    assert Plan.model_validate_json(made.model_dump_json()) == made


def test_the_worst_problems_come_first() -> None:
    gap = profile(column("age", missing=5), column("bmi", identifier=True), answer(600, 380, missing=20))
    levels = [problem.level for problem in plans.check(plan(recipe=(Scale(),)), gap)]
    assert levels == sorted(levels, key=["stop", "warn", "info"].index)
    assert set(levels) == {"stop", "warn", "info"}


def test_rows_without_an_answer_are_mentioned() -> None:
    (problem,) = found(plan(), profile(column("age"), column("bmi"), answer(600, 380, missing=20)), "Fate")
    assert (problem.level, problem.what, problem.fix) == (
        "info",
        "20 rows have no value here and are left out.",
        "Nothing to do; 980 rows remain.",
    )


def test_one_answer_for_every_row_stops() -> None:
    (problem,) = found(plan(), profile(column("age"), column("bmi"), answer(1000)), "Fate")
    assert (problem.level, problem.what) == ("stop", "Every row has the same value here, so there is nothing to learn.")


FAR = Extremes(count=1, examples=((41, 1e30),), low=98.0, high=152.0, is_far=True)


def test_an_answer_out_of_all_proportion_stops() -> None:
    known = profile(column("age"), column("bmi"), column("fate", extremes=FAR))
    (problem,) = found(plan(task=Regression()), known, "Fate")
    assert problem.level == "stop"
    assert problem.what == "1 value is out of all proportion: 1e+30 in row 42. Half of all values lie between 98 and 152."
    fix = "Correct this cell in the file or empty it (rows without an answer are left out), and upload it again."
    assert problem.fix == fix


def test_an_input_out_of_all_proportion_can_be_left_out() -> None:
    known = profile(column("age", extremes=FAR), column("bmi"), answer(600, 400))
    (problem,) = found(plan(), known, "Age")
    assert (problem.level, problem.action) == ("warn", {"do": "leave out", "column": "age"})
    assert found(plan(inputs=("bmi",)), known, "Age") == []


def test_large_answers_of_one_size_are_no_problem_until_errors_cannot_be_squared() -> None:
    large = Extremes(count=ROWS, examples=((0, 1e32),), low=1e32, high=2e32, is_far=False)
    known = profile(column("age"), column("bmi"), column("fate", extremes=large, low=1e32, high=2e32))
    assert found(plan(task=Regression()), known, "Fate") == []
    known = profile(column("age"), column("bmi"), column("fate", extremes=large, low=1e32, high=1e200))
    (problem,) = found(plan(task=Regression()), known, "Fate")
    assert (problem.level, problem.fix) == ("stop", "Write this column in a larger unit, and upload the file again.")


def test_a_task_that_does_not_fit_the_column_stops() -> None:
    (problem,) = found(plan(task=Regression()), FINE, "Fate")
    assert problem.what == "'A number' cannot be asked of a column of this type (category)."
    assert problem.level == "stop"


def test_small_answers_are_named() -> None:
    problems = found(plan(task=Multiclass()), profile(column("age"), column("bmi"), answer(600, 392, 7, 1)), "Fate")
    assert [p.what for p in problems] == [
        "Only one row each: 'd'. What occurs once cannot be both learned and tested.",
        "Fewer than 10 rows: c (7). The model will hardly learn them, and the judgement of them is a guess.",
    ]
    assert {p.level for p in problems} == {"warn"}


def test_an_answer_that_is_rare_is_compared_with_always_saying_the_other() -> None:
    (problem,) = found(plan(), profile(column("age"), column("bmi"), answer(970, 30)), "Fate")
    assert problem.what == "Only 3 of 100 rows are 'b': always saying 'a' would be right 97 times in 100."


def test_classes_are_counted_as_the_task_sees_them() -> None:
    grades = profile(column("age"), column("bmi"), answer(600, 380, 15, 5))
    assert found(plan(task=Binary(negative="a")), grades, "Fate") == []
    assert len(found(plan(task=Multiclass()), grades, "Fate")) == 1


def test_too_many_answers_for_the_rows_stop() -> None:
    many = profile(column("age"), column("bmi"), column("fate", "category", distinct=400))
    (problem,) = found(plan(task=Multiclass()), many, "Fate")
    assert (problem.level, problem.what) == ("stop", "400 different answers for 1,000 rows: too few rows for each.")


def test_a_missing_target_stops_with_one_sentence() -> None:
    (problem,) = plans.check(plan(target="gone"), FINE)
    assert (problem.level, problem.what) == ("stop", "The column to predict is no longer there.")


def test_no_input_stops() -> None:
    (problem,) = [p for p in plans.check(plan(inputs=()), FINE) if p.level == "stop"]
    assert problem.what == "No column is chosen."


@pytest.mark.parametrize(
    ("facts", "level", "what"),
    [
        ({"distinct": 0, "missing": ROWS}, "warn", "This column is empty."),
        ({"distinct": 1}, "info", "Every row has the same value here, so nothing can be learned from it."),
        ({"identifier": True}, "warn", "This names each row, like a number plate: the model could learn rows by heart."),
        ({"missing": 700}, "info", "70 of 100 values are missing here."),
    ],
)
def test_an_unsuitable_input_can_be_left_out_in_one_click(facts: dict[str, Any], level: str, what: str) -> None:
    (problem,) = found(plan(), profile(column("age", **facts), column("bmi"), answer(600, 400)), "Age")
    assert (problem.level, problem.what) == (level, what)
    assert plans.apply_action(plan(), problem.action or {}).inputs == ("bmi",)


def test_the_target_as_input_stops_and_can_be_left_out() -> None:
    made = plan(inputs=("age", "bmi", "fate"))
    (problem,) = [p for p in plans.check(made, FINE) if p.level == "stop"]
    assert problem.what == "This is the column to predict; it cannot also be learned from."
    assert plans.apply_action(made, problem.action or {}) == plan()


def test_a_column_that_is_gone_can_be_left_out() -> None:
    (problem,) = plans.check(plan(inputs=("age", "bmi", "old")), FINE)
    assert (problem.level, problem.action) == ("stop", {"do": "leave out", "column": "old"})


SUSPECT = Problem(where="Age", what="It tells.", fix="Known before?", column="age", action={"do": "leave out", "column": "age"})


def test_a_suspect_is_asked_about_until_it_is_left_out_or_confirmed() -> None:
    assert plans.check(plan(), FINE, [SUSPECT]) == [SUSPECT]
    assert plans.check(plan(inputs=("bmi",)), FINE, [SUSPECT]) == []
    confirmed = plans.apply_action(plan(), {"do": "keep", "column": "age"})
    assert confirmed.confirmed == ("age",)
    assert plans.check(confirmed, FINE, [SUSPECT]) == []


def test_keeping_a_column_that_was_left_out_brings_it_back() -> None:
    assert plans.apply_action(plan(inputs=("bmi",)), {"do": "keep", "column": "age"}).inputs == ("age", "bmi")


def test_a_step_that_is_missing_is_added_where_it_belongs() -> None:
    gap = profile(column("age", missing=5), column("bmi"), answer(600, 400))
    (problem,) = plans.check(plan(recipe=(Scale(),)), gap)
    mended = plans.apply_action(plan(recipe=(Scale(),)), problem.action or {})
    assert mended.recipe == (FillNumbers(), Scale())
    assert plans.check(mended, gap) == []


def test_an_unknown_change_is_refused() -> None:
    with pytest.raises(InvalidPlan, match="There is no change called 'dance'"):
        plans.apply_action(plan(), {"do": "dance"})


def test_a_split_column_that_is_gone_stops() -> None:
    (problem,) = plans.check(plan(split=Split(method="group", column="site")), FINE)
    assert (problem.level, problem.what) == ("stop", "The column to divide by is not there.")


def test_a_category_cannot_be_the_time() -> None:
    sites = profile(column("age"), column("bmi"), column("site", "category"), answer(600, 400))
    (problem,) = plans.check(plan(split=Split(method="time", column="site")), sites)
    assert problem.what == "This is neither a date nor a number, so it has no order in time."


def test_the_group_column_should_not_be_learned_from() -> None:
    made = plan(inputs=("age", "bmi"), split=Split(method="group", column="age"))
    (problem,) = plans.check(made, FINE)
    assert (problem.level, problem.action) == ("warn", {"do": "leave out", "column": "age"})


def test_few_unseen_rows_make_an_uncertain_score() -> None:
    few = profile(*(c.model_copy(update={"rows": 150}) for c in (column("age"), column("bmi"))), answer(90, 60))
    (problem,) = found(plan(), few, "How rows are divided")
    assert problem.what == "Only 30 rows are kept unseen, so the score will be uncertain by many points."


def test_a_handful_of_rows_stops() -> None:
    (problem,) = found(plan(), profile(column("age", rows=15), column("bmi", rows=15), answer(9, 6)), "Fate")
    assert (problem.level, problem.what) == ("stop", "Only 15 rows have a value to learn; at least 20 are needed.")


def test_copies_of_rows_are_mentioned_when_rows_are_divided_at_random() -> None:
    copied = profile(column("age"), column("bmi"), answer(600, 400), duplicates=40)
    (problem,) = plans.check(plan(), copied)
    assert (problem.level, problem.what) == ("info", "40 rows are exact copies of others.")
    assert plans.check(plan(split=Split(method="time", column="age")), copied) == []


def test_many_columns_for_few_rows_are_mentioned() -> None:
    wide = profile(*(column(f"c{i}", rows=400) for i in range(60)), answer(240, 160))
    (problem,) = plans.check(plan(inputs=tuple(f"c{i}" for i in range(60))), wide)
    assert problem.what == (
        "160 rows of the rarest answer for 60 input values (a category counts for each value): 2.7 each, easy to learn by heart."
    )


def test_a_step_larger_than_the_rows_is_warned_of() -> None:
    (problem,) = plans.check(plan(training=Gradient(batch_size=2048)), FINE)
    assert problem.what == "A step takes 2,048 rows, but there are only 650 to learn from, so each epoch is a single step."


def test_hardly_any_steps_are_warned_of() -> None:
    (problem,) = plans.check(plan(training=Gradient(epochs=1)), FINE)
    assert problem.what == "21 steps in all is hardly enough to learn anything."


def test_very_many_rows_are_offered_to_be_learned_from_in_part() -> None:
    many = profile(column("age", rows=10_000_000), column("bmi", rows=10_000_000), answer(6_000_000, 4_000_000))
    (problem,) = found(plan(), many, "Training")
    assert problem.level == "info" and problem.what.startswith("It goes through 6,500,000 rows again and again;")
    assert problem.button == "Learn from 1,000,000 rows" and problem.action is not None
    mended = plans.apply_action(plan(), problem.action)
    assert mended.training.takes(6_500_000) == 1_000_000 and found(mended, many, "Training") == []


def test_pictures_too_large_for_the_memory_stop() -> None:
    pictures = profile(column("photo", "image", rows=10_000_000), answer(6_000_000, 4_000_000))
    made = plan(inputs=("photo",), recipe=(ResizeImages(size=512),))
    assert [p.level for p in found(made, pictures, "Pictures")] == ["stop"]


def test_rows_too_many_for_the_memory_stop_with_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(total=4e9))
    levels = {}
    for rows in (50_000_000, 100_000_000, 150_000_000):
        many = profile(column("age", rows=rows), answer(rows // 2, rows // 2))
        levels[rows] = [p.level for p in found(plan(inputs=("age",)), many, "Rows") if "memory" in p.what]
    assert levels == {50_000_000: [], 100_000_000: ["warn"], 150_000_000: ["stop"]}
    (problem,) = [p for p in found(plan(inputs=("age",)), many, "Rows") if "memory" in p.what]
    assert problem.what == "The 150,000,000 rows need at least 5 GB of memory to be learned, and this computer has 4 GB."


def test_a_learner_that_does_not_belong_to_the_model_stops() -> None:
    class Trees(Mlp):
        learner = "scikit"

    (problem,) = [p for p in plans.check(plan().model_copy(update={"architecture": Trees()}), FINE) if p.where == "Training"]
    assert problem.what == "'Neural network' cannot learn by 'Gradient descent'."


def test_a_plan_names_itself() -> None:
    assert plans.name_of(plan(), FINE) == "Fate from 2 columns, neural network"
    assert plans.name_of(plan(inputs=("age",)), FINE) == "Fate from Age, neural network"


def test_settings_are_changed_by_their_path() -> None:
    made = plans.with_setting(plan(), "training.epochs", "5")
    made = plans.with_setting(made, "architecture.widths", "[64, 32]")
    made = plans.with_setting(made, "recipe.1.method", "standard")
    assert made.training.epochs == 5  # type: ignore[attr-defined]
    assert made.architecture.widths == (64, 32)  # type: ignore[attr-defined]
    assert made.recipe[1] == Scale(method="standard")
    assert json.loads(made.model_dump_json())["split"] == plan().split.model_dump()


def test_an_unknown_setting_is_answered_with_those_there_are() -> None:
    with pytest.raises(InvalidPlan) as error:
        plans.with_setting(plan(), "split.tset", "0.3")
    assert str(error.value) == f"There is no setting 'split.tset'. Instead of 'tset' choose one of: {SPLIT}."


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("split.test", "0.9", "'Rows never seen in training' cannot be 0.9. Give a number from 0.05 to 0.5."),
        ("training.epochs", "many", "'Epochs' cannot be 'many'. Give a whole number from 1 to 100,000."),
        ("training.epochs", "1e9", "'Epochs' cannot be 1,000,000,000. Give a whole number from 1 to 100,000."),
        ("training.epochs", "null", "'Epochs' cannot be nothing. Give a whole number from 1 to 100,000."),
        ("training.momentum", "1", "'Momentum' cannot be 1. Give a number, at least 0 and below 1."),
        ("training.optimiser", "best", "'Optimiser' cannot be 'best'. Give one of: gd, momentum, adam, adamw."),
        ("architecture.widths", "x", "'Neurons in each layer' cannot be 'x'. Give whole numbers with commas between them, such as 64, 32."),
        ("architecture.widths", "[0]", "'Neurons in each layer' cannot be [0]: each layer must be between 1 and 8,192 wide."),
        ("seed", "x", "'seed' cannot be 'x'. Give a whole number."),
        ("inputs", "5", "'inputs' cannot be 5. Give a list."),
        ("split", "x", "'split' cannot be 'x'. Give its settings, one by one."),
        ("split", '{"test": 0.2, "tset": 1}', f"'split' has no setting 'tset'. It has: {SPLIT}."),
        ("recipe.0", "5", f"Which step is meant is not said: 5 has no 'kind'. Choose one of: {', '.join(STEPS.members)}."),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(path: str, value: str, said: str) -> None:
    with pytest.raises(InvalidPlan) as error:
        plans.with_setting(plan(), path, value)
    assert str(error.value) == said
